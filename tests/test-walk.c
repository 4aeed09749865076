/* The fallback loop against scripted servers: which routes a message takes, and where it stops. */
#include "config.h"

#include "sendpath/walk/walk.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/plan-fixture.h"
#include "tests/lib/scripted-server.h"

#define CANARY "correct-horse-battery"

/* A server that refuses to relay and offers no login. */
#define DENIES                                                                                     \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 SIZE 1000000\n"       \
  "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\n"                                   \
  "S: 550 5.7.1 <someone@adatum.com>... Relaying denied\n"
/* One that takes the message. */
#define TAKES                                                                                      \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 SIZE 1000000\n"       \
  "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\nS: 250 ok\nC: DATA\nS: 354 go\n"    \
  "C: <data>\nS: 250 2.0.0 queued\n"

typedef struct {
  PlanFixture *plan;
  ScriptedServer *own, *relay; /* either may be NULL */
  SendpathReport *report;
  const char *password; /* at hand; NULL: none */
  const char *answer;   /* what a person would answer; NULL: nobody is there */
  guint n_asked;
  GString *dots;   /* addresses of the dot records, as they were written */
  GString *routes; /* kinds that were started */
  gboolean disk_is_full;
  int closed_fd; /* bound and not listening: its port refuses */
  guint16 closed_port;
} Scene;

static SendpathSecret *
get_secret (gpointer data, const SecretQuery *query, WalkSecret how, GError **error)
{
  Scene *scene = data;
  const char *password = how == WALK_SECRET_NEW ? NULL : scene->password;

  if (password == NULL && how != WALK_SECRET_AT_HAND)
    {
      scene->n_asked++;
      password = scene->answer;
    }
  if (password != NULL)
    return sendpath_secret_new (password, strlen (password), SECRET_PASSWORD);
  g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND, "none");
  return NULL;
}

static gboolean
before_dot (gpointer data, const char *const *addresses, const char *server, GError **error)
{
  Scene *scene = data;

  if (scene->disk_is_full)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
      return FALSE;
    }
  for (guint i = 0; addresses[i] != NULL; i++)
    g_string_append_printf (scene->dots, "%s%s", scene->dots->len > 0 ? " " : "", addresses[i]);
  return TRUE;
}

static void
attempt_started (gpointer data, SendpathRoute *route)
{
  Scene *scene = data;

  g_string_append_printf (scene->routes, "%s%s", scene->routes->len > 0 ? " " : "",
                          sendpath_route_kind_to_string (sendpath_route_get_kind (route)));
}

static gboolean
attempt_ended (gpointer data, SendpathReport *report, guint attempt, GError **error)
{
  return TRUE;
}

static gboolean
pause_for (gpointer data, guint milliseconds)
{
  return TRUE;
}

static void
bind_closed_port (Scene *scene)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  scene->closed_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (scene->closed_fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (getsockname (scene->closed_fd, (struct sockaddr *) &address, &length), ==, 0);
  scene->closed_port = ntohs (address.sin_port);
}

/* @own: dialogue of smtp.proseware.com's stand-in; @relay: of the location's; NULL: there is none. */
static Scene *
scene_new (const char *own, const char *relay)
{
  Scene *scene = g_new0 (Scene, 1);
  g_autoptr (GString) config = g_string_new ("[account home]\naddress = terri@proseware.com\n"
                                             "allow-cleartext-login = yes\nsecurity = none\n");

  scene->own = own != NULL ? scripted_server_new (own, SCRIPTED_SERVER_NO_CUT) : NULL;
  scene->relay = relay != NULL ? scripted_server_new (relay, SCRIPTED_SERVER_NO_CUT) : NULL;
  bind_closed_port (scene);
  scene->dots = g_string_new (NULL);
  scene->routes = g_string_new (NULL);
  g_string_append_printf (config, "smtp = 127.0.0.1:%u\n", scripted_server_get_port (scene->own));
  if (relay != NULL)
    g_string_append_printf (config,
                            "[location work]\nnetwork = 192.0.2.0/24\nsecurity = none\n"
                            "sender = tchudzik@thephone-company.com\nrewrite-from = yes\n"
                            "smtp = 127.0.0.1:%u\n",
                            scripted_server_get_port (scene->relay));
  scene->plan = plan_fixture_new (config->str);
  if (relay != NULL)
    plan_fixture_set_location (scene->plan, "work");
  return scene;
}

static void
scene_free (Scene *scene)
{
  g_clear_pointer (&scene->own, scripted_server_free);
  g_clear_pointer (&scene->relay, scripted_server_free);
  g_clear_pointer (&scene->report, sendpath_report_unref);
  g_string_free (scene->dots, TRUE);
  g_string_free (scene->routes, TRUE);
  plan_fixture_free (scene->plan);
  close (scene->closed_fd);
  g_free (scene);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* The plan without step 2, whose ports are nobody's here. */
static GPtrArray *
plan_without_other_ports (const PlanInput *input)
{
  GPtrArray *routes = plan_make (input);

  for (guint i = routes->len; i-- > 0;)
    if (sendpath_route_get_kind (routes->pdata[i]) == SENDPATH_ROUTE_ACCOUNT_PORT)
      g_ptr_array_remove_index (routes, i);
  return routes;
}

static void
walk_to (Scene *scene, const char *recipients)
{
  static const char text[] =
      "From: Terri Chudzik <terri@proseware.com>\r\nTo: someone@adatum.com\r\n"
      "Subject: Hello\r\n\r\nHello.\r\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (SendpathMessage) message =
                 sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, NULL);
  g_autoptr (GPtrArray) routes = plan_without_other_ports (&scene->plan->input);
  g_auto (GStrv) addresses = g_strsplit (recipients, " ", 0);
  WalkHost host = { get_secret, before_dot, attempt_started, attempt_ended, pause_for, scene };
  Trace trace = { NULL, NULL };
  WalkContext context = {
    .plan = &scene->plan->input, .network_is_up = TRUE, .patience_s = 2, .trace = &trace
  };

  for (guint i = 0; addresses[i] != NULL; i++)
    g_assert_true (sendpath_message_add_recipient (message, addresses[i], NULL));
  g_clear_pointer (&scene->report, sendpath_report_unref);
  scene->report = report_new ("0123456789abcdef0123456789abcdef", message);
  walk_run (message, routes, scene->report, &context, &host, NULL);
}

/* `sent accepted`, `queued relay-denied`… of one recipient. */
static void
assert_recipient (Scene *scene, guint i, SendpathRecipientState state, SendpathVerdict verdict)
{
  g_assert_cmpstr (sendpath_verdict_to_string (sendpath_report_get_verdict (scene->report, i)), ==,
                   sendpath_verdict_to_string (verdict));
  g_assert_cmpint (sendpath_report_get_state (scene->report, i), ==, state);
}

static void
test_login_in_the_same_connection (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 smtp.proseware.com ESMTP\nC: EHLO *\nS: 250-smtp.proseware.com\nS: 250 AUTH PLAIN\n"
      "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\n"
      "S: 550 5.7.1 Relaying denied\nC: RSET\nS: 250 ok\nC: AUTH PLAIN *\nS: 235 2.7.0 welcome\n"
      "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\nS: 250 ok\n"
      "C: DATA\nS: 354 go\nC: <data>\nS: 250 2.0.0 queued\n",
      NULL);
  const Attempt *second;

  scene->answer = CANARY;
  walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpuint (scene->n_asked, ==, 1);
  g_assert_cmpuint (sendpath_report_get_n_attempts (scene->report), ==, 2);
  second = scene->report->attempts->pdata[1];
  g_assert_true (second->same_connection);
  g_assert_cmpstr (second->auth, ==, "plain");
  g_assert_cmpstr (scene->dots->str, ==, "someone@adatum.com");
}

/* T-023 */
static void
test_relay_denied_walks_to_the_relay (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->relay);
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account location");
  g_assert_cmpint (sendpath_report_get_outcome (scene->report), ==, SENDPATH_OUTCOME_SENT);
}

/* the relay asks for a login, and gets none. */
static void
test_relay_never_gets_the_credential (void)
{
  g_autoptr (Scene) scene = scene_new (
      DENIES,
      "S: 220 mail.thephone-company.com ESMTP\nC: EHLO *\nS: 250-mail.thephone-company.com\n"
      "S: 250 AUTH PLAIN LOGIN\nC: MAIL FROM:*\nS: 530 5.7.0 Authentication required\n");

  scene->password = CANARY;
  walk_to (scene, "someone@adatum.com");
  g_assert_false (scripted_server_has_received (scene->relay, CANARY));
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_REQUIRED);
  g_assert_nonnull (sendpath_report_get_reason (scene->report));
}

/* T-022 */
static void
test_unknown_recipient_is_final (void)
{
  g_autoptr (Scene) scene =
                 scene_new ("S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
                            "C: RCPT TO:<someone@adatum.com>\nS: 550 5.1.1 No such user here\n",
                            TAKES);

  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
  g_assert_cmpstr (scene->dots->str, ==, "");
}

/* content that was refused does not go shopping. */
static void
test_content_refusal_is_final (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\n"
      "C: DATA\nS: 354 go\nC: <data>\nS: 554 5.7.1 Message contains a virus\n",
      TAKES);

  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_CONTENT_REJECTED);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

/* */
static void
test_uncertain_stops_fallback (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\n"
      "C: DATA\nS: 354 go\nC: <data>\n!cut\n",
      TAKES);

  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_UNCERTAIN);
  g_assert_cmpint (sendpath_report_get_outcome (scene->report), ==, SENDPATH_OUTCOME_UNCERTAIN);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

/* P-6: no record, no dot; nothing was sent, and no other route is tried with a broken disk. */
static void
test_no_dot_without_its_record (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\n"
      "C: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n",
      TAKES);

  scene->disk_is_full = TRUE;
  walk_to (scene, "someone@adatum.com");
  g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_cmpuint (scripted_server_count_bodies (scene->own), ==, 0);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

/* Recipients are settled one by one: nobody twice. */
static void
test_local_and_foreign_recipient (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
      "C: RCPT TO:<bob@proseware.com>\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\n"
      "S: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)\n"
      "C: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n",
      TAKES);

  walk_to (scene, "bob@proseware.com someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->relay);
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  assert_recipient (scene, 1, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->dots->str, ==, "bob@proseware.com someone@adatum.com");
}

/* R-5, T-136: one try, then the account's routes stop; a later walk does not try the same secret. */
static void
test_refused_login_is_not_tried_again (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\n"
      "S: 535 5.7.8 Authentication failed\n---\n"
      "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: MAIL FROM:*\nS: 250 ok\n"
      "C: RCPT TO:*\nS: 550 5.7.1 Relaying denied\n",
      TAKES);

  scene->password = CANARY;
  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_FAILED);
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, "password");
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);

  walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  g_assert_cmpstr (scene->routes->str, ==, "account account location");
}

/* Sender rules in order at a relay that wants its own addresses. */
static void
test_sender_rules_at_the_relay (void)
{
  g_autoptr (Scene) scene = scene_new (
      DENIES, "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:<terri@proseware.com>*\n"
              "S: 553 5.7.1 Sender address rejected: not owned by this network\n"
              "C: MAIL FROM:<tchudzik@thephone-company.com>*\nS: 250 ok\nC: "
              "RCPT TO:*\nS: 250 ok\n"
              "C: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n");
  g_autoptr (GBytes) body = NULL;
  const Attempt *last;

  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  last = scene->report->attempts->pdata[sendpath_report_get_n_attempts (scene->report) - 1];
  g_assert_cmpint (last->sender_rule, ==, SENDER_RULE_SENDER);
  g_assert_cmpstr (last->mail_from, ==, "tchudzik@thephone-company.com");
  g_assert_true (g_strv_contains ((const char *const *) last->header_changes, "Sender"));
  body = scripted_server_dup_body (scene->relay, 0);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body),
                                  "From: Terri Chudzik <terri@proseware.com>\r\n"));
}

/* The next door being shut does not undo the relay refusal: the location's relay is still tried. */
static void
test_shut_door_after_relay_denied (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);
  g_autofree char *two_servers = g_strdup_printf (
      "127.0.0.1:%u; 127.0.0.1:%u", scripted_server_get_port (scene->own), scene->closed_port);

  g_assert_true (sendpath_account_set (scene->plan->input.account, "smtp", two_servers, NULL));
  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account account location");
}

/* A refusal that is final only after the other doors were tried is final in the end. */
static void
test_broken_server_is_final_at_last (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\n"
      "C: DATA\nS: 354 go\nC: <data>\nS: 554 5.3.0 Transaction failed\n",
      TAKES);

  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_SERVER_ERROR);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

/* The account's own `sender` key is tried before a refusal of the sender after a login is final. */
static void
test_own_sender_after_login (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 235 ok\n"
      "C: MAIL FROM:<terri@proseware.com>*\nS: 553 5.7.1 Sender address rejected: not owned by "
      "user terri\n"
      "C: MAIL FROM:<chudzik@proseware.com>*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\n"
      "C: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n",
      NULL);

  scene->password = CANARY;
  g_assert_true (
      sendpath_account_set (scene->plan->input.account, "sender", "chudzik@proseware.com", NULL));
  walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
}

static void
test_greylisted_waits_on_its_route (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
      "C: RCPT TO:*\nS: 450 4.2.0 Greylisted, please try again in 300 seconds\n",
      TAKES);

  walk_to (scene, "someone@adatum.com");
  assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_GREYLISTED);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk/login-in-the-same-connection", test_login_in_the_same_connection);
  g_test_add_func ("/walk/relay-denied-goes-to-the-next-step",
                   test_relay_denied_walks_to_the_relay);
  g_test_add_func ("/walk/relay-never-gets-the-credential", test_relay_never_gets_the_credential);
  g_test_add_func ("/walk/unknown-recipient-is-final", test_unknown_recipient_is_final);
  g_test_add_func ("/walk/content-refusal-is-final", test_content_refusal_is_final);
  g_test_add_func ("/walk/uncertain-stops-fallback", test_uncertain_stops_fallback);
  g_test_add_func ("/walk/no-dot-without-its-record", test_no_dot_without_its_record);
  g_test_add_func ("/walk/nobody-gets-it-twice", test_local_and_foreign_recipient);
  g_test_add_func ("/walk/refused-login-is-not-tried-again", test_refused_login_is_not_tried_again);
  g_test_add_func ("/walk/sender-rules-in-order", test_sender_rules_at_the_relay);
  g_test_add_func ("/walk/shut-door-after-relay-denied", test_shut_door_after_relay_denied);
  g_test_add_func ("/walk/broken-server-is-final-at-last", test_broken_server_is_final_at_last);
  g_test_add_func ("/walk/own-sender-after-login", test_own_sender_after_login);
  g_test_add_func ("/walk/greylisted-waits", test_greylisted_waits_on_its_route);
  return g_test_run ();
}
