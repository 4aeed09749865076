/* The process that stays when a call has ended: it tries again what waits. */
#pragma once

#include "sendpath/engine.h"

G_BEGIN_DECLS

/* Stays as long as anything waits for a time or for another network, and nobody else looks after it,
 * with the configuration of then. With @is_news, what needed something is tried once in any case.
 * Blocks. */
void engine_stay (SendpathEngine *engine, gboolean is_news, GCancellable *cancellable);

G_END_DECLS
