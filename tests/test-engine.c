/* SendpathEngine, the calls that block: what comes back, what stays in the outbox, what is told on
 * the way. */
#include "config.h"

#include "sendpath/engine.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/outbox.h"
#include "tests/lib/engine-fixture.h"
#include "tests/lib/fake-resolver.h"

#define SECRET_BASE64 "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5" /* of FIXTURE_SECRET alone */

/* ---- results --------------------------------------------------------------------------------- */

static void
test_sent (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr(SendpathReport) report = engine_fixture_send (fixture, NULL);
  g_autofree char *summary = sendpath_report_dup_summary (report);

  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpstr (sendpath_report_get_recipient (report, 0), ==, "someone@adatum.com");
  g_assert_cmpuint (sendpath_report_get_code (report, 0), ==, 250);
  g_assert_true (g_str_has_suffix (sendpath_report_get_text (report, 0), "queued"));
  g_assert_cmpstr (sendpath_report_get_account (report), ==, "home");
  g_assert_cmpstr (sendpath_report_get_subject (report), ==, "Lunch");
  g_assert_null (sendpath_report_get_reason (report));
  g_assert_nonnull (strstr (summary, "someone@adatum.com"));
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, 1);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

/* A refusal is a result, not an error; a copy stays until the user removes it (P-2). */
static void
test_refused (void)
{
  g_autoptr(EngineFixture) fixture
      = engine_fixture_new (SERVER_GREETS "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\n"
                                          "S: 550 5.1.1 <someone@adatum.com>: no such user here\n",
                            NULL);
  g_autoptr(SendpathReport) report = engine_fixture_send (fixture, NULL);
  g_autoptr(SendpathReport) shown = NULL;
  g_autoptr(GError) error = NULL;

  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_FAILED, "recipient-unknown");
  g_assert_cmpuint (sendpath_report_get_code (report, 0), ==, 550);
  g_assert_nonnull (strstr (sendpath_report_get_text (report, 0), "no such user here"));
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);

  shown = sendpath_engine_show (fixture->engine, sendpath_report_get_id (report), &error);
  g_assert_no_error (error);
  engine_fixture_assert_outcome (shown, SENDPATH_OUTCOME_FAILED, "recipient-unknown");
}

static void
test_nobody_listens (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathReport) report = engine_fixture_send (fixture, NULL);
  g_autoptr(GPtrArray) reports = NULL;
  g_autoptr(GError) error = NULL;

  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_QUEUED, "unreachable");
  g_assert_nonnull (sendpath_report_get_reason (report));
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 1);

  engine_fixture_use_server (fixture, SERVER_TAKES);
  reports = sendpath_engine_flush (fixture->engine, NULL, &error);
  g_assert_no_error (error);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (reports->len, ==, 1);
  engine_fixture_assert_outcome (reports->pdata[0], SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

static void
test_error_domain (void)
{
  g_assert_cmpstr (g_quark_to_string (SENDPATH_ERROR), ==, "sendpath-error-quark");
}

/* ---- signals --------------------------------------------------------------------------------- */

static void
test_attempts_are_told (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr(SendpathReport) report = engine_fixture_send (fixture, NULL);

  g_assert_cmpuint (sendpath_report_get_n_attempts (report), ==, 1);
  g_assert_cmpstr (fixture->events->str, ==, "started account; ended 0");
}

/* R-7, T-049: the dialogue is told, the secret is not. */
static void
test_trace_has_no_secret (gconstpointer data)
{
  const char *login = data;
  g_autofree char *dialogue
      = g_strconcat ("S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\n", login,
                     "S: 235 2.7.0 welcome\n" SERVER_TAKES_MORE, NULL);
  g_autoptr(EngineFixture) fixture = engine_fixture_new (
      dialogue, LOGIN_KEYS "secret-command = printf %s " FIXTURE_SECRET "\n");
  g_autoptr(SendpathReport) report = engine_fixture_send (fixture, NULL);
  g_autofree char *json = sendpath_report_to_json (report, SENDPATH_REPORT_QUEUE_SHOW);
  const char *trace = fixture->trace->str;

  scripted_server_assert_played (fixture->server);
  g_assert_true (scripted_server_has_received (fixture->server, FIXTURE_SECRET));
  g_assert_nonnull (strstr (trace, "-> AUTH "));
  g_assert_nonnull (strstr (trace, "<- 235 2.7.0 welcome\n"));
  g_assert_nonnull (strstr (trace, "-> RCPT TO:<someone@adatum.com>"));
  for (guint offset = 0; offset < 3; offset++)
    {
      g_autofree char *padded = g_strconcat (&"xx"[2 - offset], FIXTURE_SECRET, NULL);
      g_autofree char *base64 = g_base64_encode ((const guchar *) padded, strlen (padded));

      base64[strlen (base64) - 4] = '\0';
      g_assert_null (strstr (trace, base64 + 4));
      g_assert_null (strstr (json, base64 + 4));
    }
  g_assert_null (strstr (trace, SECRET_BASE64));
  g_assert_null (strstr (trace, FIXTURE_SECRET));
  g_assert_null (strstr (json, FIXTURE_SECRET));
}

/* ---- questions ------------------------------------------------------------------------------- */

typedef enum { NOBODY, ANSWER, DECLINE, LEAVE_IT, DROP, ANSWER_ELSEWHERE } Manner;

typedef struct {
  Manner manner;
  guint  n_asked;
  GThread *thread;
} Person;

static gpointer
answer (gpointer data)
{
  g_autoptr(SendpathRequest) request = data;

  sendpath_request_answer (request, FIXTURE_SECRET);
  return NULL;
}

static gboolean
on_request (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  Person *person = data;

  person->n_asked++;
  g_assert_cmpstr (sendpath_request_get_account (request), ==, "home");
  g_assert_cmpstr (sendpath_request_get_server (request), ==, "127.0.0.1");
  g_assert_cmpstr (sendpath_request_get_user (request), ==, "terri");
  g_assert_nonnull (strstr (sendpath_request_get_text (request), "terri"));
  switch (person->manner)
    {
    case NOBODY:
      break;
    case ANSWER:
      sendpath_request_answer (request, FIXTURE_SECRET);
      sendpath_request_answer (request, "only the first answer counts");
      return TRUE;
    case DECLINE:
      sendpath_request_decline (request);
      return TRUE;
    case LEAVE_IT:
      return FALSE;
    case DROP:
      return TRUE; /* and nobody keeps it */
    case ANSWER_ELSEWHERE:
      person->thread = g_thread_new ("person", answer, g_object_ref (request));
      return TRUE;
    }
  g_assert_not_reached ();
}

/* The credential is asked for once the server wants it, and used in the same connection. */
static void
test_answered (gconstpointer data)
{
  Person person = { .manner = GPOINTER_TO_INT (data) };
  g_autoptr(EngineFixture) fixture
      = engine_fixture_new (SERVER_WANTS_LOGIN SERVER_LOGS_IN SERVER_TAKES_MORE, LOGIN_KEYS);
  g_autoptr(SendpathReport) report = NULL;

  g_signal_connect (fixture->engine, "request", G_CALLBACK (on_request), &person);
  report = engine_fixture_send (fixture, NULL);
  g_clear_pointer (&person.thread, g_thread_join);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (person.n_asked, ==, 1);
  g_assert_true (scripted_server_has_received (fixture->server, FIXTURE_SECRET));
}

/* R-8: nobody answers, which is the safe answer: the message waits for a password. */
static void
test_not_answered (gconstpointer data)
{
  Person person = { .manner = GPOINTER_TO_INT (data) };
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_WANTS_LOGIN, LOGIN_KEYS);
  g_autoptr(SendpathReport) report = NULL;

  if (person.manner != NOBODY)
    g_signal_connect (fixture->engine, "request", G_CALLBACK (on_request), &person);
  report = engine_fixture_send (fixture, NULL);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpstr (sendpath_report_get_needs (report), ==, "password");
  g_assert_cmpuint (person.n_asked, ==, person.manner == NOBODY ? 0 : 1);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 1);
}

/* ---- coming in ------------------------------------------------------------------------------- */

static void
assert_not_submitted (EngineFixture *fixture, SendpathMessage *message, const char *account,
                      GQuark domain, int code)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *id
      = sendpath_engine_submit (fixture->engine, message, account, NULL, &error);

  g_assert_error (error, domain, code);
  g_assert_null (id);
  g_assert_cmpuint (strlen (error->message), >, 0);
}

/* R-40, T-123 */
static void
test_unsafe_outbox (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");

  g_assert_cmpint (g_mkdir (fixture->outbox, 0700), ==, 0);
  g_assert_cmpint (g_chmod (fixture->outbox, 0777), ==, 0);
  assert_not_submitted (fixture, message, NULL, SENDPATH_ERROR, SENDPATH_ERROR_OUTBOX_UNSAFE);
  g_assert_cmpint (g_rmdir (fixture->outbox), ==, 0); /* it is still empty */
}

static void
test_outbox_cannot_be_made (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (fixture->engine);
  g_autoptr(SendpathEngine) engine = g_object_new (
      SENDPATH_TYPE_ENGINE, "profiles", profiles, "outbox-dir", "/proc/nowhere/outbox", NULL);

  g_set_object (&fixture->engine, engine);
  assert_not_submitted (fixture, message, NULL, SENDPATH_ERROR,
                        SENDPATH_ERROR_OUTBOX_CANNOT_CREATE);
}

/* Where neither From: nor sender decides, the place does. */
static void
test_account_of_the_location (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (
      NULL, "[account other]\naddress = terri@example.org\nsmtp = mail.example.org\n"
            "[location work]\nnetwork = 203.0.113.0/24\naccount = other\n");
  g_autoptr(SendpathMessage) message =
      engine_fixture_new_message ("From: somebody@example.net\n\nx\n", "someone@adatum.com");
  static const struct {
    const char *location, *account;
  } rows[] = { { NULL, "home" }, { "work", "other" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *id = NULL;
      g_autoptr(SendpathReport) report = NULL;

      g_object_set (fixture->engine, "location", rows[i].location, NULL);
      id = sendpath_engine_submit (fixture->engine, message, NULL, NULL, &error);
      g_assert_no_error (error);
      report = sendpath_engine_show (fixture->engine, id, &error);
      g_assert_cmpstr (sendpath_report_get_account (report), ==, rows[i].account);
    }
}

static void
test_no_such_account (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");

  assert_not_submitted (fixture, message, "work", SENDPATH_PROFILE_ERROR,
                        SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

static void
test_no_account_at_all (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathProfileStore) empty = sendpath_profile_store_new ("/nowhere/sendpath.conf");
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");

  g_clear_object (&fixture->engine);
  fixture->engine = g_object_new (SENDPATH_TYPE_ENGINE, "profiles", empty, "outbox-dir",
                                  fixture->outbox, "state-dir", fixture->dir, NULL);
  assert_not_submitted (fixture, message, NULL, SENDPATH_PROFILE_ERROR,
                        SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
}

/* P-4: what cannot be used is not kept, and nobody gets it. */
static void
test_unusable_message (void)
{
  static const char *const texts[] = {
    "From: terri@proseware.com\nSubject: for nobody\n\nNoon?\n",
    "From: terri@proseware.com\nTo: someone@adatum.com, <broken\n\nNoon?\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
      g_autoptr(GBytes) bytes = g_bytes_new_static (texts[i], strlen (texts[i]));
      g_autoptr(GError) error = NULL;
      g_autoptr(SendpathMessage) message
          = sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER,
                                             &error);

      g_assert_no_error (error);
      assert_not_submitted (fixture, message, NULL, SENDPATH_ERROR, SENDPATH_ERROR_MESSAGE);
      g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
      g_assert_cmpuint (scripted_server_count_connections (fixture->server), ==, 0);
    }
}

/* R-45: kept with the reason while the profiles cannot be loaded, sent when they can. */
static void
test_held (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");
  g_autoptr(SendpathProfileStore) broken = sendpath_profile_store_new ("/nowhere/sendpath.conf");
  g_autoptr(SendpathEngine) engine
      = g_object_new (SENDPATH_TYPE_ENGINE, "profiles", broken, "outbox-dir", fixture->outbox,
                      "state-dir", fixture->dir, NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *id
      = sendpath_engine_submit (engine, message, NULL, "sendpath.conf:3: what is this", &error);
  g_autoptr(SendpathReport) waiting = NULL;
  g_autoptr(SendpathReport) sent = NULL;

  g_assert_no_error (error);
  waiting = sendpath_engine_show (engine, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sendpath_report_get_outcome (waiting), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpstr (sendpath_report_get_reason (waiting), ==, "sendpath.conf:3: what is this");
  g_assert_null (sendpath_report_get_account (waiting));

  sent = sendpath_engine_deliver (fixture->engine, id, NULL, &error);
  g_assert_no_error (error);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (sent, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpstr (sendpath_report_get_account (sent), ==, "home");
}

#define N_TOGETHER 20

typedef struct {
  EngineFixture *fixture;
  SendpathMessage *message;
} Together;

static gpointer
submit_together (gpointer data)
{
  const Together *together = data;

  for (guint i = 0; i < N_TOGETHER; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *id G_GNUC_UNUSED = sendpath_engine_submit (
          together->fixture->engine, together->message, NULL, NULL, &error);

      g_assert_no_error (error);
    }
  return NULL;
}

/* A message is only read, so whoever has it may submit it whenever they like. */
static void
test_one_message_in_several_threads (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");
  Together together = { fixture, message };
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submit", submit_together, &together);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==,
                    N_TOGETHER * G_N_ELEMENTS (threads));
}

/* ---- the outbox ------------------------------------------------------------------------------ */

static void
test_list_show_remove (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autofree char *first = engine_fixture_submit (fixture);
  g_autofree char *second = engine_fixture_submit (fixture);
  g_autofree char *beginning = g_strndup (second, 12);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) reports = sendpath_engine_list_queue (fixture->engine, &error);
  g_autoptr(SendpathReport) shown = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (reports->len, ==, 2);
  g_assert_cmpstr (sendpath_report_get_id (reports->pdata[0]), ==, first);
  g_assert_cmpstr (sendpath_report_get_id (reports->pdata[1]), ==, second);
  g_assert_cmpuint (strlen (first), ==, 32);

  shown = sendpath_engine_show (fixture->engine, beginning, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_report_get_id (shown), ==, second);
  g_assert_cmpuint (sendpath_report_get_size_bytes (shown), >, strlen (FIXTURE_TEXT));
  g_assert_cmpint (sendpath_report_get_queued_at (shown), >, 0);

  g_assert_true (sendpath_engine_remove (fixture->engine, beginning, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 1);
  g_assert_null (sendpath_engine_show (fixture->engine, second, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (sendpath_engine_remove (fixture->engine, second, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (sendpath_engine_deliver (fixture->engine, second, NULL, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
}

static void
damage (EngineFixture *fixture, const char *id)
{
  g_autofree char *file = g_strconcat (id, ".message", NULL);
  g_autofree char *path = g_build_filename (fixture->outbox, "queue", file, NULL);
  struct stat facts;

  g_assert_cmpint (stat (path, &facts), ==, 0);
  g_assert_cmpint (truncate (path, facts.st_size / 2), ==, 0);
}

/* P-2, T-120: what is damaged is set aside and blocks nobody. */
static void
test_flush_with_a_damaged_one (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autofree char *damaged = engine_fixture_submit (fixture);
  g_autofree char *good = engine_fixture_submit (fixture);
  g_autofree char *corrupt = g_build_filename (fixture->outbox, "corrupt", NULL);
  g_autoptr(GPtrArray) reports = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = NULL;

  damage (fixture, damaged);
  reports = sendpath_engine_flush (fixture->engine, NULL, &error);
  g_assert_no_error (error);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (reports->len, ==, 1);
  g_assert_cmpstr (sendpath_report_get_id (reports->pdata[0]), ==, good);
  engine_fixture_assert_outcome (reports->pdata[0], SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
  dir = g_dir_open (corrupt, 0, NULL);
  g_assert_true (g_str_has_prefix (g_dir_read_name (dir), damaged));
}

typedef enum { BY_LIST, BY_FLUSH } Finder;

/* P-2: as is one whose envelope is whole, but not its journal. */
static void
test_damaged_journal (gconstpointer data)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autofree char *id = engine_fixture_submit (fixture);
  g_autofree char *file = g_strconcat (id, ".journal", NULL);
  g_autofree char *path = g_build_filename (fixture->outbox, "queue", file, NULL);
  g_autoptr(GPtrArray) reports = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) damaged = NULL;

  g_file_set_contents (path, "what is this\n{\"event\":\"state\"}\n", -1, &error);
  g_assert_no_error (error);
  reports = GPOINTER_TO_INT (data) == BY_LIST
                ? sendpath_engine_list_queue (fixture->engine, &error)
                : sendpath_engine_flush (fixture->engine, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reports->len, ==, 0);
  damaged = sendpath_engine_list_damaged (fixture->engine, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (damaged, ((const char *const[]) { id, NULL }));
}

/* P-7: what another process sends just now is neither sent twice nor passed over in silence. */
static void
test_flush_with_a_busy_one (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autofree char *busy = engine_fixture_submit (fixture);
  g_autofree char *good G_GNUC_UNUSED = engine_fixture_submit (fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(Outbox) outbox = outbox_open (fixture->outbox, &error);
  g_autoptr(OutboxEntry) taken G_GNUC_UNUSED = outbox_take (outbox, busy, &error);
  g_autoptr(GPtrArray) reports = sendpath_engine_flush (fixture->engine, NULL, &error);

  g_assert_no_error (error);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (reports->len, ==, 2);
  g_assert_cmpstr (sendpath_report_get_id (reports->pdata[0]), ==, busy);
  g_assert_cmpint (sendpath_report_get_outcome (reports->pdata[0]), ==, SENDPATH_OUTCOME_QUEUED);
  engine_fixture_assert_outcome (reports->pdata[1], SENDPATH_OUTCOME_SENT, "accepted");
}

static void
test_damaged_one_alone (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autofree char *id = engine_fixture_submit (fixture);
  g_autoptr(GError) error = NULL;

  damage (fixture, id);
  g_assert_null (sendpath_engine_deliver (fixture->engine, id, NULL, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_CORRUPT);
  g_assert_cmpuint (scripted_server_count_connections (fixture->server), ==, 0);
}

/* ---- here and now ---------------------------------------------------------------------------- */

static void
test_plan_and_location (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (
      NULL, "auth = none\n[location work]\nnetwork = 192.0.2.0/24\nsmtp = 127.0.0.1\n"
            "[location far]\nnetwork = 198.51.100.0/24\nsmtp = 127.0.0.2\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) routes = sendpath_engine_plan (fixture->engine, NULL, NULL, &error);
  SendpathLocation *here = sendpath_engine_get_current_location (fixture->engine);

  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_location_get_id (here), ==, "work");
  g_assert_cmpint (sendpath_route_get_kind (routes->pdata[0]), ==, SENDPATH_ROUTE_ACCOUNT);
  g_assert_cmpstr (sendpath_route_get_server (routes->pdata[routes->len - 1]), ==, "127.0.0.1");

  g_object_set (fixture->engine, "location", "far", NULL);
  here = sendpath_engine_get_current_location (fixture->engine);
  g_assert_cmpstr (sendpath_location_get_id (here), ==, "far");
  g_clear_pointer (&routes, g_ptr_array_unref);
  routes = sendpath_engine_plan (fixture->engine, "home", NULL, &error);
  g_assert_cmpstr (sendpath_route_get_server (routes->pdata[routes->len - 1]), ==, "127.0.0.2");

  g_clear_pointer (&routes, g_ptr_array_unref);
  routes = sendpath_engine_plan (fixture->engine, "nobody", NULL, &error);
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
}

/* What the From domain publishes is told with the plan, and nothing is learned from it. */
static void
test_plan_and_policy (void)
{
  static const struct {
    const char *from, *rule, *words;
  } rows[] = {
    { NULL, "rewrite", "proseware.com publishes DMARC p=reject, so From: is rewritten" },
    { "terri@example.org", "sender", "example.org publishes SPF -all" },
    { "terri@example.net", "keep", "example.net publishes nothing against it" },
    { "terri@example.com", "keep", "What example.com publishes about its mail is not known" },
  };
  g_autoptr(EngineFixture) fixture = engine_fixture_new (
      NULL, "auth = none\n[location work]\nnetwork = 192.0.2.0/24\nsmtp = 127.0.0.1\n"
            "sender = tchudzik@thephone-company.com\nrewrite-from = yes\n");
  g_autofree char *memory = g_build_filename (fixture->dir, "memory", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) routes
          = sendpath_engine_plan (fixture->engine, "home", rows[i].from, &error);
      const SendpathRoute *relay = routes->pdata[routes->len - 1];

      g_assert_no_error (error);
      g_assert_cmpstr (sendpath_route_get_sender_rule (relay), ==, rows[i].rule);
      g_assert_nonnull (strstr (sendpath_route_get_why (relay), rows[i].words));
      g_assert_cmpstr (sendpath_route_get_sender_rule (routes->pdata[0]), ==, "keep");
    }
  g_assert_false (g_file_test (memory, G_FILE_TEST_EXISTS));
}

static void
on_sigpipe (int number)
{
}

/* T-166: the host's signal handlers, locale, directory and umask are its own. */
static void
test_host_is_left_alone (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autofree char *locale = g_strdup (setlocale (LC_ALL, NULL));
  g_autofree char *before = g_get_current_dir ();
  g_autofree char *after = NULL;
  g_autoptr(SendpathReport) report = NULL;
  struct sigaction handler = { .sa_handler = on_sigpipe };
  struct sigaction now;

  g_type_class_unref (g_type_class_ref (G_TYPE_SOCKET)); /* GIO itself sets it, once */
  sigaction (SIGPIPE, &handler, NULL);
  umask (027);
  report = engine_fixture_send (fixture, NULL);
  sigaction (SIGPIPE, NULL, &now);
  g_assert_true (now.sa_handler == on_sigpipe);
  g_assert_cmpint (umask (022), ==, 027);
  g_assert_cmpstr (setlocale (LC_ALL, NULL), ==, locale);
  after = g_get_current_dir ();
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (prctl (PR_GET_DUMPABLE), ==, 1);
}

#define TELLS_PLAIN "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\n"
#define TELLS_LOGIN                                                                                \
  "S: 250 AUTH LOGIN\nC: AUTH LOGIN*\nS: 334 VXNlcm5hbWU6\nC: *\nS: 334 UGFzc3dvcmQ6\nC: *\n"

static const FakeHost hosts[] = {
  { .host = "_dmarc.proseware.com.", .txt = "v=DMARC1; p=reject" },
  { .host = "example.org.", .txt = "v=spf1 -all" },
  { .host = "example.com.", .txt = "#" },
  { .host = "_dmarc.example.com.", .txt = "#" },
  { .host = NULL },
};

int
main (int argc, char **argv)
{
  g_autoptr(GResolver) resolver = fake_resolver_new (hosts);

  g_test_init (&argc, &argv, NULL);
  g_resolver_set_default (resolver);
  g_test_add_func ("/engine/sent-is-reported", test_sent);
  g_test_add_func ("/engine/refusal-is-a-report", test_refused);
  g_test_add_func ("/engine/nobody-listens-so-it-waits", test_nobody_listens);
  g_test_add_func ("/engine/error-domain-has-its-name", test_error_domain);
  g_test_add_func ("/engine/attempts-are-told", test_attempts_are_told);
  g_test_add_data_func ("/engine/trace-has-no-secret/plain", TELLS_PLAIN, test_trace_has_no_secret);
  g_test_add_data_func ("/engine/trace-has-no-secret/login", TELLS_LOGIN, test_trace_has_no_secret);
  g_test_add_data_func ("/engine/request/answered-at-once", GINT_TO_POINTER (ANSWER),
                        test_answered);
  g_test_add_data_func ("/engine/request/answered-by-another-thread",
                        GINT_TO_POINTER (ANSWER_ELSEWHERE), test_answered);
  g_test_add_data_func ("/engine/request/nobody-is-there", GINT_TO_POINTER (NOBODY),
                        test_not_answered);
  g_test_add_data_func ("/engine/request/declined", GINT_TO_POINTER (DECLINE), test_not_answered);
  g_test_add_data_func ("/engine/request/not-taken", GINT_TO_POINTER (LEAVE_IT), test_not_answered);
  g_test_add_data_func ("/engine/request/dropped", GINT_TO_POINTER (DROP), test_not_answered);
  g_test_add_func ("/engine/submit/unsafe-outbox", test_unsafe_outbox);
  g_test_add_func ("/engine/submit/outbox-cannot-be-made", test_outbox_cannot_be_made);
  g_test_add_func ("/engine/submit/account-of-the-location", test_account_of_the_location);
  g_test_add_func ("/engine/submit/no-such-account", test_no_such_account);
  g_test_add_func ("/engine/submit/no-account-at-all", test_no_account_at_all);
  g_test_add_func ("/engine/submit/unusable-message", test_unusable_message);
  g_test_add_func ("/engine/submit/held-until-the-profiles-are-good", test_held);
  g_test_add_func ("/engine/submit/one-message-in-several-threads",
                   test_one_message_in_several_threads);
  g_test_add_func ("/engine/outbox/list-show-remove", test_list_show_remove);
  g_test_add_func ("/engine/outbox/damaged-one-blocks-nobody", test_flush_with_a_damaged_one);
  g_test_add_data_func ("/engine/outbox/damaged-journal/listed", GINT_TO_POINTER (BY_LIST),
                        test_damaged_journal);
  g_test_add_data_func ("/engine/outbox/damaged-journal/flushed", GINT_TO_POINTER (BY_FLUSH),
                        test_damaged_journal);
  g_test_add_func ("/engine/outbox/busy-one-is-told", test_flush_with_a_busy_one);
  g_test_add_func ("/engine/outbox/damaged-one-is-an-error", test_damaged_one_alone);
  g_test_add_func ("/engine/plan-and-location", test_plan_and_location);
  g_test_add_func ("/engine/plan-says-where-the-sender-rules-start", test_plan_and_policy);
  g_test_add_func ("/engine/host-is-left-alone", test_host_is_left_alone);
  return g_test_run ();
}
