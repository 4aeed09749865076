/* Copies of what was sent: removed when their time is over, or when room is needed for what waits.
 * It touches nothing but sent/. */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-private.h"

#define DAY_US (24 * G_TIME_SPAN_HOUR)

typedef struct {
  Outbox *outbox;
  gint64 before_us; /* what was sent before goes */
  guint n_removed;
} Clearing;

/* The journal's last line says when the message was sent, or a part of it sent again. A journal that a
 * crash left elsewhere is brought by outbox_recover() first; where there is none any more, the message
 * itself is as old as it is. */
static gboolean
is_over (const Clearing *clearing, const char *id)
{
  static const char *const suffixes[] = { OUTBOX_JOURNAL, OUTBOX_MESSAGE };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      char name[OUTBOX_NAME_SIZE];
      struct stat status;

      outbox_make_name (name, id, suffixes[i]);
      if (fstatat (clearing->outbox->folders[OUTBOX_SENT], name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return status.st_mtim.tv_sec < clearing->before_us / G_USEC_PER_SEC;
    }
  return FALSE;
}

static gboolean
remove_one (const char *id, gpointer data, GError **error)
{
  Clearing *clearing = data;
  g_autoptr(Lock) lock = NULL;

  if (!is_over (clearing, id))
    return TRUE;
  lock = outbox_lock_message (clearing->outbox, OUTBOX_SENT, id);
  if (lock != NULL && outbox_unlink_files (clearing->outbox, OUTBOX_SENT, id, NULL))
    clearing->n_removed++;
  return TRUE;
}

/* A sync for all of them: there may be thousands, and somebody waits. What a power cut brings back goes
 * the next time. */
static guint
clear_before (Outbox *outbox, gint64 before_us)
{
  Clearing clearing = { .outbox = outbox, .before_us = before_us };

  outbox_visit (outbox, OUTBOX_SENT, OUTBOX_MESSAGE, remove_one, &clearing, NULL);
  if (clearing.n_removed > 0)
    disk_sync (outbox->folders[OUTBOX_SENT]);
  return clearing.n_removed;
}

void
outbox_expire_sent (Outbox *outbox, gint64 now_us)
{
  clear_before (outbox, outbox->keep_sent_days == 0
                            ? G_MAXINT64
                            : now_us - (gint64) outbox->keep_sent_days * DAY_US);
}

gboolean
outbox_drop_sent (Outbox *outbox)
{
  return clear_before (outbox, G_MAXINT64) > 0;
}
