/* Bytes over one connection, plain or TLS. Every wait ends with the bytes, the deadline or the
 * cancel: a plain socket is polled, TLS waits in the link's own main context. Once a link failed it
 * never works again: what came before a gap must not be joined with what comes after. */
#include "config.h"

#include "sendpath/wire/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "sendpath/wire/tls.h"

#define BUDGET_BYTES     (64 * 1024) /* */
#define FIRST_DEADLINE_S 60
#define LOOK_US          G_USEC_PER_SEC /* how often a wait looks whether the machine has slept */

struct _Link {
  GSocketConnection *connection;
  GIOStream         *io; /* @connection, or TLS over it */
  GSocketAddress    *remote;
  GSocketAddress    *local;
  GMainContext      *context;
  GCancellable      *cancellable;
  gboolean           is_shielded; /* from it */
  gulong             wake_id; /* of its handler that ends a wait */
  int                wake_fd; /* readable when it was cancelled */
  const Trace       *trace;
  gint64             deadline_us; /* on the clock that goes on while the machine sleeps */
  gint64             heard_us;    /* when something came, on the same clock */
  gsize              budget_bytes;
  char              *identity; /* of the TLS peer */
  GTlsCertificate   *verified; /* its certificate */
  char              *shown;    /* pin of the key that was not trusted */
  SendpathReply     *failure;  /* set: dead */
};

/* ---- failing --------------------------------------------------------------------------------- */

void
link_fail (Link *link, SendpathFault fault, const char *text)
{
  if (link->failure != NULL)
    return;
  link->failure = sendpath_reply_new_fault (fault, text);
  trace_note (link->trace, "%s", text);
}

static void
take_failure (Link *link, SendpathReply *failure)
{
  g_autoptr(SendpathReply) owned = failure;

  link_fail (link, sendpath_reply_get_fault (owned), sendpath_reply_get_text (owned));
}

/* Inside TLS too this is a lost link, not a question of trust: the handshake settled that. */
static void
fail_with (Link *link, const GError *error)
{
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      link_fail (link, SENDPATH_FAULT_CANCELLED, _("cancelled"));
      return;
    }
  text = g_strdup_printf (_("the connection broke: %s"), error->message);
  link_fail (link, SENDPATH_FAULT_LINK_LOST, text);
}

static void
fail_late (Link *link)
{
  link_fail (link, SENDPATH_FAULT_LINK_LOST, _("the server did not answer in time"));
}

/* ---- waiting --------------------------------------------------------------------------------- */

static gboolean
on_ready (GObject *object, gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* T-153: who slept for hours does not wait for what is left of ten minutes. */
static gint64
get_time_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* A timer that sets `is_overdue` at the link's deadline. The clock of main contexts stands still in a
 * suspend, so it looks again and again. */
typedef struct {
  const Link *link;
  GSource    *source;
  gboolean    is_overdue;
} Timer;

static void
look_again (const Timer *timer)
{
  gint64 left_us = timer->link->deadline_us - get_time_us ();

  g_source_set_ready_time (timer->source, g_get_monotonic_time () + CLAMP (left_us, 0, LOOK_US));
}

static gboolean
on_look (gpointer data)
{
  Timer *timer = data;

  timer->is_overdue = get_time_us () >= timer->link->deadline_us;
  if (timer->is_overdue)
    return G_SOURCE_REMOVE;
  look_again (timer);
  return G_SOURCE_CONTINUE;
}

/* GLib's timeouts begin anew after each call, whatever time was set in it: this one does not. */
static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch };

static void
timer_start (Timer *timer, const Link *link)
{
  *timer = (Timer){ .link = link, .source = g_source_new (&timer_funcs, sizeof (GSource)) };
  look_again (timer);
  g_source_set_callback (timer->source, on_look, timer, NULL);
  g_source_attach (timer->source, link->context);
}

static void
timer_stop (Timer *timer)
{
  g_source_destroy (timer->source);
  g_source_unref (timer->source);
}

/* The cancellable that counts now, or NULL. */
static GCancellable *
get_cancellable (const Link *link)
{
  return link->is_shielded ? NULL : link->cancellable;
}

/* In the thread that cancels. A source made with the cancellable would do the same, but GLib 2.74
 * loses one now and then when it is cancelled and destroyed at once. */
static void
wake (GCancellable *cancellable, gpointer data)
{
  Link *link = data;

  eventfd_write (link->wake_fd, 1);
  g_main_context_wakeup (link->context);
}

/* Waits until the socket is ready for @events. A cancel ends the waiting and is told by the next
 * read or write. FALSE: the deadline came first. */
static gboolean
wait_plain (Link *link, short events)
{
  GCancellable *cancellable = get_cancellable (link);
  struct pollfd fds[] = { { .fd = link_get_fd (link), .events = events },
                          { .fd = link->wake_fd, .events = POLLIN } };

  while (!g_cancellable_is_cancelled (cancellable))
    {
      gint64 left_us = link->deadline_us - get_time_us ();
      eventfd_t count;

      if (left_us <= 0)
        {
          fail_late (link);
          return FALSE;
        }
      poll (fds, cancellable != NULL ? 2 : 1, (int) (MIN (left_us, LOOK_US) / 1000) + 1);
      if (fds[0].revents != 0)
        return TRUE;
      if (fds[1].revents != 0)
        eventfd_read (link->wake_fd, &count);
    }
  return TRUE;
}

/* The same inside TLS, until @ready is. */
static gboolean
wait_for (Link *link, GSource *ready)
{
  gboolean is_ready = FALSE;
  Timer timer;

  timer_start (&timer, link);
  g_source_set_callback (ready, G_SOURCE_FUNC (on_ready), &is_ready, NULL);
  g_source_attach (ready, link->context);
  while (!is_ready && !timer.is_overdue && !g_cancellable_is_cancelled (get_cancellable (link)))
    g_main_context_iteration (link->context, TRUE);
  g_source_destroy (ready);
  timer_stop (&timer);
  if (timer.is_overdue && !is_ready)
    fail_late (link);
  return link->failure == NULL;
}

/* A server may begin a handshake anew inside TLS 1.2, and GIO goes along: nobody has looked at
 * what it showed there. */
static gboolean
was_renegotiated (Link *link)
{
  if (link->verified == NULL
      || g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (link->io)) == link->verified)
    return FALSE;
  link_fail (link, SENDPATH_FAULT_LINK_LOST, _("the server began TLS anew"));
  return TRUE;
}

static gboolean
is_late (Link *link)
{
  if (get_time_us () < link->deadline_us)
    return FALSE;
  fail_late (link);
  return TRUE;
}

/* ---- reading and writing --------------------------------------------------------------------- */

/* GIO's own calls make an error of every read that finds nothing. */
static gssize
take_errno (GError **error)
{
  int code = errno;

  if (code != EAGAIN)
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
  return -1;
}

static gssize
receive (Link *link, void *buffer, gsize size, GError **error)
{
  gssize n;

  if (g_cancellable_set_error_if_cancelled (get_cancellable (link), error))
    return -1;
  do
    n = recv (link_get_fd (link), buffer, size, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  return n < 0 ? take_errno (error) : n;
}

static gssize
transmit (Link *link, const void *buffer, gsize size, GError **error)
{
  gssize n;

  if (g_cancellable_set_error_if_cancelled (get_cancellable (link), error))
    return -1;
  do
    n = send (link_get_fd (link), buffer, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n < 0 ? take_errno (error) : n;
}

/* -1 without @error: not now. */
static gssize
settle (gssize n, GError **error)
{
  if (n < 0 && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_clear_error (error);
  return n;
}

static GPollableInputStream *
get_input (Link *link)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (link->io));
}

static GPollableOutputStream *
get_output (Link *link)
{
  return G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (link->io));
}

static gssize
try_read (Link *link, void *buffer, gsize size, GError **error)
{
  if (!link_is_tls (link))
    return receive (link, buffer, size, error);
  return settle (g_pollable_input_stream_read_nonblocking (get_input (link), buffer, size,
                                                           get_cancellable (link), error),
                 error);
}

static gssize
try_write (Link *link, const void *buffer, gsize size, GError **error)
{
  if (!link_is_tls (link))
    return transmit (link, buffer, size, error);
  return settle (g_pollable_output_stream_write_nonblocking (get_output (link), buffer, size,
                                                             get_cancellable (link), error),
                 error);
}

static gboolean
wait_for_input (Link *link)
{
  g_autoptr(GSource) ready = NULL;

  if (!link_is_tls (link))
    return wait_plain (link, POLLIN);
  ready = g_pollable_input_stream_create_source (get_input (link), NULL);
  return wait_for (link, ready);
}

static gboolean
wait_for_output (Link *link)
{
  g_autoptr(GSource) ready = NULL;

  if (!link_is_tls (link))
    return wait_plain (link, POLLOUT);
  ready = g_pollable_output_stream_create_source (get_output (link), NULL);
  return wait_for (link, ready);
}

gssize
link_read (Link *link, void *buffer, gsize size, gboolean may_wait)
{
  gsize wanted = MIN (size, link->budget_bytes);

  if (link->failure != NULL)
    return -1;
  if (wanted == 0)
    {
      link_fail (link, SENDPATH_FAULT_PROTOCOL,
                 _("the server sent more than an answer may hold"));
      return -1;
    }
  while (TRUE)
    {
      g_autoptr(GError) error = NULL;
      gssize n;

      if (may_wait && is_late (link))
        return -1;
      n = try_read (link, buffer, wanted, &error);
      if (was_renegotiated (link))
        return -1;
      if (n > 0)
        {
          link->budget_bytes -= (gsize) n;
          link->heard_us = get_time_us ();
          return n;
        }
      if (n == 0)
        {
          link_fail (link, SENDPATH_FAULT_LINK_LOST, _("the server closed the connection"));
          return -1;
        }
      if (error != NULL)
        {
          fail_with (link, error);
          return -1;
        }
      if (!may_wait || !wait_for_input (link))
        return -1;
    }
}

gboolean
link_write (Link *link, const void *buffer, gsize size)
{
  gsize done = 0;

  if (link->failure != NULL)
    return FALSE;
  link_renew_budget (link);
  while (done < size)
    {
      g_autoptr(GError) error = NULL;
      gssize n;

      if (is_late (link) || was_renegotiated (link))
        return FALSE;
      n = try_write (link, (const char *) buffer + done, size - done, &error);
      if (n > 0)
        {
          done += (gsize) n;
          continue;
        }
      if (error != NULL)
        {
          fail_with (link, error);
          return FALSE;
        }
      if (!wait_for_output (link))
        return FALSE;
    }
  return TRUE;
}

GSource *
link_create_input_source (Link *link)
{
  return g_pollable_input_stream_create_source (get_input (link), NULL);
}

/* ---- life ------------------------------------------------------------------------------------ */

Link *
link_new (GSocketConnection *connection, const Trace *trace, GCancellable *cancellable)
{
  Link *link = g_new0 (Link, 1);

  link->connection = g_object_ref (connection);
  link->io = g_object_ref (G_IO_STREAM (connection));
  link->remote = g_socket_connection_get_remote_address (connection, NULL);
  link->local = g_socket_connection_get_local_address (connection, NULL);
  link->context = g_main_context_new ();
  link->wake_fd = -1;
  if (cancellable != NULL)
    {
      link->cancellable = g_object_ref (cancellable);
      link->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
      link->wake_id = g_cancellable_connect (cancellable, G_CALLBACK (wake), link, NULL);
    }
  link->trace = trace;
  link_renew_budget (link);
  link_set_deadline (link, FIRST_DEADLINE_S);

  /* Without it Nagle's algorithm and delayed acknowledgements cost 40 ms a message. Not a TCP
   * socket: nothing to set. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                       NULL);
  return link;
}

void
link_free (Link *link)
{
  if (link == NULL)
    return;

  g_cancellable_disconnect (link->cancellable, link->wake_id);
  if (link->wake_fd >= 0)
    close (link->wake_fd);
  /* A handshake that the server began anew runs in a thread of GIO's, without a deadline: this ends
   * it. */
  g_socket_shutdown (g_socket_connection_get_socket (link->connection), TRUE, TRUE, NULL);
  /* The TCP connection, not the TLS over it, which would still want to say goodbye. */
  g_io_stream_close (G_IO_STREAM (link->connection), NULL, NULL);
  g_object_unref (link->io);
  g_object_unref (link->connection);
  g_clear_object (&link->remote);
  g_clear_object (&link->local);
  g_clear_object (&link->cancellable);
  g_clear_pointer (&link->failure, sendpath_reply_unref);
  g_free (link->identity);
  g_free (link->shown);
  g_clear_object (&link->verified);
  g_main_context_unref (link->context);
  g_free (link);
}

void
link_set_deadline (Link *link, guint seconds)
{
  link->deadline_us = get_time_us () + (gint64) seconds * G_USEC_PER_SEC;
}

void
link_set_shielded (Link *link, gboolean is_shielded)
{
  link->is_shielded = is_shielded;
}

gboolean
link_was_heard_within (const Link *link, guint seconds)
{
  return get_time_us () - link->heard_us < (gint64) seconds * G_USEC_PER_SEC;
}

void
link_renew_budget (Link *link)
{
  link->budget_bytes = BUDGET_BYTES;
}

/* ---- TLS ------------------------------------------------------------------------------------- */

gboolean
link_is_tls (const Link *link)
{
  return G_IS_TLS_CONNECTION (link->io);
}

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;

  g_task_return_pointer (task, g_object_ref (result), g_object_unref);
}

void
link_start_tls_async (Link *link, const char *identity, const char *pin, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (NULL, NULL, callback, data);

  g_return_if_fail (!link_is_tls (link));

  if (link->failure != NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  g_free (link->identity);
  link->identity = g_strdup (identity);
  tls_handshake_async (link->io, identity, pin, cancellable, on_handshake,
                       g_steal_pointer (&task));
}

gboolean
link_start_tls_finish (Link *link, GAsyncResult *result)
{
  g_autoptr(GAsyncResult) handshake = g_task_propagate_pointer (G_TASK (result), NULL);
  SendpathReply *failure = NULL;
  GIOStream *io;

  if (handshake == NULL)
    return FALSE;
  io = tls_handshake_finish (handshake, &failure, &link->shown);
  if (io == NULL)
    {
      take_failure (link, failure);
      return FALSE;
    }
  g_object_unref (link->io);
  link->io = io;
  link->verified = g_object_ref (g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (io)));
  trace_note (link->trace, "%s verified for %s", tls_get_version_name (G_TLS_CONNECTION (io)),
              link->identity);
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
link_start_tls (Link *link, const char *identity, const char *pin)
{
  gulong chain = 0;
  g_autoptr(GCancellable) limit = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  Timer timer;

  timer_start (&timer, link);
  if (link->cancellable != NULL)
    chain = g_cancellable_connect (link->cancellable, G_CALLBACK (cancel_other),
                                   g_object_ref (limit), g_object_unref);
  g_main_context_push_thread_default (link->context);
  link_start_tls_async (link, identity, pin, limit, on_tls_started, &result);
  while (result == NULL)
    {
      g_main_context_iteration (link->context, TRUE);
      if (timer.is_overdue && link->failure == NULL)
        {
          fail_late (link);
          g_cancellable_cancel (limit);
        }
    }
  g_main_context_pop_thread_default (link->context);
  timer_stop (&timer);
  g_cancellable_disconnect (link->cancellable, chain);
  return link_start_tls_finish (link, result) && link->failure == NULL;
}

GBytes *
link_get_channel_binding (Link *link, GTlsChannelBindingType type)
{
  g_autoptr(GByteArray) binding = g_byte_array_new ();

  if (!link_is_tls (link)
      || !g_tls_connection_get_channel_binding_data (G_TLS_CONNECTION (link->io), type, binding,
                                                     NULL))
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&binding));
}

/* ---- looking --------------------------------------------------------------------------------- */

char *
link_dup_peer_key (const Link *link)
{
  return link->verified != NULL ? tls_dup_key_pin (link->verified) : g_strdup (link->shown);
}

gboolean
link_is_dead (const Link *link)
{
  return link->failure != NULL;
}

SendpathReply *
link_dup_failure (const Link *link)
{
  g_return_val_if_fail (link->failure != NULL, NULL);

  return sendpath_reply_ref (link->failure);
}

const Trace *
link_get_trace (const Link *link)
{
  return link->trace;
}

static GInetAddress *
get_inet_address (GSocketAddress *address)
{
  return G_IS_INET_SOCKET_ADDRESS (address)
             ? g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))
             : NULL;
}

GInetAddress *
link_get_remote_address (const Link *link)
{
  return get_inet_address (link->remote);
}

GInetAddress *
link_get_local_address (const Link *link)
{
  return get_inet_address (link->local);
}

int
link_get_fd (const Link *link)
{
  return g_socket_get_fd (g_socket_connection_get_socket (link->connection));
}
