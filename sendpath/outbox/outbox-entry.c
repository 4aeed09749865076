/* One message of the outbox in the hands of one sender: locked, read, filed. It never changes the
 * message's bytes. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/lock.h"
#include "sendpath/outbox/outbox-private.h"

#define BUFFER_BYTES (64 * 1024)

struct _OutboxEntry {
  Outbox *outbox;
  guint folder;
  char id[ENVELOPE_ID_CHARS + 1];
  int fd;         /* of the message: @lock's, or our own if we only look */
  Lock *lock;     /* NULL if we only look */
  int journal_fd; /* of the journal, until @journal has it */
  Envelope envelope;
  SendpathMessage *message;
  SendpathReport *report;
  Journal *journal;
};

void
outbox_entry_free (OutboxEntry *entry)
{
  g_clear_pointer (&entry->journal, journal_free);
  if (entry->journal_fd >= 0)
    disk_close (entry->journal_fd);
  g_clear_pointer (&entry->report, sendpath_report_unref);
  g_clear_object (&entry->message);
  envelope_clear (&entry->envelope);
  if (entry->lock != NULL)
    lock_free (entry->lock);
  else
    disk_close (entry->fd);
  outbox_unref (entry->outbox);
  g_free (entry);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* What came of reading: damage is told apart from what may work the next time. */
typedef enum {
  READ_GOOD,
  READ_DAMAGED,
  READ_NEWER,
  READ_FAILED, /* errno says why */
} ReadResult;

static ReadResult
failed_or_damaged (void)
{
  return outbox_is_damage (errno) ? READ_DAMAGED : READ_FAILED;
}

/* @length bytes at @offset, or NULL and *@result. */
static char *
read_text (OutboxEntry *entry, guint64 offset, gsize length, ReadResult *result)
{
  g_autofree char *text = g_malloc (length + 1);
  gssize count = disk_read_at (entry->fd, text, length, offset);

  if (count != (gssize) length)
    {
      *result = count < 0 ? failed_or_damaged () : READ_DAMAGED;
      return NULL;
    }
  text[length] = '\0';
  return g_steal_pointer (&text);
}

static ReadResult
read_envelope (OutboxEntry *entry)
{
  char fixed[ENVELOPE_FIXED_BYTES];
  g_autofree char *rest = NULL;
  struct stat status;
  gssize length = disk_read_at (entry->fd, fixed, sizeof fixed, 0);
  ReadResult result = READ_DAMAGED;
  gsize rest_bytes;

  if (length < 0 || fstat (entry->fd, &status) < 0)
    return failed_or_damaged ();
  switch (envelope_read_fixed (&entry->envelope, fixed, (gsize) length))
    {
    case ENVELOPE_GOOD:
      break;
    case ENVELOPE_DAMAGED:
      return READ_DAMAGED;
    case ENVELOPE_NEWER:
      return READ_NEWER;
    }
  if (!g_str_equal (entry->envelope.id, entry->id) ||
      (guint64) status.st_size != envelope_get_file_bytes (&entry->envelope))
    return READ_DAMAGED;
  rest_bytes = (gsize) entry->envelope.envelope_bytes - ENVELOPE_FIXED_BYTES;
  rest = read_text (entry, ENVELOPE_FIXED_BYTES, rest_bytes, &result);
  if (rest == NULL)
    return result;
  return envelope_read_rest (&entry->envelope, rest, rest_bytes) ? READ_GOOD : READ_DAMAGED;
}

static ReadResult
check_end_mark (OutboxEntry *entry)
{
  g_autofree char *mark = envelope_dup_end_mark (&entry->envelope);
  guint64 offset = envelope_get_file_bytes (&entry->envelope) - strlen (mark);
  ReadResult result = READ_GOOD;
  g_autofree char *text = read_text (entry, offset, strlen (mark), &result);

  if (text == NULL)
    return result;
  return g_str_equal (text, mark) ? READ_GOOD : READ_DAMAGED;
}

/* P-12: all bytes pass, none stays. */
static ReadResult
check_sum (OutboxEntry *entry)
{
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);
  guint64 end = envelope_get_body_offset (&entry->envelope) + entry->envelope.body_bytes;

  for (guint64 offset = ENVELOPE_SUMMED_OFFSET; offset < end;)
    {
      gssize count =
          disk_read_at (entry->fd, buffer, (gsize) MIN (BUFFER_BYTES, end - offset), offset);

      if (count < 0)
        return failed_or_damaged ();
      if (count == 0)
        return READ_DAMAGED;
      g_checksum_update (sum, (const guchar *) buffer, count);
      offset += (guint64) count;
    }
  return g_str_equal (g_checksum_get_string (sum), entry->envelope.sha256) ? READ_GOOD
                                                                           : READ_DAMAGED;
}

/* A descriptor of its own for the body: the message may outlive the entry, and must not keep its
 * lock alive. */
static int
open_body (OutboxEntry *entry)
{
  char name[OUTBOX_NAME_SIZE];
  struct stat ours, opened;
  int fd;

  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  fd = outbox_open_file (entry->outbox, entry->folder, name, O_RDONLY);
  if (fd >= 0 && (fstat (entry->fd, &ours) < 0 || fstat (fd, &opened) < 0 ||
                  ours.st_ino != opened.st_ino || ours.st_dev != opened.st_dev))
    {
      disk_close (fd);
      errno = EUCLEAN;
      return -1;
    }
  return fd;
}

static ReadResult
read_message (OutboxEntry *entry)
{
  const Envelope *envelope = &entry->envelope;
  ReadResult result = READ_DAMAGED;
  gsize header_bytes = (gsize) envelope->header_bytes;
  g_autofree char *text =
      read_text (entry, envelope_get_header_offset (envelope), header_bytes + 2, &result);
  g_autoptr(Header) header = NULL;
  g_autoptr(BodySource) body = NULL;
  int fd;

  if (text == NULL)
    return result;
  if (memcmp (text + header_bytes, "\r\n", 2) != 0)
    return READ_DAMAGED;
  header = header_parse (text, header_bytes, NULL);
  if (header == NULL)
    return READ_DAMAGED;
  fd = open_body (entry);
  if (fd < 0)
    return failed_or_damaged ();
  body = body_source_new_from_fd (fd, envelope_get_body_offset (envelope), envelope->body_bytes);
  entry->message = message_new_from_parts (
      envelope->sender, (const char *const *) envelope->recipients, header, body, envelope->traits);
  return READ_GOOD;
}

/* The report as submission left it, before the journal. */
static void
begin_report (OutboxEntry *entry)
{
  g_clear_pointer (&entry->report, sendpath_report_unref);
  entry->report = report_new (entry->id, entry->message);
  entry->report->account = g_strdup (entry->envelope.account);
  entry->report->queued_at_s = entry->envelope.queued_at_us / G_USEC_PER_SEC;
  entry->report->size_bytes =
      entry->envelope.header_bytes + strlen ("\r\n") + entry->envelope.body_bytes;
}

/* A message without its journal is damaged: nobody can tell what was sent already. */
static ReadResult
open_journal (OutboxEntry *entry)
{
  int flags = entry->lock != NULL ? O_RDWR | O_APPEND : O_RDONLY;

  entry->journal_fd = outbox_open_journal (entry->outbox, entry->id, entry->folder, flags);
  if (entry->journal_fd >= 0)
    return READ_GOOD;
  return errno == ENOENT ? READ_DAMAGED : failed_or_damaged ();
}

static ReadResult
read_journal (OutboxEntry *entry, gboolean is_in_flight)
{
  g_autoptr(GError) error = NULL;
  gboolean is_read;

  begin_report (entry);
  is_read = is_in_flight ? journal_peek (entry->journal_fd, entry->report, &error)
                         : journal_replay (entry->journal_fd, entry->report, &error);
  if (is_read)
    return READ_GOOD;
  return g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_NEWER) ? READ_NEWER : READ_DAMAGED;
}

/* ---- taking and looking ---------------------------------------------------------------------- */

static OutboxEntry *
new_entry (Outbox *outbox, const char *id)
{
  OutboxEntry *entry = g_new0 (OutboxEntry, 1);

  entry->outbox = outbox_ref (outbox);
  entry->fd = -1;
  entry->journal_fd = -1;
  g_strlcpy (entry->id, id, sizeof entry->id);
  return entry;
}

static void
set_not_found (GError **error, const char *id)
{
  g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NOT_FOUND,
               _("no message in the outbox has the id “%s”"), id);
}

/* Opens the message where it lies. FALSE and *@error. */
static gboolean
open_entry (OutboxEntry *entry, int flags, GError **error)
{
  static const guint folders[] = { OUTBOX_QUEUE, OUTBOX_FAILED };
  char name[OUTBOX_NAME_SIZE];

  if (!outbox_is_id (entry->id))
    {
      set_not_found (error, entry->id);
      return FALSE;
    }
  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      entry->folder = folders[i];
      entry->fd = outbox_open_file (entry->outbox, folders[i], name, flags);
      if (entry->fd >= 0)
        return TRUE;
      if (errno == ENOENT)
        continue;
      if (outbox_is_damage (errno) && (flags & O_ACCMODE) == O_RDWR)
        outbox_set_aside (entry->outbox, entry->id, entry->folder, error);
      else
        outbox_set_error (error, OUTBOX_ERROR_IO, entry->outbox, entry->folder, name);
      return FALSE;
    }
  set_not_found (error, entry->id);
  return FALSE;
}

/* Somebody else may have filed the message between our opening it and our locking it. */
static gboolean
is_still_there (OutboxEntry *entry)
{
  char name[OUTBOX_NAME_SIZE];
  struct stat by_name, by_fd;

  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  return fstatat (entry->outbox->folders[entry->folder], name, &by_name, AT_SYMLINK_NOFOLLOW) ==
             0 &&
         fstat (entry->fd, &by_fd) == 0 && by_name.st_ino == by_fd.st_ino &&
         by_name.st_dev == by_fd.st_dev;
}

static gboolean
lock_entry (OutboxEntry *entry, GError **error)
{
  entry->lock = lock_take (entry->fd);
  if (entry->lock == NULL)
    {
      if (errno == EAGAIN)
        g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY,
                     _("%s: this message is just being sent by another process"), entry->id);
      else
        outbox_set_error (error, OUTBOX_ERROR_IO, entry->outbox, entry->folder, entry->id);
      return FALSE;
    }
  if (!is_still_there (entry))
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY,
                   _("%s: this message was just filed by another process"), entry->id);
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_read_error (OutboxEntry *entry, ReadResult result, GError **error)
{
  char name[OUTBOX_NAME_SIZE];

  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  switch (result)
    {
    case READ_GOOD:
      return TRUE;
    case READ_DAMAGED:
      if (entry->lock != NULL)
        outbox_set_aside (entry->outbox, entry->id, entry->folder, error);
      else
        g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT,
                     _("%s/%s/%s: the message is damaged"), entry->outbox->path,
                     outbox_get_folder_name (entry->folder), name);
      return FALSE;
    case READ_NEWER:
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NEWER,
                   _("%s/%s/%s: a later version of sendpath wrote this message; it is left for "
                      "that version"),
                   entry->outbox->path, outbox_get_folder_name (entry->folder), name);
      return FALSE;
    case READ_FAILED:
      outbox_set_error (error, OUTBOX_ERROR_IO, entry->outbox, entry->folder, name);
      return FALSE;
    }
  return FALSE;
}

OutboxEntry *
outbox_take (Outbox *outbox, const char *id, GError **error)
{
  g_autoptr(OutboxEntry) entry = new_entry (outbox, id);
  ReadResult result;

  if (!open_entry (entry, O_RDWR, error) || !lock_entry (entry, error))
    return NULL;
  result = read_envelope (entry);
  result = result == READ_GOOD ? check_end_mark (entry) : result;
  result = result == READ_GOOD ? check_sum (entry) : result;
  result = result == READ_GOOD ? read_message (entry) : result;
  result = result == READ_GOOD ? open_journal (entry) : result;
  result = result == READ_GOOD ? read_journal (entry, FALSE) : result;
  if (!set_read_error (entry, result, error))
    return NULL;
  report_begin_walk (entry->report);
  entry->journal =
      journal_new (entry->journal_fd, sendpath_report_get_n_recipients (entry->report));
  entry->journal_fd = -1;
  return g_steal_pointer (&entry);
}

/* What was read without a lock; a message that left while we looked is not damaged. */
static gboolean
check_looked (OutboxEntry *entry, ReadResult result, GError **error)
{
  if (result == READ_DAMAGED && !is_still_there (entry))
    {
      set_not_found (error, entry->id);
      return FALSE;
    }
  return set_read_error (entry, result, error);
}

OutboxEntry *
outbox_watch (Outbox *outbox, const char *id, GError **error)
{
  g_autoptr(OutboxEntry) entry = new_entry (outbox, id);
  ReadResult result;

  if (!open_entry (entry, O_RDONLY, error))
    return NULL;
  result = read_envelope (entry);
  result = result == READ_GOOD ? read_message (entry) : result;
  result = result == READ_GOOD ? open_journal (entry) : result;
  return check_looked (entry, result, error) ? g_steal_pointer (&entry) : NULL;
}

SendpathReport *
outbox_watch_report (OutboxEntry *watch, GError **error)
{
  ReadResult result = read_journal (watch, lock_is_held (watch->fd));

  return check_looked (watch, result, error) ? sendpath_report_ref (watch->report) : NULL;
}

SendpathReport *
outbox_read_report (Outbox *outbox, const char *id, GError **error)
{
  g_autoptr(OutboxEntry) watch = outbox_watch (outbox, id, error);

  return watch != NULL ? outbox_watch_report (watch, error) : NULL;
}

const char *
outbox_entry_get_id (OutboxEntry *entry)
{
  return entry->id;
}

const char *
outbox_entry_get_account (OutboxEntry *entry)
{
  return entry->report->account;
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

/* The message first, so that no crash leaves one without its journal. */
static gboolean
remove_files (Outbox *outbox, guint folder, const char *id, GError **error)
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
  if (!disk_sync (outbox->folders[folder]))
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, folder, NULL);
      return FALSE;
    }
  return TRUE;
}

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
         remove_files (entry->outbox, entry->folder, entry->id, error);
}

gboolean
outbox_entry_file (OutboxEntry *entry, GError **error)
{
  if (!check_owner (entry, error))
    return FALSE;
  switch (sendpath_report_get_outcome (entry->report))
    {
    case SENDPATH_OUTCOME_QUEUED:
      return TRUE;
    case SENDPATH_OUTCOME_SENT:
      return remove_files (entry->outbox, entry->folder, entry->id, error);
    case SENDPATH_OUTCOME_PARTIAL:
    case SENDPATH_OUTCOME_FAILED:
    case SENDPATH_OUTCOME_UNCERTAIN:
      if (entry->folder == OUTBOX_FAILED)
        return TRUE;
      if (!outbox_move (entry->outbox, entry->id, entry->folder, OUTBOX_FAILED, error))
        return FALSE;
      entry->folder = OUTBOX_FAILED;
      return TRUE;
    }
  return FALSE;
}

/* ---- what was set aside ---------------------------------------------------------------------- */

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
      set_not_found (error, id);
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
