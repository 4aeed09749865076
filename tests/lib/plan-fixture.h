/* What a plan is made from, in a folder of its own. */
#pragma once

#include "sendpath/walk/plan.h"

G_BEGIN_DECLS

typedef struct {
  char *folder;
  SendpathProfileStore *profiles;
  PlanInput input; /* the first account, no location, network `here` */
} PlanFixture;

/* @config: text of a sendpath.conf. */
PlanFixture *plan_fixture_new (const char *config);
void plan_fixture_set_location (PlanFixture *fixture, const char *id);
void plan_fixture_free (PlanFixture *fixture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlanFixture, plan_fixture_free)

G_END_DECLS
