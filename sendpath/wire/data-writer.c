/* Dot-stuffing in runs: memchr() finds the line ends, whole stretches between stuffed dots are
 * written as they are. */
#include "config.h"

#include "sendpath/wire/data-writer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PIECE_BYTES (64 * 1024)

struct _DataWriter {
  Stream     *stream;
  DataContent content;
  guint64     size_bytes;
  guint64     done_bytes; /* of those */
  gboolean    is_line_start;
  gboolean    is_after_cr; /* the last byte was a CR: an LF must follow */
  char       *piece;
};

guint64
data_content_get_size (const DataContent *content)
{
  return g_bytes_get_size (content->header) + strlen ("\r\n")
         + body_source_get_length (content->body);
}

DataWriter *
data_writer_new (Stream *stream, const DataContent *content)
{
  DataWriter *writer = g_new0 (DataWriter, 1);

  writer->stream = stream;
  writer->content = *content;
  writer->size_bytes = data_content_get_size (content);
  writer->is_line_start = TRUE;
  return writer;
}

void
data_writer_free (DataWriter *writer)
{
  g_free (writer->piece);
  g_free (writer);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Submission made all line ends CRLF (or recoded the part). Anything else here would let the
 * receiver see another end of the message than we do. */
static gboolean
fail_bare (const DataWriter *writer)
{
  stream_fail (writer->stream, SENDPATH_FAULT_LOCAL,
               _("internal error: the message holds a bare CR, a bare LF or a NUL"));
  return FALSE;
}

static gboolean
write_lines (DataWriter *writer, const char *bytes, gsize length)
{
  const char *end = bytes + length;
  const char *unsent = bytes;
  const char *p = bytes;

  if (memchr (bytes, '\0', length))
    return fail_bare (writer);
  while (p < end)
    {
      if (writer->is_after_cr)
        {
          if (*p++ != '\n')
            return fail_bare (writer);
          writer->is_after_cr = FALSE;
          writer->is_line_start = TRUE;
          continue;
        }
      if (writer->is_line_start && *p == '.' && !writer->content.is_counted)
        {
          /* This dot ends one run and begins the next: it goes out twice. */
          if (!stream_write (writer->stream, unsent, p + 1 - unsent))
            return FALSE;
          unsent = p;
        }
      const char *cr = memchr (p, '\r', end - p);
      const char *stop = cr ? cr : end;
      if (memchr (p, '\n', stop - p))
        return fail_bare (writer);
      writer->is_line_start = FALSE;
      writer->is_after_cr = cr != NULL;
      p = cr ? cr + 1 : end;
    }
  return unsent == end || stream_write (writer->stream, unsent, end - unsent);
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* What comes next, at most @max bytes: a part of the header, the empty line, or of the body. */
static const char *
get_piece (DataWriter *writer, guint64 max, gsize *ret_length)
{
  gsize header_length;
  const char *header = g_bytes_get_data (writer->content.header, &header_length);
  guint64 done = writer->done_bytes;
  g_autoptr(GError) error = NULL;

  *ret_length = MIN (max, PIECE_BYTES);
  if (done < header_length)
    {
      *ret_length = MIN (*ret_length, header_length - done);
      return header + done;
    }
  done -= header_length;
  if (done < strlen ("\r\n"))
    {
      *ret_length = MIN (*ret_length, strlen ("\r\n") - done);
      return &"\r\n"[done];
    }
  if (!writer->piece)
    writer->piece = g_malloc (MIN (PIECE_BYTES, writer->size_bytes));
  gssize length = body_source_read (writer->content.body, done - strlen ("\r\n"), writer->piece,
                                    *ret_length, &error);
  if (length <= 0)
    {
      stream_fail (writer->stream, SENDPATH_FAULT_LOCAL, error->message);
      return NULL;
    }
  *ret_length = length;
  return writer->piece;
}

static gboolean
write_piece (DataWriter *writer, guint64 max)
{
  const DataContent *content = &writer->content;
  gsize length;
  const char *piece = get_piece (writer, max, &length);

  if (!piece)
    return FALSE;
  stream_set_deadline (writer->stream, content->block_timeout_s);
  if (length == PIECE_BYTES && !content->is_counted && stream_has_input (writer->stream))
    return FALSE;
  /* What is there goes out before a piece that it has no room for, not with it: then what is left
   * at the end has room for what follows, and the dot is never alone. */
  if (!stream_reserve (writer->stream, length + length / 3 + 1)
      || !write_lines (writer, piece, length))
    return FALSE;
  writer->done_bytes += length;
  if (content->progress && writer->done_bytes > g_bytes_get_size (content->header) + 2)
    content->progress (content->data, writer->done_bytes, writer->size_bytes);
  return TRUE;
}

gboolean
data_writer_write (DataWriter *writer, guint64 n_bytes)
{
  guint64 end = writer->done_bytes + MIN (n_bytes, writer->size_bytes - writer->done_bytes);

  while (writer->done_bytes < end)
    if (!write_piece (writer, end - writer->done_bytes))
      return FALSE;
  if (end == writer->size_bytes && !writer->is_line_start)
    return fail_bare (writer);
  return !stream_is_dead (writer->stream);
}

gboolean
data_writer_end (DataWriter *writer)
{
  return stream_write (writer->stream, ".\r\n", 3);
}
