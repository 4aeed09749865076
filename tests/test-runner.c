/* Which message when: lanes beside one another, sessions that serve several messages, and a runner that
 * does nothing while there is nothing to do. */
#include "config.h"

#include "sendpath/outbox/runner.h"

#include <string.h>
#include <time.h>

#include "sendpath/outbox/runner-lock.h"
#include "tests/lib/engine-fixture.h"
#include "tests/lib/outbox-fixture.h"

/* ---- with an engine and a server ------------------------------------------------------------- */

static void
submit (EngineFixture *fixture, guint n_messages)
{
  for (guint i = 0; i < n_messages; i++)
    g_free (engine_fixture_submit (fixture));
}

/* Three messages, one connection: a greeting, and after each final dot the next envelope. */
static void
test_share_a_session (void)
{
  g_autoptr (EngineFixture) fixture =
                 engine_fixture_new (SERVER_TAKES SERVER_TAKES_MORE SERVER_TAKES_MORE, NULL);
  g_autoptr (GPtrArray) reports = NULL;
  g_autoptr (GError) error = NULL;

  submit (fixture, 3);
  reports = sendpath_engine_flush (fixture->engine, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reports->len, ==, 3);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (scripted_server_count_connections (fixture->server), ==, 1);
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, 3);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

/* The login belongs to the session: it is made once. */
static void
test_share_a_login (void)
{
  g_autofree char *keys = g_strconcat (LOGIN_KEYS, "secret-command = echo ", FIXTURE_SECRET, "\n",
                                       NULL);
  g_autoptr (EngineFixture) fixture = engine_fixture_new (
      "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 AUTH PLAIN\n"
      SERVER_LOGS_IN SERVER_TAKES_MORE SERVER_TAKES_MORE,
      keys);
  g_autoptr (GPtrArray) reports = NULL;

  submit (fixture, 2);
  reports = sendpath_engine_flush (fixture->engine, NULL, NULL);
  g_assert_nonnull (reports);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

/* A server that hangs up after a message, or that says 421 to one that was idle, has said nothing about
 * the next message: it goes by another connection. */
static void
test_stale_session (gconstpointer data)
{
  g_autofree char *dialogue = g_strconcat (SERVER_TAKES, data, "---\n", SERVER_TAKES, NULL);
  g_autoptr (EngineFixture) fixture = engine_fixture_new (dialogue, NULL);
  g_autoptr (GPtrArray) reports = NULL;

  submit (fixture, 2);
  reports = sendpath_engine_flush (fixture->engine, NULL, NULL);
  g_assert_nonnull (reports);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
  for (guint i = 0; i < reports->len; i++)
    g_assert_cmpuint (sendpath_report_get_n_attempts (reports->pdata[i]), ==, 1);
}

/* What a server takes at a time is learned (T-162 in small): three of five, then the rest in the next
 * transaction of the same session, each once. */
static void
test_split_by_452 (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (
      SERVER_GREETS
      "C: MAIL FROM:<*\nS: 250 ok\n"
      "C: RCPT TO:<a@adatum.com>\nS: 250 ok\nC: RCPT TO:<b@adatum.com>\nS: 250 ok\n"
      "C: RCPT TO:<c@adatum.com>\nS: 452 4.5.3 too many recipients\n"
      "C: RCPT TO:<d@adatum.com>\nS: 452 4.5.3 too many recipients\n"
      "C: RCPT TO:<e@adatum.com>\nS: 452 4.5.3 too many recipients\n"
      "C: DATA\nS: 354 go on\nC: <data>\nS: 250 2.0.0 queued\n"
      "C: MAIL FROM:<*\nS: 250 ok\n"
      "C: RCPT TO:<c@adatum.com>\nS: 250 ok\nC: RCPT TO:<d@adatum.com>\nS: 250 ok\n"
      "C: DATA\nS: 354 go on\nC: <data>\nS: 250 2.0.0 queued\n"
      "C: MAIL FROM:<*\nS: 250 ok\nC: RCPT TO:<e@adatum.com>\nS: 250 ok\n"
      "C: DATA\nS: 354 go on\nC: <data>\nS: 250 2.0.0 queued\n",
      NULL);
  g_autoptr (SendpathMessage) message = engine_fixture_new_message (
      FIXTURE_TEXT, "a@adatum.com b@adatum.com c@adatum.com d@adatum.com e@adatum.com");
  g_autoptr (SendpathReport) report =
                 sendpath_engine_send (fixture->engine, message, NULL, NULL, NULL);

  g_assert_nonnull (report);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_SENT);
  scripted_server_assert_played (fixture->server);
}

/* ---- with a host of our own ------------------------------------------------------------------ */

/* Instead of servers: what is sent waits at a gate, if it is of account `stuck`. */
typedef struct {
  OutboxFixture *fixture;
  OutboxRunner *runner;
  GCancellable *cancellable;
  GMutex mutex;
  GCond changed;
  gboolean is_open;       /* the gate */
  GString *order;         /* what was sent, by its first recipient */
  guint n_sent;
  guint n_expected;       /* then it is over */
  void (*on_sent) (gpointer scene, const char *whom);
  gboolean has_arrival;   /* when the gate is reached, another message comes in */
  gboolean holds_back;    /* nobody is told before pause(), and then that nothing is on disk */
  gboolean is_full;       /* the disk: nothing can be written down */
  int n_tried;
  int n_prepared;         /* ahead of their turn, and whose turn did not come yet */
  gboolean looks_ahead;   /* who reaches the gate */
  gboolean has_looked;
  gboolean is_ending;     /* whoever is at the gate waits until it is stopped */
  char *left;             /* what is prepared then */
  OutboxEntry *other;     /* what somebody else has taken */
  RunnerLock *service;    /* there is one now */
  guint turns;            /* when it was over */
} Scene;

static gpointer
open_lane (gpointer data)
{
  return data;
}

static void
close_lane (gpointer worker)
{
}

static void
wait_at_gate (Scene *scene)
{
  g_mutex_lock (&scene->mutex);
  while (!scene->is_open)
    g_cond_wait (&scene->changed, &scene->mutex);
  g_mutex_unlock (&scene->mutex);
}

static void
open_gate (Scene *scene)
{
  g_mutex_lock (&scene->mutex);
  scene->is_open = TRUE;
  g_cond_broadcast (&scene->changed);
  g_mutex_unlock (&scene->mutex);
}

static char *
add_one (OutboxFixture *fixture, const char *account, const char *whom)
{
  g_autoptr (SendpathMessage) message =
                 outbox_fixture_new_message ("terri@proseware.com", whom, FIXTURE_BODY);
  char *id = outbox_add (fixture->outbox, message, account, g_get_real_time (), NULL);

  g_assert_nonnull (id);
  return id;
}

static void
add (OutboxFixture *fixture, const char *account, const char *whom)
{
  g_free (add_one (fixture, account, whom));
}

/* The lane begins nothing more, and nothing of what it lent is gone. */
static void
wait_for_stop (Scene *scene, Lane *lane, gpointer worker)
{
  while (lane_look_ahead (lane, worker, 0) != NULL)
    g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (&scene->n_prepared), ==, 1);
}

/* Sent: everybody has it, and it leaves the outbox. */
static SendpathReport *
deliver (gpointer worker, const LaneTask *task, GCancellable *cancellable, GError **error)
{
  Scene *scene = worker;
  g_autoptr (OutboxEntry) entry = task->prepared != NULL
                                      ? task->prepared
                                      : outbox_take (scene->fixture->outbox, task->id, error);
  SendpathReport *report;
  const char *whom;

  if (task->prepared != NULL)
    g_atomic_int_add (&scene->n_prepared, -1);
  g_atomic_int_inc (&scene->n_tried);
  if (entry == NULL)
    return NULL;
  report = outbox_entry_get_report (entry);
  whom = sendpath_report_get_recipient (report, 0);
  if (scene->is_full && g_str_has_prefix (whom, "full"))
    {
      g_set_error_literal (error, OUTBOX_ERROR, OUTBOX_ERROR_FULL, "no room");
      return NULL;
    }
  if (g_str_has_prefix (whom, "stuck"))
    {
      if (scene->has_arrival)
        add (scene->fixture, "a", "new@adatum.com");
      if (scene->looks_ahead)
        {
          g_assert_nonnull (lane_look_ahead (task->lane, worker, 0));
          g_assert_true (lane_look_ahead (task->lane, worker, 0) ==
                         lane_look_ahead (task->lane, worker, 0));
          g_assert_cmpint (g_atomic_int_get (&scene->n_prepared), ==, 1);
          g_mutex_lock (&scene->mutex);
          scene->has_looked = TRUE;
          g_cond_broadcast (&scene->changed);
          g_mutex_unlock (&scene->mutex);
        }
      wait_at_gate (scene);
      if (scene->is_ending)
        wait_for_stop (scene, task->lane, worker);
    }
  report_set_recipient (report, whom, REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_SENT,
                        SENDPATH_VERDICT_ACCEPTED, NULL);
  g_assert_true (outbox_entry_file (entry, NULL));
  return sendpath_report_ref (report);
}

static Scene *scene_of_release; /* release() is told of nothing else */

static gpointer
prepare (gpointer worker, const char *id, guint why)
{
  Scene *scene = worker;
  OutboxEntry *entry = outbox_take (scene->fixture->outbox, id, NULL);

  g_assert_nonnull (entry);
  g_atomic_int_inc (&scene->n_prepared);
  return entry;
}

static void
release (gpointer prepared)
{
  g_atomic_int_add (&scene_of_release->n_prepared, -1);
  outbox_entry_free (prepared);
}

static void
on_done (gpointer data, const char *id, SendpathReport *report, const GError *error)
{
  Scene *scene = data;
  const char *whom;

  if (report == NULL)
    return; /* whoever brought it still held it */
  whom = sendpath_report_get_recipient (report, 0);
  g_string_append_printf (scene->order, "%.*s ", (int) (strchr (whom, '@') - whom), whom);
  scene->n_sent++;
  if (scene->on_sent != NULL)
    scene->on_sent (scene, whom);
  if (scene->n_sent == scene->n_expected)
    g_cancellable_cancel (scene->cancellable);
}

static void
pause_lane (gpointer worker)
{
}

static guint
count_open (gpointer worker)
{
  return G_MAXUINT;
}

static GError *
take_failure (gpointer worker)
{
  return g_error_new_literal (OUTBOX_ERROR, OUTBOX_ERROR_IO, "no disk");
}

static const LaneTimes quick_times = { .idle_ms = 1, .stuck_ms = 50 };
static const LaneTimes patient_times = { .idle_ms = 1, .stuck_ms = 3600 * 1000 };

/* Runs as @mode until @scene is over. */
static void
run_scene (Scene *scene, RunnerMode mode, const LaneTimes *times)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  LaneHost host = { open_lane, deliver, close_lane, scene, prepare, release };
  LaneHost unkept = {
    open_lane, deliver,    close_lane, scene, prepare, release, .pause = pause_lane,
    .count_open = count_open, .take_failure = take_failure
  };
  RunnerOptions options = { .mode = mode,
                            .policy = { .retry_max_s = 3600,
                                        .warn_after_s = 1800,
                                        .hold_after_s = 432000 },
                            .lanes = scene->holds_back ? &unkept : &host,
                            .times = times,
                            .done = on_done,
                            .data = scene };
  g_autoptr (GError) error = NULL;

  g_mutex_init (&scene->mutex);
  g_cond_init (&scene->changed);
  scene->order = g_string_new (NULL);
  scene->cancellable = g_cancellable_new ();
  g_main_context_push_thread_default (context);
  scene->runner = outbox_runner_new (scene->fixture->outbox, &options);
  outbox_runner_run (scene->runner, "here", scene->cancellable, &error);
  g_assert_no_error (error);
  scene->turns = outbox_runner_count_turns (scene->runner);
  outbox_runner_free (scene->runner);
  g_main_context_pop_thread_default (context);
}

static void
scene_clear (Scene *scene)
{
  g_string_free (scene->order, TRUE);
  g_object_unref (scene->cancellable);
  g_clear_pointer (&scene->service, runner_lock_free);
  g_mutex_clear (&scene->mutex);
  g_cond_clear (&scene->changed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static void
open_after_others (gpointer data, const char *whom)
{
  Scene *scene = data;

  if (scene->n_sent == scene->n_expected - 1)
    open_gate (scene);
}

/* One host does not answer: what other accounts send goes its way. */
static void
test_stuck_host (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 4, .on_sent = open_after_others };

  add (fixture, "a", "stuck@adatum.com");
  add (fixture, "b", "one@adatum.com");
  add (fixture, "b", "two@adatum.com");
  add (fixture, "c", "three@adatum.com");
  run_scene (&scene, RUNNER_ONCE, &patient_times);
  g_assert_true (g_str_has_suffix (scene.order->str, "stuck "));
  g_assert_cmpuint (scene.n_sent, ==, 4);
}

/* Nor does one message block those of its own account for long. */
static void
test_stuck_message (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 3, .on_sent = open_after_others };

  add (fixture, "a", "stuck@adatum.com");
  add (fixture, "a", "one@adatum.com");
  add (fixture, "a", "two@adatum.com");
  run_scene (&scene, RUNNER_ONCE, &quick_times);
  g_assert_cmpstr (scene.order->str, ==, "one two stuck ");
}


/* Nor what was prepared to follow it. */
static void
test_stuck_before_prepared (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = {
    .fixture = fixture, .n_expected = 3, .on_sent = open_after_others, .looks_ahead = TRUE
  };

  scene_of_release = &scene;
  add (fixture, "a", "stuck@adatum.com");
  add (fixture, "a", "one@adatum.com");
  add (fixture, "a", "two@adatum.com");
  run_scene (&scene, RUNNER_ONCE, &quick_times);
  g_assert_cmpstr (scene.order->str, ==, "one two stuck ");
  g_assert_cmpint (scene.n_prepared, ==, 0);
}

static void
stop_at_gate (gpointer data, const char *whom)
{
  Scene *scene = data;

  if (!g_str_has_prefix (whom, "other"))
    return;
  g_mutex_lock (&scene->mutex);
  while (!scene->has_looked)
    g_cond_wait (&scene->changed, &scene->mutex);
  g_mutex_unlock (&scene->mutex);
  /* `queue remove` and `queue hold` are told that it is in somebody's hands */
  outbox_fixture_refuse (scene->fixture, scene->left, OUTBOX_ERROR_BUSY);
  outbox_runner_stop (scene->runner);
  open_gate (scene);
}

/* What was prepared and is not begun any more is let go of, untouched. */
static void
test_stop_with_prepared (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = {
    .fixture = fixture, .n_expected = 9, .on_sent = stop_at_gate, .looks_ahead = TRUE, .is_ending = TRUE
  };

  scene_of_release = &scene;
  add (fixture, "b", "other@adatum.com");
  add (fixture, "a", "stuck@adatum.com");
  scene.left = add_one (fixture, "a", "left@adatum.com");
  run_scene (&scene, RUNNER_ONCE, &patient_times);
  g_assert_cmpint (scene.n_prepared, ==, 0);
  g_assert_null (strstr (scene.order->str, "left"));
  outbox_entry_free (outbox_fixture_take (fixture, scene.left));
  g_free (scene.left);
}

/* What the server took and no disk is told to nobody as sent (P-1). */
static void
test_unkept_outcome (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 9, .holds_back = TRUE };

  add (fixture, "a", "one@adatum.com");
  add (fixture, "a", "two@adatum.com");
  run_scene (&scene, RUNNER_ONCE, &quick_times);
  g_assert_cmpint (scene.n_tried, ==, 2);
  g_assert_cmpuint (scene.n_sent, ==, 0);
}

/* Killed between the outcome and the new place of the message, which everybody got, or nobody. */
static void
leave_settled (OutboxFixture *fixture, const char *id, SendpathRecipientState state)
{
  g_autoptr (OutboxEntry) entry = outbox_fixture_take (fixture, id);
  SendpathReport *report = outbox_entry_get_report (entry);

  report_set_recipient (report, sendpath_report_get_recipient (report, 0), REPORT_NO_ATTEMPT, state,
                        SENDPATH_VERDICT_ACCEPTED, NULL);
  g_assert_true (
      journal_note_state (outbox_entry_get_journal (entry), report, FIXTURE_NOW_US, NULL));
}

/* What a crash left settled and unfiled is filed, and sent to nobody. */
static void
test_left_unfiled (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 9 };
  g_autofree char *sent = add_one (fixture, "a", "sent@adatum.com");
  g_autofree char *failed = add_one (fixture, "a", "failed@adatum.com");

  outbox_set_keep_sent (fixture->outbox, 3);
  leave_settled (fixture, sent, SENDPATH_RECIPIENT_SENT);
  leave_settled (fixture, failed, SENDPATH_RECIPIENT_FAILED);
  run_scene (&scene, RUNNER_ONCE, &quick_times);
  g_assert_cmpint (scene.n_tried, ==, 0);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
  g_assert_true (outbox_fixture_has (fixture, "sent", sent, ".message"));
  g_assert_true (outbox_fixture_has (fixture, "failed", failed, ".message"));
}

static void
open_after_new (gpointer data, const char *whom)
{
  if (g_str_has_prefix (whom, "new"))
    open_gate (data);
}

/* What comes in while older mail of its account is stuck goes past it (T-125). */
static void
test_new_arrival (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = {
    .fixture = fixture, .n_expected = 3, .on_sent = open_after_new, .has_arrival = TRUE
  };

  add (fixture, "a", "stuck@adatum.com");
  add (fixture, "a", "old@adatum.com");
  run_scene (&scene, RUNNER_SERVICE, &patient_times);
  g_assert_true (strstr (scene.order->str, "new") < strstr (scene.order->str, "stuck"));
  g_assert_cmpuint (scene.n_sent, ==, 3);
}

/* ---- nothing to do --------------------------------------------------------------------------- */

static gpointer
cancel_later (gpointer data)
{
  Scene *scene = data;
  gint64 end_us = g_get_monotonic_time () + G_USEC_PER_SEC / 2;

  g_mutex_lock (&scene->mutex);
  while (g_cond_wait_until (&scene->changed, &scene->mutex, end_us))
    ;
  g_mutex_unlock (&scene->mutex);
  g_cancellable_cancel (scene->cancellable);
  return NULL;
}

static void
begin_to_wait (gpointer data, const char *whom)
{
  g_thread_unref (g_thread_new ("cancel", cancel_later, data));
}

/* After its one message is gone, half a second of nothing is one turn of the loop, not many. */
static void
test_idle (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 99, .on_sent = begin_to_wait };

  add (fixture, "a", "one@adatum.com");
  run_scene (&scene, RUNNER_SERVICE, &patient_times);
  g_assert_cmpuint (scene.n_sent, ==, 1);
  g_assert_cmpuint (scene.turns, <, 12);
}

/* What another process is sending is looked at again when that lets it go, not all the time. */
static void
test_in_other_hands (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 99, .on_sent = begin_to_wait };
  g_autofree char *id = add_one (fixture, "b", "busy@adatum.com");
  g_autoptr (OutboxEntry) other = outbox_take (fixture->outbox, id, NULL);

  g_assert_nonnull (other);
  add (fixture, "a", "one@adatum.com");
  run_scene (&scene, RUNNER_SERVICE, &patient_times);
  g_assert_cmpuint (scene.n_sent, ==, 1);
  g_assert_cmpint (g_atomic_int_get (&scene.n_tried), <, 5);
  g_assert_cmpuint (scene.turns, <, 20);
}

static gpointer
let_go (gpointer data)
{
  outbox_entry_free (data);
  return NULL;
}

static void
let_other_go (gpointer data, const char *whom)
{
  Scene *scene = data;

  if (scene->other != NULL)
    g_thread_unref (g_thread_new ("other", let_go, g_steal_pointer (&scene->other)));
}

/* Then it is its turn. */
static void
test_let_go (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 2, .on_sent = let_other_go };
  g_autofree char *id = add_one (fixture, "b", "busy@adatum.com");

  scene.other = outbox_take (fixture->outbox, id, NULL);
  g_assert_nonnull (scene.other);
  add (fixture, "a", "one@adatum.com");
  run_scene (&scene, RUNNER_SERVICE, &patient_times);
  g_assert_cmpstr (scene.order->str, ==, "one busy ");
}

/* A full disk, on which no outcome can be kept, is no reason to offer the same again and again. */
static void
test_full_disk (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = {
    .fixture = fixture, .n_expected = 99, .on_sent = begin_to_wait, .is_full = TRUE
  };

  add (fixture, "b", "full@adatum.com");
  add (fixture, "a", "one@adatum.com");
  run_scene (&scene, RUNNER_SERVICE, &patient_times);
  g_assert_cmpuint (scene.n_sent, ==, 1);
  g_assert_cmpint (g_atomic_int_get (&scene.n_tried), <, 4);
}

/* ---- one of them ----------------------------------------------------------------------------- */

/* T-119: the lock is there as long as its holder, and free at once after it. */
static void
test_one_runner (OutboxFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  RunnerLock *lock = runner_lock_take (fixture->outbox, RUNNER_LOCK_RUNNER, &error);

  g_assert_no_error (error);
  g_assert_true (runner_lock_is_held (fixture->outbox, RUNNER_LOCK_RUNNER));
  g_assert_false (runner_lock_is_held (fixture->outbox, RUNNER_LOCK_SERVICE));
  g_assert_null (runner_lock_take (fixture->outbox, RUNNER_LOCK_RUNNER, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY);
  runner_lock_free (lock);
  g_assert_false (runner_lock_is_held (fixture->outbox, RUNNER_LOCK_RUNNER));
}

static gpointer
free_lock_later (gpointer data)
{
  g_usleep (G_USEC_PER_SEC / 4);
  runner_lock_free (data);
  return NULL;
}

/* A service waits for a deliverer that brings to its end what it has begun, and does so asleep. */
static void
test_waits_for_lock (OutboxFixture *fixture, gconstpointer data)
{
  RunnerLock *lock = runner_lock_take (fixture->outbox, RUNNER_LOCK_RUNNER, NULL);
  g_autoptr (GError) error = NULL;
  clock_t begun = clock ();
  GThread *thread;

  g_assert_nonnull (lock);
  thread = g_thread_new ("holder", free_lock_later, lock);
  lock = runner_lock_wait (fixture->outbox, RUNNER_LOCK_RUNNER, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (clock () - begun, <, CLOCKS_PER_SEC / 8);
  g_thread_join (thread);
  runner_lock_free (lock);
}

static void
take_service_lock (gpointer data, const char *whom)
{
  Scene *scene = data;

  scene->service = runner_lock_take (scene->fixture->outbox, RUNNER_LOCK_SERVICE, NULL);
  g_assert_nonnull (scene->service);
}

/* Whoever stays for retries gives way to a service, and leaves what waits to it. */
static void
test_gives_way (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 99, .on_sent = take_service_lock };
  g_autoptr (SendpathMessage) message =
                 outbox_fixture_new_message ("terri@proseware.com", "later@adatum.com", FIXTURE_BODY);
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  const OutboxAgain due = { .next_try_s = now_s - 120 }, later = { .next_try_s = now_s + 900 };
  gint64 long_ago_us = (now_s - 600) * G_USEC_PER_SEC;

  g_free (outbox_add_again (fixture->outbox, message, "a", &due, long_ago_us, NULL));
  g_free (outbox_add_again (fixture->outbox, message, "a", &later, long_ago_us, NULL));
  run_scene (&scene, RUNNER_RETRY, &quick_times);
  g_assert_cmpuint (scene.n_sent, ==, 1);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 2);
}

/* Nothing waits: nobody stays. */
static void
test_leaves_when_empty (OutboxFixture *fixture, gconstpointer data)
{
  g_auto (Scene) scene = { .fixture = fixture, .n_expected = 99 };

  run_scene (&scene, RUNNER_RETRY, &quick_times);
  g_assert_cmpuint (scene.n_sent, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runner/messages-of-one-account-share-a-session", test_share_a_session);
  g_test_add_func ("/runner/and-its-login", test_share_a_login);
  g_test_add_data_func ("/runner/stale-session/hung-up", "!cut\n", test_stale_session);
  g_test_add_data_func ("/runner/stale-session/421",
                        "C: MAIL FROM:<*\nS: 421 4.4.2 idle for too long\n", test_stale_session);
  g_test_add_func ("/runner/too-many-recipients-are-split-at-once", test_split_by_452);
  outbox_fixture_add_test ("/runner/stuck-host-blocks-no-other", test_stuck_host, FALSE);
  outbox_fixture_add_test ("/runner/stuck-message-blocks-no-other", test_stuck_message, FALSE);
  outbox_fixture_add_test ("/runner/nor-what-was-prepared-to-follow", test_stuck_before_prepared, FALSE);
  outbox_fixture_add_test ("/runner/a-sync-that-failed-is-no-success", test_unkept_outcome, FALSE);
  outbox_fixture_add_test ("/runner/what-a-crash-left-settled-is-filed", test_left_unfiled, FALSE);
  outbox_fixture_add_test ("/runner/what-was-prepared-stays-as-it-was", test_stop_with_prepared, FALSE);
  outbox_fixture_add_test ("/runner/new-arrival-overtakes-backlog", test_new_arrival, FALSE);
  outbox_fixture_add_test ("/runner/idle-does-not-wake", test_idle, FALSE);
  outbox_fixture_add_test ("/runner/in-other-hands", test_in_other_hands, FALSE);
  outbox_fixture_add_test ("/runner/when-they-let-it-go", test_let_go, FALSE);
  outbox_fixture_add_test ("/runner/full-disk", test_full_disk, FALSE);
  outbox_fixture_add_test ("/runner/one-for-an-outbox", test_one_runner, FALSE);
  outbox_fixture_add_test ("/runner/waits-for-its-turn", test_waits_for_lock, FALSE);
  outbox_fixture_add_test ("/runner/gives-way-to-a-service", test_gives_way, FALSE);
  outbox_fixture_add_test ("/runner/leaves-when-nothing-waits", test_leaves_when_empty, FALSE);
  return g_test_run ();
}
