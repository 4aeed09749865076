/* What is damaged: set aside in corrupt/ whatever it is, and never read there. Only the user's command
 * deletes it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-private.h"

/* A name in corrupt/ that nothing has: what is set aside must not push out what was set aside
 * before. */
static void
choose_free_name (Outbox *outbox, const char *name, char *free_name, gsize size)
{
  struct stat status;

  g_strlcpy (free_name, name, size);
  for (guint i = 2;
       fstatat (outbox->folders[OUTBOX_CORRUPT], free_name, &status, AT_SYMLINK_NOFOLLOW) == 0; i++)
    g_snprintf (free_name, size, "%s.%u", name, i);
}

void
outbox_set_aside (Outbox *outbox, const char *id, guint folder, GError **error)
{
  char name[OUTBOX_NAME_SIZE], free_name[OUTBOX_NAME_SIZE + 16];

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  choose_free_name (outbox, name, free_name, sizeof free_name);
  if (!outbox_move_file (outbox, name, folder, free_name, OUTBOX_CORRUPT))
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT,
                   _("%s/%s/%s: the message is damaged, and cannot be set aside: %s"),
                   outbox->path, outbox_get_folder_name (folder), name, g_strerror (errno));
      return;
    }
  g_set_error (
      error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT,
      _("%s/%s/%s: the message is damaged and will not be sent; what is left of it is kept there"),
      outbox->path, outbox_get_folder_name (OUTBOX_CORRUPT), free_name);
  outbox_make_name (name, id, OUTBOX_JOURNAL);
  choose_free_name (outbox, name, free_name, sizeof free_name);
  outbox_move_file (outbox, name, folder, free_name, OUTBOX_CORRUPT);
  /* nothing to do about a failure: at worst the file is found damaged once more */
  disk_sync (outbox->folders[OUTBOX_CORRUPT]);
  disk_sync (outbox->folders[folder]);
}

static gboolean
remove_anything (Outbox *outbox, const char *name)
{
  int dir_fd = outbox->folders[OUTBOX_CORRUPT];

  if (unlinkat (dir_fd, name, 0) == 0 || errno == ENOENT)
    return TRUE;
  /* POSIX says EPERM for a folder, Linux EISDIR */
  return (errno == EISDIR || errno == EPERM) && unlinkat (dir_fd, name, AT_REMOVEDIR) == 0;
}

gboolean
outbox_discard (Outbox *outbox, const char *id, GError **error)
{
  char name[OUTBOX_NAME_SIZE];
  struct stat status;

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  if (!outbox_is_id (id) ||
      fstatat (outbox->folders[OUTBOX_CORRUPT], name, &status, AT_SYMLINK_NOFOLLOW) < 0)
    {
      outbox_set_not_found (error, id);
      return FALSE;
    }
  if (!remove_anything (outbox, name))
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, OUTBOX_CORRUPT, name);
      return FALSE;
    }
  outbox_make_name (name, id, OUTBOX_JOURNAL);
  if (!remove_anything (outbox, name) || !disk_sync (outbox->folders[OUTBOX_CORRUPT]))
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, OUTBOX_CORRUPT, name);
      return FALSE;
    }
  return TRUE;
}
