/* How many recipients a server takes at a time: as configured, or fewer once it has said so. */
#pragma once

#include "sendpath/walk/plan.h"

G_BEGIN_DECLS

/* Never 0. */
guint recipient_limit_get (const PlanInput *plan, const SendpathRoute *route);
/* The server took so many, and no more. */
void  recipient_limit_note (const PlanInput *plan, const SendpathRoute *route, guint n_taken);
void  recipient_limit_forget (Memory *memory, const char *server);

G_END_DECLS
