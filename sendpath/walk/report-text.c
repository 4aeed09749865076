/* A report in lines for people: each attempt, each recipient, and what a help desk asks for. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "sendpath/walk/report-facts.h"
#include "sendpath/walk/words.h"
#include "sendpath/wire/clean-text.h"

#define LINE_CHARS 500

/* What comes from servers and mails is cleaned: it must not move the cursor. */
static void
append_clean (GString *lines, const char *text)
{
  g_autofree char *clean = clean_text (text, -1, LINE_CHARS);

  g_string_append (lines, clean);
}

static void
append_code (GString *lines, const SendpathReply *reply)
{
  if (reply != NULL && sendpath_reply_get_code (reply) != 0)
    g_string_append_printf (lines, " %u", sendpath_reply_get_code (reply));
}

/* `1. account smtp.proseware.com:587 [192.0.2.10] starttls, rcpt 550: smtp.proseware.com does not
 * … (5.7.1 Relaying denied)` */
static void
append_attempt (GString *lines, guint number, const Attempt *attempt)
{
  g_autofree char *words = words_for_attempt (attempt, attempt->verdict);
  g_autofree char *text = sendpath_reply_dup_clean_text (attempt->reply);

  g_string_append_printf (lines, "%u. %s ", number, sendpath_route_kind_to_string (attempt->kind));
  if (attempt->host != NULL)
    {
      append_clean (lines, attempt->host);
      g_string_append_printf (lines, ":%u ", attempt->port);
      if (attempt->ip != NULL && !g_str_equal (attempt->ip, attempt->host))
        g_string_append_printf (lines, "[%s] ", attempt->ip);
      g_string_append (lines, sendpath_security_to_string (attempt->security));
    }
  else if (attempt->server != NULL)
    append_clean (lines, attempt->server);
  g_string_append_printf (lines, ", %s", sendpath_phase_to_string (attempt->phase));
  append_code (lines, attempt->reply);
  if (!attempt->is_protected && sendpath_reply_get_code (attempt->reply) != 0)
    {
      g_autofree char *bare = g_steal_pointer (&text);

      /* TRANSLATORS: in brackets, after what a server said: anybody in between may have said it */
      text = words_fill (_ ("%s; said without encryption"), bare);
    }
  g_string_append_printf (lines, ": %s (%s)\n", words, text);
}

static const char *
state_in_words (SendpathRecipientState state)
{
  switch (state)
    {
    case SENDPATH_RECIPIENT_QUEUED:
      return _ ("waits in the outbox");
    case SENDPATH_RECIPIENT_SENT:
      return _ ("sent");
    case SENDPATH_RECIPIENT_FAILED:
      return _ ("not sent");
    case SENDPATH_RECIPIENT_UNCERTAIN:
      return _ ("perhaps sent");
    }
  return "";
}

static void
append_recipient (GString *lines, const ReportRecipient *recipient)
{
  append_clean (lines, recipient->address);
  g_string_append_printf (lines, ": %s", state_in_words (recipient->state));
  if (recipient->text != NULL)
    {
      g_string_append (lines, " (");
      if (sendpath_reply_get_code (recipient->reply) != 0)
        g_string_append_printf (lines, "%u ", sendpath_reply_get_code (recipient->reply));
      g_string_append_printf (lines, "%s)", recipient->text);
    }
  g_string_append_c (lines, '\n');
}

/* ---- what a help desk asks for --------------------------------------------------------------- */

static void
append_fact (GString *lines, const char *name, const char *value)
{
  g_string_append_printf (lines, "%s: ", name);
  append_clean (lines, value != NULL && *value != '\0' ? value : _ ("none"));
  g_string_append_c (lines, '\n');
}

static const char *
encryption_in_words (const Attempt *attempt)
{
  switch (attempt->security)
    {
    case SENDPATH_SECURITY_TLS:
      return _ ("TLS from the start (SSL)");
    case SENDPATH_SECURITY_STARTTLS:
      return _ ("TLS by STARTTLS");
    case SENDPATH_SECURITY_NONE:
      return _ ("none");
    }
  return "";
}

/* Always the same names in the same order: people read them out on the telephone. */
static void
append_facts (GString *lines, const SendpathReport *report)
{
  ReportFacts facts;
  const Attempt *attempt;
  g_autofree char *port = NULL;
  g_autofree char *code = NULL;
  g_autofree char *words = NULL;

  if (!report_facts_find_first (report, &facts))
    return;
  attempt = facts.attempt;
  words = report_facts_dup_words (&facts);
  port = attempt->host != NULL ? g_strdup_printf ("%u", attempt->port) : NULL;
  code = words != NULL ? g_strdup_printf ("%u", report_facts_get_code (&facts)) : NULL;
  append_fact (lines, _ ("refused address"), facts.refused->address);
  append_fact (lines, _ ("subject"), report->subject);
  append_fact (lines, _ ("account"), report->account);
  append_fact (lines, _ ("server"), attempt->host != NULL ? attempt->host : attempt->server);
  append_fact (lines, _ ("port"), port);
  append_fact (lines, _ ("encryption"),
               attempt->host != NULL ? encryption_in_words (attempt) : NULL);
  append_fact (lines, _ ("the server's words"), words);
  append_fact (lines, _ ("reply code"), code);
  append_fact (lines, _ ("Outlook's number"), facts.outlook);
}

/**
 * sendpath_report_to_text:
 * @report: a #SendpathReport
 *
 * Writes @report for people: a line for each attempt, a line for each
 * recipient, and where anybody was refused the facts that a help desk asks for,
 * always in the same order. Safe to print on a terminal.
 *
 * Returns: (transfer full): lines, each ending in a newline, translated
 *
 * Since: 1.0
 */
char *
sendpath_report_to_text (const SendpathReport *report)
{
  g_autoptr(GString) lines = g_string_new (NULL);

  g_return_val_if_fail (report != NULL, NULL);

  for (guint i = 0; i < report->attempts->len; i++)
    append_attempt (lines, i + 1, report->attempts->pdata[i]);
  for (guint i = 0; i < report->recipients->len; i++)
    append_recipient (lines, report->recipients->pdata[i]);
  append_facts (lines, report);
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

/**
 * sendpath_report_attempt_to_text:
 * @report: a #SendpathReport
 * @attempt: which attempt, from 0
 *
 * Says what came of one attempt, as a program shows it while it goes on: which server did what. Safe to
 * print on a terminal.
 *
 * Returns: (transfer full): one sentence without its full stop, translated
 *
 * Since: 1.0
 */
char *
sendpath_report_attempt_to_text (const SendpathReport *report, guint attempt)
{
  const Attempt *told;

  g_return_val_if_fail (report != NULL && attempt < report->attempts->len, NULL);

  told = report->attempts->pdata[attempt];
  return words_for_attempt (told, told->verdict);
}

/**
 * sendpath_report_get_attempt_verdict:
 * @report: a #SendpathReport
 * @attempt: which attempt, from 0
 *
 * Returns: what the end of that attempt means; %SENDPATH_VERDICT_ACCEPTED if the message was taken
 *
 * Since: 1.0
 */
SendpathVerdict
sendpath_report_get_attempt_verdict (const SendpathReport *report, guint attempt)
{
  g_return_val_if_fail (report != NULL && attempt < report->attempts->len, SENDPATH_VERDICT_NONE);

  return ((const Attempt *) report->attempts->pdata[attempt])->verdict;
}
