/* Where programs of this user hand in messages by SMTP. It opens nothing that another machine could
 * reach. */
#include "config.h"

#include "serve-door.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service-log.h"
#include "service-manager.h"

struct _ServeDoor {
  GArray *fds; /* int */
  char *path;  /* of our own local socket, or NULL */
  gboolean has_socket;
  GCancellable *cancellable;
  SendpathEngine *engine;
  GThread *thread; /* NULL: not opened yet */
  GError *error;
};

/* ---- sockets of our own ---------------------------------------------------------------------- */

static gboolean
listen_at (ServeDoor *door, GSocketAddress *address, GError **error)
{
  g_autoptr (GSocket) socket =
                 g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                               G_SOCKET_PROTOCOL_DEFAULT, error);
  int fd;

  if (socket == NULL || !g_socket_bind (socket, address, TRUE, error) ||
      !g_socket_listen (socket, error))
    return FALSE;
  fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
  g_array_append_val (door->fds, fd);
  return TRUE;
}

static gboolean
listen_on_port (ServeDoor *door, const char *host, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, port);

  return listen_at (door, address, error);
}

/* A machine without IPv6 has no ::1. */
static gboolean
listen_on_ports (ServeDoor *door, guint16 port, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (listen_on_port (door, "127.0.0.1", port, &local_error))
    {
      if (listen_on_port (door, "::1", port, &local_error) ||
          !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        return TRUE;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               _ ("port %u of this machine: %s; if it is another program’s, set “port” in [serve]"),
               port, local_error->message);
  return FALSE;
}

/* What a process left behind that is gone. */
static void
remove_old_socket (const char *path, GSocketAddress *address)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  struct stat state;

  if (g_lstat (path, &state) != 0 || !S_ISSOCK (state.st_mode))
    return;
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  if (connection == NULL)
    g_unlink (path);
}

static gboolean
listen_on_path (ServeDoor *door, const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  mode_t mask;
  gboolean is_there;

  remove_old_socket (path, address);
  mask = umask (0177);
  is_there = listen_at (door, address, error);
  umask (mask);
  if (!is_there)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  door->path = g_strdup (path);
  door->has_socket = TRUE;
  return TRUE;
}

/* ---- sockets of systemd ---------------------------------------------------------------------- */

static gboolean
is_local (int fd)
{
  int domain = 0;
  socklen_t size = sizeof domain;

  return getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

static gboolean
take_sockets (ServeDoor *door)
{
  int n = (int) service_manager_take_sockets ();

  for (int fd = SERVICE_MANAGER_FIRST; fd < SERVICE_MANAGER_FIRST + n; fd++)
    {
      g_array_append_val (door->fds, fd);
      door->has_socket = door->has_socket || is_local (fd);
    }
  return n > 0;
}

ServeDoor *
serve_door_new (SendpathProfileStore *profiles, GError **error)
{
  g_autoptr (ServeDoor) door = g_new0 (ServeDoor, 1);
  const char *path = sendpath_profile_store_get_policy (profiles, "socket");
  guint16 port = (guint16) sendpath_profile_store_get_policy_integer (profiles, "port");

  door->fds = g_array_new (FALSE, FALSE, sizeof (int));
  door->cancellable = g_cancellable_new ();
  if (!take_sockets (door) && (!listen_on_ports (door, port, error) ||
                               (path != NULL && !listen_on_path (door, path, error))))
    return NULL;
  return g_steal_pointer (&door);
}

gboolean
serve_door_has_socket (const ServeDoor *door)
{
  return door->has_socket;
}

/* ---- who comes ------------------------------------------------------------------------------- */

static void
on_event (SendpathServeEvent event, const char *client, const char *id, gpointer data)
{
  service_log_served (service_log_write, event, client, id);
}

static gpointer
run (gpointer data)
{
  ServeDoor *door = data;

  if (!sendpath_engine_serve (door->engine, (const int *) (gpointer) door->fds->data,
                              door->fds->len, on_event, NULL, door->cancellable, &door->error))
    kill (getpid (), SIGTERM);
  return NULL;
}

void
serve_door_open (ServeDoor *door, SendpathEngine *engine)
{
  door->engine = g_object_ref (engine);
  door->thread = g_thread_new ("door", run, door);
}

gboolean
serve_door_close (ServeDoor *door, GError **error)
{
  g_cancellable_cancel (door->cancellable);
  if (door->thread != NULL)
    g_thread_join (g_steal_pointer (&door->thread));
  if (door->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&door->error));
  return FALSE;
}

void
serve_door_free (ServeDoor *door)
{
  serve_door_close (door, NULL);
  for (guint i = 0; i < door->fds->len; i++)
    close (g_array_index (door->fds, int, i));
  if (door->path != NULL)
    g_unlink (door->path);
  g_array_unref (door->fds);
  g_object_unref (door->cancellable);
  g_clear_object (&door->engine);
  g_free (door->path);
  g_free (door);
}
