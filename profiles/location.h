/* SendpathLocation: where you are: a known network and its relay. */
#pragma once

#include <gio/gio.h>

#include "profiles/network.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_LOCATION (sendpath_location_get_type ())
G_DECLARE_FINAL_TYPE (SendpathLocation, sendpath_location, SENDPATH, LOCATION, GObject)

SendpathLocation *sendpath_location_new (const char *name);
const char       *sendpath_location_get_id (SendpathLocation *self);
const char       *sendpath_location_get (SendpathLocation *self, const char *key);
gboolean          sendpath_location_set (SendpathLocation *self, const char *key, const char *value,
                                         GError **error);
gboolean          sendpath_location_is_set (SendpathLocation *self, const char *key);
char            **sendpath_location_dup_list (SendpathLocation *self, const char *key);
gboolean          sendpath_location_get_boolean (SendpathLocation *self, const char *key);
guint64           sendpath_location_get_integer (SendpathLocation *self, const char *key);
gboolean          sendpath_location_matches (SendpathLocation *self, SendpathNetwork *network,
                                             char ***ret_keys);

G_END_DECLS
