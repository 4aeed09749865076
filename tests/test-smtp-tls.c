/* A session inside TLS: the port it comes by, the machine without TLS, SCRAM bound to the
 * connection. */
#include "config.h"

#include <gsasl.h>
#include <string.h>

#include "tests/lib/fake-resolver.h"
#include "tests/lib/scripted-server.h"
#include "tests/lib/silent-port.h"
#include "tests/lib/smtp-fixture.h"

#define HOST "smtp.proseware.com"

static const SmtpSessionOptions plain_options = { .patience_s = 20 };

/* ---- which port ----------------------------------------------------------------------------- */

static void
enter (GPtrArray *endpoints, guint16 port, SendpathSecurity security)
{
  g_ptr_array_add (endpoints, sendpath_endpoint_new (HOST, port, security));
}

/* A session with the server of @dialogue on the STARTTLS port, where the TLS port is closed. */
static SmtpSession *
race_to (ScriptedServer *server)
{
  static const FakeHost hosts[] = { { HOST, "127.0.0.1" }, { NULL, NULL } };
  g_autoptr(GResolver) resolver = fake_resolver_new (hosts);
  RaceOptions options = { .patience_s = 5, .resolver = resolver };
  g_autoptr(GPtrArray) endpoints
      = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  enter (endpoints, silent_port_find_closed (), SENDPATH_SECURITY_TLS);
  enter (endpoints, scripted_server_get_port (server), SENDPATH_SECURITY_STARTTLS);

  g_autoptr(Race) race = race_new (endpoints, &options);
  g_autoptr(Runner) winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  return smtp_session_new (winner, &plain_options);
}

/* T-046: one port is blocked; the other one is as good, or nothing is said on it. */
static void
test_blocked_port (gconstpointer data)
{
  TestCerts *certs = (TestCerts *) data;
  g_autoptr(ScriptedServer) good = scripted_server_new (
      "S: 220 " HOST "\nC: EHLO *\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n!tls good\n"
      "C: EHLO *\nS: 250 x\nC: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\nS: 354 go\n"
      "C: <data>\nS: 250 ok\nC: QUIT\n",
      SCRIPTED_SERVER_NO_CUT);
  g_autoptr(ScriptedServer) stripped = scripted_server_new (
      "S: 220 " HOST "\nC: EHLO *\nS: 250 AUTH PLAIN\nC: QUIT\n", SCRIPTED_SERVER_NO_CUT);
  scripted_server_set_certs (good, certs);

  g_autoptr(SmtpSession) session = race_to (good);
  g_assert_true (smtp_session_open (session));
  g_assert_true (smtp_session_is_tls (session));
  g_autoptr(SendpathMessage) message
      = smtp_fixture_message ("terri@proseware.com", "a@adatum.com", "A: 1\r\n\r\nx\r\n");
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);
  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, "eod 250");
  g_clear_pointer (&session, smtp_session_free);
  scripted_server_assert_played (good);

  session = race_to (stripped);
  g_assert_false (smtp_session_open (session));
  g_assert_cmpint (sendpath_reply_get_fault (smtp_session_get_reply (session)), ==,
                   SENDPATH_FAULT_TLS_MISSING);
  g_clear_pointer (&session, smtp_session_free);
  scripted_server_assert_played (stripped);
}

/* T-048: the race opens no connection then; a session that has one says nothing more. */
static void
test_no_module (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr(ScriptedServer) server = scripted_server_new (
          "S: 220 " HOST "\nC: EHLO *\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n!wait\n",
          SCRIPTED_SERVER_NO_CUT);
      g_autoptr(SmtpSession) session = smtp_fixture_connect (
          scripted_server_get_port (server), SENDPATH_SECURITY_STARTTLS, &plain_options, NULL);
      g_assert_false (smtp_session_open (session));
      g_assert_cmpint (sendpath_reply_get_fault (smtp_session_get_reply (session)), ==,
                       SENDPATH_FAULT_TLS);
      g_assert_false (smtp_session_may_log_in (session, FALSE));
      g_clear_pointer (&session, smtp_session_free);
      scripted_server_assert_played (server);
      g_autoptr(GBytes) received = scripted_server_dup_received (server);
      static const char last[] = "STARTTLS\r\n";
      gsize length;
      const char *bytes = g_bytes_get_data (received, &length);
      g_assert_cmpmem (bytes + length - strlen (last), strlen (last), last, strlen (last));
      return;
    }
  g_setenv ("GIO_USE_TLS", "dummy", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("GIO_USE_TLS");
  g_test_trap_assert_passed ();
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
  if (!g_test_subprocess ()) /* where there is no TLS */
    test_certs_trust (certs);

  g_test_add_data_func ("/smtp-tls/one-port-is-blocked", certs, test_blocked_port);
  g_test_add_func ("/smtp-tls/no-module-says-nothing-in-the-clear", test_no_module);
  g_test_add_data_func ("/smtp-tls/scram-plus", certs, test_plus);
  return g_test_run ();
}
