/* TLS sessions that GIO resumes by itself: faster, and never less than the checks of R-11. GIO resumes
 * nothing once g_test_init() was called, so each case runs in a process of its own that did not. */
#include "config.h"

#include <string.h>

#include "sendpath/wire/reply-reader.h"
#include "tests/lib/loopback.h"

#define HOST "smtp.example.org"

static const struct {
  const char *name;
  const char *first;     /* certificate of the server of two connections, the second one resumed */
  const char *first_pin; /* whose key they require, or NULL */
  const char *last;      /* of a third connection's */
  const char *last_pin;
  const char *identity; /* that the third one wants */
  const char *manner;   /* how it shakes hands with TLS 1.3: `resumed`, `whole`, or either */
  gboolean is_accepted;
} cases[] = {
  { "valid", "good", NULL, "good", NULL, HOST, "resumed", TRUE },
  { "valid-and-pinned", "good", NULL, "good", "good", HOST, "resumed", TRUE },
  { "pinned", "self-signed", "self-signed", "self-signed", "self-signed", HOST, "resumed", TRUE },
  { "pin-is-for-one", "self-signed", "self-signed", "self-signed", NULL, HOST, "", FALSE },
  { "pin-is-for-that-key", "self-signed", "self-signed", "self-signed", "good", HOST, "", FALSE },
  { "pin-outweighs-what-is-valid", "good", NULL, "good", "self-signed", HOST, "", FALSE },
  { "another-name", "good", NULL, "good", NULL, "other.example.com", "whole", FALSE },
  { "name-that-a-pin-let-in", "other", "other", "other", NULL, HOST, "", FALSE },
  { "expired-that-a-pin-let-in", "expired", "expired", "expired", NULL, HOST, "", FALSE },
  { "another-certificate", "good", NULL, "self-signed forget", NULL, HOST, "whole", FALSE },
  { "another-key-than-the-pin", "good", "good", "other-key forget", "good", HOST, "whole", FALSE },
};

static const char *const versions[] = { "tls1.2", "tls1.3" };

/* One connection with TLS, and EHLO, so that what TLS 1.3 says after the handshake is read. */
static gboolean
say_hello (ScriptedServer *server, const char *identity, const char *pin)
{
  g_autoptr (Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr (SendpathReply) reply = NULL;

  if (!stream_start_tls (stream, identity, pin))
    {
      g_autoptr (SendpathReply) failure = stream_dup_failure (stream);

      g_printerr ("%s\n", sendpath_reply_get_text (failure));
      return FALSE;
    }
  g_assert_true (stream_write (stream, "EHLO x\r\n", 8));
  g_assert_true (stream_flush (stream));
  reply = reply_read (stream);
  g_assert_cmpuint (sendpath_reply_get_code (reply), ==, 250);
  return TRUE;
}

/* In a process without GTest's own. */
static void
run_case (gsize i, const char *version)
{
  gboolean resumes = g_str_equal (version, "tls1.3"); /* GIO 2.74 resumes nothing of TLS 1.2 */
  g_autoptr (TestCerts) certs = test_certs_new ();
  g_autofree char *first_pin =
      cases[i].first_pin != NULL ? test_certs_dup_pin (certs, cases[i].first_pin) : NULL;
  g_autofree char *last_pin =
      cases[i].last_pin != NULL ? test_certs_dup_pin (certs, cases[i].last_pin) : NULL;
  g_autofree char *dialogue = g_strdup_printf (
      "!tls %s tickets whole %s\nC: EHLO x\nS: 250 x\n---\n"
      "!tls %s tickets %s %s\nC: EHLO x\nS: 250 x\n---\n"
      "!tls %s tickets %s %s\n%s",
      cases[i].first, version, cases[i].first, resumes ? "resumed" : "", version, cases[i].last,
      resumes ? cases[i].manner : "", version, cases[i].is_accepted ? "C: EHLO x\nS: 250 x\n" : "");
  g_autoptr (ScriptedServer) server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);

  test_certs_trust (certs);
  scripted_server_set_certs (server, certs);
  g_assert_true (say_hello (server, HOST, first_pin));
  g_assert_true (say_hello (server, HOST, first_pin));
  g_assert_cmpint (say_hello (server, cases[i].identity, last_pin), ==, cases[i].is_accepted);
  scripted_server_assert_played (server);
}

static void
test_case (gconstpointer data)
{
  g_autofree char *number = g_strdup_printf ("%" G_GSIZE_FORMAT, GPOINTER_TO_SIZE (data));
  const char *argv[] = { "/proc/self/exe", "--case", number, NULL };
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &words, &status,
                &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s", words);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--case") == 0)
    {
      gsize number = g_ascii_strtoull (argv[2], NULL, 10);

      run_case (number / G_N_ELEMENTS (versions), versions[number % G_N_ELEMENTS (versions)]);
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases) * G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *path =
          g_strconcat ("/tls-resumption/", cases[i / G_N_ELEMENTS (versions)].name, "/",
                       versions[i % G_N_ELEMENTS (versions)], NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
    }
  return g_test_run ();
}
