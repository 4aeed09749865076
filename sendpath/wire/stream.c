/* libetpan's mailstream over a Link, and lines out of its buffer. It knows no protocol. */
#include "config.h"

#include "sendpath/wire/stream.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <libetpan/mailstream.h>

#include "sendpath/wire/link.h"

#define BUFFER_BYTES (64 * 1024)

struct _Stream {
  Link       *link;
  mailstream *mail;
  gboolean    may_wait; /* for input */
  GByteArray *line;     /* of the line being read */
  gboolean    line_is_whole;
};

/* ---- the low driver under libetpan ----------------------------------------------------------- */

/* libetpan takes 0 for an empty or a whole line; a link never gives it. */
static ssize_t
low_read (mailstream_low *low, void *buffer, size_t size)
{
  Stream *stream = low->data;

  return link_read (stream->link, buffer, size, stream->may_wait);
}

/* All of it or -1: libetpan loops for ever on 0 and takes a part for the whole. Commands with a
 * secret in them come out of its buffer and must not stay there. */
static ssize_t
low_write (mailstream_low *low, const void *buffer, size_t size)
{
  Stream *stream = low->data;
  gboolean is_written = link_write (stream->link, buffer, size);

  if (buffer == stream->mail->write_buffer)
    explicit_bzero (stream->mail->write_buffer, size);
  return is_written ? (ssize_t) size : -1;
}

/* The connection is the link's and ends with it. */
static int
low_close (mailstream_low *low)
{
  return 0;
}

static int
low_get_fd (mailstream_low *low)
{
  Stream *stream = low->data;

  return link_get_fd (stream->link);
}

static void
low_free (mailstream_low *low)
{
  free (low);
}

static mailstream_low_driver low_driver = {
  .mailstream_read = low_read,
  .mailstream_write = low_write,
  .mailstream_close = low_close,
  .mailstream_get_fd = low_get_fd,
  .mailstream_free = low_free,
};

/* ---- life ------------------------------------------------------------------------------------ */

Stream *
stream_new (GSocketConnection *connection, const Trace *trace, GCancellable *cancellable)
{
  Stream *stream = g_new0 (Stream, 1);
  mailstream_low *low = mailstream_low_new (stream, &low_driver);

  stream->link = link_new (connection, trace, cancellable);
  stream->line = g_byte_array_new ();
  stream->may_wait = TRUE;
  stream->mail = low != NULL ? mailstream_new (low, BUFFER_BYTES) : NULL;
  if (stream->mail == NULL)
    g_error ("no memory for a connection");
  return stream;
}

void
stream_free (Stream *stream)
{
  if (stream == NULL)
    return;

  explicit_bzero (stream->mail->write_buffer, stream->mail->write_buffer_len);
  mailstream_close (stream->mail);
  link_free (stream->link);
  g_byte_array_unref (stream->line);
  g_free (stream);
}

/* ---- writing and reading --------------------------------------------------------------------- */

/* mailstream_write() gives a partial count when a later part fails: only the stream's own failure
 * tells. */
gboolean
stream_write (Stream *stream, const char *bytes, gsize length)
{
  if (!stream_is_dead (stream))
    mailstream_write (stream->mail, bytes, length);
  return !stream_is_dead (stream);
}

gboolean
stream_flush (Stream *stream)
{
  if (!stream_is_dead (stream))
    mailstream_flush (stream->mail);
  return !stream_is_dead (stream);
}

/* Something in libetpan's read buffer? */
static gboolean
fill (Stream *stream, gboolean may_wait)
{
  gboolean is_filled;

  if (stream->mail->read_buffer_len > 0)
    return TRUE;
  stream->may_wait = may_wait;
  is_filled = mailstream_feed_read_buffer (stream->mail) > 0;
  stream->may_wait = TRUE;
  return is_filled;
}

/* Moves the first @size bytes of libetpan's read buffer to the line. */
static void
take (Stream *stream, gsize size)
{
  guint old_length = stream->line->len;

  g_byte_array_set_size (stream->line, old_length + (guint) size);
  mailstream_read (stream->mail, stream->line->data + old_length, size);
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
      const char *buffer = stream->mail->read_buffer;
      const char *line_end = memchr (buffer, '\n', stream->mail->read_buffer_len);
      gsize size = line_end != NULL ? (gsize) (line_end - buffer) + 1
                                    : stream->mail->read_buffer_len;

      if (line->len + size > max || (line->len + size == max && line_end == NULL))
        {
          stream_fail (stream, SENDPATH_FAULT_PROTOCOL, _("the server sent a line without end"));
          return NULL;
        }
      take (stream, size);
      if (line_end == NULL)
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
  if (stream->mail->write_buffer_len > 0 || stream_has_input (stream) || stream_is_tls (stream))
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

mailstream *
stream_get_mailstream (Stream *stream)
{
  return stream->mail;
}
