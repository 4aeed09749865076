/* OAuth2 access tokens of the desktop's accounts: GNOME Online Accounts over D-Bus.
 *
 * Never prints, logs or keeps a token, never starts a bus, and never lets a person be asked: an
 * account that wants its owner is an error that says so. */
#include "config.h"

#include "profiles/tokens.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "profiles/session-bus.h"

#define SERVICE "org.gnome.OnlineAccounts"
#define SERVICE_PATH "/org/gnome/OnlineAccounts"
#define ACCOUNT_INTERFACE SERVICE ".Account"
#define MAIL_INTERFACE SERVICE ".Mail"
#define OAUTH2_INTERFACE SERVICE ".OAuth2Based"

/* The account of the desktop that a query means. */
typedef struct {
  SessionBus *bus;
  char       *path;
  gboolean    wants_owner; /* who has to sign in again */
} DesktopAccount;

static void
desktop_account_clear (DesktopAccount *account)
{
  g_clear_pointer (&account->path, g_free);
  g_clear_pointer (&account->bus, session_bus_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DesktopAccount, desktop_account_clear)

/* ---- what went wrong ------------------------------------------------------------------------- */

static void
set_not_found (const SecretQuery *query, GError **error)
{
  g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
               _("GNOME Online Accounts has no account for %s at %s; add it in the desktop's "
                 "settings, or set “token-command”"),
               query->user, query->server);
}

static void
set_wants_owner (const SecretQuery *query, GError **error)
{
  g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_LOCKED,
               _("GNOME Online Accounts wants %s to sign in again; do it in the desktop's settings"),
               query->user);
}

/* What the service says of it is not passed on: nobody knows what is in there. */
static void
set_no_token (const DesktopAccount *account, const SecretQuery *query, const GError *cause,
              GError **error)
{
  if (session_bus_is_late (account->bus))
    g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_UNAVAILABLE,
                         _("GNOME Online Accounts does not answer"));
  else if (g_cancellable_is_cancelled (session_bus_get_cancellable (account->bus)))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, cause->message);
  else
    g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_UNAVAILABLE,
                 _("GNOME Online Accounts gives no access token for %s; look at the account in the "
                   "desktop's settings"),
                 query->user);
}

/* ---- which account --------------------------------------------------------------------------- */

static GVariant *
call (const DesktopAccount *account, const char *path, const char *interface, const char *method,
      const char *reply_type, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  GDBusConnection *connection = session_bus_get_connection (account->bus);

  g_dbus_connection_call (connection, SERVICE, path, interface, method, NULL,
                          G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NONE, -1,
                          session_bus_get_cancellable (account->bus), session_bus_on_result,
                          account->bus);
  result = session_bus_await (account->bus);
  return g_dbus_connection_call_finish (connection, result, error);
}

/* @host: with or without a port. */
static gboolean
is_server (const char *host, const char *server)
{
  g_autoptr(GSocketConnectable) parsed = g_network_address_parse (host, 0, NULL);

  return parsed != NULL &&
         g_ascii_strcasecmp (g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed)), server) ==
             0;
}

/* the same server and the same user. */
static gboolean
is_match (GVariant *mail, const SecretQuery *query)
{
  const char *host, *user;
  gboolean is_supported;

  if (!g_variant_lookup (mail, "SmtpHost", "&s", &host) || !is_server (host, query->server))
    return FALSE;
  if (g_variant_lookup (mail, "SmtpSupported", "b", &is_supported) && !is_supported)
    return FALSE;
  if (g_variant_lookup (mail, "SmtpUserName", "&s", &user) && *user != '\0')
    return g_ascii_strcasecmp (user, query->user) == 0;
  return g_variant_lookup (mail, "EmailAddress", "&s", &user) &&
         g_ascii_strcasecmp (user, query->user) == 0;
}

/* The number of accounts of @objects that match; @ret_account gets the last one. */
static guint
find_among (GVariant *objects, const SecretQuery *query, DesktopAccount *ret_account)
{
  GVariantIter iter;
  const char *path;
  GVariant *interfaces;
  guint n_found = 0;

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      g_autoptr(GVariant) mail =
          g_variant_lookup_value (interfaces, MAIL_INTERFACE, G_VARIANT_TYPE_VARDICT);
      g_autoptr(GVariant) account =
          g_variant_lookup_value (interfaces, ACCOUNT_INTERFACE, G_VARIANT_TYPE_VARDICT);
      g_autoptr(GVariant) oauth2 = g_variant_lookup_value (interfaces, OAUTH2_INTERFACE, NULL);

      if (mail == NULL || account == NULL || oauth2 == NULL || !is_match (mail, query))
        continue;
      n_found++;
      g_free (ret_account->path);
      ret_account->path = g_strdup (path);
      if (!g_variant_lookup (account, "AttentionNeeded", "b", &ret_account->wants_owner))
        ret_account->wants_owner = FALSE;
    }
  return n_found;
}

static gboolean
is_absent (const GError *cause)
{
  return g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

/* Opens a conversation with the bus and finds the account there. */
static gboolean
find (const SecretQuery *query, guint limit_ms, GCancellable *cancellable,
      DesktopAccount *ret_account, GError **error)
{
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) objects = NULL;
  g_autoptr(GError) cause = NULL;
  guint n_found;

  ret_account->bus = session_bus_new (limit_ms, cancellable);
  if (session_bus_connect (ret_account->bus, &cause))
    reply = call (ret_account, SERVICE_PATH, "org.freedesktop.DBus.ObjectManager",
                  "GetManagedObjects", "(a{oa{sa{sv}}})", &cause);
  if (reply == NULL)
    {
      if (is_absent (cause))
        set_not_found (query, error);
      else
        set_no_token (ret_account, query, cause, error);
      return FALSE;
    }
  objects = g_variant_get_child_value (reply, 0);
  n_found = find_among (objects, query, ret_account);
  if (n_found == 1)
    return TRUE;
  if (n_found == 0)
    set_not_found (query, error);
  else
    g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_AMBIGUOUS,
                 _("GNOME Online Accounts has several accounts for %s at %s; remove all but one"),
                 query->user, query->server);
  return FALSE;
}

/* ---- its token ------------------------------------------------------------------------------- */

/* NULL and an error if there is none, or only one that has expired. */
static SendpathSecret *
fetch (const DesktopAccount *account, GError **error)
{
  g_autoptr(GVariant) reply =
      call (account, account->path, OAUTH2_INTERFACE, "GetAccessToken", "(si)", error);
  g_autoptr(SendpathSecret) secret = NULL;
  const char *token;
  gint32 expires_in_s;
  gsize length;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(&si)", &token, &expires_in_s);
  length = strlen (token);
  secret = sendpath_secret_new (token, length, SECRET_TOKEN);
  explicit_bzero ((char *) token, length); /* the reply is ours alone */
  if (expires_in_s < 0) /* 0: it does not know */
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "expired");
      return NULL;
    }
  return sendpath_secret_check (secret, error) ? g_steal_pointer (&secret) : NULL;
}

/* once. The service asks the provider, and renews what it has if that is not taken. */
static gboolean
renew (const DesktopAccount *account, GError **error)
{
  g_autoptr(GVariant) reply =
      call (account, account->path, ACCOUNT_INTERFACE, "EnsureCredentials", "(i)", error);

  return reply != NULL;
}

static SendpathSecret *
fetch_renewing (const DesktopAccount *account, gboolean was_refused, GError **error)
{
  SendpathSecret *secret = was_refused ? NULL : fetch (account, NULL);

  if (secret != NULL)
    return secret;
  return renew (account, error) ? fetch (account, error) : NULL;
}

SendpathSecret *
tokens_lookup (const SecretQuery *query, guint limit_ms, GCancellable *cancellable, GError **error)
{
  g_auto(DesktopAccount) account = { NULL, NULL, FALSE };
  g_autoptr(GError) cause = NULL;
  SendpathSecret *secret;

  if (!find (query, limit_ms, cancellable, &account, error))
    return NULL;
  if (account.wants_owner)
    {
      set_wants_owner (query, error);
      return NULL;
    }
  secret = fetch_renewing (&account, query->was_refused, &cause);
  if (secret == NULL)
    set_no_token (&account, query, cause, error);
  return secret;
}

const char *
tokens_get_state (const SecretQuery *query, guint limit_ms, GCancellable *cancellable)
{
  g_auto(DesktopAccount) account = { NULL, NULL, FALSE };

  if (!find (query, limit_ms, cancellable, &account, NULL))
    return "missing";
  return account.wants_owner ? "locked" : "keyring";
}
