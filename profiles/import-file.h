/* The configuration file of another program, as keys and values that know their lines. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *section; /* NULL where the format has none */
  char *key;
  char *value;
  guint number; /* of its line, from 1 */
} ImportEntry;

typedef struct {
  char      *path;
  GPtrArray *entries; /* of ImportEntry, in their order */
  GPtrArray *notes;   /* of char: what could not be read, for people */
} ImportFile;

/* `[section]` and `key=value`; with @has_escapes as GKeyFile writes them. Lines that cannot be read
 * are noted and left out, here and below. NULL and a G_IO_ERROR if the file cannot be read. */
ImportFile        *import_file_read_ini (const char *path, gboolean has_escapes, GError **error);
/* msmtp's: a command and its argument. */
ImportFile        *import_file_read_commands (const char *path, GError **error);
/* Mozilla's: user_pref("key", value); nothing else of the language is understood. */
ImportFile        *import_file_read_prefs (const char *path, GError **error);
void               import_file_free (ImportFile *file);

/* The last one counts; NULL if there is none. */
const ImportEntry *import_file_find (const ImportFile *file, const char *section, const char *key);
/* Its value, or NULL if there is none or it is empty. */
const char        *import_file_get (const ImportFile *file, const char *section, const char *key);
/* The names of the sections in their order, each once. */
char             **import_file_dup_sections (const ImportFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportFile, import_file_free)

G_END_DECLS
