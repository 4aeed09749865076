/* bare-client PORT COUNT BYTES: the floor of bench-session. The same conversation with a server on 127.0.0.1 that
 * says PIPELINING, made of bytes that are ready before it begins: one write and one wait a message. It checks
 * nothing but the number of replies. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ENVELOPE "MAIL FROM:<terri@proseware.com>\r\nRCPT TO:<a@adatum.com>\r\nDATA\r\n"
#define LINE     "A line of text, as long as lines of mail are, of which there are many here.\r\n"

static _Noreturn void
die (const char *what)
{
  perror (what);
  exit (69);
}

/* Reads until so many last lines of replies have come. */
static void
await (int fd, int replies)
{
  static char buffer[4096];
  static size_t used;

  while (replies > 0)
    {
      char *end;
      ssize_t got = read (fd, buffer + used, sizeof buffer - used);

      if (got <= 0)
        die ("read");
      used += (size_t) got;
      while ((end = memchr (buffer, '\n', used)) != NULL)
        {
          size_t length = (size_t) (end + 1 - buffer);

          replies -= buffer[3] == ' ';
          used -= length;
          memmove (buffer, end + 1, used);
        }
    }
}

static void
say (int fd, const char *text, size_t length)
{
  while (length > 0)
    {
      ssize_t sent = write (fd, text, length);

      if (sent < 0)
        die ("write");
      text += sent;
      length -= (size_t) sent;
    }
}

int
main (int argc, char **argv)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  size_t size = argc == 4 ? strtoul (argv[3], NULL, 10) : 0, length = 0;
  long count = argc == 4 ? strtol (argv[2], NULL, 10) : 0;
  char *flight = malloc (size + sizeof LINE + sizeof "\r\n.\r\n" ENVELOPE);
  int fd = socket (AF_INET, SOCK_STREAM, 0), on = 1;

  if (count < 1 || flight == NULL)
    {
      fprintf (stderr, "bare-client PORT COUNT BYTES\n");
      return 64;
    }
  address.sin_port = htons ((uint16_t) atoi (argv[1]));
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    die ("connect");
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  while (length < size)
    {
      memcpy (flight + length, LINE, strlen (LINE));
      length += strlen (LINE);
    }
  strcpy (flight + length, ".\r\n" ENVELOPE);
  await (fd, 1);
  say (fd, "EHLO here\r\n", 11);
  await (fd, 1);
  say (fd, ENVELOPE, strlen (ENVELOPE));
  await (fd, 3);
  for (; count > 1; count--)
    {
      say (fd, flight, length + strlen (".\r\n" ENVELOPE));
      await (fd, 4);
    }
  say (fd, flight, length + 3);
  await (fd, 1);
  close (fd);
  free (flight);
  return 0;
}
