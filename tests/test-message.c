/* What programs hand in, and what becomes of it: header, body, traits, or a refusal. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <gio/gio.h>
#include <glib/gstdio.h>

#include "sendpath/mail/message-private.h"

#define FROM_HEADER SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER
#define DOT_ENDS    SENDPATH_MESSAGE_DOT_ENDS

static GBytes *
read_body (SendpathMessage *message)
{
  BodySource *body = message_peek_body (message);
  guint64 length = body_source_get_length (body), offset = 0;
  char *buffer = g_malloc (length + 1);

  while (offset < length)
    {
      g_autoptr(GError) error = NULL;
      gssize count = body_source_read (body, offset, buffer + offset, 1000, &error);
      g_assert_no_error (error);
      g_assert_cmpint (count, >, 0);
      offset += count;
    }
  g_assert_cmpint (body_source_read (body, length, buffer, 1, NULL), ==, 0);
  return g_bytes_new_take (buffer, length);
}

/* Header and body with the empty line between them. */
static GBytes *
read_message (SendpathMessage *message)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr(GBytes) header = header_to_bytes (message_peek_header (message));
  g_autoptr(GBytes) body = read_body (message);

  g_byte_array_append (bytes, g_bytes_get_data (header, NULL), g_bytes_get_size (header));
  g_byte_array_append (bytes, (const guint8 *) "\r\n", 2);
  g_byte_array_append (bytes, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_cmpuint (bytes->len, ==, sendpath_message_get_size_bytes (message));
  return g_byte_array_free_to_bytes (bytes);
}

/* Gives the input a few bytes at a time, so that every border between two reads is met; or, without
 * any, lines of its own. */
#define TYPE_DRIP (drip_get_type ())
G_DECLARE_FINAL_TYPE (Drip, drip, TEST, DRIP, GInputStream)

struct _Drip {
  GInputStream parent_instance;
  const char *at;
  gsize left, step;
};

G_DEFINE_FINAL_TYPE (Drip, drip, G_TYPE_INPUT_STREAM)

static gssize
drip_read (GInputStream *stream, void *buffer, gsize size, GCancellable *cancellable,
           GError **error)
{
  Drip *drip = TEST_DRIP (stream);
  gsize count = MIN (MIN (size, drip->step), drip->left);

  drip->left -= count;
  if (drip->at)
    {
      memcpy (buffer, drip->at, count);
      drip->at += count;
      return count;
    }
  memset (buffer, 'x', count);
  for (gsize i = 0; i < count; i += 64)
    ((char *) buffer)[i] = '\n';
  return count;
}

static void
drip_init (Drip *drip)
{
}

static void
drip_class_init (DripClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = drip_read;
}

static SendpathMessage *
read_text (const char *text, gsize length, gsize step, SendpathMessageFlags flags, GError **error)
{
  g_autoptr(Drip) drip = g_object_new (TYPE_DRIP, NULL);

  drip->at = text;
  drip->left = length;
  drip->step = step;
  return sendpath_message_new_from_stream (G_INPUT_STREAM (drip), flags, NULL, error);
}

typedef struct {
  const char *text;
  gsize text_length;
  const char *expected; /* header, empty line, body; NULL: refused */
  gsize expected_length;
  SendpathMessageFlags flags;
  BodyTraits traits;
} Row;

#define ROW(text, expected, flags, traits)                                                         \
  {                                                                                                \
    text, sizeof text - 1, expected, sizeof expected - 1, flags, traits                            \
  }
#define REFUSED(text, flags)                                                                       \
  {                                                                                                \
    text, sizeof text - 1, NULL, 0, flags, 0                                                       \
  }

static void
check_row (const Row *row, gsize step)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathMessage) message =
      read_text (row->text, row->text_length, step, row->flags, &error);
  g_autofree char *shown = g_strescape (row->text, NULL);

  g_test_message ("by %" G_GSIZE_FORMAT ": %s", step, shown);
  if (!row->expected)
    {
      g_assert_null (message);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      return;
    }
  g_assert_no_error (error);
  g_autoptr(GBytes) bytes = read_message (message);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), row->expected,
                   row->expected_length);
  g_assert_cmpint (message_get_body_traits (message), ==, row->traits);
}

static void
check_rows (const Row *rows, gsize n)
{
  static const gsize steps[] = { 1, 2, 3, 7, 100000 };

  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < G_N_ELEMENTS (steps); k++)
      check_row (&rows[i], steps[k]);
}

static void
test_line_ends (void)
{
  static const Row rows[] = {
    ROW ("A: 1\n\nb\nc\n", "A: 1\r\n\r\nb\r\nc\r\n", 0, 0),
    ROW ("A: 1\r\n\r\nb\r\nc\r\n", "A: 1\r\n\r\nb\r\nc\r\n", 0, 0), /* T-094 */
    ROW ("A: 1\r\n\nb\nc\r\n", "A: 1\r\n\r\nb\r\nc\r\n", 0, 0),
    ROW ("A: 1\n\nb\nc", "A: 1\r\n\r\nb\r\nc\r\n", 0, 0), /* T-092 */
    ROW ("A: 1\n\n\n\n", "A: 1\r\n\r\n\r\n\r\n", 0, 0),
    ROW ("A: 1\n\nb\n.\n\r\n.\nc\n", "A: 1\r\n\r\nb\r\n.\r\n\r\n.\r\nc\r\n", 0,
         0), /* T-079, T-088 */
    ROW ("A: 1\n\n\n.\r\nMAIL FROM:<e@x>\r\n", "A: 1\r\n\r\n\r\n.\r\nMAIL FROM:<e@x>\r\n", 0,
         0),                            /* T-090 */
    ROW ("A: 1", "A: 1\r\n\r\n", 0, 0), /* T-080: an empty body is fine */
    ROW ("A: 1\n", "A: 1\r\n\r\n", 0, 0),
    ROW ("A: 1\n\n", "A: 1\r\n\r\n", FROM_HEADER, 0),
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

static void
test_traits (void)
{
  static const Row rows[] = {
    ROW ("A: 1\n\n\r.\r\nb\n", "A: 1\r\n\r\n\r.\r\nb\r\n", 0, BODY_HAS_BARE_CR), /* T-089 */
    ROW ("A: 1\n\na\r\r\nb\n", "A: 1\r\n\r\na\r\r\nb\r\n", 0, BODY_HAS_BARE_CR),
    ROW ("A: 1\n\na\r", "A: 1\r\n\r\na\r\r\n", 0, BODY_HAS_BARE_CR),
    ROW ("A: 1\n\na\0b\n", "A: 1\r\n\r\na\0b\r\n", 0, BODY_HAS_NUL), /* T-095 */
    ROW ("A: 1\n\n\xc3\xa9\n", "A: 1\r\n\r\n\xc3\xa9\r\n", 0, BODY_HAS_8BIT),
    ROW ("A: \xc3\xa9\n\nb\n", "A: \xc3\xa9\r\n\r\nb\r\n", 0, 0),
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

/* T-073, T-074, T-075 */
static void
test_without_header (void)
{
  static const Row rows[] = {
    ROW ("Hello you\n", "\r\nHello you\r\n", 0, 0),
    ROW ("Hello", "\r\nHello\r\n", 0, 0),
    ROW ("\nHello: you\n", "\r\n\r\nHello: you\r\n", 0, 0),
    ROW (" Hello: you\n", "\r\n Hello: you\r\n", 0, 0),
    ROW ("Hello you: me\nA: 1\n\nb\n", "\r\nHello you: me\r\nA: 1\r\n\r\nb\r\n", 0, 0),
    ROW ("10%\r20%\r\n", "\r\n10%\r20%\r\n", 0, BODY_HAS_BARE_CR),
    ROW ("a\0b: c\n", "\r\na\0b: c\r\n", 0, BODY_HAS_NUL),
    ROW ("\n", "\r\n\r\n", 0, 0),
    REFUSED ("Hello you\n", FROM_HEADER),
    REFUSED ("\nTo: a@x\n\nb\n", FROM_HEADER),

    ROW ("From terri Mon Jan  1 12:00:00 2026\nA: 1\n\nb\n", "A: 1\r\n\r\nb\r\n", FROM_HEADER, 0),
    ROW ("From terri Mon Jan  1\n\nb\n", "\r\n\r\nb\r\n", 0, 0),
    ROW ("From : a@x\n\nb\n", "From : a@x\r\n\r\nb\r\n", 0, 0),
    ROW (">From terri Mon: x\nA: 1\n", "\r\n>From terri Mon: x\r\nA: 1\r\n", 0, 0),
    ROW ("A: 1\nFrom terri Mon: x\n\nb\n", "A: 1\r\n\r\nFrom terri Mon: x\r\n\r\nb\r\n", 0, 0),
    REFUSED (">From terri Mon: x\nTo: a@x\n\nb\n", FROM_HEADER),

    ROW ("A: 1\n more\nno colon\nB: 2\n\nb\n", "A: 1\r\n more\r\n\r\nno colon\r\nB: 2\r\n\r\nb\r\n",
         0, 0),
    ROW ("A: 1\n\tno colon", "A: 1\r\n\tno colon\r\n\r\n", 0, 0),
    REFUSED ("To: a@x\nno colon\nB: 2\n\nb\n", FROM_HEADER),
    REFUSED ("To: a@x\nno colon", FROM_HEADER),
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

static void
test_refused (void)
{
  static const Row rows[] = {
    REFUSED ("", 0), /* T-080 */
    REFUSED ("From terri Mon Jan\n", 0),
    REFUSED ("A: 1\r\r\nB: 2\n\nb\n", 0), /* T-087 */
    REFUSED ("A: 1\rB: 2\n\nb\n", 0),
    REFUSED ("A: 1\n \0\n\nb\n", 0), /* T-095 */
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

static void
test_dot_ends (void)
{
  static const Row rows[] = {
    ROW ("A: 1\n\nb\n.\nc\n", "A: 1\r\n\r\nb\r\n", DOT_ENDS, 0),
    ROW ("A: 1\r\n\r\nb\r\n.\r\nc\r\n", "A: 1\r\n\r\nb\r\n", DOT_ENDS, 0),
    ROW ("A: 1\n\nb\n.", "A: 1\r\n\r\nb\r\n", DOT_ENDS, 0),
    ROW ("A: 1\n\nb.\n.c\n..\n. \n", "A: 1\r\n\r\nb.\r\n.c\r\n..\r\n. \r\n", DOT_ENDS, 0),
    ROW ("A: 1\n.\nB: 2\n", "A: 1\r\n\r\n", DOT_ENDS, 0),
    ROW ("Hello\n.\n", "\r\nHello\r\n", DOT_ENDS, 0),
    REFUSED (".\n", DOT_ENDS),
    REFUSED ("From terri Mon\n.\n", DOT_ENDS),
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

static SendpathMessage *
read_string (const char *text, SendpathMessageFlags flags, GError **error)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return sendpath_message_new_from_bytes (bytes, flags, error);
}

/* T-076, and a text whose first line never ends. */
static void
test_large_header (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *filler = g_strnfill (300 * 1024, 'x');
  g_autofree char *field = g_strconcat ("X: ", filler, "\n\nb\n", NULL);
  g_autofree char *folded = g_strconcat ("X: 1\n ", filler, "\n\nb\n", NULL);
  g_autoptr(SendpathMessage) text = read_string (filler, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (body_source_get_length (message_peek_body (text)), ==, 300 * 1024 + 2);
  g_assert_cmpint (message_get_body_traits (text), ==, BODY_HAS_LONG_LINE);

  g_assert_null (read_string (field, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (read_string (folded, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* T-096, the measure. */
static void
test_line_length (void)
{
  for (guint length = 997; length <= 1000; length++)
    {
      g_autofree char *line = g_strnfill (length, 'x');
      g_autofree char *text = g_strconcat ("A: 1\n\n", line, "\n", NULL);
      g_autoptr(SendpathMessage) message = read_string (text, 0, NULL);
      g_assert_cmpint (message_get_body_traits (message), ==,
                       length > 998 ? BODY_HAS_LONG_LINE : BODY_PLAIN);
    }
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static int
open_file (gsize body_length)
{
  g_autofree char *path = NULL;
  g_autofree char *body = g_malloc (body_length);
  int fd = g_file_open_tmp ("test-message-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_unlink (path);
  for (gsize i = 0; i < body_length; i++)
    body[i] = i % 61 == 60 ? '\n' : 'a' + i % 26;
  g_assert_cmpint (write (fd, "A: 1\n\n", 6), ==, 6);
  g_assert_cmpint (write (fd, body, body_length), ==, (gssize) body_length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static void
test_large_body (void)
{
  const gsize length = 61 * 60000;
  int fd = open_file (length);
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathMessage) message = sendpath_message_new_from_fd (fd, 0, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_autoptr(GBytes) body = read_body (message);
  const char *data = g_bytes_get_data (body, NULL);
  g_assert_cmpuint (g_bytes_get_size (body), ==, length / 61 * 62);
  for (gsize i = 0, k = 0; i < length; i++, k++)
    {
      if (i % 61 == 60)
        g_assert_cmpint (data[k++], ==, '\r');
      g_assert_cmpint (data[k], ==, i % 61 == 60 ? '\n' : (char) ('a' + i % 26));
    }
}

static gpointer
write_late (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);

  g_assert_cmpint (write (fd, "b: c\n\nd\n", 8), ==, 8);
  g_close (fd, NULL);
  return NULL;
}

/* Whoever writes is slower than the reader, who is told so rather than kept waiting. */
static void
test_pipe_that_does_not_block (void)
{
  int fds[2];
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathMessage) message = NULL;
  GThread *thread;

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC | O_NONBLOCK), ==, 0);
  g_assert_cmpint (write (fds[1], "a: b\n", 5), ==, 5);
  thread = g_thread_new ("writer", write_late, GINT_TO_POINTER (fds[1]));
  message = sendpath_message_new_from_fd (fds[0], 0, &error);
  g_thread_join (thread);
  g_close (fds[0], NULL);
  g_assert_no_error (error);
  g_autoptr(GBytes) body = read_body (message);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "d\r\n", 3);
}

static void
assert_no_file_is_left (void)
{
  int fd = open_file (3 * 1024 * 1024);
  int body = -1;
  g_autoptr(SendpathMessage) message = sendpath_message_new_from_fd (fd, 0, NULL);
  g_autoptr(GDir) left = g_dir_open (g_get_tmp_dir (), 0, NULL);
  struct stat about;

  g_assert_nonnull (message);
  g_assert_null (g_dir_read_name (left));
  for (int i = fd + 1; i < fd + 10 && body < 0; i++)
    if (fstat (i, &about) == 0 && S_ISREG (about.st_mode) && about.st_size > 3 * 1024 * 1024)
      body = i;
  g_assert_cmpint (body, >, fd);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);
  g_assert_cmpint (about.st_nlink, ==, 0);
  g_assert_cmpint (fcntl (body, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
}

/* T-082: a large body is in a file without a name: nobody else can find it, and however we end, it
 * goes with us. */
static void
test_no_file_is_left (void)
{
  g_autofree char *dir = NULL;

  if (g_test_subprocess ())
    {
      assert_no_file_is_left ();
      return;
    }
  dir = g_dir_make_tmp ("test-message-XXXXXX", NULL);
  g_setenv ("TMPDIR", dir, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("TMPDIR");
  g_test_trap_assert_passed ();
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* T-116, where the body is kept until it is in the outbox. */
static void
test_file_size_limit (void)
{
  if (g_test_subprocess ())
    {
      const struct rlimit limit = { 1536 * 1024, 1536 * 1024 };
      int fd = open_file (3 * 1024 * 1024);
      g_autoptr(GError) error = NULL;

      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      g_assert_null (sendpath_message_new_from_fd (fd, 0, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_close (fd, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static glong
get_peak_kb (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_maxrss;
}

/* T-161, P-12 */
static void
test_memory (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr(Drip) drip = g_object_new (TYPE_DRIP, NULL);
      glong before = get_peak_kb ();
      drip->left = 100 * 1024 * 1024;
      drip->step = G_MAXSIZE;
      g_autoptr(SendpathMessage) message =
          sendpath_message_new_from_stream (G_INPUT_STREAM (drip), 0, NULL, NULL);
      g_assert_cmpuint (sendpath_message_get_size_bytes (message), >, 100 * 1000 * 1000);
      g_assert_false (message_is_signed (message));
      g_assert_cmpint (get_peak_kb () - before, <, 16 * 1024);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_bad_descriptor (void)
{
  g_autoptr(GError) error = NULL;
  int directory = open (".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);

  g_assert_null (sendpath_message_new_from_fd (directory, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA); /* T-080 */
  g_clear_error (&error);
  g_close (directory, NULL);
  g_assert_null (sendpath_message_new_from_fd (directory, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_cancelled (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data ("A: 1\n", 5, NULL);

  g_cancellable_cancel (cancellable);
  g_assert_null (sendpath_message_new_from_stream (stream, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The body is shorter than was promised: half a message must not pass for a whole one. */
static void
test_short_file (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BodySource) body = body_source_new_from_fd (open_file (100), 6, 200);
  char buffer[200];

  g_assert_cmpint (body_source_read (body, 0, buffer, sizeof buffer, &error), ==, 100);
  g_assert_cmpint (body_source_read (body, 100, buffer, sizeof buffer, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
}

/* ---- envelope and header --------------------------------------------------------------------- */

static void
test_envelope (void)
{
  g_autoptr(SendpathMessage) message = read_string ("A: 1\n", 0, NULL);
  g_autoptr(GError) error = NULL;
  const char *const *recipients;

  g_assert_null (sendpath_message_get_sender (message));
  g_assert_true (sendpath_message_set_sender (message, "<terri@proseware.com>", NULL));
  g_assert_cmpstr (sendpath_message_get_sender (message), ==, "terri@proseware.com");
  g_assert_false (sendpath_message_set_sender (message, "-X/tmp/x", &error)); /* T-057 */
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_false (sendpath_message_set_sender (message, "a@b.c, d@e.f", NULL));
  g_assert_cmpstr (sendpath_message_get_sender (message), ==, "terri@proseware.com");
  g_assert_true (sendpath_message_set_sender (message, "<>", NULL));
  g_assert_cmpstr (sendpath_message_get_sender (message), ==, "");
  g_assert_true (sendpath_message_set_sender (message, NULL, NULL));
  g_assert_null (sendpath_message_get_sender (message));

  g_assert_true (sendpath_message_add_recipient (message, "a@x.org", NULL));
  g_assert_true (sendpath_message_add_recipient (message, "-oQdir", NULL));
  g_assert_false (
      sendpath_message_add_recipient (message, "a@b.c\r\nRCPT TO:<x@y>", &error)); /* T-061 */
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_true (sendpath_message_add_recipient (message, "b@x.org,c@x.org", NULL));
  g_assert_false (sendpath_message_add_recipient (message, "d@x.org,@", NULL));
  recipients = sendpath_message_get_recipients (message);
  g_assert_cmpstr (recipients[0], ==, "a@x.org");
  g_assert_cmpstr (recipients[1], ==, "-oQdir");
  g_assert_cmpstr (recipients[2], ==, "b@x.org");
  g_assert_cmpstr (recipients[3], ==, "c@x.org");
  g_assert_null (recipients[4]);
}

/* T-086 */
static void
test_full_name (void)
{
  static const char *const refused[] = { "x\r\nBcc: e@x", "x\ny", "x\x1by", "\xff" };
  g_autoptr(SendpathMessage) message = read_string ("A: 1\n", 0, NULL);

  g_assert_true (sendpath_message_set_full_name (message, "Ren\xc3\xa9", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr(GError) error = NULL;
      g_assert_false (sendpath_message_set_full_name (message, refused[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
  g_assert_cmpstr (message_get_full_name (message), ==, "Ren\xc3\xa9");
}

static void
test_fields (void)
{
  g_autoptr(SendpathMessage) bare = read_string ("A: 1\n", 0, NULL);
  g_autoptr(SendpathMessage) message =
      read_string ("From: =?utf-8?q?=C3=A9?= <terri@proseware.com>, b@x\n"
                   "Subject: =?utf-8?q?caf=C3=A9=0D=0ABcc:?=\n x\n"
                   "Message-ID:\n <1@proseware.com>\n",
                   0, NULL);

  g_assert_null (sendpath_message_get_from (bare));
  g_assert_null (sendpath_message_get_subject (bare));
  g_assert_null (sendpath_message_get_message_id (bare));
  g_assert_cmpstr (sendpath_message_get_from (message), ==, "terri@proseware.com");
  g_assert_cmpstr (sendpath_message_get_subject (message), ==, "caf\xc3\xa9  Bcc: x");
  g_assert_cmpstr (sendpath_message_get_message_id (message), ==, "<1@proseware.com>");
}

static void
test_signed (void)
{
  g_autofree char *filler = g_strnfill (64 * 1024 - 30, 'x');
  g_autofree char *far =
      g_strconcat ("A: 1\n\n", filler, "\n-----BEGIN PGP SIGNED MESSAGE-----\n", NULL);
  const struct {
    const char *text;
    gboolean is_signed;
  } rows[] = {
    { "A: 1\n\nb\n", FALSE },
    { "DKIM-Signature: v=1\n\nb\n", TRUE },
    { "A: 1\n\n-----BEGIN PGP SIGNED MESSAGE-----\n", TRUE },
    { "A: 1\n\nb\n-----BEGIN PGP MESSAGE-----\n", TRUE },
    { far, TRUE },
    { "A: 1\n\n> -----BEGIN PGP SIGNED MESSAGE-----\n", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathMessage) message = read_string (rows[i].text, 0, NULL);
      g_assert_cmpint (message_is_signed (message), ==, rows[i].is_signed);
      g_assert_cmpint (message_is_signed (message), ==, rows[i].is_signed);
    }
}

static void
test_smtputf8 (void)
{
  static const struct {
    const char *header, *recipient;
    gboolean is_needed;
  } rows[] = {
    { "A: 1\n", "a@x", FALSE },
    { "A: \xc3\xa9\n", "a@x", TRUE },
    { "A: \xe9\n", "a@x", FALSE }, /* no UTF-8, so the extension would not help */
    { "A: 1\n", "\xc3\xa9@x", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathMessage) message = read_string (rows[i].header, 0, NULL);
      g_assert_true (sendpath_message_add_recipient (message, rows[i].recipient, NULL));
      g_assert_cmpint (message_needs_smtputf8 (message), ==, rows[i].is_needed);
    }
}

static void
test_parts (void)
{
  static const char *const recipients[] = { "a@x", "b@y", NULL };
  g_autoptr(SendpathMessage) message = read_string ("Subject: s\n\nb\n", 0, NULL);
  g_autoptr(SendpathMessage) copy = message_new_from_parts (
      "", recipients, message_peek_header (message), message_peek_body (message), BODY_HAS_NUL);

  g_clear_object (&message);
  g_assert_cmpstr (sendpath_message_get_sender (copy), ==, "");
  g_assert_cmpstr (sendpath_message_get_subject (copy), ==, "s");
  g_assert_cmpuint (g_strv_length ((char **) sendpath_message_get_recipients (copy)), ==, 2);
  g_assert_cmpint (message_get_body_traits (copy), ==, BODY_HAS_NUL);
  g_assert_cmpuint (sendpath_message_get_size_bytes (copy), ==, strlen ("Subject: s\r\n\r\nb\r\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/line-ends-become-crlf-once", test_line_ends);
  g_test_add_func ("/message/traits-are-noted", test_traits);
  g_test_add_func ("/message/text-without-header-is-body", test_without_header);
  g_test_add_func ("/message/broken-beyond-use-is-refused", test_refused);
  g_test_add_func ("/message/dot-ends-on-a-terminal-only", test_dot_ends);
  g_test_add_func ("/message/header-is-bounded", test_large_header);
  g_test_add_func ("/message/998-bytes-are-a-line", test_line_length);
  g_test_add_func ("/message/large-body-is-whole", test_large_body);
  g_test_add_func ("/message/a-pipe-may-not-block", test_pipe_that_does_not_block);
  g_test_add_func ("/message/no-file-is-left", test_no_file_is_left);
  g_test_add_func ("/message/a-file-size-limit-is-no-death", test_file_size_limit);
  g_test_add_func ("/message/memory-does-not-grow", test_memory);
  g_test_add_func ("/message/bad-descriptor-is-no-message", test_bad_descriptor);
  g_test_add_func ("/message/reading-can-be-cancelled", test_cancelled);
  g_test_add_func ("/message/body-never-ends-early", test_short_file);
  g_test_add_func ("/message/envelope-takes-whole-addresses-only", test_envelope);
  g_test_add_func ("/message/full-name-adds-no-field", test_full_name);
  g_test_add_func ("/message/fields-are-shown-clean", test_fields);
  g_test_add_func ("/message/signatures-are-seen", test_signed);
  g_test_add_func ("/message/utf8-needs-the-extension", test_smtputf8);
  g_test_add_func ("/message/parts-are-kept", test_parts);
  return g_test_run ();
}
