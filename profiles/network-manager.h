/* What NetworkManager says about the present connections. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NETWORK_MANAGER_NAME "org.freedesktop.NetworkManager"
#define NETWORK_MANAGER_PATH "/org/freedesktop/NetworkManager"

/* One active connection. */
typedef struct {
  char *name;
  char *uuid;
  char *type;       /* `wifi`, `ethernet`, `vpn`, …, or NetworkManager's own word */
  char *ssid;       /* NULL where there is none */
  char **domains;   /* search domains, lower case; those of DHCP too; never NULL */
  char **addresses; /* CIDR, IPv4 first; never NULL */
  char **mail_servers; /* addresses that DHCP named; never NULL */
  gboolean is_open; /* wireless, and known to be without encryption */
  gboolean is_vpn;
  gboolean has_default; /* the default route of IPv4, or else that of IPv6 */
  gboolean is_primary;  /* leads to the Internet: beneath a VPN it is not the one above */
  guint order;
} NetworkConnection;

typedef struct {
  GPtrArray *connections;   /* NetworkConnection, the one with the default route first */
  const char *connectivity; /* `none`, `portal`, `limited`, `full`; NULL: not known */
} NetworkManagerFacts;

/* Asks NetworkManager, if it is there. NULL if it is not, or says nothing for 300 ms. Starts
 * neither it nor a thread. */
NetworkManagerFacts *network_manager_read (void);
void network_manager_facts_free (NetworkManagerFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetworkManagerFacts, network_manager_facts_free)

G_END_DECLS
