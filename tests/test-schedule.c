/* When is the next try? No test waits: time and chance are numbers here. */
#include "config.h"

#include "sendpath/outbox/schedule.h"

#include "sendpath/verdict/retry-after.h"
#include "tests/lib/outbox-fixture.h"

#define NOW_S   (FIXTURE_NOW_US / G_USEC_PER_SEC)
#define ID      "0123456789abcdef0123456789abcdef"
#define ANN     "ann@adatum.com"
#define BOB     "bob@adatum.com"
#define SERVER  "smtp.proseware.com"
#define YEARS_S (G_GINT64_CONSTANT (365) * 24 * 3600)

static const SchedulePolicy usual = {
  .retry_s = 0, .retry_max_s = 3600, .warn_after_s = 1800, .hold_after_s = 432000
};

static SendpathReport *
new_report (const char *recipients)
{
  g_autoptr (SendpathMessage) message = outbox_fixture_new_message (NULL, recipients, "Noon?\r\n");
  SendpathReport *report = report_new (ID, message);

  report->queued_at_s = NOW_S;
  report_set_text (&report->network, "home");
  return report;
}

/* An attempt for @address alone, which began @at_s. @code 0: nobody answered. */
static void
answer (SendpathReport *report, const char *address, guint code, const char *text,
        SendpathVerdict verdict, SendpathRecipientState state, gint64 at_s)
{
  Attempt *attempt = attempt_new ();
  guint index;

  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->server = g_strdup (SERVER);
  attempt->host = g_strdup (SERVER);
  attempt->port = 587;
  attempt->ip = g_strdup ("2001:db8::25");
  attempt->sender_rule = SENDER_RULE_SENDER;
  attempt->login = g_strdup ("account");
  attempt->phase = code != 0 ? SENDPATH_PHASE_RCPT : SENDPATH_PHASE_CONNECT;
  attempt->reply = code != 0 ? sendpath_reply_new (code, NULL, text)
                             : sendpath_reply_new_fault (SENDPATH_FAULT_LINK_LOST, text);
  attempt->verdict = verdict;
  attempt->at_us = at_s * G_USEC_PER_SEC;
  index = report_add_attempt (report, attempt);
  report_set_recipient (report, address, index, state, verdict, attempt->reply);
}

#define WAITS SENDPATH_RECIPIENT_QUEUED

/* The reply to the dot at @at_s was lost. */
static void
lose (SendpathReport *report, const char *address, gint64 at_s)
{
  report_note_dot (report, address, SERVER, SENDER_RULE_SENDER, at_s);
  answer (report, address, 0, "cut", SENDPATH_VERDICT_UNCERTAIN, SENDPATH_RECIPIENT_UNCERTAIN,
          at_s);
}

static void
settle (SendpathReport *report, gint64 now_s, guint32 random)
{
  schedule_settle (report, &usual, now_s, random);
  report_begin_walk (report);
}

static gboolean
is_due (SendpathReport *report, ScheduleEvent event, gint64 now_s)
{
  return schedule_is_due (report, &usual, event, now_s);
}

/* ---- delays ---------------------------------------------------------------------------------- */

typedef struct {
  guint code; /* 0: no answer */
  const char *text;
  SendpathVerdict verdict;
  gint64 first_s, last_s; /* whatever chance says */
} Delay;

static const Delay delays[] = {
  { 0, "cut", SENDPATH_VERDICT_CONNECTION_LOST, 60, 67 },
  { 0, "refused", SENDPATH_VERDICT_UNREACHABLE, 60, 67 },
  { 451, "4.3.0 not now", SENDPATH_VERDICT_SERVER_BUSY, 300, 337 },
  { 550, "5.7.1 relaying denied", SENDPATH_VERDICT_RELAY_DENIED, 300, 337 },
  { 450, "4.2.0 greylisted", SENDPATH_VERDICT_GREYLISTED, 310, 360 },
  { 450, "Greylisted, please try again in 120 seconds", SENDPATH_VERDICT_GREYLISTED, 310, 360 },
  { 450, "Greylisted for 15 minutes", SENDPATH_VERDICT_GREYLISTED, 900, 960 },
  { 421, "4.7.0 too many messages", SENDPATH_VERDICT_RATE_LIMITED, 3600, 3660 },
  { 451, "too many, try again in 1 hour(s) 25 minute(s)", SENDPATH_VERDICT_RATE_LIMITED, 5100,
    5160 },
  { 450, "busy, retry after 20 minutes", SENDPATH_VERDICT_SERVER_BUSY, 1200, 1260 },
  { 450, "busy, try again in 90 days", SENDPATH_VERDICT_SERVER_BUSY, 86400, 86460 },
};

static void
test_delays (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      gint64 first_s = G_MAXINT64, last_s = 0;

      for (guint32 random = 0; random < 500; random++)
        {
          g_autoptr (SendpathReport) report = new_report (ANN);

          answer (report, ANN, delays[i].code, delays[i].text, delays[i].verdict, WAITS, NOW_S);
          settle (report, NOW_S, random);
          first_s = MIN (first_s, report->next_try_s - NOW_S);
          last_s = MAX (last_s, report->next_try_s - NOW_S);
        }
      g_test_message ("%s", delays[i].text);
      g_assert_cmpint (first_s, ==, delays[i].first_s);
      g_assert_cmpint (last_s, ==, delays[i].last_s);
    }
}

/* Doubling, from `retry` to `retry-max` and never above it, from the start on another network. */
static void
test_doubling (void)
{
  static const gint64 expected[] = { 60, 120, 240, 480, 960, 1920, 3150, 3150 };
  g_autoptr (SendpathReport) report = new_report (ANN);
  gint64 now_s = NOW_S;

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      schedule_begin_walk (report, "home", now_s);
      answer (report, ANN, 0, "cut", SENDPATH_VERDICT_CONNECTION_LOST, WAITS, now_s);
      settle (report, now_s, 0);
      g_assert_cmpint (report->next_try_s - now_s, ==, expected[i]);
      g_assert_cmpint (schedule_due_at (report, &usual, now_s), ==, report->next_try_s);
      g_assert_false (is_due (report, SCHEDULE_CLOCK, report->next_try_s - 1));
      g_assert_true (is_due (report, SCHEDULE_CLOCK, report->next_try_s));
      now_s = report->next_try_s;
    }
  schedule_begin_walk (report, "hotel", now_s);
  answer (report, ANN, 0, "cut", SENDPATH_VERDICT_CONNECTION_LOST, WAITS, now_s);
  settle (report, now_s, 0);
  g_assert_cmpint (report->next_try_s - now_s, ==, 60);
}

static void
test_own_retry (void)
{
  const SchedulePolicy policy = { .retry_s = 20, .retry_max_s = 50, .hold_after_s = 432000 };
  g_autoptr (SendpathReport) report = new_report (ANN);

  answer (report, ANN, 451, "4.3.0 not now", SENDPATH_VERDICT_SERVER_BUSY, WAITS, NOW_S);
  schedule_settle (report, &policy, NOW_S, 0);
  g_assert_cmpint (report->next_try_s - NOW_S, ==, 20);
  report->n_tries = 40;
  schedule_settle (report, &policy, NOW_S, 1000003);
  g_assert_cmpint (report->next_try_s - NOW_S, <=, 50);
  g_assert_cmpint (report->next_try_s - NOW_S, >=, 44);
}

/* What a server asks for holds for the whole message; else the earliest counts. */
static void
test_several_recipients (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN " " BOB);

  answer (report, ANN, 451, "4.3.0 not now", SENDPATH_VERDICT_SERVER_BUSY, WAITS, NOW_S);
  answer (report, BOB, 0, "cut", SENDPATH_VERDICT_CONNECTION_LOST, WAITS, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_cmpint (report->next_try_s - NOW_S, ==, 60);
  answer (report, ANN, 450, "greylisted", SENDPATH_VERDICT_GREYLISTED, WAITS, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_cmpint (report->next_try_s - NOW_S, ==, 310);
}

/* ---- not by the clock ------------------------------------------------------------------------ */

static const struct {
  const char *needs;
  gboolean is_lifted[SCHEDULE_FLUSH + 1]; /* clock, network, password, approval, config, flush */
} needs[] = {
  { "network", { FALSE, TRUE, FALSE, FALSE, TRUE, TRUE } },
  { "password", { FALSE, TRUE, TRUE, FALSE, TRUE, TRUE } },
  { "approval", { FALSE, TRUE, FALSE, TRUE, TRUE, TRUE } },
  { "decision", { FALSE, TRUE, FALSE, FALSE, TRUE, TRUE } },
};

static void
test_needs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
    {
      g_autoptr (SendpathReport) report = new_report (ANN);

      answer (report, ANN, 0, "no route", SENDPATH_VERDICT_UNREACHABLE, WAITS, NOW_S);
      report_set_text (&report->needs, needs[i].needs);
      settle (report, NOW_S, 0);
      g_assert_cmpint (report->next_try_s, ==, 0);
      g_assert_cmpint (report->n_tries, ==, 0);
      g_assert_cmpint (schedule_due_at (report, &usual, NOW_S + YEARS_S), ==, 0);
      for (guint event = 0; event <= SCHEDULE_FLUSH; event++)
        g_assert_true (is_due (report, event, NOW_S + YEARS_S) == needs[i].is_lifted[event]);
    }
}

static void
test_held (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);

  schedule_hold (report);
  g_assert_cmpstr (report->needs, ==, "decision");
  for (guint event = 0; event <= SCHEDULE_FLUSH; event++)
    g_assert_false (is_due (report, event, NOW_S + YEARS_S));
  schedule_release (report);
  g_assert_null (report->needs);
  g_assert_true (is_due (report, SCHEDULE_CLOCK, NOW_S));
}

static void
test_new_is_due (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);

  g_assert_cmpint (schedule_due_at (report, &usual, NOW_S), ==, NOW_S);
  g_assert_true (is_due (report, SCHEDULE_CLOCK, NOW_S));
  answer (report, ANN, 250, "ok", SENDPATH_VERDICT_ACCEPTED, SENDPATH_RECIPIENT_SENT, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_cmpint (schedule_due_at (report, &usual, NOW_S), ==, 0);
  g_assert_false (is_due (report, SCHEDULE_FLUSH, NOW_S));
}

/* Stopping us is no trouble of anybody's. */
static void
test_stopped (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);

  schedule_settle_stopped (report, NOW_S);
  g_assert_cmpint (report->n_tries, ==, 0);
  g_assert_cmpint (report->tried_s, ==, 0);
  g_assert_true (is_due (report, SCHEDULE_CLOCK, NOW_S));
}

/* An account that may send no more: at its time, and later the more often it came in vain; what got
 * somewhere goes on at once. */
static void
test_paced (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN " " BOB);

  for (guint i = 0; i < 12; i++)
    {
      schedule_settle_paced (report, "no room", NOW_S + 12, NOW_S, G_MAXUINT32);
      g_assert_cmpint (report->next_try_s, >=, NOW_S + 12);
      g_assert_cmpint (report->next_try_s, <, NOW_S + 12 + MIN (60 << i, 3600));
    }
  g_assert_cmpstr (report->reason, ==, "no room");
  answer (report, ANN, 250, "ok", SENDPATH_VERDICT_ACCEPTED, SENDPATH_RECIPIENT_SENT, NOW_S);
  schedule_settle (report, &usual, NOW_S, 0);
  schedule_settle_paced (report, "no room", NOW_S + 12, NOW_S, G_MAXUINT32);
  g_assert_cmpint (report->next_try_s, ==, NOW_S + 12);
}

/* ---- never given up -------------------------------------------------------------------------- */

static void
fail_once_more (SendpathReport *report, gint64 now_s)
{
  schedule_begin_walk (report, "home", now_s);
  answer (report, ANN, 0, "cut", SENDPATH_VERDICT_CONNECTION_LOST, WAITS, now_s);
  settle (report, now_s, 0);
}

static void
test_hold_after (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  gint64 now_s = NOW_S;

  fail_once_more (report, now_s);
  while (!report->held)
    {
      g_assert_cmpint (now_s - NOW_S, <, 432000);
      now_s = report->next_try_s;
      fail_once_more (report, now_s);
    }
  g_assert_cmpint (now_s - NOW_S, >=, 432000);
  g_assert_cmpstr (report->needs, ==, "decision");
  g_assert_cmpint (report->next_try_s, ==, 0);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  schedule_release (report);
  fail_once_more (report, now_s);
  g_assert_false (report->held);
  g_assert_cmpint (report->next_try_s - now_s, ==, 60);
}

/* Days without a network are no days of trying. */
static void
test_sleep_is_no_trying (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);

  fail_once_more (report, NOW_S);
  fail_once_more (report, NOW_S + YEARS_S);
  g_assert_cmpint (report->tried_s, ==, 60);
  g_assert_false (report->held);
}

static void
test_overdue (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);

  g_assert_false (schedule_is_overdue (report, &usual, NOW_S + 1799));
  g_assert_true (schedule_is_overdue (report, &usual, NOW_S + 1800));
  g_assert_false (schedule_is_overdue (report, &usual, NOW_S - YEARS_S));
}

/* ---- clocks (P-13) --------------------------------------------------------------------------- */

static void
test_clock_set_back (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  gint64 then_s = NOW_S - 50 * YEARS_S;

  fail_once_more (report, NOW_S);
  g_assert_true (is_due (report, SCHEDULE_CLOCK, then_s));
  fail_once_more (report, then_s);
  g_assert_false (is_due (report, SCHEDULE_CLOCK, then_s));
  g_assert_cmpint (report->next_try_s - then_s, ==, 120);
  g_assert_cmpint (report->tried_s, ==, 0);
}

static void
test_clock_set_forward (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  gint64 then_s = NOW_S + 73 * YEARS_S;

  fail_once_more (report, NOW_S);
  g_assert_true (is_due (report, SCHEDULE_CLOCK, then_s));
  fail_once_more (report, then_s);
  g_assert_false (report->held);
  g_assert_false (is_due (report, SCHEDULE_CLOCK, then_s));
  g_assert_true (is_due (report, SCHEDULE_CLOCK, NOW_S));
}

/* ---- uncertain (P-5) ------------------------------------------------------------------------- */

/* T-101: no sooner than 15 minutes, only there, only once; then the user decides. */
static void
test_one_repeat (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  PlanAgain again = { 0 };
  gint64 repeat_s = NOW_S + SCHEDULE_REPEAT_S;

  lose (report, ANN, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_cmpint (report->next_try_s, ==, repeat_s);
  g_assert_null (report->needs);
  for (guint event = 0; event <= SCHEDULE_FLUSH; event++)
    {
      g_assert_false (is_due (report, event, repeat_s - 1));
      g_assert_true (is_due (report, event, repeat_s) || event == SCHEDULE_PASSWORD ||
                     event == SCHEDULE_APPROVAL);
    }
  schedule_begin_walk (report, "home", repeat_s - 1);
  g_assert_false (schedule_find_again (report, "home", &again));
  schedule_begin_walk (report, "home", repeat_s);
  g_assert_true (schedule_find_again (report, "home", &again));
  g_assert_cmpstr (again.server, ==, SERVER);
  g_assert_cmpint (again.rule, ==, SENDER_RULE_SENDER);
  lose (report, ANN, repeat_s);
  settle (report, repeat_s, 0);
  g_assert_true (report->held);
  g_assert_cmpstr (report->needs, ==, "decision");
  g_assert_cmpint (schedule_due_at (report, &usual, NOW_S + YEARS_S), ==, 0);
  schedule_begin_walk (report, "home", NOW_S + YEARS_S);
  g_assert_false (schedule_find_again (report, "home", &again));
}

/* T-105, T-102: what only a dot record tells, also when it was the repeat's. */
static void
test_dot_alone (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  PlanAgain again;

  report_note_dot (report, ANN, SERVER, SENDER_RULE_KEEP, NOW_S);
  report_set_recipient (report, ANN, REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_UNCERTAIN,
                        SENDPATH_VERDICT_UNCERTAIN, NULL);
  g_assert_cmpint (schedule_due_at (report, &usual, NOW_S), ==, NOW_S + SCHEDULE_REPEAT_S);
  report_note_dot (report, ANN, SERVER, SENDER_RULE_KEEP, NOW_S + SCHEDULE_REPEAT_S);
  g_assert_cmpint (schedule_due_at (report, &usual, NOW_S + YEARS_S), ==, 0);
  schedule_begin_walk (report, "home", NOW_S + YEARS_S);
  g_assert_false (schedule_find_again (report, "home", &again));
}

/* A repeat that did not come to its dot is still to come; one that is refused is the user's. */
static void
test_repeat_refused (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  gint64 now_s = NOW_S + SCHEDULE_REPEAT_S;

  lose (report, ANN, NOW_S);
  settle (report, NOW_S, 0);
  schedule_begin_walk (report, "home", now_s);
  answer (report, ANN, 0, "refused", SENDPATH_VERDICT_UNREACHABLE, WAITS, now_s);
  settle (report, now_s, 0);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_UNCERTAIN);
  g_assert_cmpint (report->next_try_s - now_s, >=, 60);
  g_assert_false (report->held);
  now_s = report->next_try_s;
  g_assert_true (is_due (report, SCHEDULE_CLOCK, now_s));
  schedule_begin_walk (report, "home", now_s);
  answer (report, ANN, 554, "5.6.0 duplicate", SENDPATH_VERDICT_CONTENT_REJECTED,
          SENDPATH_RECIPIENT_FAILED, now_s);
  settle (report, now_s, 0);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_UNCERTAIN);
  g_assert_true (report->held);
}

static void
test_repeat_taken (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);

  lose (report, ANN, NOW_S);
  settle (report, NOW_S, 0);
  schedule_begin_walk (report, "home", NOW_S + 1000);
  report_note_dot (report, ANN, SERVER, SENDER_RULE_SENDER, NOW_S + 1000);
  answer (report, ANN, 250, "ok", SENDPATH_VERDICT_ACCEPTED, SENDPATH_RECIPIENT_SENT, NOW_S + 1000);
  settle (report, NOW_S + 1000, 0);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_SENT);
}

/* Others wait by their own clock meanwhile. */
static void
test_repeat_beside_others (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN " " BOB);

  lose (report, ANN, NOW_S);
  answer (report, BOB, 0, "cut", SENDPATH_VERDICT_CONNECTION_LOST, WAITS, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_cmpint (report->next_try_s, ==, NOW_S + 60);
  schedule_begin_walk (report, "home", NOW_S + 60);
  g_assert_false (report_find_recipient (report, ANN)->may_repeat);
  report->next_try_s = NOW_S + 3600;
  g_assert_cmpint (schedule_due_at (report, &usual, NOW_S), ==, NOW_S + 3600);
}

/* With a clock that was set back the message is looked at once, and 15 minutes count from then. */
static void
test_repeat_clock_set_back (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  gint64 then_s = NOW_S - YEARS_S;

  lose (report, ANN, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_true (is_due (report, SCHEDULE_CLOCK, then_s));
  schedule_begin_walk (report, "home", then_s);
  g_assert_false (report_find_recipient (report, ANN)->may_repeat);
  settle (report, then_s, 0);
  g_assert_false (is_due (report, SCHEDULE_CLOCK, then_s + SCHEDULE_REPEAT_S - 1));
  g_assert_true (is_due (report, SCHEDULE_CLOCK, then_s + SCHEDULE_REPEAT_S));
  schedule_begin_walk (report, "home", then_s + SCHEDULE_REPEAT_S);
  g_assert_true (report_find_recipient (report, ANN)->may_repeat);
}

static void
test_resolve (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN " " BOB);

  g_assert_false (schedule_resolve (report, TRUE));
  lose (report, ANN, NOW_S);
  answer (report, BOB, 250, "ok", SENDPATH_VERDICT_ACCEPTED, SENDPATH_RECIPIENT_SENT, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_true (schedule_resolve (report, FALSE));
  g_assert_true (is_due (report, SCHEDULE_CLOCK, NOW_S));
  /* the user sent it again: no copy of our own any more */
  lose (report, ANN, NOW_S + 10);
  settle (report, NOW_S + 10, 0);
  g_assert_true (report->held);
  g_assert_true (schedule_resolve (report, TRUE));
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_SENT);
  g_assert_null (report->needs);
}

/* Greylisting knows the client by its address and sender. */
static void
test_greylisted_same_way (void)
{
  g_autoptr (SendpathReport) report = new_report (ANN);
  PlanAgain again = { 0 };

  answer (report, ANN, 450, "greylisted", SENDPATH_VERDICT_GREYLISTED, WAITS, NOW_S);
  settle (report, NOW_S, 0);
  g_assert_false (schedule_find_again (report, "hotel", &again));
  g_assert_true (schedule_find_again (report, "home", &again));
  g_assert_cmpstr (again.host, ==, SERVER);
  g_assert_cmpint (again.port, ==, 587);
  g_assert_cmpint (again.family, ==, G_SOCKET_FAMILY_IPV6);
  g_assert_cmpint (again.kind, ==, SENDPATH_ROUTE_ACCOUNT);
  g_assert_cmpint (again.rule, ==, SENDER_RULE_SENDER);
}

/* ---- the words of servers -------------------------------------------------------------------- */

static const struct {
  const char *text;
  guint seconds;
} words[] = {
  { "try again in 15 seconds", 15 },
  { "4.7.1 Too many failed auth attempts; try again in 30s", 30 },
  { "The mail has been greylisted for 5 minutes, after which it should be accepted.", 300 },
  { "Temporary failure, please try again in 25 minutes.", 1500 },
  { "temporarily rejected, come back in 60 seconds", 60 },
  { "try again in 1 hour(s) 25 minute(s) and see ( http://portal.example.net )", 5100 },
  { "4.7.1 unknown sender, delayed for 10 min", 600 },
  { "Please wait at least 2h30m before you try again", 9000 },
  { "Retry-After: 300", 300 },
  { "greylisting in progress... retry after 300 seconds", 300 },
  { "blocked for 24 hours", 86400 },
  { "try again in 9999999999999999999999 days", 86400 },
  { "Please check your mailbox first, then try to send again within 15 minutes", 0 },
  { "Message expired: unable to deliver in 840 minutes", 0 },
  { "try again later", 0 },
  { "try again in 5 minuets or in 2026", 300 },
  { "come back in 2026", 0 },
  { "retry: queue id A5m is in 3C5s", 0 },
  { "", 0 },
};

static void
test_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_test_message ("%s", words[i].text);
      g_assert_cmpuint (retry_after_read (words[i].text), ==, words[i].seconds);
    }
  g_assert_cmpuint (retry_after_read (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/delay-by-verdict", test_delays);
  g_test_add_func ("/schedule/doubles-up-to-the-longest", test_doubling);
  g_test_add_func ("/schedule/retry-of-the-policy", test_own_retry);
  g_test_add_func ("/schedule/several-recipients", test_several_recipients);
  g_test_add_func ("/schedule/what-is-needed-is-not-by-the-clock", test_needs);
  g_test_add_func ("/schedule/held-until-released", test_held);
  g_test_add_func ("/schedule/new-message-is-due", test_new_is_due);
  g_test_add_func ("/schedule/stopped-goes-on-at-once", test_stopped);
  g_test_add_func ("/schedule/at-the-account-s-pace", test_paced);
  g_test_add_func ("/schedule/held-after-real-trying", test_hold_after);
  g_test_add_func ("/schedule/sleep-is-no-trying", test_sleep_is_no_trying);
  g_test_add_func ("/schedule/pointed-out-after-a-while", test_overdue);
  g_test_add_func ("/schedule/clock-set-back-P-13", test_clock_set_back);
  g_test_add_func ("/schedule/clock-set-forward-P-13", test_clock_set_forward);
  g_test_add_func ("/schedule/one-repeat-T-101", test_one_repeat);
  g_test_add_func ("/schedule/dot-record-alone-T-102-T-105", test_dot_alone);
  g_test_add_func ("/schedule/refused-repeat-is-for-the-user", test_repeat_refused);
  g_test_add_func ("/schedule/repeat-is-taken", test_repeat_taken);
  g_test_add_func ("/schedule/repeat-beside-others", test_repeat_beside_others);
  g_test_add_func ("/schedule/repeat-with-the-clock-set-back-P-13", test_repeat_clock_set_back);
  g_test_add_func ("/schedule/resolve", test_resolve);
  g_test_add_func ("/schedule/greylisted-goes-the-same-way", test_greylisted_same_way);
  g_test_add_func ("/schedule/words-of-servers", test_words);
  return g_test_run ();
}
