/* The terminal of whoever started this program. Without one, or without a clear answer, the
 * answer is no. */
#include "config.h"

#include "cli-terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ANSWER_BYTES 320 /* the longest address */

int
cli_terminal_open (void)
{
  int fd = open ("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

  if (fd >= 0 && tcgetpgrp (fd) == getpgrp ())
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

gboolean
cli_terminal_may_ask (void)
{
  int fd;

  if (isatty (STDIN_FILENO))
    return TRUE;
  fd = cli_terminal_open ();
  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/* In the letters of the language, or in English. */
static gboolean
is_yes (const char *answer)
{
  return rpmatch (answer) == 1 || g_ascii_strcasecmp (answer, "y") == 0 ||
         g_ascii_strcasecmp (answer, "yes") == 0;
}

static char *
ask_on (int in, int out, const char *question)
{
  char answer[MAX_ANSWER_BYTES + 1];
  gsize length = 0;
  char c;

  if (write (out, question, strlen (question)) < 0)
    return NULL;
  while (read (in, &c, 1) == 1 && c != '\n')
    if (length <= MAX_ANSWER_BYTES) /* what is longer ends here, and answers no other question */
      answer[length++] = c;
  if (length > MAX_ANSWER_BYTES)
    length = 0;
  answer[length] = '\0';
  return g_strdup (g_strstrip (answer));
}

char *
cli_terminal_ask (const char *question)
{
  char *answer;
  int fd;

  if (isatty (STDIN_FILENO))
    return ask_on (STDIN_FILENO, STDERR_FILENO, question);
  fd = cli_terminal_open ();
  if (fd < 0)
    return NULL;
  answer = ask_on (fd, fd, question);
  close (fd);
  return answer;
}

gboolean
cli_terminal_ask_yes (const char *question)
{
  g_autofree char *answer = cli_terminal_ask (question);

  return answer != NULL && is_yes (answer);
}
