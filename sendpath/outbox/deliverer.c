/* A process of its own that sends for a caller that may go away. It never waits for longer than it
 * was told. */
#include "config.h"

#include "sendpath/outbox/deliverer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A caller that neither reads the report nor goes away must not keep the deliverer for ever (P-9).
 */
#define REPORT_PATIENCE_S 30
#define READ_BYTES        4096

struct _Deliverer {
  int report_fd;
  GString *text; /* of the report, as far as it has come */
};

G_DEFINE_QUARK (deliverer-error-quark, deliverer_error)

/* ---- the new process ------------------------------------------------------------------------- */

static void
reset_signals (void)
{
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    signal (number, SIG_DFL); /* fails for the two that cannot be changed */
  signal (SIGPIPE, SIG_IGN);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

static void
close_if_inherited (int fd)
{
  int flags = fcntl (fd, F_GETFD);

  /* exec closes all others, so what has no such flag was given to this program from outside */
  if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
    close (fd);
}

static void
close_inherited (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  struct dirent *entry;
  long max = sysconf (_SC_OPEN_MAX);

  if (dir == NULL)
    {
      for (int fd = STDERR_FILENO + 1; fd < max; fd++)
        close_if_inherited (fd);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    {
      int fd = atoi (entry->d_name); /* `.` and `..` give 0, which is not touched */

      if (fd > STDERR_FILENO && fd != dirfd (dir))
        close_if_inherited (fd);
    }
  closedir (dir);
}

static void
leave_stdio (int null_fd)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    while (dup2 (null_fd, fd) < 0 && errno == EINTR)
      ;
}

static const int endings[] = { SIGTERM, SIGINT };

static gpointer
wait_for_end (gpointer data)
{
  g_autoptr (GCancellable) cancellable = data;
  sigset_t set;
  int number;

  sigemptyset (&set);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    sigaddset (&set, endings[i]);
  sigwait (&set, &number);
  g_cancellable_cancel (cancellable);
  return NULL;
}

GCancellable *
deliverer_catch_end (void)
{
  GCancellable *cancellable = g_cancellable_new ();
  GThread *thread;
  sigset_t set;

  sigemptyset (&set);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    sigaddset (&set, endings[i]);
  sigprocmask (SIG_BLOCK, &set, NULL);
  thread = g_thread_try_new ("sendpath-end", wait_for_end, g_object_ref (cancellable), NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else /* then it ends at once, which loses nothing */
    {
      g_object_unref (cancellable);
      sigprocmask (SIG_UNBLOCK, &set, NULL);
    }
  return cancellable;
}

/* In the first child: a session without a terminal, and a second child, which init adopts when this
 * one ends. */
static void
become_deliverer (DelivererRun run, gpointer data, int report_fd, int null_fd)
{
  pid_t child;

  setsid ();
  child = fork ();
  if (child != 0)
    _exit (child < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
  reset_signals ();
  leave_stdio (null_fd);
  close_inherited ();
  _exit (run (report_fd, data));
}

/* ---- the caller ------------------------------------------------------------------------------ */

static void
close_both (int fds[2])
{
  for (guint i = 0; i < 2; i++)
    {
      if (fds[i] >= 0)
        close (fds[i]);
      fds[i] = -1;
    }
}

/* Above standard input and outputs, which the child replaces: the caller may have been started
 * without them. */
static int
move_above_stdio (int fd)
{
  int high;

  if (fd < 0 || fd > STDERR_FILENO)
    return fd;
  high = fcntl (fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  close (fd);
  return high;
}

static gboolean
open_pipe (int fds[2])
{
  if (pipe2 (fds, O_CLOEXEC) < 0)
    return FALSE;
  fds[0] = move_above_stdio (fds[0]);
  fds[1] = move_above_stdio (fds[1]);
  if (fds[0] >= 0 && fds[1] >= 0)
    return TRUE;
  close_both (fds);
  return FALSE;
}

static gboolean
set_fork_error (GError **error)
{
  int code = errno;

  g_set_error (error, DELIVERER_ERROR, DELIVERER_ERROR_FORK,
               _("no process can be started to send the message: %s"), g_strerror (code));
  return FALSE;
}

/* The first child ends at once; that it failed is all it can say. */
static gboolean
wait_for_first (pid_t child, GError **error)
{
  int status = 0;
  pid_t ended;

  do
    ended = waitpid (child, &status, 0);
  while (ended < 0 && errno == EINTR);
  /* a host that lets the kernel reap its children learns it from the pipe */
  if (ended < 0 || (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS))
    return TRUE;
  errno = EAGAIN;
  return set_fork_error (error);
}

static gboolean
start (DelivererRun run, gpointer data, const int fds[2], int null_fd, GError **error)
{
  pid_t child = fork ();

  if (child == 0)
    {
      close (fds[0]);
      become_deliverer (run, data, fds[1], null_fd);
    }
  return child < 0 ? set_fork_error (error) : wait_for_first (child, error);
}

Deliverer *
deliverer_fork (DelivererRun run, gpointer data, GError **error)
{
  int null_fd = move_above_stdio (open ("/dev/null", O_RDWR | O_CLOEXEC));
  int fds[2] = { -1, -1 };
  gboolean is_started = FALSE;
  Deliverer *deliverer;

  if (null_fd < 0 || !open_pipe (fds))
    set_fork_error (error);
  else
    is_started = start (run, data, fds, null_fd, error);
  if (null_fd >= 0)
    close (null_fd);
  if (!is_started)
    {
      close_both (fds);
      return NULL;
    }
  close (fds[1]);
  deliverer = g_new0 (Deliverer, 1);
  deliverer->report_fd = fds[0];
  deliverer->text = g_string_new (NULL);
  return deliverer;
}

void
deliverer_free (Deliverer *deliverer)
{
  close (deliverer->report_fd);
  g_string_free (deliverer->text, TRUE);
  g_free (deliverer);
}

/* ---- the report ------------------------------------------------------------------------------ */

/* Whether @fd is ready for @events before @deadline_us of the monotonic clock. */
static gboolean
wait_until_ready (int fd, short events, gint64 deadline_us)
{
  for (;;)
    {
      struct pollfd poll_fd = { .fd = fd, .events = events };
      gint64 left_us = MAX (deadline_us - g_get_monotonic_time (), 0);
      int result = poll (&poll_fd, 1, (int) MIN ((left_us + 999) / 1000, G_MAXINT));

      if (result > 0)
        return TRUE;
      if (result == 0 && left_us == 0)
        return FALSE;
      if (result < 0 && errno != EINTR)
        return FALSE;
    }
}

static gint64
deadline_in (guint seconds)
{
  return g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
}

gboolean
deliverer_report (int report_fd, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  gint64 deadline_us = deadline_in (REPORT_PATIENCE_S);
  gsize length = strlen (text), written = 0;

  if (fcntl (report_fd, F_SETFL, O_NONBLOCK) < 0)
    return FALSE;
  while (written < length)
    {
      gssize count;

      if (!wait_until_ready (report_fd, POLLOUT, deadline_us))
        return FALSE;
      count = write (report_fd, text + written, length - written);
      if (count < 0 && errno != EINTR && errno != EAGAIN)
        return FALSE;
      written += count > 0 ? (gsize) count : 0;
    }
  return TRUE;
}

/* The first line; what follows it stays for the next time. */
static char *
take_line (Deliverer *deliverer)
{
  const char *end = memchr (deliverer->text->str, '\n', deliverer->text->len);
  char *line;

  if (end == NULL)
    return NULL;
  line = g_strndup (deliverer->text->str, (gsize) (end - deliverer->text->str));
  g_string_erase (deliverer->text, 0, (gssize) (end + 1 - deliverer->text->str));
  return line;
}

char *
deliverer_wait (Deliverer *deliverer, guint wait_s, GError **error)
{
  gint64 deadline_us = deadline_in (wait_s);
  char *line = take_line (deliverer);

  if (line != NULL)
    return line;
  while (wait_until_ready (deliverer->report_fd, POLLIN, deadline_us))
    {
      char buffer[READ_BYTES];
      gssize count = read (deliverer->report_fd, buffer, sizeof buffer);

      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        {
          g_set_error_literal (error, DELIVERER_ERROR, DELIVERER_ERROR_DIED,
                               _("the process that sends the message ended without a report"));
          return NULL;
        }
      g_string_append_len (deliverer->text, buffer, count);
      if (memchr (deliverer->text->str, '\n', deliverer->text->len) != NULL)
        return take_line (deliverer);
    }
  g_set_error (
      error, DELIVERER_ERROR, DELIVERER_ERROR_TIMED_OUT,
      g_dngettext (GETTEXT_PACKAGE,
                   "the message was not sent within %u second; it will be sent in the background",
                   "the message was not sent within %u seconds; it will be sent in the background",
                   wait_s),
      wait_s);
  return NULL;
}
