/* Whose servers a password is stored for: `ACCOUNT`, `pop:ACCOUNT`, `location:NAME`. It never
 * shows one. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/memory.h"
#include "profiles/profile-store-private.h"
#include "profiles/secrets.h"
#include "profiles/trust.h"
#include "sendpath/engine-private.h"
#include "sendpath/walk/plan.h"
#include "sendpath/walk/recipient-limit.h"
#include "sendpath/walk/refusals.h"
#include "sendpath/walk/server-face.h"

/* One place where a password is kept. */
typedef struct {
  char *owner; /* account id or `location:NAME` */
  const char *service;
  const char *protocol;
  char *user;
  char *server;
  const char *secret_command; /* borrowed from the account, or NULL */
  const char *token_command;
  gboolean from_desktop;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->owner);
  g_free (place->user);
  g_free (place->server);
  g_free (place);
}

static SecretQuery
make_query (const Place *place)
{
  return (SecretQuery) { .account = place->owner,
                         .service = place->service,
                         .user = place->user,
                         .server = place->server,
                         .protocol = place->protocol,
                         .secret_command = place->secret_command,
                         .token_command = place->token_command,
                         .from_desktop = place->from_desktop };
}

/* @server as configured; the port says nothing about whose password it is (R-1). */
static void
add_place (GPtrArray *places, const char *owner, const char *service, const char *protocol,
           const char *user, const char *server)
{
  Place *place = g_new0 (Place, 1);

  place->owner = g_strdup (owner);
  place->service = service;
  place->protocol = protocol;
  place->user = g_strdup (user);
  place->server = plan_dup_host (server);
  g_ptr_array_add (places, place);
}

static void
add_smtp_places (GPtrArray *places, SendpathAccount *account)
{
  g_auto (GStrv) servers = sendpath_account_dup_list (account, "smtp");
  const char *user = sendpath_account_get (account, "user");

  for (guint i = 0; servers[i] != NULL; i++)
    {
      Place *place;

      add_place (places, sendpath_account_get_id (account), "smtp", "smtp", user, servers[i]);
      place = places->pdata[places->len - 1];
      place->secret_command = sendpath_account_get (account, "secret-command");
      place->token_command = sendpath_account_get (account, "token-command");
    }
}

static void
add_pop_place (GPtrArray *places, SendpathAccount *account)
{
  const char *pop = sendpath_account_get (account, "pop");

  if (pop != NULL)
    add_place (places, sendpath_account_get_id (account), "pop", "pop3",
               sendpath_account_get (account, "pop-user"), pop);
}

static void
add_location_places (GPtrArray *places, SendpathLocation *location)
{
  g_auto (GStrv) servers = sendpath_location_dup_list (location, "smtp");
  g_autofree char *owner = g_strdup_printf ("location:%s", sendpath_location_get_id (location));

  for (guint i = 0; servers[i] != NULL; i++)
    add_place (places, owner, "smtp", "smtp", sendpath_location_get (location, "user"), servers[i]);
}

/* TRUE if the POP3 server was given a password of its own, which one for the account must not
 * replace. */
static gboolean
has_own_password (const Place *pop, const Place *smtp)
{
  SecretQuery pop_query = make_query (pop);
  SecretQuery smtp_query = make_query (smtp);
  g_autoptr (SendpathSecret) pop_secret = secrets_lookup (&pop_query, TRUE, NULL, NULL);
  g_autoptr (SendpathSecret) smtp_secret = secrets_lookup (&smtp_query, TRUE, NULL, NULL);

  return pop_secret != NULL &&
         (smtp_secret == NULL ||
          strcmp (sendpath_secret_peek (pop_secret), sendpath_secret_peek (smtp_secret)) != 0);
}

static void
add_account_places (GPtrArray *places, SendpathAccount *account)
{
  g_autoptr (GPtrArray) pop = g_ptr_array_new_with_free_func (place_free);

  add_smtp_places (places, account);
  add_pop_place (pop, account);
  if (pop->len > 0 && (places->len == 0 || !has_own_password (pop->pdata[0], places->pdata[0])))
    g_ptr_array_extend_and_steal (places, g_steal_pointer (&pop));
}

static void
add_all_places (GPtrArray *places, SendpathAccount *account)
{
  add_smtp_places (places, account);
  add_pop_place (places, account);
}

/* The places that @name means, by @add_places if it is an account's; NULL and an error if it means none.
 * Places borrow from @profiles. */
static GPtrArray *
find_servers (SendpathProfileStore *profiles, const char *name,
              void (*add_places) (GPtrArray *, SendpathAccount *), GError **error)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  gboolean is_pop = g_str_has_prefix (name, "pop:");
  gboolean is_location = g_str_has_prefix (name, "location:");
  SendpathAccount *account =
      sendpath_profile_store_get_account (profiles, is_pop ? name + strlen ("pop:") : name);
  SendpathLocation *location =
      is_location ? sendpath_profile_store_get_location (profiles, name + strlen ("location:"))
                  : NULL;

  if (location != NULL)
    add_location_places (places, location);
  else if (account != NULL && is_pop)
    add_pop_place (places, account);
  else if (account != NULL)
    add_places (places, account);
  if (places->len > 0)
    return g_steal_pointer (&places);
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
               _ ("%s: %s names no account or location with a server for a password"),
               profile_store_get_name (profiles), name);
  return NULL;
}

/* Where one for @name is stored. */
static GPtrArray *
find_places (SendpathProfileStore *profiles, const char *name, GError **error)
{
  return find_servers (profiles, name, add_account_places, error);
}

/* A new password may be tried again (R-5). */
static void
forget_refusal (SendpathEngine *self, const SecretQuery *query)
{
  g_autoptr (Memory) memory = memory_new (self->state_dir);

  refusals_forget (memory, query);
}

/* The keyring's errors in the words of the public face. */
static void
translate_error (GError **error)
{
  if (error == NULL || *error == NULL || (*error)->domain != SENDPATH_SECRET_ERROR)
    return;
  (*error)->code = (*error)->code == SENDPATH_SECRET_ERROR_NOT_FOUND ? SENDPATH_ERROR_NOT_FOUND
                                                                     : SENDPATH_ERROR_KEYRING;
  (*error)->domain = SENDPATH_ERROR;
}

/* ---- stored ---------------------------------------------------------------------------------- */

/* The servers that it was stored for, or NULL and an error. */
static char **
store (SendpathEngine *self, const char *name, const SendpathSecret *secret,
       GCancellable *cancellable, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = engine_dup_profiles (self);
  g_autoptr (GPtrArray) places = find_places (profiles, name, error);
  g_autoptr (GStrvBuilder) servers = g_strv_builder_new ();

  if (places == NULL)
    return NULL;
  for (guint i = 0; i < places->len; i++)
    {
      const Place *place = places->pdata[i];
      SecretQuery query = make_query (place);

      if (!secrets_store (&query, secret, cancellable, error))
        {
          translate_error (error);
          return NULL;
        }
      forget_refusal (self, &query);
      g_strv_builder_add (servers, place->server);
    }
  engine_tell_event (self, SCHEDULE_PASSWORD);
  return g_strv_builder_end (servers);
}

static gboolean
take_servers (char **servers, char ***ret_stored_for)
{
  if (servers != NULL && ret_stored_for != NULL)
    *ret_stored_for = servers;
  else
    g_strfreev (servers);
  return servers != NULL;
}

/**
 * sendpath_engine_set_password:
 * @self: a #SendpathEngine
 * @name: an account's id, `pop:ACCOUNT` or `location:NAME`
 * @password: the password; @password stays the caller's to wipe
 * @ret_stored_for: (out) (optional) (transfer full) (array zero-terminated=1): the servers it was
 *   stored for
 * @error: return location for a #GError, or %NULL
 *
 * Stores a password in the Secret Service, for the SMTP servers of an account and, unless it has a
 * password of its own, for its POP3 server.
 *
 * @error is %SENDPATH_PROFILE_ERROR_NO_ACCOUNT if @name has no server for a password, or
 * %SENDPATH_ERROR_KEYRING.
 *
 * This function blocks while the keyring asks to be unlocked, and may be called from any thread.
 *
 * Returns: %TRUE if it was stored for all of them
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_set_password (SendpathEngine *self, const char *name, const char *password,
                              char ***ret_stored_for, GError **error)
{
  g_autoptr (SendpathSecret) secret = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (name != NULL && password != NULL, FALSE);

  secret = sendpath_secret_new (password, strlen (password), SECRET_PASSWORD);
  return take_servers (store (self, name, secret, NULL, error), ret_stored_for);
}

typedef struct {
  char *name;
  SendpathSecret *secret;
} Storing;

static void
storing_free (gpointer data)
{
  Storing *storing = data;

  g_free (storing->name);
  sendpath_secret_unref (storing->secret);
  g_free (storing);
}

static void
run_store (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  const Storing *storing = data;
  GError *error = NULL;
  char **servers = store (self, storing->name, storing->secret, cancellable, &error);

  if (servers != NULL)
    g_task_return_pointer (task, servers, (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

/**
 * sendpath_engine_set_password_async:
 * @self: a #SendpathEngine
 * @name: an account's id, `pop:ACCOUNT` or `location:NAME`
 * @password: the password; it is copied to memory that is not paged out, and @password stays the
 *   caller's to wipe
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_set_password() in a worker thread.
 *
 * Since: 1.0
 */
void
sendpath_engine_set_password_async (SendpathEngine *self, const char *name, const char *password,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Storing *storing;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (name != NULL && password != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  storing = g_new0 (Storing, 1);
  storing->name = g_strdup (name);
  storing->secret = sendpath_secret_new (password, strlen (password), SECRET_PASSWORD);
  g_task_set_source_tag (task, sendpath_engine_set_password_async);
  g_task_set_task_data (task, storing, storing_free);
  g_task_set_check_cancellable (task, FALSE); /* what is stored is stored */
  g_task_run_in_thread (task, run_store);
}

/**
 * sendpath_engine_set_password_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @ret_stored_for: (out) (optional) (transfer full) (array zero-terminated=1): the servers it was
 *   stored for
 * @error: return location for a #GError, or %NULL
 *
 * Returns: as sendpath_engine_set_password()
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_set_password_finish (SendpathEngine *self, GAsyncResult *result,
                                     char ***ret_stored_for, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return take_servers (g_task_propagate_pointer (G_TASK (result), error), ret_stored_for);
}

/**
 * sendpath_engine_clear_password:
 * @self: a #SendpathEngine
 * @name: an account's id, `pop:ACCOUNT` or `location:NAME`
 * @error: return location for a #GError, or %NULL
 *
 * Removes the password that sendpath stored, wherever sendpath_engine_set_password() put it. What
 * other programs stored stays.
 *
 * @error is %SENDPATH_ERROR_NOT_FOUND if there was none, %SENDPATH_PROFILE_ERROR_NO_ACCOUNT if @name has
 * no server for a password, or %SENDPATH_ERROR_KEYRING.
 *
 * This function blocks while the keyring asks to be unlocked, and may be called from any thread.
 *
 * Returns: %TRUE if it was there and is gone
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_clear_password (SendpathEngine *self, const char *name, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean was_there = FALSE;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  profiles = engine_dup_profiles (self);
  places = find_places (profiles, name, error);
  if (places == NULL)
    return FALSE;
  for (guint i = 0; i < places->len; i++)
    {
      SecretQuery query = make_query (places->pdata[i]);

      g_clear_error (&local_error);
      if (secrets_clear (&query, NULL, &local_error))
        was_there = TRUE;
      else if (!g_error_matches (local_error, SENDPATH_SECRET_ERROR,
                                 SENDPATH_SECRET_ERROR_NOT_FOUND))
        break;
    }
  if (local_error == NULL ||
      (was_there &&
       g_error_matches (local_error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND)))
    return TRUE;
  translate_error (&local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* ---- of the host ----------------------------------------------------------------------------- */

PasswordSource *
engine_ref_passwords (SendpathEngine *self)
{
  PasswordSource *source;

  g_mutex_lock (&self->mutex);
  source = self->passwords != NULL ? password_source_ref (self->passwords) : NULL;
  g_mutex_unlock (&self->mutex);
  return source;
}

/**
 * sendpath_engine_set_password_func:
 * @self: a #SendpathEngine
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): what has the passwords, or
 *   %NULL: the keyring again
 * @user_data: data for @func
 * @destroy: (nullable): called for @user_data once @func will not be called again
 *
 * For programs with a password store of their own: calls that begin from now on look for passwords,
 * and for access tokens, there. The Secret Service and the desktop's online accounts are left alone; the
 * `secret-command` or `token-command` of an account comes first all the same.
 *
 * @func is called as the signals of @self are emitted: in the thread-default main context that was current
 * when the call that needs the password began, and for a call that blocks in its thread. See
 * #SendpathPasswordFunc for its answers. It is asked for each login anew, before a message is offered to a
 * server that takes a login, but not again after a password was refused, until
 * sendpath_engine_note_new_password(): no account is to be locked out. Then, and if it declines,
 * #SendpathEngine::request asks the user.
 *
 * @destroy is called in the thread that is calling this function now: at once if @func is replaced or
 * @self goes there and nothing is under way, else from that thread's main context of now. May be called
 * from any thread.
 *
 * Since: 1.0
 */
void
sendpath_engine_set_password_func (SendpathEngine *self, SendpathPasswordFunc func,
                                   gpointer user_data, GDestroyNotify destroy)
{
  PasswordSource *source;
  PasswordSource *old;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (func != NULL || destroy == NULL);

  source = func != NULL ? password_source_new (func, user_data, destroy) : NULL;
  g_mutex_lock (&self->mutex);
  old = self->passwords;
  self->passwords = source;
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&old, password_source_unref);
}

/**
 * sendpath_engine_note_new_password:
 * @self: a #SendpathEngine
 * @name: an account's id, `pop:ACCOUNT` or `location:NAME`
 * @error: return location for a #GError, or %NULL
 *
 * For programs with a password store of their own: says that there is another password for @name than
 * the one that was refused or missing. It may be tried, and whoever looks after the outbox tries what
 * waits for it.
 *
 * @error is %SENDPATH_PROFILE_ERROR_NO_ACCOUNT if @name has no server for a password. May be called from
 * any thread.
 *
 * Returns: %TRUE if it is noted
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_note_new_password (SendpathEngine *self, const char *name, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (GPtrArray) places = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  profiles = engine_dup_profiles (self);
  places = find_servers (profiles, name, add_all_places, error);
  if (places == NULL)
    return FALSE;
  for (guint i = 0; i < places->len; i++)
    {
      SecretQuery query = make_query (places->pdata[i]);

      forget_refusal (self, &query);
    }
  engine_tell_event (self, SCHEDULE_PASSWORD);
  return TRUE;
}

/* ---- state ----------------------------------------------------------------------------------- */

/* The account says that it logs in by a token, and not where that comes from. What `auto` becomes
 * depends on the server, which is not asked here. */
static gboolean
has_desktop_token (SendpathAccount *account)
{
  const char *auth = sendpath_account_get (account, "auth");

  return sendpath_account_get (account, "token-command") == NULL &&
         (g_str_equal (auth, "xoauth2") || g_str_equal (auth, "oauthbearer"));
}

/**
 * sendpath_engine_get_secret_state:
 * @self: a #SendpathEngine
 * @account: id of an account
 *
 * This function blocks for two seconds at most, if the keyring does not answer, and may be called from
 * any thread. Nobody is asked.
 *
 * Returns: (transfer none): `keyring`, `command`, `host`, `missing` or `locked`: where the password of its
 *   first server is. A token of the desktop's online account counts as `keyring`, and as `locked`
 *   if its owner has to sign in again; `host` is the function of sendpath_engine_set_password_func(),
 *   which may or may not have it
 *
 * Since: 1.0
 */
const char *
sendpath_engine_get_secret_state (SendpathEngine *self, const char *account)
{
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (PasswordSource) host = NULL;
  g_autoptr (GPtrArray) places = NULL;
  SendpathAccount *found;
  SecretQuery query;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), "missing");
  g_return_val_if_fail (account != NULL, "missing");

  profiles = engine_dup_profiles (self);
  host = engine_ref_passwords (self);
  places = g_ptr_array_new_with_free_func (place_free);
  found = sendpath_profile_store_get_account (profiles, account);
  if (found != NULL)
    add_smtp_places (places, found);
  if (places->len == 0)
    return "missing";
  ((Place *) places->pdata[0])->from_desktop = has_desktop_token (found);
  query = make_query (places->pdata[0]);
  if (host != NULL && query.secret_command == NULL && query.token_command == NULL)
    return "host";
  return secrets_get_state (&query, NULL);
}

/**
 * sendpath_engine_forget_account:
 * @self: a #SendpathEngine
 * @account: id of an account
 *
 * Forgets what was learned about the account: routes that worked, POP logins, refused logins, how
 * many recipients its servers take, and that they spoke TLS (R-12).
 *
 * Since: 1.0
 */
void
sendpath_engine_forget_account (SendpathEngine *self, const char *account)
{
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autofree char *by_network = g_strdup_printf ("%s@", account);
  g_autofree char *by_server = g_strdup_printf ("%s/", account);
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  g_autoptr (Memory) memory = NULL;
  g_autoptr (Trust) trust = NULL;
  SendpathAccount *found;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (account != NULL);

  memory = memory_new (self->state_dir);
  trust = trust_new (self->state_dir);
  memory_forget (memory, NULL, by_network);
  memory_forget (memory, NULL, by_server);
  profiles = engine_dup_profiles (self);
  found = sendpath_profile_store_get_account (profiles, account);
  if (found != NULL)
    add_all_places (places, found);
  for (guint i = 0; i < places->len; i++)
    {
      const Place *place = places->pdata[i];

      trust_forget (trust, place->server);
      server_face_forget (memory, place->server);
      recipient_limit_forget (memory, place->server);
    }
}

/**
 * sendpath_engine_harden_process:
 *
 * Makes this process leave no core file, be unreadable by other processes of the same user, and write
 * down no TLS keys, as a program that holds passwords should. For programs, not for libraries inside
 * other programs; call it first, before there is a second thread.
 *
 * Since: 1.0
 */
void
sendpath_engine_harden_process (void)
{
  secrets_harden_process ();
  g_unsetenv ("SSLKEYLOGFILE"); /* GnuTLS honours it (T-084) */
}
