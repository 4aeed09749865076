/* Tidying up what a crash left: halves of submissions, and journals away from their messages. It
 * deletes nothing that anybody was told is safe. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-private.h"

static gboolean
exists (Outbox *outbox, guint folder, const char *id, const char *suffix)
{
  char name[OUTBOX_NAME_SIZE];
  struct stat status;

  outbox_make_name (name, id, suffix);
  return fstatat (outbox->folders[folder], name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A submission holds the lock of its message from before the first byte until it is in queue/. */
static gboolean
is_being_written (Outbox *outbox, const char *id)
{
  char name[OUTBOX_NAME_SIZE];
  gboolean is_held;
  int fd;

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  fd = outbox_open_file (outbox, OUTBOX_TMP, name, O_RDONLY);
  is_held = fd >= 0 && lock_is_held (fd);
  disk_close (fd);
  return is_held;
}

static gboolean
drop_unfinished (const char *id, gpointer data, GError **error)
{
  Outbox *outbox = data;
  char name[OUTBOX_NAME_SIZE];
  g_autoptr(Lock) lock = outbox_lock_message (outbox, OUTBOX_TMP, id);

  if (lock == NULL)
    return TRUE; /* being written, in its queue by now, or nothing that we made */
  outbox_make_name (name, id, OUTBOX_MESSAGE);
  if (unlinkat (outbox->folders[OUTBOX_TMP], name, 0) < 0 && errno != ENOENT)
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, OUTBOX_TMP, name);
      return FALSE;
    }
  return TRUE;
}

typedef struct {
  Outbox *outbox;
  guint folder;
} JournalSearch;

/* A journal belongs beside its message. The order of the questions is that in which messages move:
 * one that is no longer in tmp/ is in queue/, one that is no longer in queue/ is in failed/,
 * sent/ or corrupt/, or gone. */
static gboolean
bring_journal (const char *id, gpointer data, GError **error)
{
  static const guint homes[] = { OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_SENT, OUTBOX_CORRUPT };
  JournalSearch *search = data;
  Outbox *outbox = search->outbox;
  char name[OUTBOX_NAME_SIZE];
  int result = 0;
  guint i = 0;

  if (is_being_written (outbox, id))
    return TRUE;
  while (i < G_N_ELEMENTS (homes) && !exists (outbox, homes[i], id, OUTBOX_MESSAGE))
    i++;
  outbox_make_name (name, id, OUTBOX_JOURNAL);
  if (i == G_N_ELEMENTS (homes))
    result = unlinkat (outbox->folders[search->folder], name, 0);
  else if (homes[i] != search->folder && !exists (outbox, homes[i], id, OUTBOX_JOURNAL))
    result = outbox_move_file (outbox, name, search->folder, name, homes[i]) ? 0 : -1;
  if (result < 0 && errno != ENOENT)
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, search->folder, name);
      return FALSE;
    }
  return TRUE;
}

gboolean
outbox_recover (Outbox *outbox, GError **error)
{
  static const guint folders[] = { OUTBOX_TMP, OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_SENT };

  if (!outbox_visit (outbox, OUTBOX_TMP, OUTBOX_MESSAGE, drop_unfinished, outbox, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      JournalSearch search = { outbox, folders[i] };

      if (!outbox_visit (outbox, folders[i], OUTBOX_JOURNAL, bring_journal, &search, error))
        return FALSE;
    }
  return TRUE;
}
