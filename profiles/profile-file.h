/* The text of sendpath.conf: sections, keys, and the lines they stand in. */
#pragma once

#include "profiles/profile-keys.h"

G_BEGIN_DECLS

/* `account` and so on, by SendpathSection; ended by NULL. */
extern const char *const profile_file_kinds[];

/* One line. Comments and empty lines have no key. */
typedef struct {
  char *raw;   /* with its line end, byte for byte */
  char *key;   /* or NULL */
  char *value; /* not escaped; NULL without key */
  guint number; /* from 1; 0 for a line that was not read but added */
} ProfileLine;

/* A section's first line is its header. */
typedef struct {
  SendpathSection kind;
  char           *id;    /* NULL for [policy] and [serve] */
  GPtrArray      *lines; /* of ProfileLine */
} ProfileSection;

typedef struct {
  char           *name;     /* of the file, for messages */
  ProfileSection *preamble; /* the lines above the first section */
  GPtrArray      *sections; /* of ProfileSection, in their order */
} ProfileFile;

ProfileFile        *profile_file_new (const char *name);
void                profile_file_free (ProfileFile *file);

ProfileSection     *profile_section_new (SendpathSection kind, const char *id);
ProfileSection     *profile_file_find (const ProfileFile *file, SendpathSection kind,
                                       const char *id);
/* The line of a key, or NULL. */
const ProfileLine  *profile_section_find (const ProfileSection *section, const char *key);
/* Line number of a key, else of the header. */
guint               profile_section_get_number (const ProfileSection *section, const char *key);

/* Sets SENDPATH_PROFILE_ERROR_BROKEN with place and section before the message. */
void                profile_file_set_error (const ProfileFile *file, guint number,
                                            const ProfileSection *section, GError **error,
                                            const char *format, ...) G_GNUC_PRINTF (5, 6);

/* Changes, adds or (NULL) removes one key; every other line stays as it is. */
void                profile_file_set (ProfileFile *file, SendpathSection kind, const char *id,
                                      const char *key, const char *value);
/* Removes a section and the comment right above it. */
void                profile_file_remove (ProfileFile *file, const ProfileSection *section);
/* Adds an empty section at the end. */
void                profile_file_add (ProfileFile *file, SendpathSection kind, const char *id);
GBytes             *profile_file_to_bytes (const ProfileFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProfileFile, profile_file_free)

G_END_DECLS
