/* What a session knows beside the words of a reply, and replies that have next to no words. */
#include "config.h"

#include "sendpath/verdict/verdict.h"

#include <string.h>

#include "sendpath/verdict/reply-words.h"

static SendpathVerdictAnswer
classify (const SendpathVerdictQuery *query)
{
  SendpathVerdictAnswer answer = { 0 };

  sendpath_verdict_classify (query, &answer);
  return answer;
}

static void
test_names (void)
{
  for (int i = SENDPATH_VERDICT_NONE; i <= SENDPATH_VERDICT_UNCERTAIN; i++)
    g_assert_cmpint (
        sendpath_verdict_from_string (sendpath_verdict_to_string ((SendpathVerdict) i)), ==, i);
  g_assert_cmpint (sendpath_verdict_from_string ("no-such"), ==, SENDPATH_VERDICT_NONE);
  g_assert_cmpstr (sendpath_remedy_to_string (SENDPATH_REMEDY_LOG_IN), ==, "log-in");
}

static const struct {
  SendpathPhase phase;
  SendpathFault fault;
  SendpathVerdict verdict;
} faults[] = {
  { SENDPATH_PHASE_EOD, SENDPATH_FAULT_LINK_LOST, SENDPATH_VERDICT_UNCERTAIN },
  { SENDPATH_PHASE_EOD, SENDPATH_FAULT_PROTOCOL, SENDPATH_VERDICT_UNCERTAIN },
  { SENDPATH_PHASE_EOD, SENDPATH_FAULT_CANCELLED, SENDPATH_VERDICT_UNCERTAIN },
  { SENDPATH_PHASE_DATA, SENDPATH_FAULT_LINK_LOST, SENDPATH_VERDICT_CONNECTION_LOST },
  { SENDPATH_PHASE_RCPT, SENDPATH_FAULT_LINK_LOST, SENDPATH_VERDICT_CONNECTION_LOST },
  { SENDPATH_PHASE_RCPT, SENDPATH_FAULT_PROTOCOL, SENDPATH_VERDICT_PROTOCOL_ERROR },
  { SENDPATH_PHASE_RCPT, SENDPATH_FAULT_CANCELLED, SENDPATH_VERDICT_CONNECTION_LOST },
  { SENDPATH_PHASE_CONNECT, SENDPATH_FAULT_OFFLINE, SENDPATH_VERDICT_OFFLINE },
  { SENDPATH_PHASE_CONNECT, SENDPATH_FAULT_PORTAL, SENDPATH_VERDICT_PORTAL },
  { SENDPATH_PHASE_RESOLVE, SENDPATH_FAULT_HOST_NOT_FOUND, SENDPATH_VERDICT_HOST_NOT_FOUND },
  { SENDPATH_PHASE_CONNECT, SENDPATH_FAULT_UNREACHABLE, SENDPATH_VERDICT_UNREACHABLE },
  { SENDPATH_PHASE_TLS, SENDPATH_FAULT_TLS, SENDPATH_VERDICT_TLS_FAILED },
  { SENDPATH_PHASE_EHLO, SENDPATH_FAULT_TLS_MISSING, SENDPATH_VERDICT_TLS_FAILED },
  { SENDPATH_PHASE_STARTTLS, SENDPATH_FAULT_STRIPPED, SENDPATH_VERDICT_TLS_FAILED },
  { SENDPATH_PHASE_STARTTLS, SENDPATH_FAULT_INTERCEPTED, SENDPATH_VERDICT_TLS_FAILED },
  { SENDPATH_PHASE_AUTH, SENDPATH_FAULT_NO_CREDENTIAL, SENDPATH_VERDICT_NO_CREDENTIAL },
  { SENDPATH_PHASE_AUTH, SENDPATH_FAULT_NO_MECHANISM, SENDPATH_VERDICT_PROTOCOL_ERROR },
  { SENDPATH_PHASE_MAIL, SENDPATH_FAULT_TOO_LARGE, SENDPATH_VERDICT_MESSAGE_TOO_LARGE },
  { SENDPATH_PHASE_MAIL, SENDPATH_FAULT_NO_8BITMIME, SENDPATH_VERDICT_PROTOCOL_ERROR },
  { SENDPATH_PHASE_RCPT, SENDPATH_FAULT_NO_SMTPUTF8, SENDPATH_VERDICT_RECIPIENT_INVALID },
  { SENDPATH_PHASE_RCPT, SENDPATH_FAULT_BAD_ADDRESS, SENDPATH_VERDICT_RECIPIENT_INVALID },
  { SENDPATH_PHASE_EOD, SENDPATH_FAULT_LOCAL, SENDPATH_VERDICT_CONNECTION_LOST },
};

/* SAFETY P-5, R-23: only a link lost at the final dot leaves the outcome open. */
static void
test_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (SendpathReply) reply = sendpath_reply_new_fault (faults[i].fault, "");
      SendpathVerdictQuery query = { .phase = faults[i].phase, .reply = reply };

      g_assert_cmpstr (sendpath_verdict_to_string (classify (&query).verdict), ==,
                       sendpath_verdict_to_string (faults[i].verdict));
    }
}

static const struct {
  SendpathPhase phase;
  guint code;
  SendpathVerdict verdict;
} odd_successes[] = {
  { SENDPATH_PHASE_RCPT, 354, SENDPATH_VERDICT_PROTOCOL_ERROR }, /* T-013 */
  { SENDPATH_PHASE_DATA, 250, SENDPATH_VERDICT_PROTOCOL_ERROR }, /* T-014 */
  { SENDPATH_PHASE_AUTH, 220, SENDPATH_VERDICT_PROTOCOL_ERROR }, /* T-026 */
  { SENDPATH_PHASE_AUTH, 334, SENDPATH_VERDICT_PROTOCOL_ERROR }, /* T-025 */
  { SENDPATH_PHASE_AUTH, 235, SENDPATH_VERDICT_ACCEPTED },
  { SENDPATH_PHASE_RCPT, 251, SENDPATH_VERDICT_ACCEPTED },
};

static void
test_odd_successes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd_successes); i++)
    {
      g_autoptr (SendpathReply) reply = sendpath_reply_new (odd_successes[i].code, NULL, "go on");
      SendpathVerdictQuery query = { .phase = odd_successes[i].phase, .reply = reply };

      g_assert_cmpint (classify (&query).verdict, ==, odd_successes[i].verdict);
    }
}

/* An unknown text is a relay refusal only before a login. */
static void
test_unknown_text_after_login (void)
{
  g_autoptr (SendpathReply) reply = sendpath_reply_new (550, NULL, "5.7.1 No.");
  SendpathVerdictQuery query = { .phase = SENDPATH_PHASE_RCPT, .reply = reply };

  g_assert_cmpint (classify (&query).verdict, ==, SENDPATH_VERDICT_RELAY_DENIED);
  query.authenticated = TRUE;
  g_assert_cmpint (classify (&query).verdict, !=, SENDPATH_VERDICT_RELAY_DENIED);
}

/* Whatever a server sends: an answer, and no more work than the text is long. */
static void
test_long_and_odd_texts (void)
{
  g_autofree char *spaces = g_strnfill (65536, ' ');
  g_autofree char *letters = g_strnfill (65536, 'r');
  g_autofree char *brackets = g_strnfill (65536, '<');
  g_autofree char *dots = g_strnfill (65536, '.');
  const char *texts[] = { "",    spaces, letters, brackets, dots, "\x01\x1b[31m\xff\xfe",
                          "<",   "5.",   "#",     "''''",   "-",  "5.7.1",
                          "(((", "::::", "a@",    "1.2.3.4" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SendpathReply) reply = sendpath_reply_new (550, NULL, texts[i]);
      SendpathVerdictQuery query = { .phase = SENDPATH_PHASE_RCPT, .reply = reply };

      g_assert_cmpint (classify (&query).verdict, !=, SENDPATH_VERDICT_NONE);
    }
}

static const struct {
  const char *text, *words;
} readings[] = {
  { "<user@example.com>... Relaying Denied", " ADDR relaying denied " },
  { "5.7.1 <x@example.org>: Relay access  denied", " ADDR relay access denied " },
  { "sorry, that domain isn't in my list (#5.7.1)", " sorry that domain isnt in my list " },
  { "The recipient's mailbox", " the recipient mailbox " },
  { "blocked using zen.spamhaus.org", " blocked using LIST " },
  { "see http://www.example.com/relay?x=1.", " see URL " },
  { "host mx.example.net[203.0.113.5]:25", " host HOST IP NUM " },
  { "address 2001:db8::5 is blocked.For help", " address IP is blocked for help " },
  { "Nachricht nicht zul\u00e4ssig, \u00dcbertragung", " nachricht nicht zulassig ubertragung " },
  { "\u90ae\u7bb1a@b.example\u4e0d\u5b58\u5728", " \u90ae \u7bb1 ADDR \u4e0d \u5b58 \u5728 " },
  { "e-mail, E-Mail-Adresse", " email email adresse " },
  { "Limit: 10,000 (100 %)", " limit NUM NUM NUM " },
};

static void
test_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    {
      ReplyWords words;

      reply_words_read (readings[i].text, &words);
      g_assert_cmpstr (words.text, ==, readings[i].words);
    }
}

static void
test_status_in_text (void)
{
  ReplyWords words;

  reply_words_read ("sorry (#5.7.1)", &words);
  g_assert_cmpstr (words.status, ==, "5.7.1");
  reply_words_read ("from 203.0.113.5 at 5.10", &words);
  g_assert_cmpstr (words.status, ==, "");
}

/* One text, told apart by what the session knows. */
static const struct {
  const char *text;
  guint code;
  gboolean authenticated, local_accepted;
  const char *verdict;
} contexts[] = {
  { "5.7.1 Access denied", 550, FALSE, FALSE, "client-blocked" },
  { "5.7.1 Access denied", 550, FALSE, TRUE, "relay-denied" },
  { "Rejected for policy reasons", 554, FALSE, TRUE, "relay-denied" },
  { "5.7.1 Access denied", 550, TRUE, TRUE, "client-blocked" },
  { "5.7.1 Client host blocked using zen.example.net", 554, FALSE, TRUE, "client-blocked" },
  { "5.7.1 No such user here", 550, FALSE, TRUE, "recipient-unknown" },
  { "5.7.1 No.", 550, FALSE, FALSE, "relay-denied" },
  { "5.7.1 No.", 550, TRUE, FALSE, "sender-rejected" },
  { "4.7.1 Relaying not possible at this time", 451, TRUE, FALSE, "server-busy" },
  { "4.7.1 Relaying denied", 454, FALSE, FALSE, "relay-denied" },
};

static void
test_context (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (contexts); i++)
    {
      g_autoptr (SendpathReply) reply =
                     sendpath_reply_new (contexts[i].code, NULL, contexts[i].text);
      SendpathVerdictQuery query = { .phase = SENDPATH_PHASE_RCPT, .reply = reply };

      query.authenticated = contexts[i].authenticated;
      query.local_accepted = contexts[i].local_accepted;
      g_test_message ("%u: %s", i, contexts[i].text);
      g_assert_cmpstr (sendpath_verdict_to_string (classify (&query).verdict), ==,
                       contexts[i].verdict);
    }
}

/* Words that no rule knows: the stage and the code are all there is. */
static const struct {
  SendpathPhase phase;
  guint code;
  gboolean authenticated;
  const char *verdict;
} defaults[] = {
  { SENDPATH_PHASE_GREETING, 421, FALSE, "server-busy" },
  { SENDPATH_PHASE_GREETING, 554, FALSE, "client-blocked" },
  { SENDPATH_PHASE_EHLO, 502, FALSE, "protocol-error" },
  { SENDPATH_PHASE_STARTTLS, 454, FALSE, "server-busy" },
  { SENDPATH_PHASE_AUTH, 454, FALSE, "server-busy" },
  { SENDPATH_PHASE_AUTH, 535, FALSE, "auth-failed" },
  { SENDPATH_PHASE_MAIL, 530, FALSE, "auth-required" },
  { SENDPATH_PHASE_MAIL, 550, FALSE, "sender-rejected" },
  { SENDPATH_PHASE_MAIL, 452, FALSE, "server-busy" },
  { SENDPATH_PHASE_RCPT, 450, FALSE, "mailbox-unavailable" },
  { SENDPATH_PHASE_RCPT, 451, FALSE, "server-busy" },
  { SENDPATH_PHASE_RCPT, 503, FALSE, "protocol-error" },
  { SENDPATH_PHASE_RCPT, 552, TRUE, "mailbox-full" },
  { SENDPATH_PHASE_RCPT, 550, TRUE, "recipient-unknown" },
  { SENDPATH_PHASE_RCPT, 550, FALSE, "client-blocked" },
  { SENDPATH_PHASE_RCPT, 556, TRUE, "remote-unreachable" },
  { SENDPATH_PHASE_EOD, 451, FALSE, "server-busy" },
  { SENDPATH_PHASE_EOD, 552, FALSE, "message-too-large" },
  { SENDPATH_PHASE_EOD, 554, FALSE, "content-rejected" },
  { SENDPATH_PHASE_UNKNOWN, 554, FALSE, "server-error" },
};

static void
test_defaults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (defaults); i++)
    {
      g_autoptr (SendpathReply) reply = sendpath_reply_new (defaults[i].code, NULL,
                                                            "xyzzy plugh frobnicate quux grault");
      SendpathVerdictQuery query = { .phase = defaults[i].phase, .reply = reply };

      query.authenticated = defaults[i].authenticated;
      g_test_message ("%u: %u", i, defaults[i].code);
      g_assert_cmpstr (sendpath_verdict_to_string (classify (&query).verdict), ==,
                       defaults[i].verdict);
    }
}

/* Relays, logins and users that are spoken of, where none of them is what is refused. */
static const struct {
  SendpathPhase phase;
  guint code;
  const char *text, *verdict;
} misleading[] = {
  { SENDPATH_PHASE_RCPT, 554, "Your host is on an open relay list", "client-blocked" },
  { SENDPATH_PHASE_EOD, 550, "Message relayed by an open relay is not accepted", "client-blocked" },
  { SENDPATH_PHASE_EOD, 550, "5.7.26 Unauthenticated email is not accepted: DMARC",
    "sender-rejected" },
  { SENDPATH_PHASE_EOD, 550, "DKIM authentication required", "sender-rejected" },
  { SENDPATH_PHASE_RCPT, 550, "SPF authentication failed", "sender-rejected" },
  { SENDPATH_PHASE_RCPT, 550, "Sender verify failed", "sender-rejected" },
  { SENDPATH_PHASE_RCPT, 550, "cannot verify user", "recipient-unknown" },
  { SENDPATH_PHASE_RCPT, 550, "User unknown in relay recipient table", "recipient-unknown" },
  { SENDPATH_PHASE_EOD, 554, "our relay found a virus", "content-rejected" },
  { SENDPATH_PHASE_RCPT, 451, "cannot connect to relay host", "server-busy" },
  { SENDPATH_PHASE_RCPT, 552, "The mailbox that mail is relayed to is full", "mailbox-full" },
  { SENDPATH_PHASE_MAIL, 451, "authentication server unavailable, try later", "server-busy" },
  { SENDPATH_PHASE_EOD, 550, "the login page linked in this message is phishing",
    "content-rejected" },
  { SENDPATH_PHASE_RCPT, 450, "relay host is out of disk space", "server-storage" },
};

static void
test_misleading (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (misleading); i++)
    {
      g_autoptr (SendpathReply) reply =
                     sendpath_reply_new (misleading[i].code, NULL, misleading[i].text);
      SendpathVerdictQuery query = { .phase = misleading[i].phase, .reply = reply };

      g_test_message ("%s", misleading[i].text);
      g_assert_cmpstr (sendpath_verdict_to_string (classify (&query).verdict), ==,
                       misleading[i].verdict);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verdict/names-go-both-ways", test_names);
  g_test_add_func ("/verdict/faults-have-their-verdict", test_faults);
  g_test_add_func ("/verdict/success-out-of-place-is-none", test_odd_successes);
  g_test_add_func ("/verdict/unknown-text-after-login-is-no-relaying",
                   test_unknown_text_after_login);
  g_test_add_func ("/verdict/context-sharpens", test_context);
  g_test_add_func ("/verdict/unknown-text-has-a-careful-default", test_defaults);
  g_test_add_func ("/verdict/words-of-relays-and-logins-do-not-mislead", test_misleading);
  g_test_add_func ("/verdict/any-text-has-an-answer", test_long_and_odd_texts);
  g_test_add_func ("/reply-words/masks-what-differs", test_words);
  g_test_add_func ("/reply-words/finds-status-in-text", test_status_in_text);
  return g_test_run ();
}
