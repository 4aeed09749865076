/* Bytes of a body, read by position, and what was seen in them. Never changes them. */
#include "config.h"

#include "sendpath/mail/body-source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

struct _BodySource {
  gatomicrefcount ref_count;
  GBytes *bytes; /* or NULL: then the region is in @fd */
  int fd;
  guint64 offset;
  guint64 length;
};

BodySource *
body_source_new_from_bytes (GBytes *bytes)
{
  BodySource *body = g_new0 (BodySource, 1);

  g_atomic_ref_count_init (&body->ref_count);
  body->bytes = g_bytes_ref (bytes);
  body->fd = -1;
  body->length = g_bytes_get_size (bytes);
  return body;
}

BodySource *
body_source_new_from_fd (int fd, guint64 offset, guint64 length)
{
  BodySource *body = g_new0 (BodySource, 1);

  g_atomic_ref_count_init (&body->ref_count);
  body->fd = fd;
  body->offset = offset;
  body->length = length;
  return body;
}

BodySource *
body_source_ref (BodySource *body)
{
  g_atomic_ref_count_inc (&body->ref_count);
  return body;
}

void
body_source_unref (BodySource *body)
{
  if (!g_atomic_ref_count_dec (&body->ref_count))
    return;
  g_clear_pointer (&body->bytes, g_bytes_unref);
  if (body->fd >= 0)
    g_close (body->fd, NULL);
  g_free (body);
}

guint64
body_source_get_length (const BodySource *body)
{
  return body->length;
}

static gssize
read_file (const BodySource *body, guint64 offset, char *buffer, gsize size, GError **error)
{
  gssize count;

  do
    count = pread (body->fd, buffer, size, (off_t) (body->offset + offset));
  while (count < 0 && errno == EINTR);

  if (count < 0)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                   _ ("the message body cannot be read: %s"), g_strerror (code));
      return -1;
    }
  if (count == 0)
    {
      /* the file is shorter than what was promised: half a message must not pass for a whole one */
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                           _ ("the message body ends too early"));
      return -1;
    }
  return count;
}

gssize
body_source_read (const BodySource *body, guint64 offset, char *buffer, gsize size, GError **error)
{
  if (offset >= body->length || size == 0)
    return 0;
  size = MIN (size, body->length - offset);
  if (!body->bytes)
    return read_file (body, offset, buffer, size, error);
  memcpy (buffer, (const char *) g_bytes_get_data (body->bytes, NULL) + offset, size);
  return size;
}

/* ---- traits ---------------------------------------------------------------------------------- */

static gboolean
has_8bit (const char *bytes, gsize length)
{
  guint64 all = 0, word;
  gsize i = 0;

  for (; i + sizeof word <= length; i += sizeof word)
    {
      memcpy (&word, bytes + i, sizeof word);
      all |= word;
    }
  for (; i < length; i++)
    all |= (guchar) bytes[i];
  return (all & G_GUINT64_CONSTANT (0x8080808080808080)) != 0;
}

static void
end_line (BodyScan *scan)
{
  if (scan->line_length > BODY_LINE_MAX)
    scan->traits |= BODY_HAS_LONG_LINE;
  scan->line_length = 0;
}

/* What follows a CR decides what it was. */
static const char *
settle_cr (BodyScan *scan, const char *next)
{
  scan->after_cr = FALSE;
  if (*next == '\n')
    {
      end_line (scan);
      return next + 1;
    }
  scan->traits |= BODY_HAS_BARE_CR;
  scan->line_length++;
  return next;
}

void
body_scan_feed (BodyScan *scan, const char *bytes, gsize length)
{
  if (length == 0)
    return;
  if (!(scan->traits & BODY_HAS_8BIT) && has_8bit (bytes, length))
    scan->traits |= BODY_HAS_8BIT;
  if (!(scan->traits & BODY_HAS_NUL) && memchr (bytes, '\0', length))
    scan->traits |= BODY_HAS_NUL;

  const char *at = bytes, *end = bytes + length;
  while (at < end)
    {
      if (scan->after_cr)
        {
          at = settle_cr (scan, at);
          continue;
        }
      const char *cr = memchr (at, '\r', end - at);
      scan->line_length += (cr ? cr : end) - at;
      scan->after_cr = cr != NULL;
      at = cr ? cr + 1 : end;
    }
}

BodyTraits
body_scan_finish (BodyScan *scan)
{
  if (scan->after_cr)
    settle_cr (scan, "");
  end_line (scan);
  return scan->traits;
}
