/* Which message when: all of an outbox, each in the lane of its account, at its time. It never sends
 * one itself, and does nothing at all while there is nothing to do. */
#include "config.h"

#include "sendpath/outbox/runner.h"

#include <glib-unix.h>
#include <string.h>

#include "sendpath/outbox/due.h"
#include "sendpath/outbox/queue-events.h"
#include "sendpath/outbox/runner-lock.h"
#include "sendpath/outbox/waiting.h"

/* Nothing could be tried, or what came of it could not be written down. */
#define LOOK_AGAIN_S 60

#define DEAF_LOOK_US (10 * G_USEC_PER_SEC)
#define JUMP_US      (5 * G_USEC_PER_SEC)

static const LaneTimes product_times = { .idle_ms = 5000, .stuck_ms = 30000 };

struct _OutboxRunner {
  Outbox *outbox;
  const RunnerOptions *options;
  GMainContext *context;
  WaitingList *waiting;
  GHashTable *lanes; /* Lane, by account; those for what came in just now have a name of their own */
  QueueEvents *events; /* NULL: what others do is not seen */
  GSource *events_source;
  char *network_id;
  guint n_in_lanes;
  guint n_turns;
  gboolean is_starting;
  gboolean is_gone;   /* the outbox */
  gboolean must_stop; /* another one is to go on, or nothing more can be tried */
  gboolean is_ending; /* nothing more is begun */
  gboolean has_wake;  /* somebody wrote why it is to look again */
  gint64 clock_offset_us; /* of the day's clock to the monotonic one */
  gint64 deaf_look_us;    /* monotonic: when to look if the kernel does not tell */

  GMutex mutex;      /* of what other threads say: */
  gboolean is_woken;
  char *next_network; /* NULL: it is still the same */
};

static gint64
get_now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* ---- what waits ------------------------------------------------------------------------------- */

static void
note_report (OutboxRunner *runner, const SendpathReport *report, gboolean is_new,
             ScheduleEvent event)
{
  Waiting *waiting = waiting_list_get (runner->waiting, report->id);
  gint64 now_s = get_now_s ();

  report_set_text (&waiting->account, report->account);
  waiting->is_new = !due_was_tried (report) && (is_new || waiting->is_new);
  waiting->event = due_choose_event (runner->options, report, event, runner->network_id,
                                     runner->is_starting);
  waiting->due_s = due_get_time (runner->options, report, waiting->event, now_s);
  if (waiting->event == SCHEDULE_CLOCK && waiting->due_s != WAITING_NEVER)
    waiting->due_s = MAX (waiting->due_s, waiting->not_before_s);
  waiting_list_set_hopeful (runner->waiting, waiting,
                            due_is_hopeful (report, &runner->options->policy, now_s));
  waiting_list_place (runner->waiting, waiting);
}

/* Reads what is known of @id; a message that is settled or gone is forgotten. FALSE: it looks damaged, or a
 * crash left it unfiled. */
static gboolean
look_at (OutboxRunner *runner, const char *id, gboolean is_new, ScheduleEvent event)
{
  g_autoptr (SendpathReport) report = NULL;
  g_autoptr (GError) error = NULL;
  Waiting *waiting = waiting_list_find (runner->waiting, id);

  if (waiting != NULL && waiting->is_in_lane)
    {
      waiting->has_changed = TRUE;
      waiting->meanwhile = event != SCHEDULE_CLOCK ? event : waiting->meanwhile;
      return TRUE;
    }
  report = outbox_read_report (runner->outbox, id, &error);
  if (report == NULL || !due_is_waiting (report))
    waiting_list_remove (runner->waiting, id);
  else
    note_report (runner, report, is_new, event);
  if (report != NULL)
    return due_is_waiting (report);
  return !g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT);
}

/* What was left is looked into here alone: to take a message is told as a change of it, too. */
static gboolean
look_at_all (OutboxRunner *runner, ScheduleEvent event, GError **error)
{
  g_auto (GStrv) ids = outbox_list (runner->outbox, OUTBOX_QUEUE, NULL, error);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    if (!look_at (runner, ids[i], FALSE, event))
      outbox_settle_left (runner->outbox, ids[i]);
  return ids != NULL;
}

/* ---- what became of a message ---------------------------------------------------------------- */

static void
try_later (OutboxRunner *runner, Waiting *waiting)
{
  waiting->due_s = get_now_s () + LOOK_AGAIN_S;
  waiting->event = SCHEDULE_CLOCK;
  waiting_list_place (runner->waiting, waiting);
}

/* Our own sender leaves traces too, which tell of a change: no reason to begin again at once. */
static gint64
get_not_before (const SendpathReport *report, const GError *error)
{
  return report != NULL || g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY)
             ? 0
             : get_now_s () + LOOK_AGAIN_S;
}

static void
on_done (const char *id, SendpathReport *report, const GError *error, gboolean was_cut_off,
         gpointer data)
{
  OutboxRunner *runner = data;
  Waiting *waiting = waiting_list_find (runner->waiting, id);
  gboolean has_changed = waiting != NULL && waiting->has_changed;
  ScheduleEvent meanwhile = waiting != NULL ? waiting->meanwhile : SCHEDULE_CLOCK;
  gboolean still_waits = report != NULL && due_is_waiting (report);
  gboolean is_once = runner->options->mode == RUNNER_ONCE;

  runner->n_in_lanes--;
  if (waiting != NULL)
    {
      waiting->is_in_lane = waiting->has_changed = FALSE;
      waiting->meanwhile = SCHEDULE_CLOCK;
      waiting->not_before_s = get_not_before (report, error);
    }
  if (is_once && was_cut_off && still_waits && !runner->is_ending)
    {
      note_report (runner, report, FALSE, SCHEDULE_FLUSH); /* from the network that is there now */
      return;
    }
  if (is_once || (report != NULL && !still_waits) ||
      g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_NOT_FOUND))
    waiting_list_remove (runner->waiting, id);
  else if (has_changed || report == NULL)
    look_at (runner, id, FALSE, meanwhile);
  else /* what we broke off begins anew in the network that is there now */
    note_report (runner, report, FALSE, was_cut_off ? SCHEDULE_NETWORK : SCHEDULE_CLOCK);
  if (runner->options->done != NULL)
    runner->options->done (runner->options->data, id, report, error);
}

/* ---- lanes ----------------------------------------------------------------------------------- */

/* What comes in goes past whatever else waits for its account. */
static Lane *
get_lane (OutboxRunner *runner, const Waiting *waiting)
{
  const RunnerOptions *options = runner->options;
  g_autofree char *name = g_strdup_printf ("%s %s", waiting->is_new ? "new" : "again",
                                           waiting->account != NULL ? waiting->account : "");
  Lane *lane = g_hash_table_lookup (runner->lanes, name);

  if (lane != NULL)
    return lane;
  lane = lane_new (options->lanes, options->times != NULL ? options->times : &product_times,
                   runner->context, on_done, runner);
  g_hash_table_insert (runner->lanes, g_steal_pointer (&name), lane);
  return lane;
}

/* Those that are due go into their lanes, as long as a thread can be had. */
static void
start_due (OutboxRunner *runner)
{
  gint64 now_s = get_now_s ();
  Waiting *waiting;

  while (!runner->must_stop && (waiting = waiting_list_peek (runner->waiting)) != NULL &&
         waiting->due_s <= now_s)
    {
      waiting->is_in_lane = lane_add (get_lane (runner, waiting), waiting->id, waiting->event);
      if (waiting->is_in_lane)
        runner->n_in_lanes++;
      if (!waiting->is_in_lane)
        try_later (runner, waiting);
      else
        waiting_list_place (runner->waiting, waiting);
    }
}

static void
for_each_lane (OutboxRunner *runner, void (*func) (Lane *lane))
{
  GHashTableIter iter;
  gpointer lane;

  g_hash_table_iter_init (&iter, runner->lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    func (lane);
}

/* When a lane wants to be looked at again (monotonic), or G_MAXINT64. */
static gint64
work_past_all (OutboxRunner *runner)
{
  gint64 next_us = G_MAXINT64;
  GHashTableIter iter;
  gpointer lane;

  g_hash_table_iter_init (&iter, runner->lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    {
      gint64 again_us = lane_work_past (lane);

      next_us = again_us > 0 ? MIN (next_us, again_us) : next_us;
    }
  return next_us;
}

/* ---- what happens around it ------------------------------------------------------------------ */

static void
give_way_to_service (OutboxRunner *runner)
{
  if (runner->options->mode != RUNNER_RETRY ||
      !runner_lock_is_held (runner->outbox, RUNNER_LOCK_SERVICE))
    return;
  runner->must_stop = TRUE;
  if (runner->options->give_way != NULL)
    runner->options->give_way (runner->options->data);
}

static void
on_file (OutboxRunner *runner, const char *name)
{
  if (g_str_equal (name, RUNNER_WAKE_NAME))
    runner->has_wake = TRUE;
  else if (g_str_equal (name, runner_lock_get_name (RUNNER_LOCK_SERVICE)))
    give_way_to_service (runner);
}

static void
on_event (QueueEvent event, const char *id, gpointer data)
{
  OutboxRunner *runner = data;

  switch (event)
    {
    case QUEUE_EVENT_ARRIVED:
    case QUEUE_EVENT_CHANGED:
      look_at (runner, id, event == QUEUE_EVENT_ARRIVED, SCHEDULE_CLOCK);
      break;
    case QUEUE_EVENT_LOST:
      look_at_all (runner, SCHEDULE_CLOCK, NULL);
      break;
    case QUEUE_EVENT_FILE:
      on_file (runner, id);
      break;
    case QUEUE_EVENT_GONE:
      runner->is_gone = runner->must_stop = TRUE;
      break;
    }
}

static gboolean
on_events (int fd, GIOCondition condition, gpointer data)
{
  OutboxRunner *runner = data;

  queue_events_read (runner->events, on_event, runner);
  return G_SOURCE_CONTINUE;
}

/* Where the kernel does not tell (too many are listening), look_around() does now and then. */
static void
hear_others (OutboxRunner *runner)
{
  runner->events = queue_events_new (runner->outbox, NULL);
  if (runner->events == NULL)
    return;
  runner->events_source = g_unix_fd_source_new (queue_events_get_fd (runner->events), G_IO_IN);
  g_source_set_callback (runner->events_source, G_SOURCE_FUNC (on_events), runner, NULL);
  g_source_attach (runner->events_source, runner->context);
}

static void
take_news (OutboxRunner *runner)
{
  g_autofree char *network = NULL;
  gboolean is_woken;

  g_mutex_lock (&runner->mutex);
  network = g_steal_pointer (&runner->next_network);
  is_woken = runner->is_woken || network != NULL;
  runner->is_woken = FALSE;
  g_mutex_unlock (&runner->mutex);
  if (network != NULL)
    {
      g_free (runner->network_id);
      runner->network_id = g_steal_pointer (&network);
      for_each_lane (runner, lane_leave_network);
    }
  if (is_woken && runner->options->mode != RUNNER_ONCE)
    look_at_all (runner, SCHEDULE_NETWORK, NULL);
  if (runner->has_wake)
    look_at_all (runner, runner_lock_read_wake (runner->outbox), NULL);
  runner->has_wake = FALSE;
}

void
outbox_runner_wake (OutboxRunner *runner)
{
  g_mutex_lock (&runner->mutex);
  runner->is_woken = TRUE;
  g_mutex_unlock (&runner->mutex);
  g_main_context_wakeup (runner->context);
}

void
outbox_runner_change_network (OutboxRunner *runner, const char *network_id)
{
  g_mutex_lock (&runner->mutex);
  g_free (runner->next_network);
  runner->next_network = g_strdup (network_id);
  g_mutex_unlock (&runner->mutex);
  g_main_context_wakeup (runner->context);
}

/* ---- life ------------------------------------------------------------------------------------ */

OutboxRunner *
outbox_runner_new (Outbox *outbox, const RunnerOptions *options)
{
  OutboxRunner *runner = g_new0 (OutboxRunner, 1);

  runner->outbox = outbox_ref (outbox);
  runner->options = options;
  runner->context = g_main_context_ref_thread_default ();
  runner->waiting = waiting_list_new ();
  runner->lanes =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lane_free);
  g_mutex_init (&runner->mutex);
  if (options->mode != RUNNER_ONCE)
    hear_others (runner); /* before network and outbox are looked at: nothing slips through */
  return runner;
}

void
outbox_runner_free (OutboxRunner *runner)
{
  if (runner->events_source != NULL)
    g_source_destroy (runner->events_source);
  g_clear_pointer (&runner->events_source, g_source_unref);
  g_clear_pointer (&runner->events, queue_events_free);
  g_hash_table_unref (runner->lanes);
  waiting_list_free (runner->waiting);
  outbox_unref (runner->outbox);
  g_main_context_unref (runner->context);
  g_mutex_clear (&runner->mutex);
  g_free (runner->network_id);
  g_free (runner->next_network);
  g_free (runner);
}

guint
outbox_runner_count_turns (OutboxRunner *runner)
{
  return runner->n_turns;
}

gboolean
outbox_runner_has_hope (Outbox *outbox, const SchedulePolicy *policy)
{
  g_auto (GStrv) ids = outbox_list (outbox, OUTBOX_QUEUE, NULL, NULL);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      g_autoptr (SendpathReport) report = outbox_read_report (outbox, ids[i], NULL);

      if (report != NULL && due_is_waiting (report) &&
          due_is_hopeful (report, policy, get_now_s ()))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_hope (OutboxRunner *runner)
{
  switch (runner->options->mode)
    {
    case RUNNER_ONCE:
      return waiting_list_peek (runner->waiting) != NULL;
    case RUNNER_RETRY:
      return waiting_list_is_hopeful (runner->waiting);
    case RUNNER_SERVICE:
      return TRUE;
    }
  return FALSE;
}

static gboolean
on_timer (gpointer data)
{
  return G_SOURCE_REMOVE;
}

static gboolean
is_deaf (OutboxRunner *runner)
{
  return runner->events == NULL && runner->options->mode != RUNNER_ONCE;
}

/* What nobody told: that the clock was set or stood still (what was planned means nothing then), and,
 * where the kernel does not tell, anything. */
static void
look_around (OutboxRunner *runner)
{
  gint64 offset_us = g_get_real_time () - g_get_monotonic_time ();
  gboolean has_jumped = ABS (offset_us - runner->clock_offset_us) > JUMP_US;
  gboolean must_look = is_deaf (runner) && g_get_monotonic_time () >= runner->deaf_look_us;

  runner->clock_offset_us = offset_us;
  if (must_look)
    {
      runner->deaf_look_us = g_get_monotonic_time () + DEAF_LOOK_US;
      give_way_to_service (runner);
    }
  if (must_look || (has_jumped && runner->options->mode != RUNNER_ONCE))
    look_at_all (runner, SCHEDULE_CLOCK, NULL);
}

/* Sleeps until the next message is due, a lane wants something, or something happens. */
static void
take_turn (OutboxRunner *runner)
{
  const Waiting *next = waiting_list_peek (runner->waiting);
  gint64 ready_us = work_past_all (runner);
  g_autoptr (GSource) timer = NULL;

  if (next != NULL && !runner->must_stop)
    ready_us = MIN (ready_us, g_get_monotonic_time () +
                                  MAX (next->due_s * G_USEC_PER_SEC - g_get_real_time (), 0));
  if (is_deaf (runner))
    ready_us = MIN (ready_us, runner->deaf_look_us);
  if (ready_us != G_MAXINT64)
    {
      timer = g_timeout_source_new (0);
      g_source_set_ready_time (timer, ready_us);
      g_source_set_callback (timer, on_timer, NULL, NULL);
      g_source_attach (timer, runner->context);
    }
  runner->n_turns++;
  g_main_context_iteration (runner->context, TRUE);
  if (timer != NULL)
    g_source_destroy (timer);
  look_around (runner);
}

static void
wake_context (GCancellable *cancellable, gpointer context)
{
  g_main_context_wakeup (context);
}

static gboolean
are_lanes_idle (OutboxRunner *runner)
{
  GHashTableIter iter;
  gpointer lane;

  g_hash_table_iter_init (&iter, runner->lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    if (!lane_is_idle (lane))
      return FALSE;
  return TRUE;
}

/* What was begun comes to its end: if it is broken off, before the final dot at once, after it with
 * the server's reply. */
static void
finish (OutboxRunner *runner, GCancellable *cancellable)
{
  gboolean is_cut_off = FALSE;

  runner->is_ending = TRUE;
  for_each_lane (runner, lane_stop);
  while (!are_lanes_idle (runner))
    {
      if (g_cancellable_is_cancelled (cancellable) && !is_cut_off)
        {
          is_cut_off = TRUE;
          for_each_lane (runner, lane_cut_off);
        }
      g_main_context_iteration (runner->context, TRUE);
    }
  while (g_main_context_iteration (runner->context, FALSE))
    ;
  g_hash_table_remove_all (runner->lanes);
}

gboolean
outbox_runner_run (OutboxRunner *runner, const char *network_id, GCancellable *cancellable,
                   GError **error)
{
  gulong handler =
      cancellable != NULL
          ? g_cancellable_connect (cancellable, G_CALLBACK (wake_context), runner->context, NULL)
          : 0;
  gboolean is_listed;

  runner->network_id = g_strdup (network_id);
  give_way_to_service (runner); /* who came since the runner's lock was taken, before we could hear */
  runner->clock_offset_us = g_get_real_time () - g_get_monotonic_time ();
  runner->deaf_look_us = g_get_monotonic_time () + DEAF_LOOK_US;
  runner->is_starting = runner->options->is_news || runner->options->mode == RUNNER_SERVICE;
  is_listed = outbox_recover (runner->outbox, error) && look_at_all (runner, SCHEDULE_CLOCK, error);
  runner->is_starting = FALSE;
  while (is_listed && !runner->must_stop && !g_cancellable_is_cancelled (cancellable))
    {
      take_news (runner);
      start_due (runner);
      if (runner->n_in_lanes == 0 && !has_hope (runner))
        break;
      take_turn (runner);
    }
  finish (runner, cancellable);
  g_cancellable_disconnect (cancellable, handler);
  return is_listed;
}

void
outbox_runner_stop (OutboxRunner *runner)
{
  runner->must_stop = TRUE;
}

gboolean
outbox_runner_is_outbox_gone (OutboxRunner *runner)
{
  return runner->is_gone;
}
