/* The values of one section's keys, behind the GObject that shows them as properties.
 *
 * Every value in here has passed the check of its key, but for those that were put. Knows no
 * file. */
#include "config.h"

#include "profiles/key-values.h"

#include <glib/gi18n-lib.h>

#include "profiles/near-word.h"
#include "profiles/profile-value.h"

struct _KeyValues
{
  SendpathSection section;
  GHashTable     *given; /* name of a key -> value */
};

/* What people bring along from the files of other programs. */
static const struct {
  const char *foreign;
  const char *ours;
} synonyms[] = {
  { "email", "address" },
  { "from", "address" },
  { "host", "smtp" },
  { "login", "user" },
  { "passwordeval", "secret-command" },
  { "realname", "name" },
  { "server", "smtp" },
  { "starttls", "security" },
  { "tls", "security" },
  { "username", "user" },
};

KeyValues *
key_values_new (SendpathSection section)
{
  KeyValues *values = g_new0 (KeyValues, 1);

  values->section = section;
  values->given = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  return values;
}

void
key_values_free (KeyValues *values)
{
  g_hash_table_unref (values->given);
  g_free (values);
}

const char *
key_values_get (KeyValues *values, const char *key)
{
  const SendpathProfileKey *row = sendpath_profile_key_find (values->section, key);
  const char *given;

  g_return_val_if_fail (row != NULL, NULL);

  given = key_values_get_given (values, key);
  if (given != NULL && *given != '\0')
    return given;
  if (row->fallback_key != NULL)
    return key_values_get (values, row->fallback_key);
  return row->fallback;
}

const char *
key_values_get_given (KeyValues *values, const char *key)
{
  return g_hash_table_lookup (values->given, key);
}

gboolean
key_values_is_set (KeyValues *values, const char *key)
{
  return g_hash_table_contains (values->given, key);
}

gboolean
key_values_is_empty (KeyValues *values)
{
  return g_hash_table_size (values->given) == 0;
}

char **
key_values_dup_list (KeyValues *values, const char *key)
{
  const char *value = key_values_get (values, key);

  return profile_value_split (value != NULL ? value : "");
}

gboolean
key_values_get_boolean (KeyValues *values, const char *key)
{
  return g_strcmp0 (key_values_get (values, key), "yes") == 0;
}

guint64
key_values_get_integer (KeyValues *values, const char *key)
{
  return profile_value_to_integer (key_values_get (values, key));
}

static const char *
find_near (SendpathSection section, const char *key)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (synonyms); i++)
    if (g_str_equal (synonyms[i].foreign, key) &&
        sendpath_profile_key_find (section, synonyms[i].ours) != NULL)
      return synonyms[i].ours;
  for (const SendpathProfileKey *row = sendpath_profile_keys (); row->name != NULL; row++)
    if (row->section == section)
      g_ptr_array_add (names, (char *) row->name);
  g_ptr_array_add (names, NULL);
  return near_word_find (key, (const char *const *) names->pdata);
}

void
key_values_set_unknown (GError **error, SendpathSection section, const char *key)
{
  const char *near = find_near (section, key);
  g_autofree char *shown = profile_value_dup_shown (key);

  if (near != NULL)
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
                 _("unknown key \"%s\" (did you mean \"%s\"?)"), shown, near);
  else if (g_str_has_prefix (key, "pass"))
    g_set_error (
        error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
        _("unknown key \"%s\" (passwords stay in the keyring: sendpath password set NAME)"),
        shown);
  else
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
                 _("unknown key \"%s\""), shown);
}

void
key_values_put (KeyValues *values, const char *key, const char *value)
{
  const SendpathProfileKey *row = sendpath_profile_key_find (values->section, key);

  g_return_if_fail (row != NULL);

  if (value != NULL)
    g_hash_table_replace (values->given, (char *) row->name, g_strdup (value));
  else
    g_hash_table_remove (values->given, key);
}

void
key_values_copy (KeyValues *from, KeyValues *to)
{
  GHashTableIter given;
  gpointer key, value;

  g_hash_table_iter_init (&given, from->given);
  while (g_hash_table_iter_next (&given, &key, &value))
    g_hash_table_insert (to->given, key, g_strdup (value));
}

/* The key itself and those whose default it is. */
static void
notify_changed (KeyValues *values, const char *key, GObject *owner)
{
  g_object_notify (owner, key);
  for (const SendpathProfileKey *row = sendpath_profile_keys (); row->name != NULL; row++)
    if (row->section == values->section && g_strcmp0 (row->fallback_key, key) == 0 &&
        !key_values_is_set (values, row->name))
      notify_changed (values, row->name, owner);
}

gboolean
key_values_set (KeyValues *values, const char *key, const char *value, GObject *owner,
                GError **error)
{
  const SendpathProfileKey *row = sendpath_profile_key_find (values->section, key);

  if (row == NULL)
    {
      key_values_set_unknown (error, values->section, key);
      return FALSE;
    }
  if (value != NULL && !sendpath_profile_key_check (row, value, error))
    return FALSE;
  if (g_strcmp0 (key_values_get_given (values, key), value) == 0)
    return TRUE;

  key_values_put (values, key, value);
  if (owner != NULL)
    notify_changed (values, row->name, owner);
  return TRUE;
}

gboolean
key_values_check (KeyValues *values, GError **error)
{
  for (const SendpathProfileKey *row = sendpath_profile_keys (); row->name != NULL; row++)
    {
      const char *given = key_values_get_given (values, row->name);

      if (row->section == values->section && given != NULL &&
          !sendpath_profile_key_check (row, given, error))
        return FALSE;
    }
  return TRUE;
}

void
key_values_install (GObjectClass *class, SendpathSection section, guint first_id)
{
  guint id = first_id;

  for (const SendpathProfileKey *row = sendpath_profile_keys (); row->name != NULL; row++)
    if (row->section == section)
      g_object_class_install_property (
          class, id++,
          g_param_spec_string (row->name, NULL, row->help, row->fallback,
                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                   G_PARAM_STATIC_STRINGS));
}

void
key_values_get_property (KeyValues *values, GParamSpec *pspec, GValue *ret_value)
{
  g_value_set_string (ret_value, key_values_get (values, pspec->name));
}

void
key_values_set_property (KeyValues *values, GParamSpec *pspec, const GValue *value, GObject *owner)
{
  key_values_set (values, pspec->name, g_value_get_string (value), owner, NULL);
}
