/* A server on loopback that talks in lines: one thread, one client after the other. It knows no
 * protocol, and never listens anywhere else. */
#include "config.h"

#include "demo-server.h"

#include <string.h>

/* A client that falls silent must not keep the others waiting. */
#define SILENCE_S 10

struct _DemoServer {
  GSocketListener *listener;
  guint16 port;
  GTlsCertificate *certificate; /* nullable */
  DemoDialogue dialogue;
  gpointer data;
  GCancellable *cancellable;
  GThread *thread;
};

struct _DemoLink {
  GDataInputStream *input;
  GOutputStream *output;
  GCancellable *cancellable;
};

char *
demo_link_read (DemoLink *link)
{
  return g_data_input_stream_read_line (link->input, NULL, link->cancellable, NULL);
}

void
demo_link_say (DemoLink *link, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strconcat (text, "\r\n", NULL);
  /* A client that is gone is noticed when it is read from. */
  g_output_stream_write_all (link->output, line, strlen (line), NULL, link->cancellable, NULL);
}

static GIOStream *
open_stream (DemoServer *server, GSocketConnection *connection)
{
  g_autoptr (GIOStream) stream = NULL;

  g_socket_set_timeout (g_socket_connection_get_socket (connection), SILENCE_S);
  if (server->certificate == NULL)
    return g_object_ref (G_IO_STREAM (connection));
  stream = g_tls_server_connection_new (G_IO_STREAM (connection), server->certificate, NULL);
  if (stream == NULL ||
      !g_tls_connection_handshake (G_TLS_CONNECTION (stream), server->cancellable, NULL))
    return NULL;
  return g_steal_pointer (&stream);
}

static void
serve (DemoServer *server, GSocketConnection *connection)
{
  g_autoptr (GIOStream) stream = open_stream (server, connection);
  g_autoptr (GDataInputStream) input = NULL;
  DemoLink link;

  if (stream == NULL)
    return;
  input = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  link = (DemoLink) { input, g_io_stream_get_output_stream (stream), server->cancellable };
  server->dialogue (&link, server->data);
  g_io_stream_close (stream, server->cancellable, NULL);
}

static gpointer
run (gpointer data)
{
  DemoServer *server = data;
  GSocketConnection *connection;

  while ((connection =
              g_socket_listener_accept (server->listener, NULL, server->cancellable, NULL)) != NULL)
    {
      serve (server, connection);
      g_object_unref (connection);
    }
  return NULL;
}

DemoServer *
demo_server_new (GTlsCertificate *certificate, DemoDialogue dialogue, gpointer data, GError **error)
{
  g_autoptr (DemoServer) server = g_new0 (DemoServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) got = NULL;

  server->listener = g_socket_listener_new ();
  if (!g_socket_listener_add_address (server->listener, wanted, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &got, error))
    return NULL;
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  g_set_object (&server->certificate, certificate);
  server->dialogue = dialogue;
  server->data = data;
  server->cancellable = g_cancellable_new ();
  server->thread = g_thread_new ("demo-server", run, server);
  return g_steal_pointer (&server);
}

guint16
demo_server_get_port (DemoServer *server)
{
  return server->port;
}

void
demo_server_free (DemoServer *server)
{
  if (server->thread != NULL)
    {
      g_cancellable_cancel (server->cancellable);
      g_thread_join (server->thread);
    }
  g_clear_object (&server->cancellable);
  g_clear_object (&server->listener);
  g_clear_object (&server->certificate);
  g_free (server);
}
