/* What a mail client builds on, seen from outside: accounts that live in the program, messages in
 * three shapes, passwords from its own store, progress, a cancel, a fork. check-python shows the same in
 * another language. */
#include "config.h"

#include <sendpath/sendpath.h>

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/engine-fixture.h"

#define FOR_TWO                                                                                    \
  SERVER_GREETS "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<a@adatum.com>\nS: 250 ok\n"                \
                "C: RCPT TO:<b@adatum.com>\nS: 550 5.1.1 no such user\nC: DATA\nS: 354 go on\n"    \
                "C: <data>\n"
/* With a secret at hand a session logs in before anything else. */
#define OFFERS(mechanism)                                                                          \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 AUTH " mechanism "\n"
#define TAKES_LOGIN OFFERS ("PLAIN") SERVER_LOGS_IN SERVER_TAKES_MORE

/* ---- a program with accounts of its own ------------------------------------------------------ */

static SendpathAccount *
new_account (const char *name, const char *address, const char *const *keys)
{
  SendpathAccount *account = sendpath_account_new (name, address);

  for (; *keys != NULL; keys += 2)
    {
      g_autoptr (GError) error = NULL;

      sendpath_account_set (account, keys[0], keys[1], &error);
      g_assert_no_error (error);
    }
  return account;
}

/* An account `home` at the server of @fixture, in no file. */
static SendpathAccount *
new_home (EngineFixture *fixture, const char *auth)
{
  g_autofree char *server =
      g_strdup_printf ("127.0.0.1:%u", scripted_server_get_port (fixture->server));
  const char *const keys[] = {
    "smtp", server, "security", "none", "auth", auth, "allow-cleartext-login",
    "yes",  "user", "terri",    NULL
  };

  return new_account ("home", "terri@proseware.com", keys);
}

static void
add (SendpathProfileStore *profiles, SendpathAccount *account)
{
  g_autoptr (GError) error = NULL;

  sendpath_profile_store_add_account (profiles, account, &error);
  g_assert_no_error (error);
}

/* The engine of @fixture is replaced by one whose accounts are in no file. */
static SendpathProfileStore *
keep_accounts_in_memory (EngineFixture *fixture, const char *auth)
{
  const char *const addresses[] = { "192.0.2.7/24", NULL };
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new_empty ();
  g_autoptr (SendpathAccount) home = new_home (fixture, auth);
  g_autoptr (SendpathNetwork) network = sendpath_network_new_for_facts (NULL, NULL, addresses);

  add (profiles, home);
  g_clear_object (&fixture->engine);
  fixture->engine =
      g_object_new (SENDPATH_TYPE_ENGINE, "profiles", profiles, "outbox-dir", fixture->outbox,
                    "state-dir", fixture->dir, "network", network, NULL);
  return profiles; /* the engine keeps it */
}

static void
test_accounts_in_code (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autofree char *config = g_build_filename (g_get_user_config_dir (), "sendpath", NULL);
  SendpathProfileStore *profiles = keep_accounts_in_memory (fixture, "none");
  g_autoptr (SendpathReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (sendpath_profile_store_get_path (profiles));
  g_assert_true (sendpath_profile_store_load (profiles, &error));
  g_assert_true (sendpath_profile_store_save (profiles, &error));
  g_assert_false (g_file_test (config, G_FILE_TEST_EXISTS));
  report = engine_fixture_send (fixture, NULL);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpstr (sendpath_report_get_account (report), ==, "home");
}

typedef struct {
  SendpathEngine *engine;
  int fd;
  GCancellable *cancellable;
} Serving;

static gpointer
serve (gpointer data)
{
  const Serving *serving = data;
  g_autoptr (GError) error = NULL;

  sendpath_engine_serve (serving->engine, &serving->fd, 1, NULL, NULL, serving->cancellable, &error);
  g_assert_no_error (error);
  return NULL;
}

static int
listen_at (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_assert_cmpint (bind (fd, (const struct sockaddr *) address, sizeof *address), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  return fd;
}

static void
say (FILE *stream, const char *words, const char *reply)
{
  char line[1000];

  g_assert_cmpint (fputs (words, stream), >=, 0);
  g_assert_cmpint (fflush (stream), ==, 0);
  do
    g_assert_nonnull (fgets (line, sizeof line, stream));
  while (strlen (line) > 3 && line[3] == '-');
  if (!g_str_has_prefix (line, reply))
    g_error ("%s", line);
}

static void
hand_in (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  FILE *stream;

  g_assert_cmpint (connect (fd, (const struct sockaddr *) address, sizeof *address), ==, 0);
  stream = fdopen (fd, "r+");
  say (stream, "", "220");
  say (stream, "EHLO there\r\n", "250");
  say (stream, "MAIL FROM:<terri@proseware.com>\r\n", "250");
  say (stream, "RCPT TO:<a@adatum.com>\r\n", "250");
  say (stream, "DATA\r\n", "354");
  say (stream, "From: terri@proseware.com\r\n\r\nHello.\r\n.\r\n", "250");
  say (stream, "QUIT\r\n", "221");
  fclose (stream);
}

/* The configuration of the user, who has none here, is not asked. */
static void
test_accounts_in_code_are_served (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new ("", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GError) error = NULL;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  Serving serving = { NULL, -1, cancellable };
  GThread *thread;

  keep_accounts_in_memory (fixture, "none");
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/door", fixture->dir);
  serving.engine = fixture->engine;
  serving.fd = listen_at (&address);
  thread = g_thread_new ("serve", serve, &serving);
  hand_in (&address);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_close (serving.fd, NULL);
  waiting = sendpath_engine_list_queue (fixture->engine, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (waiting->len, ==, 1);
  g_assert_cmpstr (sendpath_report_get_account (waiting->pdata[0]), ==, "home");
}

/* Saving says what is not complete, and names nothing that could be a file. */
static void
test_accounts_in_code_are_checked (void)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new_empty ();
  const char *const keys[] = { "smtp", "smtp.proseware.com", "backup", "club", NULL };
  g_autoptr (SendpathAccount) home = new_account ("home", "terri@proseware.com", keys);
  g_autoptr (GError) error = NULL;

  add (profiles, home);
  g_assert_false (sendpath_profile_store_save (profiles, &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
  g_assert_nonnull (strstr (error->message, "account home"));
  g_clear_error (&error);
  g_assert_false (sendpath_profile_store_remove_account (profiles, "club", &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
}

static void
test_policy_is_set (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (fixture->engine);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (sendpath_profile_store_set_policy (profiles, "discovered", "never", &error));
  g_assert_true (sendpath_profile_store_set_policy (profiles, "wait", "7", &error));
  g_assert_cmpstr (sendpath_profile_store_get_policy (profiles, "discovered"), ==, "never");
  g_assert_false (sendpath_profile_store_set_policy (profiles, "discovered", "perhaps", &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
  g_clear_error (&error);
  g_assert_true (sendpath_profile_store_save (profiles, &error));
  g_assert_true (
      g_file_get_contents (sendpath_profile_store_get_path (profiles), &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "[policy]\n"));
  g_assert_nonnull (strstr (text, "discovered = never\n"));
  g_assert_true (sendpath_profile_store_set_policy (profiles, "wait", NULL, &error));
  g_assert_cmpuint (sendpath_profile_store_get_policy_integer (profiles, "wait"), ==, 20);
}

/* ---- one call -------------------------------------------------------------------------------- */

typedef struct {
  SendpathReport *report;
  guint n_calls;
} Call;

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;

  call->n_calls++;
  call->report = sendpath_engine_send_finish (SENDPATH_ENGINE (source), result, &error);
  g_assert_no_error (error);
}

static void
call_start (Call *call, EngineFixture *fixture, const char *recipients, GCancellable *cancellable)
{
  g_autoptr (SendpathMessage) message = engine_fixture_new_message (FIXTURE_TEXT, recipients);

  sendpath_engine_send_async (fixture->engine, message, NULL, cancellable, on_sent, call);
}

/* Until the callback was there, once. */
static SendpathReport *
call_wait (Call *call)
{
  while (call->n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (call->n_calls, ==, 1);
  return g_steal_pointer (&call->report);
}

static SendpathReport *
send_and_go_on (EngineFixture *fixture)
{
  Call call = { NULL };

  call_start (&call, fixture, "someone@adatum.com", NULL);
  return call_wait (&call);
}

/* ---- accounts are edited while a message is under way ---------------------------------------- */

static void
on_items_changed (GListModel *list, guint position, guint n_removed, guint n_added, gpointer data)
{
  g_string_append_printf (data, "%u-%u+%u;", position, n_removed, n_added);
}

/* What is under way goes on as it began; the next one is sent as things are then. */
static void
test_accounts_change_while_sending (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new ("!hold\n" SERVER_TAKES, NULL);
  SendpathProfileStore *profiles = keep_accounts_in_memory (fixture, "none");
  GListModel *accounts = sendpath_profile_store_get_accounts (profiles);
  SendpathAccount *home = sendpath_profile_store_get_account (profiles, "home");
  const char *const keys[] = { "smtp", "smtp.example.org", NULL };
  g_autoptr (SendpathAccount) club = new_account ("club", "chess@example.org", keys);
  g_autoptr (GString) changes = g_string_new (NULL);
  g_autoptr (SendpathReport) report = NULL;
  g_autoptr (GPtrArray) routes = NULL;
  g_autoptr (GError) error = NULL;
  Call call = { NULL };

  g_signal_connect (accounts, "items-changed", G_CALLBACK (on_items_changed), changes);
  call_start (&call, fixture, "someone@adatum.com", NULL);
  scripted_server_wait_for_hold (fixture->server);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("Terri the %uth", i);

      g_assert_true (sendpath_account_set (home, "name", name, &error));
    }
  g_assert_true (sendpath_account_set (home, "smtp", "smtp.example.net", &error));
  add (profiles, club);
  g_assert_true (sendpath_profile_store_remove_account (profiles, "home", &error));
  g_assert_cmpstr (changes->str, ==, "1-0+1;0-1+0;");
  scripted_server_let_go (fixture->server);
  report = call_wait (&call);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpstr (sendpath_report_get_account (report), ==, "home");

  routes = sendpath_engine_plan (fixture->engine, NULL, "terri@proseware.com", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_route_get_server (routes->pdata[0]), ==, "smtp.example.org");
}

/* A thread that plans all the time never sees a server without the port that belongs to it. */
typedef struct {
  SendpathEngine *engine;
  int is_over; /* atomic */
  guint n_plans;
} Planner;

static gpointer
plan_all_the_time (gpointer data)
{
  Planner *planner = data;

  while (!g_atomic_int_get (&planner->is_over) || planner->n_plans == 0)
    {
      g_autoptr (GPtrArray) routes = sendpath_engine_plan (planner->engine, "home", NULL, NULL);
      const char *server = sendpath_route_get_server (routes->pdata[0]);
      const SendpathEndpoint *endpoint = sendpath_route_get_endpoints (routes->pdata[0])->pdata[0];
      SendpathSecurity expected = g_str_equal (server, "one.example.org")
                                      ? SENDPATH_SECURITY_TLS
                                      : SENDPATH_SECURITY_STARTTLS;

      g_assert_cmpint (sendpath_endpoint_get_security (endpoint), ==, expected);
      planner->n_plans++;
    }
  return NULL;
}

static void
set_both (SendpathAccount *account, const char *smtp, const char *security)
{
  g_object_freeze_notify (G_OBJECT (account));
  g_object_set (account, "smtp", smtp, "security", security, NULL);
  g_object_thaw_notify (G_OBJECT (account));
}

/* T-166 */
static void
test_keys_change_together (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, "auth = none\n");
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (fixture->engine);
  SendpathAccount *home = sendpath_profile_store_get_account (profiles, "home");
  Planner planner = { fixture->engine };
  GThread *thread;

  g_assert_true (sendpath_profile_store_set_policy (profiles, "discovered", "never", NULL));
  set_both (home, "one.example.org:2525", "tls");
  thread = g_thread_new ("planner", plan_all_the_time, &planner);
  for (guint i = 0; i < 200; i++)
    {
      set_both (home, "two.example.org:2525", "starttls");
      set_both (home, "one.example.org:2525", "tls");
    }
  g_atomic_int_set (&planner.is_over, TRUE);
  g_thread_join (thread);
}

static void
on_over (GObject *source, GAsyncResult *result, gpointer data)
{
  gboolean *is_over = data;
  g_autoptr (GError) error = NULL;

  sendpath_engine_watch_finish (SENDPATH_ENGINE (source), result, &error);
  g_assert_no_error (error);
  *is_over = TRUE;
}

static void
on_changed (SendpathEngine *engine, SendpathReport *report, gpointer data)
{
  SendpathOutcome *outcome = data;

  *outcome = sendpath_report_get_outcome (report);
}

/* Who watches takes a new account with the next message. */
static void
test_account_added_while_watching (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  SendpathProfileStore *profiles = keep_accounts_in_memory (fixture, "none");
  g_autoptr (SendpathAccount) home =
                 g_object_ref (sendpath_profile_store_get_account (profiles, "home"));
  const char *const keys[] = { "smtp", "127.255.255.255:1", NULL };
  g_autoptr (SendpathAccount) club = new_account ("club", "chess@example.org", keys);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  SendpathOutcome outcome = SENDPATH_OUTCOME_QUEUED;
  gboolean is_over = FALSE;
  g_autofree char *id = NULL;

  g_assert_true (sendpath_profile_store_remove_account (profiles, "home", NULL));
  add (profiles, club);
  g_signal_connect (fixture->engine, "message-changed", G_CALLBACK (on_changed), &outcome);
  sendpath_engine_watch_async (fixture->engine, cancellable, on_over, &is_over);
  while (!sendpath_engine_is_watched (fixture->engine))
    g_main_context_iteration (NULL, FALSE);
  add (profiles, home);
  id = engine_fixture_submit (fixture);
  while (outcome == SENDPATH_OUTCOME_QUEUED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (outcome, ==, SENDPATH_OUTCOME_SENT);
  g_cancellable_cancel (cancellable);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- the same message in three shapes -------------------------------------------------------- */

static SendpathMessage *
read_bytes (GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (FIXTURE_TEXT, strlen (FIXTURE_TEXT));

  return sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, error);
}

static SendpathMessage *
read_stream (GError **error)
{
  g_autoptr (GInputStream) stream =
                 g_memory_input_stream_new_from_data (FIXTURE_TEXT, strlen (FIXTURE_TEXT), NULL);

  return sendpath_message_new_from_stream (stream, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, NULL,
                                           error);
}

static SendpathMessage *
read_fd (GError **error)
{
  int ends[2];
  SendpathMessage *message;

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], FIXTURE_TEXT, strlen (FIXTURE_TEXT)), ==,
                   (gssize) strlen (FIXTURE_TEXT));
  close (ends[1]);
  message = sendpath_message_new_from_fd (ends[0], SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, error);
  close (ends[0]);
  return message;
}

static void
test_three_shapes (void)
{
  static SendpathMessage *(*const shapes[]) (GError **) = { read_bytes, read_stream, read_fd };
  g_autoptr (EngineFixture) fixture =
                 engine_fixture_new (SERVER_TAKES "---\n" SERVER_TAKES "---\n" SERVER_TAKES, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SendpathMessage) message = shapes[i](&error);
      g_autoptr (SendpathReport) report = NULL;

      g_assert_no_error (error);
      report = sendpath_engine_send (fixture->engine, message, NULL, NULL, &error);
      g_assert_no_error (error);
      engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
    }
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, G_N_ELEMENTS (shapes));
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void
on_progress (SendpathEngine *engine, const char *id, guint64 sent, guint64 total, gpointer data)
{
  GArray *told = data;
  guint64 last = told->len > 0 ? g_array_index (told, guint64, told->len - 1) : 0;

  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_cmpuint (sent, >=, last);
  g_assert_cmpuint (sent, <=, total);
  g_array_append_val (told, sent);
  if (sent == total)
    g_object_set_data (G_OBJECT (engine), "is-whole", GINT_TO_POINTER (TRUE));
}

static void
test_progress_is_told (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (SendpathReport) report = NULL;

  g_signal_connect (fixture->engine, "progress", G_CALLBACK (on_progress), told);
  report = send_and_go_on (fixture);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (told->len, >, 0);
  g_assert_nonnull (g_object_get_data (G_OBJECT (fixture->engine), "is-whole"));
}

/* Of each recipient, also where all failed, and in words that no locale changes beside those for people. */
static void
test_each_recipient_is_told (gconstpointer data)
{
  g_autofree char *dialogue = g_strconcat (FOR_TWO, data, NULL);
  gboolean is_taken = g_str_has_prefix (data, "S: 250");
  g_autoptr (EngineFixture) fixture = engine_fixture_new (dialogue, NULL);
  g_autoptr (SendpathReport) report = NULL;
  g_autofree char *summary = NULL;
  g_autofree char *json = NULL;
  Call call = { NULL };

  call_start (&call, fixture, "a@adatum.com b@adatum.com", NULL);
  report = call_wait (&call);
  g_assert_cmpuint (sendpath_report_get_n_recipients (report), ==, 2);
  g_assert_cmpstr (sendpath_report_get_recipient (report, 0), ==, "a@adatum.com");
  g_assert_cmpint (sendpath_report_get_state (report, 0), ==,
                   is_taken ? SENDPATH_RECIPIENT_SENT : SENDPATH_RECIPIENT_FAILED);
  g_assert_cmpint (sendpath_report_get_state (report, 1), ==, SENDPATH_RECIPIENT_FAILED);
  g_assert_cmpuint (sendpath_report_get_code (report, 1), ==, 550);
  g_assert_nonnull (strstr (sendpath_report_get_text (report, 1), "no such user"));
  g_assert_cmpint (sendpath_report_get_verdict (report, 1), ==, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  g_assert_cmpstr (sendpath_outcome_to_string (sendpath_report_get_outcome (report)), ==,
                   is_taken ? "partial" : "failed");
  summary = sendpath_report_dup_summary (report);
  g_assert_cmpuint (strlen (summary), >, 0);
  json = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);
  g_assert_nonnull (strstr (json, "\"verdict\":\"recipient-unknown\""));
}

/* ---- passwords of the program's own ---------------------------------------------------------- */

typedef struct {
  const char *password; /* NULL: there is none */
  gboolean is_slow;     /* the answer comes from another thread, later */
  SendpathRequestKind kind;
  guint n_asked;
  gboolean was_refused; /* when it was asked last */
  GThread *thread;
  guint n_destroyed;
} Vault;

static gpointer
answer_elsewhere (gpointer data)
{
  g_autoptr (SendpathRequest) request = data;

  sendpath_request_answer (request, FIXTURE_SECRET);
  return NULL;
}

static void
open_vault (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  Vault *vault = data;

  g_assert_true (g_thread_self () == vault->thread);
  g_assert_cmpint (sendpath_request_get_kind (request), ==, vault->kind);
  g_assert_cmpstr (sendpath_request_get_account (request), ==, "home");
  g_assert_cmpstr (sendpath_request_get_server (request), ==, "127.0.0.1");
  g_assert_cmpstr (sendpath_request_get_user (request), ==, "terri");
  vault->n_asked++;
  vault->was_refused = sendpath_request_was_refused (request);
  if (vault->is_slow)
    g_thread_unref (g_thread_new ("slow", answer_elsewhere, g_object_ref (request)));
  else if (vault->password != NULL)
    sendpath_request_answer (request, vault->password);
}

static void
vault_destroyed (gpointer data)
{
  Vault *vault = data;

  g_assert_true (g_thread_self () == vault->thread);
  vault->n_destroyed++;
}

static void
use_vault (EngineFixture *fixture, Vault *vault)
{
  vault->thread = g_thread_self ();
  sendpath_engine_set_password_func (fixture->engine, open_vault, vault, vault_destroyed);
  g_assert_cmpstr (sendpath_engine_get_secret_state (fixture->engine, "home"), ==, "host");
}

/* The data is needed until it is said that it is not: a worker may be about to end. */
static void
leave_vault (EngineFixture *fixture, Vault *vault)
{
  if (fixture->engine != NULL)
    sendpath_engine_set_password_func (fixture->engine, NULL, NULL, NULL);
  while (vault->n_destroyed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (vault->n_destroyed, ==, 1);
}

static void
test_password_of_the_host (gconstpointer data)
{
  Vault vault = { .password = FIXTURE_SECRET, .is_slow = data != NULL };
  g_autoptr (EngineFixture) fixture = engine_fixture_new (TAKES_LOGIN, NULL);
  g_autoptr (SendpathReport) report = NULL;

  keep_accounts_in_memory (fixture, "auto");
  use_vault (fixture, &vault);
  report = send_and_go_on (fixture);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (vault.n_asked, ==, 1);
  g_assert_cmpuint (vault.n_destroyed, ==, 0);
  leave_vault (fixture, &vault);
}

static void
test_token_of_the_host (void)
{
  Vault vault = { .password = FIXTURE_SECRET, .kind = SENDPATH_REQUEST_TOKEN };
  g_autoptr (EngineFixture) fixture = engine_fixture_new (
      OFFERS ("XOAUTH2") "C: AUTH XOAUTH2 *\nS: 235 2.7.0 welcome\n" SERVER_TAKES_MORE, NULL);
  g_autoptr (SendpathReport) report = NULL;

  keep_accounts_in_memory (fixture, "xoauth2");
  use_vault (fixture, &vault);
  report = send_and_go_on (fixture);
  scripted_server_assert_played (fixture->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (vault.n_asked, ==, 1);
  leave_vault (fixture, &vault);
}

static gboolean
type_password (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  sendpath_request_answer (request, FIXTURE_SECRET);
  return TRUE;
}

/* There is none: the user is asked next, and without a user the message waits. */
static void
test_nothing_from_the_host (gconstpointer data)
{
  gboolean has_user = data != NULL;
  Vault vault = { .password = NULL };
  g_autoptr (EngineFixture) fixture = engine_fixture_new (
      has_user ? SERVER_WANTS_LOGIN SERVER_LOGS_IN SERVER_TAKES_MORE : SERVER_WANTS_LOGIN, NULL);
  g_autoptr (SendpathReport) report = NULL;

  keep_accounts_in_memory (fixture, "auto");
  use_vault (fixture, &vault);
  if (has_user)
    g_signal_connect (fixture->engine, "request", G_CALLBACK (type_password), NULL);
  report = send_and_go_on (fixture);
  if (has_user)
    engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  else
    g_assert_cmpstr (sendpath_report_get_needs (report), ==, "password");
  leave_vault (fixture, &vault);
}

/* the same password is not tried again, until the program says that there is another one. */
static void
test_refused_password_of_the_host (void)
{
  Vault vault = { .password = "wrong" };
  g_autoptr (EngineFixture) fixture = engine_fixture_new (
      OFFERS ("PLAIN") "C: AUTH PLAIN *\nS: 535 5.7.8 bad\n"
                       "---\n" SERVER_WANTS_LOGIN "---\n" TAKES_LOGIN,
      NULL);
  g_autoptr (SendpathReport) first = NULL;
  g_autoptr (GError) error = NULL;

  keep_accounts_in_memory (fixture, "auto");
  use_vault (fixture, &vault);
  first = send_and_go_on (fixture);
  g_assert_cmpstr (sendpath_report_get_needs (first), ==, "password");
  g_assert_cmpuint (vault.n_asked, ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SendpathReport) report = NULL;

      if (i > 0)
        g_assert_true (sendpath_engine_note_new_password (fixture->engine, "home", &error));
      vault.password = FIXTURE_SECRET;
      report =
          sendpath_engine_deliver (fixture->engine, sendpath_report_get_id (first), NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (vault.n_asked, ==, i == 0 ? 1 : 2);
      g_assert_cmpint (sendpath_report_get_outcome (report), ==,
                       i == 0 ? SENDPATH_OUTCOME_QUEUED : SENDPATH_OUTCOME_SENT);
    }
  scripted_server_assert_played (fixture->server);
  g_assert_false (sendpath_engine_note_new_password (fixture->engine, "nobody", &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
  leave_vault (fixture, &vault);
}

/* The engine goes, and the function with it, in the thread that set it, whoever was last. */
static void
test_vault_outlives_the_engine (void)
{
  Vault vault = { .password = FIXTURE_SECRET };
  g_autoptr (EngineFixture) fixture = engine_fixture_new ("!hold\n" TAKES_LOGIN, NULL);
  g_autoptr (SendpathReport) report = NULL;
  Call call = { NULL };

  keep_accounts_in_memory (fixture, "auto");
  use_vault (fixture, &vault);
  call_start (&call, fixture, "someone@adatum.com", NULL);
  scripted_server_wait_for_hold (fixture->server);
  g_clear_object (&fixture->engine);
  g_assert_cmpuint (vault.n_destroyed, ==, 0);
  scripted_server_let_go (fixture->server);
  report = call_wait (&call);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  leave_vault (fixture, &vault);
}

/* ---- cancelled ------------------------------------------------------------------------------- */

typedef struct {
  GCancellable *cancellable;
  guint lines_left;
} Impatience;

static void
cancel_at_line (SendpathEngine *engine, const char *line, gpointer data)
{
  Impatience *impatience = data;

  if (impatience->lines_left > 0 && --impatience->lines_left == 0)
    g_cancellable_cancel (impatience->cancellable);
}

/* FALSE: it was over before line @line. */
static gboolean
cancel_at (guint line)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Impatience impatience = { cancellable, line };
  g_autoptr (SendpathReport) report = NULL;
  SendpathOutcome outcome;
  Call call = { NULL };

  g_signal_connect (fixture->engine, "trace", G_CALLBACK (cancel_at_line), &impatience);
  call_start (&call, fixture, "someone@adatum.com", cancellable);
  report = call_wait (&call);
  outcome = sendpath_report_get_outcome (report);
  if (outcome == SENDPATH_OUTCOME_UNCERTAIN)
    g_assert_true (sendpath_report_get_state (report, 0) == SENDPATH_RECIPIENT_UNCERTAIN);
  else
    g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==,
                      outcome == SENDPATH_OUTCOME_SENT ? 1 : 0);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==,
                    outcome == SENDPATH_OUTCOME_SENT ? 0 : 1);
  return impatience.lines_left == 0;
}

/* T-165: from the main loop, at whatever line it stands; the callback comes once, and says what became
 * of the message. */
static void
test_cancelled_everywhere (void)
{
  guint line = 1;

  while (cancel_at (line))
    line++;
  g_assert_cmpuint (line, >, 10);
}

static void
on_cancelled_plan (GObject *source, GAsyncResult *result, gpointer data)
{
  guint *n_calls = data;
  g_autoptr (GPtrArray) routes =
                 sendpath_engine_plan_finish (SENDPATH_ENGINE (source), result, NULL);

  g_assert_nonnull (routes);
  ++*n_calls;
}

/* T-165: the other calls end too, once, and have a result. */
static void
test_other_calls_are_cancelled (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint n_calls = 0;

  g_cancellable_cancel (cancellable);
  sendpath_engine_plan_async (fixture->engine, "home", NULL, cancellable, on_cancelled_plan,
                              &n_calls);
  g_assert_cmpuint (n_calls, ==, 0);
  while (n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_calls, ==, 1);
}

static void
on_tested (GObject *source, GAsyncResult *result, gpointer data)
{
  gboolean is_ok = TRUE;
  g_autoptr (GError) error = NULL;
  GPtrArray **lines = data;

  *lines = sendpath_engine_test_account_finish (SENDPATH_ENGINE (source), result, &is_ok, &error);
  g_assert_no_error (error);
  g_assert_false (is_ok);
}

static void
test_account_is_tested (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr (GPtrArray) lines = NULL;

  sendpath_engine_test_account_async (fixture->engine, "home", NULL, on_tested, &lines);
  while (lines == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_nonnull (strstr (lines->pdata[0], "\"ok\":false"));
}

/* ---- the host -------------------------------------------------------------------------------- */

/* Without keyring, NetworkManager and session bus, as this test is run: each lack is a word. */
static void
test_nothing_around (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autoptr (SendpathNetwork) network = sendpath_network_new ();
  g_autoptr (SendpathReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (sendpath_engine_get_secret_state (fixture->engine, "home"), ==, "missing");
  g_assert_false (
      sendpath_engine_set_password (fixture->engine, "home", FIXTURE_SECRET, NULL, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_KEYRING);
  g_assert_null (sendpath_network_get_connection (network));
  g_assert_cmpstr (sendpath_network_get_id (network), !=, "");
  g_object_set (fixture->engine, "network", network, NULL);
  report = engine_fixture_send (fixture, NULL);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
}

/* In the child of @fixture's process: it goes on living, and lets go of what it has. */
static void
live_in_child (EngineFixture *fixture, int fd)
{
  char byte;

  while (read (fd, &byte, 1) > 0)
    ;
  g_clear_object (&fixture->engine);
  raise (SIGKILL); /* whoever looks for leaks would find what the threads had that are not here */
}

static void
wait_for_child (pid_t child, int fd)
{
  int status = 0;

  close (fd);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
}

/* T-167: a child that the host forks while a message is under way has nothing of it: the message leaves
 * once, and its lock and its file are free although the child lives. */
static void
test_host_forks (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (
      SERVER_GREETS "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\n!hold\nS: 451 4.3.0 later\n"
                    "C: QUIT\nS: 221 bye\n---\n" SERVER_TAKES,
      NULL);
  g_autoptr (SendpathReport) waiting = NULL;
  g_autoptr (SendpathReport) report = NULL;
  g_autoptr (GError) error = NULL;
  Call call = { NULL };
  int ends[2];
  pid_t child;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  call_start (&call, fixture, "someone@adatum.com", NULL);
  scripted_server_wait_for_hold (fixture->server);
  child = fork ();
  if (child == 0)
    {
      close (ends[0]);
      live_in_child (fixture, ends[1]);
    }
  close (ends[1]);
  scripted_server_let_go (fixture->server);
  waiting = call_wait (&call);
  g_assert_cmpint (sendpath_report_get_outcome (waiting), ==, SENDPATH_OUTCOME_QUEUED);
  report =
      sendpath_engine_deliver (fixture->engine, sendpath_report_get_id (waiting), NULL, &error);
  g_assert_no_error (error);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  wait_for_child (child, ends[0]);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (scripted_server_count_bodies (fixture->server), ==, 1);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/embed/accounts/in-code-and-never-written", test_accounts_in_code);
  g_test_add_func ("/embed/accounts/in-code-are-served", test_accounts_in_code_are_served);
  g_test_add_func ("/embed/accounts/in-code-are-checked", test_accounts_in_code_are_checked);
  g_test_add_func ("/embed/accounts/policy-is-set", test_policy_is_set);
  g_test_add_func ("/embed/accounts/change-while-sending", test_accounts_change_while_sending);
  g_test_add_func ("/embed/accounts/T-166-keys-change-together", test_keys_change_together);
  g_test_add_func ("/embed/accounts/added-while-watching", test_account_added_while_watching);
  g_test_add_func ("/embed/message/bytes-stream-descriptor", test_three_shapes);
  g_test_add_func ("/embed/told/progress", test_progress_is_told);
  g_test_add_data_func ("/embed/told/each-recipient", "S: 250 2.0.0 queued\n",
                        test_each_recipient_is_told);
  g_test_add_data_func ("/embed/told/each-recipient-of-a-failure",
                        "S: 554 5.6.0 not this message\n", test_each_recipient_is_told);
  g_test_add_data_func ("/embed/password/of-the-host", NULL, test_password_of_the_host);
  g_test_add_data_func ("/embed/password/of-the-host-later", "in a thread",
                        test_password_of_the_host);
  g_test_add_func ("/embed/password/token-of-the-host", test_token_of_the_host);
  g_test_add_data_func ("/embed/password/none-and-nobody-to-ask", NULL, test_nothing_from_the_host);
  g_test_add_data_func ("/embed/password/none-so-the-user-is-asked", "a user",
                        test_nothing_from_the_host);
  g_test_add_func ("/embed/password/R-5-refused-is-not-tried-again",
                   test_refused_password_of_the_host);
  g_test_add_func ("/embed/password/function-goes-in-its-thread", test_vault_outlives_the_engine);
  g_test_add_func ("/embed/T-165-cancelled-at-every-line", test_cancelled_everywhere);
  g_test_add_func ("/embed/T-165-other-calls-are-cancelled", test_other_calls_are_cancelled);
  g_test_add_func ("/embed/account-is-tested", test_account_is_tested);
  g_test_add_func ("/embed/no-keyring-no-network-manager-no-session-bus", test_nothing_around);
  g_test_add_func ("/embed/T-167-host-forks", test_host_forks);
  return g_test_run ();
}
