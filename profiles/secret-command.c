/* Commands that print a password or a token.
 *
 * What is printed goes straight into memory that is locked and wiped. Never repeats a command
 * line or what it printed in a message, never uses a shell, never leaves a zombie. */
#include "config.h"

#include "profiles/secret-command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

/* Room for one byte more than a secret and its line feed may have, to tell too long from just
 * right. */
#define BUFFER_SIZE (SECRET_LENGTH_MAX + 2)

/* How often a process that has closed its output is looked at until it ends. */
#define END_PAUSE_MS 2

typedef struct {
  const char   *name;
  GPid          pid;
  int           output;
  gint64        deadline_us;
  GCancellable *cancellable;
} Run;

static gboolean
fail (Run *run, GError **error, const char *why)
{
  g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_COMMAND, "%s: %s", run->name,
               why);
  return FALSE;
}

static gboolean
may_go_on (Run *run, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
    return FALSE;
  if (g_get_monotonic_time () >= run->deadline_us)
    return fail (run, error, _("it did not end in time"));
  return TRUE;
}

/* Waits for output or its end. FALSE if the time is up or the caller has had enough. */
static gboolean
wait_for_output (Run *run, GError **error)
{
  GPollFD wanted = { .fd = -1 };
  struct pollfd fds[2] = { { .fd = run->output, .events = POLLIN },
                           { .fd = -1, .events = POLLIN } };
  gboolean has_pollfd = g_cancellable_make_pollfd (run->cancellable, &wanted);
  gint64 left_us;
  int ready;

  fds[1].fd = has_pollfd ? wanted.fd : -1;
  do
    {
      left_us = MAX (0, run->deadline_us - g_get_monotonic_time ());
      ready = poll (fds, G_N_ELEMENTS (fds), (left_us + 999) / 1000);
    }
  while (ready < 0 && errno == EINTR);
  if (has_pollfd)
    g_cancellable_release_fd (run->cancellable);

  if (ready < 0)
    return fail (run, error, g_strerror (errno));
  return may_go_on (run, error);
}

/* Reads to the end of the output. */
static gboolean
read_output (Run *run, char *buffer, gsize *ret_length, GError **error)
{
  gsize length = 0;

  while (length < BUFFER_SIZE)
    {
      gssize got;

      if (!wait_for_output (run, error))
        return FALSE;
      got = read (run->output, buffer + length, BUFFER_SIZE - length);
      if (got < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
      if (got < 0)
        return fail (run, error, g_strerror (errno));
      if (got == 0)
        {
          *ret_length = length;
          return TRUE;
        }
      length += got;
    }
  g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_BAD,
               _("%s: it printed more than 64 KiB"), run->name);
  return FALSE;
}

static void
end_now (Run *run)
{
  kill (run->pid, SIGKILL);
  while (waitpid (run->pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

/* The process has closed its output, so it is about to end; FALSE if it does not, and is ended. */
static gboolean
wait_for_end (Run *run, int *ret_status, GError **error)
{
  while (TRUE)
    {
      pid_t ended = waitpid (run->pid, ret_status, WNOHANG);

      if (ended == run->pid)
        return TRUE;
      if (ended < 0 && errno == ECHILD)
        {
          *ret_status = 0; /* SIGCHLD is ignored and nobody can know: what it printed has to do */
          return TRUE;
        }
      if (ended < 0 && errno != EINTR)
        return fail (run, error, g_strerror (errno));
      if (!may_go_on (run, error))
        {
          end_now (run);
          return FALSE;
        }
      poll (NULL, 0, END_PAUSE_MS);
    }
}

static gboolean
start (Run *run, const char *command_line, GError **error)
{
  g_auto(GStrv) argv = NULL;
  g_autoptr(GError) local = NULL;
  int ends[2];
  gboolean is_started;

  /* GLib's messages about either repeat words of the command line */
  if (!g_shell_parse_argv (command_line, NULL, &argv, NULL))
    return fail (run, error, _("its quotes are not closed"));
  if (pipe2 (ends, O_CLOEXEC) != 0)
    return fail (run, error, g_strerror (errno));
  fcntl (ends[0], F_SETFL, O_NONBLOCK); /* our end only */

  is_started = g_spawn_async_with_pipes_and_fds (
      NULL, (const char *const *) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, NULL,
      NULL, -1, ends[1], -1, NULL, NULL, 0, &run->pid, NULL, NULL, NULL, &local);
  close (ends[1]);
  if (is_started)
    {
      run->output = ends[0];
      return TRUE;
    }
  close (ends[0]);
  return fail (run, error,
               g_error_matches (local, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT)
                   ? _("there is no such program")
                   : _("it cannot be started"));
}

static gboolean
check_status (Run *run, int status, GError **error)
{
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;
  if (WIFEXITED (status))
    g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_COMMAND,
                 _("%s: it ended with status %d"), run->name, WEXITSTATUS (status));
  else
    g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_COMMAND,
                 _("%s: it was ended by signal %d"), run->name, WTERMSIG (status));
  return FALSE;
}

/* Reads all output and waits for the end; the process is gone in any case. */
static SendpathSecret *
collect (Run *run, char *buffer, SecretKind kind, GError **error)
{
  g_autoptr(SendpathSecret) secret = NULL;
  gsize length = 0;
  int status = 0;

  if (!read_output (run, buffer, &length, error))
    {
      end_now (run);
      return NULL;
    }
  if (!wait_for_end (run, &status, error) || !check_status (run, status, error))
    return NULL;

  if (length > 0 && buffer[length - 1] == '\n')
    length--;
  secret = sendpath_secret_new (buffer, length, kind);
  if (sendpath_secret_check (secret, error))
    return g_steal_pointer (&secret);
  g_prefix_error (error, "%s: ", run->name);
  return NULL;
}

SendpathSecret *
secret_command_run (const char *name, const char *command_line, SecretKind kind, guint timeout_s,
                    GCancellable *cancellable, GError **error)
{
  Run run = { .name = name, .cancellable = cancellable };
  SendpathSecret *secret;
  char *buffer;

  run.deadline_us = g_get_monotonic_time () + timeout_s * G_TIME_SPAN_SECOND;
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !start (&run, command_line, error))
    return NULL;

  buffer = secret_memory_new (BUFFER_SIZE);
  secret = collect (&run, buffer, kind, error);
  secret_memory_free (buffer, BUFFER_SIZE);
  close (run.output);
  return secret;
}
