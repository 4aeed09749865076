/* The line that shows how far the sending is: it fits, and is seen by terminals alone. */
#include "config.h"

#include "ui-cli/progress.h"

#include <unistd.h>

#define MB  G_GUINT64_CONSTANT (1000000)
#define GAP "\302\240" /* between number and unit */

static void
test_line (void)
{
  static const struct {
    guint columns, n_done, n_messages;
    guint64 sent, total;
    const char *expected;
  } cases[] = {
    { 80, 0, 2, 0, 0, "[........................................] 1/2" },
    { 80, 1, 2, 0, 0, "[####################....................] 2/2" },
    { 80, 0, 1, 5 * MB, 10 * MB,
      "[####################....................] 1/1  5.0" GAP "MB / 10.0" GAP "MB" },
    { 40, 0, 1, 5 * MB, 10 * MB, "[#######........] 1/1  5.0" GAP "MB / 10.0" GAP "MB" },
    { 20, 0, 1, 5 * MB, 10 * MB, "" },
    { 20, 0, 2, 0, 0, "[.............] 1/2" },
    { 1, 0, 2, 0, 0, "" },
    { 80, 3, 2, 9 * MB, 3 * MB,
      "[########################################] 2/2  9.0" GAP "MB / 3.0" GAP "MB" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = progress_format (cases[i].columns, cases[i].n_done,
                                               cases[i].n_messages, cases[i].sent, cases[i].total);

      g_assert_cmpstr (line, ==, cases[i].expected);
      g_assert_cmpint (g_utf8_strlen (line, -1), <, cases[i].columns);
    }
}

static void
test_nothing_in_a_pipe (void)
{
  int fds[2];
  char byte;
  Progress *progress;

  g_assert_cmpint (pipe (fds), ==, 0);
  progress = progress_new (fds[1], 2);
  progress_note_bytes (progress, 1, 2);
  progress_note_message (progress);
  progress_hide (progress);
  progress_note_bytes (progress, 2, 2);
  progress_free (progress);
  close (fds[1]);
  g_assert_cmpint (read (fds[0], &byte, 1), ==, 0);
  close (fds[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/line-fits", test_line);
  g_test_add_func ("/progress/nothing-in-a-pipe", test_nothing_in_a_pipe);
  return g_test_run ();
}
