/* The configuration on disk: read only if nobody else may write it, replaced only if nobody else
 * did.
 *
 * Knows bytes, permissions and paths; never what stands in the file. */
#include "config.h"

#include "profiles/profile-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "profiles/profile-keys.h"
#include "profiles/safe-file.h"

#define SIZE_MAX_BYTES (1024 * 1024)

static gboolean
fail (GError **error, SendpathProfileError code, const char *path, const char *why)
{
  g_set_error (error, SENDPATH_PROFILE_ERROR, code, "%s: %s", path, why);
  return FALSE;
}

/* T-128: whoever can write the file, or replace it in its folder, can send our mail anywhere. */
static gboolean
check_safe (const struct stat *st, const char *path, GError **error)
{
  if (st->st_uid != geteuid () && st->st_uid != 0)
    return fail (error, SENDPATH_PROFILE_ERROR_UNSAFE, path, _("it belongs to another user"));
  /* in a sticky folder nobody can replace what is not theirs */
  if (S_ISDIR (st->st_mode) && (st->st_mode & S_ISVTX) != 0)
    return TRUE;
  if ((st->st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return TRUE;
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_UNSAFE,
               _("%s: it may be written by others; run: chmod go-w %s"), path, path);
  return FALSE;
}

static int
open_safe_dir (const char *path, GError **error)
{
  struct stat st;
  int dir = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (dir < 0 || fstat (dir, &st) != 0)
    {
      int saved = errno;

      if (dir >= 0)
        close (dir);
      fail (error, saved == ENOENT || saved == ENOTDIR ? SENDPATH_PROFILE_ERROR_MISSING
                                                       : SENDPATH_PROFILE_ERROR_BROKEN,
            path, g_strerror (saved));
      return -1;
    }
  if (check_safe (&st, path, error))
    return dir;
  close (dir);
  return -1;
}

static gboolean
check_dir (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int dir = open_safe_dir (folder, error);

  if (dir < 0)
    return FALSE;
  close (dir);
  return TRUE;
}

/* Follows @path to the file itself. Its folder is checked, and the folder of a link that leads
 * there. */
static char *
dup_real_path (const char *path, GError **error)
{
  char *resolved = realpath (path, NULL);
  g_autofree char *real = g_strdup (resolved);

  free (resolved);
  if (real == NULL && (errno == ENOENT || errno == ENOTDIR))
    {
      fail (error, SENDPATH_PROFILE_ERROR_MISSING, path,
            _("there is no configuration; make one with: sendpath account add ADDRESS"));
      return NULL;
    }
  if (real == NULL)
    {
      fail (error, SENDPATH_PROFILE_ERROR_BROKEN, path, g_strerror (errno));
      return NULL;
    }
  return check_dir (path, error) ? g_steal_pointer (&real) : NULL;
}

static GBytes *
read_checked (int dir, const char *real, GError **error)
{
  g_autofree char *name = g_path_get_basename (real);
  g_autoptr(GError) local = NULL;
  struct stat st = { 0 };
  GBytes *bytes = safe_file_read (dir, name, SIZE_MAX_BYTES, &st, &local);

  if (bytes == NULL)
    {
      g_autofree char *folder = g_path_get_dirname (real);

      fail (error,
            g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                ? SENDPATH_PROFILE_ERROR_MISSING
                : SENDPATH_PROFILE_ERROR_BROKEN,
            folder, local->message);
      return NULL;
    }
  if (check_safe (&st, real, error))
    return bytes;
  g_bytes_unref (bytes);
  return NULL;
}

GBytes *
profile_disk_read (const char *path, GError **error)
{
  g_autofree char *real = dup_real_path (path, error);
  g_autofree char *folder = NULL;
  GBytes *bytes;
  int dir;

  if (real == NULL)
    return NULL;
  folder = g_path_get_dirname (real);
  dir = open_safe_dir (folder, error);
  if (dir < 0)
    return NULL;
  bytes = read_checked (dir, real, error);
  close (dir);
  return bytes;
}

static gboolean
write_new (const char *path, GBytes *bytes, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr(GError) local = NULL;
  gboolean is_written;
  int dir;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail (error, SENDPATH_PROFILE_ERROR_BROKEN, folder, g_strerror (errno));
  dir = open_safe_dir (folder, error);
  if (dir < 0)
    return FALSE;
  is_written =
      safe_file_replace (dir, name, bytes, 0600, SAFE_FILE_DURABLE | SAFE_FILE_NEW, &local);
  close (dir);
  if (is_written)
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_EXISTS))
    return fail (error, SENDPATH_PROFILE_ERROR_CHANGED, path,
                 _("it has been made by somebody else meanwhile"));
  return fail (error, SENDPATH_PROFILE_ERROR_BROKEN, folder, local->message);
}

/* With the lock on the old file held: whoever waits for it finds another file afterwards. */
static gboolean
replace_locked (int dir, const char *real, GBytes *old, GBytes *bytes, const struct stat *locked,
                GError **error)
{
  g_autofree char *name = g_path_get_basename (real);
  g_autoptr(GBytes) present = read_checked (dir, real, error);
  g_autoptr(GError) local = NULL;
  struct stat st;

  if (present == NULL)
    return FALSE;
  if (!g_bytes_equal (present, old) || fstatat (dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
      st.st_ino != locked->st_ino || st.st_dev != locked->st_dev)
    return fail (error, SENDPATH_PROFILE_ERROR_CHANGED, real,
                 _("it has been changed by somebody else meanwhile; nothing was written"));

  /* who could read it before can read it after: /etc/sendpath.conf is for everybody */
  if (safe_file_replace (dir, name, bytes, locked->st_mode & 0644, SAFE_FILE_DURABLE, &local))
    return TRUE;
  return fail (error, SENDPATH_PROFILE_ERROR_BROKEN, real, local->message);
}

static gboolean
replace_old (int dir, const char *real, GBytes *old, GBytes *bytes, GError **error)
{
  g_autofree char *name = g_path_get_basename (real);
  g_autoptr(GError) local = NULL;
  struct stat st;
  gboolean is_written = FALSE;
  int fd = openat (dir, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &st) != 0)
    fail (error, SENDPATH_PROFILE_ERROR_BROKEN, real, g_strerror (errno));
  else if (!safe_file_lock (fd, &local))
    fail (error, SENDPATH_PROFILE_ERROR_CHANGED, real, local->message);
  else
    is_written = replace_locked (dir, real, old, bytes, &st, error);
  if (fd >= 0)
    close (fd);
  return is_written;
}

gboolean
profile_disk_write (const char *path, GBytes *old, GBytes *bytes, GError **error)
{
  g_autofree char *real = NULL;
  g_autofree char *folder = NULL;
  gboolean is_written;
  int dir;

  if (old == NULL)
    return write_new (path, bytes, error);

  real = dup_real_path (path, error);
  if (real == NULL)
    return FALSE;
  folder = g_path_get_dirname (real);
  dir = open_safe_dir (folder, error);
  if (dir < 0)
    return FALSE;
  is_written = replace_old (dir, real, old, bytes, error);
  close (dir);
  return is_written;
}
