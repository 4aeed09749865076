/* SendpathNetwork: which network is this, is it up, is it a portal. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDPATH_TYPE_NETWORK (sendpath_network_get_type ())
G_DECLARE_FINAL_TYPE (SendpathNetwork, sendpath_network, SENDPATH, NETWORK, GObject)

SendpathNetwork   *sendpath_network_new (void);
SendpathNetwork   *sendpath_network_new_for_facts (const char *gateway, const char *const *domains,
                                                   const char *const *addresses);
const char        *sendpath_network_get_id (SendpathNetwork *self);
const char        *sendpath_network_get_gateway (SendpathNetwork *self);
const char *const *sendpath_network_get_domains (SendpathNetwork *self);
const char *const *sendpath_network_get_addresses (SendpathNetwork *self);
const char        *sendpath_network_get_connection (SendpathNetwork *self);
const char        *sendpath_network_get_connection_type (SendpathNetwork *self);
const char        *sendpath_network_get_ssid (SendpathNetwork *self);
const char        *sendpath_network_get_connectivity (SendpathNetwork *self);
gboolean           sendpath_network_is_up (SendpathNetwork *self);
gboolean           sendpath_network_is_portal (SendpathNetwork *self);
gboolean           sendpath_network_is_open (SendpathNetwork *self);

G_END_DECLS
