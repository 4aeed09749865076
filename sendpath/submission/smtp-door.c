/* Where somebody who hands in messages speaks SMTP: two descriptors, and patience. It knows no command. */
#include "config.h"

#include "sendpath/submission/smtp-door.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MS     1000
#define LINGER_ROUNDS 1000
#define DISCARD_BYTES 65536

/* How long from now, at most @patience_ms. */
static int
get_patience_ms (const SmtpDoor *door, int patience_ms)
{
  gint64 left_ms = (door->end_us - g_get_monotonic_time ()) / 1000;

  return door->end_us == 0 ? patience_ms : (int) CLAMP (left_ms, 0, patience_ms);
}

static gboolean
wait_for (int fd, short events, int patience_ms)
{
  struct pollfd poll_fd = { .fd = fd, .events = events };
  int result;

  do
    result = poll (&poll_fd, 1, patience_ms);
  while (result < 0 && errno == EINTR);
  return result > 0;
}

static gboolean
wait_patiently (const SmtpDoor *door, int fd, short events)
{
  int patience_ms = get_patience_ms (door, (int) door->patience_s * 1000);

  return patience_ms > 0 && wait_for (fd, events, patience_ms);
}

static gssize
read_fd (gpointer source, char *buffer, gsize size, GError **error)
{
  const SmtpDoor *door = source;
  gssize count;

  do
    {
      if (!wait_patiently (door, door->in_fd, POLLIN))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "silent");
          return -1;
        }
      count = read (door->in_fd, buffer, size);
    }
  while (count < 0 && (errno == EINTR || errno == EAGAIN));
  return count;
}

/* Whoever called us may not ignore SIGPIPE; only a socket can be written to without it. */
static gssize
write_some (int fd, const char *text, gsize length)
{
  gssize count = send (fd, text, length, MSG_NOSIGNAL);

  return count < 0 && errno == ENOTSOCK ? write (fd, text, length) : count;
}

static gboolean
write_fd (gpointer source, const char *text, gsize length)
{
  const SmtpDoor *door = source;

  while (length > 0)
    {
      gssize count;

      if (!wait_patiently (door, door->out_fd, POLLOUT))
        return FALSE;
      count = write_some (door->out_fd, text, length);
      if (count < 0 && errno != EINTR && errno != EAGAIN)
        return FALSE;
      text += MAX (count, 0);
      length -= (gsize) MAX (count, 0);
    }
  return TRUE;
}

static gboolean
has_input (gpointer source)
{
  return wait_for (((const SmtpDoor *) source)->in_fd, POLLIN, 0);
}

/* Until it is shut from our side, or broken: a client that only says no more waits like any other. */
static gboolean
pause_fd (gpointer source, guint ms)
{
  const SmtpDoor *door = source;

  return !wait_for (door->in_fd, 0, get_patience_ms (door, (int) ms));
}

/* A client in the middle of writing hears why it was refused only if somebody reads on. */
static void
linger (const SmtpDoor *door)
{
  g_autofree char *discard = g_malloc (DISCARD_BYTES);

  for (guint i = 0; i < LINGER_ROUNDS; i++)
    if (!wait_for (door->in_fd, POLLIN, get_patience_ms (door, LINGER_MS)) ||
        read (door->in_fd, discard, DISCARD_BYTES) <= 0)
      return;
}

SmtpServerEnd
smtp_door_serve (const SmtpDoor *door, const SmtpServerSettings *settings)
{
  const SmtpServerIo io = { read_fd, write_fd, has_input, pause_fd, (gpointer) door };
  SmtpServerEnd end = smtp_server_run (&io, settings);

  if (end == SMTP_SERVER_HUNG_UP)
    linger (door);
  return end;
}
