/* A network that wants a sign-in first, known by what answers in place of mail. */
#pragma once

#include "sendpath/walk/leg.h"

G_BEGIN_DECLS

/* Whether that shows by the failures of one race (GPtrArray of Runner). */
gboolean portal_shows_in_race (const GPtrArray *failures);
/* Whether it shows by all the attempts of @walk. */
gboolean portal_shows_in_walk (const Walk *walk);

/* Whoever waits waits for the sign-in. Nothing of it is an attempt. */
void portal_tell (const Walk *walk);

G_END_DECLS
