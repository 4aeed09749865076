/* SendpathEngine, the calls that return at once: where signals and callbacks arrive, answers that
 * come later, and what a cancel leaves. */
#include "config.h"

#include "sendpath/engine.h"

#include <string.h>

#include "profiles/memory.h"
#include "tests/lib/engine-fixture.h"

#define TAKES_LATE "S: 250 2.0.0 queued\n"
#define ASKS_RCPT SERVER_GREETS "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\n"

/* One call that was started, and what came of it. */
typedef struct {
  GMainContext   *context;
  GThread        *thread;
  SendpathReport *report;
  GError         *error;
  guint           n_calls;
} Call;

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;

  g_assert_true (g_thread_self () == call->thread);
  call->n_calls++;
  call->report
      = sendpath_engine_send_finish (SENDPATH_ENGINE (source), result, &call->error);
}

static void
call_start (Call *call, EngineFixture *fixture, GCancellable *cancellable)
{
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");

  call->context = g_main_context_ref_thread_default ();
  call->thread = g_thread_self ();
  sendpath_engine_send_async (fixture->engine, message, NULL, cancellable, on_sent, call);
}

/* Until the callback was there, once. */
static SendpathReport *
call_wait (Call *call)
{
  while (call->n_calls == 0)
    g_main_context_iteration (call->context, TRUE);
  while (g_main_context_iteration (call->context, FALSE))
    ;
  g_assert_no_error (call->error);
  g_assert_cmpuint (call->n_calls, ==, 1);
  g_clear_pointer (&call->context, g_main_context_unref);
  return g_steal_pointer (&call->report);
}

/* ---- where things arrive --------------------------------------------------------------------- */

static void
test_sent (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  Call call = { NULL };
  g_autoptr(SendpathReport) report = NULL;

  call_start (&call, fixture, NULL);
  g_assert_cmpuint (call.n_calls, ==, 0);
  report = call_wait (&call);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpstr (fixture->events->str, ==, "started account; ended 0");
  g_assert_nonnull (strstr (fixture->trace->str, "-> DATA\n"));
}

/* Nothing is emitted in the worker's thread, not even while nobody runs the caller's context. */
static void
test_nothing_arrives_before_the_loop_runs (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  Call call = { NULL };
  g_autoptr(SendpathReport) report = NULL;

  call_start (&call, fixture, NULL);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpstr (fixture->events->str, ==, "");
  g_assert_cmpstr (fixture->trace->str, ==, "");
  report = call_wait (&call);
  g_assert_cmpstr (fixture->events->str, ==, "started account; ended 0");
}

/* In a thread with a context of its own: there, and not in the default one. */
static gpointer
send_in_own_context (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(EngineFixture) fixture = NULL;
  g_autoptr(SendpathReport) report = NULL;
  Call call = { NULL };

  g_main_context_push_thread_default (context);
  fixture = engine_fixture_new (SERVER_TAKES, NULL);
  call_start (&call, fixture, NULL);
  g_assert_true (call.context == context);
  report = call_wait (&call);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpstr (fixture->events->str, ==, "started account; ended 0");
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* T-166 */
static void
test_two_engines_in_two_threads (void)
{
  GThread *first = g_thread_new ("first", send_in_own_context, NULL);
  GThread *second = g_thread_new ("second", send_in_own_context, NULL);

  g_thread_join (first);
  g_thread_join (second);
  g_assert_false (g_main_context_pending (NULL));
}

static void
test_two_calls_of_one_engine (void)
{
  g_autoptr(EngineFixture) fixture
      = engine_fixture_new (SERVER_TAKES "---\n" SERVER_TAKES, NULL);
  Call first = { NULL };
  Call second = { NULL };
  g_autoptr(SendpathReport) first_report = NULL;
  g_autoptr(SendpathReport) second_report = NULL;

  call_start (&first, fixture, NULL);
  call_start (&second, fixture, NULL);
  first_report = call_wait (&first);
  second_report = call_wait (&second);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (first_report, SENDPATH_OUTCOME_SENT, "accepted");
  engine_fixture_assert_outcome (second_report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, 2);
}

/* The engine lives as long as its call. */
static void
test_engine_dropped_meanwhile (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new ("!hold\n" SERVER_TAKES, NULL);
  Call call = { NULL };
  g_autoptr(SendpathReport) report = NULL;

  call_start (&call, fixture, NULL);
  scripted_server_wait_for_hold (fixture->server);
  g_clear_object (&fixture->engine);
  scripted_server_let_go (fixture->server);
  report = call_wait (&call);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
}

static void
assert_named_once (const char *json, const char *words)
{
  const char *found = strstr (json, words);

  g_assert_nonnull (found);
  g_assert_null (strstr (found + 1, words));
}

/* T-152, P-14: before the final dot the machine is on another network: the connection is dropped, and
 * the message leaves as it can from there, once. */
static void
test_network_changes_before_the_dot (void)
{
  const char *const addresses[] = { "198.51.100.7/24", NULL };
  g_autoptr(SendpathNetwork) other = sendpath_network_new_for_facts (NULL, NULL, addresses);
  g_autoptr(ScriptedServer) relay = scripted_server_new (SERVER_TAKES, SCRIPTED_SERVER_NO_CUT);
  g_autofree char *keys = g_strdup_printf ("auth = none\n[location work]\nsecurity = none\n"
                                           "network = 198.51.100.0/24\nsmtp = 127.0.0.1:%u\n",
                                           scripted_server_get_port (relay));
  g_autoptr(EngineFixture) fixture = engine_fixture_new (
      ASKS_RCPT "!hold\n---\n" SERVER_GREETS "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\n"
                "S: 550 5.7.1 Relaying denied\n",
      keys);
  g_autofree char *json = NULL;
  Call call = { NULL };
  g_autoptr(SendpathReport) report = NULL;

  call_start (&call, fixture, NULL);
  scripted_server_wait_for_hold (fixture->server);
  g_object_set (fixture->engine, "network", other, NULL);
  scripted_server_let_go (fixture->server);
  report = call_wait (&call);
  scripted_server_assert_played (fixture->server);
  scripted_server_assert_played (relay);
  g_assert_cmpuint (scripted_server_count_bodies (relay), ==, 1);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  json = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);
  g_assert_nonnull (strstr (json, "\"location\":\"work\""));
  g_assert_nonnull (strstr (json, sendpath_network_get_id (other)));
  assert_named_once (json, "\"rule\":\"network-changed\"");
  assert_named_once (json, "\"text\":\"the network changed before the message left\"");
  g_assert_null (strstr (json, "cancelled"));
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

/* After it, a call goes on with the network and the location that were there when it began. */
static void
test_network_changes_meanwhile (void)
{
  const char *const addresses[] = { "198.51.100.7/24", NULL };
  g_autoptr(SendpathNetwork) other = sendpath_network_new_for_facts (NULL, NULL, addresses);
  g_autoptr(EngineFixture) fixture
      = engine_fixture_new (SERVER_ASKS "C: <data>\n!hold\n" TAKES_LATE, "auth = none\n[location work]\n"
                                                    "network = 192.0.2.0/24\nsmtp = 127.0.0.1\n");
  g_autofree char *key = g_strdup_printf (
      "home@%s", sendpath_network_get_id (sendpath_engine_get_network (fixture->engine)));
  g_autofree char *json = NULL;
  g_autofree char *learned = NULL;
  g_autoptr(Memory) memory = NULL;
  Call call = { NULL };
  g_autoptr(SendpathReport) report = NULL;

  call_start (&call, fixture, NULL);
  scripted_server_wait_for_hold (fixture->server);
  g_object_set (fixture->engine, "network", other, "location", "nowhere", NULL);
  scripted_server_let_go (fixture->server);
  report = call_wait (&call);
  json = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);
  g_assert_nonnull (strstr (json, "\"location\":\"work\""));
  memory = memory_new (fixture->dir);
  learned = memory_get (memory, "route", key, g_get_real_time () / G_USEC_PER_SEC, 0);
  g_assert_nonnull (learned);
}

static void
on_error (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;

  call->n_calls++;
  g_assert_null (sendpath_engine_send_finish (SENDPATH_ENGINE (source), result, &call->error));
}

static void
test_error_comes_by_the_callback (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");
  Call call = { NULL };

  sendpath_engine_send_async (fixture->engine, message, "work", NULL, on_error, &call);
  while (call.n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (call.error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
  g_clear_error (&call.error);
}

typedef struct {
  GPtrArray      *flushed;
  SendpathReport *delivered;
  GError         *error;
} Results;

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer data)
{
  Results *results = data;

  results->flushed
      = sendpath_engine_flush_finish (SENDPATH_ENGINE (source), result, &results->error);
}

static void
on_delivered (GObject *source, GAsyncResult *result, gpointer data)
{
  Results *results = data;

  results->delivered
      = sendpath_engine_deliver_finish (SENDPATH_ENGINE (source), result, &results->error);
}

static void
test_deliver_and_flush (void)
{
  g_autoptr(EngineFixture) fixture
      = engine_fixture_new (SERVER_TAKES "---\n" SERVER_TAKES, NULL);
  g_autofree char *first = engine_fixture_submit (fixture);
  g_autofree char *second = engine_fixture_submit (fixture);
  Results results = { NULL };

  sendpath_engine_deliver_async (fixture->engine, second, NULL, on_delivered, &results);
  while (results.delivered == NULL && results.error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (results.error);
  g_assert_cmpstr (sendpath_report_get_id (results.delivered), ==, second);

  sendpath_engine_flush_async (fixture->engine, NULL, on_flushed, &results);
  while (results.flushed == NULL && results.error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (results.error);
  g_assert_cmpuint (results.flushed->len, ==, 1);
  g_assert_cmpstr (sendpath_report_get_id (results.flushed->pdata[0]), ==, first);
  scripted_server_assert_played (fixture->server);
  g_ptr_array_unref (results.flushed);
  sendpath_report_unref (results.delivered);
}

/* Flushes until the server holds, says that the machine is on @network now, and gives the one report. */
static SendpathReport *
flush_and_move (EngineFixture *fixture, SendpathNetwork *network)
{
  g_autofree char *id = engine_fixture_submit (fixture);
  Results results = { NULL };
  SendpathReport *report;

  sendpath_engine_flush_async (fixture->engine, NULL, on_flushed, &results);
  scripted_server_wait_for_hold (fixture->server);
  g_object_set (fixture->engine, "network", network, NULL);
  scripted_server_let_go (fixture->server);
  while (results.flushed == NULL && results.error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (results.error);
  g_assert_cmpuint (results.flushed->len, ==, 1);
  report = sendpath_report_ref (results.flushed->pdata[0]);
  g_assert_cmpstr (sendpath_report_get_id (report), ==, id);
  g_ptr_array_unref (results.flushed);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  return report;
}

/* P-14 for what goes through the outbox: the same flush tries again from where the machine is now. */
static void
test_network_changes_in_a_flush (void)
{
  const char *const addresses[] = { "198.51.100.7/24", NULL };
  g_autoptr(SendpathNetwork) other = sendpath_network_new_for_facts (NULL, NULL, addresses);
  g_autoptr(EngineFixture) fixture
      = engine_fixture_new (ASKS_RCPT "!hold\n---\n" SERVER_TAKES, NULL);
  g_autoptr(SendpathReport) report = flush_and_move (fixture, other);
  g_autofree char *json = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);

  g_assert_nonnull (strstr (json, sendpath_network_get_id (other)));
}

/* A tunnel that comes up breaks nothing off. */
static void
test_address_added_in_a_flush (void)
{
  const char *const addresses[] = { "192.0.2.7/24", "198.51.100.7/24", NULL };
  g_autoptr(SendpathNetwork) more = sendpath_network_new_for_facts (NULL, NULL, addresses);
  g_autoptr(EngineFixture) fixture = engine_fixture_new ("!hold\n" SERVER_TAKES, NULL);
  g_autoptr(SendpathReport) report = flush_and_move (fixture, more);

  g_assert_cmpuint (sendpath_report_get_n_attempts (report), ==, 1);
}

/* ---- answers that come later ----------------------------------------------------------------- */

typedef enum { ANSWER, DECLINE, DROP, CANCEL } Manner;

typedef struct {
  Manner           manner;
  gboolean         in_thread;
  SendpathRequest *request; /* kept until it is answered */
  GThread         *thread;
  GCancellable    *cancellable;
  guint            n_asked;
} Person;

static gboolean
decide (gpointer data)
{
  Person *person = data;

  if (person->manner == ANSWER)
    sendpath_request_answer (person->request, FIXTURE_SECRET);
  else if (person->manner == DECLINE)
    sendpath_request_decline (person->request);
  else if (person->manner == CANCEL)
    g_cancellable_cancel (person->cancellable);
  if (person->manner != CANCEL)
    g_clear_object (&person->request);
  return G_SOURCE_REMOVE;
}

static gpointer
decide_elsewhere (gpointer data)
{
  decide (data);
  return NULL;
}

static gboolean
on_request (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  Person *person = data;

  person->n_asked++;
  person->request = g_object_ref (request);
  if (person->in_thread)
    person->thread = g_thread_new ("person", decide_elsewhere, person);
  else
    g_idle_add (decide, person);
  return TRUE;
}

static SendpathReport *
send_with (EngineFixture *fixture, Person *person)
{
  Call call = { NULL };
  SendpathReport *report;

  g_signal_connect (fixture->engine, "request", G_CALLBACK (on_request), person);
  call_start (&call, fixture, person->cancellable);
  report = call_wait (&call);
  g_clear_pointer (&person->thread, g_thread_join);
  g_assert_cmpuint (person->n_asked, ==, 1);
  return report;
}

static void
test_answered_later (gconstpointer data)
{
  Person person = { .manner = ANSWER, .in_thread = data != NULL };
  g_autoptr(EngineFixture) fixture
      = engine_fixture_new (SERVER_WANTS_LOGIN SERVER_LOGS_IN SERVER_TAKES_MORE, LOGIN_KEYS);
  g_autoptr(SendpathReport) report = send_with (fixture, &person);

  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
}

/* No answer is the safe answer; so is a cancel, after which an answer means nothing. */
static void
test_not_answered (gconstpointer data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Person person = { .manner = GPOINTER_TO_INT (data), .cancellable = cancellable };
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_WANTS_LOGIN, LOGIN_KEYS);
  g_autoptr(SendpathReport) report = send_with (fixture, &person);

  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 1);
  if (person.manner != CANCEL)
    g_assert_cmpstr (sendpath_report_get_needs (report), ==, "password");
  else
    sendpath_request_answer (person.request, FIXTURE_SECRET);
  g_clear_object (&person.request);
}

/* ---- cancelled ------------------------------------------------------------------------------- */

typedef struct {
  GCancellable *cancellable;
  guint         lines_left;
} Impatience;

static void
cancel_at_line (SendpathEngine *engine, const char *line, gpointer data)
{
  Impatience *impatience = data;

  if (impatience->lines_left > 0 && --impatience->lines_left == 0)
    g_cancellable_cancel (impatience->cancellable);
}

/* What waits after a cancel leaves the next day, once; what is uncertain stays, and is not sent again
 * before its time. */
static void
assert_next_day (EngineFixture *fixture, SendpathOutcome outcome)
{
  gboolean waits = outcome == SENDPATH_OUTCOME_QUEUED;
  g_autoptr(GPtrArray) reports = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==,
                    outcome == SENDPATH_OUTCOME_SENT ? 0 : 1);
  engine_fixture_use_server (fixture, SERVER_TAKES);
  reports = sendpath_engine_flush (fixture->engine, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reports->len, ==, waits ? 1 : 0);
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, waits ? 1 : 0);
}

/* T-165: cancelled at a line that is said or heard; TRUE if the send was over before it. */
static gboolean
cancel_at (guint line)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Impatience impatience = { cancellable, line };
  g_autoptr(SendpathReport) report = NULL;
  SendpathOutcome outcome;
  guint n_bodies;

  g_signal_connect (fixture->engine, "trace", G_CALLBACK (cancel_at_line), &impatience);
  report = engine_fixture_send (fixture, cancellable);
  outcome = sendpath_report_get_outcome (report);
  n_bodies = scripted_server_count_bodies (fixture->server);
  g_test_message ("cancelled at line %u: %s", line, sendpath_outcome_to_string (outcome));
  if (outcome == SENDPATH_OUTCOME_SENT)
    g_assert_cmpuint (n_bodies, ==, 1);
  else if (outcome == SENDPATH_OUTCOME_QUEUED)
    g_assert_cmpuint (n_bodies, ==, 0);
  else
    g_assert_cmpint (outcome, ==, SENDPATH_OUTCOME_UNCERTAIN);
  assert_next_day (fixture, outcome);
  return impatience.lines_left > 0;
}

static void
test_cancelled_everywhere (void)
{
  guint line = 1;

  while (!cancel_at (line))
    line++;
  g_assert_cmpuint (line, >, 10); /* the dialogue was seen */
}

static void
test_cancelled_before (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(SendpathReport) report = NULL;

  g_cancellable_cancel (cancellable);
  report = engine_fixture_send (fixture, cancellable);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, 0);
  assert_next_day (fixture, SENDPATH_OUTCOME_QUEUED);
}

/* T-165: cancelled while the server says nothing at that place. */
static void
test_cancelled_while_waiting (gconstpointer data)
{
  g_autofree char *dialogue = g_strconcat (data, "!hold\n!wait\n", NULL);
  g_autoptr(EngineFixture) fixture = engine_fixture_new (dialogue, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Call call = { NULL };
  g_autoptr(SendpathReport) report = NULL;

  call_start (&call, fixture, cancellable);
  scripted_server_wait_for_hold (fixture->server);
  scripted_server_let_go (fixture->server);
  g_cancellable_cancel (cancellable);
  report = call_wait (&call);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, 0);
  assert_next_day (fixture, SENDPATH_OUTCOME_QUEUED);
}

/* After the dot the reply is waited for; without one it is uncertain, and not sent again. */
static void
test_cancelled_after_the_dot (gconstpointer data)
{
  gboolean answers = data != NULL;
  g_autofree char *dialogue
      = g_strconcat (SERVER_ASKS "C: <data>\n!hold\n", answers ? data : "!cut\n", NULL);
  g_autoptr(EngineFixture) fixture = engine_fixture_new (dialogue, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  SendpathOutcome outcome = answers ? SENDPATH_OUTCOME_SENT : SENDPATH_OUTCOME_UNCERTAIN;
  Call call = { NULL };
  g_autoptr(SendpathReport) report = NULL;

  call_start (&call, fixture, cancellable);
  scripted_server_wait_for_hold (fixture->server);
  g_cancellable_cancel (cancellable);
  scripted_server_let_go (fixture->server);
  report = call_wait (&call);
  engine_fixture_assert_outcome (report, outcome, answers ? "accepted" : "uncertain");
  assert_next_day (fixture, outcome);
}

/* The messages that a cancelled flush did not come to are as they were. */
static void
test_cancelled_flush (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_GREETS "!hold\n!wait\n", NULL);
  g_autofree char *first = engine_fixture_submit (fixture);
  g_autofree char *second = engine_fixture_submit (fixture);
  g_autoptr(SendpathReport) untouched = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Results results = { NULL };

  sendpath_engine_flush_async (fixture->engine, cancellable, on_flushed, &results);
  scripted_server_wait_for_hold (fixture->server);
  scripted_server_let_go (fixture->server);
  g_cancellable_cancel (cancellable);
  while (results.flushed == NULL && results.error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (results.error);
  g_assert_cmpuint (results.flushed->len, ==, 1);
  g_assert_cmpstr (sendpath_report_get_id (results.flushed->pdata[0]), ==, first);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 2);
  untouched = sendpath_engine_show (fixture->engine, second, NULL);
  g_assert_cmpuint (sendpath_report_get_n_attempts (untouched), ==, 0);
  g_ptr_array_unref (results.flushed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine-async/sent-is-reported", test_sent);
  g_test_add_func ("/engine-async/nothing-arrives-before-the-loop-runs",
                   test_nothing_arrives_before_the_loop_runs);
  g_test_add_func ("/engine-async/two-engines-in-two-threads", test_two_engines_in_two_threads);
  g_test_add_func ("/engine-async/two-calls-of-one-engine", test_two_calls_of_one_engine);
  g_test_add_func ("/engine-async/engine-lives-as-long-as-its-call", test_engine_dropped_meanwhile);
  g_test_add_func ("/engine-async/P-14-network-changes-in-a-flush",
                   test_network_changes_in_a_flush);
  g_test_add_func ("/engine-async/P-14-an-address-more-in-a-flush", test_address_added_in_a_flush);
  g_test_add_func ("/engine-async/T-152-network-changes-before-the-dot",
                   test_network_changes_before_the_dot);
  g_test_add_func ("/engine-async/network-may-change-after-the-dot",
                   test_network_changes_meanwhile);
  g_test_add_func ("/engine-async/error-comes-by-the-callback", test_error_comes_by_the_callback);
  g_test_add_func ("/engine-async/deliver-and-flush", test_deliver_and_flush);
  g_test_add_data_func ("/engine-async/request/answered-later", NULL, test_answered_later);
  g_test_add_data_func ("/engine-async/request/answered-by-another-thread", "in a thread",
                        test_answered_later);
  g_test_add_data_func ("/engine-async/request/declined-later", GINT_TO_POINTER (DECLINE),
                        test_not_answered);
  g_test_add_data_func ("/engine-async/request/dropped-later", GINT_TO_POINTER (DROP),
                        test_not_answered);
  g_test_add_data_func ("/engine-async/request/cancelled", GINT_TO_POINTER (CANCEL),
                        test_not_answered);
  g_test_add_func ("/engine-async/cancel/at-every-line", test_cancelled_everywhere);
  g_test_add_func ("/engine-async/cancel/before-it-begins", test_cancelled_before);
  g_test_add_data_func ("/engine-async/cancel/before-the-greeting", "",
                        test_cancelled_while_waiting);
  g_test_add_data_func ("/engine-async/cancel/between-recipients", ASKS_RCPT,
                        test_cancelled_while_waiting);
  g_test_add_data_func ("/engine-async/cancel/before-the-content", ASKS_RCPT "S: 250 ok\nC: DATA\n",
                        test_cancelled_while_waiting);
  g_test_add_data_func ("/engine-async/cancel/after-the-dot", TAKES_LATE,
                        test_cancelled_after_the_dot);
  g_test_add_data_func ("/engine-async/cancel/after-the-dot-and-cut", NULL,
                        test_cancelled_after_the_dot);
  g_test_add_func ("/engine-async/cancel/flush", test_cancelled_flush);
  return g_test_run ();
}
