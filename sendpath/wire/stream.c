/* Buffers over a Link, and lines out of them. It knows no protocol. */
#include "config.h"

#include "sendpath/wire/stream.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sendpath/wire/link.h"

/* A whole flight goes out in one write: an envelope, the last piece of a content, and what follows
 * it. */
#define BUFFER_BYTES    (160 * 1024)
#define FOLLOWING_BYTES (32 * 1024)

struct _Stream {
  Link       *link;
  char       *out; /* written, not flushed */
  gsize       out_length;
  char       *in; /* read; nobody has taken what lies from in_begin to in_end */
  gsize       in_begin;
  gsize       in_end;
  GByteArray *line; /* being read */
  gboolean    line_is_whole;
};

/* ---- life ------------------------------------------------------------------------------------ */

Stream *
stream_new (GSocketConnection *connection, const Trace *trace, GCancellable *cancellable)
{
  Stream *stream = g_new0 (Stream, 1);

  stream->link = link_new (connection, trace, cancellable);
  stream->line = g_byte_array_new ();
  stream->out = g_malloc (BUFFER_BYTES);
  stream->in = g_malloc (BUFFER_BYTES);
  return stream;
}

/* Commands with a secret in them must not stay in the buffer. */
static void
wipe_written (Stream *stream)
{
  explicit_bzero (stream->out, stream->out_length);
  stream->out_length = 0;
}

void
stream_free (Stream *stream)
{
  if (stream == NULL)
    return;

  wipe_written (stream);
  link_free (stream->link);
  g_byte_array_unref (stream->line);
  g_free (stream->out);
  g_free (stream->in);
  g_free (stream);
}

/* ---- writing and reading --------------------------------------------------------------------- */

gboolean
stream_write (Stream *stream, const char *bytes, gsize length)
{
  if (length > BUFFER_BYTES - stream->out_length && !stream_flush (stream))
    return FALSE;
  if (length > BUFFER_BYTES)
    return link_write (stream->link, bytes, length);
  if (stream_is_dead (stream))
    return FALSE;
  memcpy (stream->out + stream->out_length, bytes, length);
  stream->out_length += length;
  return TRUE;
}

gboolean
stream_reserve (Stream *stream, gsize length)
{
  if (stream->out_length + length > BUFFER_BYTES - FOLLOWING_BYTES)
    stream_flush (stream);
  return !stream_is_dead (stream);
}

gboolean
stream_flush (Stream *stream)
{
  if (!stream_is_dead (stream) && stream->out_length > 0)
    link_write (stream->link, stream->out, stream->out_length);
  wipe_written (stream);
  return !stream_is_dead (stream);
}

/* Something in the read buffer? */
static gboolean
fill (Stream *stream, gboolean may_wait)
{
  gssize count;

  if (stream->in_begin < stream->in_end)
    return TRUE;
  count = link_read (stream->link, stream->in, BUFFER_BYTES, may_wait);
  stream->in_begin = 0;
  stream->in_end = count > 0 ? (gsize) count : 0;
  return count > 0;
}

/* What is in the read buffer up to the end of a line, which is in it or not. */
static gsize
measure_part (const Stream *stream, gboolean *ret_ends)
{
  const char *begin = stream->in + stream->in_begin;
  gsize length = stream->in_end - stream->in_begin;
  const char *line_end = memchr (begin, '\n', length);

  *ret_ends = line_end != NULL;
  return line_end != NULL ? (gsize) (line_end - begin) + 1 : length;
}

gssize
stream_read_part (Stream *stream, char *buffer, gsize size)
{
  gboolean ends;
  gsize count;

  if (stream_is_dead (stream) || !fill (stream, TRUE))
    return -1;
  count = MIN (measure_part (stream, &ends), size);
  memcpy (buffer, stream->in + stream->in_begin, count);
  stream->in_begin += count;
  return (gssize) count;
}

static const char *
next_line (Stream *stream, gsize max, gboolean may_wait, gsize *ret_length)
{
  GByteArray *line = stream->line;

  if (stream->line_is_whole)
    g_byte_array_set_size (line, 0);
  stream->line_is_whole = FALSE;
  while (!stream_is_dead (stream) && fill (stream, may_wait))
    {
      gboolean ends;
      gsize size = measure_part (stream, &ends);

      if (line->len + size > max || (line->len + size == max && !ends))
        {
          stream_fail (stream, SENDPATH_FAULT_PROTOCOL, _("the server sent a line without end"));
          return NULL;
        }
      g_byte_array_append (line, (const guint8 *) stream->in + stream->in_begin, (guint) size);
      stream->in_begin += size;
      if (!ends)
        continue;
      g_byte_array_set_size (line, line->len - 1);
      if (line->len > 0 && line->data[line->len - 1] == '\r')
        g_byte_array_set_size (line, line->len - 1);
      *ret_length = line->len;
      g_byte_array_append (line, (const guint8 *) "", 1);
      stream->line_is_whole = TRUE;
      return (const char *) line->data;
    }
  return NULL;
}

const char *
stream_read_line (Stream *stream, gsize max, gsize *ret_length)
{
  return next_line (stream, max, TRUE, ret_length);
}

const char *
stream_try_line (Stream *stream, gsize max, gsize *ret_length)
{
  return next_line (stream, max, FALSE, ret_length);
}

GSource *
stream_create_input_source (Stream *stream)
{
  return link_create_input_source (stream->link);
}

/* Only a read can tell: inside TLS a readable socket may hold nothing but a session ticket. */
gboolean
stream_has_input (Stream *stream)
{
  if (!stream->line_is_whole && stream->line->len > 0)
    return TRUE;
  return !stream_is_dead (stream) && fill (stream, FALSE);
}

/* ---- TLS ------------------------------------------------------------------------------------- */

/* what was said before TLS must not be taken for something said inside it. */
static void
refuse_leftovers (Stream *stream)
{
  if (stream->out_length > 0 || stream_has_input (stream) || stream_is_tls (stream))
    stream_fail (stream, SENDPATH_FAULT_TLS, _("the server sent something before TLS began"));
}

gboolean
stream_start_tls (Stream *stream, const char *identity, const char *pin)
{
  refuse_leftovers (stream);
  return !stream_is_dead (stream) && link_start_tls (stream->link, identity, pin);
}

void
stream_start_tls_async (Stream *stream, const char *identity, const char *pin,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  refuse_leftovers (stream);
  link_start_tls_async (stream->link, identity, pin, cancellable, callback, data);
}

gboolean
stream_start_tls_finish (Stream *stream, GAsyncResult *result)
{
  return link_start_tls_finish (stream->link, result);
}

/* ---- what the link does ---------------------------------------------------------------------- */

void
stream_set_deadline (Stream *stream, guint seconds)
{
  link_set_deadline (stream->link, seconds);
}

void
stream_set_shielded (Stream *stream, gboolean is_shielded)
{
  link_set_shielded (stream->link, is_shielded);
}

gboolean
stream_was_heard_within (const Stream *stream, guint seconds)
{
  return link_was_heard_within (stream->link, seconds);
}

void
stream_renew_budget (Stream *stream)
{
  link_renew_budget (stream->link);
}

gboolean
stream_is_tls (const Stream *stream)
{
  return link_is_tls (stream->link);
}

GBytes *
stream_get_channel_binding (Stream *stream, GTlsChannelBindingType type)
{
  return link_get_channel_binding (stream->link, type);
}

char *
stream_dup_peer_key (const Stream *stream)
{
  return link_dup_peer_key (stream->link);
}

gboolean
stream_is_dead (const Stream *stream)
{
  return link_is_dead (stream->link);
}

void
stream_fail (Stream *stream, SendpathFault fault, const char *text)
{
  link_fail (stream->link, fault, text);
}

SendpathReply *
stream_dup_failure (const Stream *stream)
{
  return link_dup_failure (stream->link);
}

const Trace *
stream_get_trace (const Stream *stream)
{
  return link_get_trace (stream->link);
}

GInetAddress *
stream_get_remote_address (const Stream *stream)
{
  return link_get_remote_address (stream->link);
}

GInetAddress *
stream_get_local_address (const Stream *stream)
{
  return link_get_local_address (stream->link);
}

int
stream_get_fd (const Stream *stream)
{
  return link_get_fd (stream->link);
}

const char *
stream_peek_written (const Stream *stream)
{
  return stream->out;
}
