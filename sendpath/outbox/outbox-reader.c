/* The files of one message, read and checked. It never changes one, and takes nothing for whole that
 * is not exactly as it was written. */
#include "config.h"

#include "sendpath/outbox/outbox-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "sendpath/outbox/disk.h"

#define BUFFER_BYTES (64 * 1024)
/* Envelope and header of most messages: read at once, for lists of a hundred thousand. */
#define HEAD_BYTES 4096
/* What is sent and no longer than this is read in one. */
#define WHOLE_BYTES (32 * 1024)

/* The first bytes of a message file. */
typedef struct {
  char bytes[HEAD_BYTES];
  gsize length;
} Head;

OutboxEntry *
outbox_reader_new (Outbox *outbox, const char *id)
{
  OutboxEntry *entry = g_new0 (OutboxEntry, 1);

  entry->outbox = outbox_ref (outbox);
  entry->fd = -1;
  entry->journal_fd = -1;
  g_strlcpy (entry->id, id, sizeof entry->id);
  return entry;
}

static Reading
failed_or_damaged (OutboxEntry *entry)
{
  entry->error_code = errno;
  return errno == EUCLEAN ? READING_DAMAGED : READING_FAILED;
}

/* As disk_read_at(), of the message. */
static gssize
read_at (OutboxEntry *entry, char *buffer, gsize size, guint64 offset)
{
  gsize length;
  const char *bytes;

  if (entry->whole == NULL)
    return disk_read_at (entry->fd, buffer, size, offset);
  bytes = g_bytes_get_data (entry->whole, &length);
  if (offset >= length)
    return 0;
  size = MIN (size, length - (gsize) offset);
  memcpy (buffer, bytes + offset, size);
  return (gssize) size;
}

static Reading
read_whole (OutboxEntry *entry)
{
  g_autofree char *bytes = g_malloc ((gsize) entry->file_bytes);
  gssize count = disk_read_at (entry->fd, bytes, (gsize) entry->file_bytes, 0);

  if (count < 0)
    return failed_or_damaged (entry);
  entry->whole = g_bytes_new_take (g_steal_pointer (&bytes), (gsize) count);
  return READING_GOOD;
}

/* @length bytes at @offset, or NULL and *@result. */
static char *
read_text (OutboxEntry *entry, guint64 offset, gsize length, Reading *result)
{
  g_autofree char *text = g_malloc (length + 1);
  gssize count = read_at (entry, text, length, offset);

  if (count != (gssize) length)
    {
      *result = count < 0 ? failed_or_damaged (entry) : READING_DAMAGED;
      return NULL;
    }
  text[length] = '\0';
  return g_steal_pointer (&text);
}

/* The same from what is known already, if it goes so far; else *@ret_text keeps it. */
static const char *
peek_text (OutboxEntry *entry, const Head *head, guint64 offset, gsize length, char **ret_text,
           Reading *result)
{
  if (offset <= head->length && length <= head->length - offset)
    return head->bytes + offset;
  *ret_text = read_text (entry, offset, length, result);
  return *ret_text;
}

static Reading
read_envelope (OutboxEntry *entry, Head *head)
{
  g_autofree char *read = NULL;
  gssize length;
  Reading result = READING_DAMAGED;
  const char *rest;
  gsize rest_bytes;

  length = read_at (entry, head->bytes, (gsize) MIN (entry->file_bytes, sizeof head->bytes), 0);
  if (length < 0)
    return failed_or_damaged (entry);
  head->length = (gsize) length;
  switch (envelope_read_fixed (&entry->envelope, head->bytes, head->length))
    {
    case ENVELOPE_GOOD:
      break;
    case ENVELOPE_DAMAGED:
      return READING_DAMAGED;
    case ENVELOPE_NEWER:
      return READING_NEWER;
    }
  if (!g_str_equal (entry->envelope.id, entry->id) ||
      entry->file_bytes != envelope_get_file_bytes (&entry->envelope))
    return READING_DAMAGED;
  rest_bytes = (gsize) entry->envelope.envelope_bytes - ENVELOPE_FIXED_BYTES;
  rest = peek_text (entry, head, ENVELOPE_FIXED_BYTES, rest_bytes, &read, &result);
  if (rest == NULL)
    return result;
  return envelope_read_rest (&entry->envelope, rest, rest_bytes) ? READING_GOOD : READING_DAMAGED;
}

static Reading
check_end_mark (OutboxEntry *entry)
{
  g_autofree char *mark = envelope_dup_end_mark (&entry->envelope);
  guint64 offset = envelope_get_file_bytes (&entry->envelope) - strlen (mark);
  Reading result = READING_GOOD;
  g_autofree char *text = read_text (entry, offset, strlen (mark), &result);

  if (text == NULL)
    return result;
  return g_str_equal (text, mark) ? READING_GOOD : READING_DAMAGED;
}

/* P-12: all bytes pass, none stays. */
static Reading
check_sum (OutboxEntry *entry)
{
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);
  guint64 end = envelope_get_body_offset (&entry->envelope) + entry->envelope.body_bytes;

  for (guint64 offset = ENVELOPE_SUMMED_OFFSET; offset < end;)
    {
      gssize count =
          read_at (entry, buffer, (gsize) MIN (BUFFER_BYTES, end - offset), offset);

      if (count < 0)
        return failed_or_damaged (entry);
      if (count == 0)
        return READING_DAMAGED;
      g_checksum_update (sum, (const guchar *) buffer, count);
      offset += (guint64) count;
    }
  return g_str_equal (g_checksum_get_string (sum), entry->envelope.sha256) ? READING_GOOD
                                                                           : READING_DAMAGED;
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

/* NULL and errno. */
static BodySource *
make_body (OutboxEntry *entry)
{
  guint64 offset = envelope_get_body_offset (&entry->envelope);
  guint64 length = entry->envelope.body_bytes;
  g_autoptr(GBytes) bytes = NULL;
  int fd;

  if (entry->whole != NULL)
    {
      bytes = g_bytes_new_from_bytes (entry->whole, (gsize) offset, (gsize) length);
      return body_source_new_from_bytes (bytes);
    }
  fd = open_body (entry);
  return fd >= 0 ? body_source_new_from_fd (fd, offset, length) : NULL;
}

static Reading
make_message (OutboxEntry *entry, const char *text)
{
  const Envelope *envelope = &entry->envelope;
  g_autoptr(Header) header = header_parse (text, (gsize) envelope->header_bytes, NULL);
  g_autoptr(BodySource) body = NULL;

  if (header == NULL)
    return READING_DAMAGED;
  body = make_body (entry);
  if (body == NULL)
    return failed_or_damaged (entry);
  entry->message = message_take_parts (
      envelope->sender, (const char *const *) envelope->recipients, g_steal_pointer (&header), body,
      envelope->traits);
  message_set_dsn (entry->message, &envelope->dsn);
  return READING_GOOD;
}

/* Who only looks at it makes no message of it. */
static Reading
read_header (OutboxEntry *entry, const Head *head)
{
  gsize header_bytes = (gsize) entry->envelope.header_bytes;
  guint64 offset = envelope_get_header_offset (&entry->envelope);
  Reading result = READING_DAMAGED;
  g_autofree char *read = NULL;
  const char *text = peek_text (entry, head, offset, header_bytes + 2, &read, &result);

  if (text == NULL)
    return result;
  if (memcmp (text + header_bytes, "\r\n", 2) != 0)
    return READING_DAMAGED;
  if (entry->lock != NULL)
    return make_message (entry, text);
  return shown_fields_read (&entry->shown, text, header_bytes) ? READING_GOOD : READING_DAMAGED;
}

/* The report as submission left it, before the journal. */
static void
begin_report (OutboxEntry *entry)
{
  g_clear_pointer (&entry->report, sendpath_report_unref);
  entry->report = entry->message != NULL
                      ? report_new (entry->id, entry->message)
                      : report_new_for (entry->id,
                                        (const char *const *) entry->envelope.recipients,
                                        &entry->shown);
  entry->report->account = g_strdup (entry->envelope.account);
  entry->report->next_try_s = entry->envelope.next_try_s;
  entry->report->sender = g_strdup (entry->envelope.sender);
  entry->report->queued_at_s = entry->envelope.queued_at_us / G_USEC_PER_SEC;
  entry->report->size_bytes =
      entry->envelope.header_bytes + strlen ("\r\n") + entry->envelope.body_bytes;
}

Reading
outbox_reader_read_message (OutboxEntry *entry)
{
  Head head;
  Reading reading = READING_GOOD;

  if (entry->lock != NULL && entry->file_bytes <= WHOLE_BYTES)
    reading = read_whole (entry);
  if (reading == READING_GOOD)
    reading = read_envelope (entry, &head);
  return reading == READING_GOOD ? read_header (entry, &head) : reading;
}

Reading
outbox_reader_check_whole (OutboxEntry *entry)
{
  Reading reading = check_end_mark (entry);

  return reading == READING_GOOD ? check_sum (entry) : reading;
}

Reading
outbox_reader_open_journal (OutboxEntry *entry)
{
  int flags = entry->lock != NULL ? O_RDWR | O_APPEND : O_RDONLY;

  entry->journal_fd = outbox_open_journal (entry->outbox, entry->id, entry->folder, flags);
  if (entry->journal_fd >= 0)
    return READING_GOOD;
  return errno == ENOENT ? READING_DAMAGED : failed_or_damaged (entry);
}

Reading
outbox_reader_read_journal (OutboxEntry *entry, gboolean is_in_flight)
{
  g_autoptr(GError) error = NULL;
  gboolean is_read;

  begin_report (entry);
  entry->report->is_in_flight = is_in_flight;
  is_read = is_in_flight ? journal_peek (entry->journal_fd, entry->report, &error)
                         : journal_replay (entry->journal_fd, entry->report, &error);
  if (is_read)
    return READING_GOOD;
  if (g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT))
    return READING_DAMAGED;
  entry->error_code = EIO;
  return g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_NEWER) ? READING_NEWER : READING_FAILED;
}

gboolean
outbox_reader_is_still_there (OutboxEntry *entry)
{
  char name[OUTBOX_NAME_SIZE];
  struct stat by_name, by_fd;

  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  return fstatat (entry->outbox->folders[entry->folder], name, &by_name, AT_SYMLINK_NOFOLLOW) ==
             0 &&
         fstat (entry->fd, &by_fd) == 0 && by_name.st_ino == by_fd.st_ino &&
         by_name.st_dev == by_fd.st_dev;
}

/* ---- what came of it ------------------------------------------------------------------------- */

static void
set_damaged (OutboxEntry *entry, const char *name, GError **error)
{
  if (entry->lock != NULL)
    outbox_set_aside (entry->outbox, entry->id, entry->folder, error);
  else
    g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT, _("%s/%s/%s: the message is damaged"),
                 entry->outbox->path, outbox_get_folder_name (entry->folder), name);
}

static void
set_failed (OutboxEntry *entry, const char *name, GError **error)
{
  errno = entry->error_code;
  if (outbox_is_unreadable (entry->error_code))
    g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT,
                 _("%s/%s/%s: the message cannot be read now and stays there: %s"),
                 entry->outbox->path, outbox_get_folder_name (entry->folder), name,
                 g_strerror (entry->error_code));
  else
    outbox_set_error (error, OUTBOX_ERROR_IO, entry->outbox, entry->folder, name);
}

gboolean
outbox_reader_check (OutboxEntry *entry, Reading reading, GError **error)
{
  char name[OUTBOX_NAME_SIZE];

  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  switch (reading)
    {
    case READING_GOOD:
      return TRUE;
    case READING_DAMAGED:
      set_damaged (entry, name, error);
      return FALSE;
    case READING_NEWER:
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NEWER,
                   _("%s/%s/%s: a later version of sendpath wrote this message; it is left for "
                     "that version"),
                   entry->outbox->path, outbox_get_folder_name (entry->folder), name);
      return FALSE;
    case READING_FAILED:
      set_failed (entry, name, error);
      return FALSE;
    }
  return FALSE;
}
