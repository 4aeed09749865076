/* What goes out together: every flight of a session is one write, which is one segment where it fits.
 * The other end of the line keeps the bounds of writes. */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sendpath/wire/reply-reader.h"
#include "tests/lib/smtp-fixture.h"

#define SENDER "terri@proseware.com"

/* One end of a line, at which a server answers each write with the next of its replies. */
typedef struct {
  const char *const *replies; /* to the NULL-th it hangs up */
  GPtrArray         *writes;  /* char *, what came */
  int                fd;
  GThread           *thread;
} Peer;

static gpointer
serve (gpointer data)
{
  Peer *peer = data;
  g_autofree char *buffer = g_malloc (1024 * 1024);

  for (guint i = 0;; i++)
    {
      gssize length = i > 0 ? recv (peer->fd, buffer, 1024 * 1024, 0) : 0;
      if (i > 0 && length <= 0)
        break;
      if (i > 0)
        g_ptr_array_add (peer->writes, g_strndup (buffer, length));
      if (!peer->replies[i])
        break;
      g_assert_cmpint (send (peer->fd, peer->replies[i], strlen (peer->replies[i]), 0), >, 0);
    }
  close (peer->fd);
  return NULL;
}

static const SmtpSessionOptions patient = { .patience_s = 20 };

static SmtpSession *
open_session (Peer *peer, const char *const *replies, const SmtpSessionOptions *options)
{
  int fds[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
  *peer = (Peer) { replies, g_ptr_array_new_with_free_func (g_free), fds[1], NULL };
  peer->thread = g_thread_new ("peer", serve, peer);
  g_autoptr(GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr(GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr(SendpathEndpoint) endpoint
      = sendpath_endpoint_new ("smtp.proseware.com", 25, SENDPATH_SECURITY_NONE);
  Stream *stream = stream_new (connection, NULL, NULL);
  g_autoptr(SendpathReply) greeting = reply_read (stream);
  Runner winner = { .endpoint = endpoint, .stream = stream, .greeting = greeting };
  SmtpSession *session = smtp_session_new (&winner, options);
  g_assert_true (smtp_session_open (session));
  return session;
}

static void
close_session (SmtpSession *session, Peer *peer)
{
  smtp_session_free (session);
  g_thread_join (peer->thread);
}

static const Delivery *
get_next (Delivery *delivery)
{
  return delivery->data;
}

static Delivery *
new_delivery (const char *recipients, gsize body_length)
{
  g_autoptr(GString) text = g_string_new ("Subject: x\r\n\r\n.\r\n");
  while (text->len < body_length)
    g_string_append (text, "A line of text, as long as lines of mail are.\r\n");
  g_autoptr(SendpathMessage) message = smtp_fixture_message (SENDER, recipients, text->str);
  return smtp_fixture_delivery (message);
}

/* The words that the lines of @text begin with; `…` are lines that are no commands. */
static char *
dup_shape (const char *text)
{
  static const char *const verbs[]
      = { "EHLO ", "MAIL ", "RCPT ", "DATA", "BDAT ", "RSET", "QUIT", "." };
  g_auto(GStrv) lines = g_strsplit (text, "\r\n", -1);
  GString *shape = g_string_new (NULL);

  for (guint i = 0; lines[i] && lines[i + 1]; i++)
    {
      const char *word = "…";
      for (guint v = 0; v < G_N_ELEMENTS (verbs); v++)
        if (g_str_equal (verbs[v], ".") ? g_str_equal (lines[i], ".")
                                        : g_str_has_prefix (lines[i], verbs[v]))
          word = verbs[v];
      g_autofree char *stripped = g_strstrip (g_strdup (word));
      if (!g_str_equal (stripped, "…") || !g_str_has_suffix (shape->str, "… "))
        g_string_append_printf (shape, "%s ", stripped);
    }
  return g_string_free (shape, FALSE);
}

static void
assert_writes (const Peer *peer, const char *const *expected)
{
  for (guint i = 0; expected[i]; i++)
    {
      g_assert_cmpuint (i, <, peer->writes->len);
      g_autofree char *shape = dup_shape (peer->writes->pdata[i]);
      g_assert_cmpstr (shape, ==, expected[i]);
    }
  g_assert_cmpuint (peer->writes->len, ==, g_strv_length ((char **) expected));
  g_ptr_array_unref (peer->writes);
}

/* Two turns for the first message, one for the next. */
static void
test_data (void)
{
  static const char *const replies[]
      = { "220 x\r\n", "250-x\r\n250 PIPELINING\r\n", "250 ok\r\n250 ok\r\n354 go\r\n",
          "250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n", "250 queued\r\n", NULL };
  static const char *const expected[]
      = { "EHLO ", "MAIL RCPT DATA ", "… . MAIL RCPT DATA ", "… . ", "QUIT ", NULL };
  Peer peer;
  SmtpSession *session = open_session (&peer, replies, &patient);
  g_autoptr(Delivery) first = new_delivery ("a@adatum.com", 60000);
  g_autoptr(Delivery) second = new_delivery ("b@adatum.com", 4000);

  first->get_next = get_next;
  first->data = second;
  smtp_session_deliver (session, first);
  smtp_session_deliver (session, second);
  smtp_fixture_assert_outcome (first, 0, "eod 250");
  smtp_fixture_assert_outcome (second, 0, "eod 250");
  close_session (session, &peer);
  assert_writes (&peer, expected);
}

/* The dot is never alone, wherever the end of the content falls. */
static void
test_large (void)
{
  for (gsize length = 131072 - 100; length < 131072 + 100; length += 47)
    {
      static const char *const replies[]
          = { "220 x\r\n", "250-x\r\n250 PIPELINING\r\n", "250 ok\r\n250 ok\r\n354 go\r\n", NULL };
      Peer peer;
      SmtpSession *session = open_session (&peer, replies, &patient);
      g_autoptr(Delivery) delivery = new_delivery ("a@adatum.com", length);

      /* after the first write of the content it hangs up, and has not seen the dot */
      smtp_session_deliver (session, delivery);
      close_session (session, &peer);
      g_assert_cmpuint (peer.writes->len, ==, 3);
      g_assert_cmpuint (strlen (peer.writes->pdata[2]), >, 60000);
      g_assert_false (g_str_has_suffix (peer.writes->pdata[2], "\r\n.\r\n"));
      g_ptr_array_unref (peer.writes);
    }
}

static gboolean
on_before_dot (Delivery *delivery, GError **error)
{
  const Peer *peer = delivery->data;

  for (guint i = 0; i < delivery->recipients->len; i++)
    g_assert_true (delivery_get_recipient (delivery, i)->is_offered);
  g_assert_cmpuint (g_atomic_int_get ((const gint *) &peer->writes->len), ==, 1);
  return TRUE;
}

/* P-6: the record comes before the flight, and holds everybody. */
static void
test_flight (void)
{
  static const char *const replies[]
      = { "220 x\r\n", "250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n",
          "250 ok\r\n250 ok\r\n550 no\r\n250 queued\r\n", NULL };
  /* the dot is one of the text, and not stuffed */
  static const char *const expected[]
      = { "EHLO ", "MAIL RCPT RCPT BDAT … . … ", "QUIT ", NULL };
  Peer peer;
  SmtpSession *session = open_session (&peer, replies, &patient);
  g_autoptr(Delivery) delivery = new_delivery ("a@adatum.com b@adatum.com", 60000);

  delivery->is_proven = TRUE;
  delivery->before_dot = on_before_dot;
  delivery->data = &peer;
  smtp_session_deliver (session, delivery);
  smtp_fixture_assert_outcome (delivery, 0, "eod 250");
  smtp_fixture_assert_outcome (delivery, 1, "rcpt 550");
  close_session (session, &peer);
  assert_writes (&peer, expected);
}

/* RFC 3030 section 2: no chunk follows one that was refused, though there is more to send. */
static void
test_refused_chunk (void)
{
  g_autoptr(GString) dialogue = g_string_new (
      "S: 220 x\nC: EHLO *\nS: 250-x\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
      "C: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\n");
  for (guint i = 0; i < 8; i++)
    g_string_append (dialogue, "C: <bdat>\n");
  g_string_append (dialogue, "S: 552 5.3.4 too big\n");
  for (guint i = 1; i < 8; i++)
    g_string_append (dialogue, "S: 503 5.5.1 no\n");
  g_string_append (dialogue, "C: RSET\nS: 250 ok\nC: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\n"
                             "C: DATA\nS: 354 go\nC: <data>\nS: 250 ok\nC: QUIT\n");
  static const SmtpSessionOptions options = { .patience_s = 20 };
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue->str, SCRIPTED_SERVER_NO_CUT);
  SmtpSession *session = smtp_fixture_open (server, &options, NULL);
  g_autoptr(Delivery) large = new_delivery ("a@adatum.com", 20 * 1024 * 1024);
  g_autoptr(Delivery) small = new_delivery ("b@adatum.com", 100);

  smtp_session_deliver (session, large);
  smtp_fixture_assert_outcome (large, 0, "data 552");
  smtp_session_deliver (session, small);
  smtp_fixture_assert_outcome (small, 0, "eod 250");
  smtp_session_free (session);
  scripted_server_assert_played (server);
}

/* Whoever throws away what came behind the dot is not waited for as long as for a reply to MAIL, and
 * whoever calls it out of turn shows the same: pipelining is not for them. */
static void
check_suspected (const char *reply, guint patience_s)
{
  const SmtpSessionOptions options = { .patience_s = patience_s };
  g_autofree char *last = g_strconcat ("250 queued\r\n", reply, NULL);
  const char *const replies[] = { "220 x\r\n", "250-x\r\n250 PIPELINING\r\n",
                                  "250 ok\r\n250 ok\r\n354 go\r\n", last, NULL };
  Peer peer;
  SmtpSession *session = open_session (&peer, replies, &options);
  g_autoptr(Delivery) first = new_delivery ("a@adatum.com", 4000);
  g_autoptr(Delivery) second = new_delivery ("b@adatum.com", 4000);

  first->get_next = get_next;
  first->data = second;
  smtp_session_deliver (session, first);
  smtp_fixture_assert_outcome (first, 0, "eod 250");
  g_assert_cmpuint (smtp_session_get_suspects (session), ==, 0);
  smtp_session_deliver (session, second);
  g_assert_cmpint (second->phase, ==, SENDPATH_PHASE_MAIL);
  g_assert_cmpuint (smtp_session_get_suspects (session), ==, SMTP_CAP_PIPELINING);
  close_session (session, &peer);
  g_ptr_array_unref (peer.writes);
}

static void
test_thrown_away (void)
{
  check_suspected ("", 1);
}

static void
test_out_of_turn (void)
{
  check_suspected ("503 5.5.1 no\r\n503 5.5.1 no\r\n503 5.5.1 no\r\n", 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-flights/one-turn-for-each-further-message", test_data);
  g_test_add_func ("/smtp-flights/the-dot-is-never-alone", test_large);
  g_test_add_func ("/smtp-flights/a-proven-route-takes-one-flight", test_flight);
  g_test_add_func ("/smtp-flights/no-chunk-follows-a-refused-one", test_refused_chunk);
  g_test_add_func ("/smtp-flights/what-follows-was-thrown-away", test_thrown_away);
  g_test_add_func ("/smtp-flights/what-follows-was-out-of-turn", test_out_of_turn);
  return g_test_run ();
}
