/* What was begun on a network ends when the machine has left it (P-14, T-152). */
#include "config.h"

#include "profiles/network-guard.h"
#include "profiles/network-private.h"
#include "tests/lib/own-network.h"

#include <sched.h>

#define STRINGS(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define MAC          "00:53:00:aa:bb:cc"

static const struct {
  const char *name;
  const char *gateway;
  const char *addresses[3];
  gboolean has_left;
} moves[] = {
  { "same", MAC, { "192.0.2.7/24" }, FALSE },
  { "a-tunnel-came-up", MAC, { "192.0.2.7/24", "198.51.100.2/24" }, FALSE },
  { "another-lease", MAC, { "192.0.2.8/24" }, TRUE },
  { "another-gateway", "00:53:00:aa:bb:cd", { "192.0.2.7/24" }, TRUE },
  { "nothing-is-left", NULL, { NULL }, TRUE },
};

static void
test_told (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr(SendpathNetwork) home =
                 sendpath_network_new_for_facts (MAC, NULL, STRINGS ("192.0.2.7/24"));
  g_autoptr(SendpathNetwork) now =
                 sendpath_network_new_for_facts (moves[i].gateway, NULL, moves[i].addresses);
  g_autoptr(NetworkGuard) guard = network_guard_new (home, NULL);

  network_guard_tell (guard, now);
  g_assert_cmpint (network_guard_has_left (guard), ==, moves[i].has_left);
  g_assert_cmpint (g_cancellable_is_cancelled (network_guard_get_cancellable (guard)), ==,
                   moves[i].has_left);
}

/* Two places that look alike to the kernel, as NetworkManager tells of them; NULL: it does not. */
static const struct {
  const char *name;
  const char *before, *now;
  gboolean has_left;
} connections[] = {
  { "the-same", "home", "home", FALSE },
  { "another", "home", "hotel", TRUE },
  { "not-told-any-more", "home", NULL, FALSE },
  { "told-now", NULL, "home", FALSE },
};

static SendpathNetwork *
network_of (const char *uuid)
{
  char *none[] = { NULL };
  char *addresses[] = { (char *) "192.168.1.7/24", NULL };
  NetworkFacts kernel = { .domains = none, .addresses = addresses, .has_route = TRUE };
  NetworkConnection connection = { .uuid = (char *) uuid,
                                   .type = (char *) "wifi",
                                   .domains = none,
                                   .addresses = addresses,
                                   .mail_servers = none,
                                   .has_default = TRUE };
  g_autoptr(GPtrArray) active = g_ptr_array_new ();
  NetworkManagerFacts manager = { .connections = active };

  g_ptr_array_add (active, &connection);
  return network_new_from (&kernel, NULL, uuid != NULL ? &manager : NULL);
}

static void
test_connection (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr(SendpathNetwork) before = network_of (connections[i].before);
  g_autoptr(SendpathNetwork) now = network_of (connections[i].now);

  g_assert_cmpint (network_has_left (before, now), ==, connections[i].has_left);
}

/* Who cancels by hand has not left. */
static void
test_cancelled (void)
{
  g_autoptr(SendpathNetwork) home = sendpath_network_new_for_facts (MAC, NULL, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(NetworkGuard) guard = network_guard_new (home, cancellable);

  g_assert_false (g_cancellable_is_cancelled (network_guard_get_cancellable (guard)));
  g_cancellable_cancel (cancellable);
  g_assert_true (g_cancellable_is_cancelled (network_guard_get_cancellable (guard)));
  g_assert_false (network_guard_has_left (guard));
}

/* Waits until @guard is cancelled. */
static void
wait_for (NetworkGuard *guard)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (network_guard_get_cancellable (guard), &fd));
  g_assert_cmpint (g_poll (&fd, 1, 20000), ==, 1);
  g_cancellable_release_fd (network_guard_get_cancellable (guard));
}

/* Exit status: 77 where no network can be made. */
static int
move_away (void)
{
  g_autoptr(SendpathNetwork) home = NULL;
  g_autoptr(NetworkGuard) guard = NULL;

  if (unshare (CLONE_NEWNET) != 0 ||
      !own_network_run ("ip link add lan type veth peer name gate") ||
      !own_network_run ("ip addr add 192.0.2.7/24 dev lan") ||
      !own_network_run ("ip link set lan up") || !own_network_run ("ip link set gate up") ||
      !own_network_run ("ip route add default via 192.0.2.1"))
    return 77;
  home = sendpath_network_new ();
  guard = network_guard_new (home, NULL);
  network_guard_watch (guard);
  g_assert_true (own_network_run ("ip addr add 198.51.100.7/24 dev lan"));
  g_assert_true (own_network_run ("ip addr del 192.0.2.7/24 dev lan"));
  wait_for (guard);
  return network_guard_has_left (guard) ? 0 : 1;
}

static void
test_watched (void)
{
  own_network_send (move_away);
}

/* Nobody waits for a watch that saw nothing. */
static void
test_quiet (void)
{
  g_autoptr(SendpathNetwork) home = sendpath_network_new ();
  g_autoptr(NetworkGuard) guard = network_guard_new (home, NULL);

  network_guard_watch (guard);
  g_assert_false (network_guard_has_left (guard));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  g_test_add_func ("/network-guard/the-kernel-tells", test_watched); /* before there are threads */
  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    {
      g_autofree char *path = g_strconcat ("/network-guard/told/", moves[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_told);
    }
  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    {
      g_autofree char *path = g_strconcat ("/network-guard/connection/", connections[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_connection);
    }
  g_test_add_func ("/network-guard/cancelled-by-hand", test_cancelled);
  g_test_add_func ("/network-guard/quiet", test_quiet);
  return g_test_run ();
}
