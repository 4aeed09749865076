/* Looking at a message without its lock, while others may send and file it. It moves nothing. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include "sendpath/outbox/outbox-reader.h"

/* A message that is filed while we look is looked for once more: it moves once. */
#define TRIES 2

/* Opens the message where it lies. */
static gboolean
open_entry (OutboxEntry *entry, GError **error)
{
  static const guint folders[] = { OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_SENT };
  char name[OUTBOX_NAME_SIZE];

  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  errno = ENOENT;
  for (guint i = 0; outbox_is_id (entry->id) && entry->fd < 0 && errno == ENOENT &&
                    i < G_N_ELEMENTS (folders);
       i++)
    {
      entry->folder = folders[i];
      entry->fd = outbox_open_file (entry->outbox, folders[i], name, O_RDONLY);
    }
  if (entry->fd >= 0)
    return TRUE;
  if (errno == ENOENT)
    outbox_set_not_found (error, entry->id);
  else
    {
      entry->error_code = errno;
      outbox_reader_check (entry, errno == EUCLEAN ? READING_DAMAGED : READING_FAILED, error);
    }
  return FALSE;
}

OutboxEntry *
outbox_watch (Outbox *outbox, const char *id, GError **error)
{
  for (guint i = 0; i < TRIES; i++)
    {
      g_autoptr(OutboxEntry) entry = outbox_reader_new (outbox, id);
      Reading reading;

      if (!open_entry (entry, error))
        return NULL;
      reading = outbox_reader_read_message (entry);
      reading = reading == READING_GOOD ? outbox_reader_open_journal (entry) : reading;
      if (reading == READING_GOOD)
        return g_steal_pointer (&entry);
      if (outbox_reader_is_still_there (entry))
        {
          outbox_reader_check (entry, reading, error);
          return NULL;
        }
    }
  outbox_set_not_found (error, id);
  return NULL;
}

SendpathReport *
outbox_watch_report (OutboxEntry *watch, GError **error)
{
  gboolean is_in_flight = lock_is_held (watch->fd);
  Reading reading = outbox_reader_read_journal (watch, is_in_flight);

  /* somebody began to send it while we read: a dot among what we read may be theirs */
  if (!is_in_flight && lock_is_held (watch->fd))
    reading = outbox_reader_read_journal (watch, TRUE);
  return outbox_reader_check (watch, reading, error) ? sendpath_report_ref (watch->report) : NULL;
}

SendpathReport *
outbox_read_report (Outbox *outbox, const char *id, GError **error)
{
  g_autoptr(OutboxEntry) watch = outbox_watch (outbox, id, error);

  return watch != NULL ? outbox_watch_report (watch, error) : NULL;
}
