/* One reader for each program that accounts can be imported from. */
#pragma once

#include "profiles/import-draft.h"

G_BEGIN_DECLS

/* Where a user's files are. */
typedef struct {
  const char *home;
  const char *config;      /* $XDG_CONFIG_HOME */
  const char *system;      /* /etc */
  const char *user_name;
} ImportPlaces;

/* Reads @path, or with NULL the usual places. NULL and G_IO_ERROR_NOT_FOUND if there is nothing;
 * other errors if it cannot be read. */
ImportReading *import_msmtp_read (const ImportPlaces *places, const char *path, GError **error);
ImportReading *import_thunderbird_read (const ImportPlaces *places, const char *path,
                                        GError **error);
ImportReading *import_claws_read (const ImportPlaces *places, const char *path, GError **error);
ImportReading *import_evolution_read (const ImportPlaces *places, const char *path,
                                      GError **error);

/* sendpath_import_read() with other places. */
GPtrArray     *import_read_from (const ImportPlaces *places, const char *program, const char *path,
                                 SendpathProfileStore *profiles, GError **error);
/* The first of @paths (ended by NULL) that is there; NULL and an error that names the first. */
const char    *import_find_path (const char *const *paths, GError **error);
/* Notes which of @paths beside @path are there, but were not read. */
void           import_note_others (ImportReading *reading, const char *const *paths,
                                   const char *path);
/* The password that stands in plain text in that line of a file of msmtp's; wipe it. */
char          *import_msmtp_read_password (const char *path, guint line, GError **error);
/* The one that Evolution has in the keyring for that source; wipe it. */
char          *import_evolution_read_password (const char *uid, GError **error);

G_END_DECLS
