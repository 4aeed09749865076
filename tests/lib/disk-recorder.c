/* Records what a program asks of the disk and of the network, in order, for tests/check-power-cut
 * (LD_PRELOAD). Each call below SENDPATH_TEST_DISK_ROOT is a line in the file SENDPATH_TEST_DISK_LOG,
 * its bytes after it. With SENDPATH_TEST_DISK_LIE=folders a folder is said to be synced and is not:
 * what a program that forgets it would leave. It never changes what the program sees. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(type, name) ((type) find (name))

/* GLib is not asked for anything: this runs before its constructors and inside its calls. */
static void *
find (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

/* ---- the record ------------------------------------------------------------------------------ */

/* One line and @size bytes in one write: threads and children append to the same file. */
static void
record (const char *line, const void *bytes, size_t size)
{
  const char *log = getenv ("SENDPATH_TEST_DISK_LOG");
  struct iovec parts[] = { { (void *) line, strlen (line) },
                           { (void *) bytes, size },
                           { (void *) "\n", 1 } };
  int code = errno;
  int fd = log != NULL ? (int) syscall (SYS_openat, AT_FDCWD, log,
                                        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)
                       : -1;

  if (fd >= 0)
    {
      if (syscall (SYS_writev, fd, parts, 3) < 0)
        abort ();
      syscall (SYS_close, fd);
    }
  errno = code;
}

/* The path of @fd below the root, or FALSE: not a file that counts. */
static int
find_path (int fd, char path[PATH_MAX])
{
  const char *root = getenv ("SENDPATH_TEST_DISK_ROOT");
  char name[64];
  ssize_t length;

  snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
  length = root != NULL ? readlink (name, path, PATH_MAX - 1) : -1;
  if (length < 0)
    return 0;
  path[length] = '\0';
  return strncmp (path, root, strlen (root)) == 0;
}

static int
make_path (int dir_fd, const char *name, char path[PATH_MAX])
{
  const char *root = getenv ("SENDPATH_TEST_DISK_ROOT");
  char dir[PATH_MAX];

  if (name[0] == '/')
    snprintf (path, PATH_MAX, "%s", name);
  else if (dir_fd == AT_FDCWD || !find_path (dir_fd, dir) ||
           snprintf (path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
    return 0;
  return root != NULL && strncmp (path, root, strlen (root)) == 0;
}

/* What is done to an open file: `OPERATION INODE OFFSET SIZE`. */
static void
record_file (const char *operation, int fd, off_t offset, const void *bytes, size_t size)
{
  struct stat status;
  char path[PATH_MAX], line[128];
  int code = errno;

  if (find_path (fd, path) && fstat (fd, &status) == 0)
    {
      snprintf (line, sizeof line, "%s %llu %lld %zu\n", operation,
                (unsigned long long) status.st_ino, (long long) offset, size);
      record (line, bytes, bytes != NULL ? size : 0);
    }
  errno = code;
}

/* What is done to names: `OPERATION INODE 0 SIZE` and the names, each ended by a NUL. */
static void
record_names (const char *operation, ino_t inode, const char *first, const char *second)
{
  char line[128], names[2 * PATH_MAX];
  size_t size = (size_t) snprintf (names, sizeof names, "%s%c%s", first, '\0', second) + 1;

  snprintf (line, sizeof line, "%s %llu 0 %zu\n", operation, (unsigned long long) inode, size);
  record (line, names, size);
}

static ino_t
get_inode (const char *path)
{
  struct stat status;

  return lstat (path, &status) == 0 ? status.st_ino : 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

typedef int (*OpenAt) (int dir_fd, const char *name, int flags, ...);

static int
open_recorded (const char *symbol, int dir_fd, const char *name, int flags, mode_t mode)
{
  char path[PATH_MAX];
  int counts = (flags & O_CREAT) != 0 && make_path (dir_fd, name, path);
  int is_new = counts && get_inode (path) == 0;
  int fd = REAL (OpenAt, symbol) (dir_fd, name, flags, mode);
  int code = errno;

  if (fd >= 0 && is_new)
    record_names ("create", get_inode (path), path, "");
  errno = code;
  return fd;
}

static mode_t
take_mode (int flags, va_list arguments)
{
  return (flags & O_CREAT) != 0 ? va_arg (arguments, mode_t) : 0;
}

#define OPEN_AT(function)                                                                          \
  int function (int dir_fd, const char *name, int flags, ...);                                     \
  int function (int dir_fd, const char *name, int flags, ...)                                      \
  {                                                                                                \
    va_list arguments;                                                                             \
    mode_t mode;                                                                                   \
                                                                                                   \
    va_start (arguments, flags);                                                                   \
    mode = take_mode (flags, arguments);                                                           \
    va_end (arguments);                                                                            \
    return open_recorded ("openat", dir_fd, name, flags, mode);                                    \
  }
OPEN_AT (openat)
OPEN_AT (openat64)

#define OPEN(function)                                                                             \
  int function (const char *name, int flags, ...);                                                 \
  int function (const char *name, int flags, ...)                                                  \
  {                                                                                                \
    va_list arguments;                                                                             \
    mode_t mode;                                                                                   \
                                                                                                   \
    va_start (arguments, flags);                                                                   \
    mode = take_mode (flags, arguments);                                                           \
    va_end (arguments);                                                                            \
    return open_recorded ("openat", AT_FDCWD, name, flags, mode);                                  \
  }
OPEN (open)
OPEN (open64)

ssize_t
write (int fd, const void *bytes, size_t size)
{
  ssize_t count = REAL (ssize_t (*) (int, const void *, size_t), "write") (fd, bytes, size);
  int code = errno;
  off_t end = count > 0 ? lseek (fd, 0, SEEK_CUR) : -1;

  if (end >= 0)
    record_file ("write", fd, end - count, bytes, (size_t) count);
  errno = code;
  return count;
}

#define PWRITE(function)                                                                           \
  ssize_t function (int fd, const void *bytes, size_t size, off_t offset);                         \
  ssize_t function (int fd, const void *bytes, size_t size, off_t offset)                          \
  {                                                                                                \
    ssize_t count = REAL (ssize_t (*) (int, const void *, size_t, off_t),                          \
                          "pwrite64") (fd, bytes, size, offset);                                   \
                                                                                                   \
    if (count > 0)                                                                                 \
      record_file ("write", fd, offset, bytes, (size_t) count);                                    \
    return count;                                                                                  \
  }
PWRITE (pwrite)
PWRITE (pwrite64)

#define FTRUNCATE(function)                                                                        \
  int function (int fd, off_t length);                                                             \
  int function (int fd, off_t length)                                                              \
  {                                                                                                \
    int result = REAL (int (*) (int, off_t), "ftruncate64") (fd, length);                          \
                                                                                                   \
    if (result == 0)                                                                               \
      record_file ("truncate", fd, length, NULL, 0);                                               \
    return result;                                                                                 \
  }
FTRUNCATE (ftruncate)
FTRUNCATE (ftruncate64)

static int
sync_recorded (const char *symbol, int fd)
{
  const char *lie = getenv ("SENDPATH_TEST_DISK_LIE");
  struct stat status;
  int is_folder = fstat (fd, &status) == 0 && S_ISDIR (status.st_mode);
  char path[PATH_MAX];
  int result;

  if (is_folder && lie != NULL && strcmp (lie, "folders") == 0)
    return 0;
  result = REAL (int (*) (int), symbol) (fd);
  if (result == 0 && is_folder && find_path (fd, path))
    record_names ("sync-folder", status.st_ino, path, "");
  else if (result == 0)
    record_file ("sync", fd, 0, NULL, 0);
  return result;
}

int
fsync (int fd)
{
  return sync_recorded ("fsync", fd);
}

int
fdatasync (int fd)
{
  return sync_recorded ("fdatasync", fd);
}

/* All of a disk at once. */
int
syncfs (int fd)
{
  char path[PATH_MAX];
  int result = REAL (int (*) (int), "syncfs") (fd);

  if (result == 0 && find_path (fd, path))
    record_names ("sync-all", 0, path, "");
  return result;
}

/* ---- names ----------------------------------------------------------------------------------- */

int
renameat (int from_fd, const char *from, int to_fd, const char *to)
{
  char from_path[PATH_MAX], to_path[PATH_MAX];
  int counts = make_path (from_fd, from, from_path) && make_path (to_fd, to, to_path);
  ino_t inode = counts ? get_inode (from_path) : 0;
  int result =
      REAL (int (*) (int, const char *, int, const char *), "renameat") (from_fd, from, to_fd, to);
  int code = errno;

  if (result == 0 && counts)
    record_names ("rename", inode, from_path, to_path);
  errno = code;
  return result;
}

int
rename (const char *from, const char *to)
{
  return renameat (AT_FDCWD, from, AT_FDCWD, to);
}

int
unlinkat (int dir_fd, const char *name, int flags)
{
  char path[PATH_MAX];
  int counts = make_path (dir_fd, name, path);
  ino_t inode = counts ? get_inode (path) : 0;
  int result = REAL (int (*) (int, const char *, int), "unlinkat") (dir_fd, name, flags);
  int code = errno;

  if (result == 0 && counts)
    record_names ("unlink", inode, path, "");
  errno = code;
  return result;
}

int
unlink (const char *name)
{
  return unlinkat (AT_FDCWD, name, 0);
}

int
linkat (int from_fd, const char *from, int to_fd, const char *to, int flags)
{
  char path[PATH_MAX];
  int counts = make_path (to_fd, to, path);
  int result = REAL (int (*) (int, const char *, int, const char *, int),
                     "linkat") (from_fd, from, to_fd, to, flags);
  int code = errno;

  if (result == 0 && counts)
    record_names ("create", get_inode (path), path, "");
  errno = code;
  return result;
}

int
link (const char *from, const char *to)
{
  return linkat (AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
mkdirat (int dir_fd, const char *name, mode_t mode)
{
  char path[PATH_MAX];
  int counts = make_path (dir_fd, name, path);
  int result = REAL (int (*) (int, const char *, mode_t), "mkdirat") (dir_fd, name, mode);
  int code = errno;

  if (result == 0 && counts)
    record_names ("mkdir", get_inode (path), path, "");
  errno = code;
  return result;
}

int
mkdir (const char *name, mode_t mode)
{
  return mkdirat (AT_FDCWD, name, mode);
}

/* ---- the network ----------------------------------------------------------------------------- */

static void
record_traffic (const char *operation, const void *bytes, ssize_t size)
{
  char line[64];

  if (size <= 0)
    return;
  snprintf (line, sizeof line, "%s 0 0 %zd\n", operation, size);
  record (line, bytes, (size_t) size);
}

ssize_t
send (int fd, const void *bytes, size_t size, int flags)
{
  ssize_t count =
      REAL (ssize_t (*) (int, const void *, size_t, int), "send") (fd, bytes, size, flags);

  record_traffic ("sent", bytes, count);
  return count;
}

ssize_t
recv (int fd, void *bytes, size_t size, int flags)
{
  ssize_t count = REAL (ssize_t (*) (int, void *, size_t, int), "recv") (fd, bytes, size, flags);

  if ((flags & MSG_PEEK) == 0)
    record_traffic ("received", bytes, count);
  return count;
}
