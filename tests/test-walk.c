/* The fallback loop against scripted servers: which routes a message takes, and where it stops. */
#include "config.h"

#include "tests/lib/walk-scene.h"

/* T-023 */
static void
test_relay_denied_walks_to_the_relay (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->relay);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account location");
  g_assert_cmpint (sendpath_report_get_outcome (scene->report), ==, SENDPATH_OUTCOME_SENT);
}

/* T-022 */
static void
test_unknown_recipient_is_final (void)
{
  g_autoptr (Scene) scene =
                 scene_new ("S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
                            "C: RCPT TO:<someone@adatum.com>\nS: 550 5.1.1 No such user here\n",
                            TAKES);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
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

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_CONTENT_REJECTED);
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

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_UNCERTAIN);
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
  scene_walk_to (scene, "someone@adatum.com");
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

  scene_walk_to (scene, "bob@proseware.com someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->relay);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scene_assert_recipient (scene, 1, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->dots->str, ==, "bob@proseware.com someone@adatum.com");
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

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
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
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
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

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_SERVER_ERROR);
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
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->own);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
}

static void
test_greylisted_waits_on_its_route (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
      "C: RCPT TO:*\nS: 450 4.2.0 Greylisted, please try again in 300 seconds\n",
      TAKES);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_GREYLISTED);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk/relay-denied-goes-to-the-next-step",
                   test_relay_denied_walks_to_the_relay);
  g_test_add_func ("/walk/unknown-recipient-is-final", test_unknown_recipient_is_final);
  g_test_add_func ("/walk/content-refusal-is-final", test_content_refusal_is_final);
  g_test_add_func ("/walk/uncertain-stops-fallback", test_uncertain_stops_fallback);
  g_test_add_func ("/walk/no-dot-without-its-record", test_no_dot_without_its_record);
  g_test_add_func ("/walk/nobody-gets-it-twice", test_local_and_foreign_recipient);
  g_test_add_func ("/walk/sender-rules-in-order", test_sender_rules_at_the_relay);
  g_test_add_func ("/walk/shut-door-after-relay-denied", test_shut_door_after_relay_denied);
  g_test_add_func ("/walk/broken-server-is-final-at-last", test_broken_server_is_final_at_last);
  g_test_add_func ("/walk/own-sender-after-login", test_own_sender_after_login);
  g_test_add_func ("/walk/greylisted-waits", test_greylisted_waits_on_its_route);
  return g_test_run ();
}
