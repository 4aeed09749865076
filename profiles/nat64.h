/* IPv4 addresses inside the IPv6 addresses of a network with NAT64 (RFC 6052, RFC 7050). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A name whose addresses everybody knows: what a name server puts around them is the prefix. */
#define NAT64_NAME "ipv4only.arpa"

/* All zero: none. */
typedef struct {
  guint8 bytes[16];
  guint length; /* in bits */
} Nat64Prefix;

/* From an IPv6 address of NAT64_NAME. FALSE if it has no known IPv4 address inside. */
gboolean nat64_prefix_read (Nat64Prefix *ret_prefix, GInetAddress *answer);

/* The IPv6 address that leads to @v4 through the network's NAT64. */
GInetAddress *nat64_wrap (const Nat64Prefix *prefix, GInetAddress *v4);

/* The IPv4 address that @v6 leads to; NULL if it has not that prefix. */
GInetAddress *nat64_unwrap (const Nat64Prefix *prefix, GInetAddress *v6);

/* TRUE if addresses of this machine @own (CIDR) are IPv6 only. */
gboolean nat64_is_needed (const char *const *own);

G_END_DECLS
