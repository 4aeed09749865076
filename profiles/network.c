/* SendpathNetwork: which network is this, is it up, is it a portal.
 *
 * A picture of one moment that never changes. What it says can be forged by whoever runs the
 * network. */
#include "config.h"

#include "profiles/network.h"

#include <string.h>

#include "profiles/network-facts.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define ID_LENGTH 16 /* hexadecimal digits: enough to tell apart the networks of a life */

/**
 * SendpathNetwork:
 *
 * The network that this machine is on, as it was at one moment.
 *
 * Objects never change and may be shared between threads.
 *
 * Since: 1.0
 */
struct _SendpathNetwork
{
  GObject  parent;
  char    *id;
  char    *gateway;
  char   **domains;
  char   **addresses;
  gboolean is_up;
};

G_DEFINE_FINAL_TYPE (SendpathNetwork, sendpath_network, G_TYPE_OBJECT)

static void
sendpath_network_finalize (GObject *object)
{
  SendpathNetwork *self = SENDPATH_NETWORK (object);

  g_free (self->id);
  g_free (self->gateway);
  g_strfreev (self->domains);
  g_strfreev (self->addresses);
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

static char *
dup_id (const NetworkFacts *facts)
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

static SendpathNetwork *
new_from_facts (NetworkFacts *facts)
{
  SendpathNetwork *self = g_object_new (SENDPATH_TYPE_NETWORK, NULL);

  self->id = dup_id (facts);
  self->is_up = !g_str_equal (self->id, "offline");
  self->gateway = g_steal_pointer (&facts->gateway);
  self->domains = g_steal_pointer (&facts->domains);
  self->addresses = g_steal_pointer (&facts->addresses);
  return self;
}

/**
 * sendpath_network_new:
 *
 * Describes the present network as the kernel and resolv.conf see it now.
 *
 * No D-Bus is asked and no thread is started. Nothing is sent but an empty datagram to a gateway
 * that the kernel has not spoken with yet; if that does not answer, this takes 200 milliseconds.
 * The object does not follow later changes: make another one.
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

  return new_from_facts (facts);
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
  NetworkFacts facts = { .gateway = NULL };
  GPtrArray *kept = g_ptr_array_new ();
  SendpathNetwork *self;

  for (gsize i = 0; addresses != NULL && addresses[i] != NULL; i++)
    if (is_loopback (addresses[i]))
      facts.has_loopback = TRUE;
    else
      g_ptr_array_add (kept, g_strdup (addresses[i]));
  g_ptr_array_add (kept, NULL);

  facts.gateway = gateway != NULL ? g_ascii_strdown (gateway, -1) : NULL;
  facts.domains = dup_lower (domains);
  facts.addresses = (char **) g_ptr_array_free (kept, FALSE);
  self = new_from_facts (&facts);
  return self;
}

/**
 * sendpath_network_get_id:
 * @self: a #SendpathNetwork
 *
 * Gets what this network is called in all that was learned about it.
 *
 * It is a hash of the gateway's hardware address and the search domains; where the gateway is not
 * known, of the search domains and the network part of the first own address. It never hangs on the
 * name of a wireless network alone, which anybody can copy. It is `local` when only loopback is up,
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

  return self->gateway;
}

/**
 * sendpath_network_get_domains:
 * @self: a #SendpathNetwork
 *
 * Gets the DNS search domains, in lower case and without a final dot.
 *
 * Returns: (transfer none) (array zero-terminated=1): the domains, empty if there are none
 *
 * Since: 1.0
 */
const char *const *
sendpath_network_get_domains (SendpathNetwork *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK (self), NULL);

  return (const char *const *) self->domains;
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

  return (const char *const *) self->addresses;
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
