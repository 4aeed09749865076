/* SendpathRelaying: is this relaying? What the account's server and the location's relay would do
 * with a message to one recipient, from this network. */
#pragma once

#include "sendpath/engine.h"

G_BEGIN_DECLS

/**
 * SendpathRelayAnswer:
 * @SENDPATH_RELAY_UNKNOWN: nobody could be asked, or the server puts off its answer
 * @SENDPATH_RELAY_LOCAL: the recipient is the server's own: no relaying is needed
 * @SENDPATH_RELAY_ALLOWED: the server relays for this network
 * @SENDPATH_RELAY_LOGIN: this is relaying, and the server wants a login for it
 * @SENDPATH_RELAY_REFUSED: the server takes no such message from here
 *
 * Is it relaying, and may it be done?
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_RELAY_UNKNOWN,
  SENDPATH_RELAY_LOCAL,
  SENDPATH_RELAY_ALLOWED,
  SENDPATH_RELAY_LOGIN,
  SENDPATH_RELAY_REFUSED,
} SendpathRelayAnswer;

/* `local`, `allowed`, `login`, `refused`, `unknown`. */
const char *sendpath_relay_answer_to_string (SendpathRelayAnswer answer);

#define SENDPATH_TYPE_RELAYING (sendpath_relaying_get_type ())
typedef struct _SendpathRelaying SendpathRelaying; /* boxed, immutable, reference counted */

GType sendpath_relaying_get_type (void);
SendpathRelaying *sendpath_relaying_ref (SendpathRelaying *relaying);
void sendpath_relaying_unref (SendpathRelaying *relaying);

SendpathRelayAnswer sendpath_relaying_get_answer (const SendpathRelaying *relaying);
/* A message could leave now. */
gboolean sendpath_relaying_can_leave (const SendpathRelaying *relaying);
const char *sendpath_relaying_get_summary (const SendpathRelaying *relaying);
char *sendpath_relaying_to_text (const SendpathRelaying *relaying);
char *sendpath_relaying_to_json (const SendpathRelaying *relaying);

/* Asks the servers; sends nothing. @account and @from may be NULL. */
SendpathRelaying *sendpath_engine_ask_relaying (SendpathEngine *self, const char *to,
                                                const char *account, const char *from,
                                                GCancellable *cancellable, GError **error);
void sendpath_engine_ask_relaying_async (SendpathEngine *self, const char *to, const char *account,
                                         const char *from, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
SendpathRelaying *sendpath_engine_ask_relaying_finish (SendpathEngine *self, GAsyncResult *result,
                                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathRelaying, sendpath_relaying_unref)

G_END_DECLS
