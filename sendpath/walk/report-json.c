/* A report for programs: the names and the order of PRODUCT.md section 7. Nothing here is
 * translated but `reason` and `summary`. */
#include "config.h"

#include <time.h>

#include "sendpath/walk/fields.h"
#include "sendpath/walk/report-facts.h"

static const char *
find_verdict_name (const ReportRecipient *recipient)
{
  return recipient->verdict != SENDPATH_VERDICT_NONE
             ? sendpath_verdict_to_string (recipient->verdict)
             : NULL;
}

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
  fields_add_text (object, "verdict", find_verdict_name (recipient));
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

/* ---- a line of a list ------------------------------------------------------------------------ */

/* As the members of an object above, but as text at once: a list may have a hundred thousand lines. What
 * has to be escaped is left to those who know how. */

/* Its length if nothing in it has to be escaped, else -1. */
static gssize
measure_plain (const char *text)
{
  const char *at = text;
  guchar seen = 0;

  for (; *at != '\0'; at++)
    {
      if ((guchar) *at < ' ' || *at == '"' || *at == '\\' || *at == 0x7f)
        return -1;
      seen |= (guchar) *at;
    }
  if (seen >= 0x80 && !g_utf8_validate_len (text, (gsize) (at - text), NULL))
    return -1;
  return at - text;
}

static void
print_escaped (GString *line, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr(JsonNode) node = json_node_init_string (json_node_alloc (), valid);
  g_autofree char *escaped = json_to_string (node, FALSE);

  g_string_append (line, escaped);
}

/* @name: with its quotation marks and colon, and what comes before. */
static void
print_text (GString *line, const char *name, const char *text)
{
  gssize length = text != NULL ? measure_plain (text) : 0;

  g_string_append (line, name);
  if (text == NULL)
    g_string_append_len (line, "null", 4);
  else if (length < 0)
    print_escaped (line, text);
  else
    {
      g_string_append_c (line, '"');
      g_string_append_len (line, text, length);
      g_string_append_c (line, '"');
    }
}

static void
print_number (GString *line, const char *name, guint64 number)
{
  g_string_append_printf (line, "%s%" G_GUINT64_FORMAT, name, number);
}

static void
print_time (GString *line, const char *name, gint64 time_s)
{
  char text[32] = "";
  time_t seconds = (time_t) time_s;
  struct tm utc;

  if (time_s != 0 && gmtime_r (&seconds, &utc) != NULL && utc.tm_year >= 1 - 1900 &&
      utc.tm_year <= 9999 - 1900)
    strftime (text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  print_text (line, name, text[0] != '\0' ? text : NULL);
}

static void
print_reply (GString *line, const ReportRecipient *recipient)
{
  guint code = recipient->reply != NULL ? sendpath_reply_get_code (recipient->reply) : 0;

  if (code != 0)
    print_number (line, ",\"code\":", code);
  else
    g_string_append (line, ",\"code\":null");
  print_text (line, ",\"enhanced\":",
              recipient->reply != NULL ? sendpath_reply_get_enhanced (recipient->reply) : NULL);
  print_text (line, ",\"text\":", recipient->text);
}

static void
print_recipient (GString *line, const ReportRecipient *recipient)
{
  print_text (line, "{\"address\":", recipient->address);
  print_text (line, ",\"state\":", sendpath_recipient_state_to_string (recipient->state));
  g_string_append (line, ",\"attempts\":[");
  for (guint i = 0; i < recipient->attempts->len; i++)
    print_number (line, i > 0 ? "," : "", g_array_index (recipient->attempts, guint, i));
  print_text (line, "],\"verdict\":", find_verdict_name (recipient));
  print_reply (line, recipient);
  g_string_append_c (line, '}');
}

static char *
print_list_line (const SendpathReport *report)
{
  g_autoptr(GString) line = g_string_sized_new (1000);

  print_text (line, "{\"id\":", report->id);
  print_text (line, ",\"outcome\":",
              sendpath_outcome_to_string (sendpath_report_get_outcome (report)));
  print_text (line, ",\"account\":", report->account);
  print_text (line, ",\"from\":", report->from);
  print_text (line, ",\"subject\":", report->subject);
  print_text (line, ",\"message_id\":", report->message_id);
  g_string_append (line, ",\"recipients\":[");
  for (guint i = 0; i < report->recipients->len; i++)
    {
      g_string_append (line, i > 0 ? "," : "");
      print_recipient (line, report->recipients->pdata[i]);
    }
  print_time (line, "],\"queued_at\":", report->queued_at_s);
  print_number (line, ",\"size\":", report->size_bytes);
  print_text (line, ",\"reason\":", report->reason);
  print_text (line, ",\"needs\":", report->needs);
  print_time (line, ",\"next_try\":", report->next_try_s);
  g_string_append (line, report->held ? ",\"held\":true}" : ",\"held\":false}");
  return g_strndup (line->str, line->len); /* many are kept: no more than they need */
}

/* ---- an object of a walk --------------------------------------------------------------------- */

static char *
print_send_object (const SendpathReport *report, gboolean is_queued)
{
  g_autoptr(JsonObject) object = json_object_new ();
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
  if (is_queued)
    {
      fields_add_time (object, "queued_at", report->queued_at_s);
      fields_add_number (object, "size", (gint64) report->size_bytes);
      fields_add_boolean (object, "held", report->held);
    }
  return fields_print (object);
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
  g_return_val_if_fail (report != NULL, NULL);

  switch (form)
    {
    case SENDPATH_REPORT_SEND:
    case SENDPATH_REPORT_QUEUE_SHOW:
      break;
    case SENDPATH_REPORT_QUEUE_LIST:
      return print_list_line (report);
    }
  return print_send_object (report, form == SENDPATH_REPORT_QUEUE_SHOW);
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
