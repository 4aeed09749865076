/* SendpathAccount: who you are: address, name, servers, login.
 *
 * Holds what the file says, and no password. Decides nothing about sending. */
#include "config.h"

#include "profiles/account.h"

#include "profiles/account-private.h"
#include "profiles/key-values.h"
#include "profiles/profile-address.h"

/**
 * SendpathAccount:
 *
 * Who you are: an address, a name, the servers of that address and how to log in to them.
 *
 * Each configuration key of an `[account NAME]` section is also a string property of the same name,
 * whose value is that of sendpath_account_get(). Setting such a property to a value that the key
 * cannot have changes nothing; use sendpath_account_set() to be told why.
 *
 * Objects are not safe to share between threads.
 *
 * Since: 1.0
 */
struct _SendpathAccount
{
  GObject    parent;
  char      *id;
  KeyValues *values;
};

G_DEFINE_FINAL_TYPE (SendpathAccount, sendpath_account, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_FIRST_KEY,
};

static void
sendpath_account_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendpathAccount *self = SENDPATH_ACCOUNT (object);

  if (id == PROP_ID)
    g_value_set_string (value, self->id);
  else
    key_values_get_property (self->values, pspec, value);
}

static void
sendpath_account_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SendpathAccount *self = SENDPATH_ACCOUNT (object);

  if (id == PROP_ID)
    self->id = g_value_dup_string (value);
  else
    key_values_set_property (self->values, pspec, value, object);
}

static void
sendpath_account_finalize (GObject *object)
{
  SendpathAccount *self = SENDPATH_ACCOUNT (object);

  g_free (self->id);
  key_values_free (self->values);
  G_OBJECT_CLASS (sendpath_account_parent_class)->finalize (object);
}

static void
sendpath_account_class_init (SendpathAccountClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = sendpath_account_get_property;
  object_class->set_property = sendpath_account_set_property;
  object_class->finalize = sendpath_account_finalize;

  /**
   * SendpathAccount:id:
   *
   * The name of the section in the file, as `home`.
   *
   * Since: 1.0
   */
  g_object_class_install_property (
      object_class, PROP_ID,
      g_param_spec_string ("id", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  key_values_install (object_class, SENDPATH_SECTION_ACCOUNT, PROP_FIRST_KEY);
}

static void
sendpath_account_init (SendpathAccount *self)
{
  self->values = key_values_new (SENDPATH_SECTION_ACCOUNT);
}

/**
 * sendpath_account_new:
 * @name: name of the account's section in the file, as `home`
 * @address: (nullable): the account's address
 *
 * Makes an account that has only a name and an address.
 *
 * Both are checked when the account is added to a store.
 *
 * Returns: (transfer full): the account
 *
 * Since: 1.0
 */
SendpathAccount *
sendpath_account_new (const char *name, const char *address)
{
  SendpathAccount *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_object_new (SENDPATH_TYPE_ACCOUNT, "id", name, NULL);
  key_values_put (self->values, "address", address);
  return self;
}

/**
 * sendpath_account_get_id:
 * @self: an #SendpathAccount
 *
 * Gets the name of the account's section in the file.
 *
 * Returns: (transfer none): the name, the same as long as @self lives
 *
 * Since: 1.0
 */
const char *
sendpath_account_get_id (SendpathAccount *self)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), NULL);

  return self->id;
}

/**
 * sendpath_account_get:
 * @self: an #SendpathAccount
 * @key: name of a key that `[account NAME]` may have
 *
 * Gets the value of a configuration key as it stands in the file, not escaped.
 *
 * A key that was not given, or is empty, has its default; that of `user` is the address, and that
 * of `pop-user` is the value of `user`.
 *
 * Returns: (transfer none) (nullable): the value, valid until the key is set; %NULL if there is
 *   neither value nor default
 *
 * Since: 1.0
 */
const char *
sendpath_account_get (SendpathAccount *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return key_values_get (self->values, key);
}

/**
 * sendpath_account_set:
 * @self: an #SendpathAccount
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
sendpath_account_set (SendpathAccount *self, const char *key, const char *value, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return key_values_set (self->values, key, value, G_OBJECT (self), error);
}

/**
 * sendpath_account_is_set:
 * @self: an #SendpathAccount
 * @key: name of a key that `[account NAME]` may have
 *
 * Tells whether a key was given, even if it was given its default or nothing.
 *
 * Returns: %TRUE if the file has the key, or will have it when saved
 *
 * Since: 1.0
 */
gboolean
sendpath_account_is_set (SendpathAccount *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return key_values_is_set (self->values, key);
}

/**
 * sendpath_account_dup_list:
 * @self: an #SendpathAccount
 * @key: name of a key that `[account NAME]` may have
 *
 * Gets the `;`-separated values of a key, trimmed, without empty ones.
 *
 * Returns: (transfer full): the values in their order, empty if there are none
 *
 * Since: 1.0
 */
char **
sendpath_account_dup_list (SendpathAccount *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return key_values_dup_list (self->values, key);
}

/**
 * sendpath_account_get_boolean:
 * @self: an #SendpathAccount
 * @key: name of a key whose values are `yes` and `no`
 *
 * Gets a key that is `yes` or `no`, or its default.
 *
 * Returns: %TRUE for `yes`
 *
 * Since: 1.0
 */
gboolean
sendpath_account_get_boolean (SendpathAccount *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return key_values_get_boolean (self->values, key);
}

/**
 * sendpath_account_get_integer:
 * @self: an #SendpathAccount
 * @key: name of a key whose value is a number, or a rate such as `300/h`
 *
 * Gets a key that is a number, or its default.
 *
 * Returns: the number, or 0 if there is neither value nor default
 *
 * Since: 1.0
 */
guint64
sendpath_account_get_integer (SendpathAccount *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), 0);
  g_return_val_if_fail (key != NULL, 0);

  return key_values_get_integer (self->values, key);
}

/**
 * sendpath_account_covers:
 * @self: an #SendpathAccount
 * @address: an address without name and angle brackets
 *
 * Tells whether an address is the account's own or one of its aliases.
 *
 * Addresses are compared without case. `*@domain` among the aliases covers every address of that
 * domain, and none of the domains inside it.
 *
 * Returns: %TRUE if the account may write as @address
 *
 * Since: 1.0
 */
gboolean
sendpath_account_covers (SendpathAccount *self, const char *address)
{
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (address != NULL, FALSE);

  return account_rank (self, address) != ACCOUNT_RANK_NONE;
}

AccountRank
account_rank (SendpathAccount *self, const char *address)
{
  const char *own = sendpath_account_get (self, "address");
  g_auto(GStrv) aliases = sendpath_account_dup_list (self, "aliases");
  AccountRank best = ACCOUNT_RANK_NONE;

  if (own != NULL && profile_address_covers (own, address))
    return ACCOUNT_RANK_ADDRESS;
  for (gsize i = 0; aliases[i] != NULL; i++)
    if (profile_address_covers (aliases[i], address))
      best = MAX (best, profile_address_is_wildcard (aliases[i]) ? ACCOUNT_RANK_DOMAIN
                                                                 : ACCOUNT_RANK_ALIAS);
  return best;
}

KeyValues *
account_get_values (SendpathAccount *self)
{
  return self->values;
}
