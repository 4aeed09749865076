/* Locks on message files. It never waits for one. */
#include "config.h"

#include "sendpath/outbox/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>

#include "sendpath/outbox/disk.h"

/* Open-file-description locks belong to the descriptor and all its copies, so a child that the host
 * program forks (and that never executes another program) would hold our locks as long as it lives,
 * even when we are long dead. There is no close-on-fork. Hence the one list in the library that is
 * not handed in: fork() tells its handlers, and them only, that there is a child, and the child
 * closes its copies. Closing a copy leaves the parent's lock as it is. */
struct _Lock {
  int fd;
  Lock *next;
  Lock *previous;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Lock *held;

static void
before_fork (void)
{
  pthread_mutex_lock (&mutex);
}

static void
after_fork_in_parent (void)
{
  pthread_mutex_unlock (&mutex);
}

static void
after_fork_in_child (void)
{
  for (Lock *lock = held; lock != NULL; lock = lock->next)
    {
      disk_close (lock->fd);
      lock->fd = -1;
    }
  held = NULL;
  pthread_mutex_unlock (&mutex);
}

static void
watch_forks (void)
{
  static gsize is_watching;

  if (g_once_init_enter (&is_watching))
    {
      pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
      g_once_init_leave (&is_watching, 1);
    }
}

static gboolean
set_lock (int fd, short type)
{
  struct flock whole_file = { .l_type = type, .l_whence = SEEK_SET };
  int result;

  do
    result = fcntl (fd, F_OFD_SETLK, &whole_file);
  while (result < 0 && errno == EINTR);
  if (result < 0 && errno == EACCES)
    errno = EAGAIN; /* POSIX lets a system say either */
  return result == 0;
}

static Lock *
list_lock (int fd)
{
  Lock *lock = g_new0 (Lock, 1);

  lock->fd = fd;
  lock->next = held;
  if (held != NULL)
    held->previous = lock;
  held = lock;
  return lock;
}

Lock *
lock_take (LockOpen open_file, gpointer data)
{
  Lock *lock = NULL;
  int fd;

  watch_forks ();
  /* opened, locked and listed in one step: a fork in between would give the child a copy that nobody
   * closes */
  pthread_mutex_lock (&mutex);
  fd = open_file (data);
  if (fd >= 0 && set_lock (fd, F_WRLCK))
    lock = list_lock (fd);
  else
    disk_close (fd);
  pthread_mutex_unlock (&mutex);
  return lock;
}

void
lock_free (Lock *lock)
{
  if (lock->fd >= 0)
    {
      pthread_mutex_lock (&mutex);
      if (lock->previous != NULL)
        lock->previous->next = lock->next;
      else
        held = lock->next;
      if (lock->next != NULL)
        lock->next->previous = lock->previous;
      set_lock (lock->fd, F_UNLCK);
      disk_close (lock->fd);
      pthread_mutex_unlock (&mutex);
    }
  g_free (lock);
}

int
lock_get_fd (const Lock *lock)
{
  return lock->fd;
}

gboolean
lock_is_held (int fd)
{
  struct flock whole_file = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  if (fcntl (fd, F_OFD_GETLK, &whole_file) < 0)
    return FALSE;
  return whole_file.l_type != F_UNLCK;
}
