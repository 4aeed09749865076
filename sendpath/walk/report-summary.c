/* A report in one or two sentences for people: what became of the message, and what made it so. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/explain-texts.h"
#include "sendpath/verdict/explain.h"
#include "sendpath/walk/report-facts.h"
#include "sendpath/walk/words.h"
#include "sendpath/wire/clean-text.h"

/* More addresses than these are only counted. */
#define NAMED_MAX     3
#define ADDRESS_CHARS 320

/* ---- whom it concerns ------------------------------------------------------------------------ */

static const ReportRecipient *
find_state (const SendpathReport *report, SendpathRecipientState state)
{
  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];

      if (recipient->state == state)
        return recipient;
    }
  return NULL;
}

/* The addresses in @state, or NULL if there are none. */
static char *
dup_names (const SendpathReport *report, SendpathRecipientState state)
{
  g_autoptr(GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];
      g_autofree char *clean = NULL;

      if (recipient->state != state || n++ >= NAMED_MAX)
        continue;
      clean = clean_text (recipient->address, -1, ADDRESS_CHARS);
      g_string_append_printf (names, "%s%s", n > 1 ? ", " : "", clean);
    }
  if (n > NAMED_MAX)
    return g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%s and %u other", "%s and %u others", n - NAMED_MAX),
        names->str, n - NAMED_MAX);
  return n > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}

/* ---- what became of it ----------------------------------------------------------------------- */

/* A clause that is to stand inside a sentence: servers end their words in a full stop, we put our
 * own. */
static char *
take_clause (char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  while (length > 0 && text[length - 1] == '.')
    text[--length] = '\0';
  return text;
}

/* Why @recipient was refused or is uncertain. */
static char *
dup_cause (const SendpathReport *report, const ReportRecipient *recipient)
{
  const Attempt *attempt = report_get_last_attempt (report, recipient);

  if (attempt != NULL)
    return words_for_attempt (attempt, recipient->verdict);
  return take_clause (g_strdup (recipient->text));
}

/* The one of those who wait whose attempt got furthest, or NULL. */
static const ReportRecipient *
find_furthest_of_waiting (const SendpathReport *report)
{
  const ReportRecipient *furthest = NULL;
  SendpathPhase phase = SENDPATH_PHASE_UNKNOWN;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];
      const Attempt *attempt = report_get_furthest (report, recipient);

      if (recipient->state != SENDPATH_RECIPIENT_QUEUED || attempt == NULL ||
          (furthest != NULL && report_get_phase_for_refused (attempt) < phase))
        continue;
      furthest = recipient;
      phase = report_get_phase_for_refused (attempt);
    }
  return furthest;
}

/* Why anything waits: the reason that was given if somebody can do something about it, else what
 * the attempt that got furthest came to. */
static char *
dup_waiting_cause (const SendpathReport *report)
{
  const ReportRecipient *furthest = find_furthest_of_waiting (report);
  ReportFacts facts;

  if (furthest == NULL || report->held || report->needs != NULL ||
      !report_facts_find (report, furthest, &facts))
    return take_clause (g_strdup (report->reason));
  return words_for_attempt (facts.attempt, facts.verdict);
}

static char *
dup_sentence (const SendpathReport *report, SendpathRecipientState state)
{
  g_autofree char *names = dup_names (report, state);
  g_autofree char *cause = NULL;

  if (names == NULL)
    return NULL;
  switch (state)
    {
    case SENDPATH_RECIPIENT_SENT:
      return g_strdup_printf (_ ("Your message to %s has been sent."), names);
    case SENDPATH_RECIPIENT_FAILED:
      cause = dup_cause (report, find_state (report, state));
      if (cause == NULL)
        return g_strdup_printf (_ ("Your message to %s could not be sent."), names);
      return g_strdup_printf (_ ("Your message to %s could not be sent: %s."), names, cause);
    case SENDPATH_RECIPIENT_UNCERTAIN:
      cause = dup_cause (report, find_state (report, state));
      if (cause == NULL)
        return g_strdup_printf (_ ("Your message to %s may have been sent, or not."), names);
      return g_strdup_printf (_ ("Your message to %s may have been sent, or not: %s."), names,
                              cause);
    case SENDPATH_RECIPIENT_QUEUED:
      cause = dup_waiting_cause (report);
      if (cause == NULL)
        return g_strdup_printf (_ ("Your message to %s waits in the outbox."), names);
      return g_strdup_printf (_ ("Your message to %s waits in the outbox: %s."), names, cause);
    }
  return NULL;
}

/* ---- what can be done about it ---------------------------------------------------------------- */

static gboolean
is_relay (const Attempt *attempt)
{
  return attempt->kind == SENDPATH_ROUTE_LOCATION || attempt->kind == SENDPATH_ROUTE_DISCOVERED;
}

/* What people can do about all refusals of this kind, or NULL. */
static char *
dup_advice (const ReportFacts *facts)
{
  SendpathVerdictQuery query = { .phase = report_get_phase_for_refused (facts->attempt),
                                 .reply = facts->reply,
                                 .recipient = facts->refused->address,
                                 .server = facts->attempt->server,
                                 .authenticated = facts->attempt->auth != NULL,
                                 .tls = facts->attempt->is_protected,
                                 .relay = is_relay (facts->attempt) };
  g_autoptr (SendpathExplanation) explanation = NULL;

  if (facts->reply == NULL)
    return NULL;
  explanation = sendpath_explain_reply (&query);
  if (sendpath_explanation_get_verdict (explanation) != facts->verdict)
    return NULL;
  return g_strdup (sendpath_explanation_get_advice (explanation));
}

/* What helps in this very case, else what helps in all like it. */
static char *
dup_help (const SendpathReport *report, SendpathRecipientState state)
{
  gboolean waits = state == SENDPATH_RECIPIENT_QUEUED;
  const ReportRecipient *recipient =
      waits ? find_furthest_of_waiting (report) : find_state (report, state);
  ReportFacts facts;
  char *help;

  if (recipient == NULL || state == SENDPATH_RECIPIENT_UNCERTAIN ||
      g_strcmp0 (report->needs, "network") == 0 || !report_facts_find (report, recipient, &facts))
    return NULL;
  help = report_facts_dup_help (report, &facts);
  return help != NULL || waits ? help : dup_advice (&facts);
}

/* ---- what made it work ----------------------------------------------------------------------- */

/* How another server came to take the mail, or NULL if it was the same one. */
static char *
dup_other_server (const Attempt *refused, const Attempt *sent)
{
  if (g_strcmp0 (refused->server, sent->server) == 0 && refused->kind == sent->kind)
    return NULL;
  switch (sent->kind)
    {
    case SENDPATH_ROUTE_LOCATION:
      return words_fill (_ ("sendpath used the relay of this location, %s"), sent->server);
    case SENDPATH_ROUTE_DISCOVERED:
      return words_fill (_ ("sendpath used the relay that this network offers, %s"), sent->server);
    case SENDPATH_ROUTE_BACKUP:
      return words_fill (_ ("sendpath used the server of your other account, %s"), sent->server);
    case SENDPATH_ROUTE_NONE:
    case SENDPATH_ROUTE_ACCOUNT:
    case SENDPATH_ROUTE_ACCOUNT_PORT:
    case SENDPATH_ROUTE_ACCOUNT_POP:
      break;
    }
  if (g_strcmp0 (refused->server, sent->server) == 0)
    return NULL;
  return words_fill (_ ("sendpath used %s"), sent->server);
}

static gboolean
is_ipv6 (const Attempt *attempt)
{
  return attempt->ip != NULL && strchr (attempt->ip, ':') != NULL;
}

/* What was done differently at the same server, the decisive thing first. */
static char *
dup_other_manner (const Attempt *refused, const Attempt *sent)
{
  if (sent->pop_login && !refused->pop_login)
    return g_strdup (_ ("sendpath logged in to your incoming mail first"));
  if (sent->sender_rule != refused->sender_rule && sent->mail_from != NULL)
    return words_fill (_ ("sendpath named %s as the sender, and replies still come to you"),
                       sent->mail_from);
  if (sent->auth != NULL && refused->auth == NULL)
    return g_strdup (_ ("sendpath logged in"));
  if (sent->port != refused->port && sent->host != NULL && refused->host != NULL)
    return g_strdup_printf (_ ("sendpath used port %u"), sent->port);
  if (g_strcmp0 (sent->host, refused->host) != 0 && sent->host != NULL)
    return words_fill (_ ("sendpath used %s"), sent->host);
  if (sent->ip != NULL && refused->ip != NULL && is_ipv6 (sent) != is_ipv6 (refused))
    return words_fill (_ ("sendpath connected over %s"), is_ipv6 (sent) ? "IPv6" : "IPv4");
  return g_strdup (_ ("sendpath tried again"));
}

/* "A refused it for this reason, so sendpath did that", or NULL if it went at once. */
static char *
dup_cure (const SendpathReport *report, const ReportRecipient *recipient)
{
  const Attempt *sent = report_get_last_attempt (report, recipient);
  const Attempt *refused = recipient->refused_by != REPORT_NO_ATTEMPT
                               ? report->attempts->pdata[recipient->refused_by]
                               : NULL;
  g_autofree char *cause = NULL;
  g_autofree char *cure = NULL;

  if (sent == NULL || refused == NULL)
    return NULL;
  cause = words_for_attempt (refused, recipient->refusal);
  cure = dup_other_server (refused, sent);
  if (cure != NULL && sent->sender_rule != SENDER_RULE_KEEP && sent->mail_from != NULL)
    {
      g_autofree char *sender = clean_text (sent->mail_from, -1, ADDRESS_CHARS);

      return g_strdup_printf (_ ("%s, so %s, with %s as the sender; replies still come to you."),
                              cause, cure, sender);
    }
  if (cure == NULL)
    cure = dup_other_manner (refused, sent);
  return g_strdup_printf (_ ("%s, so %s."), cause, cure);
}

/* The one whose way was longest: the others went the same way, or a shorter one. */
static const ReportRecipient *
find_longest_way (const SendpathReport *report)
{
  const ReportRecipient *longest = NULL;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];

      if (longest == NULL || recipient->attempts->len > longest->attempts->len)
        longest = recipient;
    }
  return longest;
}

/* ---- what comes next ------------------------------------------------------------------------- */

/* What the person can do about a message that waits; NULL: `queue list` says it. */
static const char *
retry_in_words (const SendpathReport *report)
{
  if (report->held) /* no flush tries it */
    return NULL;
  if (g_strcmp0 (report->needs, "password") == 0)
    return _ ("After that, run: sendpath queue flush");
  if (g_strcmp0 (report->needs, "network") == 0)
    return _ ("When you are connected, run: sendpath queue flush");
  return _ ("To try again at once, run: sendpath queue flush");
}

static void
append_sentence (GString *summary, const char *sentence)
{
  g_autofree char *joined = NULL;

  if (sentence == NULL)
    return;
  joined = summary->len > 0 ? explain_texts_join (summary->str, sentence) : g_strdup (sentence);
  g_string_assign (summary, joined);
}

static void
append_next_step (GString *summary, const SendpathReport *report)
{
  SendpathOutcome outcome = sendpath_report_get_outcome (report);
  g_autofree char *step = NULL;

  if (outcome == SENDPATH_OUTCOME_SENT)
    step = dup_cure (report, find_longest_way (report));
  else if (report->id != NULL)
    step =
        outcome == SENDPATH_OUTCOME_QUEUED
            ? g_strdup (retry_in_words (report))
            : words_fill (_ ("A copy is kept; to see it, run: sendpath queue show %s"), report->id);
  append_sentence (summary, step);
}

/**
 * sendpath_report_dup_answer:
 * @report: a #SendpathReport
 * @i: which recipient, from 0
 *
 * Tells which server said what about a recipient who was refused, is uncertain,
 * or waits. Where nobody answered it is what kept the answer away; where
 * anybody in between may have answered it says so.
 *
 * Returns: (nullable) (transfer full): a clause without a full stop, translated
 *   and safe to show; %NULL if nothing was tried
 *
 * Since: 1.0
 */
char *
sendpath_report_dup_answer (const SendpathReport *report, guint i)
{
  ReportFacts facts;
  const Attempt *attempt;

  g_return_val_if_fail (report != NULL && i < report->recipients->len, NULL);

  if (!report_facts_find (report, report->recipients->pdata[i], &facts) || facts.reply == NULL)
    return g_strdup (sendpath_report_get_text (report, i));
  attempt = facts.attempt;
  return words_for_answer (attempt->server != NULL ? attempt->server : attempt->host, facts.reply,
                           !attempt->is_protected &&
                               attempt->security != SENDPATH_SECURITY_NONE);
}

/**
 * sendpath_report_dup_help:
 * @report: a #SendpathReport
 * @i: which recipient, from 0
 *
 * Tells what helps with a recipient who was refused or waits, in this very
 * case: the character at fault in the address, the domain that was probably
 * meant, the server's limit beside the size of the message, and the like.
 *
 * Returns: (nullable) (transfer full): one sentence, translated and safe to
 *   show; %NULL if nothing is known that is not said already
 *
 * Since: 1.0
 */
char *
sendpath_report_dup_help (const SendpathReport *report, guint i)
{
  ReportFacts facts;

  g_return_val_if_fail (report != NULL && i < report->recipients->len, NULL);

  if (!report_facts_find (report, report->recipients->pdata[i], &facts))
    return NULL;
  return report_facts_dup_help (report, &facts);
}

/**
 * sendpath_report_dup_summary:
 * @report: a #SendpathReport
 *
 * Tells what became of the message, and what made it work, or what sendpath
 * does about it and what can be done. A message of several recipients who
 * fared differently takes its sentences for each kind of fate.
 *
 * Returns: (transfer full): the summary, translated
 *
 * Since: 1.0
 */
char *
sendpath_report_dup_summary (const SendpathReport *report)
{
  static const SendpathRecipientState order[] = {
    SENDPATH_RECIPIENT_SENT,
    SENDPATH_RECIPIENT_FAILED,
    SENDPATH_RECIPIENT_UNCERTAIN,
    SENDPATH_RECIPIENT_QUEUED,
  };
  g_autoptr(GString) summary = g_string_new (NULL);

  g_return_val_if_fail (report != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autofree char *sentence = dup_sentence (report, order[i]);
      g_autofree char *help = dup_help (report, order[i]);

      append_sentence (summary, sentence);
      append_sentence (summary, help);
      if (sentence != NULL && order[i] == SENDPATH_RECIPIENT_UNCERTAIN)
        append_sentence (summary, _ ("Ask whether it arrived before you send it again."));
    }
  if (report->recipients->len > 0)
    append_next_step (summary, report);
  return g_string_free (g_steal_pointer (&summary), FALSE);
}
