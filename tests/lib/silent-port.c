/* Fills the queue of a listening socket (Linux drops what comes then). It never accepts. */
#include "config.h"

#include "tests/lib/silent-port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FILLERS 8

struct _SilentPort {
  int     listen_fd;
  int     fillers[MAX_FILLERS];
  guint   n_fillers;
  guint16 port;
};

static int
bind_loopback (guint16 *ret_port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0
      || getsockname (fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("no loopback port: %s", g_strerror (errno));
  *ret_port = ntohs (address.sin_port);
  return fd;
}

/* FALSE: nobody answered, the queue is full. */
static gboolean
fill (SilentPort *silent)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (silent->port),
                                 .sin_addr = { htonl (INADDR_LOOPBACK) } };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct pollfd ready = { .fd = fd, .events = POLLOUT };

  silent->fillers[silent->n_fillers++] = fd;
  connect (fd, (struct sockaddr *) &address, sizeof address);
  return poll (&ready, 1, 100) == 1;
}

SilentPort *
silent_port_new (void)
{
  SilentPort *silent = g_new0 (SilentPort, 1);

  silent->listen_fd = bind_loopback (&silent->port);
  if (listen (silent->listen_fd, 0) != 0)
    g_error ("listen: %s", g_strerror (errno));
  while (fill (silent))
    if (silent->n_fillers == MAX_FILLERS)
      g_error ("the queue does not fill");
  return silent;
}

void
silent_port_free (SilentPort *silent)
{
  for (guint i = 0; i < silent->n_fillers; i++)
    close (silent->fillers[i]);
  close (silent->listen_fd);
  g_free (silent);
}

guint16
silent_port_get_port (const SilentPort *silent)
{
  return silent->port;
}

guint16
silent_port_find_closed (void)
{
  guint16 port;

  close (bind_loopback (&port));
  return port;
}
