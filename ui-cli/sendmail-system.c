/* `sendmail` for users whose mail is sent by the service of the machine. Nothing is kept here: what the
 * service has not taken is the caller's. */
#include "config.h"

#include "sendmail-system.h"

#include <errno.h>
#include <glib/gprintf.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "system-service.h"

#define PIECE_BYTES 65536

gboolean
sendmail_system_submit (SendpathMessage *message, GError **error)
{
  return sendpath_hand_on (message, SYSTEM_SOCKET, NULL, error);
}

/* ---- -bs ------------------------------------------------------------------------------------- */

static int
connect_to_service (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SYSTEM_SOCKET };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
write_all (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize count = write (fd, bytes, length);

      if (count < 0 && errno != EINTR)
        return FALSE;
      bytes += MAX (count, 0);
      length -= (gsize) MAX (count, 0);
    }
  return TRUE;
}

/* ---- what the service said ------------------------------------------------------------------- */

/* The last reply, and whether one before it took a message. */
typedef struct {
  char line[12]; /* how the line begins that is being read */
  gsize length;
  char reply[12];
  gboolean has_taken;
} Heard;

static void
hear_line (Heard *heard)
{
  gboolean is_last_of_reply = heard->length > 3 && heard->line[3] == ' ';

  heard->line[heard->length] = '\0';
  heard->length = 0;
  if (!is_last_of_reply)
    return;
  if (*heard->reply == '3' && *heard->line == '2')
    heard->has_taken = TRUE;
  memcpy (heard->reply, heard->line, sizeof heard->reply);
}

static void
hear (Heard *heard, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] == '\n')
      hear_line (heard);
    else if (heard->length < sizeof heard->line - 1)
      heard->line[heard->length++] = bytes[i];
}

/* As sendpath_hand_in() judges a dialogue: who sees that something went wrong would send all of it again. */
static int
judge (const Heard *heard)
{
  gboolean is_in_order = *heard->reply == '2' && !g_str_has_prefix (heard->reply, "250 2.1.");

  if (heard->has_taken || is_in_order)
    return EX_OK;
  return *heard->reply == '5' ? EX_DATAERR : EX_TEMPFAIL;
}

/* ---- both ways ------------------------------------------------------------------------------- */

/* What there is to read on @from goes to @to, and is heard if @heard is not NULL; FALSE: there is no more,
 * or nobody takes it. */
static gboolean
pass_on (int from, int to, Heard *heard)
{
  char piece[PIECE_BYTES];
  gssize count;

  do
    count = read (from, piece, sizeof piece);
  while (count < 0 && errno == EINTR);
  if (heard != NULL)
    hear (heard, piece, (gsize) MAX (count, 0));
  return count > 0 && write_all (to, piece, (gsize) count);
}

int
sendmail_system_speak_smtp (void)
{
  struct pollfd ends[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                           { .fd = connect_to_service (), .events = POLLIN } };
  int service = ends[1].fd;
  Heard heard = { .length = 0 };

  if (service < 0)
    {
      g_printf ("421 4.3.0 %s: %s\r\n", SYSTEM_SOCKET, g_strerror (errno));
      return EX_TEMPFAIL;
    }
  while (poll (ends, G_N_ELEMENTS (ends), -1) >= 0 || errno == EINTR)
    {
      if (ends[1].revents != 0 && !pass_on (service, STDOUT_FILENO, &heard))
        break;
      if (ends[0].revents != 0 && !pass_on (STDIN_FILENO, service, NULL))
        {
          shutdown (service, SHUT_WR);
          ends[0].fd = -1;
        }
    }
  close (service);
  return judge (&heard);
}
