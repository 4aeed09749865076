/* Small files, read and replaced whole.
 *
 * Never follows a symbolic link, never waits for long, never leaves half a file behind. */
#include "config.h"

#include "profiles/safe-file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#define LOCK_PATIENCE_MS 2000
#define LOCK_PAUSE_MS 10

/* Names the file and gives errno's words. */
static void
set_errno (GError **error, const char *name)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", name,
               g_strerror (saved));
}

/* ---- calls that a signal may interrupt ------------------------------------------------------- */

static int
open_at (int dir, const char *name, int flags, mode_t mode)
{
  int fd;

  do
    fd = openat (dir, name, flags | O_CLOEXEC, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

static gboolean
sync_file (int fd)
{
  int result;

  do
    result = fsync (fd);
  while (result < 0 && errno == EINTR);
  return result == 0;
}

static gboolean
rename_at (int dir, const char *from, const char *to)
{
  int result;

  do
    result = renameat (dir, from, dir, to);
  while (result < 0 && errno == EINTR);
  return result == 0;
}

/* ---- folders and files ----------------------------------------------------------------------- */

int
safe_file_open_private_dir (const char *path, gboolean make, GError **error)
{
  struct stat st;
  int dir;

  if (make)
    g_mkdir_with_parents (path, 0700);
  dir = open_at (AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
  if (dir < 0)
    {
      set_errno (error, path);
      return -1;
    }
  if (fstat (dir, &st) == 0 && st.st_uid == geteuid () && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return dir;

  close (dir);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               _("%s: this folder belongs to somebody else or may be written by others; run: "
                  "chmod go-w %s"),
               path, path);
  return -1;
}

static GBytes *
read_all (int fd, gsize size_max, const char *name, GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  guint8 piece[4096];

  while (TRUE)
    {
      gssize got = read (fd, piece, sizeof piece);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          set_errno (error, name);
          return NULL;
        }
      if (got == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
      if (bytes->len + (gsize) got > size_max)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                       _("%s: larger than %zu bytes"), name, size_max);
          return NULL;
        }
      g_byte_array_append (bytes, piece, got);
    }
}

GBytes *
safe_file_read (int dir, const char *name, gsize size_max, struct stat *ret_stat, GError **error)
{
  struct stat st;
  GBytes *bytes;
  int fd = open_at (dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);

  if (fd < 0 || fstat (fd, &st) != 0)
    {
      set_errno (error, name);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (!S_ISREG (st.st_mode))
    {
      close (fd);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _("%s: not a regular file"),
                   name);
      return NULL;
    }
  bytes = read_all (fd, size_max, name, error);
  close (fd);
  if (bytes != NULL && ret_stat != NULL)
    *ret_stat = st;
  return bytes;
}

static gboolean
write_all (int fd, GBytes *bytes)
{
  gsize left;
  const char *at = g_bytes_get_data (bytes, &left);

  while (left > 0)
    {
      gssize done = write (fd, at, left);

      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return FALSE;
      at += done;
      left -= done;
    }
  return TRUE;
}

/* Errors are left in errno. */
static gboolean
write_beside (int dir, const char *name, GBytes *bytes, mode_t mode, gboolean is_durable)
{
  int saved;
  int fd;

  if (unlinkat (dir, name, 0) != 0 && errno != ENOENT)
    return FALSE;
  fd = open_at (dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (fd < 0)
    return FALSE;
  /* fchmod: the umask must not take away what the old file had */
  if (fchmod (fd, mode) == 0 && write_all (fd, bytes) && (!is_durable || sync_file (fd)))
    return close (fd) == 0;
  saved = errno;
  close (fd);
  errno = saved;
  return FALSE;
}

static gboolean
move_into_place (int dir, const char *from, const char *to, SafeFileFlags flags)
{
  if ((flags & SAFE_FILE_NEW) == 0)
    return rename_at (dir, from, to);
  if (linkat (dir, from, dir, to, 0) != 0)
    return FALSE;
  unlinkat (dir, from, 0);
  return TRUE;
}

gboolean
safe_file_replace (int dir, const char *name, GBytes *bytes, mode_t mode, SafeFileFlags flags,
                   GError **error)
{
  /* without a file there is no lock: whoever makes one at the same time has another name */
  g_autofree char *beside = (flags & SAFE_FILE_NEW) != 0
                                ? g_strdup_printf (".%s.%d-%08x.new", name, (int) getpid (),
                                                   g_random_int ())
                                : g_strdup_printf (".%s.new", name);
  gboolean is_durable = (flags & SAFE_FILE_DURABLE) != 0;

  if (!write_beside (dir, beside, bytes, mode, is_durable) ||
      !move_into_place (dir, beside, name, flags))
    {
      set_errno (error, name);
      unlinkat (dir, beside, 0);
      return FALSE;
    }
  if (is_durable && !sync_file (dir))
    {
      set_errno (error, name);
      return FALSE;
    }
  return TRUE;
}

gboolean
safe_file_lock (int fd, GError **error)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  /* an open-file-description lock: threads exclude each other too, and it dies with its process */
  for (guint waited_ms = 0; fcntl (fd, F_OFD_SETLK, &lock) != 0; waited_ms += LOCK_PAUSE_MS)
    {
      if (errno == EINTR)
        continue;
      if (errno != EAGAIN && errno != EACCES)
        {
          set_errno (error, _("lock"));
          return FALSE;
        }
      if (waited_ms >= LOCK_PATIENCE_MS)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _("another program is writing it"));
          return FALSE;
        }
      poll (NULL, 0, LOCK_PAUSE_MS);
    }
  return TRUE;
}

int
safe_file_lock_beside (int dir, const char *name, GError **error)
{
  g_autofree char *beside = g_strconcat (name, ".lock", NULL);
  int fd =
      open_at (dir, beside, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);

  if (fd < 0)
    {
      set_errno (error, beside);
      return -1;
    }
  if (safe_file_lock (fd, error))
    return fd;
  close (fd);
  return -1;
}
