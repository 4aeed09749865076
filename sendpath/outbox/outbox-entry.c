/* One message of the outbox in the hands of one sender: locked, read, filed. It never changes the
 * message's bytes. */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-reader.h"

void
outbox_entry_free (OutboxEntry *entry)
{
  /* if that fails, it is taken for sent, which it may have been for all that anybody knows */
  if (entry->journal != NULL && entry->lock != NULL && lock_get_fd (entry->lock) >= 0)
    journal_take_back_dot (entry->journal, g_get_real_time (), NULL);
  g_clear_pointer (&entry->journal, journal_free);
  if (entry->journal_fd >= 0)
    disk_close (entry->journal_fd);
  g_clear_pointer (&entry->report, sendpath_report_unref);
  g_clear_object (&entry->message);
  g_clear_pointer (&entry->whole, g_bytes_unref);
  shown_fields_clear (&entry->shown);
  envelope_clear (&entry->envelope);
  if (entry->lock != NULL)
    lock_free (entry->lock);
  else
    disk_close (entry->fd);
  outbox_unref (entry->outbox);
  g_free (entry);
}

/* ---- taking ---------------------------------------------------------------------------------- */

/* Why the message could not be locked in @entry's folder, from errno. */
static void
set_lock_error (OutboxEntry *entry, GError **error)
{
  if (errno == EAGAIN)
    g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY,
                 _("%s: this message is just being sent by another process"), entry->id);
  else if (errno == EUCLEAN)
    outbox_set_aside (entry->outbox, entry->id, entry->folder, error);
  else
    {
      entry->error_code = errno;
      outbox_reader_check (entry, READING_FAILED, error);
    }
}

/* Locks the message where it lies. */
static gboolean
lock_entry (OutboxEntry *entry, GError **error)
{
  static const guint folders[] = { OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_SENT };
  struct stat status;

  errno = ENOENT;
  for (guint i = 0; outbox_is_id (entry->id) && entry->lock == NULL && errno == ENOENT &&
                    i < G_N_ELEMENTS (folders);
       i++)
    {
      entry->folder = folders[i];
      entry->lock = outbox_lock_message (entry->outbox, folders[i], entry->id);
    }
  if (entry->lock == NULL)
    {
      if (errno == ENOENT)
        outbox_set_not_found (error, entry->id);
      else
        set_lock_error (entry, error);
      return FALSE;
    }
  entry->fd = lock_get_fd (entry->lock);
  if (fstat (entry->fd, &status) == 0 && outbox_reader_is_still_there (entry))
    {
      entry->file_bytes = (guint64) status.st_size;
      return TRUE;
    }
  g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY,
               _("%s: this message was just filed by another process"), entry->id);
  return FALSE;
}

OutboxEntry *
outbox_take (Outbox *outbox, const char *id, GError **error)
{
  g_autoptr(OutboxEntry) entry = outbox_reader_new (outbox, id);
  Reading reading;

  if (!lock_entry (entry, error))
    return NULL;
  reading = outbox_reader_read_message (entry);
  reading = reading == READING_GOOD ? outbox_reader_check_whole (entry) : reading;
  reading = reading == READING_GOOD ? outbox_reader_open_journal (entry) : reading;
  reading = reading == READING_GOOD ? outbox_reader_read_journal (entry, FALSE) : reading;
  if (!outbox_reader_check (entry, reading, error))
    return NULL;
  report_begin_walk (entry->report);
  entry->journal =
      journal_new (entry->journal_fd, sendpath_report_get_n_recipients (entry->report));
  entry->journal_fd = -1;
  return g_steal_pointer (&entry);
}

void
outbox_settle_left (Outbox *outbox, const char *id)
{
  g_autoptr(OutboxEntry) entry = outbox_take (outbox, id, NULL);

  /* whoever wrote its outcome may have been killed before that was on disk */
  if (entry != NULL && entry->folder == OUTBOX_QUEUE &&
      journal_sync_all (&entry->journal, 1, outbox->folders[OUTBOX_QUEUE], NULL))
    outbox_entry_file (entry, NULL);
}

const char *
outbox_entry_get_id (OutboxEntry *entry)
{
  return entry->id;
}

const char *
outbox_entry_get_account (OutboxEntry *entry)
{
  return entry->envelope.account;
}

const char *
outbox_entry_get_resend_of (OutboxEntry *entry)
{
  return entry->envelope.resend_of;
}

const char *const *
outbox_entry_get_avoid (OutboxEntry *entry)
{
  return (const char *const *) entry->envelope.avoid;
}

OutboxFolder
outbox_entry_get_folder (OutboxEntry *entry)
{
  return (OutboxFolder) entry->folder;
}

SendpathMessage *
outbox_entry_get_message (OutboxEntry *entry)
{
  return entry->message;
}

SendpathReport *
outbox_entry_get_report (OutboxEntry *entry)
{
  return entry->report;
}

Journal *
outbox_entry_get_journal (OutboxEntry *entry)
{
  return entry->journal;
}

/* ---- filing ---------------------------------------------------------------------------------- */

/* T-167: in a forked child, the lock stayed with the parent. Who only watches has none either. */
static gboolean
check_owner (OutboxEntry *entry, GError **error)
{
  if (entry->lock != NULL && lock_get_fd (entry->lock) >= 0)
    return TRUE;
  g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY,
               _("%s: this message belongs to another process"), entry->id);
  return FALSE;
}

gboolean
outbox_entry_remove (OutboxEntry *entry, GError **error)
{
  return check_owner (entry, error) &&
         outbox_remove_files (entry->outbox, entry->folder, entry->id, error);
}

static gboolean
move (OutboxEntry *entry, OutboxFolder folder, GError **error)
{
  if (entry->folder == folder)
    return TRUE;
  if (!outbox_move (entry->outbox, entry->id, entry->folder, folder, error))
    return FALSE;
  entry->folder = folder;
  return TRUE;
}

/* A copy is worth less than the room for a message that waits. */
static gboolean
file_sent (OutboxEntry *entry, GError **error)
{
  g_autoptr(GError) local_error = NULL;

  if (entry->outbox->keep_sent_days > 0)
    {
      journal_give_back (entry->journal);
      if (move (entry, OUTBOX_SENT, &local_error))
        return TRUE;
      if (!g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_FULL))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  /* the message may be there already, and its journal not: it goes before its journal */
  return outbox_remove_files (entry->outbox, OUTBOX_SENT, entry->id, error) &&
         outbox_remove_files (entry->outbox, entry->folder, entry->id, error);
}

gboolean
outbox_entry_file_sent (OutboxEntry *entry, GError **error)
{
  Outbox *outbox = entry->outbox;

  if (!check_owner (entry, error))
    return FALSE;
  if (entry->folder != OUTBOX_QUEUE)
    return file_sent (entry, error);
  if (outbox->keep_sent_days == 0)
    return outbox_unlink_files (outbox, OUTBOX_QUEUE, entry->id, error);
  journal_give_back (entry->journal);
  if (!outbox_rename_files (outbox, entry->id, OUTBOX_QUEUE, OUTBOX_SENT, NULL))
    return file_sent (entry, error);
  entry->folder = OUTBOX_SENT;
  return TRUE;
}

gboolean
outbox_entry_file (OutboxEntry *entry, GError **error)
{
  if (!check_owner (entry, error))
    return FALSE;
  switch (sendpath_report_get_outcome (entry->report))
    {
    case SENDPATH_OUTCOME_QUEUED:
    case SENDPATH_OUTCOME_UNCERTAIN: /* until it is repeated, or the user knows (P-5) */
      return TRUE;
    case SENDPATH_OUTCOME_SENT:
      return file_sent (entry, error);
    case SENDPATH_OUTCOME_PARTIAL:
    case SENDPATH_OUTCOME_FAILED:
      return move (entry, OUTBOX_FAILED, error);
    }
  return FALSE;
}
