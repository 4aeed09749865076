/* SendpathProfileStore: the configuration file: load, check, match, save.
 *
 * Joins text and objects. Starts no thread and asks no D-Bus, because a process may fork right
 * after. */
#include "config.h"

#include "profiles/profile-store.h"

#include <errno.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "profiles/account-private.h"
#include "profiles/location-private.h"
#include "profiles/network-private.h"
#include "profiles/profile-check.h"
#include "profiles/profile-disk.h"
#include "profiles/profile-join.h"
#include "profiles/profile-parser.h"
#include "profiles/profile-store-private.h"
#include "profiles/profile-value.h"

#define SYSTEM_PATH "/etc/sendpath.conf"

/**
 * SendpathProfileStore:
 *
 * The accounts, locations and policy of one configuration file, or of a program that keeps them
 * itself (sendpath_profile_store_new_empty()).
 *
 * Accounts and locations may be edited at any time; sendpath_profile_store_save() writes them.
 * Loading again keeps the objects of sections that are still there and changes them in place, so
 * that what is bound to them follows.
 *
 * A store, its lists and what is in them belong to one thread: the one that edits them, and that
 * makes the engines that use the store. What an engine does in other threads works with a copy: each
 * call with the profiles as they stood when it began, sendpath_engine_flush() and
 * sendpath_engine_watch() each message with those of its time. Keys that are good only together are
 * set between g_object_freeze_notify() and g_object_thaw_notify() of their account: none of these
 * copies has some of them only.
 *
 * Since: 1.0
 */
struct _SendpathProfileStore
{
  GObject     parent;
  char       *path;     /* NULL: never in a file */
  char       *own_path; /* where to save instead if the system's file cannot be written; or NULL */
  GBytes     *loaded;   /* what the file held when it was read or written last; NULL: none */
  GListStore *accounts;
  GListStore *locations;
  KeyValues  *policy;
  KeyValues  *serve;

  GPtrArray  *followed;   /* accounts and locations whose changes are heard of; NULL: not asked for */
  gboolean    is_loading; /* all of it changes; @frozen follows when that is over */

  GMutex                mutex;   /* of what follows, which is asked for in any thread */
  SendpathProfileStore *frozen;  /* a copy of what stands above that nobody changes, or NULL */
  guint                 version; /* of that */
};

G_DEFINE_FINAL_TYPE (SendpathProfileStore, sendpath_profile_store, G_TYPE_OBJECT)

/* ---- as it stands, for other threads --------------------------------------------------------- */

static void
copy_list (GListStore *from, GListStore *to)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (from));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(GObject) object = g_list_model_get_item (G_LIST_MODEL (from), i);
      g_autoptr(GObject) copy =
          g_object_new (G_OBJECT_TYPE (object), "id", profile_join_get_id (object), NULL);

      key_values_copy (profile_join_get_values (object), profile_join_get_values (copy));
      g_list_store_append (to, copy);
    }
}

static SendpathProfileStore *
copy_store (SendpathProfileStore *self)
{
  SendpathProfileStore *copy = g_object_new (SENDPATH_TYPE_PROFILE_STORE, NULL);

  copy->path = g_strdup (self->path);
  copy_list (self->accounts, copy->accounts);
  copy_list (self->locations, copy->locations);
  key_values_copy (self->policy, copy->policy);
  key_values_copy (self->serve, copy->serve);
  return copy;
}

/* In the thread of @self, as all that changes it. */
static void
freeze (SendpathProfileStore *self)
{
  g_autoptr(SendpathProfileStore) old = NULL;
  SendpathProfileStore *copy;

  if (self->followed == NULL || self->is_loading)
    return;
  copy = copy_store (self);
  g_mutex_lock (&self->mutex);
  old = g_steal_pointer (&self->frozen);
  self->frozen = copy;
  self->version++;
  g_mutex_unlock (&self->mutex);
}

static void
follow_items (SendpathProfileStore *self, GListStore *list)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (list));

  for (guint i = 0; i < n_items; i++)
    {
      GObject *object = g_list_model_get_item (G_LIST_MODEL (list), i);

      g_signal_connect_swapped (object, "notify", G_CALLBACK (freeze), self);
      g_ptr_array_add (self->followed, object);
    }
}

static void
unfollow_items (SendpathProfileStore *self)
{
  for (guint i = 0; i < self->followed->len; i++)
    g_signal_handlers_disconnect_by_data (self->followed->pdata[i], self);
  g_ptr_array_set_size (self->followed, 0);
}

static void
on_items_changed (SendpathProfileStore *self)
{
  unfollow_items (self);
  follow_items (self, self->accounts);
  follow_items (self, self->locations);
  freeze (self);
}

static void
unfollow (SendpathProfileStore *self)
{
  if (self->followed == NULL)
    return;
  unfollow_items (self);
  g_clear_pointer (&self->followed, g_ptr_array_unref);
  g_signal_handlers_disconnect_by_data (self->accounts, self);
  g_signal_handlers_disconnect_by_data (self->locations, self);
}

void
profile_store_follow (SendpathProfileStore *self)
{
  if (self->followed != NULL)
    return;
  self->followed = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_swapped (self->accounts, "items-changed", G_CALLBACK (on_items_changed), self);
  g_signal_connect_swapped (self->locations, "items-changed", G_CALLBACK (on_items_changed), self);
  on_items_changed (self);
}

SendpathProfileStore *
profile_store_dup_frozen (SendpathProfileStore *self, guint *ret_version)
{
  SendpathProfileStore *copy;

  g_mutex_lock (&self->mutex);
  copy = copy_store (self->frozen); /* reading a list changes it, for two at once */
  if (ret_version != NULL)
    *ret_version = self->version;
  g_mutex_unlock (&self->mutex);
  return copy;
}

gboolean
profile_store_is_version (SendpathProfileStore *self, guint version)
{
  gboolean is_same;

  g_mutex_lock (&self->mutex);
  is_same = self->version == version;
  g_mutex_unlock (&self->mutex);
  return is_same;
}

/* ---- object ---------------------------------------------------------------------------------- */

static void
sendpath_profile_store_finalize (GObject *object)
{
  SendpathProfileStore *self = SENDPATH_PROFILE_STORE (object);

  unfollow (self);
  g_clear_object (&self->frozen);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self->own_path);
  g_clear_pointer (&self->loaded, g_bytes_unref);
  g_object_unref (self->accounts);
  g_object_unref (self->locations);
  key_values_free (self->policy);
  key_values_free (self->serve);
  G_OBJECT_CLASS (sendpath_profile_store_parent_class)->finalize (object);
}

static void
sendpath_profile_store_class_init (SendpathProfileStoreClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sendpath_profile_store_finalize;
}

static void
sendpath_profile_store_init (SendpathProfileStore *self)
{
  self->accounts = g_list_store_new (SENDPATH_TYPE_ACCOUNT);
  self->locations = g_list_store_new (SENDPATH_TYPE_LOCATION);
  self->policy = key_values_new (SENDPATH_SECTION_POLICY);
  self->serve = key_values_new (SENDPATH_SECTION_SERVE);
  g_mutex_init (&self->mutex);
}

/* ---- where it is ----------------------------------------------------------------------------- */

/* A file that is there but cannot be looked at counts as there: it must not be passed over in
 * silence. */
static gboolean
is_there (const char *path)
{
  return access (path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

SendpathProfileStore *
profile_store_new_for_user (const char *own, const char *system)
{
  SendpathProfileStore *self = g_object_new (SENDPATH_TYPE_PROFILE_STORE, NULL);
  gboolean is_system = !is_there (own) && is_there (system);

  self->path = g_strdup (is_system ? system : own);
  self->own_path = is_system ? g_strdup (own) : NULL;
  return self;
}

/**
 * sendpath_profile_store_dup_default_path:
 *
 * Tells which file is the configuration of this user.
 *
 * It is the one that `$SENDPATH_CONFIG` names, else `sendpath/sendpath.conf` in the user's
 * configuration folder, else `/etc/sendpath.conf`. If there is neither of the last two, it is the
 * first of them, where one would be made.
 *
 * Returns: (transfer full) (type filename): the path of the file, which need not exist
 *
 * Since: 1.0
 */
char *
sendpath_profile_store_dup_default_path (void)
{
  g_autoptr(SendpathProfileStore) store = sendpath_profile_store_new (NULL);

  return g_strdup (store->path);
}

/**
 * sendpath_profile_store_new:
 * @path: (nullable) (type filename): path of the configuration file, or %NULL for the user's
 *   default one, which sendpath_profile_store_dup_default_path() tells
 *
 * Makes a store without accounts and locations.
 *
 * Nothing is read before sendpath_profile_store_load() is called. If @path is %NULL, and the
 * default is `/etc/sendpath.conf`, which this user may not write, saving makes the user's own file.
 *
 * Returns: (transfer full): the store
 *
 * Since: 1.0
 */
SendpathProfileStore *
sendpath_profile_store_new (const char *path)
{
  const char *chosen = path != NULL ? path : g_getenv ("SENDPATH_CONFIG");
  g_autofree char *own = NULL;
  SendpathProfileStore *self;

  if (path == NULL && (chosen == NULL || *chosen == '\0'))
    {
      own = g_build_filename (g_get_user_config_dir (), "sendpath", "sendpath.conf", NULL);
      return profile_store_new_for_user (own, SYSTEM_PATH);
    }
  self = g_object_new (SENDPATH_TYPE_PROFILE_STORE, NULL);
  self->path = g_strdup (chosen);
  return self;
}

/**
 * sendpath_profile_store_new_empty:
 *
 * Makes a store for a program that keeps accounts itself: without a file, and without accounts and
 * locations until some are added.
 *
 * Its policy is made of defaults, until sendpath_profile_store_set_policy(). It is never written;
 * sendpath_profile_store_save() only checks whether it is complete, which is worth doing after an
 * edit. What waits in the outbox names its account: give an account the same name each time the
 * program is started.
 *
 * Returns: (transfer full): the store
 *
 * Since: 1.0
 */
SendpathProfileStore *
sendpath_profile_store_new_empty (void)
{
  return g_object_new (SENDPATH_TYPE_PROFILE_STORE, NULL);
}

/**
 * sendpath_profile_store_get_path:
 * @self: a #SendpathProfileStore
 *
 * Gets the path of the configuration file.
 *
 * It changes when sendpath_profile_store_save() makes the user's own file.
 *
 * Returns: (transfer none) (nullable) (type filename): the path, valid until the store is saved; %NULL
 *   if there is never a file, see sendpath_profile_store_new_empty()
 *
 * Since: 1.0
 */
const char *
sendpath_profile_store_get_path (SendpathProfileStore *self)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);

  return self->path;
}

const char *
profile_store_get_name (SendpathProfileStore *self)
{
  const char *program = g_get_application_name ();

  if (self->path != NULL)
    return self->path;
  return program != NULL ? program : "sendpath";
}

/* ---- load ------------------------------------------------------------------------------------ */

static ProfileFile *
parse_checked (const char *path, GBytes *text, GError **error)
{
  g_autoptr(ProfileFile) file = profile_parser_run (path, text, error);

  if (file == NULL || !profile_check_run (file, error))
    return NULL;
  return g_steal_pointer (&file);
}

/**
 * sendpath_profile_store_load:
 * @self: a #SendpathProfileStore
 * @error: return location for a #GError, or %NULL
 *
 * Reads the configuration file and checks all of it.
 *
 * Changes that were not saved are lost. On failure the store keeps what it had; a store that is never
 * in a file keeps it without failure.
 *
 * The error is %SENDPATH_PROFILE_ERROR_MISSING if there is no file, %SENDPATH_PROFILE_ERROR_UNSAFE
 * if others may write it or the folder it is in, and %SENDPATH_PROFILE_ERROR_BROKEN if it cannot be
 * read or anything in it is wrong; then the message names file, line, section and key. Nothing
 * should be sent with such a configuration.
 *
 * This function starts no thread, asks no D-Bus and reads only this file.
 *
 * Returns: %TRUE if the store holds what the file says
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_store_load (SendpathProfileStore *self, GError **error)
{
  g_autoptr(GBytes) text = NULL;
  g_autoptr(ProfileFile) file = NULL;

  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), FALSE);

  if (self->path == NULL)
    return TRUE;
  text = profile_disk_read (self->path, error);
  if (text == NULL)
    return FALSE;
  file = parse_checked (self->path, text, error);
  if (file == NULL)
    return FALSE;

  self->is_loading = TRUE;
  profile_join_take_sections (self->accounts, file, SENDPATH_SECTION_ACCOUNT);
  profile_join_take_sections (self->locations, file, SENDPATH_SECTION_LOCATION);
  profile_join_take_values (self->policy, SENDPATH_SECTION_POLICY,
                            profile_file_find (file, SENDPATH_SECTION_POLICY, NULL), NULL);
  profile_join_take_values (self->serve, SENDPATH_SECTION_SERVE,
                            profile_file_find (file, SENDPATH_SECTION_SERVE, NULL), NULL);
  g_clear_pointer (&self->loaded, g_bytes_unref);
  self->loaded = g_steal_pointer (&text);
  self->is_loading = FALSE;
  freeze (self);
  return TRUE;
}

/* ---- save ------------------------------------------------------------------------------------ */

/**
 * sendpath_profile_store_save:
 * @self: a #SendpathProfileStore
 * @error: return location for a #GError, or %NULL
 *
 * Writes accounts, locations and policy to the configuration file.
 *
 * Comments, order and every line that did not change stay byte for byte. The result is checked as
 * loading does before anything is written, so a store that cannot be loaded again is not saved. The
 * file is replaced whole and is on disk when this function returns; a new one can be read by its
 * owner only.
 *
 * A store that was made for the default file, and loaded from `/etc/sendpath.conf`, which this user
 * may not write, is saved to the user's own file, which begins as a copy: from then on that one
 * counts for this user, and the other no more.
 *
 * The error is %SENDPATH_PROFILE_ERROR_CHANGED if somebody else wrote the file since it was loaded,
 * %SENDPATH_PROFILE_ERROR_MISSING if somebody removed it, %SENDPATH_PROFILE_ERROR_UNSAFE if others
 * may write it or its folder, and %SENDPATH_PROFILE_ERROR_BROKEN if the configuration is not
 * complete or the file cannot be written. Then nothing was written.
 *
 * Returns: %TRUE if the file holds what the store holds; of a store without a file, if it is complete
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_store_save (SendpathProfileStore *self, GError **error)
{
  g_autoptr(ProfileFile) file = NULL;
  g_autoptr(ProfileFile) checked = NULL;
  g_autoptr(GBytes) text = NULL;
  gboolean is_copy;

  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), FALSE);

  file = self->loaded != NULL ? profile_parser_run (self->path, self->loaded, error)
                              : profile_file_new (profile_store_get_name (self));
  if (file == NULL)
    return FALSE;
  profile_join_put_sections (file, SENDPATH_SECTION_ACCOUNT, self->accounts);
  profile_join_put_sections (file, SENDPATH_SECTION_LOCATION, self->locations);
  profile_join_put_values (file, SENDPATH_SECTION_POLICY, self->policy);
  profile_join_put_values (file, SENDPATH_SECTION_SERVE, self->serve);

  text = profile_file_to_bytes (file);
  checked = parse_checked (profile_store_get_name (self), text, error);
  if (checked == NULL)
    return FALSE;
  if (self->path == NULL)
    return TRUE;
  if (self->loaded != NULL && g_bytes_equal (self->loaded, text))
    return TRUE;
  is_copy = self->own_path != NULL && access (self->path, W_OK) != 0;
  if (!profile_disk_write (is_copy ? self->own_path : self->path, is_copy ? NULL : self->loaded,
                           text, error))
    return FALSE;

  if (is_copy)
    {
      g_free (self->path);
      self->path = g_steal_pointer (&self->own_path);
      freeze (self);
    }
  g_clear_pointer (&self->loaded, g_bytes_unref);
  self->loaded = g_steal_pointer (&text);
  return TRUE;
}

/* ---- what is in it --------------------------------------------------------------------------- */

/**
 * sendpath_profile_store_get_accounts:
 * @self: a #SendpathProfileStore
 *
 * Gets the accounts, in the order of the file.
 *
 * Returns: (transfer none): a list model of #SendpathAccount that follows the store
 *
 * Since: 1.0
 */
GListModel *
sendpath_profile_store_get_accounts (SendpathProfileStore *self)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);

  return G_LIST_MODEL (self->accounts);
}

/**
 * sendpath_profile_store_get_locations:
 * @self: a #SendpathProfileStore
 *
 * Gets the locations, in the order of the file.
 *
 * Returns: (transfer none): a list model of #SendpathLocation that follows the store
 *
 * Since: 1.0
 */
GListModel *
sendpath_profile_store_get_locations (SendpathProfileStore *self)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);

  return G_LIST_MODEL (self->locations);
}

/**
 * sendpath_profile_store_get_account:
 * @self: a #SendpathProfileStore
 * @id: name of an account
 *
 * Finds an account by its name.
 *
 * Returns: (transfer none) (nullable): the account, or %NULL if there is none of that name
 *
 * Since: 1.0
 */
SendpathAccount *
sendpath_profile_store_get_account (SendpathProfileStore *self, const char *id)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return profile_join_find (self->accounts, id);
}

/**
 * sendpath_profile_store_get_location:
 * @self: a #SendpathProfileStore
 * @id: name of a location
 *
 * Finds a location by its name.
 *
 * Returns: (transfer none) (nullable): the location, or %NULL if there is none of that name
 *
 * Since: 1.0
 */
SendpathLocation *
sendpath_profile_store_get_location (SendpathProfileStore *self, const char *id)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return profile_join_find (self->locations, id);
}

static gboolean
add_object (GListStore *list, gpointer object, const char *kind, GError **error)
{
  const char *id = profile_join_get_id (object);

  if (!profile_value_is_id (id))
    {
      g_autofree char *shown = profile_value_dup_shown (id);

      g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
                   _("\"%s\" cannot be the name of a section: use letters, digits and \"-\""),
                   shown);
      return FALSE;
    }
  if (profile_join_find (list, id) != NULL)
    {
      g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_EXISTS,
                   _("[%s %s] is there already"), kind, id);
      return FALSE;
    }
  if (!key_values_check (profile_join_get_values (object), error))
    {
      g_prefix_error (error, "%s %s: ", kind, id);
      return FALSE;
    }
  g_list_store_append (list, object);
  return TRUE;
}

static gboolean
remove_object (GListStore *list, const char *id)
{
  gpointer object = profile_join_find (list, id);
  guint position = 0;

  if (object == NULL || !g_list_store_find (list, object, &position))
    return FALSE;
  g_list_store_remove (list, position);
  return TRUE;
}

/**
 * sendpath_profile_store_add_account:
 * @self: a #SendpathProfileStore
 * @account: the account to add
 * @error: return location for a #GError, or %NULL
 *
 * Adds an account behind the others.
 *
 * Nothing is written before sendpath_profile_store_save() is called, which also checks whether the
 * account is complete. The error is %SENDPATH_PROFILE_ERROR_EXISTS if its name is taken, and
 * %SENDPATH_PROFILE_ERROR_BROKEN if the name or a value is bad.
 *
 * Returns: %TRUE if the store has the account, and a reference to it
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_store_add_account (SendpathProfileStore *self, SendpathAccount *account,
                                    GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), FALSE);
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (account), FALSE);

  return add_object (self->accounts, account, "account", error);
}

/**
 * sendpath_profile_store_add_location:
 * @self: a #SendpathProfileStore
 * @location: the location to add
 * @error: return location for a #GError, or %NULL
 *
 * Adds a location behind the others.
 *
 * Nothing is written before sendpath_profile_store_save() is called. The error is
 * %SENDPATH_PROFILE_ERROR_EXISTS if its name is taken, and %SENDPATH_PROFILE_ERROR_BROKEN if the
 * name is bad.
 *
 * Returns: %TRUE if the store has the location, and a reference to it
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_store_add_location (SendpathProfileStore *self, SendpathLocation *location,
                                     GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), FALSE);
  g_return_val_if_fail (SENDPATH_IS_LOCATION (location), FALSE);

  return add_object (self->locations, location, "location", error);
}

/**
 * sendpath_profile_store_remove_account:
 * @self: a #SendpathProfileStore
 * @id: name of an account
 * @error: return location for a #GError, or %NULL
 *
 * Removes an account.
 *
 * Its section goes when the store is saved; that fails as long as another section names the
 * account. Passwords stay in the keyring. The error is %SENDPATH_PROFILE_ERROR_NO_ACCOUNT if there
 * is none of that name.
 *
 * Returns: %TRUE if the store had the account
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_store_remove_account (SendpathProfileStore *self, const char *id, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (remove_object (self->accounts, id))
    return TRUE;
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
               _("%s: there is no account \"%s\""), profile_store_get_name (self), id);
  return FALSE;
}

/**
 * sendpath_profile_store_remove_location:
 * @self: a #SendpathProfileStore
 * @id: name of a location
 * @error: return location for a #GError, or %NULL
 *
 * Removes a location.
 *
 * Its section goes when the store is saved. The error is %SENDPATH_PROFILE_ERROR_MISSING if there
 * is none of that name.
 *
 * Returns: %TRUE if the store had the location
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_store_remove_location (SendpathProfileStore *self, const char *id, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (remove_object (self->locations, id))
    return TRUE;
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING,
               _("%s: there is no location \"%s\""), profile_store_get_name (self), id);
  return FALSE;
}

/* ---- match ----------------------------------------------------------------------------------- */

/* The account that @address belongs to most closely, the first of several, or NULL. */
static SendpathAccount *
find_closest (SendpathProfileStore *self, const char *address)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->accounts));
  SendpathAccount *closest = NULL;
  AccountRank best = ACCOUNT_RANK_NONE;

  for (guint i = 0; i < n_items && address != NULL; i++)
    {
      g_autoptr(SendpathAccount) account = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);
      AccountRank rank = account_rank (account, address);

      if (rank > best)
        {
          best = rank;
          closest = account; /* the list keeps it alive */
        }
    }
  return closest;
}

/* The one that says `default = yes`, else the first. */
static SendpathAccount *
find_default (SendpathProfileStore *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->accounts));
  SendpathAccount *found = NULL;

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(SendpathAccount) account = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      if (found == NULL || sendpath_account_get_boolean (account, "default"))
        found = account;
    }
  return found;
}

/**
 * sendpath_profile_store_match_account:
 * @self: a #SendpathProfileStore
 * @from: (nullable): the address in From:, without name and angle brackets
 * @sender: (nullable): the envelope sender that was asked for
 * @location: (nullable): where we are
 * @ret_matched: (out) (optional): return location for whether an address decided, or %NULL
 *
 * Chooses the account for a message.
 *
 * The account whose address is @from comes first, then one that has it among its aliases, then one
 * that covers its domain; of several the first in the file. If no account has @from, @sender is
 * looked for in the same way. If no account has either, it is the one that @location prefers, else
 * the default one; then @ret_matched is set to %FALSE, and the message must go with the account's
 * own address as envelope sender.
 *
 * Returns: (transfer none) (nullable): the account, or %NULL only if there are no accounts
 *
 * Since: 1.0
 */
SendpathAccount *
sendpath_profile_store_match_account (SendpathProfileStore *self, const char *from,
                                      const char *sender, SendpathLocation *location,
                                      gboolean *ret_matched)
{
  SendpathAccount *account;
  const char *preferred;

  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);
  g_return_val_if_fail (location == NULL || SENDPATH_IS_LOCATION (location), NULL);

  account = find_closest (self, from);
  if (account == NULL)
    account = find_closest (self, sender);
  if (ret_matched != NULL)
    *ret_matched = account != NULL;
  if (account != NULL)
    return account;

  preferred = location != NULL ? sendpath_location_get (location, "account") : NULL;
  if (preferred != NULL)
    account = profile_join_find (self->accounts, preferred);
  return account != NULL ? account : find_default (self);
}

/* The first in the file; the list keeps it alive. */
static SendpathLocation *
find_location_of_view (SendpathProfileStore *self, const NetworkView *view, char ***ret_keys)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->locations));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(SendpathLocation) location =
                     g_list_model_get_item (G_LIST_MODEL (self->locations), i);
      g_auto(GStrv) keys = location_dup_matching_keys (location, view);

      if (keys == NULL)
        continue;
      if (ret_keys != NULL)
        *ret_keys = g_steal_pointer (&keys);
      return location;
    }
  return NULL;
}

/**
 * sendpath_profile_store_match_location:
 * @self: a #SendpathProfileStore
 * @network: a network
 * @ret_keys: (out) (optional) (transfer full) (array zero-terminated=1): return location for the
 *   names of the keys it was recognised by, or %NULL
 *
 * Finds the location that a network is.
 *
 * Of several active connections the one with the default route decides first; what one connection alone
 * does not fit may fit all of them together.
 *
 * Returns: (transfer none) (nullable): the first location in the file that matches, or %NULL if
 *   none does; @ret_keys is set only if one does
 *
 * Since: 1.0
 */
SendpathLocation *
sendpath_profile_store_match_location (SendpathProfileStore *self, SendpathNetwork *network,
                                       char ***ret_keys)
{
  GPtrArray *views;

  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);
  g_return_val_if_fail (SENDPATH_IS_NETWORK (network), NULL);

  views = network_get_views (network);
  for (guint i = 0; i < views->len; i++)
    {
      SendpathLocation *location = find_location_of_view (self, views->pdata[i], ret_keys);

      if (location != NULL)
        return location;
    }
  return NULL;
}

static KeyValues *
get_policy_values (SendpathProfileStore *self, const char *key)
{
  return sendpath_profile_key_find (SENDPATH_SECTION_SERVE, key) != NULL ? self->serve
                                                                         : self->policy;
}

/**
 * sendpath_profile_store_get_policy:
 * @self: a #SendpathProfileStore
 * @key: name of a key that `[policy]` or `[serve]` may have
 *
 * Gets the value of a key that is not of one account or location.
 *
 * Returns: (transfer none) (nullable): the value, or its default, valid until it is set or
 *   the store is loaded again; %NULL if there is neither
 *
 * Since: 1.0
 */
const char *
sendpath_profile_store_get_policy (SendpathProfileStore *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return key_values_get (get_policy_values (self, key), key);
}

/**
 * sendpath_profile_store_get_policy_integer:
 * @self: a #SendpathProfileStore
 * @key: name of a key that `[policy]` or `[serve]` may have, whose value is a number
 *
 * Gets the value of a numeric key that is not of one account or location.
 *
 * Returns: the number, in the key's unit, or its default; 0 if there is neither
 *
 * Since: 1.0
 */
guint64
sendpath_profile_store_get_policy_integer (SendpathProfileStore *self, const char *key)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), 0);
  g_return_val_if_fail (key != NULL, 0);

  return key_values_get_integer (get_policy_values (self, key), key);
}

/**
 * sendpath_profile_store_set_policy:
 * @self: a #SendpathProfileStore
 * @key: name of a key that `[policy]` or `[serve]` may have
 * @value: (nullable): the new value, or %NULL to go back to the default
 * @error: return location for a #GError, or %NULL
 *
 * Sets a key that is not of one account or location.
 *
 * The file is written by sendpath_profile_store_save(), not here. The error is
 * %SENDPATH_PROFILE_ERROR_BROKEN if the key is unknown or cannot have that value.
 *
 * Returns: %TRUE if the key has the value now; on failure it keeps the old one
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_store_set_policy (SendpathProfileStore *self, const char *key, const char *value,
                                   GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  if (!key_values_set (get_policy_values (self, key), key, value, NULL, error))
    return FALSE;
  freeze (self);
  return TRUE;
}
