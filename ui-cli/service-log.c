/* The log of the service: to the journal with fields, to a terminal as lines.
 *
 * Whom a message is for is in no field of its own: the log in the state directory has that. No secret
 * is known here. */
#include "config.h"

#include "service-log.h"

#include <glib/gprintf.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define MAX_FIELDS 16

typedef struct {
  GLogField fields[MAX_FIELDS];
  gsize n;
} Line;

/* @value must live as long as the line; NULL is no field. */
static void
add (Line *line, const char *key, const char *value)
{
  g_return_if_fail (line->n < MAX_FIELDS);

  if (value != NULL)
    line->fields[line->n++] = (GLogField) { key, value, -1 };
}

static const char *
get_text (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_string_member_with_default (object, name, NULL) : NULL;
}

static const char *
or_dash (const char *text)
{
  return text != NULL ? text : "-";
}

GLogWriterOutput
service_log_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (g_log_writer_is_journald (fileno (stderr)) &&
      g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      g_fprintf (stderr, "%s\n", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

/* PRIORITY as the journal has it: 5 is worth a look, 6 is the run of things. */
static void
write_line (GLogWriterFunc write, Line *line, gboolean is_news, const char *message)
{
  add (line, "MESSAGE", message);
  add (line, "PRIORITY", is_news ? "5" : "6");
  add (line, "SYSLOG_IDENTIFIER", "sendpath");
  write (is_news ? G_LOG_LEVEL_MESSAGE : G_LOG_LEVEL_INFO, line->fields, line->n, NULL);
}

void
service_log_attempt (GLogWriterFunc write, const SendpathReport *report, guint attempt)
{
  g_autofree char *json = sendpath_report_attempt_to_json (report, attempt);
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  JsonObject *object = json_node_get_object (node);
  JsonObject *route = json_object_get_object_member (object, "route");
  gint64 number = json_object_get_int_member_with_default (object, "code", 0);
  g_autofree char *code = number != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, number) : NULL;
  const char *id = sendpath_report_get_id (report);
  g_autofree char *message = g_strdup_printf (
      "%.12s: %s %s: %s%s%s %s", id, or_dash (get_text (route, "kind")),
      or_dash (get_text (route, "server")), or_dash (get_text (object, "verdict")),
      code != NULL ? " " : "", code != NULL ? code : "", or_dash (get_text (object, "text")));
  Line line = { .n = 0 };

  add (&line, "SENDPATH_ID", id);
  add (&line, "SENDPATH_ACCOUNT", sendpath_report_get_account (report));
  add (&line, "SENDPATH_ROUTE", get_text (route, "kind"));
  add (&line, "SENDPATH_SERVER", get_text (route, "server"));
  add (&line, "SENDPATH_PHASE", get_text (object, "phase"));
  add (&line, "SENDPATH_VERDICT", get_text (object, "verdict"));
  add (&line, "SENDPATH_RULE", get_text (object, "rule"));
  add (&line, "SENDPATH_CODE", code);
  write_line (write, &line, FALSE, message);
}

void
service_log_message (GLogWriterFunc write, const SendpathReport *report)
{
  SendpathOutcome outcome = sendpath_report_get_outcome (report);
  const char *id = sendpath_report_get_id (report);
  const char *reason = sendpath_report_get_reason (report);
  g_autofree char *message =
      g_strdup_printf ("%.12s: %s%s%s", id, sendpath_outcome_to_string (outcome),
                       reason != NULL ? ": " : "", reason != NULL ? reason : "");
  Line line = { .n = 0 };

  add (&line, "SENDPATH_ID", id);
  add (&line, "SENDPATH_ACCOUNT", sendpath_report_get_account (report));
  add (&line, "SENDPATH_OUTCOME", sendpath_outcome_to_string (outcome));
  add (&line, "SENDPATH_NEEDS", sendpath_report_get_needs (report));
  write_line (write, &line, outcome != SENDPATH_OUTCOME_SENT, message);
}

void
service_log_taken (GLogWriterFunc write, const char *id, guint uid)
{
  g_autofree char *user = g_strdup_printf ("%u", uid);
  g_autofree char *message = g_strdup_printf ("%.12s: taken in from user %s", id, user);
  Line line = { .n = 0 };

  add (&line, "SENDPATH_ID", id);
  add (&line, "SENDPATH_UID", user);
  write_line (write, &line, FALSE, message);
}

void
service_log_served (GLogWriterFunc write, SendpathServeEvent event, const char *client,
                    const char *id)
{
  const char *name = client != NULL ? client : "-";
  g_autofree char *message =
      event == SENDPATH_SERVE_TAKEN
          ? g_strdup_printf ("%.12s: taken in from client %s", id != NULL ? id : "-", name)
          : g_strdup_printf ("wrong password of client %s", name);
  Line line = { .n = 0 };

  add (&line, "SENDPATH_ID", id);
  add (&line, "SENDPATH_CLIENT", client);
  write_line (write, &line, event == SENDPATH_SERVE_REFUSED, message);
}
