/* Programs of this user that hand in messages by SMTP, for as long as somebody listens to them. A client is
 * let in by its token, and sends by its accounts alone. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <sys/socket.h>

#include "profiles/serve-clients.h"
#include "sendpath/client-token.h"
#include "sendpath/engine-private.h"
#include "sendpath/hand-in-private.h"
#include "sendpath/serve.h"
#include "sendpath/served.h"
#include "sendpath/submission/listener.h"
#include "sendpath/submission/smtp-server.h"

#define CLIENTS_MAX      64
#define RECIPIENTS_MAX   1000
#define BYTES_MAX        (G_GUINT64_CONSTANT (100) * 1024 * 1024)
#define PATIENCE_S       300 /* RFC 5321 section 4.5.3.2.7 */
#define LIFETIME_S       3600
#define LOGIN_S          60
#define REFUSAL_DELAY_MS 1000

typedef struct {
  SendpathEngine *engine; /* as it was given: its folders and the name of its file */
  SendpathServeFunc func;
  gpointer user_data;
  GCancellable *cancellable;
} Serve;

static void
tell (const Serve *serve, SendpathServeEvent event, const char *client, const char *id)
{
  if (serve->func != NULL)
    serve->func (event, client, id, serve->user_data);
}

/* ---- logging in ------------------------------------------------------------------------------ */

/* Whoever is not known is told nothing that somebody with a wrong password is not told, and what was typed
 * for a name may be a password: nobody else hears of it. */
static char *
log_in (const char *user, const char *password, gpointer data)
{
  const Serve *serve = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) clients = serve_clients_read (serve->engine->state_dir, &error);
  const ServeClient *client = clients != NULL ? serve_clients_find (clients, user) : NULL;

  if (client != NULL && client_token_check (user, password, serve->cancellable, &error))
    return g_strdup ("235 2.7.0 welcome");
  if (error != NULL)
    return smtp_server_format_reply ("454 4.7.0", error->message);
  tell (serve, SENDPATH_SERVE_REFUSED, client != NULL ? user : NULL, NULL);
  return g_strdup (
      "535 5.7.8 this is no client and its password; a new one comes from: sendpath serve "
      "--new-client NAME");
}

/* ---- the configuration ----------------------------------------------------------------------- */

/* That of now: a thread shares none with others. One that is there but cannot be used gives @ret_hold_reason
 * and an empty store; what was never in a file is the host's. */
static SendpathProfileStore *
read_profiles (const Serve *serve, char **ret_hold_reason, GError **error)
{
  g_autoptr (SendpathProfileStore) given = engine_dup_profiles (serve->engine);
  const char *path = sendpath_profile_store_get_path (given);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (GError) local_error = NULL;

  if (path == NULL)
    return g_steal_pointer (&given);
  profiles = sendpath_profile_store_new (path);
  if (sendpath_profile_store_load (profiles, &local_error))
    return g_steal_pointer (&profiles);
  if (g_error_matches (local_error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  *ret_hold_reason = g_strdup (local_error->message);
  return g_steal_pointer (&profiles);
}

static SendpathEngine *
open_engine (const Serve *serve, char **ret_hold_reason, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = read_profiles (serve, ret_hold_reason, error);
  g_autofree char *location = engine_dup_given_location (serve->engine);

  if (profiles == NULL)
    return NULL;
  return g_object_new (SENDPATH_TYPE_ENGINE, "profiles", profiles, "outbox-dir",
                       serve->engine->outbox_dir, "state-dir", serve->engine->state_dir, "location",
                       location, NULL);
}

/* What such a client may send by: it has to be known for certain. NULL and the reply that says why not. */
static GPtrArray *
find_accounts (const Serve *serve, SendpathEngine *engine, const char *name, char **ret_refusal)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) clients = serve_clients_read (serve->engine->state_dir, NULL);
  const ServeClient *client = clients != NULL ? serve_clients_find (clients, name) : NULL;
  GListModel *accounts = sendpath_profile_store_get_accounts (engine->profiles);

  for (guint i = 0; client != NULL && i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (SendpathAccount) account = g_list_model_get_item (accounts, i);

      if (serve_client_has_account (client, sendpath_account_get_id (account)))
        g_ptr_array_add (found, g_steal_pointer (&account));
    }
  if (found->len > 0)
    return g_steal_pointer (&found);
  *ret_refusal =
      g_strdup_printf ("550 5.7.1 there is no account any more that %s may send by", name);
  return NULL;
}

/* The first of @accounts that may write as @address, or NULL. */
static SendpathAccount *
find_covering (GPtrArray *accounts, const char *address)
{
  for (guint i = 0; address != NULL && i < accounts->len; i++)
    if (sendpath_account_covers (accounts->pdata[i], address))
      return accounts->pdata[i];
  return NULL;
}

/* ---- who sends ------------------------------------------------------------------------------- */

/* An engine, and the accounts of client @name; NULL and the reply that refuses whatever it wants. */
static SendpathEngine *
open_for_client (const Serve *serve, const char *name, GPtrArray **ret_accounts, char **ret_refusal)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hold_reason = NULL;
  g_autoptr (SendpathEngine) engine = open_engine (serve, &hold_reason, &error);

  if (engine == NULL)
    *ret_refusal = hand_in_format_refusal (error);
  else if (hold_reason != NULL)
    *ret_refusal = smtp_server_format_reply ("451 4.3.5", hold_reason);
  else
    *ret_accounts = find_accounts (serve, engine, name, ret_refusal);
  return *ret_refusal == NULL ? g_steal_pointer (&engine) : NULL;
}

/* A notice or a receipt has no sender: From: tells then. */
static char *
refuse_sender (const char *sender, const ListenerGuest *guest, gpointer data)
{
  g_autoptr (GPtrArray) accounts = NULL;
  char *refusal = NULL;
  g_autoptr (SendpathEngine) engine = open_for_client (data, guest->name, &accounts, &refusal);
  g_autofree char *text = NULL;

  if (engine == NULL || *sender == '\0' || find_covering (accounts, sender) != NULL)
    return refusal;
  text = g_strdup_printf ("no account that %s may send by has the address %s; add it to aliases in "
                          "sendpath.conf, or log in as another client",
                          guest->name, sender);
  return smtp_server_format_reply ("550 5.7.1", text);
}

/* As an account is matched for anybody, but among those of the client. */
static SendpathAccount *
choose_account (GPtrArray *accounts, SendpathMessage *message)
{
  const char *addresses[] = { sendpath_message_get_from (message),
                              sendpath_message_get_sender (message) };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      SendpathAccount *account = find_covering (accounts, addresses[i]);

      if (account != NULL)
        return account;
    }
  return accounts->pdata[0];
}

/* ---- a message ------------------------------------------------------------------------------- */

static char *
take_and_tell (const Serve *serve, const Served *served, const char *client,
               SendpathMessage *message)
{
  g_autofree char *id = NULL;
  char *reply = served_take (served, message, &id);

  if (id != NULL || g_str_has_prefix (reply, "250"))
    tell (serve, SENDPATH_SERVE_TAKEN, client, id);
  return reply;
}

static char *
take_from_client (const Serve *serve, const char *name, SendpathMessage *message)
{
  g_autoptr (GPtrArray) accounts = NULL;
  char *refusal = NULL;
  g_autoptr (SendpathEngine) engine = open_for_client (serve, name, &accounts, &refusal);
  Served served = { .engine = engine, .cancellable = serve->cancellable };

  if (engine == NULL)
    return refusal;
  served.account = sendpath_account_get_id (choose_account (accounts, message));
  return take_and_tell (serve, &served, name, message);
}

/* As from `sendmail`. */
static char *
take_from_owner (const Serve *serve, SendpathMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hold_reason = NULL;
  g_autoptr (SendpathEngine) engine = open_engine (serve, &hold_reason, &error);
  Served served = { .engine = engine,
                    .hold_reason = hold_reason,
                    .cancellable = serve->cancellable };

  return engine != NULL ? take_and_tell (serve, &served, NULL, message)
                        : hand_in_format_refusal (error);
}

static char *
take (SendpathMessage *message, const ListenerGuest *guest, gpointer data)
{
  return guest->name != NULL ? take_from_client (data, guest->name, message)
                             : take_from_owner (data, message);
}

/* ---- what others call ------------------------------------------------------------------------ */

static ListenerDoor *
make_doors (const int *fds, gsize n_fds)
{
  ListenerDoor *doors = g_new0 (ListenerDoor, n_fds + 1);

  for (gsize i = 0; i < n_fds; i++)
    {
      int domain = 0;
      socklen_t size = sizeof domain;

      if (getsockopt (fds[i], SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0)
        domain = AF_UNSPEC;
      doors[i] = (ListenerDoor) { fds[i], domain == AF_UNIX ? LISTENER_OWNER : LISTENER_LOGIN };
    }
  return doors;
}

/**
 * sendpath_engine_serve:
 * @self: a #SendpathEngine
 * @fds: (array length=n_fds): sockets that listen: local ones (`AF_UNIX`), or such of TCP that only this
 *   machine reaches; they stay open
 * @n_fds: how many
 * @func: (nullable) (scope call) (closure user_data): is told what happens, or %NULL
 * @user_data: data for @func
 * @cancellable: (nullable): optional #GCancellable, or %NULL to go on for ever
 * @error: return location for a #GError, or %NULL
 *
 * Speaks SMTP (RFC 6409) with programs that hand in messages, many at once, until @cancellable is cancelled.
 *
 * At a local socket processes of this user are heard, and nobody else. By TCP a program logs in with what
 * sendpath_engine_add_client() gave it, and sends by its accounts only; while its token cannot be had,
 * because the keyring is locked, say, it is told to come again. Three wrong passwords end a conversation.
 *
 * A program is told that its message was accepted when it is on disk and synced, and never before. It is
 * sent by whoever looks after the outbox, such as sendpath_engine_watch() in another thread. Where the
 * configuration says `delivery = wait`, and somebody does, its first attempt is waited for, and what was
 * refused for good is refused to the program with the server's words; a copy stays in the outbox. The
 * configuration is read for each message; accounts that are in no file are taken as they stand then.
 *
 * This function blocks, and may be called from any thread. @error is %G_IO_ERROR_NOT_SUPPORTED if one of
 * @fds is no such socket.
 *
 * Returns: %TRUE once it was cancelled
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_serve (SendpathEngine *self, const int *fds, gsize n_fds, SendpathServeFunc func,
                       gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autofree ListenerDoor *doors = NULL;
  Serve serve = { self, func, user_data, cancellable };
  const ListenerSettings settings = {
    .max_clients = CLIENTS_MAX,
    .max_of_one_user = CLIENTS_MAX,
    .max_bytes = BYTES_MAX,
    .max_recipients = RECIPIENTS_MAX,
    .patience_s = PATIENCE_S,
    .lifetime_s = LIFETIME_S,
    .login_s = LOGIN_S,
    .refusal_delay_ms = REFUSAL_DELAY_MS,
    .log_in = log_in,
    .refuse_sender = refuse_sender,
    .take = take,
    .data = &serve,
  };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (fds != NULL && n_fds > 0, FALSE);

  doors = make_doors (fds, n_fds);
  return listener_run (doors, (guint) n_fds, &settings, cancellable, error);
}
