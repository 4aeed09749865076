/* Mail servers that DHCP named (option 69, RFC 2132 8.14), where a DHCP client left them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An option has 255 bytes at most. */
#define DHCP_HINTS_MAX 63

/* Folders of leases. */
typedef struct {
  const char *networkd;        /* systemd-networkd's: a file for each interface */
  const char *const *dhclient; /* dhclient's: several files, each with several leases */
} DhcpLeases;

/* Where the programs of today leave them. */
extern const DhcpLeases dhcp_leases_of_this_machine;

/* The servers of the leases that hold now and gave one of our addresses @own (CIDR). Never NULL;
 * what cannot be read is not there. */
char **dhcp_hints_read (const DhcpLeases *leases, const char *const *own, gint64 now_s);

/* Adds the IPv4 addresses of @text, each once; none if one of its words is something else, or there
 * are more than the option can have. */
void dhcp_hints_add (GPtrArray *servers, const char *text);

G_END_DECLS
