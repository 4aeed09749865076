/* What servers has this address? */
#pragma once

#include "profiles/server-finding.h"

G_BEGIN_DECLS

/* Where HTTPS listens; tests have no port of their own. */
typedef struct {
  guint   timeout_ms;
  guint16 https_port; /* 0: 443 */
} ServerFinderOptions;

#define SERVER_FINDER_MS 10000

/* Asks the table, and if that knows nothing the network: the address goes to its own domain only,
 * the name of the domain to Mozilla's list. Blocks, at most the options' time. NULL: nothing was
 * found. */
ServerFinding *server_finder_find (const char *address, const ServerFinderOptions *options,
                                   GCancellable *cancellable, GError **error);

G_END_DECLS
