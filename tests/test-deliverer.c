/* Deliverer: it survives its caller, and nobody waits for it who need not. Every step is told
 * through pipes; nothing sleeps. */
#include "config.h"

#include "sendpath/outbox/deliverer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"

#define WAIT_S 20 /* only a broken deliverer lets a test wait for so long */

/* What a deliverer of these tests is given. The pipes are close-on-exec, so it keeps them. */
typedef struct {
  int go[2];   /* it goes on when this closes */
  int told[2]; /* it tells here what it did */
  int before;  /* an inherited descriptor, or -1 */
} Play;

static void
begin (Play *play)
{
  g_assert_cmpint (pipe2 (play->go, O_CLOEXEC), ==, 0);
  g_assert_cmpint (pipe2 (play->told, O_CLOEXEC), ==, 0);
  play->before = -1;
}

static void
let_go (Play *play)
{
  close (play->go[1]);
  play->go[1] = -1;
}

static void
end (Play *play)
{
  if (play->go[1] >= 0)
    close (play->go[1]);
  close (play->go[0]);
  close (play->told[0]);
  close (play->told[1]);
}

static void
wait_for_go (Play *play)
{
  char byte;

  close (play->go[1]);
  while (read (play->go[0], &byte, 1) > 0)
    ;
}

static void
tell (int fd, char what)
{
  g_assert_cmpint (write (fd, &what, 1), ==, 1);
}

static char
hear (int fd)
{
  char what = '\0';

  g_assert_cmpint (read (fd, &what, 1), ==, 1);
  return what;
}

static Deliverer *
start (DelivererRun run, gpointer data)
{
  g_autoptr(GError) error = NULL;
  Deliverer *deliverer = deliverer_fork (run, data, &error);

  g_assert_no_error (error);
  return deliverer;
}

/* ---- reports --------------------------------------------------------------------------------- */

static int
say_data (int report_fd, gpointer data)
{
  return deliverer_report (report_fd, data) ? 0 : 1;
}

static void
test_report (void)
{
  g_autoptr(Deliverer) deliverer = start (say_data, (char *) "{\"outcome\":\"sent\"}");
  g_autoptr(GError) error = NULL;
  g_autofree char *report = deliverer_wait (deliverer, WAIT_S, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (report, ==, "{\"outcome\":\"sent\"}");
}

static void
test_long_report (void)
{
  g_autofree char *text = g_strnfill (1000000, 'x');
  g_autoptr(Deliverer) deliverer = start (say_data, text);
  g_autofree char *report = deliverer_wait (deliverer, WAIT_S, NULL);

  g_assert_cmpstr (report, ==, text);
}

/* Each line by itself, also when both have come at once; then the end. */
static void
test_two_lines (void)
{
  g_autoptr(Deliverer) deliverer = start (say_data, (char *) "done\nadatum.com=mail");
  g_autoptr(GError) error = NULL;
  g_autofree char *first = deliverer_wait (deliverer, WAIT_S, NULL);
  g_autofree char *second = deliverer_wait (deliverer, WAIT_S, NULL);

  g_assert_cmpstr (first, ==, "done");
  g_assert_cmpstr (second, ==, "adatum.com=mail");
  g_assert_null (deliverer_wait (deliverer, WAIT_S, &error));
  g_assert_error (error, DELIVERER_ERROR, DELIVERER_ERROR_DIED);
}

static int
report_when_told (int report_fd, gpointer data)
{
  wait_for_go (data);
  return say_data (report_fd, (char *) "late");
}

/* Time is up and the deliverer goes on; whoever has time can wait once more. */
static void
test_time_is_up (void)
{
  g_autoptr(Deliverer) deliverer = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *report = NULL;
  Play play;

  begin (&play);
  deliverer = start (report_when_told, &play);
  g_assert_null (deliverer_wait (deliverer, 0, &error));
  g_assert_error (error, DELIVERER_ERROR, DELIVERER_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_null (deliverer_wait (deliverer, 1, &error));
  g_assert_error (error, DELIVERER_ERROR, DELIVERER_ERROR_TIMED_OUT);
  let_go (&play);
  report = deliverer_wait (deliverer, WAIT_S, NULL);
  g_assert_cmpstr (report, ==, "late");
  end (&play);
}

static int
die (int report_fd, gpointer data)
{
  raise (SIGKILL);
  return 0;
}

static int
say_half (int report_fd, gpointer data)
{
  return write (report_fd, "{\"outcome\":", 11) == 11 ? 0 : 1;
}

static void
test_died (void)
{
  static const DelivererRun runs[] = { die, say_half };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr(Deliverer) deliverer = start (runs[i], NULL);
      g_autoptr(GError) error = NULL;

      g_assert_null (deliverer_wait (deliverer, WAIT_S, &error));
      g_assert_error (error, DELIVERER_ERROR, DELIVERER_ERROR_DIED);
    }
}

/* ---- the caller goes away -------------------------------------------------------------------- */

static int
report_then_tell (int report_fd, gpointer data)
{
  Play *play = data;

  wait_for_go (play);
  tell (play->told[1], deliverer_report (report_fd, "nobody listens") ? 'y' : 'n');
  return 0;
}

/* A report to nobody is no reason to die: there may be more messages to send. */
static void
test_nobody_listens (void)
{
  Play play;

  begin (&play);
  deliverer_free (start (report_then_tell, &play));
  let_go (&play);
  g_assert_cmpint (hear (play.told[0]), ==, 'n');
  end (&play);
}

/* In a child of the test: the caller that is going to be killed. Its output is a pipe to the test.
 */
static void
be_a_caller (Play *play, DelivererRun run, int output)
{
  g_autoptr(Deliverer) deliverer = NULL;

  dup2 (output, STDOUT_FILENO);
  dup2 (output, STDERR_FILENO);
  close (output);
  deliverer = deliverer_fork (run, play, NULL);
  if (deliverer == NULL)
    _exit (1);
  tell (play->told[1], 'f');
  g_free (deliverer_wait (deliverer, WAIT_S, NULL));
  _exit (2);
}

/* The caller is killed with all of its group, as a terminal or a supervisor does it. */
static void
test_survives_its_caller (void)
{
  Play play;
  int output[2], status = 0;
  char byte;
  pid_t caller;

  begin (&play);
  g_assert_cmpint (pipe (output), ==, 0);
  caller = fork ();
  if (caller == 0)
    {
      setpgid (0, 0);
      close (output[0]);
      be_a_caller (&play, report_then_tell, output[1]);
    }
  close (output[1]);
  g_assert_cmpint (hear (play.told[0]), ==, 'f');
  g_assert_cmpint (kill (-caller, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (caller, &status, 0), ==, caller);
  g_assert_true (WIFSIGNALED (status));
  /* cron waits for the end of the output, and it is there though the deliverer still lives */
  g_assert_cmpint (read (output[0], &byte, 1), ==, 0);
  let_go (&play);
  g_assert_cmpint (hear (play.told[0]), ==, 'n');
  close (output[0]);
  end (&play);
}

static void
test_no_zombie (void)
{
  g_autoptr(Deliverer) deliverer = start (say_data, (char *) "done");
  g_autofree char *report = deliverer_wait (deliverer, WAIT_S, NULL);

  g_assert_nonnull (report);
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

/* ---- what it begins with --------------------------------------------------------------------- */

static gboolean
is_null (int fd)
{
  char name[64], target[64] = "";
  ssize_t length;

  g_snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
  length = readlink (name, target, sizeof target - 1);
  return length > 0 && strcmp (target, "/dev/null") == 0;
}

static gboolean
has_default_signals (void)
{
  struct sigaction action;
  sigset_t mask;

  sigprocmask (SIG_SETMASK, NULL, &mask);
  if (sigismember (&mask, SIGTERM) || sigaction (SIGTERM, NULL, &action) < 0 ||
      action.sa_handler != SIG_DFL || sigaction (SIGCHLD, NULL, &action) < 0 ||
      action.sa_handler != SIG_DFL)
    return FALSE;
  return sigaction (SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* The first thing that is not as it should be, or "good". */
static int
look_around (int report_fd, gpointer data)
{
  Play *play = data;
  const char *seen = "good";

  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (!is_null (fd))
      seen = "standard input or output is not /dev/null";
  if (play->before >= 0 && fcntl (play->before, F_GETFD) >= 0)
    seen = "an inherited descriptor is open";
  if (fcntl (play->told[1], F_GETFD) < 0)
    seen = "a descriptor of our own is closed";
  if (!has_default_signals ())
    seen = "signals are not as they should be";
  if (getsid (0) == getpid () || getpgrp () != getsid (0))
    seen = "it could get a terminal";
  return deliverer_report (report_fd, seen) ? 0 : 1;
}

static void
check_surroundings (Play *play)
{
  g_autoptr(Deliverer) deliverer = start (look_around, play);
  g_autofree char *report = deliverer_wait (deliverer, WAIT_S, NULL);

  g_assert_cmpstr (report, ==, "good");
}

static void
test_surroundings (void)
{
  struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
  sigset_t term, before;
  Play play;

  begin (&play);
  play.before = dup (STDOUT_FILENO); /* not close-on-exec, like what a parent hands down */
  sigemptyset (&term);
  sigaddset (&term, SIGTERM);
  sigprocmask (SIG_BLOCK, &term, &before);
  sigaction (SIGCHLD, &ignore, &old); /* a caller whose children are reaped by the kernel */
  check_surroundings (&play);
  sigaction (SIGCHLD, &old, NULL);
  sigprocmask (SIG_SETMASK, &before, NULL);
  close (play.before);
  end (&play);
}

/* T-080: a caller that was started without standard input and outputs. */
static int
be_a_bare_caller (gpointer play)
{
  g_autoptr(Deliverer) deliverer = NULL;
  g_autofree char *report = NULL;

  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    close (fd);
  deliverer = deliverer_fork (look_around, play, NULL);
  report = deliverer != NULL ? deliverer_wait (deliverer, WAIT_S, NULL) : NULL;
  return g_strcmp0 (report, "good") == 0 ? 0 : 1;
}

static void
test_without_stdio (void)
{
  Play play;

  begin (&play);
  g_assert_cmpint (outbox_fixture_run_child (be_a_bare_caller, &play), ==, 0);
  end (&play);
}

/* ---- no process to be had -------------------------------------------------------------------- */

/* Root has no such limit, so it becomes somebody who has. */
static int
be_a_caller_without_processes (gpointer data)
{
  struct rlimit none = { 0, 0 };
  g_autoptr(Deliverer) deliverer = NULL;
  g_autoptr(GError) error = NULL;

  if (geteuid () == 0 && (setgid (65534) < 0 || setuid (65534) < 0))
    return 1;
  if (setrlimit (RLIMIT_NPROC, &none) < 0)
    return 2;
  deliverer = deliverer_fork (say_data, (char *) "never", &error);
  if (deliverer != NULL)
    return 3;
  return g_error_matches (error, DELIVERER_ERROR, DELIVERER_ERROR_FORK) ? 0 : 4;
}

/* T-164: told to the caller, whose message stays where it is. */
static void
test_no_process (void)
{
  g_assert_cmpint (outbox_fixture_run_child (be_a_caller_without_processes, NULL), ==, 0);
}

enum { UNABLE = 77 };

static int
be_a_caller_without_descriptors (gpointer data)
{
  struct rlimit none = { 3, 3 };
  g_autoptr(Deliverer) deliverer = NULL;
  g_autoptr(GError) error = NULL;

  if (setrlimit (RLIMIT_NOFILE, &none) < 0 || dup (STDERR_FILENO) >= 0)
    return UNABLE; /* valgrind lends some of its own */
  deliverer = deliverer_fork (say_data, (char *) "never", &error);
  if (deliverer != NULL)
    return 1;
  return g_error_matches (error, DELIVERER_ERROR, DELIVERER_ERROR_FORK) ? 0 : 2;
}

static void
test_no_descriptor (void)
{
  int status = outbox_fixture_run_child (be_a_caller_without_descriptors, NULL);

  if (status == UNABLE)
    g_test_skip ("the number of descriptors cannot be limited here");
  else
    g_assert_cmpint (status, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deliverer/report-arrives", test_report);
  g_test_add_func ("/deliverer/long-report-arrives", test_long_report);
  g_test_add_func ("/deliverer/line-by-line", test_two_lines);
  g_test_add_func ("/deliverer/goes-on-when-time-is-up", test_time_is_up);
  g_test_add_func ("/deliverer/death-is-told-from-silence", test_died);
  g_test_add_func ("/deliverer/nobody-needs-to-listen", test_nobody_listens);
  g_test_add_func ("/deliverer/survives-its-caller", test_survives_its_caller);
  g_test_add_func ("/deliverer/leaves-no-zombie", test_no_zombie);
  g_test_add_func ("/deliverer/begins-with-clean-surroundings", test_surroundings);
  g_test_add_func ("/deliverer/works-without-standard-files", test_without_stdio);
  g_test_add_func ("/deliverer/no-process-is-an-error", test_no_process);
  g_test_add_func ("/deliverer/no-descriptor-is-an-error", test_no_descriptor);
  return g_test_run ();
}
