/* NetworkManager: what is known of its connections, and that mail never waits for it. */
#include "config.h"

#include "profiles/network-manager.h"
#include "profiles/network-private.h"
#include "profiles/profile-store.h"
#include "profiles/system-bus.h"
#include "tests/lib/fake-network-manager.h"

#include <dirent.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NM           "/org/freedesktop/NetworkManager"
#define STRINGS(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define MAC          "00:53:00:aa:bb:cc"
#define WIFI_UUID    "7c9d4d9e-3f6f-4c6b-8f0e-2f2d5f4e0a01"
#define VPN_UUID     "7c9d4d9e-3f6f-4c6b-8f0e-2f2d5f4e0a02"

#define HOTEL_GUEST /* the bytes of Hotel-Guest */                                                 \
  "[byte 0x48, 0x6f, 0x74, 0x65, 0x6c, 0x2d, 0x47, 0x75, 0x65, 0x73, 0x74]"

#define MANAGER(active, primary, connectivity)                                                     \
  {                                                                                                \
    NM, "{'ActiveConnections': <" active ">, 'PrimaryConnection': <objectpath '" primary           \
        "'>, 'Connectivity': <uint32 " connectivity ">}"                                           \
  }
#define WIFI(default_route)                                                                        \
  { NM "/ActiveConnection/1",                                                                      \
    "{'Id': <'Hotel'>, 'Uuid': <'" WIFI_UUID                                                       \
    "'>, 'Type': <'802-11-wireless'>, 'State': <uint32 2>,"                                        \
    " 'Default': <" default_route ">, 'Default6': <false>, 'Vpn': <false>,"                        \
    " 'SpecificObject': <objectpath '" NM "/AccessPoint/1'>,"                                      \
    " 'Ip4Config': <objectpath '" NM "/IP4Config/1'>, 'Ip6Config': <objectpath '/'>,"              \
    " 'Dhcp4Config': <objectpath '" NM "/DHCP4Config/1'>}" },                                      \
      { NM "/AccessPoint/1", "{'Ssid': <" HOTEL_GUEST ">}" },                                      \
      { NM "/IP4Config/1",                                                                         \
        "{'Domains': <['Lan.example.NET.']>, 'Searches': <@as []>,"                                \
        " 'AddressData': <[{'address': <'192.0.2.7'>, 'prefix': <uint32 24>}]>}" },                \
  {                                                                                                \
    NM "/DHCP4Config/1", "{'Options': <{'domain_name': <'hotel.example'>,"                         \
                         " 'smtp_server': <'192.0.2.25 192.0.2.26'>}>}"                            \
  }
#define VPN(default_route)                                                                         \
  { NM "/ActiveConnection/2",                                                                      \
    "{'Id': <'Work'>, 'Uuid': <'" VPN_UUID "'>, 'Type': <'vpn'>, 'State': <uint32 2>,"             \
    " 'Default': <" default_route ">, 'Vpn': <true>,"                                              \
    " 'SpecificObject': <objectpath '" NM "/ActiveConnection/1'>,"                                 \
    " 'Ip4Config': <objectpath '" NM "/IP4Config/2'>}" },                                          \
  {                                                                                                \
    NM "/IP4Config/2", "{'Searches': <['~thephone-company.com', '~.']>,"                           \
                       " 'AddressData': <[{'address': <'198.51.100.7'>, 'prefix': <uint32 32>}]>}" \
  }
#define BOTH "[objectpath '" NM "/ActiveConnection/1', '" NM "/ActiveConnection/2']"
#define ONE  "[objectpath '" NM "/ActiveConnection/1']"
#define END                                                                                        \
  {                                                                                                \
    NULL, NULL                                                                                     \
  }

static const FakeNetworkManagerObject split_tunnel[] = {
  MANAGER (BOTH, NM "/ActiveConnection/1", "4"), WIFI ("true"), VPN ("false"), END
};
static const FakeNetworkManagerObject full_tunnel[] = {
  MANAGER (BOTH, NM "/ActiveConnection/1", "4"), WIFI ("false"), VPN ("true"), END
};
static const FakeNetworkManagerObject behind_portal[] = {
  MANAGER (ONE, NM "/ActiveConnection/1", "2"), WIFI ("true"), END
};

static const char *bus_address; /* of the one bus of this program */

static SendpathNetwork *
new_network (const NetworkManagerFacts *manager, const char *gateway)
{
  NetworkFacts kernel = { .gateway = (char *) gateway,
                          .domains = (char **) STRINGS ("lan.example.net"),
                          .addresses = (char **) STRINGS ("192.0.2.7/24", "198.51.100.7/32"),
                          .has_route = TRUE };

  return network_new_from (&kernel, NULL, manager);
}

/* A location with the keys and values of @pairs. */
static SendpathLocation *
new_location (const char *id, const char *const *pairs)
{
  SendpathLocation *location = sendpath_location_new (id);
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; pairs[i] != NULL; i += 2)
    g_assert_true (sendpath_location_set (location, pairs[i], pairs[i + 1], &error));
  g_assert_no_error (error);
  return location;
}

static const NetworkConnection *
get_connection (const NetworkManagerFacts *facts, guint i)
{
  g_assert_cmpuint (i, <, facts->connections->len);
  return facts->connections->pdata[i];
}

/* What is read from a NetworkManager that says @objects. */
static NetworkManagerFacts *
read_from (const FakeNetworkManagerObject *objects)
{
  g_autoptr(FakeNetworkManager) fake = fake_network_manager_new (FAKE_NM_WELL, objects);

  g_assert_nonnull (fake);
  return network_manager_read ();
}

static void
test_facts (void)
{
  g_autoptr(NetworkManagerFacts) facts = read_from (split_tunnel);
  const NetworkConnection *wifi;
  const NetworkConnection *vpn;

  g_assert_nonnull (facts);
  g_assert_cmpstr (facts->connectivity, ==, "full");
  wifi = get_connection (facts, 0);
  g_assert_cmpstr (wifi->name, ==, "Hotel");
  g_assert_cmpstr (wifi->uuid, ==, WIFI_UUID);
  g_assert_cmpstr (wifi->type, ==, "wifi");
  g_assert_cmpstr (wifi->ssid, ==, "Hotel-Guest");
  g_assert_true (g_strv_equal ((const char *const *) wifi->domains,
                               STRINGS ("lan.example.net", "hotel.example")));
  g_assert_true (g_strv_equal ((const char *const *) wifi->addresses, STRINGS ("192.0.2.7/24")));
  g_assert_true (g_strv_equal ((const char *const *) wifi->mail_servers,
                               STRINGS ("192.0.2.25", "192.0.2.26")));
  g_assert_false (wifi->is_vpn);
  g_assert_true (wifi->has_default);
  vpn = get_connection (facts, 1);
  g_assert_cmpstr (vpn->type, ==, "vpn");
  g_assert_null (vpn->ssid);
  g_assert_true (
      g_strv_equal ((const char *const *) vpn->domains, STRINGS ("thephone-company.com")));
  g_assert_true (vpn->is_vpn);
  g_assert_cmpuint (facts->connections->len, ==, 2);
}

/* The default route decides, and not what NetworkManager calls primary: that is what a full VPN runs
 * over. */
static void
test_default_route_first (void)
{
  g_autoptr(NetworkManagerFacts) facts = read_from (full_tunnel);
  g_autoptr(SendpathNetwork) network = new_network (facts, MAC);

  g_assert_cmpstr (get_connection (facts, 0)->name, ==, "Work");
  g_assert_cmpstr (get_connection (facts, 1)->name, ==, "Hotel");
  g_assert_cmpstr (sendpath_network_get_connection (network), ==, "Work");
  g_assert_cmpstr (sendpath_network_get_connection_type (network), ==, "vpn");
  g_assert_null (sendpath_network_get_ssid (network));
}

/* What is still coming up, what only loops back and what is in no state at all do not count. */
static void
test_inactive (void)
{
  static const FakeNetworkManagerObject objects[] = {
    MANAGER ("[objectpath '" NM "/ActiveConnection/3', '" NM "/ActiveConnection/4', '" NM
             "/ActiveConnection/5', '" NM "/ActiveConnection/1']",
             "/", "0"),
    { NM "/ActiveConnection/3", "{'Id': <'lo'>, 'Type': <'loopback'>, 'State': <uint32 2>}" },
    { NM "/ActiveConnection/4", "{'Id': <'x'>, 'Type': <'802-3-ethernet'>, 'State': <uint32 1>}" },
    WIFI ("true"),
    END,
  };
  g_autoptr(NetworkManagerFacts) facts = read_from (objects);

  g_assert_nonnull (facts);
  g_assert_cmpuint (facts->connections->len, ==, 1);
  g_assert_cmpstr (get_connection (facts, 0)->name, ==, "Hotel");
  g_assert_null (facts->connectivity);
}

/* Anybody may call their network anything. */
static void
test_hostile_names (void)
{
  static const FakeNetworkManagerObject objects[] = {
    MANAGER (ONE, NM "/ActiveConnection/1", "99"),
    { NM "/ActiveConnection/1",
      "{'Id': <'a'>, 'Uuid': <'u'>, 'Type': <'802-11-wireless'>, 'State': <uint32 2>,"
      " 'Default': <true>, 'SpecificObject': <objectpath '" NM "/AccessPoint/1'>,"
      " 'Ip4Config': <objectpath '" NM "/IP4Config/1'>}" },
    { NM "/AccessPoint/1", "{'Ssid': <[byte 0x1b, 0x5b, 0x32, 0x4a, 0xff, 0x41]>}" },
    { NM "/IP4Config/1",
      "{'Domains': <['a b', '-x', 'good.example', '..', '~']>,"
      " 'AddressData': <[{'address': <'nonsense'>}, {'address': <'fe80::1'>}]>}" },
    END,
  };
  g_autoptr(NetworkManagerFacts) facts = read_from (objects);
  const NetworkConnection *connection;

  g_assert_nonnull (facts);
  connection = get_connection (facts, 0);
  g_assert_cmpstr (connection->ssid, ==, "\357\277\275[2J\357\277\275A");
  g_assert_true (
      g_strv_equal ((const char *const *) connection->domains, STRINGS ("good.example")));
  g_assert_null (connection->addresses[0]);
  g_assert_null (facts->connectivity);
}

/* ---- when it is not there -------------------------------------------------------------------- */

static gint64
measure_ms (void)
{
  gint64 begun_us = g_get_monotonic_time ();
  g_autoptr(NetworkManagerFacts) facts = network_manager_read ();

  g_assert_null (facts);
  return (g_get_monotonic_time () - begun_us) / 1000;
}

static void
test_missing (void)
{
  g_autoptr(FakeNetworkManager) fake = fake_network_manager_new (FAKE_NM_MISSING, split_tunnel);

  g_assert_nonnull (fake);
  g_assert_cmpint (measure_ms (), <, 200);
}

static void
test_silent (void)
{
  g_autoptr(FakeNetworkManager) fake = fake_network_manager_new (FAKE_NM_SILENT, split_tunnel);
  gint64 waited_ms = measure_ms ();

  g_assert_nonnull (fake);
  g_assert_cmpint (waited_ms, >=, 290);
  g_assert_cmpint (waited_ms, <, 900);
}

/* A bus that takes connections and says nothing, or whose queue is full. */
static void
test_silent_bus (void)
{
  g_autofree char *dir = g_dir_make_tmp ("sendpath-bus-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "bus", NULL);
  g_autofree char *address = g_strconcat ("unix:path=", path, NULL);
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int filler = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  g_strlcpy (name.sun_path, path, sizeof name.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &name, sizeof name), ==, 0);
  g_assert_cmpint (listen (fd, 0), ==, 0);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
  g_assert_cmpint (measure_ms (), <, 900);
  /* with it or without it, nobody else gets in */
  connect (filler, (struct sockaddr *) &name, sizeof name);
  g_assert_cmpint (measure_ms (), <, 900);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", bus_address, TRUE);
  close (fd);
  close (filler);
  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (rmdir (dir), ==, 0);
}

/* Never off this machine, and no bus is started. */
static void
test_addresses (void)
{
  static const struct {
    const char *given;
    gboolean is_followed;
  } rows[] = {
    { "unix:path=/nonexistent/bus", TRUE },
    { "unix:abstract=/nonexistent,guid=00", TRUE },
    { "unix:tmpdir=/tmp", TRUE },
    { "tcp:host=192.0.2.1,port=1", FALSE },
    { "autolaunch:", FALSE },
    { "nonsense", FALSE },
    { "unix:", TRUE },
    { "unix:path=%zz", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *address = NULL;

      g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", rows[i].given, TRUE);
      address = system_bus_dup_address ();
      g_assert_cmpint (address != NULL, ==, rows[i].is_followed);
      g_assert_cmpint (measure_ms (), <, 200);
    }
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", bus_address, TRUE);
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

/* The deliverer is forked off, which nobody may do who has a thread. */
static void
test_no_thread (void)
{
  g_autoptr(FakeNetworkManager) fake = fake_network_manager_new (FAKE_NM_WELL, split_tunnel);
  guint before = count_tasks ();
  g_autoptr(NetworkManagerFacts) facts = network_manager_read ();

  g_assert_nonnull (fake);
  g_assert_nonnull (facts);
  g_assert_cmpuint (count_tasks (), ==, before);
}

/* ---- what a network is called ---------------------------------------------------------------- */

static void
test_id (void)
{
  g_autoptr(NetworkManagerFacts) hotel = read_from (split_tunnel);
  g_autoptr(NetworkManagerFacts) work = read_from (full_tunnel);
  g_autoptr(SendpathNetwork) today = new_network (hotel, MAC);
  g_autoptr(SendpathNetwork) tomorrow = new_network (hotel, "00:53:00:00:00:01");
  g_autoptr(SendpathNetwork) tunnel = new_network (work, MAC);
  g_autoptr(SendpathNetwork) without = new_network (NULL, MAC);
  const char *id = sendpath_network_get_id (today);

  g_assert_cmpuint (strlen (id), ==, 16);
  g_assert_cmpuint (strspn (id, "0123456789abcdef"), ==, 16);
  g_assert_cmpstr (id, ==, sendpath_network_get_id (tomorrow));
  g_assert_cmpstr (id, !=, sendpath_network_get_id (tunnel));
  g_assert_cmpstr (id, !=, sendpath_network_get_id (without));
  /* what was learned before NetworkManager was asked is found by the name it had then */
  g_assert_cmpstr (network_get_former_id (today), ==, sendpath_network_get_id (without));
}

/* NetworkManager has one connection for every socket that a cable goes into (R-26: what was approved
 * on one network is not approved on the next). */
static void
test_wired_id (void)
{
  static const struct {
    const char *type;
    const char *gateway;
    const char *domain;
    const char *address;
    gboolean is_same; /* as the first row */
  } rows[] = {
    { "802-3-ethernet", MAC, "office.example", "192.0.2.7", TRUE },
    { "802-3-ethernet", MAC, "office.example", "192.0.2.8", TRUE },
    { "802-3-ethernet", MAC, "other.example", "192.0.2.7", TRUE },
    { "802-3-ethernet", "00:53:00:00:00:01", "office.example", "192.0.2.7", FALSE },
    { "802-3-ethernet", NULL, "office.example", "192.0.2.7", FALSE },
    { "802-3-ethernet", NULL, "other.example", "192.0.2.7", FALSE },
    { "802-3-ethernet", NULL, "@", "192.0.2.7", FALSE },
    { "802-3-ethernet", NULL, "@", "198.51.100.7", FALSE },
    { "bridge", "00:53:00:00:00:02", "office.example", "192.0.2.7", FALSE },
    { "gsm", MAC, "office.example", "192.0.2.7", FALSE },
  };
  g_autoptr(GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *connection = g_strdup_printf (
          "{'Id': <'Wired connection 1'>, 'Uuid': <'" VPN_UUID "'>, 'Type': <'%s'>,"
          " 'State': <uint32 2>, 'Default': <true>,"
          " 'Ip4Config': <objectpath '" NM "/IP4Config/1'>}",
          rows[i].type);
      g_autofree char *ip4 = g_strdup_printf (
          "{'Domains': <['%s']>, 'AddressData': <[{'address': <'%s'>, 'prefix': <uint32 24>}]>}",
          rows[i].domain, rows[i].address);
      const FakeNetworkManagerObject objects[] = {
        MANAGER (ONE, NM "/ActiveConnection/1", "4"),
        { NM "/ActiveConnection/1", connection },
        { NM "/IP4Config/1", ip4 },
        END
      };
      g_autoptr(NetworkManagerFacts) manager = read_from (objects);
      g_autoptr(SendpathNetwork) network = new_network (manager, rows[i].gateway);
      const char *id = sendpath_network_get_id (network);

      g_test_message ("%s %s %s %s", rows[i].type, rows[i].gateway, rows[i].domain, id);
      if (i == 0)
        first = g_strdup (id);
      g_assert_cmpint (g_str_equal (id, first), ==, rows[i].is_same);
      /* and no two of the others are taken for each other */
      g_assert_true (g_hash_table_add (ids, g_strdup (id)) || rows[i].is_same);
    }
}

/* Those of the connection with the default route first; a lease may name more. */
static void
test_mail_servers (void)
{
  g_autoptr(NetworkManagerFacts) manager = read_from (split_tunnel);
  NetworkFacts kernel = { .gateway = (char *) MAC,
                          .domains = (char **) STRINGS ("lan.example.net"),
                          .addresses = (char **) STRINGS ("192.0.2.7/24"),
                          .mail_servers = (char **) STRINGS ("192.0.2.27", "192.0.2.25"),
                          .has_route = TRUE };
  g_autoptr(SendpathNetwork) network = network_new_from (&kernel, NULL, manager);
  g_autoptr(SendpathNetwork) without = new_network (NULL, MAC);

  g_assert_true (g_strv_equal (network_get_mail_servers (network),
                               STRINGS ("192.0.2.25", "192.0.2.26", "192.0.2.27")));
  g_assert_null (network_get_mail_servers (without)[0]);
}

static void
test_connectivity (void)
{
  g_autoptr(NetworkManagerFacts) manager = read_from (behind_portal);
  g_autoptr(SendpathNetwork) network = new_network (manager, MAC);
  g_autoptr(SendpathNetwork) without = new_network (NULL, MAC);
  g_autoptr(SendpathNetwork) offline = sendpath_network_new_for_facts (NULL, NULL, NULL);

  g_assert_cmpstr (sendpath_network_get_connectivity (network), ==, "portal");
  g_assert_true (sendpath_network_is_portal (network));
  g_assert_true (sendpath_network_is_up (network));
  g_assert_null (sendpath_network_get_connectivity (without));
  g_assert_false (sendpath_network_is_portal (without));
  g_assert_cmpstr (sendpath_network_get_connectivity (offline), ==, "none");
}

/* Without a word about it nothing is known. WEP is encryption; an open access point that tells of an
 * encrypted twin (OWE) is open. */
static void
test_open_wifi (void)
{
  static const struct {
    const char *flags;
    gboolean is_open;
  } rows[] = {
    { "", FALSE },
    { "'Flags': <uint32 0>, 'WpaFlags': <uint32 0>,", FALSE },
    { "'Flags': <uint32 0>, 'WpaFlags': <uint32 0>, 'RsnFlags': <uint32 0>,", TRUE },
    { "'Flags': <uint32 2>, 'WpaFlags': <uint32 0>, 'RsnFlags': <uint32 0>,", TRUE },
    { "'Flags': <uint32 1>, 'WpaFlags': <uint32 0>, 'RsnFlags': <uint32 0>,", FALSE },
    { "'Flags': <uint32 1>, 'WpaFlags': <uint32 0>, 'RsnFlags': <uint32 392>,", FALSE },
    { "'Flags': <uint32 1>, 'WpaFlags': <uint32 324>, 'RsnFlags': <uint32 0>,", FALSE },
    { "'Flags': <uint32 0>, 'WpaFlags': <uint32 0>, 'RsnFlags': <uint32 2048>,", FALSE },
    { "'Flags': <uint32 0>, 'WpaFlags': <uint32 0>, 'RsnFlags': <uint32 4096>,", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *properties =
          g_strdup_printf ("{%s 'Ssid': <" HOTEL_GUEST ">}", rows[i].flags);
      const FakeNetworkManagerObject objects[] = {
        MANAGER (BOTH, NM "/ActiveConnection/1", "4"),
        { NM "/AccessPoint/1", properties }, /* found before the one of WIFI */
        WIFI ("false"),
        VPN ("true"),
        END,
      };
      g_autoptr(NetworkManagerFacts) facts = read_from (objects);
      g_autoptr(SendpathNetwork) network = new_network (facts, MAC);

      g_test_message ("%s", rows[i].flags);
      g_assert_cmpint (sendpath_network_is_open (network), ==, rows[i].is_open);
    }
}

/* ---- locations ------------------------------------------------------------------------------- */

static void
test_keys (void)
{
  static const struct {
    const char *pairs[5];
    gboolean is_match;
  } rows[] = {
    { { "ssid", "Hotel-Guest" }, TRUE },
    { { "ssid", "hotel-guest" }, FALSE },
    { { "connection", "Hotel" }, TRUE },
    { { "connection", WIFI_UUID }, TRUE },
    { { "connection", VPN_UUID }, TRUE }, /* all active connections are looked at */
    { { "connection", "Hote" }, FALSE },
    { { "ssid", "Hotel-Guest", "gateway", MAC }, TRUE },
    { { "ssid", "Hotel-Guest", "gateway", "00:53:00:00:00:01" }, FALSE }, /* a copied name */
    { { "connection", "Work", "network", "198.51.100.7/32" }, TRUE },
    { { "connection", "Work", "ssid", "Hotel-Guest" }, TRUE }, /* the VPN, in the hotel */
    { { "domain", "thephone-company.com" }, TRUE },
    { { "domain", "hotel.example" }, TRUE },
  };
  g_autoptr(NetworkManagerFacts) manager = read_from (split_tunnel);
  g_autoptr(SendpathNetwork) network = new_network (manager, MAC);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathLocation) location = new_location ("here", rows[i].pairs);
      g_auto(GStrv) keys = NULL;

      if (sendpath_location_matches (location, network, &keys) != rows[i].is_match)
        g_error ("%s = %s: match is %d", rows[i].pairs[0], rows[i].pairs[1], !rows[i].is_match);
      g_assert_cmpint (keys != NULL, ==, rows[i].is_match);
    }
}

/* Whatever comes first in the file. */
static void
test_first_connection_decides (void)
{
  static const struct {
    const FakeNetworkManagerObject *objects;
    const char *location;
    const char *key;
  } rows[] = {
    { split_tunnel, "hotel", "ssid" },
    { full_tunnel, "work", "connection" },
    { behind_portal, "hotel", "ssid" },
  };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(NetworkManagerFacts) manager = read_from (rows[i / 2].objects);
      g_autoptr(SendpathNetwork) network = new_network (manager, MAC);
      g_autoptr(SendpathProfileStore) store = sendpath_profile_store_new ("/nonexistent/conf");
      g_autoptr(SendpathLocation) work = new_location ("work", STRINGS ("connection", "Work"));
      g_autoptr(SendpathLocation) hotel = new_location ("hotel", STRINGS ("ssid", "Hotel-Guest"));
      g_autoptr(GError) error = NULL;
      g_auto(GStrv) keys = NULL;
      SendpathLocation *found;

      sendpath_profile_store_add_location (store, i % 2 == 0 ? work : hotel, &error);
      sendpath_profile_store_add_location (store, i % 2 == 0 ? hotel : work, &error);
      g_assert_no_error (error);
      found = sendpath_profile_store_match_location (store, network, &keys);
      g_assert_nonnull (found);
      g_assert_cmpstr (sendpath_location_get_id (found), ==, rows[i / 2].location);
      g_assert_true (g_strv_equal ((const char *const *) keys, STRINGS (rows[i / 2].key)));
    }
}

int
main (int argc, char **argv)
{
  g_autoptr(GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_dbus_up (bus);
  bus_address = g_test_dbus_get_bus_address (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", bus_address, TRUE);
  g_test_add_func ("/network-manager/connections-and-what-belongs-to-them", test_facts);
  g_test_add_func ("/network-manager/default-route-comes-first", test_default_route_first);
  g_test_add_func ("/network-manager/only-what-is-active-counts", test_inactive);
  g_test_add_func ("/network-manager/names-made-by-others-are-plain-text", test_hostile_names);
  g_test_add_func ("/network-manager/missing-costs-nothing", test_missing);
  g_test_add_func ("/network-manager/silent-costs-300-ms", test_silent);
  g_test_add_func ("/network-manager/silent-bus-costs-300-ms", test_silent_bus);
  g_test_add_func ("/network-manager/no-address-off-this-machine", test_addresses);
  g_test_add_func ("/network-manager/asking-starts-no-thread", test_no_thread);
  g_test_add_func ("/network-manager/a-tether-stays-the-same-network", test_id);
  g_test_add_func ("/network-manager/two-wired-networks-are-two", test_wired_id);
  g_test_add_func ("/network-manager/mail-servers-of-dhcp", test_mail_servers);
  g_test_add_func ("/network-manager/a-portal-is-told", test_connectivity);
  g_test_add_func ("/network-manager/an-open-wireless-network-is-told", test_open_wifi);
  g_test_add_func ("/network-manager/every-key-must-match", test_keys);
  g_test_add_func ("/network-manager/default-route-selects-the-location",
                   test_first_connection_decides);
  status = g_test_run ();
  g_test_dbus_down (bus);
  return status;
}
