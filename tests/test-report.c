/* Report: outcomes, the objects of PRODUCT.md section 7, and the words for people. */
#include "config.h"

#include "sendpath/verdict/explain.h"
#include "sendpath/walk/report-private.h"

#include <string.h>

#define NOON_S G_GINT64_CONSTANT (1795262400) /* 21 November 2026, 12:00:00 UTC */

/* What an attempt is in these tests: only what the words and the outcome hang on. */
typedef struct {
  SendpathRouteKind kind;
  const char *server;
  guint16 port;
  const char *auth;
  SenderRule rule;
  SendpathPhase phase;
  guint code; /* 0: nobody answered */
  const char *text;
  SendpathVerdict verdict;
} Step;

#define ISP     SENDPATH_ROUTE_ACCOUNT, "smtp.proseware.com"
#define ISP_POP SENDPATH_ROUTE_ACCOUNT_POP, "smtp.proseware.com"
#define WORK    SENDPATH_ROUTE_LOCATION, "mail.thephone-company.com"
#define DENIED  SENDPATH_PHASE_RCPT, 550, "5.7.1 Relaying denied", SENDPATH_VERDICT_RELAY_DENIED
#define UNKNOWN SENDPATH_PHASE_RCPT, 550, "5.1.1 No such user", SENDPATH_VERDICT_RECIPIENT_UNKNOWN
#define TAKEN   SENDPATH_PHASE_EOD, 250, "2.0.0 Ok: queued", SENDPATH_VERDICT_ACCEPTED
#define SILENT  SENDPATH_PHASE_CONNECT, 0, "no answer in time", SENDPATH_VERDICT_UNREACHABLE
#define LOST    SENDPATH_PHASE_EOD, 0, "the connection broke", SENDPATH_VERDICT_UNCERTAIN

static SendpathReport *
new_report (const char *recipients)
{
  static const char header[] = "From: terri@proseware.com\r\n"
                               "Subject: Lunch\r\n"
                               "Message-ID: <1@proseware.com>\r\n";
  g_autoptr(GError) error = NULL;
  g_autoptr(Header) parsed = header_parse (header, strlen (header), &error);
  g_autoptr(GBytes) text = g_bytes_new_static ("Noon?\r\n", 7);
  g_autoptr(BodySource) body = body_source_new_from_bytes (text);
  g_auto(GStrv) addresses = g_strsplit (recipients, " ", -1);
  g_autoptr(SendpathMessage) message = NULL;
  SendpathReport *report;

  g_assert_no_error (error);
  message =
      message_new_from_parts (NULL, (const char *const *) addresses, parsed, body, BODY_PLAIN);
  report = report_new ("0123456789abcdef0123456789abcdef", message);
  report->account = g_strdup ("home");
  return report;
}

static SendpathRecipientState
state_after (SendpathVerdict verdict)
{
  switch ((int) verdict)
    {
    case SENDPATH_VERDICT_ACCEPTED:
      return SENDPATH_RECIPIENT_SENT;
    case SENDPATH_VERDICT_UNCERTAIN:
      return SENDPATH_RECIPIENT_UNCERTAIN;
    case SENDPATH_VERDICT_RECIPIENT_UNKNOWN:
    case SENDPATH_VERDICT_CONTENT_REJECTED:
      return SENDPATH_RECIPIENT_FAILED;
    default:
      return SENDPATH_RECIPIENT_QUEUED;
    }
}

/* One more attempt, which decided about @addresses. */
static void
take_step (SendpathReport *report, const char *addresses, const Step *step)
{
  g_auto(GStrv) decided = g_strsplit (addresses, " ", -1);
  Attempt *attempt = attempt_new ();
  guint index;

  attempt->kind = step->kind;
  attempt->pop_login = step->kind == SENDPATH_ROUTE_ACCOUNT_POP;
  attempt->server = g_strdup (step->server);
  attempt->login = g_strdup (step->kind == SENDPATH_ROUTE_LOCATION ? "none" : "account");
  attempt->host = g_strdup (step->server);
  attempt->ip = g_strdup ("192.0.2.25");
  attempt->port = step->port;
  attempt->security = step->port == 465 ? SENDPATH_SECURITY_TLS : SENDPATH_SECURITY_STARTTLS;
  attempt->is_protected = TRUE;
  attempt->auth = g_strdup (step->auth);
  attempt->sender_rule = step->rule;
  attempt->mail_from = g_strdup (step->rule == SENDER_RULE_KEEP ? "terri@proseware.com"
                                                                : "tchudzik@thephone-company.com");
  attempt->phase = step->phase;
  attempt->reply = step->code != 0
                       ? sendpath_reply_new (step->code, NULL, step->text)
                       : sendpath_reply_new_fault (SENDPATH_FAULT_UNREACHABLE, step->text);
  attempt->verdict = step->verdict;
  index = report_add_attempt (report, attempt);
  for (guint i = 0; decided[i] != NULL; i++)
    report_set_recipient (report, decided[i], index, state_after (step->verdict), step->verdict,
                          attempt->reply);
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static void
test_outcomes (void)
{
  static const struct {
    const char *states; /* one letter a recipient: the first of its state's name */
    SendpathOutcome outcome;
  } cases[] = {
    { "s", SENDPATH_OUTCOME_SENT },       { "ss", SENDPATH_OUTCOME_SENT },
    { "q", SENDPATH_OUTCOME_QUEUED },     { "sq", SENDPATH_OUTCOME_QUEUED },
    { "fq", SENDPATH_OUTCOME_QUEUED },    { "uq", SENDPATH_OUTCOME_QUEUED },
    { "f", SENDPATH_OUTCOME_FAILED },     { "ff", SENDPATH_OUTCOME_FAILED },
    { "sf", SENDPATH_OUTCOME_PARTIAL },   { "fss", SENDPATH_OUTCOME_PARTIAL },
    { "u", SENDPATH_OUTCOME_UNCERTAIN },  { "su", SENDPATH_OUTCOME_UNCERTAIN },
    { "fu", SENDPATH_OUTCOME_UNCERTAIN }, { "sfu", SENDPATH_OUTCOME_UNCERTAIN },
    { "sfuq", SENDPATH_OUTCOME_QUEUED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathReport) report =
                     new_report ("a@adatum.com b@adatum.com c@adatum.com d@adatum.com");

      g_ptr_array_set_size (report->recipients, (int) strlen (cases[i].states));
      for (guint j = 0; cases[i].states[j] != '\0'; j++)
        for (int state = SENDPATH_RECIPIENT_QUEUED; state <= SENDPATH_RECIPIENT_UNCERTAIN; state++)
          if (sendpath_recipient_state_to_string (state)[0] == cases[i].states[j])
            ((ReportRecipient *) report->recipients->pdata[j])->state = state;
      g_assert_cmpstr (sendpath_outcome_to_string (sendpath_report_get_outcome (report)), ==,
                       sendpath_outcome_to_string (cases[i].outcome));
    }
}

/* T-021: each recipient has a fate of its own. */
static void
test_recipients_are_settled_one_by_one (void)
{
  g_autoptr(SendpathReport) report = new_report ("bob@proseware.com someone@adatum.com");
  g_autofree const char **unsettled = NULL;

  take_step (report, "bob@proseware.com", &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, TAKEN });
  take_step (report, "someone@adatum.com", &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, DENIED });
  unsettled = report_dup_unsettled (report);
  g_assert_cmpstr (unsettled[0], ==, "someone@adatum.com");
  g_assert_null (unsettled[1]);
  g_assert_cmpint (sendpath_report_get_state (report, 0), ==, SENDPATH_RECIPIENT_SENT);
  g_assert_cmpuint (sendpath_report_get_code (report, 1), ==, 550);
  g_assert_cmpstr (sendpath_report_get_text (report, 1), ==, "5.7.1 Relaying denied");
  g_assert_cmpint (sendpath_report_get_verdict (report, 1), ==, SENDPATH_VERDICT_RELAY_DENIED);
}

static void
test_furthest (void)
{
  g_autoptr(SendpathReport) report = new_report ("a@adatum.com b@adatum.com");
  const ReportRecipient *b = report->recipients->pdata[1];

  take_step (report, "a@adatum.com", &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, UNKNOWN });
  g_assert_null (report_get_furthest (report, b));
  take_step (report, "b@adatum.com", &(Step) { ISP, 25, NULL, SENDER_RULE_KEEP, DENIED });
  take_step (report, "b@adatum.com", &(Step) { ISP_POP, 587, NULL, SENDER_RULE_KEEP, DENIED });
  take_step (report, "b@adatum.com", &(Step) { WORK, 25, NULL, SENDER_RULE_KEEP, SILENT });
  g_assert_true (report_get_furthest (report, b) == report->attempts->pdata[2]);
  report_begin_walk (report);
  g_assert_null (report_get_furthest (report, b));
  take_step (report, "b@adatum.com", &(Step) { WORK, 25, NULL, SENDER_RULE_KEEP, SILENT });
  g_assert_true (report_get_furthest (report, b) == report->attempts->pdata[4]);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* The members of @object, in order. */
static char *
list_members (JsonObject *object)
{
  g_autoptr(GList) names = json_object_get_members (object);
  g_autoptr(GString) list = g_string_new (NULL);

  for (GList *name = names; name != NULL; name = name->next)
    g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", (char *) name->data);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static SendpathReport *
new_told_report (void)
{
  SendpathReport *report = new_report ("bob@proseware.com someone@adatum.com");

  report->location = g_strdup ("hotel");
  report->network = g_strdup ("n1");
  report->queued_at_s = NOON_S;
  report->size_bytes = 2048;
  take_step (report, "bob@proseware.com someone@adatum.com",
             &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, DENIED });
  take_step (report, "bob@proseware.com", &(Step) { ISP, 587, "plain", SENDER_RULE_KEEP, TAKEN });
  report->reason = g_strdup ("smtp.proseware.com answered: 550 5.7.1 Relaying denied");
  report->next_try_s = NOON_S + 300;
  return report;
}

static void
test_members (void)
{
  static const struct {
    SendpathReportForm form;
    const char *members;
  } cases[] = {
    { SENDPATH_REPORT_SEND, "schema id outcome account location network message_id subject from "
                            "attempts recipients reason needs next_try summary facts" },
    { SENDPATH_REPORT_QUEUE_SHOW, "schema id outcome account location network message_id subject "
                                  "from attempts recipients reason needs next_try summary "
                                  "facts queued_at size held" },
    { SENDPATH_REPORT_QUEUE_LIST, "id outcome account from subject message_id recipients queued_at "
                                  "size reason needs next_try held" },
  };
  g_autoptr(SendpathReport) report = new_told_report ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = sendpath_report_to_json (report, cases[i].form);
      g_autoptr(JsonNode) node = json_from_string (json, NULL);
      g_autofree char *members = list_members (json_node_get_object (node));

      g_assert_cmpstr (members, ==, cases[i].members);
      g_assert_null (strchr (json, '\n'));
    }
}

static void
test_list_line (void)
{
  g_autoptr(SendpathReport) report = new_told_report ();
  g_autofree char *json = sendpath_report_to_json (report, SENDPATH_REPORT_QUEUE_LIST);

  g_assert_cmpstr (
      json, ==,
      "{\"id\":\"0123456789abcdef0123456789abcdef\",\"outcome\":\"queued\",\"account\":\"home\","
      "\"from\":\"terri@proseware.com\",\"subject\":\"Lunch\","
      "\"message_id\":\"<1@proseware.com>\","
      "\"recipients\":["
      "{\"address\":\"bob@proseware.com\",\"state\":\"sent\",\"attempts\":[0,1],\"verdict\":"
      "\"accepted\","
      "\"code\":250,\"enhanced\":\"2.0.0\",\"text\":\"2.0.0 Ok: queued\"},"
      "{\"address\":\"someone@adatum.com\",\"state\":\"queued\",\"attempts\":[0],\"verdict\":"
      "\"relay-denied\","
      "\"code\":550,\"enhanced\":\"5.7.1\",\"text\":\"5.7.1 Relaying denied\"}],"
      "\"queued_at\":\"2026-11-21T12:00:00Z\",\"size\":2048,"
      "\"reason\":\"smtp.proseware.com answered: 550 5.7.1 Relaying denied\",\"needs\":null,"
      "\"next_try\":\"2026-11-21T12:05:00Z\",\"held\":false}");
}

static void
test_nothing_known_yet (void)
{
  g_autoptr(SendpathReport) report = new_report ("someone@adatum.com");
  g_autofree char *json = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);

  g_assert_nonnull (strstr (json, "\"location\":null,\"network\":null,"));
  g_assert_nonnull (strstr (json,
                            "\"attempts\":[],\"recipients\":[{\"address\":\"someone@adatum.com\","
                            "\"state\":\"queued\",\"attempts\":[],\"verdict\":null,\"code\":null,"
                            "\"enhanced\":null,\"text\":null}],"
                            "\"reason\":null,\"needs\":null,\"next_try\":null,"));
}

/* The help desk's questions, in the order in which it asks them. */
static void
test_facts (void)
{
  g_autoptr(SendpathReport) untried = new_report ("someone@adatum.com");
  g_autoptr(SendpathReport) told = new_told_report ();
  g_autoptr(SendpathReport) silent = new_report ("someone@adatum.com");
  g_autofree char *nothing = sendpath_report_to_json (untried, SENDPATH_REPORT_SEND);
  g_autofree char *all = sendpath_report_to_json (told, SENDPATH_REPORT_QUEUE_SHOW);
  g_autofree char *some = NULL;

  g_assert_nonnull (strstr (nothing, ",\"facts\":null}"));
  g_assert_nonnull (
      strstr (all, ",\"facts\":{\"refused\":\"someone@adatum.com\",\"subject\":\"Lunch\","
                   "\"account\":\"home\",\"server\":\"smtp.proseware.com\",\"port\":587,"
                   "\"encryption\":\"starttls\",\"text\":\"5.7.1 Relaying denied\",\"code\":550,"
                   "\"outlook\":\"0x800CCC79\"},\"queued_at\":"));
  take_step (silent, "someone@adatum.com", &(Step) { ISP, 465, NULL, SENDER_RULE_KEEP, SILENT });
  some = sendpath_report_to_json (silent, SENDPATH_REPORT_SEND);
  g_assert_nonnull (strstr (some, "\"port\":465,\"encryption\":\"tls\",\"text\":null,"
                                  "\"code\":null,\"outlook\":"));
}

/* P-13: a clock from before or after all calendars loses nothing. */
static void
test_odd_clocks (void)
{
  static const gint64 clocks[] = { -1, 1, G_GINT64_CONSTANT (4102444799), G_MAXINT64, G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      g_autoptr(SendpathReport) report = new_report ("someone@adatum.com");
      g_autofree char *json = NULL;

      report->queued_at_s = clocks[i];
      json = sendpath_report_to_json (report, SENDPATH_REPORT_QUEUE_SHOW);
      g_assert_nonnull (strstr (json, "\"queued_at\":"));
    }
}

/* ---- for people ------------------------------------------------------------------------------ */

static void
test_summaries_of_what_worked (void)
{
  static const struct {
    Step steps[3];
    const char *summary;
  } cases[] = {
    { { { ISP, 587, "plain", SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent." },
    { { { ISP, 587, NULL, SENDER_RULE_KEEP, DENIED },
        { ISP, 587, "scram-sha-256", SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com does not relay "
      "mail from this network without a login, so sendpath logged in." },
    { { { ISP, 587, NULL, SENDER_RULE_KEEP, DENIED },
        { ISP_POP, 587, NULL, SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com does not relay "
      "mail from this network without a login, so sendpath logged in to your incoming mail "
      "first." },
    { { { ISP, 587, "plain", SENDER_RULE_KEEP, DENIED },
        { SENDPATH_ROUTE_BACKUP, "smtp.example.org", 587, "plain", SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com does not relay "
      "this mail from this network, so sendpath used the server of your other account, "
      "smtp.example.org." },
    { { { ISP, 587, NULL, SENDER_RULE_KEEP, SILENT }, { WORK, 25, NULL, SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com cannot be "
      "reached from here, so sendpath used the relay of this location, "
      "mail.thephone-company.com." },
    { { { ISP, 587, NULL, SENDER_RULE_KEEP, SILENT },
        { WORK, 25, NULL, SENDER_RULE_SENDER, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com cannot be "
      "reached from here, so sendpath used the relay of this location, "
      "mail.thephone-company.com, with tchudzik@thephone-company.com as the sender; replies "
      "still come to you." },
    { { { WORK, 25, NULL, SENDER_RULE_KEEP, SENDPATH_PHASE_MAIL, 553, "5.7.1 not yours",
          SENDPATH_VERDICT_SENDER_REJECTED },
        { WORK, 25, NULL, SENDER_RULE_SENDER, TAKEN } },
      "Your message to someone@adatum.com has been sent. mail.thephone-company.com does not "
      "accept this sender address, so sendpath named tchudzik@thephone-company.com as the "
      "sender, and replies still come to you." },
    { { { ISP, 465, NULL, SENDER_RULE_KEEP, SILENT },
        { SENDPATH_ROUTE_ACCOUNT_PORT, "smtp.proseware.com", 587, NULL, SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com cannot be "
      "reached from here, so sendpath used port 587." },
    /* the first that answered counts, not the door that was shut before it */
    { { { ISP, 465, NULL, SENDER_RULE_KEEP, SILENT },
        { ISP, 587, NULL, SENDER_RULE_KEEP, DENIED },
        { ISP, 587, "plain", SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com does not relay "
      "mail from this network without a login, so sendpath logged in." },
    { { { ISP, 587, "plain", SENDER_RULE_KEEP, SENDPATH_PHASE_RCPT, 451, "4.7.1 later",
          SENDPATH_VERDICT_GREYLISTED },
        { ISP, 587, "plain", SENDER_RULE_KEEP, TAKEN } },
      "Your message to someone@adatum.com has been sent. smtp.proseware.com asks to try "
      "again in some minutes, so sendpath tried again." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathReport) report = new_report ("someone@adatum.com");
      g_autofree char *summary = NULL;

      for (guint j = 0; j < G_N_ELEMENTS (cases[i].steps) && cases[i].steps[j].server != NULL; j++)
        take_step (report, "someone@adatum.com", &cases[i].steps[j]);
      summary = sendpath_report_dup_summary (report);
      g_assert_cmpstr (summary, ==, cases[i].summary);
    }
}

static void
test_summary_of_what_waits (void)
{
  g_autoptr(SendpathReport) report = new_report ("someone@adatum.com");
  g_autofree char *at_first = sendpath_report_dup_summary (report);
  g_autofree char *refused = NULL;
  g_autofree char *needy = NULL;

  g_assert_cmpstr (at_first, ==,
                   "Your message to someone@adatum.com waits in the outbox. To try again at "
                   "once, run: sendpath queue flush");
  take_step (report, "someone@adatum.com", &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, DENIED });
  take_step (report, "someone@adatum.com", &(Step) { WORK, 25, NULL, SENDER_RULE_KEEP, SILENT });
  refused = sendpath_report_dup_summary (report);
  g_assert_cmpstr (
      refused, ==,
      "Your message to someone@adatum.com waits in the outbox: smtp.proseware.com does not "
      "relay mail from this network without a login. To try again at once, run: sendpath "
      "queue flush");
  report->needs = g_strdup ("password");
  report->reason = g_strdup ("the password of home is not at hand.");
  needy = sendpath_report_dup_summary (report);
  g_assert_cmpstr (
      needy, ==,
      "Your message to someone@adatum.com waits in the outbox: the password of home is not at "
      "hand. After that, run: sendpath queue flush");
}

/* What everybody is told who gets this reply. */
static char *
dup_advice (const char *reply)
{
  g_autoptr(SendpathExplanation) explanation =
                 sendpath_explain_text (SENDPATH_PHASE_RCPT, reply, NULL);

  return g_strdup (sendpath_explanation_get_advice (explanation));
}

static void
test_summary_of_what_failed (void)
{
  g_autofree char *advice = dup_advice ("550 5.1.1 No such user");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr(SendpathReport) report = new_report ("bob@proseware.com x@adatum.com y@adatum.com");
  g_autofree char *partial = NULL;
  g_autofree char *uncertain = NULL;

  take_step (report, "bob@proseware.com", &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, TAKEN });
  take_step (report, "x@adatum.com y@adatum.com",
             &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, UNKNOWN });
  partial = sendpath_report_dup_summary (report);
  first = g_strdup_printf (
      "Your message to bob@proseware.com has been sent. Your message to x@adatum.com, "
      "y@adatum.com could not be sent: smtp.proseware.com says that there is no such mailbox. %s "
      "A copy is kept; to see it, run: sendpath queue show 0123456789abcdef0123456789abcdef",
      advice);
  g_assert_cmpstr (partial, ==, first);

  take_step (report, "y@adatum.com", &(Step) { ISP, 587, NULL, SENDER_RULE_KEEP, LOST });
  uncertain = sendpath_report_dup_summary (report);
  second = g_strdup_printf (
      "Your message to bob@proseware.com has been sent. Your message to x@adatum.com could "
      "not be sent: smtp.proseware.com says that there is no such mailbox. %s Your message to "
      "y@adatum.com may have been sent, or not: smtp.proseware.com did not confirm that it "
      "took the message. Ask whether it arrived before you send it again. A copy is kept; to see "
      "it, run: sendpath queue show 0123456789abcdef0123456789abcdef",
      advice);
  g_assert_cmpstr (uncertain, ==, second);
}

/* What is known of this very case is told in the place of what is told to everybody. */
static void
test_summary_has_concrete_help (void)
{
  static const struct {
    const char *recipient;
    Step step;
    guint64 size_bytes, size_max_bytes;
    MailDomain mail_domain;
    const char *help;
  } cases[] = {
    { "terri@gmial.com",
      { ISP, 587, "plain", SENDER_RULE_KEEP, UNKNOWN },
      0,
      0,
      MAIL_DOMAIN_UNKNOWN,
      "Did you mean terri@gmail.com?" },
    { "terri@adatum.com",
      { ISP, 587, "plain", SENDER_RULE_KEEP, UNKNOWN },
      0,
      0,
      MAIL_DOMAIN_MISSING,
      "There is no domain adatum.com; check the part of the address after the @." },
    { "terri@adatum.com",
      { WORK, 25, NULL, SENDER_RULE_KEEP, SENDPATH_PHASE_MAIL, 552, "5.3.4 too big",
        SENDPATH_VERDICT_MESSAGE_TOO_LARGE },
      31400000,
      25000000,
      MAIL_DOMAIN_UNKNOWN,
      "The message has 31.4 MB with its attachments; mail.thephone-company.com takes 25.0 MB." },
    { "terri@adatum.com",
      { ISP, 587, NULL, SENDER_RULE_KEEP, SENDPATH_PHASE_MAIL, 452, "4.3.1 disk full",
        SENDPATH_VERDICT_SERVER_STORAGE },
      0,
      0,
      MAIL_DOMAIN_UNKNOWN,
      "If it lasts more than 30 minutes, ask the help desk of proseware.com, your provider." },
    { "terri@adatum.com",
      { SENDPATH_ROUTE_ACCOUNT, "smtp.gmail.com", 587, NULL, SENDER_RULE_KEEP, SENDPATH_PHASE_AUTH,
        535, "5.7.8 not accepted", SENDPATH_VERDICT_AUTH_FAILED },
      0,
      0,
      MAIL_DOMAIN_UNKNOWN,
      "Google takes only an app password here, not the usual one: turn on two-step verification, "
      "make an app password at myaccount.google.com/apppasswords, and store it with “sendpath "
      "password set”." },
    { "terri@gmial.com",
      { ISP, 587, "plain", SENDER_RULE_KEEP, DENIED },
      0,
      0,
      MAIL_DOMAIN_UNKNOWN,
      NULL },
    { "terri@gmial.com",
      { ISP, 587, "plain", SENDER_RULE_KEEP, TAKEN },
      0,
      0,
      MAIL_DOMAIN_UNKNOWN,
      NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathReport) report = new_report (cases[i].recipient);
      g_autofree char *help = NULL;
      g_autofree char *summary = NULL;

      take_step (report, cases[i].recipient, &cases[i].step);
      report->size_bytes = cases[i].size_bytes;
      ((Attempt *) report->attempts->pdata[0])->size_max_bytes = cases[i].size_max_bytes;
      report_set_mail_domain (report, cases[i].recipient, cases[i].mail_domain);
      help = sendpath_report_dup_help (report, 0);
      g_assert_cmpstr (help, ==, cases[i].help);
      summary = sendpath_report_dup_summary (report);
      g_assert_true (help == NULL || strstr (summary, help) != NULL);
    }
}

/* One transaction: one is taken, another refused, who goes by login afterwards. */
static void
test_summary_of_one_of_two (void)
{
  static const Step taken = { ISP, 587, NULL, SENDER_RULE_KEEP, TAKEN };
  static const Step logged_in = { ISP, 587, "plain", SENDER_RULE_KEEP, TAKEN };
  g_autoptr(SendpathReport) report = new_report ("bob@proseware.com someone@adatum.com");
  g_autoptr(SendpathReply) refusal = sendpath_reply_new (550, NULL, "5.7.1 Relaying denied");
  g_autofree char *waiting = NULL;
  g_autofree char *facts = NULL;
  g_autofree char *sent = NULL;

  take_step (report, "bob@proseware.com", &taken);
  report_set_recipient (report, "someone@adatum.com", 0, SENDPATH_RECIPIENT_QUEUED,
                        SENDPATH_VERDICT_RELAY_DENIED, refusal);
  waiting = sendpath_report_dup_summary (report);
  g_assert_cmpstr (
      waiting, ==,
      "Your message to bob@proseware.com has been sent. Your message to someone@adatum.com waits "
      "in the outbox: smtp.proseware.com does not relay mail from this network without a login. "
      "To try again at once, run: sendpath queue flush");
  facts = sendpath_report_to_text (report);
  g_assert_nonnull (strstr (facts, "the server's words: 5.7.1 Relaying denied\nreply code: 550\n"
                                   "Outlook's number: 0x800CCC79\n"));
  take_step (report, "someone@adatum.com", &logged_in);
  sent = sendpath_report_dup_summary (report);
  g_assert_cmpstr (sent, ==,
                   "Your message to bob@proseware.com, someone@adatum.com has been sent. "
                   "smtp.proseware.com does not relay mail from this network without a login, so "
                   "sendpath logged in.");
}

static void
assert_answer (const SendpathReport *report, guint i, const char *expected)
{
  g_autofree char *answer = sendpath_report_dup_answer (report, i);

  g_assert_cmpstr (answer, ==, expected);
}

/* Who said what about each; where nobody did, what kept the answer away. */
static void
test_answer_names_who_gave_it (void)
{
  static const Step unknown = { ISP, 587, NULL, SENDER_RULE_KEEP, UNKNOWN };
  static const Step silent = { ISP, 587, NULL, SENDER_RULE_KEEP, SENDPATH_PHASE_CONNECT, 0,
                               "nobody listens", SENDPATH_VERDICT_UNREACHABLE };
  g_autoptr(SendpathReport) report = new_report ("a@adatum.com b@adatum.com c@adatum.com");
  g_autoptr(SendpathReply) full = sendpath_reply_new (552, NULL, "5.2.2 Mailbox full");

  assert_answer (report, 0, NULL);
  take_step (report, "b@adatum.com", &unknown);
  report_set_recipient (report, "a@adatum.com", 0, SENDPATH_RECIPIENT_FAILED,
                        SENDPATH_VERDICT_MAILBOX_FULL, full);
  take_step (report, "c@adatum.com", &silent);
  assert_answer (report, 0, "smtp.proseware.com answered: 552 5.2.2 Mailbox full");
  assert_answer (report, 2, "smtp.proseware.com: nobody listens");
  ((Attempt *) report->attempts->pdata[0])->is_protected = FALSE;
  assert_answer (report, 0,
                 "smtp.proseware.com, or somebody in its place, answered without encryption: 552 "
                 "5.2.2 Mailbox full");
}

/* One transaction, two refusals: each has the words that were said of it. */
static void
test_each_has_its_own_words (void)
{
  static const Step unknown = { ISP, 587, NULL, SENDER_RULE_KEEP, UNKNOWN };
  g_autoptr(SendpathReport) report = new_report ("a@adatum.com b@adatum.com");
  g_autoptr(SendpathReply) full = sendpath_reply_new (552, NULL, "5.2.2 Mailbox full");
  g_autofree char *facts = NULL;

  take_step (report, "b@adatum.com", &unknown);
  report_set_recipient (report, "a@adatum.com", 0, SENDPATH_RECIPIENT_FAILED,
                        SENDPATH_VERDICT_MAILBOX_FULL, full);
  facts = sendpath_report_to_text (report);
  g_assert_nonnull (strstr (facts, "refused address: a@adatum.com\n"));
  g_assert_nonnull (strstr (facts, "the server's words: 5.2.2 Mailbox full\nreply code: 552\n"));
}

/* Others were taken; the next server's refusal comes with the next server's name. */
static void
test_last_of_equal_refusals_counts (void)
{
  static const Step taken = { ISP, 587, NULL, SENDER_RULE_KEEP, TAKEN };
  static const Step denied = { WORK, 25, NULL, SENDER_RULE_KEEP, DENIED };
  g_autoptr(SendpathReport) report = new_report ("bob@proseware.com someone@adatum.com");
  g_autoptr(SendpathReply) refusal = sendpath_reply_new (553, NULL, "not in rcpthosts");
  g_autofree char *facts = NULL;

  take_step (report, "bob@proseware.com", &taken);
  report_set_recipient (report, "someone@adatum.com", 0, SENDPATH_RECIPIENT_QUEUED,
                        SENDPATH_VERDICT_RELAY_DENIED, refusal);
  take_step (report, "someone@adatum.com", &denied);
  facts = sendpath_report_to_text (report);
  g_assert_nonnull (strstr (facts, "server: mail.thephone-company.com\nport: 25\n"));
  g_assert_nonnull (strstr (facts, "the server's words: 5.7.1 Relaying denied\n"));
}

/* Who waits is told why he waits, not what became of another. */
static void
test_summary_of_mixed_fates (void)
{
  static const Step unknown = { ISP, 587, NULL, SENDER_RULE_KEEP, UNKNOWN };
  static const Step silent = { ISP, 587, NULL, SENDER_RULE_KEEP, SILENT };
  static const Step lost = { ISP, 587, NULL, SENDER_RULE_KEEP, LOST };
  g_autoptr(SendpathReport) report = new_report ("x@adatum.com y@adatum.com z@adatum.com");
  g_autofree char *summary = NULL;

  take_step (report, "x@adatum.com", &unknown);
  take_step (report, "z@adatum.com", &lost);
  take_step (report, "y@adatum.com", &silent);
  report->needs = g_strdup ("network");
  report->reason = g_strdup ("this machine is not connected to any network");
  summary = sendpath_report_dup_summary (report);
  g_assert_true (g_str_has_suffix (
      summary,
      "Ask whether it arrived before you send it again. Your message to y@adatum.com waits "
      "in the outbox: this machine is not connected to any network. When you are "
      "connected, run: sendpath queue flush"));
  g_clear_pointer (&report->needs, g_free);
  g_clear_pointer (&summary, g_free);
  summary = sendpath_report_dup_summary (report);
  g_assert_nonnull (strstr (summary, "y@adatum.com waits in the outbox: smtp.proseware.com cannot "
                                     "be reached from here."));
}

static void
test_many_names_are_counted (void)
{
  g_autoptr(SendpathReport) report =
                 new_report ("a@adatum.com b@adatum.com c@adatum.com d@adatum.com");
  g_autoptr(SendpathReport) more =
                 new_report ("a@adatum.com b@adatum.com c@adatum.com d@adatum.com e@adatum.com");
  g_autofree char *one = sendpath_report_dup_summary (report);
  g_autofree char *two = sendpath_report_dup_summary (more);

  g_assert_true (g_str_has_prefix (
      one, "Your message to a@adatum.com, b@adatum.com, c@adatum.com and 1 other waits"));
  g_assert_true (g_str_has_prefix (
      two, "Your message to a@adatum.com, b@adatum.com, c@adatum.com and 2 others waits"));
}

/* what anybody in between may have said is marked. */
static void
test_unprotected (void)
{
  g_autoptr(SendpathReport) report = new_told_report ();
  g_autofree char *text = NULL;

  ((Attempt *) report->attempts->pdata[0])->is_protected = FALSE;
  text = sendpath_report_to_text (report);
  g_assert_nonnull (strstr (text, "(5.7.1 Relaying denied; said without encryption)\n2. "));
  g_assert_nonnull (strstr (text, "(2.0.0 Ok: queued)\n"));
}

static void
test_text (void)
{
  g_autoptr(SendpathReport) report = new_told_report ();
  g_autofree char *text = sendpath_report_to_text (report);

  g_assert_cmpstr (
      text, ==,
      "1. account smtp.proseware.com:587 [192.0.2.25] starttls, rcpt 550: smtp.proseware.com "
      "does not relay mail from this network without a login (5.7.1 Relaying "
      "denied)\n"
      "2. account smtp.proseware.com:587 [192.0.2.25] starttls, eod 250: smtp.proseware.com "
      "accepted the message (2.0.0 Ok: queued)\n"
      "bob@proseware.com: sent (250 2.0.0 Ok: queued)\n"
      "someone@adatum.com: waits in the outbox (550 5.7.1 Relaying denied)\n"
      "refused address: someone@adatum.com\n"
      "subject: Lunch\n"
      "account: home\n"
      "server: smtp.proseware.com\n"
      "port: 587\n"
      "encryption: TLS by STARTTLS\n"
      "the server's words: 5.7.1 Relaying denied\n"
      "reply code: 550\n"
      "Outlook's number: 0x800CCC79\n");
}

static void
test_no_facts_without_a_refusal (void)
{
  g_autoptr(SendpathReport) report = new_report ("someone@adatum.com");
  g_autofree char *text = NULL;

  take_step (report, "someone@adatum.com", &(Step) { ISP, 465, "plain", SENDER_RULE_KEEP, TAKEN });
  text = sendpath_report_to_text (report);
  g_assert_cmpstr (text, ==,
                   "1. account smtp.proseware.com:465 [192.0.2.25] tls, eod 250: "
                   "smtp.proseware.com accepted the message "
                   "(2.0.0 Ok: queued)\n"
                   "someone@adatum.com: sent (250 2.0.0 Ok: queued)\n");
}

/* T-028, R-34: nothing that a server or a mail brings moves the cursor or turns the line around. */
static void
test_nothing_moves_the_cursor (void)
{
  static const Step rude = { ISP,
                             587,
                             NULL,
                             SENDER_RULE_KEEP,
                             SENDPATH_PHASE_RCPT,
                             550,
                             "\033[2J\033]0;title\007\xe2\x80\xae no\r\n\x01",
                             SENDPATH_VERDICT_RELAY_DENIED };
  g_autoptr(SendpathReport) report = new_report ("\"\033[1m\xe2\x80\xae\"@adatum.com");
  g_autofree char *all = NULL;
  g_autofree char *summary = NULL;

  g_free (report->subject);
  report->subject = g_strdup ("\033[31mred\xe2\x80\xae");
  take_step (report, "\"\033[1m\xe2\x80\xae\"@adatum.com", &rude);
  all = sendpath_report_to_text (report);
  summary = sendpath_report_dup_summary (report);
  g_assert_null (strpbrk (all, "\033\007\001\r"));
  g_assert_null (strstr (all, "\xe2\x80\xae"));
  g_assert_null (strpbrk (summary, "\033\007\001\r"));
  g_assert_null (strstr (summary, "\xe2\x80\xae"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/outcomes", test_outcomes);
  g_test_add_func ("/report/recipients-are-settled-one-by-one",
                   test_recipients_are_settled_one_by_one);
  g_test_add_func ("/report/furthest-is-that-of-the-latest-walk", test_furthest);
  g_test_add_func ("/report/json-members-are-those-of-the-contract", test_members);
  g_test_add_func ("/report/json-list-line", test_list_line);
  g_test_add_func ("/report/json-has-null-for-the-unknown", test_nothing_known_yet);
  g_test_add_func ("/report/json-has-the-facts-of-the-help-desk", test_facts);
  g_test_add_func ("/report/odd-clocks-lose-nothing", test_odd_clocks);
  g_test_add_func ("/report/summary-tells-what-made-it-work", test_summaries_of_what_worked);
  g_test_add_func ("/report/summary-tells-why-it-waits", test_summary_of_what_waits);
  g_test_add_func ("/report/summary-tells-each-fate", test_summary_of_what_failed);
  g_test_add_func ("/report/summary-has-concrete-help", test_summary_has_concrete_help);
  g_test_add_func ("/report/answer-names-who-gave-it", test_answer_names_who_gave_it);
  g_test_add_func ("/report/summary-tells-one-from-another", test_summary_of_one_of_two);
  g_test_add_func ("/report/facts-are-the-recipient's-own", test_each_has_its_own_words);
  g_test_add_func ("/report/facts-are-those-of-the-last-of-equals",
                   test_last_of_equal_refusals_counts);
  g_test_add_func ("/report/summary-tells-why-this-one-waits", test_summary_of_mixed_fates);
  g_test_add_func ("/report/summary-counts-many-names", test_many_names_are_counted);
  g_test_add_func ("/report/text-has-attempts-recipients-facts", test_text);
  g_test_add_func ("/report/R-21-unprotected-answers-are-marked", test_unprotected);
  g_test_add_func ("/report/no-facts-without-a-refusal", test_no_facts_without_a_refusal);
  g_test_add_func ("/report/nothing-moves-the-cursor", test_nothing_moves_the_cursor);
  return g_test_run ();
}
