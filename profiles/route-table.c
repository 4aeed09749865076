/* The kernel's default route and the hardware address behind it, by rtnetlink.
 *
 * Reads two tables of the kernel. A gateway that the kernel has not met yet is sent an empty
 * datagram, so that the kernel asks for its hardware address: else the same network would have
 * another name before and after the first real traffic. Never sends anything else, or elsewhere. */
#include "config.h"

#include "profiles/route-table.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAC_LENGTH 6
#define MEET_MS 200      /* a gateway on a LAN answers an ARP question in a few milliseconds */
#define DISCARD_PORT 9   /* RFC 863 */
#define DUMP_BYTES 32768 /* the kernel's own limit for one piece of a dump */

/* One default route as the kernel lists it. */
typedef struct {
  guchar family;
  guint  index;
  guint  metric;
  guint  length; /* of the gateway's address; 0: the route has none */
  guchar gateway[16];
} Route;

typedef struct {
  Route         best;
  DefaultRoute *ret_route;
} Reading;

typedef void (*OnMessage) (Reading *reading, const struct nlmsghdr *message);

static void
collect_attributes (struct rtattr *attribute, int length, const struct rtattr **ret_table,
                    guint n_table)
{
  for (; RTA_OK (attribute, length); attribute = RTA_NEXT (attribute, length))
    if (attribute->rta_type < n_table)
      ret_table[attribute->rta_type] = attribute;
}

static void
take_gateway (Route *route, const void *bytes, gsize length)
{
  if (length <= sizeof route->gateway)
    {
      memcpy (route->gateway, bytes, length);
      route->length = length;
    }
}

static guint
get_guint (const struct rtattr *attribute)
{
  guint value = 0;

  if (attribute != NULL && RTA_PAYLOAD (attribute) >= sizeof value)
    memcpy (&value, RTA_DATA (attribute), sizeof value);
  return value;
}

/* Of several next hops the first. */
static void
take_first_hop (Route *route, const struct rtattr *multipath)
{
  const struct rtnexthop *hop = RTA_DATA (multipath);
  const struct rtattr *table[RTA_MAX + 1] = { NULL };

  if (RTA_PAYLOAD (multipath) < sizeof *hop || hop->rtnh_len > RTA_PAYLOAD (multipath) ||
      hop->rtnh_len < sizeof *hop)
    return;
  route->index = hop->rtnh_ifindex;
  collect_attributes (RTNH_DATA (hop), hop->rtnh_len - sizeof *hop, table, G_N_ELEMENTS (table));
  if (table[RTA_GATEWAY] != NULL)
    take_gateway (route, RTA_DATA (table[RTA_GATEWAY]), RTA_PAYLOAD (table[RTA_GATEWAY]));
}

/* The smaller metric wins, IPv4 wins over IPv6, a route with a gateway over one without. */
static gboolean
is_better (const Route *route, const Route *than)
{
  if (than->index == 0)
    return TRUE;
  if ((route->length > 0) != (than->length > 0))
    return route->length > 0;
  if (route->family != than->family)
    return route->family == AF_INET;
  return route->metric < than->metric;
}

static void
on_route (Reading *reading, const struct nlmsghdr *message)
{
  const struct rtmsg *header = NLMSG_DATA (message);
  const struct rtattr *table[RTA_MAX + 1] = { NULL };
  Route route = { 0 };

  if (message->nlmsg_type != RTM_NEWROUTE || message->nlmsg_len < NLMSG_LENGTH (sizeof *header))
    return;
  if (header->rtm_dst_len != 0 || header->rtm_type != RTN_UNICAST ||
      header->rtm_table != RT_TABLE_MAIN)
    return;

  collect_attributes (RTM_RTA (header), RTM_PAYLOAD (message), table, G_N_ELEMENTS (table));
  route.family = header->rtm_family;
  route.index = get_guint (table[RTA_OIF]);
  route.metric = get_guint (table[RTA_PRIORITY]);
  if (table[RTA_GATEWAY] != NULL)
    take_gateway (&route, RTA_DATA (table[RTA_GATEWAY]), RTA_PAYLOAD (table[RTA_GATEWAY]));
  else if (table[RTA_MULTIPATH] != NULL)
    take_first_hop (&route, table[RTA_MULTIPATH]);
  if (route.index != 0 && is_better (&route, &reading->best))
    reading->best = route;
}

static char *
format_mac (const guchar *bytes)
{
  return g_strdup_printf ("%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3],
                          bytes[4], bytes[5]);
}

static void
on_neighbour (Reading *reading, const struct nlmsghdr *message)
{
  const struct ndmsg *header = NLMSG_DATA (message);
  const struct rtattr *table[NDA_MAX + 1] = { NULL };
  const Route *best = &reading->best;

  if (message->nlmsg_type != RTM_NEWNEIGH || message->nlmsg_len < NLMSG_LENGTH (sizeof *header))
    return;
  if (header->ndm_family != best->family || (guint) header->ndm_ifindex != best->index ||
      (header->ndm_state & (NUD_INCOMPLETE | NUD_FAILED)) != 0)
    return;

  collect_attributes ((struct rtattr *) ((char *) header + NLMSG_ALIGN (sizeof *header)),
                      NLMSG_PAYLOAD (message, sizeof *header), table, G_N_ELEMENTS (table));
  if (table[NDA_DST] == NULL || table[NDA_LLADDR] == NULL)
    return;
  if (RTA_PAYLOAD (table[NDA_DST]) != best->length ||
      memcmp (RTA_DATA (table[NDA_DST]), best->gateway, best->length) != 0)
    return;
  if (RTA_PAYLOAD (table[NDA_LLADDR]) != MAC_LENGTH)
    return;
  g_free (reading->ret_route->gateway);
  reading->ret_route->gateway = format_mac (RTA_DATA (table[NDA_LLADDR]));
}

/* A socket that hears of @groups; -1 if there is none. */
static int
open_netlink (guint groups)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

/* Hands what the kernel says at once to @on_message. FALSE: it has no more to say. */
static gboolean
take_messages (int fd, OnMessage on_message, Reading *reading)
{
  char buffer[DUMP_BYTES] __attribute__ ((aligned (NLMSG_ALIGNTO)));
  struct nlmsghdr *message = (struct nlmsghdr *) buffer;
  gssize got;

  do
    got = recv (fd, buffer, sizeof buffer, 0);
  while (got < 0 && errno == EINTR);
  if (got <= 0)
    return FALSE;
  for (; NLMSG_OK (message, (guint) got); message = NLMSG_NEXT (message, got))
    {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
        return FALSE;
      on_message (reading, message);
    }
  return TRUE;
}

/* Hands every message of a dump to @on_message. */
static void
read_dump (int fd, guint16 type, OnMessage on_message, Reading *reading)
{
  struct {
    struct nlmsghdr header;
    struct rtgenmsg body;
  } request = {
    .header = { .nlmsg_len = NLMSG_LENGTH (sizeof (struct rtgenmsg)),
                .nlmsg_type = type,
                .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
    .body = { .rtgen_family = AF_UNSPEC },
  };

  if (send (fd, &request, request.header.nlmsg_len, 0) == (gssize) request.header.nlmsg_len)
    while (take_messages (fd, on_message, reading))
      ;
}

/* ---- meeting the gateway --------------------------------------------------------------------- */

static socklen_t
make_gateway_address (const Route *route, struct sockaddr_storage *ret_address)
{
  struct sockaddr_in  *v4 = (struct sockaddr_in *) ret_address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) ret_address;

  memset (ret_address, 0, sizeof *ret_address);
  ret_address->ss_family = route->family;
  if (route->family == AF_INET)
    {
      v4->sin_port = htons (DISCARD_PORT);
      memcpy (&v4->sin_addr, route->gateway, sizeof v4->sin_addr);
      return sizeof *v4;
    }
  v6->sin6_port = htons (DISCARD_PORT);
  v6->sin6_scope_id = route->index;
  memcpy (&v6->sin6_addr, route->gateway, sizeof v6->sin6_addr);
  return sizeof *v6;
}

/* Whether it arrives does not matter: the kernel asks who has the address before it sends. */
static void
greet_gateway (const Route *route)
{
  struct sockaddr_storage address;
  socklen_t length = make_gateway_address (route, &address);
  int fd = socket (route->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0)
    return;
  sendto (fd, "", 0, MSG_NOSIGNAL, (struct sockaddr *) &address, length);
  close (fd);
}

static gboolean
wait_for_news (int fd, gint64 end_us)
{
  struct pollfd news = { .fd = fd, .events = POLLIN };
  gint64 left_us;
  int ready;

  do
    {
      left_us = MAX (0, end_us - g_get_monotonic_time ());
      ready = poll (&news, 1, (int) ((left_us + 999) / 1000));
    }
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/* Until the kernel knows the gateway, or MEET_MS are over. */
static void
meet_gateway (int fd, Reading *reading)
{
  gint64 end_us = g_get_monotonic_time () + MEET_MS * G_TIME_SPAN_MILLISECOND;
  int news = open_netlink (RTMGRP_NEIGH);

  if (news < 0)
    return;
  greet_gateway (&reading->best);
  /* it may have been met since the table was read, and before we listened */
  read_dump (fd, RTM_GETNEIGH, on_neighbour, reading);
  while (reading->ret_route->gateway == NULL && wait_for_news (news, end_us) &&
         take_messages (news, on_neighbour, reading))
    ;
  close (news);
}

void
route_table_read (DefaultRoute *ret_route)
{
  Reading reading = { .ret_route = ret_route };
  int fd = open_netlink (0);

  ret_route->index = 0;
  ret_route->gateway = NULL;
  if (fd < 0)
    return;
  read_dump (fd, RTM_GETROUTE, on_route, &reading);
  ret_route->index = reading.best.index;
  if (reading.best.length > 0)
    read_dump (fd, RTM_GETNEIGH, on_neighbour, &reading);
  if (reading.best.length > 0 && ret_route->gateway == NULL)
    meet_gateway (fd, &reading);
  close (fd);
}
