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
print_prospect (const SendpathReport *report)
{
  gint64 next_try_s = sendpath_report_get_next_try (report);
  char when[TIME_BYTES];

  if (sendpath_report_get_in_flight (report))
    g_printf ("              %s\n", _ ("it is being sent"));
  else if (sendpath_report_get_held (report) &&
           sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_QUEUED)
    g_printf (_ ("              on hold until “sendpath queue retry %.12s”\n"),
              sendpath_report_get_id (report));
  else if (next_try_s != 0)
    {
      write_time (next_try_s, when);
      g_printf (_ ("              next try: %s\n"), when);
    }
}

void
cli_report_print_waiting (const SendpathReport *report)
{
  char when[TIME_BYTES];
  g_autofree char *age = dup_age (report);
  g_autofree char *size = g_format_size (sendpath_report_get_size_bytes (report));
  const char *subject = sendpath_report_get_subject (report);
  const char *reason = sendpath_report_get_reason (report);

  write_time (sendpath_report_get_queued_at (report), when);
  g_printf ("%.12s  %s  %6s  %8s  %s\n", sendpath_report_get_id (report), when, age, size,
            subject != NULL ? subject : _ ("(no subject)"));
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) != SENDPATH_RECIPIENT_SENT)
      g_printf ("              %s: %s\n", sendpath_report_get_recipient (report, i),
                sendpath_recipient_state_to_string (sendpath_report_get_state (report, i)));
  if (reason != NULL)
    g_printf ("              %s\n", reason);
  print_prospect (report);
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

void
cli_report_warn_unkept (const SendpathReport *report, const char *program)
{
  SendpathOutcome outcome = sendpath_report_get_outcome (report);
  gboolean is_open = outcome == SENDPATH_OUTCOME_QUEUED || outcome == SENDPATH_OUTCOME_UNCERTAIN;
  const char *reason = sendpath_report_get_reason (report);

  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_FAILED)
      warn_of_refusal (report, i, program);
    else if (is_open && sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_SENT)
      g_fprintf (stderr, _ ("%s: %s has the message already\n"), program,
                 sendpath_report_get_recipient (report, i));
  if (outcome == SENDPATH_OUTCOME_UNCERTAIN)
    g_fprintf (stderr, _ ("%s: it is not certain that the message was accepted; it is not kept\n"),
               program);
  else if (is_open)
    g_fprintf (stderr, _ ("%s: the message was not sent, and is not kept: %s\n"), program,
               reason != NULL ? reason : "");
}
