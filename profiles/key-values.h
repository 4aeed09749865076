/* The values of one section's keys, behind the GObject that shows them as properties. */
#pragma once

#include <glib-object.h>

#include "profiles/profile-keys.h"

G_BEGIN_DECLS

typedef struct _KeyValues KeyValues;

KeyValues  *key_values_new (SendpathSection section);
void        key_values_free (KeyValues *values);

/* The value as given, else its default, or NULL. Borrowed until the key is set. */
const char *key_values_get (KeyValues *values, const char *key);
/* The value as given, empty or not, or NULL. */
const char *key_values_get_given (KeyValues *values, const char *key);
gboolean    key_values_is_set (KeyValues *values, const char *key);
gboolean    key_values_is_empty (KeyValues *values);
char      **key_values_dup_list (KeyValues *values, const char *key);
gboolean    key_values_get_boolean (KeyValues *values, const char *key);
guint64     key_values_get_integer (KeyValues *values, const char *key);

/* Sets a key, or with NULL takes it away; notifies @owner's property of that name and of the
 * keys that follow it. FALSE and SENDPATH_PROFILE_ERROR_BROKEN if the key is unknown or the
 * value bad. */
gboolean    key_values_set (KeyValues *values, const char *key, const char *value, GObject *owner,
                            GError **error);
/* Sets a known key to anything at all: for a value that is checked later. */
void        key_values_put (KeyValues *values, const char *key, const char *value);
/* Gives @to, which has none, all values of @from. */
void        key_values_copy (KeyValues *from, KeyValues *to);
/* FALSE and SENDPATH_PROFILE_ERROR_BROKEN if a value is bad. */
gboolean    key_values_check (KeyValues *values, GError **error);

/* "unknown key", with the nearest key of @section if there is one near. */
void        key_values_set_unknown (GError **error, SendpathSection section, const char *key);

/* One string property for every key of @section, numbered from @first_id in the table's order. */
void        key_values_install (GObjectClass *class, SendpathSection section, guint first_id);
void        key_values_get_property (KeyValues *values, GParamSpec *pspec, GValue *ret_value);
/* A bad value changes nothing. */
void        key_values_set_property (KeyValues *values, GParamSpec *pspec, const GValue *value,
                                     GObject *owner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyValues, key_values_free)

G_END_DECLS
