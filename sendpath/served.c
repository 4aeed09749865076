/* One message of a program that hands it in, and what that program is told. It starts no process and sends
 * nothing that is kept: whoever looks after the outbox does. */
#include "config.h"

#include "sendpath/served.h"

#include "sendpath/engine-private.h"
#include "sendpath/hand-in-private.h"
#include "sendpath/outbox/outbox-wait.h"
#include "sendpath/outbox/runner-lock.h"
#include "sendpath/report-domains.h"
#include "sendpath/submission/smtp-server.h"
#include "sendpath/walk/report-private.h"

/* ---- what is said ---------------------------------------------------------------------------- */

/* The first recipient whom nobody can get it to. */
static gboolean
find_refused (const SendpathReport *report, guint *ret_index)
{
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_FAILED)
      {
        *ret_index = i;
        return TRUE;
      }
  return FALSE;
}

/* Of the codes that a server may give to us not all make sense to somebody else. */
static char *
format_status (const SendpathReport *report, guint i)
{
  const ReportRecipient *recipient = report->recipients->pdata[i];
  guint code = sendpath_report_get_code (report, i);
  const char *enhanced =
      recipient->reply != NULL ? sendpath_reply_get_enhanced (recipient->reply) : NULL;

  return g_strdup_printf ("%u %s", code >= 550 && code <= 554 ? code : 550,
                          enhanced != NULL && *enhanced == '5' ? enhanced : "5.0.0");
}

static char *
refuse (const SendpathReport *report)
{
  g_autofree char *answer = NULL, *help = NULL, *status = NULL, *text = NULL;
  guint i;

  if (find_refused (report, &i))
    {
      answer = sendpath_report_dup_answer (report, i);
      help = sendpath_report_dup_help (report, i);
      status = format_status (report, i);
    }
  if (answer == NULL)
    answer = sendpath_report_dup_summary (report);
  text = g_strjoin (help != NULL ? ". " : NULL, answer, help, NULL);
  return smtp_server_format_reply (status != NULL ? status : "550 5.0.0", text);
}

/* Kept, so it is not the client's to send again, whatever may become of it. */
static char *
accept (const char *id, const char *why)
{
  g_autofree char *text =
      g_strdup_printf ("%s%.12s%s%s", id != NULL ? "in the outbox as " : "sent",
                       id != NULL ? id : "", why != NULL ? ": " : "", why != NULL ? why : "");

  return smtp_server_format_reply ("250 2.0.0", text);
}

static char *
tell (const SendpathReport *report, const char *id)
{
  g_autofree char *summary = NULL;

  switch (sendpath_report_get_outcome (report))
    {
    case SENDPATH_OUTCOME_SENT:
      return g_strdup_printf ("250 2.0.0 sent as %.12s", id);
    case SENDPATH_OUTCOME_FAILED:
      return refuse (report);
    case SENDPATH_OUTCOME_QUEUED:
    case SENDPATH_OUTCOME_UNCERTAIN:
      return accept (id, sendpath_report_get_reason (report));
    case SENDPATH_OUTCOME_PARTIAL:
      break;
    }
  summary = sendpath_report_dup_summary (report);
  return accept (id, summary);
}

/* ---- what is done ---------------------------------------------------------------------------- */

/* How things stand once it was tried by whoever looks after the outbox; NULL if nobody does, or if that was
 * too quick for us to look. */
static SendpathReport *
wait_for_try (const Served *served, const char *id)
{
  guint wait_s =
      (guint) sendpath_profile_store_get_policy_integer (served->engine->profiles, "wait");
  g_autoptr (Outbox) outbox = engine_open_outbox (served->engine, NULL);
  g_autoptr (OutboxEntry) watch = NULL;
  SendpathReport *report = NULL;
  gboolean is_over = FALSE;

  if (outbox != NULL && runner_lock_is_held (outbox, RUNNER_LOCK_SERVICE))
    watch = outbox_watch (outbox, id, NULL);
  if (watch != NULL)
    report = outbox_wait (outbox, watch, wait_s, &is_over, served->cancellable, NULL);
  if (report != NULL && is_over && report_domains_are_wanted (report))
    g_free (report_domains_ask (report, sendpath_engine_get_network (served->engine), NULL,
                                served->cancellable));
  return report;
}

static char *
keep (const Served *served, SendpathMessage *message, const char *delivery, char **ret_id)
{
  gboolean is_for_later = served->hold_reason == NULL && g_str_equal (delivery, "queue");
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathReport) report = NULL;
  char *id = is_for_later ? sendpath_engine_submit_for_later (served->engine, message,
                                                              served->account, &error)
                          : sendpath_engine_submit (served->engine, message, served->account,
                                                    served->hold_reason, &error);

  *ret_id = id;
  if (id == NULL)
    return hand_in_format_refusal (error);
  if (served->hold_reason == NULL && g_str_equal (delivery, "wait"))
    report = wait_for_try (served, id);
  return report != NULL ? tell (report, id) : accept (id, served->hold_reason);
}

/* The client keeps what is open. Who has it already must not get it again. */
static char *
send_unkept (const Served *served, SendpathMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathReport) report = sendpath_engine_send_unkept (
      served->engine, message, served->account, served->cancellable, &error);
  g_autofree char *summary = NULL;

  if (report == NULL)
    return hand_in_format_refusal (error);
  switch (sendpath_report_get_outcome (report))
    {
    case SENDPATH_OUTCOME_SENT:
      return accept (NULL, NULL);
    case SENDPATH_OUTCOME_FAILED:
      return refuse (report);
    case SENDPATH_OUTCOME_PARTIAL:
    case SENDPATH_OUTCOME_QUEUED:
    case SENDPATH_OUTCOME_UNCERTAIN:
      break;
    }
  summary = sendpath_report_dup_summary (report);
  return sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_PARTIAL
             ? accept (NULL, summary)
             : smtp_server_format_reply ("451 4.4.0", summary);
}

char *
served_take (const Served *served, SendpathMessage *message, char **ret_id)
{
  const char *delivery = sendpath_profile_store_get_policy (served->engine->profiles, "delivery");

  *ret_id = NULL;
  return served->hold_reason == NULL && g_str_equal (delivery, "direct")
             ? send_unkept (served, message)
             : keep (served, message, delivery, ret_id);
}
