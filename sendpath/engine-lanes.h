/* The outbox emptied in lanes: what flush, watch and the deliverer that stays have in common. */
#pragma once

#include "sendpath/engine-call.h"
#include "sendpath/outbox/runner-lock.h"
#include "sendpath/outbox/runner.h"

G_BEGIN_DECLS

typedef struct {
  RunnerMode mode;
  /* Told of each message in the thread of the call; may be NULL. @report or @error is NULL. */
  void (*done) (gpointer data, OutboxRunner *runner, const char *id, SendpathReport *report,
                const GError *error);
  gpointer data;
  GMainContext *context; /* to be iterated meanwhile; NULL: one of its own */
  gboolean is_news;      /* as in RunnerOptions */
} EngineLanes;

/* Runs until there is nothing to do for @lanes' mode, or @call is cancelled. Blocks. @lock, which may be
 * NULL, is let go as soon as a service is there. */
gboolean engine_lanes_run (EngineCall *call, Outbox *outbox, const EngineLanes *lanes,
                           RunnerLock **lock, GError **error);

G_END_DECLS
