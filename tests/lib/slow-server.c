/* A mail server on 127.0.0.1 that takes everything from any number of connections at once, slowly, and
 * counts them. It checks nothing of what it is told. */
#include "config.h"

#include "tests/lib/slow-server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

#define CONNECTIONS_MAX 100

struct _SlowServer {
  SlowServerOptions options;
  GSocketService *service;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  guint16 port;

  GMutex mutex; /* of all that follows */
  GArray *open; /* int: sockets of the connections */
  guint n_most, n_connections, n_refused, n_messages;
};

/* One connection. */
typedef struct {
  SlowServer *server;
  GDataInputStream *input;
  GOutputStream *output;
  int fd;
  gboolean is_refused;
} Talk;

static gboolean
say (Talk *talk, const char *text)
{
  return g_output_stream_write_all (talk->output, text, strlen (text), NULL, NULL, NULL);
}

static char *
hear (Talk *talk)
{
  return g_data_input_stream_read_line (talk->input, NULL, NULL, NULL);
}

static gboolean
take_message (Talk *talk)
{
  SlowServer *server = talk->server;
  gboolean is_over = FALSE;

  if (!say (talk, "354 go on\r\n"))
    return FALSE;
  while (!is_over)
    {
      g_autofree char *line = hear (talk);

      if (line == NULL)
        return FALSE;
      is_over = g_str_equal (line, ".");
    }
  if (server->options.before_taken != NULL)
    server->options.before_taken (server->options.data);
  g_usleep (server->options.delay_ms * 1000);
  g_mutex_lock (&server->mutex);
  server->n_messages++;
  g_mutex_unlock (&server->mutex);
  return say (talk, "250 2.0.0 queued\r\n");
}

/* FALSE: it is over. */
static gboolean
answer (Talk *talk, const char *line)
{
  if (g_str_has_prefix (line, "EHLO"))
    return say (talk, "250-mail.example.org\r\n250-PIPELINING\r\n250 SIZE 1000000\r\n");
  if (g_str_has_prefix (line, "MAIL") && talk->is_refused)
    {
      say (talk, "421 4.7.0 too many connections\r\n");
      return FALSE;
    }
  if (g_str_equal (line, "DATA"))
    return take_message (talk);
  if (g_str_equal (line, "QUIT"))
    {
      say (talk, "221 2.0.0 bye\r\n");
      return FALSE;
    }
  return say (talk, "250 2.0.0 ok\r\n");
}

/* Those that the client has not closed, also where their threads have not seen it yet. The mutex is held. */
static guint
count_open (SlowServer *server)
{
  guint n = 0;

  for (guint i = 0; i < server->open->len; i++)
    {
      struct pollfd look = { .fd = g_array_index (server->open, int, i), .events = POLLRDHUP };

      n += poll (&look, 1, 0) == 0 ? 1 : 0;
    }
  return n;
}

static void
enter (Talk *talk)
{
  SlowServer *server = talk->server;
  guint n_open;

  g_mutex_lock (&server->mutex);
  n_open = count_open (server);
  talk->is_refused = server->options.n_most > 0 && n_open >= server->options.n_most;
  if (talk->is_refused)
    server->n_refused++;
  else
    {
      g_array_append_val (server->open, talk->fd);
      server->n_connections++;
      server->n_most = MAX (server->n_most, n_open + 1);
    }
  g_mutex_unlock (&server->mutex);
}

static void
leave (Talk *talk)
{
  GArray *open = talk->server->open;

  g_mutex_lock (&talk->server->mutex);
  for (guint i = open->len; !talk->is_refused && i-- > 0;)
    if (g_array_index (open, int, i) == talk->fd)
      g_array_remove_index_fast (open, i);
  g_mutex_unlock (&talk->server->mutex);
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
        gpointer data)
{
  GIOStream *io = G_IO_STREAM (connection);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (g_io_stream_get_input_stream (io));
  GSocket *socket = g_socket_connection_get_socket (connection);
  Talk talk = { data, input, g_io_stream_get_output_stream (io), g_socket_get_fd (socket), FALSE };
  gboolean goes_on;

  /* Or each small reply waits for the acknowledgement of the one before. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  enter (&talk);
  if (talk.is_refused && !talk.server->options.says_so_late)
    {
      say (&talk, "421 4.7.0 too many connections\r\n");
      goes_on = FALSE;
    }
  else
    goes_on = say (&talk, "220 mail.example.org ESMTP\r\n");
  while (goes_on)
    {
      g_autofree char *line = hear (&talk);

      goes_on = line != NULL && answer (&talk, line);
    }
  leave (&talk);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  SlowServer *server = data;

  g_main_context_push_thread_default (server->context);
  g_socket_service_start (server->service);
  g_main_loop_run (server->loop);
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

SlowServer *
slow_server_new (const SlowServerOptions *options)
{
  SlowServer *server = g_new0 (SlowServer, 1);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  server->options = *options;
  g_mutex_init (&server->mutex);
  server->open = g_array_new (FALSE, FALSE, sizeof (int));
  server->context = g_main_context_new ();
  server->loop = g_main_loop_new (server->context, FALSE);
  g_main_context_push_thread_default (server->context);
  server->service = g_threaded_socket_service_new (CONNECTIONS_MAX);
  g_socket_service_stop (server->service);
  g_socket_listener_add_address (G_SOCKET_LISTENER (server->service), any, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_main_context_pop_thread_default (server->context);
  g_assert_no_error (error);
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (server->service, "run", G_CALLBACK (on_run), server);
  server->thread = g_thread_new ("slow-server", run, server);
  return server;
}

static guint
read_count (SlowServer *server, const guint *count)
{
  guint value;

  g_mutex_lock (&server->mutex);
  value = *count;
  g_mutex_unlock (&server->mutex);
  return value;
}

void
slow_server_free (SlowServer *server)
{
  g_main_loop_quit (server->loop);
  g_thread_join (server->thread);
  g_socket_service_stop (server->service);
  g_socket_listener_close (G_SOCKET_LISTENER (server->service));
  while (read_count (server, &server->open->len) > 0)
    g_thread_yield ();
  g_object_unref (server->service);
  g_main_loop_unref (server->loop);
  g_main_context_unref (server->context);
  g_array_unref (server->open);
  g_mutex_clear (&server->mutex);
  g_free (server);
}

guint16
slow_server_get_port (const SlowServer *server)
{
  return server->port;
}

guint
slow_server_count_messages (SlowServer *server)
{
  return read_count (server, &server->n_messages);
}

guint
slow_server_count_connections (SlowServer *server)
{
  return read_count (server, &server->n_connections);
}

guint
slow_server_count_refused (SlowServer *server)
{
  return read_count (server, &server->n_refused);
}

guint
slow_server_get_most (SlowServer *server)
{
  return read_count (server, &server->n_most);
}
