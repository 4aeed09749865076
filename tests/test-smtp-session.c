/* A session as its callers see it: windows, content, records, cancel, secrets. The conversations
 * themselves are in tests/dialogues. */
#include "config.h"

#include <gsasl.h>
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

static SmtpSession *
open_session (ScriptedServer *server, const SmtpSessionOptions *options,
              GCancellable *cancellable)
{
  SmtpSession *session = smtp_fixture_connect (scripted_server_get_port (server),
                                               SENDPATH_SECURITY_NONE, options, cancellable);
  g_assert_nonnull (session);
  g_assert_true (smtp_session_open (session));
  return session;
}

static void
assert_outcome (const Delivery *delivery, guint i, const char *expected)
{
  const DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);
  g_autofree char *outcome = smtp_fixture_describe (recipient->phase, recipient->reply);
  g_assert_cmpstr (outcome, ==, expected);
}

/* ---- content -------------------------------------------------------------------------------- */

/* What the server of @ehlo gets of @text; NULL if no content came. What is traced is appended to
 * @told, or nowhere. */
static GBytes *
send_traced (const char *ehlo, const char *mail, const char *text, const char *expected,
             GString *told)
{
  Trace trace = { told ? on_trace : NULL, told };
  SmtpSessionOptions options = { .patience_s = 20, .trace = &trace };
  g_autofree char *dialogue
      = g_strconcat (EHLO, ehlo, mail ? "C: " : "", mail ? mail : "",
                     mail ? "\nS: 250 ok\nC: RCPT TO:<a@adatum.com>\nS: 250 ok\nC: DATA\n"
                            "S: 354 go\nC: <data>\nS: 250 ok\n"
                          : "",
                     "C: QUIT\n", NULL);
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = open_session (server, &options, NULL);
  g_autoptr(SendpathMessage) message = smtp_fixture_message (SENDER, "a@adatum.com", text);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  smtp_session_deliver (session, delivery);
  assert_outcome (delivery, 0, expected);
  g_assert_true (smtp_session_is_open (session));
  g_clear_pointer (&session, smtp_session_free);
  scripted_server_assert_played (server);
  return scripted_server_count_bodies (server) > 0 ? scripted_server_dup_body (server, 0) : NULL;
}

static GBytes *
send_through (const char *ehlo, const char *mail, const char *text, const char *expected)
{
  return send_traced (ehlo, mail, text, expected, NULL);
}

static void
assert_bytes (GBytes *got, const char *expected)
{
  gsize length;
  const char *bytes = g_bytes_get_data (got, &length);
  g_assert_cmpmem (bytes, length, expected, strlen (expected));
}

/* T-088, T-090, T-094: the bytes of the message, dots stuffed, nothing added. */
static void
test_content (void)
{
  g_autoptr(GBytes) wire
      = send_through ("S: 250 smtp.proseware.com\n", "MAIL FROM:<" SENDER ">",
                      "Subject: x\r\nFrom: " SENDER "\r\n\r\n.\r\n..a\r\nb\r\n", "eod 250");
  assert_bytes (wire, "Subject: x\r\nFrom: " SENDER "\r\n\r\n..\r\n...a\r\nb\r\n");
}

static void
test_size_and_8bit (void)
{
  static const char text[] = "Subject: x\r\nMIME-Version: 1.0\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "Content-Transfer-Encoding: 8bit\r\n\r\nZażółć\r\n";
  g_autofree char *mail = g_strdup_printf ("MAIL FROM:<" SENDER "> SIZE=%zu BODY=8BITMIME",
                                           strlen (text));
  g_autoptr(GBytes) wire = send_through (
      "S: 250-smtp.proseware.com\nS: 250-SIZE 100000\nS: 250 8BITMIME\n", mail, text, "eod 250");
  assert_bytes (wire, text);
}

#define NO_8BIT "S: 250 smtp.proseware.com\n"
#define BODY_REFUSED                                                   \
  "S: 250-smtp.proseware.com\nS: 250 8BITMIME\n"                       \
  "C: MAIL FROM:<" SENDER "> BODY=8BITMIME\nS: 555 5.5.4 BODY\n"

/* T-097: a server without 8BITMIME gets the message recoded; so does one that only says so. */
static void
test_recoding (gconstpointer ehlo)
{
  static const char text[] = "Subject: x\r\nMIME-Version: 1.0\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "Content-Transfer-Encoding: 8bit\r\n\r\n"
                             "one letter, ż, among many that are plain\r\n";
  g_autoptr(GBytes) wire = send_through (ehlo, "MAIL FROM:<" SENDER ">", text, "eod 250");
  gsize length;
  const char *bytes = g_bytes_get_data (wire, &length);
  for (gsize i = 0; i < length; i++)
    g_assert_cmpint ((guchar) bytes[i], <, 0x80);
  g_assert_nonnull (g_strstr_len (bytes, length, "=C5=BC"));
}

/* T-097: a signed one is left alone and does not go here. */
static void
test_signed_8bit (gconstpointer ehlo)
{
  g_autoptr(GBytes) wire = send_through (
      ehlo, NULL,
      "DKIM-Signature: v=1; d=proseware.com; s=x; h=from; bh=x; b=x\r\nSubject: x\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
      "Zażółć\r\n",
      "mail no-8bitmime");
  g_assert_null (wire);
}

#define RAW_NAME                                                           \
  "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"  \
  "Content-Disposition: attachment; filename=\"ż.txt\"\r\n\r\nx\r\n--b--\r\n"

/* What no recoding removes is not blamed on a signature that is not there, and the other way
 * round. */
static void
test_8bit_that_stays (void)
{
  static const struct {
    const char *text;
    gboolean    is_signed;
  } cases[] = {
    { RAW_NAME, FALSE },
    { "DKIM-Signature: v=1; d=proseware.com; s=x; h=from; bh=x; b=x\r\n" RAW_NAME, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ScriptedServer) server
          = scripted_server_new (EHLO NO_8BIT "C: QUIT\n", SCRIPTED_SERVER_NO_CUT);
      g_autoptr(SmtpSession) session = open_session (server, &plain_options, NULL);
      g_autoptr(SendpathMessage) message
          = smtp_fixture_message (SENDER, "a@adatum.com", cases[i].text);
      g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

      smtp_session_deliver (session, delivery);
      assert_outcome (delivery, 0, "mail no-8bitmime");
      const char *why = sendpath_reply_get_text (delivery->reply);
      g_assert_cmpint (strstr (why, "signature") != NULL, ==, cases[i].is_signed);
    }
}

/* T-096: what a signature covers goes unchanged, with a warning. */
static void
test_long_lines (void)
{
  for (guint length = 998; length <= 999; length++)
    {
      g_autofree char *line = g_strnfill (length, 'x');
      g_autofree char *text = g_strconcat (
          "DKIM-Signature: v=1; d=proseware.com; s=x; h=from; bh=x; b=x\r\n\r\n", line, "\r\n",
          NULL);
      g_autoptr(GString) told = g_string_new (NULL);
      g_autoptr(GBytes) wire
          = send_traced (NO_8BIT, "MAIL FROM:<" SENDER ">", text, "eod 250", told);

      assert_bytes (wire, text);
      g_assert_cmpint (strstr (told->str, "998 bytes") != NULL, ==, length > 998);
    }
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
  g_autoptr(SmtpSession) session = open_session (server, &plain_options, NULL);
  g_autoptr(SendpathMessage) message = new_message_for_many (n);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  smtp_session_deliver (session, delivery);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("no. %u", i);
      assert_outcome (delivery, i, i % 2 ? "rcpt 550" : "eod 250");
      if (i % 2)
        g_assert_cmpstr (sendpath_reply_get_text (delivery_get_recipient (delivery, i)->reply), ==,
                         text);
    }
  g_clear_pointer (&session, smtp_session_free);
  scripted_server_assert_played (server);
}

/* So much is written without reading that no pair of socket buffers can be filled by it. */
static void
test_window_size (void)
{
  static const SmtpSessionOptions impatient = { .patience_s = 1 };
  g_autoptr(ScriptedServer) server
      = scripted_server_new (EHLO PIPELINING "!wait\n", SCRIPTED_SERVER_NO_CUT);
  g_autoptr(SmtpSession) session = open_session (server, &impatient, NULL);
  g_autoptr(SendpathMessage) message = new_message_for_many (5000);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  smtp_session_deliver (session, delivery);
  assert_outcome (delivery, 4999, "mail link-lost");
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
  g_autoptr(SmtpSession) session = open_session (server, &options, cancellable);
  g_autoptr(SendpathMessage) message
      = smtp_fixture_message (SENDER, "a@adatum.com", "Subject: x\r\n\r\nx\r\n");
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  delivery->before_dot = on_before_dot;
  delivery->settled = on_settled;
  delivery->progress = on_progress;
  delivery->data = record;
  smtp_session_deliver (session, delivery);
  assert_outcome (delivery, 0, expected);
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
  g_autoptr(SmtpSession) session = open_session (server, &options, NULL);
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

/* ---- SCRAM bound to the connection, against gsasl's server ---------------------------------- */

#define PASSWORD "canary-5b08"

typedef struct {
  GSocketListener *listener;
  GTlsCertificate *certificate;
  const char      *mechanism;
  gboolean         is_forged; /* the channel binding is another connection's */
  char            *binding;
} SaslServer;

static int
on_server_wants (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  SaslServer *server = gsasl_callback_hook_get (gsasl);
  if (property == GSASL_PASSWORD)
    return gsasl_property_set (session, property, PASSWORD);
  if (property == GSASL_CB_TLS_EXPORTER)
    return gsasl_property_set (session, property, server->binding);
  return GSASL_NO_CALLBACK;
}

static void
say (GIOStream *io, const char *line)
{
  g_autofree char *bytes = g_strconcat (line, "\r\n", NULL);
  g_autoptr(GError) error = NULL;
  g_output_stream_write_all (g_io_stream_get_output_stream (io), bytes, strlen (bytes), NULL, NULL,
                             &error);
  g_assert_no_error (error);
}

/* The exchange behind `AUTH MECHANISM INITIAL`. */
static void
serve_login (SaslServer *server, GIOStream *io, GDataInputStream *input, const char *initial)
{
  Gsasl *gsasl;
  Gsasl_session *session;
  g_autofree char *said = g_strdup (initial);
  int status = GSASL_NEEDS_MORE;

  g_assert_cmpint (gsasl_init (&gsasl), ==, GSASL_OK);
  gsasl_callback_set (gsasl, on_server_wants);
  gsasl_callback_hook_set (gsasl, server);
  g_assert_cmpint (gsasl_server_start (gsasl, server->mechanism, &session), ==, GSASL_OK);
  while (status == GSASL_NEEDS_MORE)
    {
      char *challenge = NULL;
      status = gsasl_step64 (session, said, &challenge);
      if (status != GSASL_NEEDS_MORE && status != GSASL_OK)
        break;
      g_autofree char *line = g_strconcat ("334 ", challenge, NULL);
      gsasl_free (challenge);
      say (io, line);
      g_free (said);
      said = g_data_input_stream_read_line (input, NULL, NULL, NULL);
    }
  say (io, status == GSASL_OK ? "235 2.7.0 welcome" : "535 5.7.8 no");
  gsasl_finish (session);
  gsasl_done (gsasl);
}

static char *
dup_binding (SaslServer *server, GTlsConnection *tls)
{
  g_autoptr(GByteArray) data = g_byte_array_new ();
  g_autoptr(GError) error = NULL;
  g_tls_connection_get_channel_binding_data (tls, G_TLS_CHANNEL_BINDING_TLS_EXPORTER, data,
                                             &error);
  g_assert_no_error (error);
  if (server->is_forged)
    data->data[0] ^= 1;
  return g_base64_encode (data->data, data->len);
}

static gpointer
serve (gpointer data)
{
  SaslServer *server = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketConnection) connection
      = g_socket_listener_accept (server->listener, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr(GIOStream) io
      = g_tls_server_connection_new (G_IO_STREAM (connection), server->certificate, &error);
  g_assert_no_error (error);
  g_tls_connection_handshake (G_TLS_CONNECTION (io), NULL, &error);
  g_assert_no_error (error);
  server->binding = dup_binding (server, G_TLS_CONNECTION (io));

  g_autoptr(GDataInputStream) input
      = g_data_input_stream_new (g_io_stream_get_input_stream (io));
  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  say (io, "220 smtp.proseware.com");
  g_free (g_data_input_stream_read_line (input, NULL, NULL, NULL));
  g_autofree char *offer
      = g_strdup_printf ("250-smtp.proseware.com\r\n250 AUTH PLAIN SCRAM-SHA-1 SCRAM-SHA-256 %s",
                         server->mechanism);
  say (io, offer);
  g_autofree char *auth = g_data_input_stream_read_line (input, NULL, NULL, NULL);
  g_auto(GStrv) words = g_strsplit (auth, " ", 3);
  g_assert_cmpuint (g_strv_length (words), ==, 3);
  g_assert_cmpstr (words[1], ==, server->mechanism);
  serve_login (server, io, input, words[2]);
  g_free (g_data_input_stream_read_line (input, NULL, NULL, NULL));
  return NULL;
}

static void
check_plus (TestCerts *certs, const char *mechanism, gboolean is_forged)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autoptr(GTlsCertificate) certificate
      = g_tls_certificate_new_from_file (test_certs_get_file (certs, "good"), &error);
  g_assert_no_error (error);
  SaslServer server = { listener, certificate, mechanism, is_forged, NULL };
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_assert_no_error (error);
  g_autoptr(GThread) thread = g_thread_new ("sasl-server", serve, &server);

  g_autoptr(SmtpSession) session
      = smtp_fixture_connect (port, SENDPATH_SECURITY_TLS, &plain_options, NULL);
  g_autoptr(SendpathSecret) secret
      = sendpath_secret_new (PASSWORD, strlen (PASSWORD), SECRET_PASSWORD);
  g_assert_nonnull (session);
  g_assert_true (smtp_session_open (session));
  g_assert_true (smtp_session_may_log_in (session, FALSE));
  gboolean is_in = smtp_session_log_in (session, "terri", secret, "auto", FALSE);
  g_assert_cmpint (is_in, ==, !is_forged);
  if (is_in)
    {
      g_autofree char *name = g_ascii_strdown (mechanism, -1);
      g_assert_cmpstr (smtp_session_get_mechanism (session), ==, name);
    }
  else
    g_assert_cmpuint (sendpath_reply_get_code (smtp_session_get_reply (session)), ==, 535);
  g_clear_pointer (&session, smtp_session_free);
  g_thread_join (g_steal_pointer (&thread));
  g_free (server.binding);
}

static void
test_plus (gconstpointer data)
{
  TestCerts *certs = (TestCerts *) data;
  check_plus (certs, "SCRAM-SHA-256-PLUS", FALSE);
  check_plus (certs, "SCRAM-SHA-1-PLUS", FALSE);
  check_plus (certs, "SCRAM-SHA-256-PLUS", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr(TestCerts) certs = test_certs_new ();
  test_certs_trust (certs);

  g_test_add_func ("/smtp-session/content-arrives-as-it-is", test_content);
  g_test_add_func ("/smtp-session/size-and-8bit-are-said-where-offered", test_size_and_8bit);
  g_test_add_data_func ("/smtp-session/8bit-is-recoded/not-offered", NO_8BIT, test_recoding);
  g_test_add_data_func ("/smtp-session/8bit-is-recoded/refused", BODY_REFUSED, test_recoding);
  g_test_add_data_func ("/smtp-session/signed-8bit-is-left-alone/not-offered", NO_8BIT,
                        test_signed_8bit);
  g_test_add_data_func ("/smtp-session/signed-8bit-is-left-alone/refused", BODY_REFUSED,
                        test_signed_8bit);
  g_test_add_func ("/smtp-session/8bit-that-stays-is-told-as-it-is", test_8bit_that_stays);
  g_test_add_func ("/smtp-session/long-lines-that-are-signed-stay", test_long_lines);
  g_test_add_func ("/smtp-session/each-reply-finds-its-recipient", test_windows);
  g_test_add_func ("/smtp-session/full-buffers-never-lock-both-sides", test_window_size);
  g_test_add_func ("/smtp-session/one-record-one-settlement", test_record);
  g_test_add_func ("/smtp-session/no-record-no-dot", test_record_refused);
  g_test_add_func ("/smtp-session/cancel-in-the-content-sends-nothing", test_cancel_in_content);
  g_test_add_func ("/smtp-session/cancel-at-the-record-sends-nothing", test_cancel_at_record);
  g_test_add_func ("/smtp-session/cancel-at-the-dot-waits-for-its-reply", test_cancel_at_dot);
  g_test_add_func ("/smtp-session/secrets-are-never-traced", test_secrets);
  g_test_add_data_func ("/smtp-session/scram-plus-over-tls", certs, test_plus);
  return g_test_run ();
}
