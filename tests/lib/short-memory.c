/* A shortage of memory, for tests of the built programs (LD_PRELOAD): counted from main() on, the
 * allocation number SENDPATH_TEST_SHORTAGE gets nothing. SENDPATH_TEST_ALLOCATIONS names a file that
 * tells how many there were. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* glibc's own, whatever stands before them */
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *old, size_t size);

typedef int (*Main) (int argc, char **argv, char **env);
typedef int (*Start) (Main begin, int argc, char **argv, void (*init) (void), void (*fini) (void),
                      void (*rtld_fini) (void), void *stack_end);
int __libc_start_main (Main begin, int argc, char **argv, void (*init) (void), void (*fini) (void),
                       void (*rtld_fini) (void), void *stack_end);

static Main program;
static unsigned long shortage;
static atomic_ulong n_asked;
static atomic_bool is_counting;

static int
is_short (void)
{
  if (!is_counting || atomic_fetch_add (&n_asked, 1) + 1 != shortage)
    return 0;
  errno = ENOMEM;
  return 1;
}

void *
malloc (size_t size)
{
  return is_short () ? NULL : __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  return is_short () ? NULL : __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  return is_short () ? NULL : __libc_realloc (old, size);
}

static int
run (int argc, char **argv, char **env)
{
  const char *number = getenv ("SENDPATH_TEST_SHORTAGE");

  shortage = number != NULL ? strtoul (number, NULL, 10) : 0;
  is_counting = 1;
  return program (argc, argv, env);
}

int
__libc_start_main (Main begin, int argc, char **argv, void (*init) (void), void (*fini) (void),
                   void (*rtld_fini) (void), void *stack_end)
{
  Start real = (Start) dlsym (RTLD_NEXT, "__libc_start_main");

  program = begin;
  return real (run, argc, argv, init, fini, rtld_fini, stack_end);
}

__attribute__ ((destructor)) static void
tell (void)
{
  const char *path = getenv ("SENDPATH_TEST_ALLOCATIONS");
  FILE *file;

  is_counting = 0;
  file = path != NULL ? fopen (path, "we") : NULL;
  if (file == NULL)
    return;
  fprintf (file, "%lu\n", atomic_load (&n_asked));
  fclose (file);
}
