/* System calls on files of the outbox. It never decides what a failure means. */
#include "config.h"

#include "sendpath/outbox/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define ALWAYS (O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)

/* ---- opening --------------------------------------------------------------------------------- */

static int
move_above_stdio (int fd)
{
  int high, code;

  if (fd < 0 || fd > STDERR_FILENO)
    return fd;
  high = fcntl (fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  code = errno;
  close (fd);
  errno = code;
  return high;
}

static int
open_again (int dir_fd, const char *name, int flags, mode_t mode)
{
  int fd;

  do
    fd = openat (dir_fd, name, flags, mode);
  while (fd < 0 && errno == EINTR);
  return move_above_stdio (fd);
}

int
disk_open (int dir_fd, const char *name, int flags)
{
  return open_again (dir_fd, name, flags | ALWAYS, 0);
}

int
disk_create (int dir_fd, const char *name, int flags)
{
  int fd = open_again (dir_fd, name, flags | O_CREAT | O_EXCL | ALWAYS, 0600);

  /* whatever the umask took away: we have to read it again */
  if (fd >= 0 && fchmod (fd, 0600) < 0)
    {
      int code = errno;

      unlinkat (dir_fd, name, 0);
      close (fd);
      errno = code;
      return -1;
    }
  return fd;
}

int
disk_open_dir (int dir_fd, const char *name)
{
  return disk_open (dir_fd, name, O_RDONLY | O_DIRECTORY);
}

void
disk_close (int fd)
{
  int code = errno;

  /* Linux has closed it even if it says EINTR; what matters was synced before */
  if (fd >= 0)
    close (fd);
  errno = code;
}

/* ---- SIGXFSZ --------------------------------------------------------------------------------- */

/* A write beyond RLIMIT_FSIZE raises SIGXFSZ in the thread that writes, and kills it. A library may
 * not change what a signal does, but it may block it in its own thread: then the write says EFBIG,
 * and the signal is taken back before it is let through again. One that was pending before is not
 * ours and stays. */
typedef struct {
  sigset_t before;
  gboolean was_pending;
} SizeGuard;

static void
fill_size_set (sigset_t *set)
{
  sigemptyset (set);
  sigaddset (set, SIGXFSZ);
}

static void
guard_size (SizeGuard *guard)
{
  sigset_t set, pending;

  fill_size_set (&set);
  sigemptyset (&pending);
  sigpending (&pending);
  guard->was_pending = sigismember (&pending, SIGXFSZ) == 1;
  pthread_sigmask (SIG_BLOCK, &set, &guard->before);
}

static void
unguard_size (const SizeGuard *guard, gboolean was_hit)
{
  static const struct timespec no_time = { 0, 0 };
  int code = errno;
  sigset_t set;

  fill_size_set (&set);
  if (was_hit && !guard->was_pending)
    while (sigtimedwait (&set, NULL, &no_time) < 0 && errno == EINTR)
      ;
  pthread_sigmask (SIG_SETMASK, &guard->before, NULL);
  errno = code;
}

/* ---- writing and reading --------------------------------------------------------------------- */

/* @offset of -1: where the file stands. */
static gboolean
write_all (int fd, const char *bytes, gsize length, off_t offset)
{
  while (length > 0)
    {
      SizeGuard guard;
      ssize_t count;

      guard_size (&guard);
      count = offset < 0 ? write (fd, bytes, length) : pwrite (fd, bytes, length, offset);
      unguard_size (&guard, count < 0 && errno == EFBIG);
      if (count < 0 && errno == EINTR)
        continue;
      if (count == 0)
        errno = ENOSPC; /* no call says so for a regular file, and going on would never end */
      if (count <= 0)
        return FALSE;
      bytes += count;
      length -= (gsize) count;
      offset = offset < 0 ? offset : offset + count;
    }
  return TRUE;
}

gboolean
disk_write (int fd, const char *bytes, gsize length)
{
  return write_all (fd, bytes, length, -1);
}

gboolean
disk_write_at (int fd, const char *bytes, gsize length, guint64 offset)
{
  return write_all (fd, bytes, length, (off_t) offset);
}

gssize
disk_read_at (int fd, char *buffer, gsize size, guint64 offset)
{
  gsize total = 0;

  while (total < size)
    {
      ssize_t count = pread (fd, buffer + total, size - total, (off_t) (offset + total));

      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return -1;
      if (count == 0)
        break;
      total += (gsize) count;
    }
  return (gssize) total;
}

gboolean
disk_reserve (int fd, guint64 offset, guint64 length)
{
  int result;

  do
    {
      SizeGuard guard;

      guard_size (&guard);
      result = fallocate (fd, FALLOC_FL_KEEP_SIZE, (off_t) offset, (off_t) length);
      unguard_size (&guard, result < 0 && errno == EFBIG);
    }
  while (result < 0 && errno == EINTR);
  return result == 0 || errno == EOPNOTSUPP || errno == ENOSYS;
}

gboolean
disk_sync (int fd)
{
  int result;

  do
    result = fsync (fd);
  while (result < 0 && errno == EINTR); /* interrupted is not failed */
  return result == 0;
}

gboolean
disk_sync_data (int fd)
{
  int result;

  do
    result = fdatasync (fd);
  while (result < 0 && errno == EINTR);
  return result == 0;
}

/* ---- several files at once ------------------------------------------------------------------- */

/* Before Linux 5.8 nobody is told that a write of syncfs() failed, before 5.17 nobody that a commit did. */
static gboolean
is_told_of_failure (void)
{
  struct utsname name;
  char *end;
  long major, minor;

  if (uname (&name) < 0)
    return FALSE;
  major = strtol (name.release, &end, 10);
  minor = *end == '.' ? strtol (end + 1, NULL, 10) : 0;
  return major > 5 || (major == 5 && minor >= 17);
}

/* Elsewhere (FUSE) it may return before anything is on a disk, or say yes after an error (F2FS). */
static gboolean
has_sync_of_all (int dir_fd)
{
  static const unsigned long kinds[] = { EXT4_SUPER_MAGIC,  XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                         TMPFS_MAGIC };
  struct statfs status;

  if (fstatfs (dir_fd, &status) < 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if ((unsigned long) status.f_type == kinds[i])
      return is_told_of_failure ();
  return FALSE;
}

/* One that an error has made read-only is left out by syncfs(), which says yes. FALSE and errno. */
static gboolean
is_writable (int dir_fd)
{
  struct statvfs status;

  if (fstatvfs (dir_fd, &status) < 0)
    return FALSE;
  errno = EROFS;
  return (status.f_flag & ST_RDONLY) == 0;
}

gboolean
disk_sync_data_of (int dir_fd, const int *fds, guint n)
{
  int result;

  if (n < 2 || !has_sync_of_all (dir_fd))
    {
      for (guint i = 0; i < n; i++)
        if (!disk_sync_data (fds[i]))
          return FALSE;
      return TRUE;
    }
  do
    result = syncfs (dir_fd);
  while (result < 0 && errno == EINTR);
  return result == 0 && is_writable (dir_fd);
}
