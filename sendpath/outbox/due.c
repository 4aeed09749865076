/* When a message is a runner's to try. Time is passed in; it never decides how a message is tried. */
#include "config.h"

#include "sendpath/outbox/due.h"

#include "sendpath/outbox/waiting.h"

/* A new message is its own deliverer's for so long; then that one must have died. */
#define DELIVERER_S 60
/* Somebody else has it: that it is let go is told, unless its holder died. */
#define OTHERS_S 1

gboolean
due_is_waiting (const SendpathReport *report)
{
  SendpathOutcome outcome = sendpath_report_get_outcome (report);

  return outcome == SENDPATH_OUTCOME_QUEUED || outcome == SENDPATH_OUTCOME_UNCERTAIN;
}

gboolean
due_was_tried (const SendpathReport *report)
{
  return report->attempts->len > 0 || report->reason != NULL;
}

gboolean
due_is_hopeful (const SendpathReport *report, const SchedulePolicy *policy, gint64 now_s)
{
  return schedule_due_at (report, policy, now_s) != 0 ||
         (!report->held && g_strcmp0 (report->needs, "network") == 0);
}

ScheduleEvent
due_choose_event (const RunnerOptions *options, const SendpathReport *report, ScheduleEvent event,
                  const char *network_id, gboolean is_starting)
{
  if (options->mode == RUNNER_ONCE)
    return SCHEDULE_FLUSH;
  if (is_starting && report->needs != NULL)
    return SCHEDULE_CONFIG;
  if (event == SCHEDULE_CLOCK && report->network != NULL &&
      g_strcmp0 (report->network, network_id) != 0)
    return SCHEDULE_NETWORK;
  return event;
}

gint64
due_get_time (const RunnerOptions *options, const SendpathReport *report, ScheduleEvent event,
              gint64 now_s)
{
  gint64 due_s;

  if (schedule_is_due (report, &options->policy, event, now_s))
    due_s = 0;
  else
    due_s = schedule_due_at (report, &options->policy, now_s);
  if (due_s == 0 && !schedule_is_due (report, &options->policy, event, now_s))
    return WAITING_NEVER;
  if (due_s != 0 && options->mode == RUNNER_ONCE) /* a repeat has its own time, flush or not (P-5) */
    return WAITING_NEVER;
  if (options->mode == RUNNER_RETRY && event == SCHEDULE_CLOCK && !due_was_tried (report))
    due_s = MAX (due_s, MIN (report->queued_at_s, now_s) + DELIVERER_S);
  if (options->mode != RUNNER_ONCE && sendpath_report_get_in_flight (report))
    due_s = MAX (due_s, now_s + OTHERS_S);
  return due_s;
}
