/* The outbox emptied in lanes: what flush, watch and the deliverer that stays have in common. It
 * follows the network, and decides neither which message comes next nor what a reply means. */
#include "config.h"

#include "sendpath/engine-lanes.h"

#include "profiles/network-guard.h"
#include "profiles/network-watch.h"
#include "sendpath/engine-private.h"
#include "sendpath/engine-workplace.h"

#define ANSWERS_MS 30000 /* of name servers: shorter than what most of them say themselves */
#define LOOK_US    (100 * 1000) /* what follows at once is sent from the same place for so long */
#define PATIENCE_S 30 /* PRODUCT.md section 3: patient from the outbox */

typedef struct _Run Run;

/* Who hears of another network from the host. */
typedef struct {
  GMutex mutex;
  Run *run; /* NULL: it is over */
} Listener;

/* One run, shared by its lanes. */
struct _Run {
  EngineCall *call;
  const EngineLanes *lanes;
  OutboxRunner *runner;
  GMainContext *context; /* where the lanes' signals are emitted */
  RunnerLock **lock;
  Listener *listener; /* NULL: there is a watch of our own */
  gulong handler;     /* its handler */

  RecentAnswers *recent;
  ServerSlots *slots;

  GMutex mutex; /* of the network, and of the lists of the profiles */
  SendpathNetwork *network;
};

/* What one thread of a lane works with. */
typedef struct {
  Run *run;
  EngineCall call;
  Workplace place; /* for the network of @call */
  SessionPool *pool;
  Lane *lane; /* that it delivers for just now */
  gint64 looked_us; /* monotonic: when it last looked where it is */
} Worker;

/* ---- in a lane ------------------------------------------------------------------------------- */

/* What was through before is not left waiting for a connection. */
static void
before_connect (gpointer data)
{
  const Worker *worker = data;
  Group *group = worker->place.context.group;

  if (group != NULL && group_count_ended (group) > 0)
    group_settle (group, NULL);
}

static gpointer
open_worker (gpointer data)
{
  Worker *worker = g_new0 (Worker, 1);

  worker->run = data;
  worker->pool = session_pool_new (worker->run->slots);
  session_pool_set_before_connect (worker->pool, before_connect, worker);
  return worker;
}

static void
leave_place (Worker *worker)
{
  session_pool_clear (worker->pool);
  workplace_clear (&worker->place);
  if (worker->call.engine != NULL)
    engine_call_clear (&worker->call);
}

static void
close_worker (gpointer data)
{
  Worker *worker = data;

  leave_place (worker);
  session_pool_free (worker->pool);
  g_free (worker);
}

static ErrandPrepared *
look_ahead (gpointer data, guint n)
{
  Worker *worker = data;

  return lane_look_ahead (worker->lane, worker, n);
}

/* A message that was foreseen goes the way of the one before it, for a while. */
static gboolean
must_look (Worker *worker, const ErrandPrepared *prepared)
{
  gint64 now_us = g_get_monotonic_time ();

  if (prepared != NULL && now_us - worker->looked_us < LOOK_US)
    return FALSE;
  worker->looked_us = now_us;
  return TRUE;
}

/* An approval that was taken back ends at once; where there is none, a new one may be seen later. */
static void
read_approvals (Worker *worker, gboolean is_looking)
{
  if (is_looking || worker->place.approved->len > 0)
    workplace_read_approvals (&worker->place, &worker->call);
}

/* Where we are now. What belongs to another network or location is left behind: its sessions and
 * approvals. */
static gboolean
go_to_place (Worker *worker, gboolean is_looking, GError **error)
{
  Run *run = worker->run;
  gboolean is_open = TRUE;

  g_mutex_lock (&run->mutex);
  if (worker->call.network != run->network ||
      (is_looking && engine_call_is_elsewhere (&worker->call)))
    {
      leave_place (worker);
      engine_call_init_beside (&worker->call, run->call, run->network, run->context);
      is_open = workplace_open (&worker->place, &worker->call,
                                MAX (PATIENCE_S, engine_get_patience_s (run->call->engine)), error);
      worker->place.context.pool = worker->pool;
      worker->place.context.recent = run->recent;
      worker->place.context.profiles_lock = &run->mutex;
      worker->place.group = is_open ? group_new (worker->place.outbox) : NULL;
      worker->place.context.group = worker->place.group;
      worker->place.context.look_ahead = look_ahead;
      worker->place.context.look_ahead_data = worker;
    }
  g_mutex_unlock (&run->mutex);
  if (!is_open)
    leave_place (worker);
  return is_open;
}

static SendpathReport *
deliver (gpointer data, const LaneTask *task, GCancellable *cancellable, GError **error)
{
  Worker *worker = data;
  g_autoptr (ErrandPrepared) prepared = task->prepared;
  gboolean is_looking = must_look (worker, prepared);

  if (!go_to_place (worker, is_looking, error))
    return NULL;
  worker->lane = task->lane;
  read_approvals (worker, is_looking);
  worker->place.context.by_schedule = TRUE;
  worker->place.context.event = (ScheduleEvent) task->why;
  g_set_object (&worker->call.cancellable, cancellable);
  return workplace_deliver (&worker->place, &worker->call, task->id, g_steal_pointer (&prepared),
                            cancellable, error);
}

/* Only within a delivery: the place is open. */
static gpointer
prepare (gpointer data, const char *id, guint why)
{
  return errand_prepare (&((Worker *) data)->place.context, id);
}

/* What cannot be written now stays in the queue, with what is known of it. */
static void
pause_worker (gpointer data)
{
  Worker *worker = data;

  if (worker->place.context.group != NULL)
    group_settle (worker->place.context.group, NULL);
}

static guint
count_open (gpointer data)
{
  const Group *group = ((Worker *) data)->place.context.group;

  return group != NULL ? group_count_ended (group) : 0;
}

static GError *
take_failure (gpointer data)
{
  Group *group = ((Worker *) data)->place.context.group;

  return group != NULL ? group_take_failure (group) : NULL;
}

static void
release (gpointer prepared)
{
  errand_prepared_free (prepared);
}

static gboolean
was_crowded (gpointer data)
{
  return session_pool_was_crowded (((Worker *) data)->pool);
}

/* ---- in the thread of the call --------------------------------------------------------------- */

static gboolean
waits_no_more (SendpathReport *report, const GError *error)
{
  SendpathOutcome outcome;

  if (report == NULL)
    return g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_NOT_FOUND);
  outcome = sendpath_report_get_outcome (report);
  return outcome != SENDPATH_OUTCOME_QUEUED && outcome != SENDPATH_OUTCOME_UNCERTAIN;
}

static void
on_done (gpointer data, const char *id, SendpathReport *report, const GError *error)
{
  Run *run = data;

  if (waits_no_more (report, error))
    relay_answers_forget (run->call->engine->answers, id);
  if (report != NULL)
    engine_call_tell_change (run->call, report);
  if (run->lanes->done != NULL)
    run->lanes->done (run->lanes->data, run->runner, id, report, error);
}

static void
give_way (gpointer data)
{
  Run *run = data;

  if (run->lock != NULL)
    g_clear_pointer (run->lock, runner_lock_free);
}

/* What is under way goes on where the network only has something more. */
static void
set_network (Run *run, SendpathNetwork *network)
{
  const char *id = sendpath_network_get_id (network);
  gboolean is_same;

  g_mutex_lock (&run->mutex);
  is_same = g_str_equal (sendpath_network_get_id (run->network), id) &&
            !network_has_left (run->network, network);
  g_set_object (&run->network, network);
  g_mutex_unlock (&run->mutex);
  if (!is_same)
    recent_answers_clear (run->recent);
  if (is_same)
    outbox_runner_wake (run->runner);
  else
    outbox_runner_change_network (run->runner, id);
}

/* Of our own watch. */
static void
on_network_changed (SendpathNetworkWatch *watch, SendpathNetwork *network, gpointer data)
{
  set_network (data, network);
}

/* The host follows the network, and tells its engine: in whichever thread, also while the run ends. */
static void
on_network_set (GObject *engine, GParamSpec *pspec, gpointer data)
{
  Listener *listener = data;
  g_autoptr (SendpathNetwork) network = engine_dup_given_network (SENDPATH_ENGINE (engine));

  g_mutex_lock (&listener->mutex);
  if (listener->run != NULL && network != NULL && network != listener->run->network)
    set_network (listener->run, network);
  g_mutex_unlock (&listener->mutex);
}

static void
listener_clear (gpointer data)
{
  g_mutex_clear (&((Listener *) data)->mutex);
}

static void
listener_unref (gpointer data, GClosure *closure)
{
  g_atomic_rc_box_release_full (data, listener_clear);
}

static void
listen_to_host (Run *run)
{
  SendpathEngine *engine = run->call->engine;

  run->listener = g_atomic_rc_box_new0 (Listener);
  g_mutex_init (&run->listener->mutex);
  run->listener->run = run;
  run->handler =
      g_signal_connect_data (engine, "notify::network", G_CALLBACK (on_network_set),
                             g_atomic_rc_box_acquire (run->listener), listener_unref, 0);
  on_network_set (G_OBJECT (engine), NULL, run->listener); /* between then and now */
}

static void
stop_listening (Run *run)
{
  if (run->listener == NULL)
    return;
  g_signal_handler_disconnect (run->call->engine, run->handler);
  g_mutex_lock (&run->listener->mutex);
  run->listener->run = NULL;
  g_mutex_unlock (&run->listener->mutex);
  listener_unref (run->listener, NULL);
}

/* The present one, and whoever tells of others: the host if it has set one, else a watch of our own,
 * which is returned. */
static SendpathNetworkWatch *
follow_network (Run *run)
{
  g_autoptr (SendpathNetwork) given = engine_dup_given_network (run->call->engine);
  SendpathNetworkWatch *watch;

  if (given != NULL)
    {
      run->network = g_object_ref (engine_call_get_network (run->call));
      listen_to_host (run);
      return NULL;
    }
  watch = sendpath_network_watch_new ();
  g_signal_connect (watch, "changed", G_CALLBACK (on_network_changed), run);
  run->network = g_object_ref (sendpath_network_watch_get_network (watch));
  return watch;
}

static gboolean
run_runner (Run *run, Outbox *outbox, GError **error)
{
  LaneHost host = { .open = open_worker,
                    .deliver = deliver,
                    .close = close_worker,
                    .data = run,
                    .prepare = prepare,
                    .release = release,
                    .pause = pause_worker,
                    .count_open = count_open,
                    .take_failure = take_failure,
                    .was_crowded = was_crowded };
  RunnerOptions options = { .mode = run->lanes->mode,
                            .is_news = run->lanes->is_news,
                            .policy = schedule_policy_read (run->call->profiles),
                            .lanes = &host,
                            .done = on_done,
                            .give_way = give_way,
                            .data = run };
  g_autoptr (SendpathNetworkWatch) watch = NULL;
  g_autofree char *id = NULL;
  gboolean has_run;

  run->runner = outbox_runner_new (outbox, &options);
  watch = follow_network (run);
  g_mutex_lock (&run->mutex);
  id = g_strdup (sendpath_network_get_id (run->network));
  g_mutex_unlock (&run->mutex);
  has_run = outbox_runner_run (run->runner, id, run->call->cancellable, error);
  stop_listening (run);
  if (watch != NULL)
    g_signal_handlers_disconnect_by_data (watch, run);
  outbox_runner_free (run->runner);
  return has_run;
}

gboolean
engine_lanes_run (EngineCall *call, Outbox *outbox, const EngineLanes *lanes, RunnerLock **lock,
                  GError **error)
{
  g_autoptr (GMainContext) context =
      lanes->context != NULL ? g_main_context_ref (lanes->context) : g_main_context_new ();
  Run run = { .call = call,
              .lanes = lanes,
              .context = call->context != NULL ? call->context : context,
              .lock = lock };
  gboolean has_run;

  g_main_context_push_thread_default (context);
  run.recent = recent_answers_new (ANSWERS_MS);
  run.slots = server_slots_new (NULL);
  g_mutex_init (&run.mutex);
  has_run = run_runner (&run, outbox, error);
  recent_answers_free (run.recent);
  server_slots_free (run.slots);
  g_clear_object (&run.network);
  g_mutex_clear (&run.mutex);
  g_main_context_pop_thread_default (context);
  return has_run;
}
