/* A password from a person or from standard input. It never echoes one, and leaves the terminal
 * as it was, also when it is interrupted. */
#include "config.h"

#include "cli-password.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "cli-command.h"
#include "cli-terminal.h"

#define MAX_PASSWORD_BYTES 65536

/* What a signal has to put right; handlers can reach nothing else. */
static struct {
  volatile sig_atomic_t fd;
  struct termios mode;
} quiet = { .fd = -1 };

static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

typedef void (*Handlers[G_N_ELEMENTS (endings)]) (int);

static void
on_ending (int number)
{
  if (quiet.fd >= 0)
    tcsetattr (quiet.fd, TCSAFLUSH, &quiet.mode);
  signal (number, SIG_DFL);
  raise (number);
}

static void
catch_endings (Handlers ret_before)
{
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    ret_before[i] = signal (endings[i], on_ending);
}

static void
restore_handlers (const Handlers before)
{
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    signal (endings[i], before[i]);
}

static char *
read_line (int fd)
{
  char *line = g_malloc (MAX_PASSWORD_BYTES + 1);
  gsize length = 0;
  char c;

  mlock (line, MAX_PASSWORD_BYTES + 1); /* R-9, as far as this process may */
  while (length < MAX_PASSWORD_BYTES && read (fd, &c, 1) == 1 && c != '\n')
    line[length++] = c;
  line[length] = '\0';
  if (length > 0)
    return line;
  cli_password_wipe (line);
  return NULL;
}

/* @fd is a terminal; the prompt goes to @out. */
static char *
ask_on (int fd, int out, const char *prompt)
{
  struct termios mode;
  Handlers before;
  char *password;

  if (tcgetattr (fd, &mode) < 0)
    return NULL;
  quiet.mode = mode;
  quiet.fd = fd;
  catch_endings (before);
  mode.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (fd, TCSAFLUSH, &mode);
  if (write (out, prompt, strlen (prompt)) < 0)
    g_debug ("the terminal takes no prompt");
  password = read_line (fd);
  tcsetattr (fd, TCSAFLUSH, &quiet.mode);
  quiet.fd = -1;
  restore_handlers (before);
  if (write (out, "\n", 1) < 0)
    g_debug ("the terminal takes no line end");
  return password;
}

char *
cli_password_ask (const char *prompt)
{
  char *password;
  int fd;

  if (isatty (STDIN_FILENO))
    return ask_on (STDIN_FILENO, STDERR_FILENO, prompt);
  fd = cli_terminal_open ();
  if (fd < 0)
    return NULL;
  password = ask_on (fd, fd, prompt);
  close (fd);
  return password;
}

char *
cli_password_read (const char *prompt, GError **error)
{
  char *password = isatty (STDIN_FILENO) ? cli_password_ask (prompt) : read_line (STDIN_FILENO);

  if (password == NULL)
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE,
                         _ ("no password on standard input; type it or pipe it in"));
  return password;
}

void
cli_password_wipe (char *password)
{
  if (password == NULL)
    return;
  explicit_bzero (password, MAX_PASSWORD_BYTES + 1);
  munlock (password, MAX_PASSWORD_BYTES + 1);
  g_free (password);
}
