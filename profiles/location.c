/* SendpathLocation: where you are: a known network and its relay.
 *
 * Recognising a network only selects; it never permits sending. */
#include "config.h"

#include "profiles/location.h"

#include "profiles/key-values.h"
#include "profiles/location-private.h"
#include "profiles/network-private.h"

/**
 * SendpathLocation:
 *
 * Where you are: how a network is recognised, its relay, and the sender address that this relay
 * wants.
 *
 * Each configuration key of an `[location NAME]` section is also a string property of the same
 * name, whose value is that of sendpath_location_get(). Setting such a property to a value that the
 * key cannot have changes nothing; use sendpath_location_set() to be told why.
 *
 * Objects are not safe to share between threads.
 *
 * Since: 1.0
 */
struct _SendpathLocation {
  GObject parent;
  char *id;
  KeyValues *values;
};

G_DEFINE_FINAL_TYPE (SendpathLocation, sendpath_location, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_FIRST_KEY,
};

static void
sendpath_location_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendpathLocation *self = SENDPATH_LOCATION (object);

  if (id == PROP_ID)
    g_value_set_string (value, self->id);
  else
    key_values_get_property (self->values, pspec, value);
}

static void
sendpath_location_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SendpathLocation *self = SENDPATH_LOCATION (object);

  if (id == PROP_ID)
    self->id = g_value_dup_string (value);
  else
    key_values_set_property (self->values, pspec, value, object);
}

static void
sendpath_location_finalize (GObject *object)
{
  SendpathLocation *self = SENDPATH_LOCATION (object);

  g_free (self->id);
  key_values_free (self->values);
  G_OBJECT_CLASS (sendpath_location_parent_class)->finalize (object);
}

static void
sendpath_location_class_init (SendpathLocationClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = sendpath_location_get_property;
  object_class->set_property = sendpath_location_set_property;
  object_class->finalize = sendpath_location_finalize;

  /**
   * SendpathLocation:id:
   *
   * The name of the section in the file, as `work`.
   *
   * Since: 1.0
   */
  g_object_class_install_property (
      object_class, PROP_ID,
      g_param_spec_string ("id", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  key_values_install (object_class, SENDPATH_SECTION_LOCATION, PROP_FIRST_KEY);
}

static void
sendpath_location_init (SendpathLocation *self)
{
  self->values = key_values_new (SENDPATH_SECTION_LOCATION);
}

/**
 * sendpath_location_new:
 * @name: name of the location's section in the file, as `work`
 *
 * Makes a location that has only a name.
 *
 * The name is checked when the location is added to a store.
 *
 * Returns: (transfer full): the location
 *
 * Since: 1.0
 */
SendpathLocation *
sendpath_location_new (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_object_new (SENDPATH_TYPE_LOCATION, "id", name, NULL);
}

/**
 * sendpath_location_get_id:
 * @self: a #SendpathLocation
 *
 * Gets the name of the location's section in the file.
 *
 * Returns: (transfer none): the name, the same as long as @self lives
 *
 * Since: 1.0
 */
const char *
sendpath_location_get_id (SendpathLocation *self)
{
  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), NULL);

  return self->id;
}

/**
 * sendpath_location_get:
 * @self: a #SendpathLocation
 * @key: name of a key that `[location NAME]` may have
 *
 * Gets the value of a configuration key as it stands in the file, not escaped.
 *
 * A key that was not given, or is empty, has its default.
 *
 * Returns: (transfer none) (nullable): the value, valid until the key is set; %NULL if there is
 *   neither value nor default
 *
 * Since: 1.0
 */
const char *
sendpath_location_get (SendpathLocation *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return key_values_get (self->values, key);
}

/**
 * sendpath_location_set:
 * @self: a #SendpathLocation
 * @key: name of a key
 * @value: (nullable): the new value, not escaped, or %NULL to go back to the default
 * @error: return location for a #GError, or %NULL
 *
 * Sets a configuration key.
 *
 * The property of that name is notified if the value changed. The file is written by
 * sendpath_profile_store_save(), not here, and names of accounts are looked up there.
 *
 * The error is %SENDPATH_PROFILE_ERROR_BROKEN if the key is unknown or cannot have that value.
 *
 * Returns: %TRUE if the key has the value now; on failure it keeps the old one
 *
 * Since: 1.0
 */
gboolean
sendpath_location_set (SendpathLocation *self, const char *key, const char *value, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return key_values_set (self->values, key, value, G_OBJECT (self), error);
}

/**
 * sendpath_location_is_set:
 * @self: a #SendpathLocation
 * @key: name of a key that `[location NAME]` may have
 *
 * Tells whether a key was given, even if it was given its default or nothing.
 *
 * Returns: %TRUE if the file has the key, or will have it when saved
 *
 * Since: 1.0
 */
gboolean
sendpath_location_is_set (SendpathLocation *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return key_values_is_set (self->values, key);
}

/**
 * sendpath_location_dup_list:
 * @self: a #SendpathLocation
 * @key: name of a key that `[location NAME]` may have
 *
 * Gets the `;`-separated values of a key, trimmed, without empty ones.
 *
 * Returns: (transfer full): the values in their order, empty if there are none
 *
 * Since: 1.0
 */
char **
sendpath_location_dup_list (SendpathLocation *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return key_values_dup_list (self->values, key);
}

/**
 * sendpath_location_get_boolean:
 * @self: a #SendpathLocation
 * @key: name of a key whose values are `yes` and `no`
 *
 * Gets a key that is `yes` or `no`, or its default.
 *
 * Returns: %TRUE for `yes`
 *
 * Since: 1.0
 */
gboolean
sendpath_location_get_boolean (SendpathLocation *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return key_values_get_boolean (self->values, key);
}

/**
 * sendpath_location_get_integer:
 * @self: a #SendpathLocation
 * @key: name of a key whose value is a number
 *
 * Gets a key that is a number, or its default.
 *
 * Returns: the number, or 0 if there is neither value nor default
 *
 * Since: 1.0
 */
guint64
sendpath_location_get_integer (SendpathLocation *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), 0);
  g_return_val_if_fail (key != NULL, 0);

  return key_values_get_integer (self->values, key);
}

char **
location_dup_matching_keys (SendpathLocation *self, const NetworkView *view)
{
  const char *const *keys = network_view_keys ();
  g_autoptr(GPtrArray) matched = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      const char *value = sendpath_location_get (self, keys[i]);

      if (value == NULL)
        continue;
      if (!network_view_fits (view, keys[i], value))
        return NULL;
      g_ptr_array_add (matched, g_strdup (keys[i]));
    }
  if (matched->len == 0)
    return NULL;
  g_ptr_array_add (matched, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&matched), FALSE);
}

/**
 * sendpath_location_matches:
 * @self: a #SendpathLocation
 * @network: the network to compare with
 * @ret_keys: (out) (optional) (transfer full) (array zero-terminated=1): return location for the
 *   names of the keys that matched, or %NULL
 *
 * Tells whether @network is this location.
 *
 * Every match key that was given must fit, and at least one must have been given. Each active connection
 * is looked at, the one with the default route first, and at last all of them together. A connection and
 * an SSID fit only a network that NetworkManager described.
 *
 * A match says which settings to prefer, not that the network is what it seems to be: everything it
 * is recognised by can be copied.
 *
 * Returns: %TRUE if it is; @ret_keys is set only then
 *
 * Since: 1.0
 */
gboolean
sendpath_location_matches (SendpathLocation *self, SendpathNetwork *network, char ***ret_keys)
{
  GPtrArray *views;
  g_auto(GStrv) keys = NULL;

  g_return_val_if_fail (SENDPATH_IS_LOCATION (self), FALSE);
  g_return_val_if_fail (SENDPATH_IS_NETWORK (network), FALSE);

  views = network_get_views (network);
  for (guint i = 0; keys == NULL && i < views->len; i++)
    keys = location_dup_matching_keys (self, views->pdata[i]);
  if (keys == NULL)
    return FALSE;
  if (ret_keys != NULL)
    *ret_keys = g_steal_pointer (&keys);
  return TRUE;
}

KeyValues *
location_get_values (SendpathLocation *self)
{
  return self->values;
}
