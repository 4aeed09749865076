/* SendpathNetwork: a stable name for a network, from facts and from this machine. */
#include "config.h"

#include "profiles/network-facts.h"
#include "profiles/network-private.h"
#include "tests/lib/own-network.h"

#include <dirent.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define MAC "00:53:00:aa:bb:cc"
#define GATEWAY_MAC "02:00:53:00:00:01"

static char *
dup_id (const char *gateway, const char *const *domains, const char *const *addresses)
{
  g_autoptr(SendpathNetwork) network = sendpath_network_new_for_facts (gateway, domains, addresses);

  return g_strdup (sendpath_network_get_id (network));
}

static void
assert_same (gboolean is_same, char *a, char *b)
{
  g_autofree char *own_a = a;
  g_autofree char *own_b = b;

  g_assert_cmpint (g_str_equal (own_a, own_b), ==, is_same);
}

static void
test_id (void)
{
  g_autofree char *id = dup_id (MAC, STRINGS ("example.net"), STRINGS ("192.0.2.7/24"));

  g_assert_cmpuint (strspn (id, "0123456789abcdef"), ==, strlen (id));
  /* another lease, another order, another spelling: the same network */
  assert_same (TRUE, g_strdup (id),
               dup_id (MAC, STRINGS ("example.net"), STRINGS ("192.0.2.8/24")));
  assert_same (TRUE, g_strdup (id), dup_id ("00:53:00:AA:BB:CC", STRINGS ("Example.NET"), NULL));
  assert_same (TRUE, dup_id (MAC, STRINGS ("a.example", "b.example"), NULL),
               dup_id (MAC, STRINGS ("b.example", "a.example"), NULL));
  /* another gateway, other domains: another network */
  assert_same (FALSE, g_strdup (id), dup_id ("00:53:00:aa:bb:cd", STRINGS ("example.net"), NULL));
  assert_same (FALSE, g_strdup (id), dup_id (MAC, STRINGS ("example.org"), NULL));
  assert_same (FALSE, g_strdup (id), dup_id (MAC, NULL, NULL));
  assert_same (FALSE, dup_id (MAC, STRINGS ("ab.c"), NULL),
               dup_id (MAC, STRINGS ("a", "b.c"), NULL));
}

/* The kernel may not know the gateway yet: the network part of the own address stands in. */
static void
test_id_without_gateway (void)
{
  assert_same (TRUE, dup_id (NULL, STRINGS ("example.net"), STRINGS ("192.0.2.7/24")),
               dup_id (NULL, STRINGS ("example.net"), STRINGS ("192.0.2.200/24")));
  assert_same (FALSE, dup_id (NULL, NULL, STRINGS ("192.0.2.7/24")),
               dup_id (NULL, NULL, STRINGS ("198.51.100.7/24")));
  assert_same (FALSE, dup_id (NULL, NULL, STRINGS ("192.0.2.7/25")),
               dup_id (NULL, NULL, STRINGS ("192.0.2.200/25")));
  assert_same (TRUE, dup_id (NULL, NULL, STRINGS ("2001:db8:5::7/64")),
               dup_id (NULL, NULL, STRINGS ("2001:db8:5::f00/64")));
  /* the first address is that of the default route; what comes and goes behind it does not
   * matter */
  assert_same (TRUE, dup_id (NULL, NULL, STRINGS ("192.0.2.7/24", "172.16.0.1/16")),
               dup_id (NULL, NULL, STRINGS ("192.0.2.7/24")));
}

static void
test_up (void)
{
  static const struct {
    const char *address;
    const char *id; /* NULL: any hash */
    gboolean    is_up;
  } rows[] = {
    { NULL, "offline", FALSE },
    { "127.0.0.1/8", "local", TRUE },
    { "::1/128", "local", TRUE },
    { "192.0.2.7/24", NULL, TRUE },
    { "2001:db8::7/64", NULL, TRUE }, /* IPv6 is a network like another */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathNetwork) network =
                     sendpath_network_new_for_facts (NULL, NULL, STRINGS (rows[i].address));

      if (rows[i].id != NULL)
        g_assert_cmpstr (sendpath_network_get_id (network), ==, rows[i].id);
      else
        g_assert_cmpuint (strlen (sendpath_network_get_id (network)), ==, 16);
      g_assert_cmpint (sendpath_network_is_up (network), ==, rows[i].is_up);
      g_assert_cmpint (network_is_connected (network), ==, rows[i].id == NULL);
    }
}

static void
test_facts (void)
{
  g_autoptr(SendpathNetwork) network = sendpath_network_new_for_facts (
      "00:53:00:AA:BB:CC", STRINGS ("Example.NET"),
      STRINGS ("127.0.0.1/8", "192.0.2.7/24", "::1/128"));
  g_autoptr(SendpathNetwork) empty = sendpath_network_new_for_facts (NULL, NULL, NULL);

  g_assert_cmpstr (sendpath_network_get_gateway (network), ==, MAC);
  g_assert_true (g_strv_equal (sendpath_network_get_domains (network), STRINGS ("example.net")));
  g_assert_true (g_strv_equal (sendpath_network_get_addresses (network), STRINGS ("192.0.2.7/24")));
  g_assert_null (sendpath_network_get_gateway (empty));
  g_assert_null (sendpath_network_get_domains (empty)[0]);
  g_assert_null (sendpath_network_get_addresses (empty)[0]);
}

static void
test_resolv_conf (void)
{
  static const struct {
    const char *text;
    const char *joined;
  } rows[] = {
    { "", "" },
    { "nameserver 192.0.2.53\n", "" },
    { "search example.net\n", "example.net" },
    { "search Example.NET. lan\tprague.example.org\n", "example.net lan prague.example.org" },
    { "domain example.net\r\nnameserver 192.0.2.53\r\n", "example.net" },
    { "domain old.example\nsearch a.example b.example\n",
      "a.example b.example" }, /* the last one counts */
    { "search a.example\ndomain b.example", "b.example" },
    { "# search no.example\n;search no.example\noptions search\n", "" },
    { "search . b@d -x  good.example\n", "good.example" },
    { "searching a.example\n", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto(GStrv) domains = network_facts_parse_domains (rows[i].text);
      g_autofree char *joined = g_strjoinv (" ", domains);

      g_assert_cmpstr (joined, ==, rows[i].joined);
    }
}

static guint
count_tasks (void)
{
  DIR *dir = opendir ("/proc/self/task");
  guint count = 0;

  while (readdir (dir) != NULL)
    count++;
  closedir (dir);
  return count;
}

/* Whatever this machine has: what is said about it is well-formed, twice the same, and costs no
 * thread. */
static void
test_this_machine (void)
{
  guint tasks_before = count_tasks ();
  g_autoptr(SendpathNetwork) network = sendpath_network_new ();
  g_autoptr(SendpathNetwork) again = sendpath_network_new ();
  const char *gateway = sendpath_network_get_gateway (network);
  const char *const *addresses = sendpath_network_get_addresses (network);

  g_assert_cmpstr (sendpath_network_get_id (network), ==, sendpath_network_get_id (again));
  g_assert_true (g_strv_equal (addresses, sendpath_network_get_addresses (again)));
  if (gateway != NULL)
    g_assert_cmpuint (strspn (gateway, "0123456789abcdef:"), ==, strlen (MAC));
  for (gsize i = 0; addresses[i] != NULL; i++)
    {
      g_autofree char *bare = g_strndup (addresses[i], strcspn (addresses[i], "/"));
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (bare);

      g_assert_nonnull (address);
      g_assert_false (g_inet_address_get_is_loopback (address));
      g_assert_false (g_inet_address_get_is_link_local (address));
    }
  g_assert_cmpuint (count_tasks (), ==, tasks_before);
}

/* ---- a LAN of two network namespaces --------------------------------------------------------- */

static void
must (const char *command)
{
  if (!own_network_run (command))
    g_error ("%s: failed", command);
}

/* The other machine: waits for its interface, answers as the gateway, and ends when nobody reads
 * what it writes any more. */
static void
be_gateway (int in, int out)
{
  char byte;

  if (unshare (CLONE_NEWNET) != 0 || write (out, "n", 1) != 1 || read (in, &byte, 1) != 1)
    _exit (1);
  must ("ip addr add 192.0.2.1/24 dev gate");
  must ("ip link set gate up");
  if (write (out, "u", 1) != 1 || read (in, &byte, 1) != 1)
    _exit (1);
  must ("ip link set gate down");
  _exit (write (out, "d", 1) == 1 && read (in, &byte, 1) == 0 ? 0 : 1);
}

static void
assert_byte (int fd, char expected)
{
  char byte = 0;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  g_assert_cmpint (byte, ==, expected);
}

static void
assert_network (const char *id, const char *gateway)
{
  g_autoptr(SendpathNetwork) network = sendpath_network_new ();

  g_assert_cmpstr (sendpath_network_get_gateway (network), ==, gateway);
  if (id != NULL)
    g_assert_cmpstr (sendpath_network_get_id (network), ==, id);
}

static void
visit_lan (int to_gateway, int from_gateway, pid_t gateway)
{
  g_autofree char *move = g_strdup_printf ("ip link set gate netns %d", (int) gateway);
  g_autoptr(SendpathNetwork) network = NULL;
  const char *id;
  guint n_tries = 0;

  assert_byte (from_gateway, 'n');
  must (move);
  g_assert_cmpint (write (to_gateway, "g", 1), ==, 1);
  assert_byte (from_gateway, 'u');
  must ("ip addr add 192.0.2.7/24 dev lan");
  must ("ip link set lan up");
  must ("ip route add default via 192.0.2.1");

  /* the kernel takes its time with an interface that has just come up */
  do
    {
      g_clear_object (&network);
      network = sendpath_network_new ();
    }
  while (sendpath_network_get_gateway (network) == NULL && n_tries++ < 50);
  id = sendpath_network_get_id (network);
  assert_network (id, GATEWAY_MAC); /* the kernel knows the gateway */
  must ("ip neigh flush dev lan");
  assert_network (id, GATEWAY_MAC); /* and here it had forgotten it */

  g_assert_cmpint (write (to_gateway, "g", 1), ==, 1);
  assert_byte (from_gateway, 'd');
  must ("ip neigh flush dev lan");
  assert_network (NULL, NULL); /* it does not answer, and nobody waits for long */
}

/* Exit status: 77 where no such LAN can be made. */
static int
travel (void)
{
  int down[2], up[2];
  int status = 1;
  pid_t gateway;

  if (unshare (CLONE_NEWNET) != 0 ||
      !own_network_run ("ip link add lan type veth peer name gate") ||
      !own_network_run ("ip link set gate address " GATEWAY_MAC))
    return 77;
  g_assert_cmpint (pipe (down), ==, 0);
  g_assert_cmpint (pipe (up), ==, 0);
  gateway = fork ();
  if (gateway == 0)
    {
      close (down[1]);
      be_gateway (down[0], up[1]);
    }
  visit_lan (down[1], up[0], gateway);
  close (down[1]);
  g_assert_cmpint (waitpid (gateway, &status, 0), ==, gateway);
  return status == 0 ? 0 : 1;
}

/* A network is known again, whether or not its gateway was met before. */
static void
test_gateway_is_met (void)
{
  own_network_send (travel);
}

static void
test_no_resolv_conf (void)
{
  g_autoptr(NetworkFacts) facts = network_facts_read ("/nonexistent/resolv.conf");

  g_assert_null (facts->domains[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network/id-is-stable-for-a-network", test_id);
  g_test_add_func ("/network/id-without-gateway-hangs-on-the-own-network", test_id_without_gateway);
  g_test_add_func ("/network/offline-local-and-up", test_up);
  g_test_add_func ("/network/facts-come-back-in-one-spelling", test_facts);
  g_test_add_func ("/network/search-domains-as-the-resolver-takes-them", test_resolv_conf);
  g_test_add_func ("/network/this-machine-is-read-without-a-thread", test_this_machine);
  g_test_add_func ("/network/a-gateway-is-met-so-that-the-id-stays", test_gateway_is_met);
  g_test_add_func ("/network/no-resolv-conf-is-no-domains", test_no_resolv_conf);
  return g_test_run ();
}
