/* Waiting for what another process does with a message. */
#pragma once

#include "sendpath/outbox/outbox.h"

G_BEGIN_DECLS

/* Waits until the message of @watch has been tried by whoever sends it, @wait_s seconds at most. The
 * report says how things stand then; @ret_is_over: it was tried, or is settled. @cancellable, which may
 * be NULL, only ends the waiting. */
SendpathReport *outbox_wait (Outbox *outbox, OutboxEntry *watch, guint wait_s,
                             gboolean *ret_is_over, GCancellable *cancellable,
                             GError **error);

G_END_DECLS
