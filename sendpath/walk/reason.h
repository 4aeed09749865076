/* Why a message waits after a walk, and what it needs, for people. */
#pragma once

#include "sendpath/walk/leg.h"

G_BEGIN_DECLS

/* Sets `reason` and `needs` of the report, or clears both if nobody waits. */
void reason_tell (const Walk *walk, GPtrArray *routes);

G_END_DECLS
