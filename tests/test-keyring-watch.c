/* That the keyring was unlocked, or came, is told; nothing else about it is. */
#include "config.h"

#include "ui-cli/keyring-watch.h"

#define KEYRING    "org.freedesktop.secrets"
#define COLLECTION "org.freedesktop.Secret.Collection"
#define ITEM       "org.freedesktop.Secret.Item"

typedef struct {
  GTestDBus *daemon;
  GDBusConnection *bus;
  guint n_told;
} Fixture;

static void
note (gpointer data)
{
  ((Fixture *) data)->n_told++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->daemon = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->daemon);
  fixture->bus =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (fixture->daemon),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, NULL);
  g_assert_nonnull (fixture->bus);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->bus);
  g_test_dbus_down (fixture->daemon);
  g_object_unref (fixture->daemon);
}

static void
call_bus (Fixture *fixture, const char *method, GVariant *arguments)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      fixture->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
      arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  g_assert_nonnull (reply);
}

static void
say (Fixture *fixture, const char *interface, const char *property, gboolean value)
{
  GVariantBuilder changed;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&changed, "{sv}", property, g_variant_new_boolean (value));
  g_assert_true (g_dbus_connection_emit_signal (
      fixture->bus, NULL, "/org/freedesktop/secrets/collection/login",
      "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new ("(sa{sv}@as)", interface, &changed, g_variant_new_strv (NULL, 0)), NULL));
}

static gboolean
lose_patience (gpointer is_over)
{
  *(gboolean *) is_over = TRUE;
  return G_SOURCE_REMOVE;
}

/* The keyring comes, and comes again until somebody hears it. */
static void
come (Fixture *fixture)
{
  while (fixture->n_told == 0)
    {
      gboolean is_over = FALSE;
      guint timer = g_timeout_add (1000, lose_patience, &is_over);

      call_bus (fixture, "RequestName", g_variant_new ("(su)", KEYRING, 0));
      while (fixture->n_told == 0 && !is_over)
        g_main_context_iteration (NULL, TRUE);
      if (is_over)
        call_bus (fixture, "ReleaseName", g_variant_new ("(s)", KEYRING));
      else
        g_source_remove (timer);
    }
}

static void
wait_for (Fixture *fixture, guint n_told)
{
  while (fixture->n_told < n_told)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_told, ==, n_told);
}

static void
test_unlocked (Fixture *fixture, gconstpointer data)
{
  KeyringWatch *watch =
      keyring_watch_new (g_test_dbus_get_bus_address (fixture->daemon), note, fixture);

  come (fixture);
  wait_for (fixture, 1);
  fixture->n_told = 0;
  say (fixture, COLLECTION, "Locked", TRUE);
  say (fixture, COLLECTION, "Label", FALSE);
  say (fixture, ITEM, "Locked", FALSE);
  say (fixture, COLLECTION, "Locked", FALSE);
  wait_for (fixture, 1);
  keyring_watch_free (watch);
}

static void
test_no_bus (void)
{
  Fixture fixture = { .n_told = 0 };
  KeyringWatch *nowhere = keyring_watch_new (NULL, note, &fixture);
  KeyringWatch *dead = keyring_watch_new ("unix:path=/nowhere/bus", note, &fixture);

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture.n_told, ==, 0);
  keyring_watch_free (nowhere);
  keyring_watch_free (dead);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/keyring-watch/unlocked-is-told-and-nothing-else", Fixture, NULL, set_up,
              test_unlocked, tear_down);
  g_test_add_func ("/keyring-watch/no-bus-is-none", test_no_bus);
  return g_test_run ();
}
