/* The stream, and libetpan over it: deadlines, cancel, bounds, failure that stays. */
#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <libetpan/mailstream.h>

#include "sendpath/wire/pop-stream.h"
#include "tests/lib/loopback.h"

static ScriptedServer *
play (const char *dialogue)
{
  return scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
}

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

static void
assert_failure (const Stream *stream, SendpathFault fault)
{
  g_autoptr(SendpathReply) failure = NULL;

  g_assert_true (stream_is_dead (stream));
  failure = stream_dup_failure (stream);
  g_assert_cmpint (sendpath_reply_get_fault (failure), ==, fault);
}

static void
test_lines (void)
{
  g_autoptr(ScriptedServer) server = play ("C: HELLO\nS+: one\\r\\ntw\\x00o\\n\\nthree\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  gsize length;

  g_assert_true (stream_write (stream, "HEL", 3));
  g_assert_true (stream_write (stream, "LO\r\n", 4));
  g_assert_true (stream_flush (stream));
  g_assert_cmpstr (stream_read_line (stream, 100, &length), ==, "one");
  g_assert_cmpmem (stream_read_line (stream, 100, &length), 4, "tw\0o", 4);
  g_assert_cmpuint (length, ==, 4);
  g_assert_cmpstr (stream_read_line (stream, 100, &length), ==, "");
  g_assert_false (stream_is_dead (stream));
  g_assert_null (stream_read_line (stream, 100, &length));
  assert_failure (stream, SENDPATH_FAULT_LINK_LOST);
}

/* a password goes through a buffer, and does not stay there. */
static void
test_wiping (void)
{
  static const char secret[] = "PASS canary-81d0\r\n";
  g_autoptr(ScriptedServer) server = play ("C: PASS canary-81d0\n!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  const char *buffer = stream_peek_written (stream);

  g_assert_true (stream_write (stream, secret, strlen (secret)));
  g_assert_cmpmem (buffer, strlen (secret), secret, strlen (secret));
  g_assert_true (stream_flush (stream));
  for (gsize i = 0; i < strlen (secret); i++)
    g_assert_cmpint (buffer[i], ==, '\0');
  g_clear_pointer (&stream, stream_free);
  scripted_server_assert_played (server);
}

static void
test_addresses (void)
{
  g_autoptr(ScriptedServer) server = play ("!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autofree char *remote = g_inet_address_to_string (stream_get_remote_address (stream));
  g_autofree char *local = g_inet_address_to_string (stream_get_local_address (stream));

  g_assert_cmpstr (remote, ==, "127.0.0.1");
  g_assert_cmpstr (local, ==, "127.0.0.1");
  g_assert_false (stream_is_tls (stream));
  g_assert_null (stream_get_channel_binding (stream, G_TLS_CHANNEL_BINDING_TLS_EXPORTER));
}

static void
test_nodelay (void)
{
  g_autoptr(ScriptedServer) server = play ("!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  int fd = stream_get_fd (stream);
  int value = 0;
  socklen_t length = sizeof value;

  g_assert_cmpint (getsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &value, &length), ==, 0);
  g_assert_cmpint (value, !=, 0);
}

/* More than any socket buffer: the kernel cuts every write short, and not one byte goes missing. */
static void
test_large_write (void)
{
  g_autoptr(ScriptedServer) server = play ("!wait\n");
  Stream *stream = loopback_connect (server, NULL, NULL);
  gsize size = 16 * 1024 * 1024;
  g_autofree char *sent = g_malloc (size);
  g_autoptr(GBytes) received = NULL;

  for (gsize i = 0; i < size; i++)
    sent[i] = (char) (i * 7 + i / 251);
  for (gsize done = 0; done < size; done += 100001)
    g_assert_true (stream_write (stream, sent + done, MIN (100001, size - done)));
  g_assert_true (stream_flush (stream));
  stream_free (stream);
  scripted_server_assert_played (server);
  received = scripted_server_dup_received (server);
  g_assert_cmpmem (g_bytes_get_data (received, NULL), g_bytes_get_size (received), sent, size);
}

/* T-018, T-020: a byte now and then does not put the end off. */
static void
test_deadline_of_reading (void)
{
  g_autoptr(ScriptedServer) server = play ("!drip 50\nS: 220 never complete, because it is far "
                                           "too long for one second of bytes\n!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  gint64 before_ms = now_ms ();
  gsize length;

  stream_set_deadline (stream, 1);
  g_assert_null (stream_read_line (stream, 1000, &length));
  g_assert_cmpint (now_ms () - before_ms, >=, 1000);
  g_assert_cmpint (now_ms () - before_ms, <, 3000);
  assert_failure (stream, SENDPATH_FAULT_LINK_LOST);
}

static void
test_deadline_of_writing (void)
{
  g_autoptr(ScriptedServer) server = play ("!stall\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autofree char *block = g_malloc0 (1024 * 1024);
  gint64 before_ms = now_ms ();

  stream_set_deadline (stream, 1);
  while (stream_write (stream, block, 1024 * 1024))
    ;
  g_assert_cmpint (now_ms () - before_ms, <, 3000);
  assert_failure (stream, SENDPATH_FAULT_LINK_LOST);
}

/* A gap in what was sent must never be closed by a later write. */
static void
test_failure_stays (void)
{
  g_autoptr(ScriptedServer) server = play ("C: ONE\n!wait\n");
  Stream *stream = loopback_connect (server, NULL, NULL);
  mailstream *mail = pop_stream_new (stream, NULL);
  gsize length;
  g_autoptr(GBytes) received = NULL;

  g_assert_true (stream_write (stream, "ONE\r\n", 5));
  g_assert_true (stream_flush (stream));
  stream_set_deadline (stream, 0);
  g_assert_null (stream_read_line (stream, 100, &length));
  stream_set_deadline (stream, 60);
  g_assert_false (stream_write (stream, "TWO\r\n", 5));
  g_assert_false (stream_flush (stream));
  g_assert_cmpint (mailstream_write (mail, "TWO\r\n", 5), >=, -1);
  g_assert_cmpint (mailstream_flush (mail), ==, -1);
  g_assert_null (stream_read_line (stream, 100, &length));
  assert_failure (stream, SENDPATH_FAULT_LINK_LOST);
  pop_stream_free (mail);
  stream_free (stream);
  scripted_server_assert_played (server);
  received = scripted_server_dup_received (server);
  g_assert_cmpmem (g_bytes_get_data (received, NULL), g_bytes_get_size (received), "ONE\r\n", 5);
}

static void
test_first_failure_counts (void)
{
  g_autoptr(ScriptedServer) server = play ("!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);

  stream_fail (stream, SENDPATH_FAULT_PROTOCOL, "one");
  stream_fail (stream, SENDPATH_FAULT_CANCELLED, "two");
  assert_failure (stream, SENDPATH_FAULT_PROTOCOL);
}

static gpointer
cancel_soon (gpointer data)
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
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 before_ms = now_ms ();
  gsize length;

  g_assert_null (stream_read_line (stream, 100, &length));
  g_assert_cmpint (now_ms () - before_ms, <, 5000);
  assert_failure (stream, SENDPATH_FAULT_CANCELLED);
  g_assert_false (stream_write (stream, "x", 1));
  g_thread_join (thread);
}

static void
test_cancel_of_writing (void)
{
  g_autoptr(ScriptedServer) server = play ("!stall\n");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(Stream) stream = loopback_connect (server, NULL, cancellable);
  g_autofree char *block = g_malloc0 (1024 * 1024);
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  while (stream_write (stream, block, 1024 * 1024))
    ;
  assert_failure (stream, SENDPATH_FAULT_CANCELLED);
  g_thread_join (thread);
}

/* T-113: SIGPIPE would end this program. */
static void
test_reset (void)
{
  g_autoptr(ScriptedServer) server = play ("C: ONE\n!reset\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  gsize length;

  g_assert_true (stream_write (stream, "ONE\r\n", 5));
  g_assert_true (stream_flush (stream));
  g_assert_null (stream_read_line (stream, 100, &length));
  assert_failure (stream, SENDPATH_FAULT_LINK_LOST);
}

static void
test_reset_while_writing (void)
{
  g_autoptr(ScriptedServer) server = play ("C: *\n!reset\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);

  while (stream_write (stream, "ONE\r\n", 5) && stream_flush (stream))
    ;
  assert_failure (stream, SENDPATH_FAULT_LINK_LOST);
}

static void
test_has_input (void)
{
  g_autoptr(ScriptedServer) server = play ("C: ONE\nS+: a\\nb\\n\n!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  gsize length;

  g_assert_false (stream_has_input (stream));
  g_assert_false (stream_is_dead (stream));
  g_assert_true (stream_write (stream, "ONE\r\n", 5));
  g_assert_true (stream_flush (stream));
  g_assert_cmpstr (stream_read_line (stream, 100, &length), ==, "a");
  g_assert_true (stream_has_input (stream));
  g_assert_cmpstr (stream_read_line (stream, 100, &length), ==, "b");
  g_assert_false (stream_has_input (stream));
}

static gboolean
note_input (GObject *object, gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Without waiting, for a loop of somebody else: the line comes in pieces, and whole in the end. */
static void
test_try_line (void)
{
  g_autoptr(ScriptedServer) server = play ("!drip 2\nS: 220 hello\n!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GSource) source = stream_create_input_source (stream);
  gboolean is_ready = FALSE;
  const char *line = NULL;
  gsize length;

  stream_set_deadline (stream, 0);
  g_source_set_callback (source, G_SOURCE_FUNC (note_input), &is_ready, NULL);
  g_source_attach (source, context);
  while (line == NULL)
    {
      g_main_context_iteration (context, TRUE);
      if (!is_ready)
        continue;
      is_ready = FALSE;
      line = stream_try_line (stream, 100, &length);
      g_assert_false (stream_is_dead (stream));
    }
  g_assert_cmpstr (line, ==, "220 hello");
  g_source_destroy (source);
}

/* libetpan's own line reader knows no bound: the driver under it has one (T-002). */
static void
test_budget (void)
{
  g_autoptr(ScriptedServer) server = play ("!flood 100000000 x\n!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  mailstream *mail = pop_stream_new (stream, NULL);
  MMAPString *line = mmap_string_new ("");

  g_assert_null (mailstream_read_line (mail, line));
  assert_failure (stream, SENDPATH_FAULT_PROTOCOL);
  g_assert_cmpuint (line->len, <=, 64 * 1024);
  mmap_string_free (line);
  pop_stream_free (mail);
}

/* R-13, T-040: what came before TLS must not be taken for something said inside it. */
static void
test_unread_input_before_tls (void)
{
  g_autoptr(ScriptedServer) server = play ("S+: 220 go\\r\\n250 injected\\r\\n\n!wait\n");
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  gsize length;

  g_assert_cmpstr (stream_read_line (stream, 100, &length), ==, "220 go");
  g_assert_false (stream_start_tls (stream, "smtp.example.org", NULL));
  assert_failure (stream, SENDPATH_FAULT_TLS);
  g_assert_false (stream_is_tls (stream));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream/lines-keep-their-bytes", test_lines);
  g_test_add_func ("/stream/what-went-out-is-wiped", test_wiping);
  g_test_add_func ("/stream/knows-both-ends", test_addresses);
  g_test_add_func ("/stream/does-not-wait-for-acknowledgements", test_nodelay);
  g_test_add_func ("/stream/large-writes-are-whole", test_large_write);
  g_test_add_func ("/stream/deadline-of-reading-is-absolute", test_deadline_of_reading);
  g_test_add_func ("/stream/deadline-of-writing-is-absolute", test_deadline_of_writing);
  g_test_add_func ("/stream/failure-stays", test_failure_stays);
  g_test_add_func ("/stream/first-failure-counts", test_first_failure_counts);
  g_test_add_func ("/stream/cancel-wakes-a-read", test_cancel);
  g_test_add_func ("/stream/cancel-wakes-a-write", test_cancel_of_writing);
  g_test_add_func ("/stream/reset-is-a-lost-link", test_reset);
  g_test_add_func ("/stream/reset-raises-no-signal", test_reset_while_writing);
  g_test_add_func ("/stream/tells-unasked-input", test_has_input);
  g_test_add_func ("/stream/a-line-may-come-in-pieces", test_try_line);
  g_test_add_func ("/stream/bounds-what-libetpan-reads", test_budget);
  g_test_add_func ("/stream/unread-input-stops-tls", test_unread_input_before_tls);
  return g_test_run ();
}
