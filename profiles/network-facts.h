/* What the kernel and resolv.conf say about the present network. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char    *gateway;     /* MAC, lower case, or NULL */
  char   **domains;     /* search domains, lower case, without final dot; never NULL */
  char   **addresses;   /* CIDR, the interface with the default route first, IPv4 before IPv6 */
  gboolean has_route;   /* there is a default route */
  gboolean has_loopback;
  char   **mail_servers; /* that a DHCP lease names; NULL: none */
} NetworkFacts;

/* Reads everything now. Never fails: what cannot be read is not there. */
NetworkFacts *network_facts_read (const char *resolv_conf_path);
void          network_facts_free (NetworkFacts *facts);

/* The search domains of a resolv.conf, as the resolver takes them: the last `search` or `domain`
 * line. */
char        **network_facts_parse_domains (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetworkFacts, network_facts_free)

G_END_DECLS
