/* A NetworkManager that says what a test wants, on the bus that a test calls the system's.
 *
 * It answers in the thread of its connection and runs no main loop. */
#include "config.h"

#include "tests/lib/fake-network-manager.h"

#define NAME         "org.freedesktop.NetworkManager"
#define MANAGER_PATH "/org/freedesktop/NetworkManager"

struct _FakeNetworkManager {
  GDBusConnection *connection;
  guint filter;
  FakeNetworkManagerFlags flags;
  GMutex lock;
  const FakeNetworkManagerObject *objects;
};

static GVariant *
find_properties (FakeNetworkManager *manager, const char *path)
{
  GVariant *properties = NULL;

  g_mutex_lock (&manager->lock);
  for (const FakeNetworkManagerObject *object = manager->objects;
       object->path != NULL && properties == NULL; object++)
    if (g_str_equal (object->path, path))
      properties = g_variant_new_parsed (object->properties);
  g_mutex_unlock (&manager->lock);
  return properties;
}

static void
answer (FakeNetworkManager *manager, GDBusMessage *call)
{
  g_autoptr(GDBusMessage) reply = NULL;
  GVariant *properties = find_properties (manager, g_dbus_message_get_path (call));

  if (properties != NULL)
    {
      reply = g_dbus_message_new_method_reply (call);
      g_dbus_message_set_body (reply, g_variant_new ("(@a{sv})", properties));
    }
  else
    reply = g_dbus_message_new_method_error_literal (
        call, "org.freedesktop.DBus.Error.UnknownObject", "no such object");
  g_dbus_connection_send_message (manager->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
}

static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer data)
{
  FakeNetworkManager *manager = data;

  if (!is_incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  if ((manager->flags & FAKE_NM_SILENT) == 0)
    answer (manager, message);
  g_object_unref (message);
  return NULL;
}

/* The bus has done it when this returns: the next one may have the name. */
static void
ask_bus (FakeNetworkManager *manager, const char *method, GVariant *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_sync (
      manager->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

FakeNetworkManager *
fake_network_manager_new (FakeNetworkManagerFlags flags, const FakeNetworkManagerObject *objects)
{
  FakeNetworkManager *manager = g_new0 (FakeNetworkManager, 1);
  g_autoptr(GError) error = NULL;

  manager->flags = flags;
  manager->objects = objects;
  g_mutex_init (&manager->lock);
  manager->connection =
      g_dbus_connection_new_for_address_sync (g_getenv ("DBUS_SYSTEM_BUS_ADDRESS"),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  manager->filter = g_dbus_connection_add_filter (manager->connection, on_message, manager, NULL);
  if ((flags & FAKE_NM_MISSING) == 0)
    ask_bus (manager, "RequestName", g_variant_new ("(su)", NAME, 0));
  return manager;
}

void
fake_network_manager_free (FakeNetworkManager *manager)
{
  if ((manager->flags & FAKE_NM_MISSING) == 0)
    ask_bus (manager, "ReleaseName", g_variant_new ("(s)", NAME));
  g_dbus_connection_remove_filter (manager->connection, manager->filter);
  g_dbus_connection_close_sync (manager->connection, NULL, NULL);
  g_object_unref (manager->connection);
  g_mutex_clear (&manager->lock);
  g_free (manager);
}

void
fake_network_manager_change (FakeNetworkManager *manager, const FakeNetworkManagerObject *objects)
{
  g_autoptr(GError) error = NULL;

  g_mutex_lock (&manager->lock);
  manager->objects = objects;
  g_mutex_unlock (&manager->lock);
  g_dbus_connection_emit_signal (manager->connection, NULL, MANAGER_PATH,
                                 "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                 g_variant_new ("(s@a{sv}@as)", NAME,
                                                find_properties (manager, MANAGER_PATH),
                                                g_variant_new_strv (NULL, 0)),
                                 &error);
  g_assert_no_error (error);
}
