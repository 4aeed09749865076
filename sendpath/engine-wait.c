/* Waiting for what becomes of a message that somebody else sends. It changes nothing. */
#include "config.h"

#include <string.h>

#include "sendpath/engine-private.h"
#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox.h"

/* Nothing more happens unless somebody does something about it. What only another network frees may
 * leave by itself. */
static gboolean
is_over (const SendpathReport *report)
{
  const char *needs = sendpath_report_get_needs (report);

  if (sendpath_report_get_in_flight (report))
    return FALSE;
  if (sendpath_report_get_held (report) || (needs != NULL && strcmp (needs, "network") != 0))
    return TRUE;
  return sendpath_report_get_outcome (report) != SENDPATH_OUTCOME_QUEUED &&
         sendpath_report_get_outcome (report) != SENDPATH_OUTCOME_UNCERTAIN;
}

static SendpathReport *
wait_for_end (OutboxEntry *watch, int events, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      gboolean is_there = outbox_watch_is_there (watch, &local_error); /* before it is read */
      g_autoptr (SendpathReport) report = outbox_watch_report (watch, error);

      if (report == NULL || is_over (report))
        return g_steal_pointer (&report);
      if (!is_there)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (!outbox_watch_wait (watch, events, cancellable, error))
        return NULL;
    }
}

/**
 * sendpath_engine_wait:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Waits until a message is sent or refused, or waits for somebody: a password, an approval, a decision.
 * It does not send it: that is for a service, or for sendpath_engine_deliver().
 *
 * %SENDPATH_ERROR_NOT_FOUND if there is no such message, or it was removed; %G_IO_ERROR_CANCELLED.
 *
 * This function blocks, and may be called from any thread.
 *
 * Returns: (transfer full): what happened to it
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_wait (SendpathEngine *self, const char *id, GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (OutboxEntry) watch = NULL;
  g_autofree char *whole = NULL;
  SendpathReport *report = NULL;
  int events = -1;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  outbox = engine_open_outbox (self, error);
  whole = outbox != NULL ? outbox_find (outbox, id, NULL, error) : NULL;
  watch = whole != NULL ? outbox_watch (outbox, whole, error) : NULL;
  if (watch != NULL)
    events = outbox_watch_open_events (watch, error);
  if (events >= 0)
    {
      report = wait_for_end (watch, events, cancellable, error);
      disk_close (events);
    }
  engine_translate_error (error);
  return report;
}

static void
run_wait (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  SendpathReport *report = sendpath_engine_wait (self, data, cancellable, &error);

  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify) sendpath_report_unref);
  else
    g_task_return_error (task, error);
}

/**
 * sendpath_engine_wait_async:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_wait() in a worker thread.
 *
 * Since: 1.0
 */
void
sendpath_engine_wait_async (SendpathEngine *self, const char *id, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (id != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sendpath_engine_wait_async);
  g_task_set_task_data (task, g_strdup (id), g_free);
  g_task_run_in_thread (task, run_wait);
}

/**
 * sendpath_engine_wait_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_engine_wait()
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_wait_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
