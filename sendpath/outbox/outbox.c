/* The durable outbox: its folders, made and opened. It never looks into them. */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-private.h"

G_DEFINE_QUARK (outbox-error-quark, outbox_error)

static void
set_path_error (GError **error, OutboxError otherwise, const char *path)
{
  int code = errno;

  g_set_error (error, OUTBOX_ERROR, outbox_is_full (code) ? OUTBOX_ERROR_FULL : otherwise, "%s: %s",
               path, g_strerror (code));
}

/* A new folder is durable only when the one that holds it is (P-1). */
static gboolean
sync_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  gboolean is_synced;
  int fd;

  do
    fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd < 0)
    return FALSE;
  is_synced = disk_sync (fd);
  disk_close (fd);
  return is_synced;
}

/* A folder that was there before us may be the work of a submission that was killed before it could
 * sync it, or of somebody whose folders we may not even open. */
static gboolean
make_dir (const char *path, GError **error)
{
  struct stat status;
  gboolean is_old = stat (path, &status) == 0;

  if ((!is_old && mkdir (path, 0700) < 0 && errno != EEXIST) ||
      (!sync_parent (path) && !(is_old && (errno == EACCES || errno == EINVAL || errno == EROFS))))
    {
      set_path_error (error, OUTBOX_ERROR_CANNOT_CREATE, path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
make_dir_with_parents (const char *path, GError **error)
{
  for (const char *slash = strchr (path + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *parent = g_strndup (path, (gsize) (slash - path));

      if (!make_dir (parent, error))
        return FALSE;
    }
  return make_dir (path, error);
}

/* tmp/ is made last: where it is, everything else is, and is durable. */
static gboolean
is_complete (const char *path)
{
  g_autofree char *tmp = g_build_filename (path, outbox_get_folder_name (OUTBOX_TMP), NULL);
  struct stat status;

  return lstat (tmp, &status) == 0;
}

/* R-40, T-123: a folder that others may write to is no place for mail, and is not written to. */
static gboolean
check_dir (int fd, const char *path, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) < 0)
    {
      set_path_error (error, OUTBOX_ERROR_IO, path);
      return FALSE;
    }
  if (status.st_uid != geteuid ())
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE,
                   _("%s: this folder belongs to another user; no mail is kept there"), path);
      return FALSE;
    }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    {
      g_set_error (
          error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE,
          _("%s: other users may write to this folder; to make it safe, run: chmod 700 %s"), path,
          path);
      return FALSE;
    }
  return TRUE;
}

static int
open_checked_dir (int dir_fd, const char *name, const char *path, GError **error)
{
  int fd = disk_open_dir (dir_fd, name);

  if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE,
                   _("%s: a folder is needed here, not a link or a file"), path);
      return -1;
    }
  if (fd < 0)
    {
      set_path_error (error, OUTBOX_ERROR_CANNOT_CREATE, path);
      return -1;
    }
  if (!check_dir (fd, path, error))
    {
      disk_close (fd);
      return -1;
    }
  return fd;
}

static gboolean
make_folder (int root, guint folder)
{
  const char *name = outbox_get_folder_name (folder);
  struct stat status;

  if (fstatat (root, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    return TRUE;
  if (folder == OUTBOX_TMP && !disk_sync (root))
    return FALSE;
  if (mkdirat (root, name, 0700) < 0)
    return errno == EEXIST;
  return folder == OUTBOX_TMP || disk_sync (root);
}

/* The folder @folder of the outbox whose descriptor is @root. */
static int
open_folder (int root, guint folder, const char *outbox_path, GError **error)
{
  const char *name = outbox_get_folder_name (folder);
  g_autofree char *path = g_build_filename (outbox_path, name, NULL);

  if (!make_folder (root, folder))
    {
      set_path_error (error, OUTBOX_ERROR_CANNOT_CREATE, path);
      return -1;
    }
  return open_checked_dir (root, name, path, error);
}

Outbox *
outbox_open (const char *path, GError **error)
{
  g_autoptr(Outbox) outbox = g_new0 (Outbox, 1);
  int root;

  g_atomic_ref_count_init (&outbox->ref_count);
  outbox->owner = geteuid ();
  outbox->path = g_canonicalize_filename (path, NULL);
  for (guint i = 0; i < OUTBOX_N_FOLDERS; i++)
    outbox->folders[i] = -1;
  if (!is_complete (outbox->path) && !make_dir_with_parents (outbox->path, error))
    return NULL;
  root = open_checked_dir (AT_FDCWD, outbox->path, outbox->path, error);
  if (root < 0)
    return NULL;
  for (guint i = 0; i < OUTBOX_N_FOLDERS; i++)
    {
      outbox->folders[i] = open_folder (root, i, outbox->path, error);
      if (outbox->folders[i] < 0)
        {
          disk_close (root);
          return NULL;
        }
    }
  disk_close (root);
  return g_steal_pointer (&outbox);
}

Outbox *
outbox_ref (Outbox *outbox)
{
  g_atomic_ref_count_inc (&outbox->ref_count);
  return outbox;
}

void
outbox_set_keep_sent (Outbox *outbox, guint64 days)
{
  outbox->keep_sent_days = days;
}

void
outbox_unref (Outbox *outbox)
{
  if (!g_atomic_ref_count_dec (&outbox->ref_count))
    return;
  for (guint i = 0; i < OUTBOX_N_FOLDERS; i++)
    disk_close (outbox->folders[i]);
  g_free (outbox->path);
  g_free (outbox);
}
