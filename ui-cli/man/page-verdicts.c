/* Verdicts, remedies and phases, from the tables of the library. */
#include "config.h"

#include "page.h"

#include <sendpath/sendpath.h>

#include "roff.h"

/* Where the remedies of a verdict may be others. */
static const struct {
  const char *where;
  SendpathPhase phase;
  guint code;
  gboolean authenticated, tls, relay, has_sender_rule;
} places[] = {
  { NULL, SENDPATH_PHASE_RCPT, 550, FALSE, FALSE, FALSE, FALSE }, /* what holds as a rule */
  { "after a reply 4xx", SENDPATH_PHASE_RCPT, 450, FALSE, FALSE, FALSE, FALSE },
  { "before MAIL", SENDPATH_PHASE_EHLO, 550, FALSE, FALSE, FALSE, FALSE },
  { "over an encrypted connection", SENDPATH_PHASE_RCPT, 550, FALSE, TRUE, FALSE, FALSE },
  { "after a login", SENDPATH_PHASE_RCPT, 550, TRUE, TRUE, FALSE, FALSE },
  { "while another sender address may be tried", SENDPATH_PHASE_RCPT, 550, TRUE, TRUE, FALSE,
    TRUE },
  { "at a relay of the network", SENDPATH_PHASE_RCPT, 550, FALSE, FALSE, TRUE, FALSE },
  { "after the final dot", SENDPATH_PHASE_EOD, 550, FALSE, FALSE, FALSE, FALSE },
};

/* Their names with commas between them; "none" alone if there is nothing to do. */
static char *
dup_remedies (SendpathVerdict verdict, guint place)
{
  g_autoptr (SendpathReply) reply = sendpath_reply_new (places[place].code, NULL, "");
  const SendpathVerdictQuery query = { .phase = places[place].phase,
                                       .reply = reply,
                                       .authenticated = places[place].authenticated,
                                       .tls = places[place].tls,
                                       .relay = places[place].relay,
                                       .has_sender_rule = places[place].has_sender_rule };
  const SendpathRemedy *remedy = sendpath_verdict_get_remedies (verdict, &query);
  g_autoptr (GString) names = g_string_new (sendpath_remedy_to_string (*remedy));

  if (*remedy != SENDPATH_REMEDY_NONE)
    for (remedy++; *remedy != SENDPATH_REMEDY_NONE; remedy++)
      g_string_append_printf (names, ", %s", sendpath_remedy_to_string (*remedy));
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* What is the same in several places is said once. */
static void
print_remedies (GString *text, SendpathVerdict verdict)
{
  g_autoptr (GHashTable) said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *names = dup_remedies (verdict, i);
      g_autofree char *escaped = roff_dup (names);

      if (g_hash_table_contains (said, names))
        continue;
      g_string_append_printf (text, ".br\nRemedies%s%s: \\fB%s\\fR\n",
                              places[i].where != NULL ? " " : "",
                              places[i].where != NULL ? places[i].where : "", escaped);
      g_hash_table_add (said, g_steal_pointer (&names));
    }
}

gboolean
page_add_verdicts (Page *page, const char *argument)
{
  for (guint i = SENDPATH_VERDICT_NONE + 1; i <= SENDPATH_VERDICT_UNCERTAIN; i++)
    {
      g_autoptr (SendpathExplanation) explanation = sendpath_explain_verdict ((SendpathVerdict) i);

      roff_print_tag (page->text, sendpath_verdict_to_string ((SendpathVerdict) i), NULL);
      roff_print_text (page->text, sendpath_explanation_get_what (explanation));
      print_remedies (page->text, (SendpathVerdict) i);
    }
  return TRUE;
}

static const char *const remedies[] = {
  [SENDPATH_REMEDY_NONE] = "Nothing is to be done.",
  [SENDPATH_REMEDY_LOG_IN] = "Log in, and offer the message again in the same connection.",
  [SENDPATH_REMEDY_POP_LOGIN] =
      "Log in to the account's POP3 server, then offer the message again.",
  [SENDPATH_REMEDY_ENCRYPT] = "Encrypt the connection, then offer the message again.",
  [SENDPATH_REMEDY_ASK_LOGIN] = "Ask the person for the password, or wait until it is set.",
  [SENDPATH_REMEDY_SENDER_RULE] = "Offer the message with the sender address that is allowed there.",
  [SENDPATH_REMEDY_OTHER_FAMILY] = "Try the same server by IPv6 instead of IPv4, or the reverse.",
  [SENDPATH_REMEDY_NEXT_ENDPOINT] = "Try the next address or port of the same route.",
  [SENDPATH_REMEDY_NEXT_ROUTE] = "Try the next route of the plan.",
  [SENDPATH_REMEDY_SPLIT] = "Offer the message to fewer recipients at a time.",
  [SENDPATH_REMEDY_WAIT] = "Keep the message in the outbox and try again later.",
  [SENDPATH_REMEDY_FINAL] = "Give this recipient up; a copy of the message is kept.",
};
G_STATIC_ASSERT (G_N_ELEMENTS (remedies) == SENDPATH_REMEDY_FINAL + 1);

gboolean
page_add_remedies (Page *page, const char *argument)
{
  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    {
      roff_print_tag (page->text, sendpath_remedy_to_string ((SendpathRemedy) i), NULL);
      roff_print_text (page->text, remedies[i]);
    }
  return TRUE;
}

static const char *const phases[] = {
  [SENDPATH_PHASE_UNKNOWN] = "It is not known where.",
  [SENDPATH_PHASE_RESOLVE] = "The server's addresses are looked up.",
  [SENDPATH_PHASE_CONNECT] = "The connection is made.",
  [SENDPATH_PHASE_TLS] = "Encryption from the start, on port 465 as a rule.",
  [SENDPATH_PHASE_GREETING] = "The server's first line.",
  [SENDPATH_PHASE_EHLO] = "Both sides say who they are and what they can do.",
  [SENDPATH_PHASE_STARTTLS] = "The connection is turned into an encrypted one.",
  [SENDPATH_PHASE_AUTH] = "The login.",
  [SENDPATH_PHASE_POP] = "The login to the POP3 server before.",
  [SENDPATH_PHASE_MAIL] = "The sender address, MAIL FROM.",
  [SENDPATH_PHASE_RCPT] = "A recipient, RCPT TO.",
  [SENDPATH_PHASE_DATA] = "The message itself, up to the final dot.",
  [SENDPATH_PHASE_EOD] = "The final dot and its reply; lost here, the outcome is uncertain.",
  [SENDPATH_PHASE_QUIT] = "The message was settled before.",
};
G_STATIC_ASSERT (G_N_ELEMENTS (phases) == SENDPATH_PHASE_QUIT + 1);

gboolean
page_add_phases (Page *page, const char *argument)
{
  for (guint i = SENDPATH_PHASE_UNKNOWN + 1; i < G_N_ELEMENTS (phases); i++)
    {
      roff_print_tag (page->text, sendpath_phase_to_string ((SendpathPhase) i), NULL);
      roff_print_text (page->text, phases[i]);
    }
  return TRUE;
}
