/* GNOME Online Accounts as a test wants it.
 *
 * It answers in the thread of its connection and runs no main loop. It expects nothing. */
#include "config.h"

#include "tests/lib/fake-online-accounts.h"

#define NAME "org.gnome.OnlineAccounts"
#define OLD_TOKEN "an-expired-token"

struct _FakeOnlineAccounts {
  GDBusConnection        *connection;
  guint                   filter;
  FakeOnlineAccountsFlags flags;
  const char             *objects;
  const char             *token;
  gboolean                is_renewed;
  GMutex                  lock;
  GString                *calls;
};

static void
note_call (FakeOnlineAccounts *accounts, const char *name)
{
  g_mutex_lock (&accounts->lock);
  g_string_append_printf (accounts->calls, "%s%s", accounts->calls->len > 0 ? " " : "", name);
  g_mutex_unlock (&accounts->lock);
}

static GVariant *
list (const FakeOnlineAccounts *accounts)
{
  GVariant *objects;

  if ((accounts->flags & FAKE_GOA_WRONG_TYPES) != 0)
    return g_variant_new ("(s)", accounts->objects);
  objects = g_variant_new_parsed (accounts->objects);
  return g_variant_new_tuple (&objects, 1);
}

static GVariant *
get_token (const FakeOnlineAccounts *accounts)
{
  gboolean is_old = (accounts->flags & FAKE_GOA_EXPIRED) != 0 && !accounts->is_renewed;

  if ((accounts->flags & FAKE_GOA_WRONG_TOKEN) != 0)
    return g_variant_new ("(ay)", NULL);
  if ((accounts->flags & FAKE_GOA_EMPTY_TOKEN) != 0)
    return g_variant_new ("(si)", "", 3599);
  if (is_old)
    return g_variant_new ("(si)", OLD_TOKEN, -1);
  return g_variant_new ("(si)", accounts->token, 3599);
}

/* NULL: the service refuses. */
static GVariant *
ensure (FakeOnlineAccounts *accounts)
{
  if ((accounts->flags & FAKE_GOA_NO_RENEWAL) != 0)
    return NULL;
  accounts->is_renewed = TRUE;
  return g_variant_new ("(i)", 3599);
}

static void
reply_to (FakeOnlineAccounts *accounts, GDBusMessage *message, GVariant *body)
{
  g_autoptr(GDBusMessage) reply = NULL;

  if (body != NULL)
    {
      reply = g_dbus_message_new_method_reply (message);
      g_dbus_message_set_body (reply, body);
    }
  else
    reply = g_dbus_message_new_method_error (message, "org.gnome.OnlineAccounts.Error.NotAuthorized",
                                             "the provider says: %s", accounts->token);
  g_dbus_connection_send_message (accounts->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
}

static void
answer (FakeOnlineAccounts *accounts, GDBusMessage *message)
{
  const char *method = g_dbus_message_get_member (message);

  if (g_str_equal (method, "GetManagedObjects"))
    {
      note_call (accounts, "list");
      if ((accounts->flags & FAKE_GOA_SILENT) == 0)
        reply_to (accounts, message, list (accounts));
      return;
    }
  note_call (accounts, g_str_equal (method, "GetAccessToken") ? "token" : "ensure");
  if ((accounts->flags & FAKE_GOA_SILENT_TOKEN) == 0)
    reply_to (accounts, message,
              g_str_equal (method, "GetAccessToken") ? get_token (accounts) : ensure (accounts));
}

static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer data)
{
  if (!is_incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  answer (data, message);
  g_object_unref (message);
  return NULL;
}

/* The bus has done it when this returns: the next one may have the name. */
static void
ask_bus (FakeOnlineAccounts *accounts, const char *method, GVariant *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_sync (
      accounts->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

FakeOnlineAccounts *
fake_online_accounts_new (FakeOnlineAccountsFlags flags, const char *objects, const char *token)
{
  FakeOnlineAccounts *accounts = g_new0 (FakeOnlineAccounts, 1);
  g_autoptr(GError) error = NULL;

  accounts->flags = flags;
  accounts->objects = objects;
  accounts->token = token;
  accounts->calls = g_string_new (NULL);
  g_mutex_init (&accounts->lock);
  accounts->connection = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  accounts->filter =
      g_dbus_connection_add_filter (accounts->connection, on_message, accounts, NULL);
  ask_bus (accounts, "RequestName", g_variant_new ("(su)", NAME, 0));
  return accounts;
}

void
fake_online_accounts_free (FakeOnlineAccounts *accounts)
{
  ask_bus (accounts, "ReleaseName", g_variant_new ("(s)", NAME));
  g_dbus_connection_remove_filter (accounts->connection, accounts->filter);
  g_dbus_connection_close_sync (accounts->connection, NULL, NULL);
  g_object_unref (accounts->connection);
  g_string_free (accounts->calls, TRUE);
  g_mutex_clear (&accounts->lock);
  g_free (accounts);
}

char *
fake_online_accounts_steal_calls (FakeOnlineAccounts *accounts)
{
  char *calls;

  g_mutex_lock (&accounts->lock);
  calls = g_string_free (accounts->calls, FALSE);
  accounts->calls = g_string_new (NULL);
  g_mutex_unlock (&accounts->lock);
  return calls;
}
