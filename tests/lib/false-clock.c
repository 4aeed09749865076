/* A clock that is wrong, for tests of the built programs (LD_PRELOAD): the time of day is off by as
 * many seconds as SENDPATH_TEST_CLOCK says; from the n-th question on by the number after a comma,
 * `SECONDS,N,SECONDS`. The clock that only counts on, and the times of files, stay right. */
#include "config.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long long
get_offset (void)
{
  static atomic_ulong n_asked;
  const char *text = getenv ("SENDPATH_TEST_CLOCK");
  long long first = 0, then = 0;
  unsigned long turn = 0;
  int n_read = text != NULL ? sscanf (text, "%lld,%lu,%lld", &first, &turn, &then) : 0;

  return n_read == 3 && atomic_fetch_add (&n_asked, 1) >= turn ? then : first;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  int (*real) (clockid_t, struct timespec *) =
      (int (*) (clockid_t, struct timespec *)) dlsym (RTLD_NEXT, "clock_gettime");
  int result = real (clock, now);

  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += get_offset ();
  return result;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  struct timespec time;

  (void) zone;
  if (clock_gettime (CLOCK_REALTIME, &time) < 0)
    return -1;
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *ret_now)
{
  struct timespec now = { 0 };

  clock_gettime (CLOCK_REALTIME, &now);
  if (ret_now != NULL)
    *ret_now = now.tv_sec;
  return now.tv_sec;
}
