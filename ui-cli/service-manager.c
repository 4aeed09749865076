/* What systemd is told about the service: a datagram to the socket that it names (sd_notify(3)). It
 * never waits for anybody. */
#include "config.h"

#include "service-manager.h"

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
