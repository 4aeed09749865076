/* Which message when: all of an outbox, each in the lane of its account, at its time. It never sends
 * one itself. */
#pragma once

#include "sendpath/outbox/lane.h"
#include "sendpath/outbox/outbox.h"
#include "sendpath/outbox/schedule.h"

G_BEGIN_DECLS

typedef enum {
  RUNNER_ONCE,    /* everything that is not held, now; then it is over */
  RUNNER_RETRY,   /* by schedule, as long as anything waits for a time or for another network; a new
                     message is its own deliverer's for a while. Gives way to a service. */
  RUNNER_SERVICE, /* by schedule, and what comes in at once, until it is cancelled */
} RunnerMode;

typedef struct {
  RunnerMode mode;
  gboolean is_news; /* what needed something may have got it: it is tried at the start; a service
                       always assumes so */
  SchedulePolicy policy;
  const LaneHost *lanes; /* the `why` of a message is a ScheduleEvent */
  const LaneTimes *times; /* NULL: those of the product */
  /* What became of a message, in the thread of runner_run(): @report or @error is NULL. */
  void (*done) (gpointer data, const char *id, SendpathReport *report, const GError *error);
  /* RUNNER_RETRY: a service is there; what was begun is brought to its end. May be NULL. */
  void (*give_way) (gpointer data);
  gpointer data;
} RunnerOptions;

typedef struct _OutboxRunner OutboxRunner;

/* @options must outlive it. Its context is the thread-default one of now, in which runner_run() must
 * be called; nobody else may iterate it. */
OutboxRunner *outbox_runner_new (Outbox *outbox, const RunnerOptions *options);
void          outbox_runner_free (OutboxRunner *runner);

/* Blocks until there is nothing to do (RUNNER_SERVICE: for ever), the outbox is gone, or
 * @cancellable: then it breaks off what has not reached its final dot, and waits for the rest. FALSE
 * and @error if nothing could be begun. @network_id: of the present network. */
gboolean      outbox_runner_run (OutboxRunner *runner, const char *network_id,
                                 GCancellable *cancellable, GError **error);

/* Whether anything waits that some time, or another network, may bring on. */
gboolean      outbox_runner_has_hope (Outbox *outbox, const SchedulePolicy *policy);

/* For any thread: everything that is not held is due now; and what is under way begins anew. */
void          outbox_runner_wake (OutboxRunner *runner);
void          outbox_runner_change_network (OutboxRunner *runner, const char *network_id);

/* In the runner's own thread: begins nothing more. */
void          outbox_runner_stop (OutboxRunner *runner);
/* Its folder was removed or moved away, which ended it. */
gboolean      outbox_runner_is_outbox_gone (OutboxRunner *runner);
/* How often it looked for something to do. */
guint         outbox_runner_count_turns (OutboxRunner *runner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutboxRunner, outbox_runner_free)

G_END_DECLS
