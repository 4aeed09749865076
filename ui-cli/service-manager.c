/* What systemd is told about the service: a datagram to the socket that it names (sd_notify(3)); and the
 * sockets that it hands over (sd_listen_fds(3)). It never waits for anybody. */
#include "config.h"

#include "service-manager.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or an abstract name that begins with @. FALSE: there is none that could be used. */
static gboolean
find_socket (struct sockaddr_un *address, socklen_t *ret_size)
{
  const char *name = g_getenv ("NOTIFY_SOCKET");
  gsize length = name != NULL ? strlen (name) : 0;

  if (length < 2 || length >= sizeof address->sun_path || (*name != '/' && *name != '@'))
    return FALSE;
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy (address->sun_path, name, length);
  if (*name == '@')
    address->sun_path[0] = '\0';
  *ret_size = (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length);
  return TRUE;
}

void
service_manager_tell (const char *state)
{
  struct sockaddr_un address;
  socklen_t size;
  int fd;

  if (!find_socket (&address, &size))
    return;
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return;
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address, size) < 0)
    g_debug ("the service manager did not listen");
  close (fd);
}

static guint64
take_number (const char *name)
{
  const char *text = g_getenv (name);
  guint64 number = 0;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &number, NULL))
    number = 0;
  g_unsetenv (name);
  return number;
}

guint
service_manager_take_sockets (void)
{
  guint64 pid = take_number ("LISTEN_PID");
  guint64 n = take_number ("LISTEN_FDS");

  g_unsetenv ("LISTEN_FDNAMES");
  if (pid != (guint64) getpid () || n > SERVICE_MANAGER_SOCKETS_MAX)
    return 0;
  for (int fd = SERVICE_MANAGER_FIRST; fd < SERVICE_MANAGER_FIRST + (int) n; fd++)
    if (fcntl (fd, F_SETFD, FD_CLOEXEC) != 0)
      return 0;
  return (guint) n;
}
