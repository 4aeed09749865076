/* Logins on a walk: whose secret goes where, when, and how often. */
#include "config.h"

#include "tests/lib/walk-scene.h"

/* A server that offers a login, up to the client's next line. */
#define OFFERS_LOGIN  "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\n"
#define REFUSES_LOGIN "C: AUTH PLAIN *\nS: 535 5.7.8 Authentication failed\n"
#define ACCEPTS_LOGIN "C: AUTH PLAIN *\nS: 235 2.7.0 welcome\n"
#define TAKES_MAIL                                                                                 \
  "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\nC: DATA\nS: 354 go\nC: <data>\n"            \
  "S: 250 2.0.0 queued\n"
#define DENIES_RELAYING "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 550 5.7.1 Relaying denied\n"
#define POP_LOGIN                                                                                  \
  "S: +OK ready\nC: CAPA\nS: -ERR what\nC: USER terri@proseware.com\nS: +OK\nC: PASS *\n"
#define POP_TOKEN                                                                                  \
  "S: +OK ready\nC: CAPA\nS: +OK\nS: SASL XOAUTH2\nS: .\nC: AUTH XOAUTH2\nS: +\nC: *\n"
#define POP_REFUSES_TOKEN POP_TOKEN "S: -ERR [AUTH] expired\nC: QUIT\nS: +OK bye\n"
#define POP_ACCEPTS POP_LOGIN "S: +OK welcome\nC: QUIT\nS: +OK bye\n"

/* ---- SMTP AUTH ------------------------------------------------------------------------------- */

static void
test_in_the_same_connection (void)
{
  g_autoptr (Scene) scene = scene_new (
      OFFERS_LOGIN DENIES_RELAYING "C: RSET\nS: 250 ok\n" ACCEPTS_LOGIN TAKES_MAIL, NULL);
  const Attempt *second;

  scene->answer = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpuint (scene->n_asked, ==, 1);
  g_assert_cmpuint (sendpath_report_get_n_attempts (scene->report), ==, 2);
  second = scene->report->attempts->pdata[1];
  g_assert_true (second->same_connection);
  g_assert_cmpstr (second->auth, ==, "plain");
  g_assert_cmpstr (scene->dots->str, ==, "someone@adatum.com");
}

/* R-5, T-136: one try, then the account's routes stop; a later walk does not try the same secret. */
static void
test_refused_is_not_tried_again (void)
{
  g_autoptr (Scene) scene =
                 scene_new (OFFERS_LOGIN REFUSES_LOGIN "---\n" OFFERS_LOGIN DENIES_RELAYING, TAKES);

  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_FAILED);
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, "password");
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);

  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  g_assert_cmpstr (scene->routes->str, ==, "account account location");
}

/* Somebody who knows the right password is asked at once, and the refusal is over for later walks
 * too. */
static void
test_refused_then_answered (void)
{
  g_autoptr (Scene) scene = scene_new (OFFERS_LOGIN REFUSES_LOGIN ACCEPTS_LOGIN TAKES_MAIL
                                       "---\n" OFFERS_LOGIN ACCEPTS_LOGIN TAKES_MAIL,
                                       NULL);

  scene->password = "wrong";
  scene->answer = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpuint (scene->n_asked, ==, 1);
  g_assert_null (sendpath_report_get_needs (scene->report));

  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  g_assert_cmpuint (scene->n_asked, ==, 1);
}

/* Some servers hang up on a wrong password: the new one is for a connection of its own. */
static void
test_refused_and_hung_up (void)
{
  g_autoptr (Scene) scene = scene_new (
      OFFERS_LOGIN REFUSES_LOGIN "!cut\n---\n" OFFERS_LOGIN ACCEPTS_LOGIN TAKES_MAIL, NULL);

  scene->password = "wrong";
  scene->answer = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
}

/* Whoever answers wrongly twice is left alone. */
static void
test_answered_wrongly_twice (void)
{
  g_autoptr (Scene) scene = scene_new (
      OFFERS_LOGIN DENIES_RELAYING "C: RSET\nS: 250 ok\n" REFUSES_LOGIN REFUSES_LOGIN, TAKES);

  scene->answer = "wrong";
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_FAILED);
  g_assert_cmpuint (scene->n_asked, ==, 2);
}

/* 454 says nothing about the password, and nothing about what comes without one either. */
static void
test_not_now (void)
{
  g_autoptr (Scene) scene = scene_new (
      OFFERS_LOGIN "C: AUTH PLAIN *\nS: 454 4.7.0 Temporary authentication failure\n", TAKES);

  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_SERVER_BUSY);
  g_assert_null (sendpath_report_get_needs (scene->report));
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

/* T-137: a token is no password. */
static void
test_token_is_no_password (void)
{
  g_autoptr (Scene) scene =
                 scene_new (OFFERS_LOGIN "C: MAIL FROM:*\nS: 530 5.7.0 Authentication required\n", NULL);

  scene_set (scene, "token-command", "print-a-token");
  scene->password = CANARY;
  scene->answer = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_false (scripted_server_has_received (scene->own, CANARY));
  g_assert_cmpstr (scene->secrets->str, ==, "");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_REQUIRED);
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, "password");
  g_assert_nonnull (strstr (sendpath_report_get_reason (scene->report), "home"));
}

/* Two recipients with two answers, at a server that offers no login and is left before the second
 * is looked at. */
static void
test_two_answers_no_login (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\n"
      "S: 550 5.7.1 Relaying denied\nC: RCPT TO:*\nS: 530 5.7.0 Authentication required\n",
      NULL);

  scene_walk_to (scene, "someone@adatum.com other@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_RELAY_DENIED);
  scene_assert_recipient (scene, 1, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_REQUIRED);
}

/* ---- relays ---------------------------------------------------------------------------------- */

/* the relay asks for a login, and gets none. */
static void
test_relay_never_gets_the_credential (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, OFFERS_LOGIN
                                       "C: MAIL FROM:*\nS: 530 5.7.0 Authentication required\n");

  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_false (scripted_server_has_received (scene->relay, CANARY));
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_REQUIRED);
  g_assert_nonnull (sendpath_report_get_reason (scene->report));
  g_assert_cmpstr (scene->secrets->str, ==, "");
}

/* a relay with a user of its own gets that password inside TLS only, whatever the account
 * allows. */
static void
test_relay_login_needs_tls (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, OFFERS_LOGIN
                                       "C: MAIL FROM:*\nS: 530 5.7.0 Authentication required\n");

  g_assert_true (sendpath_location_set (scene->plan->input.location, "user", "tchudzik", NULL));
  scene->password = CANARY;
  scene->answer = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_false (scripted_server_has_received (scene->relay, CANARY));
  g_assert_cmpstr (scene->secrets->str, ==, "");
}

/* ---- POP3 ------------------------------------------------------------------------------------ */

static void
test_pop_first (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES "---\n" TAKES, NULL);

  scene_add_pop (scene, POP_ACCEPTS);
  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->pop);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account account-pop");
  g_assert_cmpstr (scene->secrets->str, ==, "home/pop");
}

/* a login counts for this account, network and own address. */
static void
test_pop_window (void)
{
  static const char *const here[] = { "192.0.2.5/24", NULL };
  static const char *const elsewhere[] = { "192.0.2.6/24", NULL };
  g_autoptr (Scene) scene =
                 scene_new (DENIES "---\n" TAKES "---\n" TAKES "---\n" TAKES "---\n" TAKES, NULL);

  scene_add_pop (scene, POP_ACCEPTS "---\n" POP_ACCEPTS "---\n" POP_ACCEPTS);
  scene->password = CANARY;
  scene->plan->input.addresses = here;
  scene_walk_to (scene, "someone@adatum.com"); /* the first login */
  scene_walk_to (scene, "someone@adatum.com");
  scene->plan->input.addresses = elsewhere;
  scene_walk_to (scene, "someone@adatum.com"); /* the second */
  scene->plan->input.now_s += 301;
  scene_walk_to (scene, "someone@adatum.com"); /* the third */
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->pop);
  g_assert_cmpstr (scene->secrets->str, ==, "home/pop home/pop home/pop");
}

/* R-6, T-154: a server that does not know of the login yet is asked again after a moment, three
 * times. */
static void
test_pop_needs_a_moment (void)
{
  g_autoptr (Scene) scene = scene_new (
      DENIES "---\n" DENIES "---\n" DENIES "---\n" DENIES "---\n" DENIES, TAKES);

  scene_add_pop (scene, POP_ACCEPTS);
  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->pop);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account account-pop location");
}

/* A refused POP3 login stops the account's own routes, and names what to set. */
static void
test_pop_refused (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene_add_pop (scene, POP_LOGIN "S: -ERR [AUTH] wrong password\nC: QUIT\nS: +OK bye\n");
  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->pop);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_FAILED);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, "password");
  g_assert_nonnull (strstr (sendpath_report_get_reason (scene->report), "pop:home"));
}

/* a token that has expired is fetched anew, once. */
static void
test_pop_token_is_renewed (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES "---\n" TAKES, NULL);

  scene_add_pop (scene, POP_REFUSES_TOKEN "---\n" POP_TOKEN "S: +OK\nC: QUIT\nS: +OK bye\n");
  scene_set (scene, "token-command", "print-a-token");
  scene->password = "expired";
  scene->answer = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->pop);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->secrets->str, ==, "home/pop home/pop");
}

static void
test_pop_token_is_renewed_once (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, NULL);

  scene_add_pop (scene, POP_REFUSES_TOKEN "---\n" POP_REFUSES_TOKEN);
  scene_set (scene, "token-command", "print-a-token");
  scene->password = "expired";
  scene->answer = "expired as well";
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->pop);
  g_assert_cmpuint (scripted_server_count_connections (scene->pop), ==, 2);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_AUTH_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk-login/in-the-same-connection", test_in_the_same_connection);
  g_test_add_func ("/walk-login/refused-is-not-tried-again", test_refused_is_not_tried_again);
  g_test_add_func ("/walk-login/refused-then-answered", test_refused_then_answered);
  g_test_add_func ("/walk-login/refused-and-hung-up", test_refused_and_hung_up);
  g_test_add_func ("/walk-login/answered-wrongly-twice", test_answered_wrongly_twice);
  g_test_add_func ("/walk-login/temporary-failure-waits", test_not_now);
  g_test_add_func ("/walk-login/token-is-no-password", test_token_is_no_password);
  g_test_add_func ("/walk-login/two-answers-and-no-login", test_two_answers_no_login);
  g_test_add_func ("/walk-login/relay-never-gets-the-credential",
                   test_relay_never_gets_the_credential);
  g_test_add_func ("/walk-login/relay-login-needs-tls", test_relay_login_needs_tls);
  g_test_add_func ("/walk-login/pop-first", test_pop_first);
  g_test_add_func ("/walk-login/pop-window", test_pop_window);
  g_test_add_func ("/walk-login/pop-needs-a-moment", test_pop_needs_a_moment);
  g_test_add_func ("/walk-login/pop-refused", test_pop_refused);
  g_test_add_func ("/walk-login/R-5-pop-token-is-renewed", test_pop_token_is_renewed);
  g_test_add_func ("/walk-login/R-5-pop-token-is-renewed-once", test_pop_token_is_renewed_once);
  return g_test_run ();
}
