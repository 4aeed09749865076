/* SendpathNetworkWatch: tells when the network has become another one. */
#pragma once

#include "profiles/network.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_NETWORK_WATCH (sendpath_network_watch_get_type ())
G_DECLARE_FINAL_TYPE (SendpathNetworkWatch, sendpath_network_watch, SENDPATH, NETWORK_WATCH,
                      GObject)

SendpathNetworkWatch *sendpath_network_watch_new (void);
SendpathNetwork      *sendpath_network_watch_get_network (SendpathNetworkWatch *self);

G_END_DECLS
