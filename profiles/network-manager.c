/* What NetworkManager says about the present connections: three rounds of questions, each asked all
 * at once.
 *
 * Words that a network made up (SSID, domains) come out as plain text, whatever bytes they had.
 * Never changes anything there. */
#include "config.h"

#include "profiles/network-manager.h"

#include <string.h>

#include "profiles/dhcp-hints.h"
#include "profiles/profile-address.h"
#include "profiles/system-bus.h"

#define INTERFACE(name) NETWORK_MANAGER_NAME "." name
#define CONNECTIONS_MAX 32
#define ACTIVATED       2 /* NM_ACTIVE_CONNECTION_STATE_ACTIVATED */

/* What is asked about each connection, once its own properties are known. */
enum { ASK_ACCESS_POINT, ASK_IP4, ASK_IP6, ASK_DHCP4, N_ASK };

static const struct {
  const char *interface;
  const char *property; /* of the connection: the path of the object */
} details[] = {
  [ASK_ACCESS_POINT] = { INTERFACE ("AccessPoint"), "SpecificObject" },
  [ASK_IP4] = { INTERFACE ("IP4Config"), "Ip4Config" },
  [ASK_IP6] = { INTERFACE ("IP6Config"), "Ip6Config" },
  [ASK_DHCP4] = { INTERFACE ("DHCP4Config"), "Dhcp4Config" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (details) == N_ASK);

/* NetworkManager's setting names, and what its own tools show for them. */
static const struct {
  const char *setting;
  const char *type;
} types[] = {
  { "802-11-wireless", "wifi" },
  { "802-3-ethernet", "ethernet" },
  { "vpn", "vpn" },
  { "wireguard", "vpn" },
  { "tun", "vpn" },
};

/* NM_802_11_AP_FLAGS_PRIVACY; and NM_802_11_AP_SEC_KEY_MGMT_OWE_TM, which says only that an
 * encrypted network of the same name is there too. */
#define AP_PRIVACY 0x1u
#define AP_OWE_TM  0x1000u

/* NMConnectivityState */
static const char *const connectivities[] = { NULL, "none", "portal", "limited", "full" };

static void
connection_free (gpointer data)
{
  NetworkConnection *connection = data;

  g_free (connection->name);
  g_free (connection->uuid);
  g_free (connection->type);
  g_free (connection->ssid);
  g_strfreev (connection->domains);
  g_strfreev (connection->addresses);
  g_strfreev (connection->mail_servers);
  g_free (connection);
}

void
network_manager_facts_free (NetworkManagerFacts *facts)
{
  g_ptr_array_unref (facts->connections);
  g_free (facts);
}

/* ---- properties ------------------------------------------------------------------------------ */

/* A terminal obeys control characters, and JSON is UTF-8. */
static char *
dup_plain (const char *bytes, gsize length)
{
  g_autofree char *text = g_utf8_make_valid (bytes, (gssize) length);
  GString *plain = g_string_new (NULL);

  for (const char *next = text; *next != '\0'; next = g_utf8_next_char (next))
    {
      gunichar c = g_utf8_get_char (next);

      g_string_append_unichar (plain, g_unichar_iscntrl (c) ? 0xfffd : c);
    }
  return g_string_free (plain, FALSE);
}

static char *
dup_text (GVariant *properties, const char *name)
{
  const char *text = NULL;

  return properties != NULL && g_variant_lookup (properties, name, "&s", &text)
             ? dup_plain (text, strlen (text))
             : NULL;
}

/* NULL where NetworkManager says `/` for none. */
static char *
dup_path (GVariant *properties, const char *name)
{
  const char *path = NULL;

  return g_variant_lookup (properties, name, "&o", &path) && !g_str_equal (path, "/")
             ? g_strdup (path)
             : NULL;
}

static gboolean
is_true (GVariant *properties, const char *name)
{
  gboolean value = FALSE;

  return g_variant_lookup (properties, name, "b", &value) && value;
}

static guint
get_number (GVariant *properties, const char *name)
{
  guint32 value = 0;

  g_variant_lookup (properties, name, "u", &value);
  return value;
}

/* ---- one connection -------------------------------------------------------------------------- */

static char *
dup_type (GVariant *properties)
{
  g_autofree char *setting = dup_text (properties, "Type");

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (setting, types[i].setting) == 0)
      return g_strdup (types[i].type);
  return g_steal_pointer (&setting);
}

static char *
dup_ssid (GVariant *properties)
{
  g_autoptr(GVariant) bytes = NULL;
  const char *data;
  gsize length;

  if (properties == NULL)
    return NULL;
  bytes = g_variant_lookup_value (properties, "Ssid", G_VARIANT_TYPE_BYTESTRING);
  if (bytes == NULL)
    return NULL;
  data = g_variant_get_fixed_array (bytes, &length, 1);
  return length > 0 ? dup_plain (data, length) : NULL;
}

/* NetworkManager marks a domain that only routes questions with a `~`. */
static void
add_domain (GPtrArray *domains, const char *word)
{
  g_autofree char *domain = g_ascii_strdown (word + (*word == '~' ? 1 : 0), -1);

  if (g_str_has_suffix (domain, "."))
    domain[strlen (domain) - 1] = '\0';
  if (profile_host_is_valid (domain) &&
      !g_ptr_array_find_with_equal_func (domains, domain, g_str_equal, NULL))
    g_ptr_array_add (domains, g_steal_pointer (&domain));
}

static void
add_domains (GPtrArray *domains, GVariant *ip_config, const char *name)
{
  g_autofree const char **words = NULL;

  if (ip_config == NULL || !g_variant_lookup (ip_config, name, "^a&s", &words))
    return;
  for (gsize i = 0; words[i] != NULL; i++)
    add_domain (domains, words[i]);
}

/* An option of DHCP, as NetworkManager spells it. */
static char *
dup_dhcp_option (GVariant *dhcp, const char *name)
{
  g_autoptr(GVariant) options = NULL;

  if (dhcp != NULL)
    options = g_variant_lookup_value (dhcp, "Options", G_VARIANT_TYPE_VARDICT);
  return options != NULL ? dup_text (options, name) : NULL;
}

/* RFC 2132 3.17 and RFC 3397. */
static void
add_dhcp_domains (GPtrArray *domains, GVariant *dhcp)
{
  static const char *const names[] = { "domain_search", "domain_name" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = dup_dhcp_option (dhcp, names[i]);
      g_auto(GStrv) words = g_strsplit_set (text != NULL ? text : "", " ,", -1);

      for (gsize j = 0; words[j] != NULL; j++)
        add_domain (domains, words[j]);
    }
}

static char **
dup_domains (const SystemBusQuestion *asked)
{
  GPtrArray *domains = g_ptr_array_new ();

  add_domains (domains, asked[ASK_IP4].answer, "Searches");
  add_domains (domains, asked[ASK_IP4].answer, "Domains");
  add_domains (domains, asked[ASK_IP6].answer, "Searches");
  add_domains (domains, asked[ASK_IP6].answer, "Domains");
  add_dhcp_domains (domains, asked[ASK_DHCP4].answer);
  g_ptr_array_add (domains, NULL);
  return (char **) g_ptr_array_free (domains, FALSE);
}

static void
add_addresses (GPtrArray *addresses, GVariant *ip_config)
{
  g_autoptr(GVariant) list = NULL;

  if (ip_config != NULL)
    list = g_variant_lookup_value (ip_config, "AddressData", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr(GVariant) entry = g_variant_get_child_value (list, i);
      const char *text = NULL;
      g_autoptr(GInetAddress) address = g_variant_lookup (entry, "address", "&s", &text)
                                             ? g_inet_address_new_from_string (text)
                                             : NULL;

      if (address != NULL && !g_inet_address_get_is_link_local (address))
        g_ptr_array_add (addresses, g_strdup_printf ("%s/%u", text, get_number (entry, "prefix")));
    }
}

static char **
dup_addresses (const SystemBusQuestion *asked)
{
  GPtrArray *addresses = g_ptr_array_new ();

  add_addresses (addresses, asked[ASK_IP4].answer);
  add_addresses (addresses, asked[ASK_IP6].answer);
  g_ptr_array_add (addresses, NULL);
  return (char **) g_ptr_array_free (addresses, FALSE);
}

/* RFC 2132 8.14. */
static char **
dup_mail_servers (const SystemBusQuestion *asked)
{
  GPtrArray *servers = g_ptr_array_new ();
  g_autofree char *text = dup_dhcp_option (asked[ASK_DHCP4].answer, "smtp_server");

  if (text != NULL)
    dhcp_hints_add (servers, text);
  g_ptr_array_add (servers, NULL);
  return (char **) g_ptr_array_free (servers, FALSE);
}

/* An access point that does not say so may be anything. */
static gboolean
is_open (GVariant *access_point)
{
  guint32 flags, wpa, rsn;

  return access_point != NULL && g_variant_lookup (access_point, "Flags", "u", &flags) &&
         g_variant_lookup (access_point, "WpaFlags", "u", &wpa) &&
         g_variant_lookup (access_point, "RsnFlags", "u", &rsn) && (flags & AP_PRIVACY) == 0 &&
         ((wpa | rsn) & ~AP_OWE_TM) == 0;
}

static NetworkConnection *
connection_new (GVariant *properties, const SystemBusQuestion *asked)
{
  NetworkConnection *connection = g_new0 (NetworkConnection, 1);

  connection->name = dup_text (properties, "Id");
  connection->uuid = dup_text (properties, "Uuid");
  connection->type = dup_type (properties);
  connection->is_vpn = is_true (properties, "Vpn") || g_strcmp0 (connection->type, "vpn") == 0;
  connection->has_default = is_true (properties, "Default") || is_true (properties, "Default6");
  connection->ssid = dup_ssid (asked[ASK_ACCESS_POINT].answer);
  connection->is_open = is_open (asked[ASK_ACCESS_POINT].answer);
  connection->domains = dup_domains (asked);
  connection->addresses = dup_addresses (asked);
  connection->mail_servers = dup_mail_servers (asked);
  return connection;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* The default route of IPv4 before that of IPv6, before what a full VPN runs over; the others as
 * they are listed. */
static guint
rank (GVariant *properties, gboolean is_primary)
{
  if (is_true (properties, "Default"))
    return 0;
  if (is_true (properties, "Default6"))
    return 1;
  return is_primary ? 2 : 3;
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const NetworkConnection *first = *(NetworkConnection *const *) a;
  const NetworkConnection *second = *(NetworkConnection *const *) b;

  return first->order < second->order ? -1 : first->order > second->order;
}

static gboolean
counts (GVariant *properties)
{
  g_autofree char *type = properties != NULL ? dup_text (properties, "Type") : NULL;

  return type != NULL && get_number (properties, "State") == ACTIVATED &&
         !g_str_equal (type, "loopback");
}

static void
clear_questions (SystemBusQuestion *questions, guint n)
{
  for (guint i = 0; i < n; i++)
    system_bus_question_clear (&questions[i]);
}

/* The third round: what belongs to each connection of @active. */
static gboolean
read_details (SystemBus *bus, const SystemBusQuestion *active, guint n_active, const char *primary,
              GPtrArray *connections)
{
  SystemBusQuestion asked[CONNECTIONS_MAX * N_ASK] = { 0 };
  gboolean is_answered;

  for (guint i = 0; i < n_active; i++)
    for (guint j = 0; j < N_ASK; j++)
      {
        asked[i * N_ASK + j].interface = details[j].interface;
        if (counts (active[i].answer))
          asked[i * N_ASK + j].path = dup_path (active[i].answer, details[j].property);
      }
  is_answered = system_bus_get_all (bus, NETWORK_MANAGER_NAME, asked, n_active * N_ASK);
  for (guint i = 0; is_answered && i < n_active; i++)
    if (counts (active[i].answer))
      {
        NetworkConnection *connection = connection_new (active[i].answer, &asked[i * N_ASK]);

        connection->is_primary = g_strcmp0 (active[i].path, primary) == 0;
        connection->order = rank (active[i].answer, connection->is_primary) * CONNECTIONS_MAX + i;
        g_ptr_array_add (connections, connection);
      }
  clear_questions (asked, n_active * N_ASK);
  g_ptr_array_sort (connections, compare_order);
  return is_answered;
}

/* The second round: the active connections that @manager names. */
static gboolean
read_connections (SystemBus *bus, GVariant *manager, GPtrArray *connections)
{
  SystemBusQuestion active[CONNECTIONS_MAX] = { 0 };
  g_autofree const char **paths = NULL;
  g_autofree char *primary = dup_path (manager, "PrimaryConnection");
  guint n_active = 0;
  gboolean is_answered;

  if (!g_variant_lookup (manager, "ActiveConnections", "^a&o", &paths))
    return TRUE;
  for (; paths[n_active] != NULL && n_active < CONNECTIONS_MAX; n_active++)
    {
      active[n_active].path = g_strdup (paths[n_active]);
      active[n_active].interface = INTERFACE ("Connection.Active");
    }
  is_answered = system_bus_get_all (bus, NETWORK_MANAGER_NAME, active, n_active) &&
                read_details (bus, active, n_active, primary, connections);
  clear_questions (active, n_active);
  return is_answered;
}

NetworkManagerFacts *
network_manager_read (void)
{
  g_autoptr(SystemBus) bus = system_bus_open ();
  g_autoptr(NetworkManagerFacts) facts = NULL;
  SystemBusQuestion manager = { .interface = NETWORK_MANAGER_NAME };
  gboolean is_answered;
  guint connectivity;

  if (bus == NULL)
    return NULL;
  facts = g_new0 (NetworkManagerFacts, 1);
  facts->connections = g_ptr_array_new_with_free_func (connection_free);
  manager.path = g_strdup (NETWORK_MANAGER_PATH);
  is_answered = system_bus_get_all (bus, NETWORK_MANAGER_NAME, &manager, 1) &&
                manager.answer != NULL &&
                read_connections (bus, manager.answer, facts->connections);
  connectivity = manager.answer != NULL ? get_number (manager.answer, "Connectivity") : 0;
  facts->connectivity =
      connectivity < G_N_ELEMENTS (connectivities) ? connectivities[connectivity] : NULL;
  system_bus_question_clear (&manager);
  return is_answered ? g_steal_pointer (&facts) : NULL;
}
