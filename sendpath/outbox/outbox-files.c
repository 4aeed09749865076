/* Files of the outbox: names, checks, moves. It never looks inside one. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-private.h"

static const char *const folder_names[] = {
  [OUTBOX_QUEUE] = "queue",
  [OUTBOX_FAILED] = "failed",
  [OUTBOX_SENT] = "sent",
  [OUTBOX_CORRUPT] = "corrupt",
  [OUTBOX_TMP] = "tmp",
};
G_STATIC_ASSERT (G_N_ELEMENTS (folder_names) == OUTBOX_N_FOLDERS);

const char *
outbox_get_folder_name (guint folder)
{
  return folder_names[folder];
}

/* ---- names ----------------------------------------------------------------------------------- */

void
outbox_make_name (char name[OUTBOX_NAME_SIZE], const char *id, const char *suffix)
{
  memcpy (name, id, ENVELOPE_ID_CHARS);
  g_strlcpy (name + ENVELOPE_ID_CHARS, suffix, OUTBOX_NAME_SIZE - ENVELOPE_ID_CHARS);
}

gboolean
outbox_is_id (const char *text)
{
  return strspn (text, "0123456789abcdef") == ENVELOPE_ID_CHARS && text[ENVELOPE_ID_CHARS] == '\0';
}

gboolean
outbox_split_name (const char *name, const char *suffix, char id[ENVELOPE_ID_CHARS + 1])
{
  if (strlen (name) != ENVELOPE_ID_CHARS + strlen (suffix) ||
      strcmp (name + ENVELOPE_ID_CHARS, suffix) != 0)
    return FALSE;
  memcpy (id, name, ENVELOPE_ID_CHARS);
  id[ENVELOPE_ID_CHARS] = '\0';
  return outbox_is_id (id);
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* Nothing is wrong with the outbox, there is only no room: the caller may come again (exit 75). */
gboolean
outbox_is_full (int code)
{
  static const int codes[] = { ENOSPC, EDQUOT, EFBIG, EMFILE, ENFILE };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (code == codes[i])
      return TRUE;
  return FALSE;
}

gboolean
outbox_is_unreadable (int code)
{
  return code == EACCES || code == EPERM || code == EIO;
}

void
outbox_set_error (GError **error, OutboxError otherwise, Outbox *outbox, guint folder,
                  const char *name)
{
  int code = errno;

  g_set_error (error, OUTBOX_ERROR, outbox_is_full (code) ? OUTBOX_ERROR_FULL : otherwise,
               "%s/%s%s%s: %s", outbox->path, folder_names[folder], name != NULL ? "/" : "",
               name != NULL ? name : "", g_strerror (code));
}

void
outbox_set_not_found (GError **error, const char *id)
{
  g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NOT_FOUND,
               _("no message in the outbox has the id “%s”"), id);
}

/* ---- opening --------------------------------------------------------------------------------- */

static gboolean
is_ours (Outbox *outbox, const struct stat *status)
{
  return S_ISREG (status->st_mode) && status->st_uid == outbox->owner && status->st_nlink == 1;
}

int
outbox_open_file (Outbox *outbox, guint folder, const char *name, int flags)
{
  guint64 bytes;

  return outbox_open_measured (outbox, folder, name, flags, &bytes);
}

int
outbox_open_measured (Outbox *outbox, guint folder, const char *name, int flags,
                      guint64 *ret_bytes)
{
  gboolean is_plain = outbox->is_plain && folder == OUTBOX_QUEUE;
  struct stat status;
  int fd;

  /* looked at before it is opened: opening a device may already do something */
  if (!is_plain && fstatat (outbox->folders[folder], name, &status, AT_SYMLINK_NOFOLLOW) < 0)
    return -1;
  if (!is_plain && !is_ours (outbox, &status))
    {
      errno = EUCLEAN;
      return -1;
    }
  fd = disk_open (outbox->folders[folder], name, flags);
  if (fd < 0)
    {
      errno = errno == ELOOP ? EUCLEAN : errno;
      return -1;
    }
  if (fstat (fd, &status) < 0 || !is_ours (outbox, &status))
    {
      disk_close (fd);
      /* no link left: filed by somebody else just now */
      errno = status.st_nlink == 0 ? ENOENT : EUCLEAN;
      return -1;
    }
  *ret_bytes = (guint64) status.st_size;
  return fd;
}

typedef struct {
  Outbox *outbox;
  guint folder;
  const char *name;
} File;

static int
open_for_writing (gpointer data)
{
  const File *file = data;

  return outbox_open_file (file->outbox, file->folder, file->name, O_RDWR);
}

Lock *
outbox_lock_message (Outbox *outbox, guint folder, const char *id)
{
  char name[OUTBOX_NAME_SIZE];
  File file = { outbox, folder, name };

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  return lock_take (open_for_writing, &file);
}

/* ---- moving ---------------------------------------------------------------------------------- */

gboolean
outbox_move_file (Outbox *outbox, const char *name, guint from, const char *to_name, guint to)
{
  int result;

  do
    result = renameat (outbox->folders[from], name, outbox->folders[to], to_name);
  while (result < 0 && errno == EINTR);
  return result == 0;
}

gboolean
outbox_rename_files (Outbox *outbox, const char *id, guint from, guint to, GError **error)
{
  char message[OUTBOX_NAME_SIZE], journal[OUTBOX_NAME_SIZE];

  outbox_make_name (message, id, OUTBOX_MESSAGE);
  outbox_make_name (journal, id, OUTBOX_JOURNAL);
  if (!outbox_move_file (outbox, message, from, message, to))
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, from, message);
      return FALSE;
    }
  /* not there: outbox_recover() of another process was quicker */
  if (!outbox_move_file (outbox, journal, from, journal, to) && errno != ENOENT)
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, from, journal);
      return FALSE;
    }
  return TRUE;
}

static gboolean
sync_folders (Outbox *outbox, guint from, guint to, GError **error)
{
  if (disk_sync (outbox->folders[to]) && disk_sync (outbox->folders[from]))
    return TRUE;
  outbox_set_error (error, OUTBOX_ERROR_IO, outbox, to, NULL);
  return FALSE;
}

gboolean
outbox_move (Outbox *outbox, const char *id, guint from, guint to, GError **error)
{
  return outbox_rename_files (outbox, id, from, to, error) &&
         sync_folders (outbox, from, to, error);
}

gboolean
outbox_sync_folders (Outbox *outbox, GError **error)
{
  return sync_folders (outbox, OUTBOX_QUEUE, OUTBOX_SENT, error);
}

/* The message first, so that no crash leaves one without its journal. */
gboolean
outbox_unlink_files (Outbox *outbox, guint folder, const char *id, GError **error)
{
  static const char *const suffixes[] = { OUTBOX_MESSAGE, OUTBOX_JOURNAL };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      char name[OUTBOX_NAME_SIZE];

      outbox_make_name (name, id, suffixes[i]);
      if (unlinkat (outbox->folders[folder], name, 0) < 0 && errno != ENOENT)
        {
          outbox_set_error (error, OUTBOX_ERROR_IO, outbox, folder, name);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
outbox_remove_files (Outbox *outbox, guint folder, const char *id, GError **error)
{
  if (!outbox_unlink_files (outbox, folder, id, error))
    return FALSE;
  if (disk_sync (outbox->folders[folder]))
    return TRUE;
  outbox_set_error (error, OUTBOX_ERROR_IO, outbox, folder, NULL);
  return FALSE;
}

int
outbox_open_journal (Outbox *outbox, const char *id, guint folder, int flags)
{
  /* in the order in which it may be moving while we look */
  const guint folders[] = { folder, OUTBOX_TMP, OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_SENT };
  char name[OUTBOX_NAME_SIZE];
  int fd = -1;

  outbox_make_name (name, id, OUTBOX_JOURNAL);
  errno = ENOENT;
  for (guint i = 0; i < G_N_ELEMENTS (folders) && fd < 0 && errno == ENOENT; i++)
    fd = outbox_open_file (outbox, folders[i], name, flags);
  return fd;
}

/* ---- scanning -------------------------------------------------------------------------------- */

static DIR *
open_scan (Outbox *outbox, guint folder)
{
  /* a descriptor of its own: two scans of one folder must not share a position */
  int fd = disk_open_dir (outbox->folders[folder], ".");
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;

  if (dir == NULL)
    disk_close (fd);
  return dir;
}

gboolean
outbox_visit_all (Outbox *outbox, guint folder, const char *suffix, OutboxVisit visit,
                  gpointer data, gboolean *ret_is_plain, GError **error)
{
  DIR *dir = open_scan (outbox, folder);
  gboolean goes_on = dir != NULL;
  struct dirent *file = NULL;

  *ret_is_plain = TRUE;
  if (dir == NULL)
    outbox_set_error (error, OUTBOX_ERROR_IO, outbox, folder, NULL);
  while (goes_on)
    {
      char id[ENVELOPE_ID_CHARS + 1];

      errno = 0;
      file = readdir (dir);
      if (file == NULL)
        break;
      if (file->d_type != DT_REG && file->d_name[0] != '.') /* no id begins so */
        *ret_is_plain = FALSE;
      if (outbox_split_name (file->d_name, suffix, id))
        goes_on = visit (id, data, error);
    }
  if (goes_on && errno != 0)
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, folder, NULL);
      goes_on = FALSE;
    }
  if (dir != NULL)
    closedir (dir);
  return goes_on;
}

gboolean
outbox_visit (Outbox *outbox, guint folder, const char *suffix, OutboxVisit visit, gpointer data,
              GError **error)
{
  gboolean is_plain;

  return outbox_visit_all (outbox, folder, suffix, visit, data, &is_plain, error);
}
