/* What a person decided about the relays of a network. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* About one relay, whichever of its ports is offered: it may be used, or never. */
typedef struct {
  char *host;
  guint16 port; /* where it was found; 465: TLS from the first byte; else STARTTLS */
  char *key;    /* the one key that it must show, as `tls-pin`; NULL: a certificate that is trusted for
                 * @host */
  gboolean is_refused;
} RelayDecision;

/* RelayDecision of the network with that id, in the order in which they were made; empty where
 * nothing is decided, or nothing that can be read. */
GPtrArray *approvals_read (const char *state_dir, const char *network_id);
/* The one about that relay, or NULL; borrowed. @decisions: NULL is none. */
const RelayDecision *approvals_find (GPtrArray *decisions, const char *host);
/* In place of what was decided about that relay before. FALSE and @error if it could not be made
 * durable. */
gboolean approvals_add (const char *state_dir, const char *network_id,
                        const RelayDecision *decision, GError **error);
/* Takes back all that was decided for that network. */
gboolean approvals_forget (const char *state_dir, const char *network_id, GError **error);

G_END_DECLS
