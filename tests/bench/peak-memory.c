/* peak-memory COMMAND...: runs it and prints the largest resident set, in KiB, of every process that it left or
 * waited for, one a line. Small itself: what is started begins with the memory of who starts it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  struct rusage usage;
  int status, result = 0;
  pid_t first, ended;

  if (argc < 2)
    {
      fprintf (stderr, "peak-memory COMMAND...\n");
      return 64;
    }
  prctl (PR_SET_CHILD_SUBREAPER, 1); /* a process that outlives its parent is ours too */
  first = fork ();
  if (first == 0)
    {
      execvp (argv[1], argv + 1);
      _exit (127);
    }
  while ((ended = wait4 (-1, &status, 0, &usage)) > 0)
    {
      fprintf (stderr, "%ld\n", usage.ru_maxrss);
      if (ended == first)
        result = WIFEXITED (status) ? WEXITSTATUS (status) : 70;
    }
  return first < 0 ? 71 : result;
}
