/* Whose servers a password is stored for: `ACCOUNT`, `pop:ACCOUNT`, `location:NAME`. It never
 * shows one. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/memory.h"
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

/* The places that @name means; NULL and an error if it means none. */
static GPtrArray *
find_places (SendpathProfileStore *profiles, const char *name, GError **error)
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
    add_account_places (places, account);
  if (places->len > 0)
    return g_steal_pointer (&places);
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
               _ ("%s: %s names no account or location with a server for a password"),
               sendpath_profile_store_get_path (profiles), name);
  return NULL;
}

/* A new password may be tried again (R-5). */
static void
forget_refusal (SendpathEngine *self, const SecretQuery *query)
{
  g_autofree char *state_dir = NULL;
  g_autoptr (Memory) memory = NULL;

  g_object_get (self, "state-dir", &state_dir, NULL);
  memory = memory_new (state_dir);
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
 * password of its own, for its POP3 server. Blocks while the keyring asks to be unlocked.
 *
 * Returns: %TRUE if it was stored for all of them
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_set_password (SendpathEngine *self, const char *name, const char *password,
                              char ***ret_stored_for, GError **error)
{
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (GStrvBuilder) servers = g_strv_builder_new ();
  g_autoptr (SendpathSecret) secret = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (name != NULL && password != NULL, FALSE);

  places = find_places (sendpath_engine_get_profiles (self), name, error);
  if (places == NULL)
    return FALSE;
  secret = sendpath_secret_new (password, strlen (password), SECRET_PASSWORD);
  for (guint i = 0; i < places->len; i++)
    {
      const Place *place = places->pdata[i];
      SecretQuery query = make_query (place);

      if (!secrets_store (&query, secret, NULL, error))
        {
          translate_error (error);
          return FALSE;
        }
      forget_refusal (self, &query);
      g_strv_builder_add (servers, place->server);
    }
  engine_tell_event (self, SCHEDULE_PASSWORD);
  if (ret_stored_for != NULL)
    *ret_stored_for = g_strv_builder_end (servers);
  return TRUE;
}

/**
 * sendpath_engine_clear_password:
 * @self: a #SendpathEngine
 * @name: an account's id, `pop:ACCOUNT` or `location:NAME`
 * @error: return location for a #GError, or %NULL
 *
 * Removes the password that sendpath stored, wherever sendpath_engine_set_password() put it. What
 * other programs stored stays. Blocks. The error is %SENDPATH_ERROR_NOT_FOUND if there was none.
 *
 * Returns: %TRUE if it was there and is gone
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_clear_password (SendpathEngine *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean was_there = FALSE;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  places = find_places (sendpath_engine_get_profiles (self), name, error);
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
 * Returns: (transfer none): `keyring`, `command`, `missing` or `locked`: where the password of its
 *   first server is. A token of the desktop's online account counts as `keyring`, and as `locked`
 *   if its owner has to sign in again. Nobody is asked
 *
 * Since: 1.0
 */
const char *
sendpath_engine_get_secret_state (SendpathEngine *self, const char *account)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  SendpathAccount *found;
  SecretQuery query;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), "missing");

  found = sendpath_profile_store_get_account (sendpath_engine_get_profiles (self), account);
  if (found != NULL)
    add_smtp_places (places, found);
  if (places->len == 0)
    return "missing";
  ((Place *) places->pdata[0])->from_desktop = has_desktop_token (found);
  query = make_query (places->pdata[0]);
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
  g_autofree char *state_dir = NULL;
  g_autofree char *by_network = g_strdup_printf ("%s@", account);
  g_autofree char *by_server = g_strdup_printf ("%s/", account);
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  g_autoptr (Memory) memory = NULL;
  g_autoptr (Trust) trust = NULL;
  SendpathAccount *found;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (account != NULL);

  g_object_get (self, "state-dir", &state_dir, NULL);
  memory = memory_new (state_dir);
  trust = trust_new (state_dir);
  memory_forget (memory, NULL, by_network);
  memory_forget (memory, NULL, by_server);
  found = sendpath_profile_store_get_account (sendpath_engine_get_profiles (self), account);
  if (found != NULL)
    {
      add_smtp_places (places, found);
      add_pop_place (places, found);
    }
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
