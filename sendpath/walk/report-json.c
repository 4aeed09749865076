/* A report for programs: the names and the order of PRODUCT.md section 7. Nothing here is
 * translated but `reason` and `summary`. */
#include "config.h"

#include "sendpath/walk/fields.h"
#include "sendpath/walk/report-facts.h"

static JsonObject *
new_recipient_object (const ReportRecipient *recipient)
{
  JsonObject *object = json_object_new ();
  JsonArray *attempts = json_array_new ();

  fields_add_text (object, "address", recipient->address);
  fields_add_text (object, "state", sendpath_recipient_state_to_string (recipient->state));
  for (guint i = 0; i < recipient->attempts->len; i++)
    json_array_add_int_element (attempts, g_array_index (recipient->attempts, guint, i));
  fields_add_array (object, "attempts", attempts);
  fields_add_text (object, "verdict",
                   recipient->verdict != SENDPATH_VERDICT_NONE
                       ? sendpath_verdict_to_string (recipient->verdict)
                       : NULL);
  attempt_add_reply_fields (object, recipient->reply);
  return object;
}

static void
add_recipients (JsonObject *object, const SendpathReport *report)
{
  JsonArray *recipients = json_array_new ();

  for (guint i = 0; i < report->recipients->len; i++)
    json_array_add_object_element (recipients, new_recipient_object (report->recipients->pdata[i]));
  fields_add_array (object, "recipients", recipients);
}

static void
add_attempts (JsonObject *object, const SendpathReport *report)
{
  JsonArray *attempts = json_array_new ();

  for (guint i = 0; i < report->attempts->len; i++)
    json_array_add_element (attempts, attempt_to_json (report->attempts->pdata[i]));
  fields_add_array (object, "attempts", attempts);
}

static void
add_waiting (JsonObject *object, const SendpathReport *report)
{
  fields_add_text (object, "reason", report->reason);
  fields_add_text (object, "needs", report->needs);
  fields_add_time (object, "next_try", report->next_try_s);
}

/* What a help desk asks for, in the order in which it asks. */
static void
add_facts (JsonObject *object, const SendpathReport *report)
{
  JsonObject *member;
  ReportFacts facts;
  const Attempt *attempt;
  g_autofree char *words = NULL;

  if (!report_facts_find_first (report, &facts))
    {
      fields_add_text (object, "facts", NULL);
      return;
    }
  attempt = facts.attempt;
  words = report_facts_dup_words (&facts);
  member = json_object_new ();
  fields_add_text (member, "refused", facts.refused->address);
  fields_add_text (member, "subject", report->subject);
  fields_add_text (member, "account", report->account);
  fields_add_text (member, "server", attempt->host != NULL ? attempt->host : attempt->server);
  fields_add_number_or_null (member, "port", attempt->host != NULL ? attempt->port : 0);
  fields_add_text (member, "encryption",
                   attempt->host != NULL ? sendpath_security_to_string (attempt->security) : NULL);
  fields_add_text (member, "text", words);
  fields_add_number_or_null (member, "code", report_facts_get_code (&facts));
  fields_add_text (member, "outlook", facts.outlook);
  fields_add_object (object, "facts", member);
}

static void
add_outcome (JsonObject *object, const SendpathReport *report)
{
  fields_add_text (object, "id", report->id);
  fields_add_text (object, "outcome",
                   sendpath_outcome_to_string (sendpath_report_get_outcome (report)));
  fields_add_text (object, "account", report->account);
}

static void
fill_list_line (JsonObject *object, const SendpathReport *report)
{
  add_outcome (object, report);
  fields_add_text (object, "from", report->from);
  fields_add_text (object, "subject", report->subject);
  fields_add_text (object, "message_id", report->message_id);
  add_recipients (object, report);
  fields_add_time (object, "queued_at", report->queued_at_s);
  fields_add_number (object, "size", (gint64) report->size_bytes);
  add_waiting (object, report);
  fields_add_boolean (object, "held", report->held);
}

static void
fill_send_object (JsonObject *object, const SendpathReport *report)
{
  g_autofree char *summary = sendpath_report_dup_summary (report);

  fields_add_number (object, "schema", 1);
  add_outcome (object, report);
  fields_add_text (object, "location", report->location);
  fields_add_text (object, "network", report->network);
  fields_add_text (object, "message_id", report->message_id);
  fields_add_text (object, "subject", report->subject);
  fields_add_text (object, "from", report->from);
  add_attempts (object, report);
  add_recipients (object, report);
  add_waiting (object, report);
  fields_add_text (object, "summary", summary);
  add_facts (object, report);
}

/**
 * sendpath_report_to_json:
 * @report: a #SendpathReport
 * @form: which of the outputs of the command line it is for
 *
 * Writes @report for programs, on one line. Names of members and ids are stable
 * and never translated; absent values are null.
 *
 * Returns: (transfer full): one JSON object
 *
 * Since: 1.0
 */
char *
sendpath_report_to_json (const SendpathReport *report, SendpathReportForm form)
{
  g_autoptr(JsonObject) object = json_object_new ();

  g_return_val_if_fail (report != NULL, NULL);

  switch (form)
    {
    case SENDPATH_REPORT_SEND:
      fill_send_object (object, report);
      break;
    case SENDPATH_REPORT_QUEUE_SHOW:
      fill_send_object (object, report);
      fields_add_time (object, "queued_at", report->queued_at_s);
      fields_add_number (object, "size", (gint64) report->size_bytes);
      fields_add_boolean (object, "held", report->held);
      break;
    case SENDPATH_REPORT_QUEUE_LIST:
      fill_list_line (object, report);
      break;
    }
  return fields_print (object);
}

/**
 * sendpath_report_attempt_to_json:
 * @report: a #SendpathReport
 * @attempt: which attempt, from 0
 *
 * Writes one attempt for programs, on one line, as it is in sendpath_report_to_json().
 *
 * Returns: (transfer full): one JSON object
 *
 * Since: 1.0
 */
char *
sendpath_report_attempt_to_json (const SendpathReport *report, guint attempt)
{
  g_autoptr(JsonNode) node = NULL;

  g_return_val_if_fail (report != NULL && attempt < report->attempts->len, NULL);

  node = attempt_to_json (report->attempts->pdata[attempt]);
  return fields_print (json_node_get_object (node));
}
