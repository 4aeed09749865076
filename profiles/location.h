/* SendpathLocation: where you are: a known network and its relay. */
#pragma once

#include <gio/gio.h>

#include "profiles/network.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_LOCATION (sendpath_location_get_type ())
G_DECLARE_FINAL_TYPE (SendpathLocation, sendpath_location, SENDPATH, LOCATION, GObject)

SendpathLocation *sendpath_location_new (const char *name);
/* The section's name in the file (`work`). */
const char      *sendpath_location_get_id (SendpathLocation *self);
/* Value of a configuration key as in the file, its default if it was not given, or NULL. Borrowed until set. */
const char      *sendpath_location_get (SendpathLocation *self, const char *key);
/* Sets a key (NULL: back to the default). FALSE if the key is unknown or the value bad. */
gboolean         sendpath_location_set (SendpathLocation *self, const char *key, const char *value,
                                       GError **error);
gboolean         sendpath_location_is_set (SendpathLocation *self, const char *key);
/* The `;`-separated values of a key, trimmed, without empty ones; never NULL. */
char           **sendpath_location_dup_list (SendpathLocation *self, const char *key);
gboolean         sendpath_location_get_boolean (SendpathLocation *self, const char *key);
guint64          sendpath_location_get_integer (SendpathLocation *self, const char *key);
/* TRUE if every match key that is given fits one of @network's connections; @ret_keys gets the names of the keys
 * that matched (GStrv). A location without match keys never matches. */
gboolean         sendpath_location_matches (SendpathLocation *self, SendpathNetwork *network,
                                            char ***ret_keys);

G_END_DECLS
