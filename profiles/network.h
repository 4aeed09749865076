/* SendpathNetwork: which network is this, is it up, is it a portal. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDPATH_TYPE_NETWORK (sendpath_network_get_type ())
G_DECLARE_FINAL_TYPE (SendpathNetwork, sendpath_network, SENDPATH, NETWORK, GObject)

/* The present network, read from the kernel and resolv.conf now: no D-Bus, no traffic, no thread. */
SendpathNetwork   *sendpath_network_new (void);
/* A network by its facts, for hosts that know them and for tests; each may be NULL. @addresses are `192.0.2.7/24`. */
SendpathNetwork   *sendpath_network_new_for_facts (const char *gateway, const char *const *domains,
                                                   const char *const *addresses);
/* Stable identity for what is learned: a hash of gateway and domains, never an SSID alone; `offline` without a
 * default route and address, `local` when only loopback is up. */
const char        *sendpath_network_get_id (SendpathNetwork *self);
const char        *sendpath_network_get_gateway (SendpathNetwork *self);   /* MAC, lower case, or NULL */
const char *const *sendpath_network_get_domains (SendpathNetwork *self);   /* never NULL */
const char *const *sendpath_network_get_addresses (SendpathNetwork *self); /* CIDR, no loopback; never NULL */
/* TRUE if there is an address other than loopback, or a route of any kind to try. */
gboolean           sendpath_network_is_up (SendpathNetwork *self);

G_END_DECLS
