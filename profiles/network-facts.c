/* What the kernel and resolv.conf say about the present network.
 *
 * No D-Bus, no thread: a process may fork right after. */
#include "config.h"

#include "profiles/network-facts.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include <gio/gio.h>

#include "profiles/profile-address.h"
#include "profiles/route-table.h"

char **
network_facts_parse_domains (const char *text)
{
  g_auto(GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) words = g_strsplit_set (lines[i], " \t", -1);

      if (!g_str_equal (words[0] != NULL ? words[0] : "", "search") &&
          !g_str_equal (words[0] != NULL ? words[0] : "", "domain"))
        continue;
      g_ptr_array_set_size (domains, 0);
      for (gsize j = 1; words[j] != NULL; j++)
        {
          g_autofree char *domain = g_ascii_strdown (words[j], -1);

          if (g_str_has_suffix (domain, "."))
            domain[strlen (domain) - 1] = '\0';
          if (profile_host_is_valid (domain))
            g_ptr_array_add (domains, g_steal_pointer (&domain));
        }
    }
  g_ptr_array_add (domains, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&domains), FALSE);
}

static guint
count_bits (const guchar *mask, gsize length)
{
  guint bits = 0;

  for (gsize i = 0; i < length; i++)
    for (guint bit = 0; bit < 8; bit++)
      bits += (mask[i] >> bit) & 1;
  return bits;
}

/* `192.0.2.7/24`; NULL for what is no address in a network: link-local ones are the same
 * everywhere. */
static char *
format_cidr (const struct ifaddrs *entry)
{
  g_autoptr(GInetAddress) address = NULL;
  g_autofree char *text = NULL;
  const void *mask = NULL;
  gsize length;

  if (entry->ifa_addr->sa_family == AF_INET)
    {
      address = g_inet_address_new_from_bytes (
          (const guchar *) &((struct sockaddr_in *) entry->ifa_addr)->sin_addr,
          G_SOCKET_FAMILY_IPV4);
      mask = entry->ifa_netmask != NULL ? &((struct sockaddr_in *) entry->ifa_netmask)->sin_addr
                                        : NULL;
    }
  else
    {
      address = g_inet_address_new_from_bytes (
          (const guchar *) &((struct sockaddr_in6 *) entry->ifa_addr)->sin6_addr,
          G_SOCKET_FAMILY_IPV6);
      mask = entry->ifa_netmask != NULL ? &((struct sockaddr_in6 *) entry->ifa_netmask)->sin6_addr
                                        : NULL;
    }
  if (g_inet_address_get_is_link_local (address))
    return NULL;
  length = g_inet_address_get_native_size (address);
  text = g_inet_address_to_string (address);
  return g_strdup_printf ("%s/%u", text,
                          mask != NULL ? count_bits (mask, length) : (guint) length * 8);
}

/* Adds the addresses of one family, of the interface @index or of all others. */
static void
collect_addresses (const struct ifaddrs *all, int family, guint index, gboolean of_index,
                   GPtrArray *addresses)
{
  for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next)
    {
      g_autofree char *cidr = NULL;

      if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != family ||
          (entry->ifa_flags & (IFF_RUNNING | IFF_LOOPBACK)) != IFF_RUNNING)
        continue;
      if ((if_nametoindex (entry->ifa_name) == index) != of_index)
        continue;
      cidr = format_cidr (entry);
      if (cidr != NULL)
        g_ptr_array_add (addresses, g_steal_pointer (&cidr));
    }
}

static gboolean
has_loopback (const struct ifaddrs *all)
{
  for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next)
    if (entry->ifa_addr != NULL && (entry->ifa_flags & IFF_LOOPBACK) != 0 &&
        (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6))
      return TRUE;
  return FALSE;
}

static void
read_addresses (NetworkFacts *facts, guint route_index)
{
  g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  struct ifaddrs *all = NULL;

  if (getifaddrs (&all) == 0)
    {
      collect_addresses (all, AF_INET, route_index, TRUE, addresses);
      collect_addresses (all, AF_INET6, route_index, TRUE, addresses);
      collect_addresses (all, AF_INET, route_index, FALSE, addresses);
      collect_addresses (all, AF_INET6, route_index, FALSE, addresses);
      facts->has_loopback = has_loopback (all);
      freeifaddrs (all);
    }
  g_ptr_array_add (addresses, NULL);
  facts->addresses = (char **) g_ptr_array_free (g_steal_pointer (&addresses), FALSE);
}

NetworkFacts *
network_facts_read (const char *resolv_conf_path)
{
  NetworkFacts *facts = g_new0 (NetworkFacts, 1);
  g_autofree char *resolv_conf = NULL;
  DefaultRoute route;

  g_file_get_contents (resolv_conf_path, &resolv_conf, NULL, NULL);
  facts->domains = network_facts_parse_domains (resolv_conf != NULL ? resolv_conf : "");

  route_table_read (&route);
  facts->gateway = route.gateway;
  facts->has_route = route.index != 0;
  read_addresses (facts, route.index);
  return facts;
}

void
network_facts_free (NetworkFacts *facts)
{
  g_free (facts->gateway);
  g_strfreev (facts->domains);
  g_strfreev (facts->addresses);
  g_strfreev (facts->mail_servers);
  g_free (facts);
}
