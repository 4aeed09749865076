/* What a value of each type of key must look like. */
#pragma once

#include "profiles/profile-keys.h"

G_BEGIN_DECLS

/* FALSE and SENDPATH_PROFILE_ERROR_BROKEN if @value is not one for @key. */
gboolean profile_value_check (const SendpathProfileKey *key, const char *value, GError **error);

/* The `;`-separated parts of a value, trimmed, without empty ones; never NULL. */
char   **profile_value_split (const char *value);

/* A good INTEGER or RATE as a number; 0 if @value is NULL. */
guint64  profile_value_to_integer (const char *value);

/* @text as a message may show it: no control characters, not endless. */
char    *profile_value_dup_shown (const char *text);

/* TRUE for a name that a section may have: `home` of `[account home]`. */
gboolean profile_value_is_id (const char *text);

G_END_DECLS
