/* A desktop that shows notifications, as a test wants it.
 *
 * It answers in the thread of its connection and runs no main loop. It expects nothing. */
#include "config.h"

#include "tests/lib/fake-notifications.h"

#include <string.h>

#define SERVER "org.freedesktop.Notifications"
#define PORTAL "org.freedesktop.portal.Desktop"

struct _FakeNotifications {
  GDBusConnection *connection;
  guint filter;
  FakeNotificationsFlags flags;
  FakeNotificationsTell tell;
  gpointer data;
  guint last_number;
  GMutex lock;
  GString *calls;
};

static gboolean
is_portal (const FakeNotifications *fake)
{
  return (fake->flags & FAKE_NOTIFICATIONS_PORTAL) != 0;
}

/* Takes @line over. */
static void
note_call (FakeNotifications *fake, char *line)
{
  g_strdelimit (line, "\n", '/');
  g_mutex_lock (&fake->lock);
  g_string_append_printf (fake->calls, "%s\n", line);
  g_mutex_unlock (&fake->lock);
  if (fake->tell != NULL)
    fake->tell (line, fake->data);
  g_free (line);
}

static GVariant *
show (FakeNotifications *fake, GVariant *arguments)
{
  const char *title, *body;
  guint replaces;
  g_autofree const char **buttons = NULL;
  g_autoptr(GString) labels = g_string_new (NULL);

  g_variant_get (arguments, "(&su&s&s&s^a&s@a{sv}i)", NULL, &replaces, NULL, &title, &body,
                 &buttons, NULL, NULL);
  for (guint i = 0; buttons[i] != NULL; i += 2)
    g_string_append_printf (labels, "%s%s=%s", i > 0 ? "," : "", buttons[i], buttons[i + 1]);
  if (replaces == 0)
    fake->last_number++;
  note_call (fake, g_strdup_printf ("show %u replaces %u|%s|%s|%s",
                                    replaces != 0 ? replaces : fake->last_number, replaces, title,
                                    body, labels->str));
  return g_variant_new ("(u)", replaces != 0 ? replaces : fake->last_number);
}

static void
append_portal_buttons (GString *labels, GVariant *content)
{
  g_autoptr(GVariant) buttons =
                 g_variant_lookup_value (content, "buttons", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; buttons != NULL && i < g_variant_n_children (buttons); i++)
    {
      g_autoptr(GVariant) button = g_variant_get_child_value (buttons, i);
      const char *label = "", *action = "";

      g_variant_lookup (button, "label", "&s", &label);
      g_variant_lookup (button, "action", "&s", &action);
      g_string_append_printf (labels, "%s%s=%s", i > 0 ? "," : "", action, label);
    }
}

static GVariant *
show_in_portal (FakeNotifications *fake, GVariant *arguments)
{
  g_autoptr(GVariant) content = g_variant_get_child_value (arguments, 1);
  g_autoptr(GString) labels = g_string_new (NULL);
  const char *slot, *title = "", *body = "";

  g_variant_get_child (arguments, 0, "&s", &slot);
  g_variant_lookup (content, "title", "&s", &title);
  g_variant_lookup (content, "body", "&s", &body);
  append_portal_buttons (labels, content);
  note_call (fake, g_strdup_printf ("show %s|%s|%s|%s", slot, title, body, labels->str));
  return NULL;
}

static GVariant *
take_away (FakeNotifications *fake, GVariant *arguments)
{
  g_autoptr(GVariant) notice = g_variant_get_child_value (arguments, 0);

  note_call (fake, is_portal (fake)
                       ? g_strdup_printf ("close %s", g_variant_get_string (notice, NULL))
                       : g_strdup_printf ("close %u", g_variant_get_uint32 (notice)));
  return NULL;
}

static GVariant *
tell_capabilities (FakeNotifications *fake)
{
  static const char *const full[] = { "actions", "body", "body-markup", NULL };
  static const char *const plain[] = { "body", NULL };

  return g_variant_new ("(^as)", (fake->flags & FAKE_NOTIFICATIONS_PLAIN) != 0 ? plain : full);
}

static GVariant *
answer (FakeNotifications *fake, const char *method, GVariant *arguments)
{
  if (g_str_equal (method, "GetCapabilities"))
    return tell_capabilities (fake);
  if (g_str_equal (method, "Notify"))
    return show (fake, arguments);
  if (g_str_equal (method, "AddNotification"))
    return show_in_portal (fake, arguments);
  return take_away (fake, arguments);
}

static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer data)
{
  FakeNotifications *fake = data;
  g_autoptr(GDBusMessage) reply = NULL;
  GVariant *body;

  if (!is_incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  if ((fake->flags & FAKE_NOTIFICATIONS_SILENT) == 0)
    {
      body = answer (fake, g_dbus_message_get_member (message), g_dbus_message_get_body (message));
      reply = g_dbus_message_new_method_reply (message);
      if (body != NULL)
        g_dbus_message_set_body (reply, body);
      g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                      NULL);
    }
  g_object_unref (message);
  return NULL;
}

/* The bus has done it when this returns. */
static void
ask_bus (FakeNotifications *fake, const char *method, GVariant *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_sync (
      fake->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

FakeNotifications *
fake_notifications_new (FakeNotificationsFlags flags, FakeNotificationsTell tell, gpointer data)
{
  FakeNotifications *fake = g_new0 (FakeNotifications, 1);
  g_autoptr(GError) error = NULL;

  fake->flags = flags;
  fake->tell = tell;
  fake->data = data;
  fake->calls = g_string_new (NULL);
  g_mutex_init (&fake->lock);
  fake->connection =
      g_dbus_connection_new_for_address_sync (g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  fake->filter = g_dbus_connection_add_filter (fake->connection, on_message, fake, NULL);
  ask_bus (fake, "RequestName", g_variant_new ("(su)", is_portal (fake) ? PORTAL : SERVER, 0));
  return fake;
}

void
fake_notifications_free (FakeNotifications *fake)
{
  ask_bus (fake, "ReleaseName", g_variant_new ("(s)", is_portal (fake) ? PORTAL : SERVER));
  g_dbus_connection_remove_filter (fake->connection, fake->filter);
  g_dbus_connection_close_sync (fake->connection, NULL, NULL);
  g_object_unref (fake->connection);
  g_string_free (fake->calls, TRUE);
  g_mutex_clear (&fake->lock);
  g_free (fake);
}

char *
fake_notifications_steal_calls (FakeNotifications *fake)
{
  char *calls;

  g_mutex_lock (&fake->lock);
  calls = g_string_free (fake->calls, FALSE);
  fake->calls = g_string_new (NULL);
  g_mutex_unlock (&fake->lock);
  return calls;
}

static void
emit (FakeNotifications *fake, const char *signal, GVariant *arguments)
{
  g_autoptr(GError) error = NULL;

  if (is_portal (fake))
    g_dbus_connection_emit_signal (fake->connection, NULL, "/org/freedesktop/portal/desktop",
                                   "org.freedesktop.portal.Notification", signal, arguments,
                                   &error);
  else
    g_dbus_connection_emit_signal (fake->connection, NULL, "/org/freedesktop/Notifications", SERVER,
                                   signal, arguments, &error);
  g_assert_no_error (error);
}

/* As the usual servers do, the notice goes with the button. */
void
fake_notifications_press (FakeNotifications *fake, const char *notice, const char *button)
{
  guint number = (guint) g_ascii_strtoull (notice, NULL, 10);

  if (is_portal (fake))
    {
      emit (fake, "ActionInvoked", g_variant_new ("(ssav)", notice, button, NULL));
      return;
    }
  emit (fake, "ActionInvoked", g_variant_new ("(us)", number, button));
  emit (fake, "NotificationClosed", g_variant_new ("(uu)", number, 2));
}
