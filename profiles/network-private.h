/* What the house sees of a network beyond its public face. */
#pragma once

#include "profiles/network-manager.h"
#include "profiles/network-view.h"
#include "profiles/network.h"

G_BEGIN_DECLS

/* As if kernel, resolver and NetworkManager (NULL: it is not there) had said so. */
SendpathNetwork *network_new_from (const NetworkFacts *kernel, const char *const *resolved,
                                   const NetworkManagerFacts *manager);

/* NetworkView, in the order in which locations are looked for; borrowed. */
GPtrArray *network_get_views (SendpathNetwork *self);

/* Addresses of mail servers that DHCP named; what they are is not looked at. Borrowed. */
const char *const *network_get_mail_servers (SendpathNetwork *self);

/* There is more than this machine. */
gboolean network_is_connected (SendpathNetwork *self);

/* What the network was called before NetworkManager was asked: what was learned then is found by
 * it. */
const char *network_get_former_id (SendpathNetwork *self);

G_END_DECLS
