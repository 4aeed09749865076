/* What a location can be recognised by: one connection, or all of this machine's together. */
#pragma once

#include "profiles/network-facts.h"
#include "profiles/network-manager.h"

G_BEGIN_DECLS

/* Lists are never NULL. */
typedef struct {
  char *gateway;      /* MAC, or NULL */
  char **connections; /* names and UUIDs */
  char **ssids;
  char **domains;
  char **addresses;
} NetworkView;

/* One view for each connection of @manager, in its order, and at the end one of everything.
 * @manager: NULL where there is no NetworkManager. @resolved: more search domains, or NULL. */
GPtrArray *network_views_new (const NetworkFacts *kernel, const char *const *resolved,
                              const NetworkManagerFacts *manager);

/* TRUE if @key of a location, which must be a match key, may have @value here. */
gboolean network_view_fits (const NetworkView *view, const char *key, const char *value);

/* The match keys in the order in which they are told, NULL at the end. */
const char *const *network_view_keys (void);

G_END_DECLS
