/* The content on the wire: only CRLF, dots stuffed, whole or not at all. */
#include "config.h"

#include "sendpath/wire/data-writer.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A stream whose other end is collected, or never read. */
typedef struct {
  Stream  *stream;
  int      peer;
  GThread *thread; /* NULL: nobody reads */
} Line;

static gpointer
collect (gpointer data)
{
  GByteArray *all = g_byte_array_new ();
  guint8 buffer[65536];
  gssize n;
  while ((n = read (GPOINTER_TO_INT (data), buffer, sizeof buffer)) > 0)
    g_byte_array_append (all, buffer, n);
  return all;
}

static void
line_open (Line *line, gboolean is_read)
{
  int fds[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr(GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr(GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  line->stream = stream_new (connection, NULL, NULL);
  line->peer = fds[1];
  line->thread = is_read ? g_thread_new ("collect", collect, GINT_TO_POINTER (fds[1])) : NULL;
}

/* What the other end got. */
static GByteArray *
line_close (Line *line)
{
  stream_free (line->stream);
  GByteArray *all = line->thread ? g_thread_join (line->thread) : NULL;
  close (line->peer);
  return all;
}

static DataContent
content_new (const char *header, gsize header_length, const char *body, gsize body_length)
{
  g_autoptr(GBytes) bytes = g_bytes_new (body, body_length);
  return (DataContent) { .header = g_bytes_new (header, header_length),
                         .body = body_source_new_from_bytes (bytes),
                         .block_timeout_s = 20 };
}

static void
content_clear (DataContent *content)
{
  g_bytes_unref ((GBytes *) content->header);
  body_source_unref ((BodySource *) content->body);
}

static GByteArray *
write_all (const DataContent *content)
{
  Line line;
  line_open (&line, TRUE);
  g_autoptr(DataWriter) writer = data_writer_new (line.stream, content);
  g_assert_true (data_writer_write (writer, G_MAXUINT64));
  if (!content->is_counted)
    g_assert_true (data_writer_end (writer));
  g_assert_true (stream_flush (line.stream));
  return line_close (&line);
}

static void
check_wire (const char *header, const char *body, const char *expected)
{
  DataContent content = content_new (header, strlen (header), body, strlen (body));
  g_autoptr(GByteArray) wire = write_all (&content);
  g_assert_cmpmem (wire->data, wire->len, expected, strlen (expected));
  g_assert_cmpuint (data_content_get_size (&content), ==, strlen (header) + 2 + strlen (body));
  content_clear (&content);
}

/* T-088, T-090, T-094 */
static void
test_stuffing (void)
{
  check_wire ("A: 1\r\n", "text\r\n", "A: 1\r\n\r\ntext\r\n.\r\n");
  check_wire ("A: 1\r\n", "", "A: 1\r\n\r\n.\r\n");
  check_wire ("", ".\r\n", "\r\n..\r\n.\r\n");
  check_wire ("A: 1\r\n", ".\r\n..\r\n.x\r\nx.\r\n\r\n.\r\n",
              "A: 1\r\n\r\n..\r\n...\r\n..x\r\nx.\r\n\r\n..\r\n.\r\n");
  check_wire (".A: 1\r\n", "x\r\n", "..A: 1\r\n\r\nx\r\n.\r\n");
  check_wire ("A: 1\r\n", "x\r\n.\r\nMAIL FROM:<e@example.org>\r\nRCPT TO:<f@example.org>\r\n",
              "A: 1\r\n\r\nx\r\n..\r\nMAIL FROM:<e@example.org>\r\nRCPT TO:<f@example.org>\r\n"
              ".\r\n");
}

/* Takes the stuffing off again, as a receiver does. */
static GByteArray *
unstuff (const GByteArray *wire)
{
  GByteArray *plain = g_byte_array_new ();
  gboolean is_line_start = TRUE;
  g_assert_cmpuint (wire->len, >=, 3);
  for (guint i = 0; i < wire->len - 3; i++)
    {
      if (!(is_line_start && wire->data[i] == '.'))
        g_byte_array_append (plain, wire->data + i, 1);
      is_line_start = wire->data[i] == '\n';
    }
  return plain;
}

/* Line ends and dots on and around the seams between two chunks. */
static void
test_seams (void)
{
  static const char *const seams[] = { "\r\n.\r\n", "\r\n..", ".\r\n.", "\r\n\r\n." };
  for (guint s = 0; s < G_N_ELEMENTS (seams); s++)
    for (gsize fill = 65536 - 7; fill < 65536 + 2; fill++)
      {
        g_autofree char *front = g_strnfill (fill, 'x');
        g_autofree char *body = g_strconcat (front, seams[s], "\r\nend\r\n", NULL);
        g_autofree char *expected = g_strconcat ("A: 1\r\n\r\n", body, NULL);
        DataContent content = content_new ("A: 1\r\n", 6, body, strlen (body));
        g_autoptr(GByteArray) wire = write_all (&content);
        g_autoptr(GByteArray) plain = unstuff (wire);
        g_assert_cmpmem (plain->data, plain->len, expected, strlen (expected));
        content_clear (&content);
      }
}

/* Any lines at all come back byte by byte. */
static void
test_random (void)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr(GString) body = g_string_new (NULL);
      guint n_lines = g_test_rand_int_range (0, 20000);
      for (guint i = 0; i < n_lines; i++)
        {
          static const char *const words[] = { "", ".", "..", "x", ".x", "long line of text",
                                               "\t", "\xff\xfe", "a.b." };
          g_string_append (body, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
          g_string_append (body, "\r\n");
        }
      DataContent content = content_new ("A: 1\r\n", 6, body->str, body->len);
      g_autoptr(GByteArray) wire = write_all (&content);
      g_autoptr(GByteArray) plain = unstuff (wire);
      g_assert_cmpmem (plain->data + 8, plain->len - 8, body->str, body->len);
      g_assert_cmpmem (wire->data + wire->len - 5, 5, "\r\n.\r\n", 5);
      content_clear (&content);
    }
}

/* The guard behind submission: such content ends the session before the dot. */
static void
test_bare_line_ends (void)
{
  static const struct {
    const char *body;
    gsize       length;
  } bad[] = {
    { "a\nb\r\n", 5 }, { "a\rb\r\n", 5 },    { "a\r\n.\n", 6 }, { "\n.\r\n", 4 },
    { "a\r\r\n", 4 },  { "a\r\n\0b\r\n", 7 }, { "no end", 6 },   { "cr end\r", 7 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      DataContent content = content_new ("A: 1\r\n", 6, bad[i].body, bad[i].length);
      Line line;
      line_open (&line, TRUE);
      g_autoptr(DataWriter) writer = data_writer_new (line.stream, &content);
      g_assert_false (data_writer_write (writer, G_MAXUINT64));
      g_assert_true (stream_is_dead (line.stream));
      g_autoptr(SendpathReply) failure = stream_dup_failure (line.stream);
      g_assert_cmpint (sendpath_reply_get_fault (failure), ==, SENDPATH_FAULT_LOCAL);
      g_assert_false (data_writer_end (writer));
      g_autoptr(GByteArray) wire = line_close (&line);
      g_assert_true (wire->len == 0 || !memmem (wire->data, wire->len, "\r\n.\r\n", 5));
      content_clear (&content);
    }
}

/* T-018: the peer does not read. */
static void
test_stalled (void)
{
  g_autofree char *text = g_strnfill (8 * 1024 * 1024, 'x');
  memcpy (text + 8 * 1024 * 1024 - 2, "\r\n", 2);
  DataContent content = content_new ("A: 1\r\n", 6, text, 8 * 1024 * 1024);
  Line line;
  content.block_timeout_s = 1;
  line_open (&line, FALSE);
  g_autoptr(DataWriter) writer = data_writer_new (line.stream, &content);
  g_assert_false (data_writer_write (writer, G_MAXUINT64));
  g_autoptr(SendpathReply) failure = stream_dup_failure (line.stream);
  g_assert_cmpint (sendpath_reply_get_fault (failure), ==, SENDPATH_FAULT_LINK_LOST);
  line_close (&line);
  content_clear (&content);
}

/* A server that breaks into a longer content ends it. */
static void
test_early_reply (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  memcpy (text + 100000 - 2, "\r\n", 2);
  DataContent content = content_new ("A: 1\r\n", 6, text, 100000);
  Line line;
  line_open (&line, FALSE);
  g_assert_cmpint (write (line.peer, "552 no\r\n", 8), ==, 8);
  g_autoptr(DataWriter) writer = data_writer_new (line.stream, &content);
  g_assert_false (data_writer_write (writer, G_MAXUINT64));
  g_assert_false (stream_is_dead (line.stream));
  line_close (&line);
  content_clear (&content);
}

/* RFC 3030: as long as was said, byte for byte, in whatever parts it is asked for. */
static void
test_counted (void)
{
  static const char body[] = ".\r\n..\r\nx\r\n.\r\n";
  DataContent content = content_new (".A: 1\r\n", 7, body, strlen (body));
  content.is_counted = TRUE;
  for (gsize part = 1; part < 30; part++)
    {
      Line line;
      line_open (&line, TRUE);
      g_autoptr(DataWriter) writer = data_writer_new (line.stream, &content);
      for (gsize done = 0; done < data_content_get_size (&content); done += part)
        g_assert_true (data_writer_write (writer, part));
      g_assert_true (stream_flush (line.stream));
      g_autoptr(GByteArray) wire = line_close (&line);
      g_assert_cmpmem (wire->data, wire->len, ".A: 1\r\n\r\n.\r\n..\r\nx\r\n.\r\n", 22);
    }
  content_clear (&content);
}

static void
on_progress (gpointer data, guint64 sent_bytes, guint64 total_bytes)
{
  guint64 *last = data;
  g_assert_cmpuint (sent_bytes, >, *last);
  g_assert_cmpuint (sent_bytes, <=, total_bytes);
  *last = sent_bytes;
}

static void
test_progress (void)
{
  g_autofree char *text = g_strnfill (300000, 'x');
  guint64 last = 0;
  memcpy (text + 300000 - 2, "\r\n", 2);
  DataContent content = content_new ("A: 1\r\n", 6, text, 300000);
  content.progress = on_progress;
  content.data = &last;
  g_byte_array_unref (write_all (&content));
  g_assert_cmpuint (last, ==, data_content_get_size (&content));
  content_clear (&content);
}

/* `-m perf -p /data-writer/speed` prints how fast. */
static void
test_speed (void)
{
  static const guint line_lengths[] = { 1, 20, 78, 998 };
  if (!g_test_perf ())
    {
      g_test_skip ("only with -m perf");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (line_lengths); i++)
    {
      g_autofree char *line = g_strnfill (line_lengths[i], 'x');
      g_autoptr(GString) body = g_string_new (NULL);
      while (body->len < 64 * 1024 * 1024)
        {
          g_string_append (body, line);
          g_string_append (body, "\r\n");
        }
      DataContent content = content_new ("A: 1\r\n", 6, body->str, body->len);
      g_test_timer_start ();
      g_byte_array_unref (write_all (&content));
      double seconds = g_test_timer_elapsed ();
      g_test_maximized_result (body->len / seconds / 1e6, "lines of %u bytes: %.0f MB/s",
                               line_lengths[i], body->len / seconds / 1e6);
      content_clear (&content);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-writer/dots-are-stuffed-and-nothing-is-added", test_stuffing);
  g_test_add_func ("/data-writer/seams-between-chunks-do-not-matter", test_seams);
  g_test_add_func ("/data-writer/any-lines-come-back", test_random);
  g_test_add_func ("/data-writer/bare-line-ends-never-reach-the-dot", test_bare_line_ends);
  g_test_add_func ("/data-writer/a-peer-that-does-not-read-ends-it", test_stalled);
  g_test_add_func ("/data-writer/an-early-reply-ends-it", test_early_reply);
  g_test_add_func ("/data-writer/what-is-counted-is-not-stuffed", test_counted);
  g_test_add_func ("/data-writer/progress", test_progress);
  g_test_add_func ("/data-writer/speed", test_speed);
  return g_test_run ();
}
