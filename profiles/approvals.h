/* Which relays of a network the user has approved. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* It is who its certificate says, verified for @host. */
typedef struct {
  char *host;
  guint16 port; /* 465: TLS from the first byte; else STARTTLS */
} ApprovedRelay;

/* ApprovedRelay of the network with that id, in the order of approval; empty where nothing is
 * approved, or nothing that can be read. */
GPtrArray *approvals_read (const char *state_dir, const char *network_id);
/* FALSE and @error if it could not be made durable. */
gboolean approvals_add (const char *state_dir, const char *network_id, const char *host,
                        guint16 port, GError **error);
/* Takes back every approval for that network. */
gboolean approvals_forget (const char *state_dir, const char *network_id, GError **error);

G_END_DECLS
