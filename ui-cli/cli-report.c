/* Reports in words, on the terminal. */
#include "config.h"

#include "cli-report.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>

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

void
cli_report_print_waiting (const SendpathReport *report)
{
  g_autoptr (GDateTime) queued_at =
                 g_date_time_new_from_unix_local (sendpath_report_get_queued_at (report));
  g_autofree char *when = g_date_time_format (queued_at, "%F %R");
  g_autofree char *size = g_format_size (sendpath_report_get_size_bytes (report));
  const char *subject = sendpath_report_get_subject (report);
  const char *reason = sendpath_report_get_reason (report);

  g_printf ("%.12s  %s  %8s  %s\n", sendpath_report_get_id (report), when, size,
            subject != NULL ? subject : _ ("(no subject)"));
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) != SENDPATH_RECIPIENT_SENT)
      g_printf ("              %s: %s\n", sendpath_report_get_recipient (report, i),
                sendpath_recipient_state_to_string (sendpath_report_get_state (report, i)));
  if (reason != NULL)
    g_printf ("              %s\n", reason);
}

/* One sentence more about this very case, if there is one. */
static void
warn_with_help (const SendpathReport *report, guint i, const char *program)
{
  g_autofree char *help = sendpath_report_dup_help (report, i);

  if (help != NULL)
    g_fprintf (stderr, "%s: %s\n", program, help);
}

static void
warn_of_refusal (const SendpathReport *report, guint i, const char *program)
{
  g_fprintf (stderr, _ ("%s: %s was refused: %u %s\n"), program,
             sendpath_report_get_recipient (report, i), sendpath_report_get_code (report, i),
             sendpath_report_get_text (report, i));
  warn_with_help (report, i, program);
}

/* The others wait for the same reason, as a rule. */
static void
warn_of_wait (const SendpathReport *report, const char *program)
{
  const char *reason = sendpath_report_get_reason (report);

  g_fprintf (stderr, _ ("%s: the message waits in the outbox: %s\n"), program,
             reason != NULL ? reason : _ ("it is being sent"));
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_QUEUED)
      {
        warn_with_help (report, i, program);
        return;
      }
}

void
cli_report_warn (const SendpathReport *report, const char *program)
{
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_FAILED)
      warn_of_refusal (report, i, program);
  if (sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_QUEUED)
    warn_of_wait (report, program);
  else if (sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_UNCERTAIN)
    g_fprintf (stderr,
               _ ("%s: it is not certain that the message was accepted; see “sendpath queue show "
                  "%.12s”\n"),
               program, sendpath_report_get_id (report));
}
