/* Reports in words, on the terminal. */
#include "config.h"

#include "cli-report.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <time.h>

void
cli_report_print_summary (const SendpathReport *report)
{
  g_autofree char *summary = sendpath_report_dup_summary (report);

  g_printf ("%s\n", summary);
}

void
cli_report_print_walk (const SendpathReport *report)
{
  g_autofree char *text = sendpath_report_to_text (report);

  cli_report_print_summary (report);
  g_printf ("\n%s", text);
}

/* For how long it has waited, in the largest unit. */
static char *
dup_age (const SendpathReport *report)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  gint64 minutes = MAX (now_s - sendpath_report_get_queued_at (report), 0) / 60;

  if (minutes < 60)
    return g_strdup_printf (_ ("%u min"), (guint) minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf (_ ("%u h"), (guint) (minutes / 60));
  return g_strdup_printf (_ ("%u d"), (guint) MIN (minutes / (24 * 60), G_MAXUINT));
}

#define TIME_BYTES 32

/* As clocks show it here. */
static void
write_time (gint64 time_s, char text[TIME_BYTES])
{
  time_t seconds = (time_t) time_s;
  struct tm local = { .tm_mday = 1 };

  localtime_r (&seconds, &local);
  strftime (text, TIME_BYTES, "%F %R", &local);
}

/* When it goes by itself; nothing where the reason says all. */
static void
add_prospect (GString *text, const SendpathReport *report)
{
  gint64 next_try_s = sendpath_report_get_next_try (report);
  char when[TIME_BYTES];

  if (sendpath_report_get_in_flight (report))
    g_string_append_printf (text, "              %s\n", _ ("it is being sent"));
  else if (sendpath_report_get_held (report) &&
           sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_QUEUED)
    g_string_append_printf (text, _ ("              on hold until “sendpath queue retry %.12s”\n"),
                            sendpath_report_get_id (report));
  else if (next_try_s != 0)
    {
      write_time (next_try_s, when);
      g_string_append_printf (text, _ ("              next try: %s\n"), when);
    }
}

char *
cli_report_dup_waiting (const SendpathReport *report)
{
  g_autoptr (GString) text = g_string_sized_new (256);
  char when[TIME_BYTES];
  g_autofree char *age = dup_age (report);
  g_autofree char *size = g_format_size (sendpath_report_get_size_bytes (report));
  const char *subject = sendpath_report_get_subject (report);
  const char *reason = sendpath_report_get_reason (report);

  write_time (sendpath_report_get_queued_at (report), when);
  g_string_append_printf (text, "%.12s  %s  %6s  %8s  %s\n", sendpath_report_get_id (report), when,
                          age, size, subject != NULL ? subject : _ ("(no subject)"));
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) != SENDPATH_RECIPIENT_SENT)
      g_string_append_printf (
          text, "              %s: %s\n", sendpath_report_get_recipient (report, i),
          sendpath_recipient_state_to_string (sendpath_report_get_state (report, i)));
  if (reason != NULL)
    g_string_append_printf (text, "              %s\n", reason);
  add_prospect (text, report);
  return g_strndup (text->str, text->len - 1); /* many are kept: no more than they need */
}

/* ---- one line on standard error --------------------------------------------------------------- */

/* `sendmail: account home`; the account is not known of what came while the configuration was broken. */
static char *
dup_origin (const SendpathReport *report, const char *program)
{
  const char *account = sendpath_report_get_account (report);

  return account != NULL ? g_strdup_printf (_ ("%s: account %s"), program, account)
                         : g_strdup (program);
}

/* With one sentence more about this very case behind @line, if there is one. */
static void
print_line (const SendpathReport *report, guint i, const char *line)
{
  g_autofree char *help = sendpath_report_dup_help (report, i);

  if (help != NULL)
    /* TRANSLATORS: a message without its full stop, and a sentence that helps, which has one */
    g_fprintf (stderr, _ ("%s. %s\n"), line, help);
  else
    g_fprintf (stderr, "%s\n", line);
}

static void
warn_of_refusal (const SendpathReport *report, guint i, const char *program, gboolean is_kept)
{
  g_autofree char *origin = dup_origin (report, program);
  g_autofree char *answer = sendpath_report_dup_answer (report, i);
  const char *recipient = sendpath_report_get_recipient (report, i);
  g_autofree char *line =
      is_kept ? g_strdup_printf (
                    _ ("%s: %s was refused: %s; a copy is kept, see “sendpath queue show %.12s”"),
                    origin, recipient, answer, sendpath_report_get_id (report))
              : g_strdup_printf (_ ("%s: %s was refused: %s; no copy is kept"), origin, recipient,
                                 answer);

  print_line (report, i, line);
}

/* What is @queued next: its own time, another network, or somebody who decides. */
static char *
describe_wait (const SendpathReport *report, const char *origin)
{
  const char *reason = sendpath_report_get_reason (report);
  gint64 next_try_s = sendpath_report_get_next_try (report);
  char when[TIME_BYTES];

  if (reason == NULL)
    return g_strdup_printf (_ ("%s: the message is in the outbox and is being sent"), origin);
  if (next_try_s != 0)
    {
      write_time (next_try_s, when);
      return g_strdup_printf (_ ("%s: the message waits in the outbox: %s; next try: %s"), origin,
                              reason, when);
    }
  if (g_strcmp0 (sendpath_report_get_needs (report), "network") == 0)
    return g_strdup_printf (
        _ ("%s: the message waits in the outbox: %s; it is tried again on another network"), origin,
        reason);
  return g_strdup_printf (
      _ ("%s: the message waits in the outbox: %s; see “sendpath queue show %.12s”"), origin, reason,
      sendpath_report_get_id (report));
}

/* The first in @state; they have the same reason, as a rule. */
static guint
find_first (const SendpathReport *report, SendpathRecipientState state)
{
  guint i = 0;

  while (i + 1 < sendpath_report_get_n_recipients (report) &&
         sendpath_report_get_state (report, i) != state)
    i++;
  return i;
}

static void
warn_of_wait (const SendpathReport *report, const char *program)
{
  g_autofree char *origin = dup_origin (report, program);
  g_autofree char *line = describe_wait (report, origin);

  print_line (report, find_first (report, SENDPATH_RECIPIENT_QUEUED), line);
}

static void
warn_of_uncertainty (const SendpathReport *report, const char *program, gboolean is_kept)
{
  guint i = find_first (report, SENDPATH_RECIPIENT_UNCERTAIN);
  g_autofree char *origin = dup_origin (report, program);
  g_autofree char *answer = sendpath_report_dup_answer (report, i);
  gint64 next_try_s = sendpath_report_get_next_try (report);
  char when[TIME_BYTES];

  if (!is_kept)
    g_fprintf (stderr,
               _ ("%s: it is not certain that the message was accepted: %s; no copy is kept\n"),
               origin, answer);
  else if (next_try_s != 0)
    {
      write_time (next_try_s, when);
      g_fprintf (stderr,
                 _ ("%s: it is not certain that the message was accepted: %s; next try: %s\n"),
                 origin, answer, when);
    }
  else
    g_fprintf (stderr,
               _ ("%s: it is not certain that the message was accepted: %s; see “sendpath queue show "
                  "%.12s”\n"),
               origin, answer, sendpath_report_get_id (report));
}

void
cli_report_warn (const SendpathReport *report, const char *program)
{
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_FAILED)
      warn_of_refusal (report, i, program, TRUE);
  if (sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_QUEUED)
    warn_of_wait (report, program);
  else if (sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_UNCERTAIN)
    warn_of_uncertainty (report, program, TRUE);
}

void
cli_report_warn_unkept (const SendpathReport *report, const char *program)
{
  SendpathOutcome outcome = sendpath_report_get_outcome (report);
  gboolean is_open = outcome == SENDPATH_OUTCOME_QUEUED || outcome == SENDPATH_OUTCOME_UNCERTAIN;
  g_autofree char *origin = dup_origin (report, program);
  const char *reason = sendpath_report_get_reason (report);

  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_FAILED)
      warn_of_refusal (report, i, program, FALSE);
    else if (is_open && sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_SENT)
      g_fprintf (stderr, _ ("%s: %s has the message already\n"), origin,
                 sendpath_report_get_recipient (report, i));
  if (outcome == SENDPATH_OUTCOME_UNCERTAIN)
    warn_of_uncertainty (report, program, FALSE);
  else if (is_open)
    g_fprintf (stderr, _ ("%s: the message was not sent, and no copy is kept: %s\n"), origin,
               reason != NULL ? reason : "");
}
