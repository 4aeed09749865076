/* TLS: whose certificate is accepted, and what is said when it is not. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "sendpath/wire/reply-reader.h"
#include "sendpath/wire/tls.h"
#include "tests/lib/loopback.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

static TestCerts *certs; /* made once: keys take time */

#define HOST "smtp.example.org"

static ScriptedServer *
play (const char *dialogue)
{
  ScriptedServer *server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);

  scripted_server_set_certs (server, certs);
  return server;
}

/* Refused, for a reason that says @words; and nothing was said inside. */
static void
assert_refused (ScriptedServer *server, Stream *stream, SendpathFault fault, const char *words)
{
  g_autoptr(SendpathReply) failure = stream_dup_failure (stream);
  g_autoptr(GBytes) received = NULL;
  const char *text = sendpath_reply_get_text (failure);

  g_test_message ("%s", text);
  g_assert_cmpint (sendpath_reply_get_fault (failure), ==, fault);
  if (strstr (text, words) == NULL)
    g_error ("`%s` does not say `%s`", text, words);
  g_assert_false (stream_write (stream, "EHLO x\r\n", 8));
  stream_free (stream);
  scripted_server_assert_played (server);
  received = scripted_server_dup_received (server);
  g_assert_cmpuint (g_bytes_get_size (received), ==, 0);
}

static void
assert_accepted (ScriptedServer *server, Stream *stream)
{
  g_autoptr(SendpathReply) reply = NULL;

  g_assert_true (stream_is_tls (stream));
  g_assert_true (stream_write (stream, "EHLO x\r\n", 8));
  g_assert_true (stream_flush (stream));
  reply = reply_read (stream);
  g_assert_cmpuint (sendpath_reply_get_code (reply), ==, 250);
  stream_free (stream);
  scripted_server_assert_played (server);
}

/* ---- whose certificate ----------------------------------------------------------------------- */

static const struct {
  const char *name;
  const char *cert;
  const char *identity;
  const char *pin_of; /* NULL: no pin */
  const char *words;  /* NULL: accepted */
} cases[] = {
  { "valid", "good", HOST, NULL, NULL },
  { "case-of-the-name-is-nothing", "good", "SMTP.Example.ORG", NULL, NULL },
  { "final-dot", "good", "smtp.example.org.", NULL, NULL },
  { "ipv4-address", "good", "127.0.0.1", NULL, NULL },
  { "ipv6-address", "good", "::1", NULL, NULL },
  { "ipv6-address-with-scope", "good", "::1%lo", NULL, NULL },
  { "self-signed", "self-signed", HOST, NULL, "no authority" },         /* T-030 */
  { "other-name", "other", HOST, NULL, "another name" },                /* T-031 */
  { "expired", "expired", HOST, NULL, "expired" },                      /* T-032 */
  { "not-yet-valid", "future", HOST, NULL, "not valid yet" },           /* T-032 */
  { "common-name-only", "cn-only", HOST, NULL, "another name" },        /* T-033 */
  { "wildcard-of-two-labels", "wildcard", "a.b.example.org", NULL, "another name" }, /* T-034 */
  { "wildcard-of-no-label", "wildcard", "example.org", NULL, "another name" },
  { "wildcard", "wildcard", "a.example.org", NULL, NULL },
  { "address-of-the-name", "other", "127.0.0.1", NULL, "another name" }, /* T-035 */
  { "other-address", "good", "127.0.0.2", NULL, "another name" },
  { "pinned-self-signed", "self-signed", HOST, "self-signed", NULL },   /* T-036 */
  { "pinned-for-any-name", "self-signed", "127.0.0.1", "self-signed", NULL },
  { "pinned-and-valid", "good", HOST, "good", NULL },
  { "key-changed", "other-key", HOST, "self-signed", "key changed" },   /* T-038 */
  { "key-changed-though-valid", "good", HOST, "self-signed", "key changed" },
  { "name-that-is-none", "good", "smtp..example.org", NULL, "another name" },
};

static void
test_certificate (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  gboolean is_accepted = cases[i].words == NULL;
  g_autofree char *pin = cases[i].pin_of ? test_certs_dup_pin (certs, cases[i].pin_of) : NULL;
  g_autofree char *dialogue = g_strdup_printf ("!tls %s\n%s", cases[i].cert,
                                               is_accepted ? "C: EHLO x\nS: 250 x\n" : "");
  g_autoptr(ScriptedServer) server = play (dialogue);
  Stream *stream = loopback_connect (server, NULL, NULL);

  if (stream_start_tls (stream, cases[i].identity, pin) != is_accepted)
    {
      g_autoptr(SendpathReply) failure = is_accepted ? stream_dup_failure (stream) : NULL;

      g_error ("%s", failure != NULL ? sendpath_reply_get_text (failure) : "was accepted");
    }
  if (is_accepted)
    assert_accepted (server, stream);
  else
    assert_refused (server, stream, SENDPATH_FAULT_TLS, cases[i].words);
}

static void
test_key_pin (void)
{
  g_autofree char *expected = test_certs_dup_pin (certs, "good");
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate
      = g_tls_certificate_new_from_file (test_certs_get_file (certs, "good"), &error);
  g_autofree char *pin = tls_dup_key_pin (certificate);

  g_assert_no_error (error);
  g_assert_cmpstr (pin, ==, expected);
}

/* ---- whose manners --------------------------------------------------------------------------- */

/* T-047 */
static void
test_old_version (void)
{
  g_autoptr(ScriptedServer) server = play ("!tls good tls1.1\n");
  Stream *stream = loopback_connect (server, NULL, NULL);

  g_assert_false (stream_start_tls (stream, HOST, NULL));
  assert_refused (server, stream, SENDPATH_FAULT_TLS, "TLS");
}

static void
test_tls_1_2 (void)
{
  g_autoptr(ScriptedServer) server = play ("!tls good tls1.2\nC: EHLO x\nS: 250 x\n");
  Stream *stream = loopback_connect (server, NULL, NULL);

  g_assert_true (stream_start_tls (stream, HOST, NULL));
  assert_accepted (server, stream);
}

static void
ignore_leaks (gboolean from_here)
{
#ifdef __SANITIZE_ADDRESS__
  if (from_here)
    __lsan_disable ();
  else
    __lsan_enable ();
#endif
}

/* T-050 */
static void
test_client_certificate (gconstpointer dialogue)
{
  g_autoptr(ScriptedServer) server = play (dialogue);
  Stream *stream = loopback_connect (server, NULL, NULL);

  g_assert_true (stream_start_tls (stream, HOST, NULL));
  assert_accepted (server, stream);
}

/* T-050: nobody looks at what the server shows in a second handshake, so there is none, and T-168:
 * what GIO began of it in a thread of its own does not keep the connection open. GLib 2.74 may lose
 * a source of its own (120 bytes) while one is on its way. */
static void
test_renegotiation (void)
{
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr(ScriptedServer) server
          = play ("!tls good tls1.2\nC: EHLO x\n!renegotiate\nS: 250 x\n!wait\n");
      g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
      g_autoptr(SendpathReply) reply = NULL;
      g_autofree char *mismatch = NULL;

      g_assert_true (stream_start_tls (stream, HOST, NULL));
      g_assert_true (stream_write (stream, "EHLO x\r\n", 8));
      g_assert_true (stream_flush (stream));
      ignore_leaks (TRUE);
      reply = reply_read (stream);
      ignore_leaks (FALSE);
      g_assert_cmpint (sendpath_reply_get_fault (reply), ==, SENDPATH_FAULT_LINK_LOST);
      g_clear_pointer (&stream, stream_free);
      mismatch = scripted_server_finish (server);
      g_assert_cmpstr (mismatch, !=, "the client did not go");
    }
}

/* T-042 */
static void
test_plain_text (void)
{
  g_autoptr(ScriptedServer) server = play ("!peek\nS: 250 ok\n!wait\n");
  Stream *stream = loopback_connect (server, NULL, NULL);
  g_autoptr(SendpathReply) failure = NULL;

  g_assert_false (stream_start_tls (stream, HOST, NULL));
  failure = stream_dup_failure (stream);
  g_test_message ("%s", sendpath_reply_get_text (failure));
  g_assert_cmpint (sendpath_reply_get_fault (failure), ==, SENDPATH_FAULT_TLS);
  stream_free (stream);
  scripted_server_assert_played (server);
  g_assert_false (scripted_server_has_received (server, "EHLO"));
}

static void
test_silent_handshake (void)
{
  g_autoptr(ScriptedServer) server = play ("!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr(SendpathReply) failure = NULL;

  stream_set_deadline (stream, 1);
  g_assert_false (stream_start_tls (stream, HOST, NULL));
  failure = stream_dup_failure (stream);
  g_assert_cmpint (sendpath_reply_get_fault (failure), ==, SENDPATH_FAULT_LINK_LOST);
}

static void
test_cut_handshake (void)
{
  g_autoptr(ScriptedServer) server = play ("!peek\n!cut\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);

  g_assert_false (stream_start_tls (stream, HOST, NULL));
  g_assert_true (stream_is_dead (stream));
  g_assert_false (stream_is_tls (stream));
}

static gpointer
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr(ScriptedServer) server = play ("!wait\n");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(Stream) stream = loopback_connect (server, NULL, cancellable);
  GThread *thread = g_thread_new ("cancel", cancel, cancellable);
  g_autoptr(SendpathReply) failure = NULL;

  g_assert_false (stream_start_tls (stream, HOST, NULL));
  failure = stream_dup_failure (stream);
  g_assert_cmpint (sendpath_reply_get_fault (failure), ==, SENDPATH_FAULT_CANCELLED);
  g_thread_join (thread);
}

/* What the server says inside TLS may lie ready with its session tickets. */
static void
test_unasked_input (void)
{
  g_autoptr(ScriptedServer) server = play ("!tls good\nC: ONE\nS+: a\\nb\\n\n!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr(GBytes) binding = NULL;
  gsize length;

  g_assert_true (stream_start_tls (stream, HOST, NULL));
  g_assert_false (stream_has_input (stream));
  g_assert_false (stream_is_dead (stream));
  binding = stream_get_channel_binding (stream, G_TLS_CHANNEL_BINDING_TLS_EXPORTER);
  g_assert_cmpuint (g_bytes_get_size (binding), ==, 32);
  g_assert_true (stream_write (stream, "ONE\r\n", 5));
  g_assert_true (stream_flush (stream));
  g_assert_cmpstr (stream_read_line (stream, 100, &length), ==, "a");
  g_assert_true (stream_has_input (stream));
  g_assert_cmpstr (stream_read_line (stream, 100, &length), ==, "b");
  g_assert_false (stream_has_input (stream));
}

static void
test_large_write (void)
{
  g_autoptr(ScriptedServer) server = play ("!tls good\n!wait\n");
  Stream *stream = loopback_connect (server, NULL, NULL);
  gsize size = 4 * 1024 * 1024;
  g_autofree char *sent = g_malloc (size);
  g_autoptr(GBytes) received = NULL;

  for (gsize i = 0; i < size; i++)
    sent[i] = (char) (i * 7 + i / 251);
  g_assert_true (stream_start_tls (stream, HOST, NULL));
  for (gsize done = 0; done < size; done += 100001)
    g_assert_true (stream_write (stream, sent + done, MIN (100001, size - done)));
  g_assert_true (stream_flush (stream));
  stream_free (stream);
  scripted_server_assert_played (server);
  received = scripted_server_dup_received (server);
  g_assert_cmpmem (g_bytes_get_data (received, NULL), g_bytes_get_size (received), sent, size);
}

/* T-051 */
static void
test_reset_after_reply (void)
{
  g_autoptr(ScriptedServer) server = play ("!tls good\nC: .\nS: 250 ok\n!reset\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr(SendpathReply) reply = NULL, next = NULL;

  g_assert_true (stream_start_tls (stream, HOST, NULL));
  g_assert_true (stream_write (stream, ".\r\n", 3));
  g_assert_true (stream_flush (stream));
  reply = reply_read (stream);
  if (sendpath_reply_get_code (reply) != 250) /* the reset may overtake what it follows */
    g_assert_cmpint (sendpath_reply_get_fault (reply), ==, SENDPATH_FAULT_LINK_LOST);
  next = reply_read (stream);
  g_assert_cmpint (sendpath_reply_get_fault (next), ==, SENDPATH_FAULT_LINK_LOST);
}

/* T-048: in a process of its own, because GIO chooses its module once. */
static void
test_no_module (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr(ScriptedServer) server = scripted_server_new ("!wait\n", SCRIPTED_SERVER_NO_CUT);
      g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
      g_autoptr(SendpathReply) failure = NULL;

      g_assert_false (tls_is_available ());
      g_assert_false (stream_start_tls (stream, HOST, NULL));
      failure = stream_dup_failure (stream);
      g_assert_cmpint (sendpath_reply_get_fault (failure), ==, SENDPATH_FAULT_TLS);
      return;
    }
  g_setenv ("GIO_USE_TLS", "dummy", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("GIO_USE_TLS");
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls/no-module-is-a-fault", test_no_module);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/tls/certificate/", cases[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_certificate);
    }
  g_test_add_func ("/tls/pin-is-the-hash-of-the-public-key", test_key_pin);
  g_test_add_func ("/tls/1.1-is-too-old", test_old_version);
  g_test_add_func ("/tls/1.2-is-enough", test_tls_1_2);
  g_test_add_data_func ("/tls/client-certificate/tls1.2",
                        "!tls good tls1.2 request\nC: EHLO x\nS: 250 x\n", test_client_certificate);
  g_test_add_data_func ("/tls/client-certificate/tls1.3",
                        "!tls good request\nC: EHLO x\nS: 250 x\n", test_client_certificate);
  g_test_add_func ("/tls/renegotiation-does-no-harm", test_renegotiation);
  g_test_add_func ("/tls/plain-text-is-a-fault", test_plain_text);
  g_test_add_func ("/tls/handshake-has-a-deadline", test_silent_handshake);
  g_test_add_func ("/tls/cut-in-the-handshake", test_cut_handshake);
  g_test_add_func ("/tls/cancel-wakes-the-handshake", test_cancel);
  g_test_add_func ("/tls/tickets-are-no-input", test_unasked_input);
  g_test_add_func ("/tls/large-writes-are-whole", test_large_write);
  g_test_add_func ("/tls/reset-after-the-reply", test_reset_after_reply);

  if (!g_test_subprocess ())
    {
      certs = test_certs_new ();
      test_certs_trust (certs);
    }
  status = g_test_run ();
  g_clear_pointer (&certs, test_certs_free);
  return status;
}
