/* Waiting for what another process does with a message. It starts no thread and takes no lock. */
#include "config.h"

#include "sendpath/outbox/outbox-wait.h"

#include "sendpath/outbox/queue-events.h"

/* Where the kernel does not tell of changes. */
#define LOOK_AGAIN_MS 200

/* A walk that leaves somebody waiting says why, and a hold does. */
static gboolean
was_tried (const SendpathReport *report)
{
  return sendpath_report_get_outcome (report) != SENDPATH_OUTCOME_QUEUED ||
         report->reason != NULL || report->held;
}

/* Until something happens, or @deadline_us. */
static void
wait_for_news (QueueEvents *events, gint64 deadline_us, GCancellable *cancellable)
{
  gint64 left_ms = MAX (deadline_us - g_get_monotonic_time (), 0) / 1000 + 1;

  queue_events_wait (events, (int) MIN (left_ms, events != NULL ? G_MAXINT : LOOK_AGAIN_MS),
                     cancellable);
}

SendpathReport *
outbox_wait (Outbox *outbox, OutboxEntry *watch, guint wait_s, gboolean *ret_is_over,
             GCancellable *cancellable, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) wait_s * G_USEC_PER_SEC;
  g_autoptr (QueueEvents) events = queue_events_new (outbox, NULL);
  g_autoptr (SendpathReport) report = NULL;

  for (;;)
    {
      g_clear_pointer (&report, sendpath_report_unref);
      report = outbox_watch_report (watch, error);
      if (report == NULL)
        return NULL;
      *ret_is_over = was_tried (report);
      if (*ret_is_over || g_get_monotonic_time () >= deadline_us ||
          g_cancellable_is_cancelled (cancellable))
        return g_steal_pointer (&report);
      wait_for_news (events, deadline_us, cancellable);
    }
}
