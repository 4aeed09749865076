/* What becomes of a message's bytes on their way through a session. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/lib/scripted-server.h"
#include "tests/lib/smtp-fixture.h"

#define SENDER "terri@proseware.com"
#define EHLO "S: 220 smtp.proseware.com\nC: EHLO *\n"

static void
on_trace (const char *line, gpointer data)
{
  g_string_append_printf (data, "%s\n", line);
}

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
  g_autoptr(SmtpSession) session = smtp_fixture_open (server, &options, NULL);
  g_autoptr(SendpathMessage) message = smtp_fixture_message (SENDER, "a@adatum.com", text);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, expected);
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
      SmtpSessionOptions options = { .patience_s = 20 };
      g_autoptr(SmtpSession) session = smtp_fixture_open (server, &options, NULL);
      g_autoptr(SendpathMessage) message
          = smtp_fixture_message (SENDER, "a@adatum.com", cases[i].text);
      g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);

      smtp_session_deliver (session, delivery);
      smtp_fixture_assert_outcome (delivery, 0, "mail no-8bitmime");
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

/* ---- memory --------------------------------------------------------------------------------- */

#define MEGABYTE (1024 * 1024)

static void
say (GIOStream *io, const char *line)
{
  g_autofree char *bytes = g_strconcat (line, "\r\n", NULL);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (io), bytes,
                                            strlen (bytes), NULL, NULL, NULL));
}

/* A server that keeps nothing. */
static gpointer
serve (gpointer data)
{
  g_autoptr(GSocketConnection) connection = g_socket_listener_accept (data, NULL, NULL, NULL);
  GIOStream *io = G_IO_STREAM (connection);
  g_autoptr(GDataInputStream) input = g_data_input_stream_new (g_io_stream_get_input_stream (io));
  static const char *const replies[] = { "250 hello", "250 ok", "250 ok", "354 go" };
  g_autofree char *block = g_malloc (MEGABYTE);
  gsize kept = 0; /* bytes of the end of the last block, where the dot may have begun */

  say (io, "220 smtp.proseware.com");
  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_free (g_data_input_stream_read_line (input, NULL, NULL, NULL));
      say (io, replies[i]);
    }
  while (kept < 5 || memcmp (block, "\r\n.\r\n", 5) != 0)
    {
      gssize n = g_input_stream_read (G_INPUT_STREAM (input), block + kept, MEGABYTE - kept, NULL,
                                      NULL);
      g_assert_cmpint (n, >, 0);
      gsize length = kept + n;
      kept = MIN (length, 5);
      memmove (block, block + length - kept, kept);
    }
  say (io, "250 ok");
  return NULL;
}

/* A message of @megabytes. */
static SendpathMessage *
new_large_message (guint megabytes)
{
  g_autofree char *path = NULL;
  g_autofree char *block = g_strnfill (MEGABYTE, 'x');
  g_autoptr(GError) error = NULL;
  int fd = g_file_open_tmp (NULL, &path, &error);

  g_assert_no_error (error);
  g_unlink (path);
  for (gsize end = 64; end <= MEGABYTE; end += 64)
    memcpy (block + end - 2, "\r\n", 2);
  g_assert_cmpint (write (fd, "A: 1\r\n\r\n", 8), ==, 8);
  for (guint i = 0; i < megabytes; i++)
    g_assert_cmpint (write (fd, block, MEGABYTE), ==, MEGABYTE);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);

  SendpathMessage *message
      = sendpath_message_new_from_fd (fd, SENDPATH_MESSAGE_FLAGS_NONE, &error);
  g_assert_no_error (error);
  sendpath_message_set_sender (message, SENDER, NULL);
  sendpath_message_add_recipient (message, "a@adatum.com", NULL);
  return message;
}

static glong
get_peak_kb (void)
{
  struct rusage usage;
  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_maxrss;
}

static void
send_large_message (void)
{
  SmtpSessionOptions options = { .patience_s = 60 };
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  GThread *thread = g_thread_new ("server", serve, listener);
  g_autoptr(SmtpSession) session
      = smtp_fixture_connect (port, SENDPATH_SECURITY_NONE, &options, NULL);
  g_autoptr(SendpathMessage) message = new_large_message (100);
  g_autoptr(Delivery) delivery = smtp_fixture_delivery (message);
  glong before_kb = get_peak_kb ();

  g_assert_true (smtp_session_open (session));
  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, "eod 250");
  g_assert_cmpint (get_peak_kb () - before_kb, <, 16 * 1024);
  g_thread_join (thread);
}

/* P-12, T-161 */
static void
test_memory (void)
{
  if (g_test_subprocess ())
    {
      send_large_message ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-content/arrives-as-it-is", test_content);
  g_test_add_func ("/smtp-content/size-and-8bit-are-said-where-offered", test_size_and_8bit);
  g_test_add_data_func ("/smtp-content/8bit-is-recoded/not-offered", NO_8BIT, test_recoding);
  g_test_add_data_func ("/smtp-content/8bit-is-recoded/refused", BODY_REFUSED, test_recoding);
  g_test_add_data_func ("/smtp-content/signed-8bit-is-left-alone/not-offered", NO_8BIT,
                        test_signed_8bit);
  g_test_add_data_func ("/smtp-content/signed-8bit-is-left-alone/refused", BODY_REFUSED,
                        test_signed_8bit);
  g_test_add_func ("/smtp-content/8bit-that-stays-is-told-as-it-is", test_8bit_that_stays);
  g_test_add_func ("/smtp-content/long-lines-that-are-signed-stay", test_long_lines);
  g_test_add_func ("/smtp-content/memory-does-not-grow", test_memory);
  return g_test_run ();
}
