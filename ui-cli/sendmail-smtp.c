/* `sendmail -bs`: SMTP on standard input and output. A message that was accepted is in the outbox; what
 * is known of it by then is the reply. */
#include "config.h"

#include "sendmail-smtp.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli-report.h"
#include "no-memory.h"
#include "sendmail-exit.h"

typedef struct {
  SendpathEngine *engine;
  const SendmailOptions *options;
  SendmailDelivery delivery;
  const char *hold_reason;
  guint wait_s;
  guint n_taken;
} Smtp;

static void
warn_of_wait (const char *why)
{
  g_fprintf (stderr, _ ("sendmail: the message waits in the outbox: %s\n"), why);
}

/* Nothing is kept: the client keeps what is open. Who has it already must not get it again. */
static gboolean
send_direct (Smtp *smtp, SendpathMessage *message, GError **error)
{
  g_autoptr (SendpathReport) report =
                 sendpath_engine_send_unkept (smtp->engine, message, NULL, NULL, error);
  g_autofree char *summary = report != NULL ? sendpath_report_dup_summary (report) : NULL;

  if (report == NULL)
    return FALSE;
  switch (sendpath_report_get_outcome (report))
    {
    case SENDPATH_OUTCOME_SENT:
    case SENDPATH_OUTCOME_PARTIAL:
      cli_report_warn_unkept (report, "sendmail");
      return TRUE;
    case SENDPATH_OUTCOME_FAILED:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, summary);
      return FALSE;
    case SENDPATH_OUTCOME_QUEUED:
    case SENDPATH_OUTCOME_UNCERTAIN:
      break;
    }
  cli_report_warn_unkept (report, "sendmail");
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, summary);
  return FALSE;
}

/* Everybody refused, and nothing left to try, is for the client to know; the outbox keeps a copy. */
static gboolean
tell (const SendpathReport *report, GError **error)
{
  g_autofree char *summary = NULL;

  if (sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_PARTIAL)
    cli_report_warn (report, "sendmail");
  if (sendpath_report_get_outcome (report) != SENDPATH_OUTCOME_FAILED)
    return TRUE;
  summary = sendpath_report_dup_summary (report);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, summary);
  return FALSE;
}

/* On disk: from here on it is not the client's to send again. */
static gboolean
keep (Smtp *smtp, SendpathMessage *message, GError **error)
{
  gboolean is_for_later = smtp->delivery == SENDMAIL_DELIVER_QUEUE && smtp->hold_reason == NULL;
  g_autofree char *id =
      is_for_later ? sendpath_engine_submit_for_later (smtp->engine, message, NULL, error)
                   : sendpath_engine_submit (smtp->engine, message, NULL, smtp->hold_reason, error);
  g_autoptr (SendpathReport) report = NULL;
  g_autoptr (GError) local_error = NULL;

  if (id == NULL)
    return FALSE;
  no_memory_ends_with ("sendmail", EX_OK);
  if (smtp->hold_reason != NULL)
    warn_of_wait (smtp->hold_reason);
  else if (!is_for_later)
    report = sendpath_engine_hand_over (smtp->engine, id, smtp->wait_s, &local_error);
  /* NOT_FOUND: the service was quicker than we could look, and keeps no copies */
  if (local_error != NULL &&
      !g_error_matches (local_error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND))
    warn_of_wait (local_error->message);
  return report == NULL || tell (report, error);
}

static gboolean
take (SendpathMessage *message, gpointer data, GError **error)
{
  Smtp *smtp = data;
  const char *full_name = smtp->options->full_name;

  if (full_name != NULL && !sendpath_message_set_full_name (message, full_name, error))
    return FALSE;
  if (smtp->delivery == SENDMAIL_DELIVER_DIRECT && smtp->hold_reason == NULL
          ? !send_direct (smtp, message, error)
          : !keep (smtp, message, error))
    return FALSE;
  smtp->n_taken++;
  return TRUE;
}

int
sendmail_smtp_run (SendpathEngine *engine, const SendmailOptions *options,
                   SendmailDelivery delivery, const char *hold_reason)
{
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (engine);
  Smtp smtp = { engine, options, delivery, hold_reason, 0, 0 };
  g_autoptr (GError) error = NULL;

  if (delivery == SENDMAIL_DELIVER_WAIT)
    smtp.wait_s = (guint) sendpath_profile_store_get_policy_integer (profiles, "wait");
  if (sendpath_hand_in (STDIN_FILENO, STDOUT_FILENO, take, &smtp, &error))
    return EX_OK;
  g_fprintf (stderr, "sendmail: %s\n", error->message);
  /* who sees that something went wrong would send all of it again */
  return smtp.n_taken > 0 ? EX_OK : sendmail_exit_for_error (error);
}

void
sendmail_smtp_turn_away (const GError *error)
{
  g_autofree char *text = g_str_to_ascii (error->message, "C");

  g_printf ("421 4.3.5 %s\r\n", text);
}
