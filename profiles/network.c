/* SendpathNetwork: which network is this, is it up, is it a portal.
 *
 * A picture of one moment that never changes, taken without a thread. What it says can be forged
 * by whoever runs the network. */
#include "config.h"

#include "profiles/network.h"

#include <string.h>

#include "profiles/dhcp-hints.h"
#include "profiles/network-private.h"

#define RESOLV_CONF   "/etc/resolv.conf"
#define RESOLVED_CONF "/run/systemd/resolve/resolv.conf" /* what systemd-resolved learned */
#define ID_LENGTH     16 /* hexadecimal digits: enough to tell apart the networks of a life */

/**
 * SendpathNetwork:
 *
 * The network that this machine is on, as it was at one moment.
 *
 * Objects never change and may be shared between threads.
 *
 * Since: 1.0
 */
struct _SendpathNetwork {
  GObject parent;
  char *id;
  char *former_id;
  char *connection; /* this and the next two: of the one with the default route */
  char *type;
  char *ssid;
  const char *connectivity;
  GPtrArray *views; /* NetworkView; the last one is of all connections */
  char **mail_servers;
  gboolean is_up;        /* there is at least loopback */
  gboolean is_connected; /* there is more */
  gboolean is_open;      /* a wireless network without encryption is among the connections */
};

G_DEFINE_FINAL_TYPE (SendpathNetwork, sendpath_network, G_TYPE_OBJECT)

static void
sendpath_network_finalize (GObject *object)
{
  SendpathNetwork *self = SENDPATH_NETWORK (object);

  g_free (self->id);
  g_free (self->former_id);
  g_free (self->connection);
  g_free (self->type);
  g_free (self->ssid);
  g_clear_pointer (&self->views, g_ptr_array_unref);
  g_strfreev (self->mail_servers);
  G_OBJECT_CLASS (sendpath_network_parent_class)->finalize (object);
}

static void
sendpath_network_class_init (SendpathNetworkClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sendpath_network_finalize;
}

static void
sendpath_network_init (SendpathNetwork *self)
{
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
hash_domains (GChecksum *hash, char **domains)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();

  for (gsize i = 0; domains[i] != NULL; i++)
    g_ptr_array_add (sorted, domains[i]);
  g_ptr_array_sort (sorted, compare_words);
  for (guint i = 0; i < sorted->len; i++)
    g_checksum_update (hash, sorted->pdata[i], strlen (sorted->pdata[i]) + 1);
}

/* The network part of `192.0.2.7/24`: the host part may be another one tomorrow. */
static void
hash_prefix (GChecksum *hash, const char *cidr)
{
  g_autofree char *bare = g_strndup (cidr, strcspn (cidr, "/"));
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (bare);
  const char *slash = strchr (cidr, '/');
  gsize length = address != NULL ? g_inet_address_get_native_size (address) : 0;
  guint bits = slash != NULL ? g_ascii_strtoull (slash + 1, NULL, 10) : length * 8;

  for (gsize i = 0; i < length; i++)
    {
      guint kept = bits > i * 8 ? MIN (8, bits - i * 8) : 0;
      guchar byte = g_inet_address_to_bytes (address)[i] & (guchar) (0xff00 >> kept);

      g_checksum_update (hash, &byte, 1);
    }
}

/* Of what the kernel and resolv.conf say. */
static char *
dup_kernel_id (const NetworkFacts *facts)
{
  g_autoptr(GChecksum) hash = NULL;

  if (facts->gateway == NULL && facts->addresses[0] == NULL && !facts->has_route)
    return g_strdup (facts->has_loopback ? "local" : "offline");

  hash = g_checksum_new (G_CHECKSUM_SHA256);
  if (facts->gateway != NULL)
    g_checksum_update (hash, (const guchar *) facts->gateway, strlen (facts->gateway));
  g_checksum_update (hash, (const guchar *) "", 1);
  hash_domains (hash, facts->domains);
  if (facts->gateway == NULL && facts->addresses[0] != NULL)
    hash_prefix (hash, facts->addresses[0]);
  return g_strndup (g_checksum_get_string (hash), ID_LENGTH);
}

/* One connection of these types serves every socket that a cable goes into. */
static const char *const wired_types[] = { "ethernet", "bond", "bridge", "team", "vlan", NULL };

/* Tethers change their hardware address, and a lease its domains; a connection is what the user set
 * up once. Where that says nothing about the network, what the network shows of itself counts too:
 * its gateway, or else its domains. */
static char *
dup_connection_id (const NetworkConnection *connection, const NetworkFacts *kernel)
{
  g_autoptr(GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  gboolean is_wired =
      connection->type != NULL && g_strv_contains (wired_types, connection->type);

  g_checksum_update (hash, (const guchar *) "connection", sizeof "connection");
  g_checksum_update (hash, (const guchar *) connection->uuid, (gssize) strlen (connection->uuid));
  if (is_wired && kernel->gateway != NULL)
    g_checksum_update (hash, (const guchar *) kernel->gateway, (gssize) strlen (kernel->gateway));
  else if (is_wired && connection->domains[0] != NULL)
    hash_domains (hash, connection->domains);
  else if (is_wired && connection->addresses[0] != NULL)
    hash_prefix (hash, connection->addresses[0]);
  return g_strndup (g_checksum_get_string (hash), ID_LENGTH);
}

/* The connection that messages leave by, or NULL. */
static const NetworkConnection *
find_way_out (const NetworkManagerFacts *manager)
{
  const NetworkConnection *first =
      manager != NULL && manager->connections->len > 0 ? manager->connections->pdata[0] : NULL;

  return first != NULL && (first->has_default || first->is_primary) ? first : NULL;
}

static void
add_mail_servers (GPtrArray *servers, char **more)
{
  for (gsize i = 0; more != NULL && more[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (servers, more[i], g_str_equal, NULL))
      g_ptr_array_add (servers, g_strdup (more[i]));
}

/* Of the connection with the default route first. */
static char **
dup_mail_servers (const NetworkFacts *kernel, const NetworkManagerFacts *manager)
{
  GPtrArray *servers = g_ptr_array_new ();

  for (guint i = 0; manager != NULL && i < manager->connections->len; i++)
    add_mail_servers (servers,
                      ((const NetworkConnection *) manager->connections->pdata[i])->mail_servers);
  add_mail_servers (servers, kernel->mail_servers);
  g_ptr_array_add (servers, NULL);
  return (char **) g_ptr_array_free (servers, FALSE);
}

/* Beneath a VPN too: what is beside us in the air is not reached through the tunnel. */
static gboolean
has_open_connection (const NetworkManagerFacts *manager)
{
  for (guint i = 0; manager != NULL && i < manager->connections->len; i++)
    if (((const NetworkConnection *) manager->connections->pdata[i])->is_open)
      return TRUE;
  return FALSE;
}

SendpathNetwork *
network_new_from (const NetworkFacts *kernel, const char *const *resolved,
                  const NetworkManagerFacts *manager)
{
  SendpathNetwork *self = g_object_new (SENDPATH_TYPE_NETWORK, NULL);
  const NetworkConnection *way_out = find_way_out (manager);

  self->former_id = dup_kernel_id (kernel);
  self->is_up = !g_str_equal (self->former_id, "offline");
  self->is_connected = self->is_up && !g_str_equal (self->former_id, "local");
  self->id = self->is_connected && way_out != NULL && way_out->uuid != NULL
                 ? dup_connection_id (way_out, kernel)
                 : g_strdup (self->former_id);
  if (way_out != NULL)
    {
      self->connection = g_strdup (way_out->name);
      self->type = g_strdup (way_out->type);
      self->ssid = g_strdup (way_out->ssid);
    }
  if (!self->is_connected)
    self->connectivity = "none";
  else if (manager != NULL)
    self->connectivity = manager->connectivity;
  self->is_open = has_open_connection (manager);
  self->views = network_views_new (kernel, resolved, manager);
  self->mail_servers = dup_mail_servers (kernel, manager);
  return self;
}

/* The search domains that systemd-resolved has learned; where it does not run, there is no such
 * file. */
static char **
read_resolved_domains (void)
{
  g_autofree char *text = NULL;

  g_file_get_contents (RESOLVED_CONF, &text, NULL, NULL);
  return network_facts_parse_domains (text != NULL ? text : "");
}

/**
 * sendpath_network_new:
 *
 * Describes the present network as NetworkManager, the kernel and resolv.conf see it now.
 *
 * No thread is started, nor NetworkManager if it does not run. Nothing is sent but an empty datagram to a
 * gateway that the kernel has not spoken with yet; if that does not answer, this takes 200 milliseconds,
 * and 300 more if NetworkManager or the system bus is there and does not answer. The object does not
 * follow later changes: make another one, or use #SendpathNetworkWatch.
 *
 * This function may be called from any thread.
 *
 * Returns: (transfer full): the network
 *
 * Since: 1.0
 */
SendpathNetwork *
sendpath_network_new (void)
{
  g_autoptr(NetworkFacts) facts = network_facts_read (RESOLV_CONF);
  g_autoptr(NetworkManagerFacts) manager = network_manager_read ();
  g_auto(GStrv) resolved = read_resolved_domains ();

  facts->mail_servers =
      dhcp_hints_read (&dhcp_leases_of_this_machine, (const char *const *) facts->addresses,
                       g_get_real_time () / G_USEC_PER_SEC);
  return network_new_from (facts, (const char *const *) resolved, manager);
}

static char **
dup_lower (const char *const *words)
{
  GPtrArray *copy = g_ptr_array_new ();

  for (gsize i = 0; words != NULL && words[i] != NULL; i++)
    g_ptr_array_add (copy, g_ascii_strdown (words[i], -1));
  g_ptr_array_add (copy, NULL);
  return (char **) g_ptr_array_free (copy, FALSE);
}

static gboolean
is_loopback (const char *cidr)
{
  g_autofree char *bare = g_strndup (cidr, strcspn (cidr, "/"));
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (bare);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

/**
 * sendpath_network_new_for_facts:
 * @gateway: (nullable): hardware address of the gateway, as `00:53:00:aa:bb:cc`
 * @domains: (nullable) (array zero-terminated=1): DNS search domains
 * @addresses: (nullable) (array zero-terminated=1): own addresses, as `192.0.2.7/24`; those of the
 *   interface with the default route first
 *
 * Describes a network by its facts, for hosts that know them better, and for tests.
 *
 * Loopback addresses are not kept, but make the difference between `local` and `offline`.
 *
 * Returns: (transfer full): the network
 *
 * Since: 1.0
 */
SendpathNetwork *
sendpath_network_new_for_facts (const char *gateway, const char *const *domains,
                                const char *const *addresses)
{
  g_autoptr(NetworkFacts) facts = g_new0 (NetworkFacts, 1);
  GPtrArray *kept = g_ptr_array_new ();

  for (gsize i = 0; addresses != NULL && addresses[i] != NULL; i++)
    if (is_loopback (addresses[i]))
      facts->has_loopback = TRUE;
    else
      g_ptr_array_add (kept, g_strdup (addresses[i]));
  g_ptr_array_add (kept, NULL);

  facts->gateway = gateway != NULL ? g_ascii_strdown (gateway, -1) : NULL;
  facts->domains = dup_lower (domains);
  facts->addresses = (char **) g_ptr_array_free (kept, FALSE);
  return network_new_from (facts, NULL, NULL);
}

static const NetworkView *
get_whole (SendpathNetwork *self)
{
  return self->views->pdata[self->views->len - 1];
}

/**
 * sendpath_network_get_id:
 * @self: a #SendpathNetwork
 *
 * Gets what this network is called in all that was learned about it.
 *
 * Where NetworkManager runs it is a hash of the UUID of the connection with the default route, so that a
 * tether stays the same network whatever hardware address it has today. For a cable, where one connection
 * serves every network, the gateway's hardware address, or else the search domains, belong to it. Else it is a hash of the
 * gateway's hardware address and the search domains; where the gateway is not known, of the search
 * domains and the network part of the first own address. It never hangs on the name of a wireless
 * network alone, which anybody can copy. It is `local` when only loopback is up,
 * so that only servers on this machine can be reached, and `offline` when not even that is.
 *
 * Returns: (transfer none): the name, made of lower-case letters and digits
 *
 * Since: 1.0
 */
const char *
sendpath_network_get_id (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return self->id;
}

/**
 * sendpath_network_get_gateway:
 * @self: a #SendpathNetwork
 *
 * Gets the hardware address of the gateway of the default route.
 *
 * Returns: (transfer none) (nullable): the address in lower case, as `00:53:00:aa:bb:cc`, or %NULL
 *   if there is no gateway or it does not answer
 *
 * Since: 1.0
 */
const char *
sendpath_network_get_gateway (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return get_whole (self)->gateway;
}

/**
 * sendpath_network_get_domains:
 * @self: a #SendpathNetwork
 *
 * Gets the DNS search domains of all connections, in lower case and without a final dot.
 *
 * Returns: (transfer none) (array zero-terminated=1): the domains, empty if there are none
 *
 * Since: 1.0
 */
const char *const *
sendpath_network_get_domains (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return (const char *const *) get_whole (self)->domains;
}

/**
 * sendpath_network_get_addresses:
 * @self: a #SendpathNetwork
 *
 * Gets this machine's own addresses, as `192.0.2.7/24`, without loopback and link-local ones.
 *
 * Returns: (transfer none) (array zero-terminated=1): the addresses, those of the interface with
 *   the default route first, empty if there are none
 *
 * Since: 1.0
 */
const char *const *
sendpath_network_get_addresses (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return (const char *const *) get_whole (self)->addresses;
}

/**
 * sendpath_network_is_up:
 * @self: a #SendpathNetwork
 *
 * Tells whether there is anything to try at all: an address, a route, or at least loopback.
 *
 * Returns: %FALSE if nothing can be reached, not even a server on this machine
 *
 * Since: 1.0
 */
gboolean
sendpath_network_is_up (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), FALSE);

  return self->is_up;
}

const char *const *
network_get_mail_servers (SendpathNetwork *self)
{
  return (const char *const *) self->mail_servers;
}

gboolean
network_is_connected (SendpathNetwork *self)
{
  return self->is_connected;
}

/**
 * sendpath_network_get_connection:
 * @self: a #SendpathNetwork
 *
 * Gets NetworkManager's name for the connection with the default route.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL if there is none or NetworkManager does not
 *   run
 *
 * Since: 1.0
 */
const char *
sendpath_network_get_connection (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return self->connection;
}

/**
 * sendpath_network_get_connection_type:
 * @self: a #SendpathNetwork
 *
 * Gets of what type the connection with the default route is.
 *
 * Returns: (transfer none) (nullable): `wifi`, `ethernet`, `vpn`, or NetworkManager's word for
 *   another type, such as `gsm`; %NULL if there is none or NetworkManager does not run
 *
 * Since: 1.0
 */
const char *
sendpath_network_get_connection_type (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return self->type;
}

/**
 * sendpath_network_get_ssid:
 * @self: a #SendpathNetwork
 *
 * Gets the name of the wireless network that has the default route.
 *
 * Bytes that are no text are replaced, so that the name can be shown. Anybody can copy it.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL if it is no wireless network or
 *   NetworkManager does not run
 *
 * Since: 1.0
 */
const char *
sendpath_network_get_ssid (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return self->ssid;
}

/**
 * sendpath_network_get_connectivity:
 * @self: a #SendpathNetwork
 *
 * Gets how far this network leads.
 *
 * Returns: (transfer none) (nullable): `none`, `portal` (a page to sign in comes first), `limited`,
 *   `full`; %NULL if it is not known
 *
 * Since: 1.0
 */
const char *
sendpath_network_get_connectivity (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return self->connectivity;
}

/**
 * sendpath_network_is_portal:
 * @self: a #SendpathNetwork
 *
 * Tells whether the network wants a sign-in before it leads anywhere.
 *
 * Returns: %TRUE if it is known to
 *
 * Since: 1.0
 */
gboolean
sendpath_network_is_portal (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), FALSE);

  return g_strcmp0 (self->connectivity, "portal") == 0;
}

/**
 * sendpath_network_is_open:
 * @self: a #SendpathNetwork
 *
 * Tells whether one of the active connections is a wireless network without encryption, where everybody
 * nearby can read what is sent in plain text.
 *
 * Returns: %TRUE if NetworkManager knows it to be so
 *
 * Since: 1.0
 */
gboolean
sendpath_network_is_open (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), FALSE);

  return self->is_open;
}

GPtrArray *
network_get_views (SendpathNetwork *self)
{
  return self->views;
}

const char *
network_get_former_id (SendpathNetwork *self)
{
  return self->former_id;
}
