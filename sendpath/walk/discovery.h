/* Routes by relays of the network: those that the user approved, and those that it offers. */
#pragma once

#include "sendpath/walk/plan.h"

G_BEGIN_DECLS

/* TRUE if relays may be looked for at all: policy, location and account have nothing against it,
 * and there is a network. */
gboolean discovery_is_wanted (const PlanInput *plan);

/* Step 5: adds a route for each relay that is approved for this network. @skipped: why it is not
 * used, or NULL. */
void discovery_add_approved (GPtrArray *routes, const PlanInput *plan, const char *skipped);

/* Step 6: routes to the relays that this network offers, but for those of step 5. Skipped if they are
 * neither approved nor to be used unasked, and if they do not show what was approved (@changed: set of
 * hosts, NULL: none). Asks the name servers, for two seconds at most. */
GPtrArray *discovery_find_routes (const PlanInput *plan, GHashTable *changed, GResolver *resolver,
                                  GCancellable *cancellable);

G_END_DECLS
