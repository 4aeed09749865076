/* A lane: messages of one account that are sent one after the other, in a thread of their own. Where
 * one of them takes long, others go past it in another thread; where many wait, two threads may share
 * them. It knows neither schedule nor outbox. */
#include "config.h"

#include "sendpath/outbox/lane.h"

#include "profiles/network-guard.h"
#include "sendpath/outbox/lane-pace.h"

#define WORKERS_MAX 3

typedef struct {
  char *id;
  guint why;
  gpointer prepared; /* by the host; or NULL */
  gpointer worker;   /* whose next job it is; NULL: anybody's */
  gpointer lent_to;  /* the worker that looked at @prepared last, or NULL */
  gboolean is_being_prepared;
  gboolean is_dropped; /* meanwhile */
} Job;

struct _Lane {
  gatomicrefcount ref_count; /* a thread that ends may be the last to know it */
  const LaneHost *host;
  const LaneTimes *times;
  GMainContext *context;
  LaneDone done;
  gpointer data;

  GMutex mutex; /* of all that follows */
  GCond changed;
  GQueue jobs;
  GQueue lent; /* jobs that are dropped as soon as nobody looks at what is prepared of them */
  guint n_threads;
  guint n_workers; /* those of them that take jobs */
  guint n_busy;
  guint n_held; /* results that nobody is told of yet */
  LanePace pace;
  gboolean has_helper; /* one of them is there for the pace alone */
  gint64 taken_us; /* monotonic: when the last job was begun */
  GCancellable *cancellable; /* of what is under way; another one after each cut */
  gboolean is_over;
};

/* What became of a job, on its way to the lane's context. */
typedef struct {
  Lane *lane;
  Job *job;
  SendpathReport *report;
  GError *error;
  gboolean was_cut_off;
} Result;

static void
job_free (Job *job, const LaneHost *host)
{
  if (job->prepared != NULL)
    host->release (job->prepared);
  g_free (job->id);
  g_free (job);
}

static void
drop_jobs (Lane *lane)
{
  Job *job;

  while ((job = g_queue_pop_head (&lane->jobs)) != NULL)
    if (job->is_being_prepared)
      job->is_dropped = TRUE; /* whoever prepares it sees */
    else if (job->prepared != NULL && job->lent_to != NULL)
      g_queue_push_tail (&lane->lent, job);
    else
      job_free (job, lane->host);
}

/* A deliver() of @worker is over; NULL: of all. */
static void
drop_lent (Lane *lane, gpointer worker)
{
  for (guint n = lane->lent.length; n > 0; n--)
    {
      Job *job = g_queue_pop_head (&lane->lent);

      if (worker == NULL || job->lent_to == worker)
        job_free (job, lane->host);
      else
        g_queue_push_tail (&lane->lent, job);
    }
}

static void
lane_unref (Lane *lane)
{
  if (!g_atomic_ref_count_dec (&lane->ref_count))
    return;
  drop_jobs (lane);
  drop_lent (lane, NULL);
  g_object_unref (lane->cancellable);
  g_main_context_unref (lane->context);
  g_mutex_clear (&lane->mutex);
  g_cond_clear (&lane->changed);
  g_free (lane);
}

static void
result_free (gpointer data)
{
  Result *result = data;

  job_free (result->job, result->lane->host);
  g_clear_pointer (&result->report, sendpath_report_unref);
  g_clear_error (&result->error);
  lane_unref (result->lane);
  g_free (result);
}

static gboolean
tell_results (gpointer data)
{
  GPtrArray *results = data;

  for (guint i = 0; i < results->len; i++)
    {
      const Result *result = results->pdata[i];
      Lane *lane = result->lane;

      if (lane->done != NULL)
        lane->done (result->job->id, result->report, result->error, result->was_cut_off,
                    lane->data);
    }
  return G_SOURCE_REMOVE;
}

/* A sync that failed is no success, whatever the server said (P-1). But for the last @n_later of @held, whose
 * results came after it. The mutex is held. */
static void
note_failure (Lane *lane, gpointer worker, GPtrArray *held, guint n_later)
{
  g_autoptr (GError) failure =
      lane->host->take_failure != NULL ? lane->host->take_failure (worker) : NULL;

  for (guint i = 0; failure != NULL && i + n_later < held->len; i++)
    {
      Result *result = held->pdata[i];

      g_clear_pointer (&result->report, sendpath_report_unref);
      if (result->error == NULL)
        result->error = g_error_copy (failure);
    }
}

/* Takes all but the last @n_open of @held. The mutex is held. */
static void
send_results (Lane *lane, GPtrArray *held, guint n_open)
{
  GPtrArray *results;
  GSource *source;

  if (held->len <= n_open)
    return;
  results = g_ptr_array_new_with_free_func (result_free);
  while (held->len > n_open)
    g_ptr_array_add (results, g_ptr_array_steal_index (held, 0));
  lane->n_held -= results->len;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_results, results, (GDestroyNotify) g_ptr_array_unref);
  g_source_attach (source, lane->context);
  g_source_unref (source);
}

/* ---- a thread of the lane -------------------------------------------------------------------- */

/* The job @n of those that are not another worker's next ones. The mutex is held. */
static GList *
find_job (Lane *lane, gpointer worker, guint n)
{
  for (GList *link = lane->jobs.head; link != NULL; link = link->next)
    {
      const Job *job = link->data;

      if (!job->is_being_prepared && (job->worker == NULL || job->worker == worker) && n-- == 0)
        return link;
    }
  return NULL;
}

static Job *
take_job (Lane *lane, gpointer worker)
{
  GList *link = find_job (lane, worker, 0);
  Job *job = link != NULL ? link->data : NULL;

  if (link != NULL)
    g_queue_delete_link (&lane->jobs, link);
  return job;
}

/* The mutex is held, and let go meanwhile. */
static void
pause_worker (Lane *lane, gpointer worker)
{
  g_mutex_unlock (&lane->mutex);
  lane->host->pause (worker);
  g_mutex_lock (&lane->mutex);
}

/* The next job, or NULL: there is none, and none came for some time. The mutex is held. */
static Job *
wait_for_job (Lane *lane, gpointer worker, GPtrArray *held)
{
  gint64 end_us = g_get_monotonic_time () + lane->times->idle_ms * G_TIME_SPAN_MILLISECOND;
  Job *job = NULL;

  if (lane->host->pause != NULL && (lane->is_over || find_job (lane, worker, 0) == NULL))
    {
      pause_worker (lane, worker);
      note_failure (lane, worker, held, 0);
      send_results (lane, held, 0);
    }
  while (!lane->is_over && (job = take_job (lane, worker)) == NULL)
    if (!g_cond_wait_until (&lane->changed, &lane->mutex, end_us))
      break;
  return job;
}

static gboolean start_worker (Lane *lane);

/* Whether two are to share what waits, after what became of @result. The mutex is held. */
static void
set_pace (Lane *lane, gpointer worker, const Result *result)
{
  gboolean is_sent = result->report != NULL && sendpath_report_get_outcome (result->report) ==
                                                   SENDPATH_OUTCOME_SENT;

  if (lane->host->was_crowded == NULL)
    return;
  if (lane->host->was_crowded (worker))
    lane_pace_note_crowded (&lane->pace);
  lane_pace_note (&lane->pace, worker, is_sent, lane->jobs.length, g_get_monotonic_time ());
  if (lane_pace_wants_two (&lane->pace) && lane->n_workers == 1 && lane->jobs.length > 1)
    lane->has_helper = start_worker (lane);
}

/* What @worker would have done next is anybody's; NULL: the same of all. The mutex is held. */
static void
disown_jobs (Lane *lane, gpointer worker)
{
  for (GList *link = lane->jobs.head; link != NULL; link = link->next)
    {
      Job *job = link->data;

      if (worker == NULL || job->worker == worker)
        job->worker = NULL;
    }
  g_cond_broadcast (&lane->changed);
}

/* TRUE: this one goes, since one is enough. The mutex is held. */
static gboolean
is_superfluous (Lane *lane, gpointer worker)
{
  if (!lane->has_helper || lane->n_workers < 2 || lane_pace_wants_two (&lane->pace))
    return FALSE;
  lane->has_helper = FALSE;
  disown_jobs (lane, worker);
  return TRUE;
}

/* Takes @job over. The mutex is held, and let go meanwhile. */
static void
do_job (Lane *lane, gpointer worker, Job *job, GPtrArray *held)
{
  g_autoptr (GCancellable) cancellable = g_object_ref (lane->cancellable);
  LaneTask task = { lane, job->id, job->why, g_steal_pointer (&job->prepared) };
  Result *result = g_new0 (Result, 1);

  g_atomic_ref_count_inc (&lane->ref_count);
  result->lane = lane;
  result->job = job;
  lane->n_busy++;
  lane->taken_us = g_get_monotonic_time ();
  g_mutex_unlock (&lane->mutex);
  result->report = lane->host->deliver (worker, &task, cancellable, &result->error);
  result->was_cut_off = g_cancellable_is_cancelled (cancellable);
  g_mutex_lock (&lane->mutex);
  drop_lent (lane, worker);
  lane->n_busy--;
  set_pace (lane, worker, result);
  g_ptr_array_add (held, result);
  lane->n_held++;
  note_failure (lane, worker, held, 1);
  send_results (lane, held, lane->host->count_open != NULL ? lane->host->count_open (worker) : 0);
}

static gpointer
run_worker (gpointer data)
{
  Lane *lane = data;
  gpointer worker = lane->host->open (lane->host->data);
  g_autoptr (GPtrArray) held = g_ptr_array_new ();
  Job *job;

  g_mutex_lock (&lane->mutex);
  while (!is_superfluous (lane, worker) && (job = wait_for_job (lane, worker, held)) != NULL)
    do_job (lane, worker, job, held);
  lane->n_workers--;
  lane->has_helper = lane->has_helper && lane->n_workers > 1;
  g_mutex_unlock (&lane->mutex);
  lane->host->close (worker);
  g_mutex_lock (&lane->mutex);
  send_results (lane, held, 0);
  lane->n_threads--;
  g_cond_broadcast (&lane->changed);
  g_mutex_unlock (&lane->mutex);
  lane_unref (lane);
  return NULL;
}

/* The mutex is held, and let go meanwhile. FALSE: the lane has stopped since. */
static gboolean
prepare_job (Lane *lane, gpointer worker, Job *job)
{
  job->is_being_prepared = TRUE;
  g_mutex_unlock (&lane->mutex);
  job->prepared = lane->host->prepare (worker, job->id, job->why);
  g_mutex_lock (&lane->mutex);
  job->is_being_prepared = FALSE;
  if (job->is_dropped)
    {
      job_free (job, lane->host);
      return FALSE;
    }
  return TRUE;
}

gpointer
lane_look_ahead (Lane *lane, gpointer worker, guint n)
{
  gpointer prepared = NULL;
  GList *link;

  g_mutex_lock (&lane->mutex);
  link = lane->is_over ? NULL : find_job (lane, worker, n);
  if (link != NULL)
    {
      Job *job = link->data;

      job->worker = job->lent_to = worker;
      if (job->prepared != NULL || prepare_job (lane, worker, job))
        prepared = job->prepared;
    }
  g_mutex_unlock (&lane->mutex);
  return prepared;
}

/* The mutex is held. */
static gboolean
start_worker (Lane *lane)
{
  GThread *thread;

  g_atomic_ref_count_inc (&lane->ref_count);
  lane->n_threads++;
  lane->n_workers++;
  thread = g_thread_try_new ("sendpath-lane", run_worker, lane, NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return TRUE;
    }
  lane->n_threads--;
  lane->n_workers--;
  lane_unref (lane);
  return FALSE;
}

/* ---- the lane -------------------------------------------------------------------------------- */

Lane *
lane_new (const LaneHost *host, const LaneTimes *times, GMainContext *context, LaneDone done,
          gpointer data)
{
  Lane *lane = g_new0 (Lane, 1);

  g_atomic_ref_count_init (&lane->ref_count);
  lane->host = host;
  lane->times = times;
  lane->context = g_main_context_ref (context);
  lane->done = done;
  lane->data = data;
  g_mutex_init (&lane->mutex);
  g_cond_init (&lane->changed);
  g_queue_init (&lane->jobs);
  g_queue_init (&lane->lent);
  lane->cancellable = g_cancellable_new ();
  return lane;
}

void
lane_stop (Lane *lane)
{
  g_mutex_lock (&lane->mutex);
  lane->is_over = TRUE;
  drop_jobs (lane);
  g_cond_broadcast (&lane->changed);
  g_mutex_unlock (&lane->mutex);
}

void
lane_free (Lane *lane)
{
  lane_stop (lane);
  g_mutex_lock (&lane->mutex);
  while (lane->n_threads > 0)
    g_cond_wait (&lane->changed, &lane->mutex);
  g_mutex_unlock (&lane->mutex);
  lane->done = NULL; /* whoever was to be told is going */
  lane_unref (lane);
}

gboolean
lane_add (Lane *lane, const char *id, guint why)
{
  Job *job = g_new0 (Job, 1);
  gboolean has_worker;

  job->id = g_strdup (id);
  job->why = why;
  g_mutex_lock (&lane->mutex);
  has_worker = lane->n_workers > 0 || start_worker (lane);
  if (has_worker)
    g_queue_push_tail (&lane->jobs, job);
  g_cond_broadcast (&lane->changed);
  g_mutex_unlock (&lane->mutex);
  if (!has_worker)
    job_free (job, lane->host);
  return has_worker;
}

gint64
lane_work_past (Lane *lane)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 stuck_us = lane->times->stuck_ms * G_TIME_SPAN_MILLISECOND;
  gint64 again_us = 0;

  g_mutex_lock (&lane->mutex);
  if (!g_queue_is_empty (&lane->jobs) &&
      (lane->n_workers < WORKERS_MAX || lane->n_busy < lane->n_workers))
    {
      gboolean is_stuck = lane->taken_us + stuck_us <= now_us;

      if (is_stuck)
        disown_jobs (lane, NULL); /* what the one that is stuck would have done next */
      if (is_stuck && lane->n_busy == lane->n_workers)
        start_worker (lane); /* if that fails, the one that is stuck goes on later */
      again_us = is_stuck ? now_us + stuck_us : lane->taken_us + stuck_us;
    }
  g_mutex_unlock (&lane->mutex);
  return again_us;
}

static void
cut_off (Lane *lane, void (*cancel) (GCancellable *cancellable))
{
  g_autoptr (GCancellable) old = NULL;

  g_mutex_lock (&lane->mutex);
  old = g_steal_pointer (&lane->cancellable);
  lane->cancellable = g_cancellable_new ();
  g_mutex_unlock (&lane->mutex);
  cancel (old);
}

void
lane_cut_off (Lane *lane)
{
  cut_off (lane, g_cancellable_cancel);
}

void
lane_leave_network (Lane *lane)
{
  cut_off (lane, network_leave);
}

gboolean
lane_is_idle (Lane *lane)
{
  gboolean is_idle;

  g_mutex_lock (&lane->mutex);
  is_idle = lane->n_busy == 0 && lane->n_held == 0 && g_queue_is_empty (&lane->jobs);
  g_mutex_unlock (&lane->mutex);
  return is_idle;
}
