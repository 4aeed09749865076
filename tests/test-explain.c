/* What people and programs are told about a reply. */
#include "config.h"

#include "sendpath/verdict/explain.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "sendpath/verdict/explain-batch.h"
#include "sendpath/verdict/explain-texts.h"
#include "sendpath/verdict/outlook-codes.h"
#include "sendpath/verdict/pasted-reply.h"
#include "sendpath/verdict/verdict-rules.h"

static const struct {
  const char *pasted;
  const char *verdict;
  const char *outlook; /* NULL: none */
} pastes[] = {
  { "550 5.7.1 Relaying denied", "relay-denied", "0x800CCC79" },
  { "  550-5.7.1 Relaying\n550 5.7.1 denied  ", "relay-denied", "0x800CCC79" },
  { "relay access denied", "relay-denied", "0x800CCC79" },
  { "0x800CCC79", "relay-denied", "0x800CCC79" },
  { "Error 0x800ccc0d", "host-not-found", "0x800CCC0D" },
  { "0x800CCC0E", "unreachable", "0x800CCC0E" },
  { "0x800CCC92", "auth-failed", "0x800CCC92" },
  { "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", "remote-unreachable", NULL },
  { "Sorry, I couldn't find any host named example.invalid. (#5.1.2)", "remote-unreachable", NULL },
  { "Disk quota exceeded", "mailbox-full", NULL },
  { "421", "server-busy", "0x800CCC67" },
  { "535 5.7.8 Authentication failed", "auth-failed", "0x800CCC18" },
  { "530 5.7.0 Must issue a STARTTLS command first", "tls-required", "0x800CCC7C" },
  /* Outlook's sentence */
  { "The message could not be sent because one of the recipients was rejected by the server. The "
    "rejected e-mail address was 'someone@example.com'. Subject 'Test', Account: 'Test', Server: "
    "'smtp.example.com', Protocol: SMTP, Server Response: '553 sorry, that domain isn't in my list "
    "of allowed rcpthosts (#5.7.1)', Port: 25, Secure(SSL): No, Server Error: 553, Error Number: "
    "0x800CCC79",
    "relay-denied", "0x800CCC79" },
  /* logs of Postfix, Exim, msmtp */
  { "postfix/smtp[12]: 3AB: to=<a@example.org>, relay=mx.example.org[203.0.113.5]:25, delay=2.1, "
    "dsn=5.1.1, status=bounced (host mx.example.org[203.0.113.5] said: 550 5.1.1 <a@example.org>: "
    "Recipient address rejected: User unknown (in reply to RCPT TO command))",
    "recipient-unknown", "0x800CCC79" },
  { "** a@example.org R=dnslookup T=remote_smtp: SMTP error from remote mail server after MAIL "
    "FROM:<b@example.com>: host mx.example.org [203.0.113.5]: 550 no",
    "sender-rejected", "0x800CCC78" },
  { "host=smtp.example.com tls=on auth=on user=u from=a@example.com recipients=b@example.org "
    "smtpstatus=554 smtpmsg='554 5.7.1 <b@example.org>: Relay access denied' "
    "errormsg='recipient not accepted' exitcode=EX_UNAVAILABLE",
    "relay-denied", "0x800CCC79" },
  { "An error occurred while sending mail. The mail server responded: 5.7.1 Relaying denied.",
    "relay-denied", "0x800CCC79" },
  { "Sending of the message failed. Peer's Certificate issuer is not recognized.", "tls-failed",
    "0x800CCC1A" },
  { "port 587 blocked", "unreachable", "0x800CCC0E" },
};

static void
test_pastes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pastes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SendpathExplanation) explanation =
                     sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, pastes[i].pasted, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (sendpath_verdict_to_string (sendpath_explanation_get_verdict (explanation)),
                       ==, pastes[i].verdict);
      g_assert_cmpstr (sendpath_explanation_get_outlook (explanation), ==, pastes[i].outlook);
    }
}

static const struct {
  const char *pasted;
  guint code;
  const char *text;
  SendpathPhase phase;
} readings[] = {
  { "550 5.7.1 no", 550, "5.7.1 no", SENDPATH_PHASE_UNKNOWN },
  { "550", 550, "", SENDPATH_PHASE_UNKNOWN },
  { "550-one\r\n550 two", 550, "one\ntwo", SENDPATH_PHASE_UNKNOWN },
  { "no such user", 0, "no such user", SENDPATH_PHASE_UNKNOWN },
  { "port 587 timed out", 0, "port 587 timed out", SENDPATH_PHASE_CONNECT },
  { "said: 554 no (in reply to end of DATA command)", 554, "no", SENDPATH_PHASE_EOD },
  { "Response: '550 isn't allowed', Port: 25", 550, "isn't allowed", SENDPATH_PHASE_UNKNOWN },
  { "<<< 553 no", 553, "no", SENDPATH_PHASE_UNKNOWN },
};

static void
test_readings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    {
      g_autoptr (PastedReply) pasted = pasted_reply_new (readings[i].pasted);

      g_assert_cmpuint (sendpath_reply_get_code (pasted->reply), ==, readings[i].code);
      g_assert_cmpstr (sendpath_reply_get_text (pasted->reply), ==, readings[i].text);
      g_assert_cmpint (pasted->place.phase, ==, readings[i].phase);
    }
}

static void
test_nothing_to_explain (void)
{
  static const char *const texts[] = { "", "   ", "...", "\xff\xfe", "''" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, texts[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

/* A code that has two readings says both. */
static void
test_two_readings (void)
{
  g_autoptr (SendpathExplanation) quota =
                 sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, "552", NULL);
  g_autoptr (SendpathExplanation) space =
                 sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, "452", NULL);

  g_assert_nonnull (strstr (sendpath_explanation_get_what (quota), "mailbox is full"));
  g_assert_nonnull (strstr (sendpath_explanation_get_what (quota), "larger"));
  g_assert_nonnull (strstr (sendpath_explanation_get_what (space), "space"));
  g_assert_nonnull (strstr (sendpath_explanation_get_what (space), "recipients"));
}

/* Three whole sentences for every verdict, in every place. */
static void
test_sentences (void)
{
  static const guint codes[] = { 0,   250, 421, 450, 451, 452, 454, 500, 501, 502, 503,
                                 504, 530, 535, 538, 550, 551, 552, 553, 554, 571 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    for (int phase = SENDPATH_PHASE_UNKNOWN; phase <= SENDPATH_PHASE_QUIT; phase++)
      {
        g_autoptr (SendpathReply) reply = sendpath_reply_new (codes[i], NULL, "no");
        SendpathVerdictQuery query = { .phase = (SendpathPhase) phase, .reply = reply };
        g_autoptr (SendpathExplanation) explanation = sendpath_explain_reply (&query);
        const char *sentences[] = { sendpath_explanation_get_what (explanation),
                                    sendpath_explanation_get_will (explanation),
                                    sendpath_explanation_get_advice (explanation) };

        for (guint j = 0; j < G_N_ELEMENTS (sentences); j++)
          {
            g_assert_nonnull (sentences[j]);
            g_assert_true (g_str_has_suffix (sentences[j], "."));
            g_assert_null (strchr (sentences[j], '{'));
          }
      }
}

/* A name that stands for the server in the middle of a sentence could not be put into each language;
 * and a text that belongs to a rule is lost when the rule changes its name. */
static void
test_texts (void)
{
  static const char *const finer[] = { "antivirus",
                                       "certificate-expired",
                                       "certificate-name",
                                       "certificate-unknown",
                                       "cancelled",
                                       "network-changed",
                                       "not-local",
                                       "disk-quota",
                                       "disk-full",
                                       "firewall-changes-words",
                                       "no-answer-in-time",
                                       "no-common-login",
                                       "no-recipient",
                                       "no-sender",
                                       "tls-other-kind",
                                       "network-programs-broken",
                                       NULL };

  for (int verdict = SENDPATH_VERDICT_NONE; verdict <= SENDPATH_VERDICT_UNCERTAIN; verdict++)
    for (guint place = 0; place < EXPLAIN_PORT_25 << 1; place++)
      {
        ExplainCase explained = { .verdict = (SendpathVerdict) verdict, .place = place };
        ExplainTexts texts;

        explain_texts_find (&explained, FALSE, &texts);
        g_assert_null (strstr (texts.what + 1, "{server}"));
        g_assert_null (strchr (texts.will, '{'));
        g_assert_null (strchr (texts.advice, '{'));
        g_assert_true (texts.contact == NULL || strchr (texts.contact, '{') == NULL);
      }
  for (guint i = 0; explain_texts_get_reason (i) != NULL; i++)
    {
      const char *reason = explain_texts_get_reason (i);
      gboolean is_known = g_strv_contains (finer, reason);

      for (guint j = 0; j < verdict_n_rules; j++)
        is_known = is_known || g_str_equal (verdict_rules[j].rule, reason);
      for (guint j = 0; j < verdict_n_fault_rules; j++)
        is_known = is_known || g_str_equal (verdict_fault_rules[j].rule, reason);
      if (!is_known)
        g_error ("no rule is named %s", reason);
    }
}

static void
test_server_is_named (void)
{
  g_autoptr (SendpathReply) reply = sendpath_reply_new (550, NULL, "5.7.1 Relaying denied");
  SendpathVerdictQuery query = { .phase = SENDPATH_PHASE_RCPT,
                                 .reply = reply,
                                 .server = "smtp.proseware.com" };
  g_autoptr (SendpathExplanation) explanation = sendpath_explain_reply (&query);

  g_assert_true (
      g_str_has_prefix (sendpath_explanation_get_what (explanation), "smtp.proseware.com "));
}

/* T-028, R-34: what is printed holds no control or bidi characters of the server. */
static void
test_words_are_cleaned (void)
{
  g_autoptr (SendpathExplanation) explanation = sendpath_explain_text (
      SENDPATH_PHASE_UNKNOWN, "550 5.7.1 Relaying \x1b[31mdenied\u202e now", NULL);
  g_autofree char *text = sendpath_explanation_to_text (explanation);

  g_assert_null (strchr (text, '\x1b'));
  g_assert_null (strstr (text, "\u202e"));
  g_assert_nonnull (strstr (text, "550 5.7.1 Relaying"));
}

static void
test_json (void)
{
  g_autoptr (SendpathExplanation) explanation =
                 sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, "550 5.7.1 Relaying denied", NULL);
  g_autofree char *text = sendpath_explanation_to_json (explanation);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GList) members = json_object_get_members (object);

  g_assert_cmpuint (g_list_length (members), ==, 8);
  g_assert_cmpint (json_object_get_int_member (object, "schema"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "verdict"), ==, "relay-denied");
  g_assert_cmpstr (json_object_get_string_member (object, "remedy"), ==, "log-in");
  g_assert_cmpstr (json_object_get_string_member (object, "rule"), ==, "relaying");
  g_assert_cmpstr (json_object_get_string_member (object, "outlook"), ==, "0x800CCC79");
}

static const struct {
  const char *line, *answer;
} lines[] = {
  { "{\"id\":\"a\",\"stage\":\"rcpt\",\"code\":550,\"enhanced\":\"5.7.1\",\"text\":\"5.7.1 "
    "Relaying "
    "denied\"}",
    "{\"id\":\"a\",\"verdict\":\"relay-denied\",\"remedy\":\"log-in\",\"rule\":\"relaying\"}" },
  { "{\"id\":7,\"phase\":\"rcpt\",\"code\":550,\"enhanced\":null,\"text\":\"relaying "
    "denied\",\"authenticated\":true}",
    "{\"id\":7,\"verdict\":\"relay-denied\",\"remedy\":\"sender-rule\",\"rule\":\"relaying\"}" },
  { "{\"stage\":\"eod\",\"code\":250,\"text\":\"ok\",\"recipient\":\"a@example.org\",\"server\":"
    "\"smtp.example.com\",\"tls\":true}",
    "{\"id\":null,\"verdict\":\"accepted\",\"remedy\":\"none\",\"rule\":\"accepted\"}" },
  { "{}", "{\"id\":null,\"verdict\":\"server-error\",\"remedy\":\"next-endpoint\",\"rule\":"
          "\"unclassified\"}" },
};

static void
test_batch_lines (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = sendpath_explain_json_line (lines[i].line, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (answer, ==, lines[i].answer);
    }
}

static const struct {
  const char *line, *named;
} bad_lines[] = {
  { "", "JSON" },
  { "nonsense", "JSON" },
  { "[1]", "JSON" },
  { "{\"code\":550", "JSON" },
  { "{\"code\":\"550\"}", "code" },
  { "{\"code\":99}", "code" },
  { "{\"code\":600}", "code" },
  { "{\"code\":550.5}", "code" },
  { "{\"code\":550,\"text\":7}", "text" },
  { "{\"code\":550,\"stage\":[]}", "stage" },
  { "{\"code\":550,\"enhanced\":{}}", "enhanced" },
  { "{\"code\":550,\"authenticated\":\"yes\"}", "authenticated" },
};

static void
test_bad_batch_lines (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_lines); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sendpath_explain_json_line (bad_lines[i].line, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, bad_lines[i].named));
    }
}

/* PRODUCT.md section 5: a recipient refused is 0x800CCC79, whatever the reason. */
static void
test_outlook_numbers (void)
{
  g_assert_cmpstr (outlook_code (SENDPATH_VERDICT_RELAY_DENIED, SENDPATH_PHASE_RCPT, 550), ==,
                   "0x800CCC79");
  g_assert_cmpstr (outlook_code (SENDPATH_VERDICT_RECIPIENT_UNKNOWN, SENDPATH_PHASE_RCPT, 550), ==,
                   "0x800CCC79");
  g_assert_cmpstr (outlook_code (SENDPATH_VERDICT_SENDER_REJECTED, SENDPATH_PHASE_MAIL, 553), ==,
                   "0x800CCC78");
  g_assert_cmpstr (outlook_code (SENDPATH_VERDICT_CONTENT_REJECTED, SENDPATH_PHASE_EOD, 554), ==,
                   "0x800CCC6F");
  g_assert_cmpstr (outlook_code (SENDPATH_VERDICT_UNREACHABLE, SENDPATH_PHASE_CONNECT, 0), ==,
                   "0x800CCC0E");
  g_assert_null (outlook_code (SENDPATH_VERDICT_ACCEPTED, SENDPATH_PHASE_EOD, 250));
  g_assert_null (outlook_code (SENDPATH_VERDICT_PORTAL, SENDPATH_PHASE_CONNECT, 0));
  g_assert_null (outlook_find ("0x800CCC799"));
  g_assert_null (outlook_find ("0x1"));
}

/* As help desks, Outlook and programs that take it for a decimal number write it. */
static void
test_outlook_spellings (void)
{
  static const struct {
    const char *text, *number;
  } spellings[] = {
    { "0x800CCC79", "0x800CCC79" },
    { "0x800ccc79", "0x800CCC79" },
    { "0X800CCC79", "0x800CCC79" },
    { "800CCC79", "0x800CCC79" },
    { "Error Number: 0x800CCC79", "0x800CCC79" },
    { "(0x800CCC79): 'no'", "0x800CCC79" },
    { "-2146644871", "0x800CCC79" },
    { "2148322425", "0x800CCC79" },
    { "error -2146644979.", "0x800CCC0D" },
    { "0x80042109", "0x80042109" },
    { "80042109", NULL },
    { "1800CCC79", NULL },
    { "800CCC79F", NULL },
    { "0x800CCCFF", NULL },
    { "2148322425123", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      const OutlookNumber *found = outlook_find (spellings[i].text);

      g_assert_cmpstr (found != NULL ? found->number : NULL, ==, spellings[i].number);
    }
}

/* Trouble that lasts: somebody is named, and the right one. */
static void
test_contacts (void)
{
  static const struct {
    const char *pasted, *named;
  } contacts[] = {
    { "421 Service not available", "your own provider, or the recipient's" },
    { "to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.5]:25, status=deferred (host "
      "mx.adatum.com[203.0.113.5] said: 450 4.2.0 Greylisted (in reply to RCPT TO command))",
      "postmaster@adatum.com" },
    { "The server responded: 4.3.2 try later, Server: 'smtp.proseware.com', Port: 587",
      "postmaster@proseware.com" },
    { "connect to smtp.proseware.com[203.0.113.5]:587: Connection refused", "ask your provider" },
    { "nc: connect to smtp.proseware.com port 25 (tcp) failed: Connection refused",
      "whoever runs the network" },
    { "450 4.2.1 mailbox unavailable", "the recipient's provider" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (contacts); i++)
    {
      g_autoptr (SendpathExplanation) explanation =
                     sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, contacts[i].pasted, NULL);
      const char *advice = sendpath_explanation_get_advice (explanation);

      g_test_message ("%s", advice);
      g_assert_nonnull (strstr (advice, "30 minutes"));
      g_assert_nonnull (strstr (advice, contacts[i].named));
    }
}

/* Where the words tell which of two readings is meant, only that one is told. */
static void
test_sure_reading (void)
{
  static const struct {
    const char *pasted, *told, *not_told;
  } readings_of_two[] = {
    { "552 5.2.2 mailbox over quota", "mailbox is full", "larg" },
    { "552 5.3.4 message too large", "larg", "mailbox is full" },
    { "452 4.5.3 too many recipients", "recipients", "space" },
    { "452 4.3.1 insufficient system storage", "space", "recipients" },
    { "550 5.7.1 relaying denied", "pass mail on", "no mailbox" },
    { "550 no such user", "no mailbox", "pass mail on" },
    { "551 user not local", "not on this server", "no mailbox" },
    { "553 sorry, that domain isn't in my list of allowed rcpthosts", "pass mail on", "written" },
    { "503 5.5.1 need MAIL before RCPT", "order", "know" },
    { "Disk quota exceeded", "sometimes your own", "server" },
    { "220 *****************\nEHLO a\n502 unimplemented", "stars", "know" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (readings_of_two); i++)
    {
      g_autoptr (SendpathExplanation) explanation = sendpath_explain_text (
          SENDPATH_PHASE_UNKNOWN, readings_of_two[i].pasted, NULL);
      const char *what = sendpath_explanation_get_what (explanation);

      g_test_message ("%s", what);
      g_assert_nonnull (strstr (what, readings_of_two[i].told));
      g_assert_null (strstr (what, readings_of_two[i].not_told));
    }
}

/* What nobody tries again is no matter of waiting, and sendpath does not promise to go on. */
static void
test_end (void)
{
  static const struct {
    SendpathPhase phase;
    const char *pasted, *will, *advice;
  } ends[] = {
    { SENDPATH_PHASE_EOD, "554 5.3.0 internal error", "does not try again", "again later" },
    { SENDPATH_PHASE_EOD, "451 4.3.0 internal error", "tries again later", "but wait" },
    { SENDPATH_PHASE_EOD, "554 5.4.6 too many hops", "does not try again", "after the @" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (SendpathExplanation) explanation =
                     sendpath_explain_text (ends[i].phase, ends[i].pasted, NULL);

      g_test_message ("%s", ends[i].pasted);
      g_assert_nonnull (strstr (sendpath_explanation_get_will (explanation), ends[i].will));
      g_assert_nonnull (strstr (sendpath_explanation_get_advice (explanation), ends[i].advice));
    }
}

/* Nobody can write to the postmaster of a provider that cannot be reached. */
static void
test_unreachable_postmaster (void)
{
  g_autoptr (SendpathExplanation) explanation = sendpath_explain_text (
      SENDPATH_PHASE_UNKNOWN, "550 5.1.2 <a@adatum.com>: unknown domain", NULL);
  const char *advice = sendpath_explanation_get_advice (explanation);

  g_assert_cmpint (sendpath_explanation_get_verdict (explanation), ==,
                   SENDPATH_VERDICT_REMOTE_UNREACHABLE);
  g_assert_nonnull (strstr (advice, "the recipient's provider"));
  g_assert_null (strstr (advice, "postmaster"));
}

/* Help for this very case, from the words of mail programs. */
static void
test_help_in_pastes (void)
{
  static const struct {
    const char *pasted, *told;
  } helps[] = {
    { "One of the recipients was rejected by the server smtp.proseware.com: terri@gmial.com. The "
      "server response was: 5.1.1 unknown user",
      "terri@gmail.com" },
    { "msmtp: authentication failed (method PLAIN)\n"
      "msmtp: server message: 535-5.7.8 Username and Password not accepted. See\n"
      "msmtp: server message: 535 5.7.8 https://support.google.com/mail/?p=BadCredentials\n"
      "msmtp: could not send mail (account default from /etc/msmtprc)",
      "Google" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (helps); i++)
    {
      g_autoptr (SendpathExplanation) explanation =
                     sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, helps[i].pasted, NULL);

      g_test_message ("%s", helps[i].pasted);
      g_assert_nonnull (strstr (sendpath_explanation_get_advice (explanation), helps[i].told));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/explain/what-people-paste", test_pastes);
  g_test_add_func ("/explain/reply-is-found-in-a-paste", test_readings);
  g_test_add_func ("/explain/nothing-is-an-error", test_nothing_to_explain);
  g_test_add_func ("/explain/two-readings-are-both-told", test_two_readings);
  g_test_add_func ("/explain/three-sentences-always", test_sentences);
  g_test_add_func ("/explain/texts-fit-their-places", test_texts);
  g_test_add_func ("/explain/server-is-named", test_server_is_named);
  g_test_add_func ("/explain/servers-words-are-cleaned", test_words_are_cleaned);
  g_test_add_func ("/explain/json-has-its-keys", test_json);
  g_test_add_func ("/explain/batch-line-by-line", test_batch_lines);
  g_test_add_func ("/explain/bad-batch-line-is-named", test_bad_batch_lines);
  g_test_add_func ("/explain/whom-to-ask-when-it-lasts", test_contacts);
  g_test_add_func ("/explain/sure-reading-alone", test_sure_reading);
  g_test_add_func ("/explain/end-is-told", test_end);
  g_test_add_func ("/explain/no-postmaster-of-the-unreachable", test_unreachable_postmaster);
  g_test_add_func ("/explain/help-in-pastes", test_help_in_pastes);
  g_test_add_func ("/outlook/both-directions", test_outlook_numbers);
  g_test_add_func ("/outlook/every-spelling", test_outlook_spellings);
  return g_test_run ();
}
