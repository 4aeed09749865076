/* The whole outbox: tried once, or looked after until it is cancelled. It never looks at a reply. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "sendpath/engine-lanes.h"
#include "sendpath/engine-private.h"

/* ---- once ------------------------------------------------------------------------------------ */

typedef struct {
  Outbox *outbox;
  GPtrArray *reports;
  GError *trouble; /* the last one is as good as any */
} Flush;

/* What another process is sending just now is told as it stands; what is damaged has been set aside;
 * neither blocks the others, nor does a file that cannot be read. Without a usable configuration
 * nothing can be tried. */
static void
on_flushed (gpointer data, OutboxRunner *runner, const char *id, SendpathReport *report,
            const GError *error)
{
  Flush *flush = data;
  gboolean is_config = error != NULL && error->domain == SENDPATH_PROFILE_ERROR;
  SendpathReport *told = report != NULL ? sendpath_report_ref (report) : NULL;

  if (told == NULL && !is_config)
    told = outbox_read_report (flush->outbox, id, NULL);
  if (told != NULL)
    g_ptr_array_add (flush->reports, told);
  if (is_config)
    outbox_runner_stop (runner);
  if (is_config || g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_IO) ||
      g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_FULL))
    {
      g_clear_error (&flush->trouble);
      flush->trouble = g_error_copy (error);
    }
}

static GPtrArray *
flush_outbox (EngineCall *call, GError **error)
{
  g_autoptr (GPtrArray) reports =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_report_unref);
  g_autoptr (Outbox) outbox = engine_open_outbox (call->engine, error);
  Flush flush = { outbox, reports, NULL };
  EngineLanes lanes = { RUNNER_ONCE, on_flushed, &flush };
  gboolean has_run = outbox != NULL && engine_lanes_run (call, outbox, &lanes, NULL, error);

  if (flush.trouble != NULL && has_run)
    g_propagate_error (error, g_steal_pointer (&flush.trouble));
  else if (has_run)
    return g_steal_pointer (&reports);
  g_clear_error (&flush.trouble);
  engine_translate_error (error);
  return NULL;
}

/**
 * sendpath_engine_flush:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Tries every waiting message that is not held now, the accounts beside one another, with more patience for
 * servers that do not answer. A message in the hands of another process is reported as it stands, a damaged one is left
 * out (see sendpath_engine_list_damaged()). If a message or its journal cannot be read or written the
 * others are tried all the same, and @error is set.
 *
 * Returns: (transfer container) (element-type SendpathReport): what happened to each
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_flush (SendpathEngine *self, GCancellable *cancellable, GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  return flush_outbox (&call, error);
}

/* ---- as a service ---------------------------------------------------------------------------- */

static gboolean
watch_outbox (EngineCall *call, GError **error)
{
  g_autoptr (Outbox) outbox = engine_open_outbox (call->engine, error);
  g_autoptr (RunnerLock) service = NULL;
  g_autoptr (RunnerLock) lock = NULL;
  EngineLanes lanes = { .mode = RUNNER_SERVICE };
  gboolean has_run = FALSE;

  service = outbox != NULL ? runner_lock_take (outbox, RUNNER_LOCK_SERVICE, error) : NULL;
  if (service != NULL)
    lock = runner_lock_wait (outbox, RUNNER_LOCK_RUNNER, call->cancellable, error);
  if (lock != NULL)
    has_run = engine_lanes_run (call, outbox, &lanes, NULL, error);
  if (!has_run && g_error_matches (error != NULL ? *error : NULL, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (error);
      return TRUE;
    }
  engine_translate_error (error);
  return has_run;
}

/**
 * sendpath_engine_watch:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): how it ends
 * @error: return location for a #GError, or %NULL
 *
 * Looks after the outbox as a service: what comes in is sent at once, what waits when its time has
 * come, when the network is another one, and when sendpath_engine_wake() says so; each account in a
 * thread of its own, with sessions that serve several messages. There is one service for an outbox;
 * programs that hand in a message leave it to that one.
 *
 * #SendpathEngine::message-changed tells what became of each message. If #SendpathEngine:network is set,
 * the host tells of another network by setting it anew; else this follows the network itself.
 * Nothing is done while nothing waits. After a cancel, what has not reached its final dot is broken off and
 * stays; for what has, the reply is waited for.
 *
 * @error is %SENDPATH_ERROR_BUSY if there is a service already.
 *
 * This function blocks, and may be called from any thread; signals are emitted in that thread.
 *
 * Returns: %TRUE when it was cancelled or the outbox is gone
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_watch (SendpathEngine *self, GCancellable *cancellable, GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  engine_call_init (&call, self, FALSE, cancellable);
  return watch_outbox (&call, error);
}

static gboolean
tell_event (SendpathEngine *self, ScheduleEvent event, GError **error)
{
  g_autoptr (Outbox) outbox = engine_open_outbox (self, error);
  gboolean is_told = outbox != NULL && runner_lock_wake (outbox, event, error);

  engine_translate_error (error);
  return is_told;
}

/**
 * sendpath_engine_wake:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Tells whoever looks after the outbox, in this process or another, that now is a good time to try what
 * waits: the machine was resumed, say. Held messages stay. Does nothing if nobody looks after it.
 *
 * Returns: %TRUE if it was told
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_wake (SendpathEngine *self, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  return tell_event (self, SCHEDULE_NETWORK, error);
}

/**
 * sendpath_engine_note_new_time:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Tells whoever looks after the outbox, in this process or another, that the clock was set: when each message
 * is to be tried is looked at again. Nothing is tried for this reason alone.
 *
 * Returns: %TRUE if it was told
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_note_new_time (SendpathEngine *self, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  return tell_event (self, SCHEDULE_CLOCK, error);
}

/**
 * sendpath_engine_note_unlocked:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Tells whoever looks after the outbox, in this process or another, that the keyring was unlocked: what waits for
 * a password is tried.
 *
 * Returns: %TRUE if it was told
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_note_unlocked (SendpathEngine *self, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  return tell_event (self, SCHEDULE_PASSWORD, error);
}

/* Nobody looks after an outbox that was never made, and it is not made for the question. */
static Outbox *
open_if_there (SendpathEngine *self)
{
  return g_file_test (self->outbox_dir, G_FILE_TEST_IS_DIR) ? engine_open_outbox (self, NULL)
                                                            : NULL;
}

/**
 * sendpath_engine_is_watched:
 * @self: a #SendpathEngine
 *
 * Returns: %TRUE if a service looks after the outbox now, in this process or another; see
 *   sendpath_engine_watch()
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_is_watched (SendpathEngine *self)
{
  g_autoptr (Outbox) outbox = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  outbox = open_if_there (self);
  return outbox != NULL && runner_lock_is_held (outbox, RUNNER_LOCK_SERVICE);
}

/* A wake-up that is lost costs time only: what needed something is tried when a service starts. */
void
engine_tell_event (SendpathEngine *self, ScheduleEvent event)
{
  g_autoptr (Outbox) outbox = open_if_there (self);

  if (outbox != NULL)
    runner_lock_wake (outbox, event, NULL);
}

/* ---- the same in a worker thread ------------------------------------------------------------- */

static void
call_free (gpointer data)
{
  engine_call_clear (data);
  g_free (data);
}

static GTask *
start (SendpathEngine *self, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback,
       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  EngineCall *call = g_new0 (EngineCall, 1);

  engine_call_init (call, self, TRUE, cancellable);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, call_free);
  /* how far it got is a result, not an error */
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

static void
run_flush (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *reports = flush_outbox (data, &error);

  if (reports != NULL)
    g_task_return_pointer (task, reports, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
run_watch (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (watch_outbox (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * sendpath_engine_flush_async:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_flush() in a worker thread.
 *
 * Since: 1.0
 */
void
sendpath_engine_flush_async (SendpathEngine *self, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));

  task = start (self, sendpath_engine_flush_async, cancellable, callback, user_data);
  g_task_run_in_thread (task, run_flush);
}

/**
 * sendpath_engine_flush_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type SendpathReport): as sendpath_engine_flush()
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_flush_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sendpath_engine_watch_async:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): how it ends
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_watch() in threads of its own. Signals are emitted in the thread-default main context
 * that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_watch_async (SendpathEngine *self, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));

  task = start (self, sendpath_engine_watch_async, cancellable, callback, user_data);
  g_task_run_in_thread (task, run_watch);
}

/**
 * sendpath_engine_watch_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: as sendpath_engine_watch()
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_watch_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
