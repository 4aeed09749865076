/* The watch: another network is told, news that change nothing are not. */
#include "config.h"

#include "profiles/network-watch.h"
#include "tests/lib/fake-network-manager.h"

#define NM "/org/freedesktop/NetworkManager"
#define MANAGER                                                                                    \
  {                                                                                                \
    NM, "{'ActiveConnections': <[objectpath '" NM "/ActiveConnection/1']>, 'PrimaryConnection':"   \
        " <objectpath '" NM "/ActiveConnection/1'>, 'Connectivity': <uint32 4>}"                   \
  }
#define CONNECTION(name)                                                                           \
  {                                                                                                \
    NM "/ActiveConnection/1",                                                                      \
        "{'Id': <'" name "'>, 'Uuid': <'7c9d4d9e-3f6f-4c6b-8f0e-2f2d5f4e0a01'>,"                   \
        " 'Type': <'802-11-wireless'>, 'State': <uint32 2>, 'Default': <true>}"                    \
  }

static const FakeNetworkManagerObject home[] = { MANAGER, CONNECTION ("Home"), { NULL, NULL } };
static const FakeNetworkManagerObject hotel[] = { MANAGER, CONNECTION ("Hotel"), { NULL, NULL } };

typedef struct {
  FakeNetworkManager *manager;
  GMainLoop *loop;
  guint n_changes;
} Stay;

static void
on_changed (SendpathNetworkWatch *watch, SendpathNetwork *network, gpointer data)
{
  Stay *stay = data;

  g_assert_true (network == sendpath_network_watch_get_network (watch));
  stay->n_changes++;
  if (g_strcmp0 (sendpath_network_get_connection (network), "Hotel") == 0)
    g_main_loop_quit (stay->loop);
}

/* Again and again until it is heard: the watch connects in its own time. */
static gboolean
move_to_hotel (gpointer data)
{
  fake_network_manager_change (((Stay *) data)->manager, hotel);
  return G_SOURCE_CONTINUE;
}

static gboolean
stay_at_home (gpointer data)
{
  fake_network_manager_change (((Stay *) data)->manager, home);
  return G_SOURCE_CONTINUE;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
test_changed (void)
{
  g_autoptr(FakeNetworkManager) manager = fake_network_manager_new (FAKE_NM_WELL, home);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(SendpathNetworkWatch) watch = sendpath_network_watch_new ();
  g_autoptr(SendpathNetwork) seen = NULL;
  Stay stay = { manager, loop, 0 };
  guint source = g_timeout_add (20, move_to_hotel, &stay);

  g_assert_cmpstr (sendpath_network_get_connection (sendpath_network_watch_get_network (watch)), ==,
                   "Home");
  g_signal_connect (watch, "changed", G_CALLBACK (on_changed), &stay);
  g_main_loop_run (loop);
  g_source_remove (source);
  g_object_get (watch, "network", &seen, NULL);
  g_assert_cmpstr (sendpath_network_get_connection (seen), ==, "Hotel");
  g_assert_cmpuint (stay.n_changes, >=, 1);
}

static void
test_unchanged (void)
{
  g_autoptr(FakeNetworkManager) manager = fake_network_manager_new (FAKE_NM_WELL, home);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(SendpathNetworkWatch) watch = sendpath_network_watch_new ();
  Stay stay = { manager, loop, 0 };
  guint source = g_timeout_add (20, stay_at_home, &stay);

  g_signal_connect (watch, "changed", G_CALLBACK (on_changed), &stay);
  g_timeout_add (700, quit, loop);
  g_main_loop_run (loop);
  g_source_remove (source);
  g_assert_cmpuint (stay.n_changes, ==, 0);
}

/* Also with news on their way, and while the bus is being asked. */
static void
test_dropped (void)
{
  g_autoptr(FakeNetworkManager) manager = fake_network_manager_new (FAKE_NM_WELL, home);
  SendpathNetworkWatch *watch = sendpath_network_watch_new ();

  g_object_add_weak_pointer (G_OBJECT (watch), (gpointer *) &watch);
  fake_network_manager_change (manager, hotel);
  g_object_unref (watch);
  g_assert_null (watch);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int argc, char **argv)
{
  g_autoptr(GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  g_test_add_func ("/network-watch/another-network-is-told", test_changed);
  g_test_add_func ("/network-watch/what-changes-nothing-is-not-told", test_unchanged);
  g_test_add_func ("/network-watch/may-be-dropped-at-any-time", test_dropped);
  status = g_test_run ();
  g_test_dbus_down (bus);
  return status;
}
