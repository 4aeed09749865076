/* The fallback loop against scripted servers: which routes a message takes, and where it stops. */
#include "config.h"

#include "tests/lib/walk-scene.h"

#include <string.h>

#define REFUSES_LOGIN                                                                              \
  "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\n"                      \
  "S: 535 5.7.8 Authentication failed\n"

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
/* Two turns at most from the envelope to the next step: the flight that is refused, and a lone dot where the
 * server wants the message all the same. Nothing is waited for on the way out. */
static void
test_refusal_is_cheap (gconstpointer answer)
{
  g_autofree char *denies = g_strdup_printf (
      "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 PIPELINING\n"
      "C: MAIL FROM:*\nC: RCPT TO:<someone@adatum.com>\nC: DATA\nS: 250 ok\n"
      "S: 550 5.7.1 <someone@adatum.com>... Relaying denied\n%s!wait\n",
      (const char *) answer);
  g_autoptr (Scene) scene = scene_new (denies, TAKES);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scripted_server_assert_played (scene->own);
  scripted_server_assert_played (scene->relay);
}

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

/* The server's SIZE is told beside the size of the message. */
static void
test_size_is_kept (void)
{
  g_autoptr (Scene) scene =
                 scene_new ("S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 SIZE 20\n", NULL);
  const Attempt *attempt;
  g_autofree char *summary = NULL;

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_MESSAGE_TOO_LARGE);
  attempt = scene->report->attempts->pdata[0];
  g_assert_cmpuint (attempt->size_max_bytes, ==, 20);
  summary = sendpath_report_dup_summary (scene->report);
  g_assert_nonnull (strstr (summary, " takes 20 bytes."));
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

/* P-5: what may have arrived is offered at its own server, and to nobody else. */
static void
test_repeat_at_its_own_server (void)
{
  g_autoptr (Scene) taken = scene_new (TAKES, TAKES);
  g_autoptr (Scene) refused = scene_new (DENIES, TAKES);

  taken->own_name = taken->repeat_at = "smtp.proseware.com";
  scene_walk_to (taken, "someone@adatum.com");
  scene_assert_recipient (taken, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  refused->own_name = refused->repeat_at = "smtp.proseware.com";
  scene_walk_to (refused, "someone@adatum.com");
  scene_assert_recipient (refused, 0, SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_RELAY_DENIED);
  g_assert_cmpuint (scripted_server_count_connections (refused->relay), ==, 0);
  g_assert_false (report_find_recipient (refused->report, "someone@adatum.com")->is_repeated);
}

/* T-102: the dot of a repeat is the last one, whatever the answer. */
static void
test_repeat_is_lost_too (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\n"
      "C: DATA\nS: 354 go\nC: <data>\n!cut\n",
      TAKES);

  scene->own_name = scene->repeat_at = "smtp.proseware.com";
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_UNCERTAIN);
  g_assert_true (report_find_recipient (scene->report, "someone@adatum.com")->is_repeated);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

/* An account that may send to one more now. */
static void
test_no_more_than_may_be (void)
{
  g_autoptr (Scene) scene = scene_new (TAKES, NULL);

  scene->n_most = 1;
  scene_walk_to (scene, "someone@adatum.com bob@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scene_assert_recipient (scene, 1, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_NONE);
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

/* The header is left alone again at a door where a changed one may not be needed. */
static void
test_sender_rules_begin_anew (void)
{
  static const char refuses_all[] =
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\n"
      "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:*\nS: 550 5.7.1 Relaying denied\n"
      "C: RSET\nS: 250 ok\nC: MAIL FROM:<tchudzik@thephone-company.com>*\nS: 250 ok\nC: RCPT TO:*\n"
      "S: 550 5.7.1 Relaying denied\n"
      "C: RSET\nS: 250 ok\nC: MAIL FROM:<tchudzik@thephone-company.com>*\nS: 250 ok\nC: RCPT TO:*\n"
      "S: 550 5.7.1 Relaying denied\n";
  g_autoptr (Scene) scene = scene_new (DENIES, refuses_all);
  g_autoptr (ScriptedServer) other = scripted_server_new (TAKES, SCRIPTED_SERVER_NO_CUT);
  const Attempt *last;

  scene->other_port = scripted_server_get_port (other);
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->relay);
  scripted_server_assert_played (other);
  last = scene->report->attempts->pdata[sendpath_report_get_n_attempts (scene->report) - 1];
  g_assert_cmpstr (last->mail_from, ==, "terri@proseware.com");
  g_assert_cmpuint (g_strv_length (last->header_changes), ==, 0);
}

/* The account lists a backup, whose server plays @dialogue. */
static ScriptedServer *
add_backup (Scene *scene, const char *dialogue)
{
  ScriptedServer *server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  g_autoptr (SendpathAccount) backup = sendpath_account_new ("other", "terri@example.org");
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", scripted_server_get_port (server));

  g_assert_true (sendpath_account_set (backup, "smtp", address, NULL));
  g_assert_true (sendpath_account_set (backup, "security", "none", NULL));
  g_assert_true (sendpath_account_set (backup, "allow-cleartext-login", "yes", NULL));
  g_assert_true (sendpath_profile_store_add_account (scene->plan->profiles, backup, NULL));
  scene_set (scene, "backup", "other");
  return server;
}

/* A login that a backup's server refuses says nothing about the routes behind it. */
static void
test_refused_at_the_backup (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);
  g_autoptr (ScriptedServer) backup = add_backup (scene, REFUSES_LOGIN);

  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (backup);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account backup location");
}

/* The account's own refused login leaves the backup and nothing else, whatever the backup says. */
static void
test_refused_at_home (void)
{
  g_autoptr (Scene) scene = scene_new (REFUSES_LOGIN, TAKES);
  g_autoptr (ScriptedServer) backup = add_backup (scene, DENIES);

  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (backup);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_RELAY_DENIED);
  g_assert_cmpstr (scene->routes->str, ==, "account backup");
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, "password");
}

/* T-097: what must not be changed goes where it can go as it is. */
static void
test_signed_8bit_goes_on (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\n",
      "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 8BITMIME\nC: MAIL FROM:*BODY=8BITMIME*\nS: 250 "
      "ok\n"
      "C: RCPT TO:*\nS: 250 ok\nC: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n");

  scene->text =
      "DKIM-Signature: v=1; a=rsa-sha256; d=proseware.com; s=x; h=from; bh=eA==; b=eA==\r\n"
      "From: terri@proseware.com\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
      "\r\nGr\303\274\303\237e\r\n";
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scripted_server_assert_played (scene->relay);
}

/* A server that did not answer is not waited for again in the same walk: no POP3 login can open
 * it. */
static void
test_shut_door_is_tried_once (void)
{
  g_autoptr (Scene) scene = scene_new (NULL, TAKES);

  scene_add_pop (scene, "S: +OK ready\n");
  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account location");
  g_assert_cmpuint (scripted_server_count_connections (scene->pop), ==, 0);
}

/* T-010, T-011: a server that is busy is waited for, one that refuses us is not. */
static void
test_greetings (void)
{
  static const struct {
    const char *greeting;
    SendpathVerdict verdict;
    const char *routes;
  } rows[] = {
    { "S: 421 4.3.2 too busy\n", SENDPATH_VERDICT_SERVER_BUSY, "account" },
    { "S: 554 5.7.1 no service for you\n", SENDPATH_VERDICT_ACCEPTED, "account location" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Scene) scene = scene_new (rows[i].greeting, TAKES);

      scene_walk_to (scene, "someone@adatum.com");
      g_assert_cmpstr (scene->routes->str, ==, rows[i].routes);
      g_assert_cmpint (sendpath_report_get_verdict (scene->report, 0), ==, rows[i].verdict);
    }
}

/* Two names that go to one address are one RCPT, and both are recorded. */
static void
test_unqualified_names (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
      "C: RCPT TO:<terri@proseware.com>\nS: 250 ok\nC: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n",
      NULL);

  scene->local = "terri@proseware.com";
  scene_walk_to (scene, "root postmaster terri@PROSEWARE.com");
  scripted_server_assert_played (scene->own);
  g_assert_cmpstr (scene->dots->str, ==, "root postmaster terri@PROSEWARE.com");
  for (guint i = 0; i < 3; i++)
    scene_assert_recipient (scene, i, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
}

/* A server that takes one recipient a message, and one message a connection. */
static void
test_one_by_one (void)
{
  static const char takes_one[] =
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<%s>\nS: 250 ok\n%s"
      "C: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n!cut\n";
  static const char *const limits[] = { "1", "100" };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const char *refuses_more =
          i == 0 ? "" : "C: RCPT TO:<b@adatum.com>\nS: 452 4.5.3 Too many recipients\n";
      g_autofree char *first = g_strdup_printf (takes_one, "a@adatum.com", refuses_more);
      g_autofree char *second = g_strdup_printf (takes_one, "b@adatum.com", "");
      g_autofree char *both = g_strconcat (first, "---\n", second, NULL);
      g_autoptr (Scene) scene = scene_new (both, NULL);

      scene_set (scene, "max-recipients", limits[i]);
      scene_walk_to (scene, "a@adatum.com b@adatum.com");
      scripted_server_assert_played (scene->own);
      scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
      scene_assert_recipient (scene, 1, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
    }
}

/* ---- why it waits ---------------------------------------------------------------------------- */

static void
assert_reason (const Scene *scene, const char *needs, const char *words)
{
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, needs);
  g_assert_nonnull (sendpath_report_get_reason (scene->report));
  if (strstr (sendpath_report_get_reason (scene->report), words) == NULL)
    g_error ("“%s” does not say “%s”", sendpath_report_get_reason (scene->report), words);
}

static void
test_reason_of_the_one_left (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\n"
      "C: RCPT TO:*\nS: 550 5.7.1 Relaying denied\nC: DATA\nS: 354 go\nC: <data>\nS: 250 queued\n",
      NULL);

  scene_walk_to (scene, "bob@proseware.com someone@adatum.com");
  assert_reason (scene, NULL, "127.0.0.1 answered: 550 5.7.1 Relaying denied");
}

static void
test_reason_no_network (void)
{
  g_autoptr (Scene) scene = scene_new (NULL, NULL);

  scene->has_no_network = TRUE;
  scene_walk_to (scene, "someone@adatum.com");
  assert_reason (scene, "network", "network");
}

/* nothing is tried, nothing counts, no password is looked for. */
static void
test_portal (void)
{
  g_autoptr (Scene) scene = scene_new (TAKES, NULL);

  scene->is_behind_portal = TRUE;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpuint (sendpath_report_get_n_attempts (scene->report), ==, 0);
  g_assert_cmpstr (scene->routes->str, ==, "");
  g_assert_cmpstr (scene->secrets->str, ==, "");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_PORTAL);
  assert_reason (scene, "network", "sign in");
}

/* What the message needs after a walk past two ports: one is a web server's, the other plays
 * @other_dialogue, or is shut if that is NULL. */
static char *
walk_past_pages (const char *other_dialogue)
{
  static const char page[] = "S: HTTP/1.1 400 Bad Request\nS: Connection: close\nS: \n";
  g_autoptr (Scene) scene = scene_new (page, NULL);
  g_autoptr (ScriptedServer) other =
      other_dialogue != NULL ? scripted_server_new (other_dialogue, SCRIPTED_SERVER_NO_CUT) : NULL;

  scene->own_other_port = other != NULL ? scripted_server_get_port (other) : scene->closed_port;
  scene_walk_to (scene, "someone@adatum.com");
  return g_strdup (sendpath_report_get_needs (scene->report));
}

/* T-151: no attempt is counted, nobody else is tried, nothing is learned. */
static void
test_portal_counts_for_nothing (void)
{
  static const char page[] = "S: HTTP/1.1 302 Found\nS: \n";
  g_autoptr (Scene) scene = scene_new (page, TAKES);
  g_autoptr (ScriptedServer) other = scripted_server_new (page, SCRIPTED_SERVER_NO_CUT);
  g_autofree char *memory = g_build_filename (scene->plan->folder, "memory", NULL);

  scene->own_other_port = scripted_server_get_port (other);
  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpuint (sendpath_report_get_n_attempts (scene->report), ==, 0);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_PORTAL);
  assert_reason (scene, "network", "sign in");
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
  g_assert_cmpstr (scene->secrets->str, ==, "");
  g_assert_false (g_file_test (memory, G_FILE_TEST_EXISTS));
}

/* Where nobody tells of the portal: it shows when every port is a web server's. */
static void
test_portal_by_its_answers (void)
{
  g_autofree char *all = walk_past_pages ("S: HTTP/1.1 302 Found\nS: \n");
  g_autofree char *one_is_shut = walk_past_pages (NULL);
  g_autofree char *one_is_mail = walk_past_pages (DENIES);

  g_assert_cmpstr (all, ==, "network");
  g_assert_null (one_is_shut);
  g_assert_null (one_is_mail);
}

static void
test_reason_password (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: MAIL FROM:*\n"
      "S: 530 5.7.0 Authentication required\n",
      NULL);

  scene_walk_to (scene, "someone@adatum.com");
  assert_reason (scene, "password", "none");
}

/* Whoever has a time to wait for needs no password. */
static void
test_reason_greylisted_after_all (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: MAIL FROM:*\n"
      "S: 530 5.7.0 Authentication required\n",
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
      "C: RCPT TO:*\nS: 450 4.2.0 Greylisted, please try again in 300 seconds\n");

  scene_walk_to (scene, "someone@adatum.com");
  assert_reason (scene, NULL, "Greylisted");
}

static void
test_reason_skipped (void)
{
  g_autoptr (Scene) scene = scene_new (NULL, NULL);

  g_assert_true (trust_note_tls (scene->plan->input.trust, "127.0.0.1", NULL));
  scene_walk_to (scene, "someone@adatum.com");
  assert_reason (scene, NULL, "127.0.0.1 is not used: ");
}

static void
test_reason_bad_journal (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene->journal_is_bad = TRUE;
  scene_walk_to (scene, "someone@adatum.com");
  assert_reason (scene, NULL, "the journal cannot be written");
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

static void
test_reason_cancelled (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene->is_cancelled = TRUE;
  scene_walk_to (scene, "someone@adatum.com");
  assert_reason (scene, NULL, "stopped");
  g_assert_cmpstr (scene->routes->str, ==, "");
}

/* A provider that silently makes From: the account's: answers still come to whoever wrote (issue 4). */
static void
test_reply_to (void)
{
  static const struct {
    const char *server;
    const char *from;
    const char *changes;
  } rows[] = {
    { "smtp.gmail.com", "Terri <terri@adatum.com>", "Reply-To" },
    { "smtp.gmail.com", "Terri <terri@proseware.com>", "" }, /* the account's own */
    { "smtp.gmail.com", "Terri <info@example.org>", "" },    /* and so is this */
    { "smtp.gmail.com", "Terri <terri@adatum.com>\r\nReply-To: terri@example.net", "" },
    { "smtp.gmail.com", "Terri <terri@adatum.com>\r\nDKIM-Signature: d=x; h=from; b=x", "" },
    { "mail.example.org", "Terri <terri@adatum.com>", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Scene) scene = scene_new (TAKES, NULL);
      g_autofree char *text = g_strdup_printf (
          "From: %s\r\nTo: someone@adatum.com\r\nSubject: Hello\r\n\r\nHello.\r\n", rows[i].from);
      g_autofree char *changes = NULL;
      g_autoptr (GBytes) body = NULL;
      const Attempt *attempt;
      gboolean is_added;

      scene_set (scene, "aliases", "*@example.org");
      scene->own_name = rows[i].server;
      scene->text = text;
      scene_walk_to (scene, "someone@adatum.com");
      scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
      attempt = scene->report->attempts->pdata[0];
      changes = g_strjoinv (" ", attempt->header_changes);
      g_test_message ("%s: %s", rows[i].server, rows[i].from);
      g_assert_cmpstr (changes, ==, rows[i].changes);
      body = scripted_server_dup_body (scene->own, 0);
      is_added = g_strstr_len (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body),
                               "Reply-To: Terri <terri@adatum.com>\r\n") != NULL;
      g_assert_cmpint (is_added, ==, *rows[i].changes != '\0');
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk/reply-to-where-the-provider-rewrites-from", test_reply_to);
  g_test_add_func ("/walk/relay-denied-goes-to-the-next-step",
                   test_relay_denied_walks_to_the_relay);
  g_test_add_data_func ("/walk/relay-denied-costs-one-turn", "S: 503 5.5.1 no valid recipients\n",
                        test_refusal_is_cheap);
  g_test_add_data_func ("/walk/relay-denied-costs-two-turns",
                        "S: 354 go on\nC: .\nS: 554 5.5.1 no valid recipients\n",
                        test_refusal_is_cheap);
  g_test_add_func ("/walk/unknown-recipient-is-final", test_unknown_recipient_is_final);
  g_test_add_func ("/walk/content-refusal-is-final", test_content_refusal_is_final);
  g_test_add_func ("/walk/size-is-told-beside-the-limit", test_size_is_kept);
  g_test_add_func ("/walk/uncertain-stops-fallback", test_uncertain_stops_fallback);
  g_test_add_func ("/walk/repeat-at-its-own-server-alone-P-5", test_repeat_at_its_own_server);
  g_test_add_func ("/walk/repeat-that-is-lost-too-T-102", test_repeat_is_lost_too);
  g_test_add_func ("/walk/no-more-recipients-than-may-be", test_no_more_than_may_be);
  g_test_add_func ("/walk/no-dot-without-its-record", test_no_dot_without_its_record);
  g_test_add_func ("/walk/nobody-gets-it-twice", test_local_and_foreign_recipient);
  g_test_add_func ("/walk/sender-rules-in-order", test_sender_rules_at_the_relay);
  g_test_add_func ("/walk/shut-door-after-relay-denied", test_shut_door_after_relay_denied);
  g_test_add_func ("/walk/broken-server-is-final-at-last", test_broken_server_is_final_at_last);
  g_test_add_func ("/walk/own-sender-after-login", test_own_sender_after_login);
  g_test_add_func ("/walk/greylisted-waits", test_greylisted_waits_on_its_route);
  g_test_add_func ("/walk/sender-rules-begin-anew-at-another-door", test_sender_rules_begin_anew);
  g_test_add_func ("/walk/refused-at-the-backup-goes-on", test_refused_at_the_backup);
  g_test_add_func ("/walk/refused-at-home-leaves-the-backup", test_refused_at_home);
  g_test_add_func ("/walk/signed-8bit-goes-where-it-can", test_signed_8bit_goes_on);
  g_test_add_func ("/walk/shut-door-is-tried-once", test_shut_door_is_tried_once);
  g_test_add_func ("/walk/busy-waits-and-refused-goes-on", test_greetings);
  g_test_add_func ("/walk/unqualified-names-share-a-copy", test_unqualified_names);
  g_test_add_func ("/walk/one-by-one", test_one_by_one);
  g_test_add_func ("/walk/reason/of-the-one-left", test_reason_of_the_one_left);
  g_test_add_func ("/walk/reason/no-network", test_reason_no_network);
  g_test_add_func ("/walk/R-27-nothing-is-tried-behind-a-portal", test_portal);
  g_test_add_func ("/walk/R-27-a-portal-shows-by-its-answers", test_portal_by_its_answers);
  g_test_add_func ("/walk/T-151-a-portal-counts-for-nothing", test_portal_counts_for_nothing);
  g_test_add_func ("/walk/reason/password", test_reason_password);
  g_test_add_func ("/walk/reason/greylisted-after-all", test_reason_greylisted_after_all);
  g_test_add_func ("/walk/reason/skipped", test_reason_skipped);
  g_test_add_func ("/walk/reason/bad-journal", test_reason_bad_journal);
  g_test_add_func ("/walk/reason/cancelled", test_reason_cancelled);
  return g_test_run ();
}
