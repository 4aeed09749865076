/* Tells when the keyring was unlocked by whomever, or came: what waits for a password may find it now.
 *
 * It asks the keyring nothing, never starts one, and costs no wake-up while nothing happens. */
#include "config.h"

#include "keyring-watch.h"

#define KEYRING    "org.freedesktop.secrets"
#define COLLECTION "org.freedesktop.Secret.Collection"

struct _KeyringWatch {
  KeyringWatchTell tell;
  gpointer data;
  GCancellable *cancellable;
  GDBusConnection *bus; /* NULL: none, or not yet */
  guint unlocked, came; /* subscriptions */
};

static void
on_changed (GDBusConnection *connection, const char *sender, const char *path,
            const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  KeyringWatch *watch = data;
  g_autoptr (GVariant) changed = NULL;
  gboolean is_locked = TRUE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  changed = g_variant_get_child_value (parameters, 1);
  if (g_variant_lookup (changed, "Locked", "b", &is_locked) && !is_locked)
    watch->tell (watch->data);
}

static void
on_owner (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *parameters, gpointer data)
{
  KeyringWatch *watch = data;
  const char *owner = "";

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    g_variant_get_child (parameters, 2, "&s", &owner);
  if (*owner != '\0')
    watch->tell (watch->data);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_dbus_connection_new_for_address_finish (result, &error);
  KeyringWatch *watch = data;

  if (bus == NULL) /* if it was cancelled, @watch is gone */
    return;
  watch->bus = bus;
  watch->unlocked = g_dbus_connection_signal_subscribe (
      bus, KEYRING, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL, COLLECTION,
      G_DBUS_SIGNAL_FLAGS_NONE, on_changed, watch, NULL);
  watch->came = g_dbus_connection_signal_subscribe (
      bus, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      "/org/freedesktop/DBus", KEYRING, G_DBUS_SIGNAL_FLAGS_NONE, on_owner, watch, NULL);
}

KeyringWatch *
keyring_watch_new (const char *address, KeyringWatchTell tell, gpointer data)
{
  KeyringWatch *watch = g_new0 (KeyringWatch, 1);

  watch->tell = tell;
  watch->data = data;
  watch->cancellable = g_cancellable_new ();
  if (address != NULL)
    g_dbus_connection_new_for_address (address,
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                           G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                       NULL, watch->cancellable, on_connected, watch);
  return watch;
}

void
keyring_watch_free (KeyringWatch *watch)
{
  g_cancellable_cancel (watch->cancellable);
  g_object_unref (watch->cancellable);
  if (watch->bus != NULL)
    {
      g_dbus_connection_signal_unsubscribe (watch->bus, watch->unlocked);
      g_dbus_connection_signal_unsubscribe (watch->bus, watch->came);
    }
  g_clear_object (&watch->bus);
  g_free (watch);
}
