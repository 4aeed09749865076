/* libetpan's mailstream over a GIOStream, with one way of waiting: the stream's own main context
 * is iterated until the bytes, the deadline or the cancel comes. It knows no protocol, and once
 * it failed it never works again: what came before a gap must not be joined with what comes
 * after. */
#include "config.h"

#include "sendpath/wire/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <libetpan/mailstream.h>

#include "sendpath/wire/tls.h"

#define BUFFER_BYTES       (64 * 1024)
#define BUDGET_BYTES       (64 * 1024) /* libetpan itself has no bound */
#define FIRST_DEADLINE_S   60

struct _Stream {
  GSocketConnection *connection;
  GIOStream         *io; /* @connection, or TLS over it */
  GSocketAddress    *remote;
  GSocketAddress    *local;
  GMainContext      *context;
  GCancellable      *cancellable;
  gboolean           is_shielded; /* from it */
  gulong             wake_id; /* of its handler that wakes @context */
  const Trace       *trace;
  mailstream        *mail;
  GByteArray        *line; /* of the line being read */
  gboolean           line_is_whole;
  gboolean           may_wait;
  gint64             deadline_us; /* monotonic */
  gsize              budget_bytes;
  char              *identity; /* of the TLS peer */
  GTlsCertificate   *verified; /* its certificate */
  SendpathReply     *failure;  /* set: dead */
};

/* ---- failing --------------------------------------------------------------------------------- */

void
stream_fail (Stream *stream, SendpathFault fault, const char *text)
{
  if (stream->failure != NULL)
    return;
  stream->failure = sendpath_reply_new_fault (fault, text);
  trace_note (stream->trace, "%s", text);
}

static void
take_failure (Stream *stream, SendpathReply *failure)
{
  g_autoptr(SendpathReply) owned = failure;

  stream_fail (stream, sendpath_reply_get_fault (owned), sendpath_reply_get_text (owned));
}

/* Inside TLS too this is a lost link, not a question of trust: the handshake settled that. */
static void
fail_with (Stream *stream, const GError *error)
{
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      stream_fail (stream, SENDPATH_FAULT_CANCELLED, _("cancelled"));
      return;
    }
  text = g_strdup_printf (_("the connection broke: %s"), error->message);
  stream_fail (stream, SENDPATH_FAULT_LINK_LOST, text);
}

static void
fail_late (Stream *stream)
{
  stream_fail (stream, SENDPATH_FAULT_LINK_LOST, _("the server did not answer in time"));
}

/* ---- waiting --------------------------------------------------------------------------------- */

static gboolean
on_ready (GObject *object, gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* A timer of the stream's context that sets @ret_is_overdue at the deadline. */
static GSource *
start_timer (Stream *stream, gboolean *ret_is_overdue)
{
  GSource *timer = g_timeout_source_new (0);

  g_source_set_ready_time (timer, stream->deadline_us);
  g_source_set_callback (timer, on_deadline, ret_is_overdue, NULL);
  g_source_attach (timer, stream->context);
  return timer;
}

/* The cancellable that counts now, or NULL. */
static GCancellable *
get_cancellable (const Stream *stream)
{
  return stream->is_shielded ? NULL : stream->cancellable;
}

/* In the thread that cancels. A source made with the cancellable would do the same, but GLib 2.74
 * loses one now and then when it is cancelled and destroyed at once. */
static void
wake (GCancellable *cancellable, gpointer data)
{
  g_main_context_wakeup (data);
}

/* Waits for @ready, a pollable source. A cancel ends the waiting and is told by the next read or
 * write. FALSE: the deadline came first. */
static gboolean
wait_for (Stream *stream, GSource *ready)
{
  gboolean is_ready = FALSE, is_overdue = FALSE;
  g_autoptr(GSource) timer = start_timer (stream, &is_overdue);

  g_source_set_callback (ready, G_SOURCE_FUNC (on_ready), &is_ready, NULL);
  g_source_attach (ready, stream->context);
  while (!is_ready && !is_overdue && !g_cancellable_is_cancelled (get_cancellable (stream)))
    g_main_context_iteration (stream->context, TRUE);
  g_source_destroy (ready);
  g_source_destroy (timer);
  if (is_overdue && !is_ready)
    fail_late (stream);
  return stream->failure == NULL;
}

/* A server may begin a handshake anew inside TLS 1.2, and GIO goes along: nobody has looked at
 * what it showed there. */
static gboolean
was_renegotiated (Stream *stream)
{
  if (stream->verified == NULL
      || g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (stream->io)) == stream->verified)
    return FALSE;
  stream_fail (stream, SENDPATH_FAULT_LINK_LOST, _("the server began TLS anew"));
  return TRUE;
}

static gboolean
is_late (Stream *stream)
{
  if (g_get_monotonic_time () < stream->deadline_us)
    return FALSE;
  fail_late (stream);
  return TRUE;
}

/* ---- the low driver under libetpan ----------------------------------------------------------- */

static GPollableInputStream *
get_input (Stream *stream)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream->io));
}

/* libetpan takes 0 for an empty or a whole line, so that the end of the stream is -1 like any
 * failure. */
static ssize_t
low_read (mailstream_low *low, void *buffer, size_t size)
{
  Stream *stream = low->data;
  gsize wanted = MIN (size, stream->budget_bytes);

  if (stream->failure != NULL)
    return -1;
  if (wanted == 0)
    {
      stream_fail (stream, SENDPATH_FAULT_PROTOCOL,
                   _("the server sent more than an answer may hold"));
      return -1;
    }
  while (TRUE)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GSource) ready = NULL;
      gssize n;

      if (stream->may_wait && is_late (stream))
        return -1;
      n = g_pollable_input_stream_read_nonblocking (get_input (stream), buffer, wanted,
                                                    get_cancellable (stream), &error);
      if (was_renegotiated (stream))
        return -1;
      if (n > 0)
        {
          stream->budget_bytes -= (gsize) n;
          return n;
        }
      if (n == 0)
        {
          stream_fail (stream, SENDPATH_FAULT_LINK_LOST, _("the server closed the connection"));
          return -1;
        }
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          fail_with (stream, error);
          return -1;
        }
      if (!stream->may_wait)
        return -1;
      ready = g_pollable_input_stream_create_source (get_input (stream), NULL);
      if (!wait_for (stream, ready))
        return -1;
    }
}

/* All of it or -1: libetpan loops for ever on 0 and takes a part for the whole. */
static ssize_t
low_write (mailstream_low *low, const void *buffer, size_t size)
{
  Stream *stream = low->data;
  GPollableOutputStream *output;
  gsize done = 0;

  if (stream->failure != NULL)
    return -1;
  output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream->io));
  stream_renew_budget (stream);
  while (done < size)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GSource) ready = NULL;
      gssize n;

      if (is_late (stream) || was_renegotiated (stream))
        return -1;
      n = g_pollable_output_stream_write_nonblocking (output, (const char *) buffer + done,
                                                      size - done, get_cancellable (stream),
                                                      &error);
      if (n > 0)
        {
          done += (gsize) n;
          continue;
        }
      if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          fail_with (stream, error);
          return -1;
        }
      ready = g_pollable_output_stream_create_source (output, NULL);
      if (!wait_for (stream, ready))
        return -1;
    }
  return (ssize_t) size;
}

/* The connection is the stream's and ends with it. */
static int
low_close (mailstream_low *low)
{
  return 0;
}

static int
low_get_fd (mailstream_low *low)
{
  Stream *stream = low->data;

  return g_socket_get_fd (g_socket_connection_get_socket (stream->connection));
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

  stream->connection = g_object_ref (connection);
  stream->io = g_object_ref (G_IO_STREAM (connection));
  stream->remote = g_socket_connection_get_remote_address (connection, NULL);
  stream->local = g_socket_connection_get_local_address (connection, NULL);
  stream->context = g_main_context_new ();
  if (cancellable != NULL)
    {
      stream->cancellable = g_object_ref (cancellable);
      stream->wake_id = g_cancellable_connect (cancellable, G_CALLBACK (wake),
                                               g_main_context_ref (stream->context),
                                               (GDestroyNotify) g_main_context_unref);
    }
  stream->trace = trace;
  stream->line = g_byte_array_new ();
  stream->may_wait = TRUE;
  stream->mail = low != NULL ? mailstream_new (low, BUFFER_BYTES) : NULL;
  if (stream->mail == NULL)
    g_error ("no memory for a connection");
  stream_renew_budget (stream);
  stream_set_deadline (stream, FIRST_DEADLINE_S);

  /* Without it Nagle's algorithm and delayed acknowledgements cost 40 ms a message. Not a TCP
   * socket: nothing to set. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                       NULL);
  return stream;
}

void
stream_free (Stream *stream)
{
  if (stream == NULL)
    return;

  g_cancellable_disconnect (stream->cancellable, stream->wake_id);
  /* Commands with a secret in them went through these buffers. */
  explicit_bzero (stream->mail->write_buffer, stream->mail->buffer_max_size);
  mailstream_close (stream->mail);
  /* The TCP connection, not the TLS over it, which would still want to say goodbye. */
  g_io_stream_close (G_IO_STREAM (stream->connection), NULL, NULL);
  g_object_unref (stream->io);
  g_object_unref (stream->connection);
  g_clear_object (&stream->remote);
  g_clear_object (&stream->local);
  g_clear_object (&stream->cancellable);
  g_clear_pointer (&stream->failure, sendpath_reply_unref);
  g_byte_array_unref (stream->line);
  g_free (stream->identity);
  g_clear_object (&stream->verified);
  g_main_context_unref (stream->context);
  g_free (stream);
}

void
stream_set_deadline (Stream *stream, guint seconds)
{
  stream->deadline_us = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
}

void
stream_set_shielded (Stream *stream, gboolean is_shielded)
{
  stream->is_shielded = is_shielded;
}

void
stream_renew_budget (Stream *stream)
{
  stream->budget_bytes = BUDGET_BYTES;
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;

  g_task_return_pointer (task, g_object_ref (result), g_object_unref);
}

void
stream_start_tls_async (Stream *stream, const char *identity, const char *pin,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (NULL, NULL, callback, data);

  if (stream->mail->write_buffer_len > 0 || stream_has_input (stream) || stream_is_tls (stream))
    stream_fail (stream, SENDPATH_FAULT_TLS, _("the server sent something before TLS began"));
  if (stream->failure != NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  g_free (stream->identity);
  stream->identity = g_strdup (identity);
  tls_handshake_async (stream->io, identity, pin, cancellable, on_handshake,
                       g_steal_pointer (&task));
}

gboolean
stream_start_tls_finish (Stream *stream, GAsyncResult *result)
{
  g_autoptr(GAsyncResult) handshake = g_task_propagate_pointer (G_TASK (result), NULL);
  SendpathReply *failure = NULL;
  GIOStream *io;

  if (handshake == NULL)
    return FALSE;
  io = tls_handshake_finish (handshake, &failure);
  if (io == NULL)
    {
      take_failure (stream, failure);
      return FALSE;
    }
  g_object_unref (stream->io);
  stream->io = io;
  stream->verified = g_object_ref (g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (io)));
  trace_note (stream->trace, "%s verified for %s", tls_get_version_name (G_TLS_CONNECTION (io)),
              stream->identity);
  return TRUE;
}

static void
on_tls_started (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
cancel_other (GCancellable *cancellable, GCancellable *other)
{
  g_cancellable_cancel (other);
}

gboolean
stream_start_tls (Stream *stream, const char *identity, const char *pin)
{
  gboolean is_overdue = FALSE;
  gulong chain = 0;
  g_autoptr(GCancellable) limit = g_cancellable_new ();
  g_autoptr(GSource) timer = start_timer (stream, &is_overdue);
  g_autoptr(GAsyncResult) result = NULL;

  if (stream->cancellable != NULL)
    chain = g_cancellable_connect (stream->cancellable, G_CALLBACK (cancel_other),
                                   g_object_ref (limit), g_object_unref);
  g_main_context_push_thread_default (stream->context);
  stream_start_tls_async (stream, identity, pin, limit, on_tls_started, &result);
  while (result == NULL)
    {
      g_main_context_iteration (stream->context, TRUE);
      if (is_overdue && stream->failure == NULL)
        {
          fail_late (stream);
          g_cancellable_cancel (limit);
        }
    }
  g_main_context_pop_thread_default (stream->context);
  g_source_destroy (timer);
  g_cancellable_disconnect (stream->cancellable, chain);
  return stream_start_tls_finish (stream, result) && stream->failure == NULL;
}

gboolean
stream_is_tls (const Stream *stream)
{
  return G_IS_TLS_CONNECTION (stream->io);
}

GBytes *
stream_get_channel_binding (Stream *stream, GTlsChannelBindingType type)
{
  g_autoptr(GByteArray) binding = g_byte_array_new ();

  if (!stream_is_tls (stream)
      || !g_tls_connection_get_channel_binding_data (G_TLS_CONNECTION (stream->io), type, binding,
                                                     NULL))
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&binding));
}

/* ---- writing and reading --------------------------------------------------------------------- */

/* mailstream_write() gives a partial count when a later part fails: only the stream's own failure
 * tells. */
gboolean
stream_write (Stream *stream, const char *bytes, gsize length)
{
  if (stream->failure == NULL)
    mailstream_write (stream->mail, bytes, length);
  return stream->failure == NULL;
}

gboolean
stream_flush (Stream *stream)
{
  if (stream->failure == NULL)
    mailstream_flush (stream->mail);
  return stream->failure == NULL;
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
  while (stream->failure == NULL && fill (stream, may_wait))
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
  return g_pollable_input_stream_create_source (get_input (stream), NULL);
}

/* Only a read can tell: inside TLS a readable socket may hold nothing but a session ticket. */
gboolean
stream_has_input (Stream *stream)
{
  if (!stream->line_is_whole && stream->line->len > 0)
    return TRUE;
  return stream->failure == NULL && fill (stream, FALSE);
}

/* ---- looking --------------------------------------------------------------------------------- */

gboolean
stream_is_dead (const Stream *stream)
{
  return stream->failure != NULL;
}

SendpathReply *
stream_dup_failure (const Stream *stream)
{
  g_return_val_if_fail (stream->failure != NULL, NULL);

  return sendpath_reply_ref (stream->failure);
}

const Trace *
stream_get_trace (const Stream *stream)
{
  return stream->trace;
}

static GInetAddress *
get_inet_address (GSocketAddress *address)
{
  return G_IS_INET_SOCKET_ADDRESS (address)
             ? g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))
             : NULL;
}

GInetAddress *
stream_get_remote_address (const Stream *stream)
{
  return get_inet_address (stream->remote);
}

GInetAddress *
stream_get_local_address (const Stream *stream)
{
  return get_inet_address (stream->local);
}

mailstream *
stream_get_mailstream (Stream *stream)
{
  return stream->mail;
}
