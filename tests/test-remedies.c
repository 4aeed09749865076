/* The table of PRODUCT.md section 4, row by row. */
#include "config.h"

#include "sendpath/verdict/remedies.h"

#include <string.h>

typedef struct {
  const char *verdict;
  SendpathPhase phase;
  guint code;
  const char *session;  /* any of: logged-in tls relay */
  const char *remedies; /* in order */
} Row;

static const Row rows[] = {
  { "none", SENDPATH_PHASE_RCPT, 0, "", "" },
  { "accepted", SENDPATH_PHASE_EOD, 250, "", "" },
  { "uncertain", SENDPATH_PHASE_EOD, 0, "", "" },
  { "relay-denied", SENDPATH_PHASE_RCPT, 550, "",
    "log-in other-family next-endpoint next-route wait" },
  { "relay-denied", SENDPATH_PHASE_RCPT, 454, "",
    "log-in other-family next-endpoint next-route wait" },
  { "relay-denied", SENDPATH_PHASE_RCPT, 550, "logged-in",
    "sender-rule other-family next-endpoint next-route wait" },
  { "relay-denied", SENDPATH_PHASE_RCPT, 550, "relay",
    "sender-rule log-in other-family next-endpoint next-route wait" },
  { "auth-required", SENDPATH_PHASE_MAIL, 530, "", "log-in next-endpoint next-route wait" },
  { "auth-required", SENDPATH_PHASE_MAIL, 530, "logged-in", "next-endpoint next-route wait" },
  { "pop-required", SENDPATH_PHASE_RCPT, 550, "", "pop-login log-in next-route wait" },
  { "pop-required", SENDPATH_PHASE_RCPT, 550, "logged-in", "pop-login next-route wait" },
  { "tls-required", SENDPATH_PHASE_MAIL, 530, "", "encrypt next-endpoint next-route wait" },
  { "tls-required", SENDPATH_PHASE_MAIL, 530, "tls", "next-endpoint next-route wait" },
  { "auth-failed", SENDPATH_PHASE_AUTH, 535, "", "ask-login next-route wait" },
  { "no-credential", SENDPATH_PHASE_AUTH, 0, "", "ask-login next-route wait" },
  { "sender-rejected", SENDPATH_PHASE_MAIL, 550, "", "sender-rule next-route wait" },
  { "sender-rejected", SENDPATH_PHASE_RCPT, 550, "", "sender-rule next-route wait" },
  { "sender-rejected", SENDPATH_PHASE_RCPT, 550, "logged-in", "final" },
  { "sender-rejected", SENDPATH_PHASE_RCPT, 550, "logged-in relay", "sender-rule next-route wait" },
  { "sender-rejected", SENDPATH_PHASE_EOD, 550, "", "final" },
  { "sender-rejected", SENDPATH_PHASE_EOD, 550, "relay", "sender-rule wait" },
  { "recipient-unknown", SENDPATH_PHASE_RCPT, 550, "", "final" },
  { "recipient-unknown", SENDPATH_PHASE_RCPT, 550, "relay", "final" },
  { "recipient-invalid", SENDPATH_PHASE_RCPT, 501, "", "final" },
  { "mailbox-full", SENDPATH_PHASE_RCPT, 452, "", "wait" },
  { "mailbox-full", SENDPATH_PHASE_RCPT, 552, "", "final" },
  { "mailbox-unavailable", SENDPATH_PHASE_RCPT, 450, "", "wait" },
  { "mailbox-unavailable", SENDPATH_PHASE_RCPT, 550, "", "final" },
  { "remote-unreachable", SENDPATH_PHASE_RCPT, 450, "", "wait" },
  { "remote-unreachable", SENDPATH_PHASE_RCPT, 550, "", "final" },
  { "greylisted", SENDPATH_PHASE_RCPT, 450, "", "wait" },
  { "rate-limited", SENDPATH_PHASE_MAIL, 450, "", "wait" },
  { "server-busy", SENDPATH_PHASE_GREETING, 421, "", "next-endpoint wait" },
  { "server-busy", SENDPATH_PHASE_AUTH, 454, "", "next-endpoint wait" },
  { "server-busy", SENDPATH_PHASE_EOD, 451, "", "wait" },
  { "server-busy", SENDPATH_PHASE_UNKNOWN, 451, "", "wait" },
  { "server-storage", SENDPATH_PHASE_MAIL, 452, "", "wait" },
  { "server-storage", SENDPATH_PHASE_GREETING, 452, "", "next-endpoint wait" },
  { "too-many-recipients", SENDPATH_PHASE_RCPT, 452, "", "split" },
  { "message-too-large", SENDPATH_PHASE_MAIL, 552, "", "final" },
  { "message-too-large", SENDPATH_PHASE_MAIL, 552, "relay", "wait" },
  { "content-rejected", SENDPATH_PHASE_EOD, 554, "", "final" },
  { "client-blocked", SENDPATH_PHASE_RCPT, 554, "",
    "log-in other-family next-endpoint next-route wait" },
  { "client-blocked", SENDPATH_PHASE_RCPT, 554, "logged-in",
    "other-family next-endpoint next-route wait" },
  { "ptr-required", SENDPATH_PHASE_RCPT, 450, "",
    "log-in other-family next-endpoint next-route wait" },
  { "ptr-required", SENDPATH_PHASE_RCPT, 450, "logged-in",
    "other-family next-endpoint next-route wait" },
  { "server-error", SENDPATH_PHASE_RCPT, 451, "", "next-endpoint wait" },
  { "server-error", SENDPATH_PHASE_RCPT, 554, "", "next-endpoint wait" },
  { "server-error", SENDPATH_PHASE_EOD, 554, "", "next-endpoint final" },
  { "protocol-error", SENDPATH_PHASE_MAIL, 503, "", "next-endpoint wait" },
  { "offline", SENDPATH_PHASE_CONNECT, 0, "", "wait" },
  { "portal", SENDPATH_PHASE_CONNECT, 0, "", "wait" },
  { "host-not-found", SENDPATH_PHASE_RESOLVE, 0, "", "next-endpoint next-route wait" },
  { "unreachable", SENDPATH_PHASE_CONNECT, 0, "", "next-endpoint next-route wait" },
  { "tls-failed", SENDPATH_PHASE_TLS, 0, "", "next-endpoint next-route wait" },
  { "connection-lost", SENDPATH_PHASE_DATA, 0, "", "next-endpoint next-route wait" },
};

static char *
join (const SendpathRemedy *remedies)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (; *remedies != SENDPATH_REMEDY_NONE; remedies++)
    g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "",
                            sendpath_remedy_to_string (*remedies));
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SendpathReply) reply = sendpath_reply_new (rows[i].code, NULL, "no");
      g_autofree char *found = NULL;
      SendpathVerdictQuery query = { .phase = rows[i].phase, .reply = reply };

      query.authenticated = strstr (rows[i].session, "logged-in") != NULL;
      query.tls = strstr (rows[i].session, "tls") != NULL;
      query.relay = strstr (rows[i].session, "relay") != NULL;
      found = join (verdict_remedies (sendpath_verdict_from_string (rows[i].verdict), &query));
      if (strcmp (found, rows[i].remedies) != 0)
        g_test_message ("row %u: %s", i, rows[i].verdict);
      g_assert_cmpstr (found, ==, rows[i].remedies);
    }
}

/* what concerns the recipient or the content never goes to another route. */
static void
test_final_never_walks (void)
{
  static const SendpathVerdict finals[] = { SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
                                            SENDPATH_VERDICT_RECIPIENT_INVALID,
                                            SENDPATH_VERDICT_CONTENT_REJECTED };

  for (guint i = 0; i < G_N_ELEMENTS (finals); i++)
    for (int phase = SENDPATH_PHASE_UNKNOWN; phase <= SENDPATH_PHASE_QUIT; phase++)
      {
        g_autoptr (SendpathReply) reply = sendpath_reply_new (550, NULL, "no");
        SendpathVerdictQuery query = { .phase = (SendpathPhase) phase, .reply = reply };

        g_assert_cmpint (verdict_remedies (finals[i], &query)[0], ==, SENDPATH_REMEDY_FINAL);
      }
}

/* A relay refusal, however worded and wherever met, is never final. */
static void
test_relaying_is_never_final (void)
{
  for (guint session = 0; session < 8; session++)
    for (int phase = SENDPATH_PHASE_UNKNOWN; phase <= SENDPATH_PHASE_QUIT; phase++)
      {
        g_autoptr (SendpathReply) reply = sendpath_reply_new (550, NULL, "no");
        SendpathVerdictQuery query = { .phase = (SendpathPhase) phase, .reply = reply };
        const SendpathRemedy *remedy;

        query.authenticated = (session & 1) != 0;
        query.relay = (session & 2) != 0;
        query.tls = (session & 4) != 0;
        for (remedy = verdict_remedies (SENDPATH_VERDICT_RELAY_DENIED, &query);
             *remedy != SENDPATH_REMEDY_NONE; remedy++)
          g_assert_cmpint (*remedy, !=, SENDPATH_REMEDY_FINAL);
      }
}

/* Every verdict has its row, whatever the place. */
static void
test_every_verdict (void)
{
  for (int verdict = SENDPATH_VERDICT_NONE; verdict <= SENDPATH_VERDICT_UNCERTAIN; verdict++)
    {
      g_autoptr (SendpathReply) reply = sendpath_reply_new_fault (SENDPATH_FAULT_LOCAL, "");
      SendpathVerdictQuery query = { .phase = SENDPATH_PHASE_UNKNOWN, .reply = reply };

      g_assert_nonnull (verdict_remedies ((SendpathVerdict) verdict, &query));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remedies/rows-of-the-contract", test_rows);
  g_test_add_func ("/remedies/final-never-walks", test_final_never_walks);
  g_test_add_func ("/remedies/relaying-is-never-final", test_relaying_is_never_final);
  g_test_add_func ("/remedies/every-verdict-has-a-row", test_every_verdict);
  return g_test_run ();
}
