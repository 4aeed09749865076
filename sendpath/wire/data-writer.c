/* Dot-stuffing in runs: memchr() finds the line ends, whole stretches between stuffed dots are
 * written as they are. */
#include "config.h"

#include "sendpath/wire/data-writer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)

typedef struct {
  Stream  *stream;
  gboolean is_line_start;
  gboolean is_after_cr; /* the last byte was a CR: an LF must follow */
} Stuffer;

/* Submission made all line ends CRLF (or recoded the part). Anything else here would let the
 * receiver see another end of the message than we do. */
static gboolean
fail_bare (const Stuffer *stuffer)
{
  stream_fail (stuffer->stream, SENDPATH_FAULT_LOCAL,
               _("internal error: the message holds a bare CR, a bare LF or a NUL"));
  return FALSE;
}

static gboolean
stuff (Stuffer *stuffer, const char *bytes, gsize length)
{
  const char *end = bytes + length;
  const char *unsent = bytes;
  const char *p = bytes;

  if (memchr (bytes, '\0', length))
    return fail_bare (stuffer);
  while (p < end)
    {
      if (stuffer->is_after_cr)
        {
          if (*p++ != '\n')
            return fail_bare (stuffer);
          stuffer->is_after_cr = FALSE;
          stuffer->is_line_start = TRUE;
          continue;
        }
      if (stuffer->is_line_start && *p == '.')
        {
          /* This dot ends one run and begins the next: it goes out twice. */
          if (!stream_write (stuffer->stream, unsent, p + 1 - unsent))
            return FALSE;
          unsent = p;
        }
      const char *cr = memchr (p, '\r', end - p);
      const char *stop = cr ? cr : end;
      if (memchr (p, '\n', stop - p))
        return fail_bare (stuffer);
      stuffer->is_line_start = FALSE;
      stuffer->is_after_cr = cr != NULL;
      p = cr ? cr + 1 : end;
    }
  return unsent == end || stream_write (stuffer->stream, unsent, end - unsent);
}

static gboolean
write_body (Stuffer *stuffer, const DataContent *content, guint64 sent_bytes)
{
  guint64 total_bytes = data_content_get_size (content);
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  guint64 offset = 0;

  while (TRUE)
    {
      g_autoptr(GError) error = NULL;
      gssize length = body_source_read (content->body, offset, chunk, CHUNK_BYTES, &error);
      if (length < 0)
        {
          stream_fail (stuffer->stream, SENDPATH_FAULT_LOCAL, error->message);
          return FALSE;
        }
      if (length == 0)
        return TRUE;
      if (stream_has_input (stuffer->stream))
        return FALSE;

      stream_set_deadline (stuffer->stream, content->block_timeout_s);
      if (!stuff (stuffer, chunk, length))
        return FALSE;
      offset += length;
      if (content->progress)
        content->progress (content->data, sent_bytes + offset, total_bytes);
    }
}

guint64
data_content_get_size (const DataContent *content)
{
  return g_bytes_get_size (content->header) + strlen ("\r\n")
         + body_source_get_length (content->body);
}

gboolean
data_writer_write (Stream *stream, const DataContent *content)
{
  Stuffer stuffer = { .stream = stream, .is_line_start = TRUE };
  gsize header_length;
  const char *header = g_bytes_get_data (content->header, &header_length);

  stream_set_deadline (stream, content->block_timeout_s);
  if ((header_length > 0 && !stuff (&stuffer, header, header_length))
      || !stuff (&stuffer, "\r\n", 2) || !write_body (&stuffer, content, header_length + 2))
    return FALSE;
  if (!stuffer.is_line_start)
    return fail_bare (&stuffer);
  stream_set_deadline (stream, content->block_timeout_s);
  return stream_flush (stream) && !stream_has_input (stream) && !stream_is_dead (stream);
}

gboolean
data_writer_end (Stream *stream)
{
  return stream_write (stream, ".\r\n", 3);
}
