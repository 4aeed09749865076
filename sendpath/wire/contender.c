/* Connect, handshake and greeting of one address. Each call that waits has one callback; a
 * contender that failed or was abandoned in between only cleans up there. */
#include "config.h"

#include "sendpath/wire/contender.h"

#include <glib/gi18n-lib.h>

#include "sendpath/wire/reply-reader.h"

struct _Contender {
  SendpathEndpoint  *endpoint;
  GSocketAddress    *address; /* with the endpoint's port */
  GSocketFamily      family;
  char              *ip;
  const RaceOptions *options;
  const RaceTimes   *times;

  ContenderState     state;
  gboolean           is_pending;
  GCancellable      *abort;       /* of the call that is pending */
  GCancellable      *cancellable; /* the caller's, for the stream */
  GSocketConnection *connection;
  Stream            *stream;
  ReplyReader       *reader;
  GSource           *input;
  gboolean           has_heard;   /* at least a part of the greeting */
  gint64             limit_us;
  SendpathPhase      phase;
  SendpathReply     *reply;
  char              *shown_key;

  gint64             started_at_us; /* real */
  gint64             phase_us;      /* monotonic: when the present phase began */
  guint              resolve_ms, connect_ms, tls_ms;
};

/* The same address with a port; a link-local one keeps its scope. */
static GSocketAddress *
with_port (GSocketAddress *address, guint16 port)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  GInetAddress *bare = g_inet_socket_address_get_address (inet);
  guint32 scope = g_inet_address_get_family (bare) == G_SOCKET_FAMILY_IPV6
                      ? g_inet_socket_address_get_scope_id (inet)
                      : 0;

  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", bare, "port", (guint) port,
                       "scope-id", scope, NULL);
}

Contender *
contender_new (SendpathEndpoint *endpoint, GSocketAddress *address, guint resolve_ms,
               const RaceOptions *options, const RaceTimes *times)
{
  Contender *contender = g_new0 (Contender, 1);

  contender->endpoint = sendpath_endpoint_ref (endpoint);
  contender->address = with_port (address, sendpath_endpoint_get_port (endpoint));
  contender->family = g_socket_address_get_family (address);
  contender->ip = g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  contender->resolve_ms = resolve_ms;
  contender->options = options;
  contender->times = times;
  return contender;
}

/* ---- ending ---------------------------------------------------------------------------------- */

/* Lets go of the connection. While a call is pending its objects must stay: its callback comes here
 * again. */
static void
drop (Contender *contender)
{
  contender->limit_us = 0;
  if (contender->input != NULL)
    g_source_destroy (contender->input);
  g_clear_pointer (&contender->input, g_source_unref);
  g_cancellable_cancel (contender->abort);
  if (contender->is_pending)
    return;
  g_clear_object (&contender->abort);
  g_clear_pointer (&contender->reader, reply_reader_free);
  g_clear_pointer (&contender->stream, stream_free);
  if (contender->connection != NULL)
    g_io_stream_close (G_IO_STREAM (contender->connection), NULL, NULL);
  g_clear_object (&contender->connection);
  g_clear_object (&contender->cancellable);
}

void
contender_free (Contender *contender)
{
  g_return_if_fail (!contender->is_pending);

  drop (contender);
  sendpath_endpoint_unref (contender->endpoint);
  g_object_unref (contender->address);
  g_clear_pointer (&contender->reply, sendpath_reply_unref);
  g_free (contender->shown_key);
  g_free (contender->ip);
  g_free (contender);
}

static void
fail (Contender *contender, SendpathReply *reply)
{
  contender->state = CONTENDER_FAILED;
  contender->reply = reply;
  drop (contender);
}

static void
fail_unreachable (Contender *contender, const char *why)
{
  g_autofree char *text
      = g_strdup_printf (_("no connection to %s port %u: %s"),
                         sendpath_endpoint_get_host (contender->endpoint),
                         (guint) sendpath_endpoint_get_port (contender->endpoint), why);

  trace_note (contender->options->trace, "%s", text);
  contender->phase = SENDPATH_PHASE_CONNECT;
  fail (contender, sendpath_reply_new_fault (SENDPATH_FAULT_UNREACHABLE, text));
}

void
contender_give_up (Contender *contender)
{
  fail_unreachable (contender, _("nobody answers"));
}

void
contender_expire (Contender *contender, gint64 now_us)
{
  if (contender->limit_us == 0 || now_us < contender->limit_us)
    return;
  if (contender->state == CONTENDER_CONNECTING)
    contender_give_up (contender);
  else
    fail (contender, sendpath_reply_new_fault (SENDPATH_FAULT_LINK_LOST,
                                               contender->phase == SENDPATH_PHASE_TLS
                                                   ? _("the TLS handshake took too long")
                                                   : _("the server did not greet in time")));
}

void
contender_abandon (Contender *contender)
{
  if (contender->state == CONTENDER_FAILED || contender->state == CONTENDER_DONE)
    return;
  g_clear_pointer (&contender->reply, sendpath_reply_unref);
  contender->state = CONTENDER_WAITING;
  contender->phase = SENDPATH_PHASE_UNKNOWN;
  contender->has_heard = FALSE;
  contender->connect_ms = contender->tls_ms = 0;
  drop (contender);
}

/* ---- greeting -------------------------------------------------------------------------------- */

static void
begin_phase (Contender *contender, SendpathPhase phase, guint patience_ms)
{
  contender->phase = phase;
  contender->phase_us = g_get_monotonic_time ();
  contender->limit_us = contender->phase_us + (gint64) patience_ms * 1000;
}

static guint
get_phase_ms (const Contender *contender)
{
  return (guint) ((g_get_monotonic_time () - contender->phase_us) / 1000);
}

static void
be_ready (Contender *contender, SendpathReply *greeting)
{
  contender->state = CONTENDER_READY;
  contender->reply = greeting;
  contender->limit_us = 0;
  if (contender->input != NULL)
    g_source_destroy (contender->input);
  g_clear_pointer (&contender->input, g_source_unref);
}

static gboolean
on_input (GObject *object, gpointer data)
{
  Contender *contender = data;
  SendpathReply *reply = reply_reader_continue (contender->reader, contender->stream);

  contender->has_heard = TRUE;
  if (reply == NULL)
    return G_SOURCE_CONTINUE;
  if (sendpath_reply_get_code (reply) == 220)
    be_ready (contender, reply);
  else
    fail (contender, reply);
  return G_SOURCE_REMOVE;
}

static void
await_greeting (Contender *contender)
{
  begin_phase (contender, SENDPATH_PHASE_GREETING, contender->times->greeting_ms);
  if (contender->options->pop)
    {
      be_ready (contender, NULL);
      return;
    }
  contender->reader = reply_reader_new ();
  contender->input = stream_create_input_source (contender->stream);
  g_source_set_callback (contender->input, G_SOURCE_FUNC (on_input), contender, NULL);
  g_source_attach (contender->input, g_main_context_get_thread_default ());
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static void
on_tls (GObject *source, GAsyncResult *result, gpointer data)
{
  Contender *contender = data;
  gboolean is_tls = stream_start_tls_finish (contender->stream, result);

  contender->is_pending = FALSE;
  if (contender->state != CONTENDER_GOING)
    {
      drop (contender);
      return;
    }
  contender->tls_ms = get_phase_ms (contender);
  if (is_tls)
    {
      await_greeting (contender);
      return;
    }
  contender->shown_key = stream_dup_peer_key (contender->stream);
  fail (contender, stream_dup_failure (contender->stream));
}

void
contender_go_on (Contender *contender)
{
  g_return_if_fail (contender->state == CONTENDER_UP);

  contender->state = CONTENDER_GOING;
  contender->stream = stream_new (contender->connection, contender->options->trace,
                                  contender->cancellable);
  g_clear_object (&contender->connection);
  if (sendpath_endpoint_get_security (contender->endpoint) != SENDPATH_SECURITY_TLS)
    {
      await_greeting (contender);
      return;
    }
  begin_phase (contender, SENDPATH_PHASE_TLS, contender->times->tls_ms);
  contender->is_pending = TRUE;
  stream_start_tls_async (contender->stream, sendpath_endpoint_get_host (contender->endpoint),
                          contender->options->tls_pin, contender->abort, on_tls, contender);
}

/* ---- connect --------------------------------------------------------------------------------- */

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Contender *contender = data;
  g_autoptr(GError) error = NULL;
  gboolean is_connected
      = g_socket_connection_connect_finish (G_SOCKET_CONNECTION (source), result, &error);

  contender->is_pending = FALSE;
  if (contender->state != CONTENDER_CONNECTING)
    {
      drop (contender);
      return;
    }
  contender->connect_ms = get_phase_ms (contender);
  if (!is_connected)
    {
      fail_unreachable (contender, error->message);
      return;
    }
  contender->state = CONTENDER_UP;
  contender->limit_us = 0;
}

void
contender_connect (Contender *contender, GCancellable *cancellable)
{
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GError) error = NULL;

  g_return_if_fail (contender->state == CONTENDER_WAITING && !contender->is_pending);

  trace_note (contender->options->trace, "connecting to %s [%s] port %u",
              sendpath_endpoint_get_host (contender->endpoint), contender->ip,
              (guint) sendpath_endpoint_get_port (contender->endpoint));
  contender->state = CONTENDER_CONNECTING;
  contender->started_at_us = g_get_real_time ();
  begin_phase (contender, SENDPATH_PHASE_CONNECT, contender->options->patience_s * 1000);
  socket = g_socket_new (contender->family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  if (socket == NULL)
    {
      fail_unreachable (contender, error->message);
      return;
    }
  contender->abort = g_cancellable_new ();
  g_set_object (&contender->cancellable, cancellable);
  contender->connection = g_socket_connection_factory_create_connection (socket);
  contender->is_pending = TRUE;
  g_socket_connection_connect_async (contender->connection, contender->address, contender->abort,
                                     on_connected, contender);
}

/* ---- looking --------------------------------------------------------------------------------- */

ContenderState
contender_get_state (const Contender *contender)
{
  return contender->state;
}

gint64
contender_get_limit_us (const Contender *contender)
{
  return contender->limit_us;
}

gboolean
contender_is_mute (const Contender *contender)
{
  return contender->state == CONTENDER_GOING && !contender->has_heard
         && (contender->phase == SENDPATH_PHASE_TLS
             || sendpath_endpoint_get_security (contender->endpoint) != SENDPATH_SECURITY_TLS);
}

gboolean
contender_is_pending (const Contender *contender)
{
  return contender->is_pending;
}

GSocketFamily
contender_get_family (const Contender *contender)
{
  return contender->family;
}

SendpathEndpoint *
contender_get_endpoint (const Contender *contender)
{
  return contender->endpoint;
}

const char *
contender_get_ip (const Contender *contender)
{
  return contender->ip;
}

Runner *
contender_steal_runner (Contender *contender)
{
  Runner *runner = g_new0 (Runner, 1);

  g_return_val_if_fail (contender->reply != NULL || contender->options->pop, NULL);

  runner->endpoint = sendpath_endpoint_ref (contender->endpoint);
  runner->ip = g_strdup (contender->ip);
  runner->family = contender->family;
  runner->greeting = contender->reply != NULL ? sendpath_reply_ref (contender->reply) : NULL;
  runner->shown_key = g_strdup (contender->shown_key);
  runner->phase = contender->phase;
  runner->started_at_us = contender->started_at_us != 0 ? contender->started_at_us
                                                        : g_get_real_time ();
  runner->resolve_ms = contender->resolve_ms;
  runner->connect_ms = contender->connect_ms;
  runner->tls_ms = contender->tls_ms;
  if (contender->state == CONTENDER_READY)
    {
      runner->stream = g_steal_pointer (&contender->stream);
      contender->state = CONTENDER_DONE;
      drop (contender);
    }
  return runner;
}
