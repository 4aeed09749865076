/* The process that stays when a call has ended: it tries again what waits, by the configuration of then.
 * It never takes a message that is new. */
#include "config.h"

#include "sendpath/engine-stay.h"

#include <poll.h>

#include "sendpath/engine-lanes.h"
#include "sendpath/engine-private.h"
#include "sendpath/outbox/deliverer.h"
#include "sendpath/outbox/runner-lock.h"

#define SETTLE_MS 300 /* an editor writes a file in several steps */

typedef struct {
  SendpathEngine *engine;    /* NULL: the configuration cannot be used now */
  SendpathEngine *first;     /* borrowed: as it was given */
  GCancellable *cancellable; /* nullable */
  GCancellable *run;         /* of what is done with the present configuration */
  gboolean is_news;          /* what needed something may have got it: that is tried at least once */
  gulong run_id;             /* @run follows @cancellable */
  GMainContext *context;
  GFileMonitor *config;
  GSource *settle;
} Stay;

/* ---- the configuration ----------------------------------------------------------------------- */

static gboolean
on_settled (gpointer data)
{
  Stay *stay = data;

  g_clear_pointer (&stay->settle, g_source_unref);
  g_cancellable_cancel (stay->run);
  return G_SOURCE_REMOVE;
}

static void
on_config_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                   gpointer data)
{
  Stay *stay = data;

  if (stay->settle != NULL)
    return;
  stay->settle = g_timeout_source_new (SETTLE_MS);
  g_source_set_callback (stay->settle, on_settled, stay, NULL);
  g_source_attach (stay->settle, stay->context);
}

static void
follow_config (Stay *stay)
{
  const char *path = sendpath_profile_store_get_path (stay->first->profiles);
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;

  if (file == NULL)
    return;
  stay->config = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (stay->config != NULL)
    g_signal_connect (stay->config, "changed", G_CALLBACK (on_config_changed), stay);
}

/* The network is followed, whatever the first engine was told: its host is another process. */
static SendpathEngine *
make_engine (const Stay *stay, SendpathProfileStore *profiles)
{
  return g_object_new (SENDPATH_TYPE_ENGINE, "profiles", profiles, "outbox-dir",
                       stay->first->outbox_dir, "state-dir", stay->first->state_dir, "location",
                       stay->first->location, "patience", stay->first->patience_s, NULL);
}

/* FALSE: there is none any more. Profiles that were never in a file are those of the first engine. */
static gboolean
read_config (Stay *stay, gboolean is_first)
{
  SendpathProfileStore *given = stay->first->profiles;
  const char *path = sendpath_profile_store_get_path (given);
  g_autoptr (SendpathProfileStore) profiles =
      path != NULL ? sendpath_profile_store_new (path) : g_object_ref (given);
  g_autoptr (GError) error = NULL;

  g_clear_object (&stay->engine);
  if (sendpath_profile_store_load (profiles, &error))
    stay->engine = make_engine (stay, profiles);
  else if (g_error_matches (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING))
    {
      if (!is_first)
        return FALSE;
      stay->engine = make_engine (stay, given);
    }
  return TRUE;
}

/* ---- with one configuration ------------------------------------------------------------------ */

static void
follow_end (GCancellable *cancellable, gpointer run)
{
  g_cancellable_cancel (run);
}

static void
begin_run (Stay *stay)
{
  stay->run = g_cancellable_new ();
  if (stay->cancellable != NULL)
    stay->run_id = g_cancellable_connect (stay->cancellable, G_CALLBACK (follow_end),
                                          g_object_ref (stay->run), g_object_unref);
}

static void
end_run (Stay *stay)
{
  g_cancellable_disconnect (stay->cancellable, stay->run_id);
  stay->run_id = 0;
  g_clear_object (&stay->run);
}

/* Whoever holds the runner's lock asks once more when it is let go, so nobody else need read the outbox. */
static gboolean
is_looked_after (Outbox *outbox)
{
  return runner_lock_is_held (outbox, RUNNER_LOCK_SERVICE) ||
         runner_lock_is_held (outbox, RUNNER_LOCK_RUNNER);
}

/* Whether anything waits is asked again without the lock: whoever came and saw it left relies on us. */
static void
retry_what_waits (Stay *stay)
{
  g_autoptr (Outbox) outbox = engine_open_outbox (stay->engine, NULL);
  EngineLanes lanes = {
    .mode = RUNNER_RETRY, .is_news = stay->is_news, .context = stay->context
  };
  SchedulePolicy policy = schedule_policy_read (stay->engine->profiles);
  g_auto (EngineCall) call = { 0 };

  engine_call_init (&call, stay->engine, FALSE, stay->run);
  while (outbox != NULL && !g_cancellable_is_cancelled (stay->run) &&
         !is_looked_after (outbox) &&
         (lanes.is_news || outbox_runner_has_hope (outbox, &policy)))
    {
      g_autoptr (RunnerLock) lock = runner_lock_take (outbox, RUNNER_LOCK_RUNNER, NULL);

      if (lock == NULL || !engine_lanes_run (&call, outbox, &lanes, &lock, NULL))
        return;
      lanes.is_news = FALSE;
    }
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* With a configuration that cannot be used nothing is sent. */
static void
wait_for_config (Stay *stay)
{
  g_autoptr (GSource) source = g_cancellable_source_new (stay->run);

  g_source_set_callback (source, G_SOURCE_FUNC (on_cancelled), NULL, NULL);
  g_source_attach (source, stay->context);
  while (!g_cancellable_is_cancelled (stay->run))
    g_main_context_iteration (stay->context, TRUE);
  g_source_destroy (source);
}

/* FALSE: there is nothing more to do. */
static gboolean
stay_on (Stay *stay, gboolean is_first)
{
  gboolean has_changed;

  begin_run (stay);
  if (!read_config (stay, is_first))
    g_clear_object (&stay->engine);
  else if (stay->engine != NULL)
    retry_what_waits (stay);
  else
    wait_for_config (stay);
  has_changed =
      g_cancellable_is_cancelled (stay->run) && !g_cancellable_is_cancelled (stay->cancellable);
  end_run (stay);
  return has_changed;
}

static gboolean
waits_nothing (SendpathEngine *engine)
{
  g_autoptr (Outbox) outbox = engine_open_outbox (engine, NULL);

  return outbox != NULL && outbox_is_empty (outbox);
}

/* Mostly all is sent, and looking at one folder is all that is left to do. */
void
engine_stay (SendpathEngine *engine, gboolean is_news, GCancellable *cancellable)
{
  Stay stay = { .first = engine,
                .cancellable = cancellable,
                .is_news = is_news };
  gboolean goes_on;

  if (waits_nothing (engine))
    return;
  stay.context = g_main_context_new ();
  g_main_context_push_thread_default (stay.context);
  follow_config (&stay); /* before it is read: nothing slips through */
  for (goes_on = stay_on (&stay, TRUE); goes_on; goes_on = stay_on (&stay, FALSE))
    ;
  g_clear_object (&stay.config);
  if (stay.settle != NULL)
    g_source_destroy (stay.settle);
  g_clear_pointer (&stay.settle, g_source_unref);
  g_clear_object (&stay.engine);
  g_main_context_pop_thread_default (stay.context);
  g_main_context_unref (stay.context);
}

/* ---- left behind by somebody who sends himself ----------------------------------------------- */

typedef struct {
  SendpathEngine *engine;
  gint64 woken_us;
} Standby;

/* A password that was set meanwhile, say, woke nobody if nobody was there. */
static int
run_standby (int fd, gpointer data)
{
  const Standby *standby = data;
  SendpathEngine *engine = standby->engine;
  struct pollfd caller = { .fd = fd, .events = 0 };
  g_autoptr (GCancellable) cancellable = NULL;

  while (poll (&caller, 1, -1) <= 0) /* it says nothing until its other end is closed */
    ;
  if (!g_file_test (engine->outbox_dir, G_FILE_TEST_IS_DIR))
    return 0;
  cancellable = deliverer_catch_end ();
  engine_stay (engine, runner_lock_get_wake_us (engine->outbox_dir) != standby->woken_us,
               cancellable);
  return 0;
}

/**
 * sendpath_engine_stand_by:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * For a program that sends in the foreground and ends: starts a process of its own that does nothing until
 * @self is gone, because the program ended or was killed, say. If something in the outbox waits for a
 * time or for another network then, and nobody looks after it, that process stays as long as it does, as
 * after sendpath_engine_hand_over(); else it ends too. What needed a password, an approval or another
 * location is tried once by it, if one was set, given or chosen through @self meanwhile.
 *
 * Must be called before this process has a second thread. @error is %SENDPATH_ERROR_PROCESS if no process
 * could be had: nobody stays then.
 *
 * Returns: %TRUE if somebody stands by
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_stand_by (SendpathEngine *self, GError **error)
{
  Standby standby = { .engine = self };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  standby.woken_us = runner_lock_get_wake_us (self->outbox_dir);
  if (self->standby == NULL)
    self->standby = deliverer_fork (run_standby, &standby, error);
  engine_translate_error (error);
  return self->standby != NULL;
}
