/* The log of the service: fields that a program can ask the journal for, and nobody's address. */
#include "config.h"

#include "ui-cli/service-log.h"

#include <string.h>

#include "sendpath/walk/report-private.h"

#define ID "0123456789abcdef0123456789abcdef"

static SendpathReport *
new_report (void)
{
  const char *const recipients[] = { "someone@adatum.com", NULL };
  g_autoptr(Header) header = header_parse ("Subject: Lunch\r\n", 16, NULL);
  g_autoptr(GBytes) text = g_bytes_new_static ("", 0);
  g_autoptr(BodySource) body = body_source_new_from_bytes (text);
  g_autoptr(SendpathMessage) message =
                 message_new_from_parts (NULL, recipients, header, body, BODY_PLAIN);
  SendpathReport *report = report_new (ID, message);
  Attempt *attempt = attempt_new ();

  report_set_text (&report->account, "home");
  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->server = g_strdup ("smtp.proseware.com");
  attempt->login = g_strdup ("none");
  attempt->phase = SENDPATH_PHASE_RCPT;
  attempt->verdict = SENDPATH_VERDICT_RELAY_DENIED;
  attempt->rule = g_strdup ("relay-words");
  attempt->reply = sendpath_reply_new (550, NULL, "Relaying denied");
  report_set_recipient (report, "someone@adatum.com", report_add_attempt (report, attempt),
                        SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_RELAY_DENIED, attempt->reply);
  return report;
}

static GString *seen;

static GLogWriterOutput
keep (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (seen, "%s=%s\n", fields[i].key, (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static void
assert_seen (const char *expected)
{
  g_assert_cmpstr (seen->str, ==, expected);
  g_string_truncate (seen, 0);
}

static void
test_fields (void)
{
  g_autoptr(SendpathReport) report = new_report ();

  seen = g_string_new (NULL);
  service_log_attempt (keep, report, 0);
  assert_seen ("SENDPATH_ID=" ID "\n"
               "SENDPATH_ACCOUNT=home\n"
               "SENDPATH_ROUTE=account\n"
               "SENDPATH_SERVER=smtp.proseware.com\n"
               "SENDPATH_PHASE=rcpt\n"
               "SENDPATH_VERDICT=relay-denied\n"
               "SENDPATH_RULE=relay-words\n"
               "SENDPATH_CODE=550\n"
               "MESSAGE=0123456789ab: account smtp.proseware.com: relay-denied 550 "
               "Relaying denied\n"
               "PRIORITY=6\n"
               "SYSLOG_IDENTIFIER=sendpath\n");
  report_set_text (&report->needs, "password");
  report_set_text (&report->reason, "no password is stored");
  service_log_message (keep, report);
  assert_seen ("SENDPATH_ID=" ID "\n"
               "SENDPATH_ACCOUNT=home\n"
               "SENDPATH_OUTCOME=queued\n"
               "SENDPATH_NEEDS=password\n"
               "MESSAGE=0123456789ab: queued: no password is stored\n"
               "PRIORITY=5\n"
               "SYSLOG_IDENTIFIER=sendpath\n");
  g_string_free (seen, TRUE);
}

/* Without the journal it is a line, not what GLib makes of it. */
static void
test_lines (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr(SendpathReport) report = new_report ();

      service_log_attempt (service_log_write, report, 0);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("0123456789ab: account smtp.proseware.com: relay-denied 550 "
                             "Relaying denied\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service-log/fields-without-addresses", test_fields);
  g_test_add_func ("/service-log/lines-on-a-terminal", test_lines);
  return g_test_run ();
}
