/* A session as its callers see it: windows, records, cancel, secrets. The conversations themselves
 * are in tests/dialogues. */
#include "config.h"

#include <string.h>

#include "tests/lib/scripted-server.h"
#include "tests/lib/smtp-fixture.h"

#define SENDER "terri@proseware.com"
#define EHLO "S: 220 smtp.proseware.com\nC: EHLO *\n"

static const SmtpSessionOptions plain_options = { .patience_s = 20 };

static void
on_trace (const char *line, gpointer data)
{
  g_string_append_printf (data, "%s\n", line);
}

/* ---- many recipients ------------------------------------------------------------------------ */

#define PIPELINING "S: 250-smtp.proseware.com\nS: 250 PIPELINING\n"

static SendpathMessage *
new_message_for_many (guint n)
{
  g_autoptr(GString) recipients = g_string_new ("r0@adatum.com");
  for (guint i = 1; i < n; i++)
    g_string_append_printf (recipients, " r%u@adatum.com", i);
  return smtp_fixture_message (SENDER, recipients->str, "Subject: x\r\n\r\nx\r\n");
}

/* Three windows, every reply to its own recipient. */
static void
test_windows (void)
{
  const guint n = 250;
  g_autoptr(GString) dialogue = g_string_new (EHLO PIPELINING "C: MAIL FROM:*\nS: 250 ok\n");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (dialogue, "C: RCPT TO:<r%u@adatum.com>\nS: %u no. %u\n", i,
                            i % 2 ? 550 : 250, i);
  g_string_append (dialogue, "C: DATA\nS: 354 go\nC: <data>\nS: 250 ok\nC: QUIT\n");
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue->str, SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = smtp_fixture_open (server, &plain_options, NULL);
  g_autoptr(SendpathMessage) message = new_message_for_many (n);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  smtp_session_deliver (session, delivery);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("no. %u", i);
      smtp_fixture_assert_outcome (delivery, i, i % 2 ? "rcpt 550" : "eod 250");
      if (i % 2)
        g_assert_cmpstr (sendpath_reply_get_text (delivery_get_recipient (delivery, i)->reply), ==,
                         text);
    }
  g_clear_pointer (&session, smtp_session_free);
  scripted_server_assert_played (server);
}

/* ---- only a question ------------------------------------------------------------------------ */

/* No DATA, whatever the answer; and the session is good for more. */
static void
test_question (gconstpointer data)
{
  gboolean is_pipelined = GPOINTER_TO_INT (data);
  g_autofree char *dialogue = g_strconcat (
      EHLO, is_pipelined ? PIPELINING : "S: 250 smtp.proseware.com\n",
      "C: MAIL FROM:<" SENDER ">*\nS: 250 ok\nC: RCPT TO:<a@adatum.com>\nS: 250 ok\n",
      "C: RCPT TO:<b@adatum.com>\nS: 554 5.7.1 Relay access denied\n",
      "C: RSET\nS: 250 ok\nC: MAIL FROM:*\nS: 530 5.7.0 login first\n",
      is_pipelined ? "C: RCPT TO:*\nS: 503 no\nC: RCPT TO:*\nS: 503 no\n" : "", "C: QUIT\n", NULL);
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = smtp_fixture_open (server, &plain_options, NULL);
  g_autoptr(SendpathMessage) message
      = smtp_fixture_message (SENDER, "a@adatum.com b@adatum.com", "Subject: x\r\n\r\nx\r\n");
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  delivery->is_question = TRUE;
  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, "rcpt 250");
  smtp_fixture_assert_outcome (delivery, 1, "rcpt 554");
  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, "mail 530");
  g_assert_true (smtp_session_is_open (session));
  g_clear_pointer (&session, smtp_session_free);
  scripted_server_assert_played (server);
  g_assert_false (scripted_server_has_received (server, "DATA"));
}

/* So much is written without reading that no pair of socket buffers can be filled by it. */
static void
test_window_size (void)
{
  static const SmtpSessionOptions impatient = { .patience_s = 1 };
  g_autoptr(ScriptedServer) server
      = scripted_server_new (EHLO PIPELINING "!wait\n", SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = smtp_fixture_open (server, &impatient, NULL);
  g_autoptr(SendpathMessage) message = new_message_for_many (5000);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 4999, "mail link-lost");
  g_assert_false (smtp_session_is_open (session));
  g_clear_pointer (&session, smtp_session_free);
  g_free (scripted_server_finish (server));

  g_autoptr(GBytes) received = scripted_server_dup_received (server);
  gsize length;
  const char *bytes = g_bytes_get_data (received, &length);
  g_autofree char *text = g_strndup (bytes, length);
  g_auto(GStrv) commands = g_strsplit (text, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (commands), ==, 1 + 100 + 1); /* EHLO, the window, nothing */
}

/* ---- the dot and its record ----------------------------------------------------------------- */

typedef struct {
  guint         n_dots, n_settled;
  gboolean      is_refused;   /* the record cannot be written */
  GCancellable *cancel_at_progress;
  GCancellable *cancel_at_record;
  GCancellable *cancel_at_dot;
} Record;

static gboolean
on_before_dot (Delivery *delivery, GError **error)
{
  Record *record = delivery->data;
  record->n_dots++;
  if (record->cancel_at_record)
    g_cancellable_cancel (record->cancel_at_record);
  if (record->is_refused)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no space for the journal");
  return !record->is_refused;
}

static void
on_settled (Delivery *delivery)
{
  Record *record = delivery->data;
  record->n_settled++;
  g_assert_cmpuint (delivery_count_undecided (delivery), ==, 0);
}

static void
on_progress (Delivery *delivery, guint64 sent_bytes, guint64 total_bytes)
{
  Record *record = delivery->data;
  if (record->cancel_at_progress)
    g_cancellable_cancel (record->cancel_at_progress);
}

static void
on_trace_dot (const char *line, gpointer data)
{
  Record *record = data;
  if (record->cancel_at_dot && g_str_equal (line, "-> ."))
    g_cancellable_cancel (record->cancel_at_dot);
}

#define ENVELOPE \
  EHLO "S: 250 smtp.proseware.com\nC: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\nS: 354 go\n"

/* Plays @dialogue with one delivery that is recorded in @record. */
static void
deliver_recorded (const char *dialogue, Record *record, GCancellable *cancellable,
                  const char *expected, gboolean is_dot_sent)
{
  Trace trace = { on_trace_dot, record };
  SmtpSessionOptions options = { .patience_s = 2, .trace = &trace };
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = smtp_fixture_open (server, &options, cancellable);
  g_autoptr(SendpathMessage) message
      = smtp_fixture_message (SENDER, "a@adatum.com", "Subject: x\r\n\r\nx\r\n");
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  delivery->before_dot = on_before_dot;
  delivery->settled = on_settled;
  delivery->progress = on_progress;
  delivery->data = record;
  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, expected);
  g_autofree char *outcome = smtp_fixture_describe (delivery->phase, delivery->reply);
  g_assert_cmpstr (outcome, ==, expected);
  g_clear_pointer (&session, smtp_session_free);
  g_free (scripted_server_finish (server));
  g_assert_cmpuint (scripted_server_count_bodies (server), ==, is_dot_sent);
}

static void
test_record (void)
{
  Record record = { 0 };
  deliver_recorded (ENVELOPE "C: <data>\nS: 250 ok\nC: QUIT\n", &record, NULL, "eod 250", TRUE);
  g_assert_cmpuint (record.n_dots, ==, 1);
  g_assert_cmpuint (record.n_settled, ==, 1);
}

/* P-6: no record, no dot. */
static void
test_record_refused (void)
{
  Record record = { .is_refused = TRUE };
  deliver_recorded (ENVELOPE "C: <data>\n", &record, NULL, "data local", FALSE);
  g_assert_cmpuint (record.n_dots, ==, 1);
  g_assert_cmpuint (record.n_settled, ==, 0);
}

/* T-018: a body that the server does not read is over at its deadline, without a dot. */
static void
test_stalled (void)
{
  static const SmtpSessionOptions impatient = { .patience_s = 1 };
  const gsize length = 8 * 1024 * 1024; /* more than socket buffers hold */
  g_autofree char *text = g_strnfill (length, 'x');
  memcpy (text, "A: 1\r\n\r\n", 8);
  memcpy (text + length - 2, "\r\n", 2);
  g_autoptr(ScriptedServer) server
      = scripted_server_new (ENVELOPE "C: A: 1\n!stall\n", SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = smtp_fixture_open (server, &impatient, NULL);
  g_autoptr(SendpathMessage) message = smtp_fixture_message (SENDER, "a@adatum.com", text);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);
  Record record = { 0 };

  delivery->before_dot = on_before_dot;
  delivery->data = &record;
  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, "data link-lost");
  g_assert_cmpuint (record.n_dots, ==, 0);
}

static void
test_cancel_in_content (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Record record = { .cancel_at_progress = cancellable };
  deliver_recorded (ENVELOPE "C: <data>\n", &record, cancellable, "data cancelled", FALSE);
  g_assert_cmpuint (record.n_dots, ==, 0);
  g_assert_cmpuint (record.n_settled, ==, 0);
}

/* Between record and dot it is still time: the dot stays unwritten, and the record learns of it. */
static void
test_cancel_at_record (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Record record = { .cancel_at_record = cancellable };
  deliver_recorded (ENVELOPE "C: <data>\n", &record, cancellable, "data cancelled", FALSE);
  g_assert_cmpuint (record.n_dots, ==, 1);
  g_assert_cmpuint (record.n_settled, ==, 1);
}

/* P-10: from the dot on the reply is waited for; T-165: where it never comes, nobody knows. */
static void
test_cancel_at_dot (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Record record = { .cancel_at_dot = cancellable };
  deliver_recorded (ENVELOPE "C: <data>\n!drip 5\nS: 250 ok\n!wait\n", &record, cancellable,
                    "eod 250", TRUE);
  g_assert_cmpuint (record.n_settled, ==, 1);

  g_cancellable_reset (cancellable);
  deliver_recorded (ENVELOPE "C: <data>\n!wait\n", &record, cancellable, "eod link-lost", TRUE);
  g_assert_cmpuint (record.n_settled, ==, 2);
}

/* ---- secrets -------------------------------------------------------------------------------- */

/* Longest run of @needle's base64 that does not depend on its neighbours, at each offset. */
static void
assert_not_told (const char *trace, const char *needle)
{
  g_assert_null (strstr (trace, needle));
  for (guint offset = 0; offset < 3; offset++)
    {
      g_autofree char *padded = g_strconcat (&"xx"[2 - offset], needle, NULL);
      g_autofree char *base64 = g_base64_encode ((guchar *) padded, strlen (padded));
      base64[strlen (padded) / 3 * 4] = '\0';
      g_assert_null (strstr (trace, base64 + (offset > 0 ? 4 : 0)));
    }
}

static void
log_in_traced (const char *dialogue, const char *bytes, SecretKind kind)
{
  g_autoptr(GString) told = g_string_new (NULL);
  Trace trace = { on_trace, told };
  SmtpSessionOptions options = { .patience_s = 20, .trace = &trace };
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = smtp_fixture_open (server, &options, NULL);
  g_autoptr(SendpathSecret) secret = sendpath_secret_new (bytes, strlen (bytes), kind);

  g_assert_false (smtp_session_may_log_in (session, FALSE));
  g_assert_true (smtp_session_offers_login (session, "auto", kind));
  g_assert_true (smtp_session_log_in (session, "terri", secret, "auto", TRUE));
  g_assert_true (smtp_session_is_logged_in (session));
  g_clear_pointer (&session, smtp_session_free);
  scripted_server_assert_played (server);
  g_assert_true (scripted_server_has_received (server, bytes));
  g_assert_nonnull (strstr (told->str, "****"));
  g_assert_nonnull (strstr (told->str, "-> AUTH "));
  assert_not_told (told->str, bytes);
}

/* T-049, T-135: whole on the wire, not at all in the trace. */
static void
test_secrets (void)
{
  g_autofree char *long_password = g_strnfill (525, 'p');
  g_autofree char *long_token = g_strnfill (4096, 't');
  const char *plain = EHLO "S: 250-x\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 235 ok\nC: QUIT\n";
  const char *bearer
      = EHLO "S: 250-x\nS: 250 AUTH XOAUTH2\nC: AUTH XOAUTH2 *\nS: 235 ok\nC: QUIT\n";

  log_in_traced (plain, "canary-c4f1e0", SECRET_PASSWORD);
  log_in_traced (EHLO "S: 250-x\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\n"
                      "S: 334 UGFzc3dvcmQ6\nC: *\nS: 235 ok\nC: QUIT\n",
                 "canary-9d27aa", SECRET_PASSWORD);
  log_in_traced (bearer, "canary-77e2b1", SECRET_TOKEN);
  log_in_traced (plain, long_password, SECRET_PASSWORD);
  log_in_traced (bearer, long_token, SECRET_TOKEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-session/each-reply-finds-its-recipient", test_windows);
  g_test_add_data_func ("/smtp-session/a-question-sends-nothing", GINT_TO_POINTER (FALSE),
                        test_question);
  g_test_add_data_func ("/smtp-session/a-question-in-one-flight-sends-nothing",
                        GINT_TO_POINTER (TRUE), test_question);
  g_test_add_func ("/smtp-session/full-buffers-never-lock-both-sides", test_window_size);
  g_test_add_func ("/smtp-session/one-record-one-settlement", test_record);
  g_test_add_func ("/smtp-session/no-record-no-dot", test_record_refused);
  g_test_add_func ("/smtp-session/a-body-that-nobody-reads-has-no-dot", test_stalled);
  g_test_add_func ("/smtp-session/cancel-in-the-content-sends-nothing", test_cancel_in_content);
  g_test_add_func ("/smtp-session/cancel-at-the-record-sends-nothing", test_cancel_at_record);
  g_test_add_func ("/smtp-session/cancel-at-the-dot-waits-for-its-reply", test_cancel_at_dot);
  g_test_add_func ("/smtp-session/secrets-are-never-traced", test_secrets);
  return g_test_run ();
}
