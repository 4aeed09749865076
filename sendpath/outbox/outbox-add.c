/* A message comes in: written whole, synced, renamed into queue/ (P-1 to P-4). Either it is there
 * when this is over, or nothing of it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/lock.h"
#include "sendpath/outbox/outbox-private.h"

#define BUFFER_BYTES (64 * 1024)
/* How often a name is tried again that recovery took for a dead one's before we could lock it. */
#define TRIES 8

typedef struct {
  Outbox *outbox;
  Envelope envelope; /* its texts are borrowed */
  char message[OUTBOX_NAME_SIZE];
  char journal[OUTBOX_NAME_SIZE];
  Lock *lock;
  gboolean is_created; /* the message's file in tmp/ is ours */
  gboolean has_id;     /* it was chosen beforehand */
  int error_code;      /* errno of what failed last */
  GChecksum *sum;
  char *buffer; /* what is not written yet: most messages go in one write */
  gsize used;
} Addition;

static void
addition_clear (Addition *addition)
{
  g_clear_pointer (&addition->lock, lock_free);
  g_clear_pointer (&addition->sum, g_checksum_free);
  g_clear_pointer (&addition->buffer, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Addition, addition_clear)

static gboolean
fail (Addition *addition, guint folder, const char *name, GError **error)
{
  addition->error_code = errno;
  outbox_set_error (error, OUTBOX_ERROR_IO, addition->outbox, folder, name);
  return FALSE;
}

/* ---- a name and a file ----------------------------------------------------------------------- */

/* nobody can guess it, so nobody can have put something there. */
static gboolean
choose_id (char id[ENVELOPE_ID_CHARS + 1])
{
  guint8 random[ENVELOPE_ID_CHARS / 2];
  ssize_t count;

  do
    count = getrandom (random, sizeof random, 0);
  while (count < 0 && errno == EINTR);
  if (count != sizeof random)
    return FALSE;
  for (guint i = 0; i < sizeof random; i++)
    g_snprintf (id + 2 * i, 3, "%02x", random[i]);
  return TRUE;
}

char *
outbox_dup_new_id (void)
{
  char id[ENVELOPE_ID_CHARS + 1];

  return choose_id (id) ? g_strdup (id) : NULL;
}

static int
open_new (gpointer data)
{
  Addition *addition = data;
  int fd = disk_create (addition->outbox->folders[OUTBOX_TMP], addition->message, O_RDWR);

  addition->is_created = fd >= 0;
  return fd;
}

/* A new locked file in tmp/. FALSE and errno; EEXIST: try another name. */
static gboolean
create_locked (Addition *addition)
{
  struct stat status;

  addition->lock = lock_take (open_new, addition);
  if (addition->lock == NULL)
    {
      int code = errno;

      if (addition->is_created)
        unlinkat (addition->outbox->folders[OUTBOX_TMP], addition->message, 0);
      errno = code == EAGAIN ? EEXIST : code; /* recovery has it, and takes it for a dead one's */
      return FALSE;
    }
  if (fstat (lock_get_fd (addition->lock), &status) == 0 && status.st_nlink == 1)
    return TRUE;
  /* recovery came between the two calls and removed it */
  g_clear_pointer (&addition->lock, lock_free);
  errno = EEXIST;
  return FALSE;
}

static gboolean
create_message (Addition *addition, GError **error)
{
  for (guint i = 0; i < TRIES; i++)
    {
      if (!addition->has_id && !choose_id (addition->envelope.id))
        return fail (addition, OUTBOX_TMP, NULL, error);
      outbox_make_name (addition->message, addition->envelope.id, OUTBOX_MESSAGE);
      outbox_make_name (addition->journal, addition->envelope.id, OUTBOX_JOURNAL);
      if (create_locked (addition))
        return TRUE;
      if (errno != EEXIST)
        break;
    }
  return fail (addition, OUTBOX_TMP, addition->message, error);
}

/* ---- its bytes ------------------------------------------------------------------------------- */

static gboolean
flush (Addition *addition, GError **error)
{
  if (!disk_write (lock_get_fd (addition->lock), addition->buffer, addition->used))
    return fail (addition, OUTBOX_TMP, addition->message, error);
  addition->used = 0;
  return TRUE;
}

static gboolean
put (Addition *addition, const char *bytes, gsize length, GError **error)
{
  while (length > 0)
    {
      gsize count = MIN (length, BUFFER_BYTES - addition->used);

      memcpy (addition->buffer + addition->used, bytes, count);
      addition->used += count;
      bytes += count;
      length -= count;
      if (addition->used == BUFFER_BYTES && !flush (addition, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_summed (Addition *addition, const char *bytes, gsize length, GError **error)
{
  g_checksum_update (addition->sum, (const guchar *) bytes, (gssize) length);
  return put (addition, bytes, length, error);
}

static gboolean
put_envelope (Addition *addition, GError **error)
{
  g_autofree char *text = envelope_format (&addition->envelope);

  if (addition->envelope.envelope_bytes > ENVELOPE_MAX_BYTES)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _("the message has too many recipients; send it to some at a time"));
      return FALSE;
    }
  return put (addition, text, ENVELOPE_SUMMED_OFFSET, error) &&
         put_summed (addition, text + ENVELOPE_SUMMED_OFFSET,
                     addition->envelope.envelope_bytes - ENVELOPE_SUMMED_OFFSET, error);
}

/* P-12: the body goes through one small buffer. */
static gboolean
put_body (Addition *addition, const BodySource *body, GError **error)
{
  guint64 offset = 0;

  while (offset < addition->envelope.body_bytes)
    {
      char *place = addition->buffer + addition->used;
      gssize count = body_source_read (body, offset, place, BUFFER_BYTES - addition->used, error);

      if (count < 0)
        return FALSE;
      g_checksum_update (addition->sum, (const guchar *) place, count);
      addition->used += (gsize) count;
      offset += (guint64) count;
      if (addition->used == BUFFER_BYTES && !flush (addition, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_end (Addition *addition, GError **error)
{
  g_autofree char *mark = envelope_dup_end_mark (&addition->envelope);

  return put (addition, mark, strlen (mark), error) && flush (addition, error);
}

/* The checksum is known only now; its place was left with zeros. */
static gboolean
seal (Addition *addition, GError **error)
{
  int fd = lock_get_fd (addition->lock);

  if (!disk_write_at (fd, g_checksum_get_string (addition->sum), ENVELOPE_SHA256_CHARS,
                      ENVELOPE_SHA256_OFFSET) ||
      !disk_sync (fd))
    return fail (addition, OUTBOX_TMP, addition->message, error);
  return TRUE;
}

static gboolean
write_message (Addition *addition, GBytes *header, const BodySource *body, GError **error)
{
  return put_envelope (addition, error) &&
         put_summed (addition, g_bytes_get_data (header, NULL), g_bytes_get_size (header), error) &&
         put_summed (addition, "\r\n", strlen ("\r\n"), error) &&
         put_body (addition, body, error) && put_end (addition, error) && seal (addition, error);
}

/* A journal with room for one outcome (P-11). There is nothing in it to sync, and before a dot the room is
 * taken again. */
static gboolean
create_journal (Addition *addition, GError **error)
{
  int fd =
      disk_create (addition->outbox->folders[OUTBOX_TMP], addition->journal, O_RDWR | O_APPEND);
  guint n_recipients = g_strv_length (addition->envelope.recipients);

  if (fd < 0)
    return fail (addition, OUTBOX_TMP, addition->journal, error);
  if (!journal_reserve (fd, n_recipients))
    {
      fail (addition, OUTBOX_TMP, addition->journal, error);
      disk_close (fd);
      return FALSE;
    }
  disk_close (fd);
  return TRUE;
}

/* ---- into the queue -------------------------------------------------------------------------- */

static gboolean
rename_into_queue (Addition *addition, const char *name)
{
  return outbox_move_file (addition->outbox, name, OUTBOX_TMP, name, OUTBOX_QUEUE);
}

/* The journal first: a message in queue/ without one could be taken for one that was never tried.
 * Our lock keeps every sender away until the folder is synced: what fails there has been sent to
 * nobody (P-4). */
static gboolean
publish (Addition *addition, GError **error)
{
  if (!rename_into_queue (addition, addition->journal) ||
      !rename_into_queue (addition, addition->message) ||
      !disk_sync (addition->outbox->folders[OUTBOX_QUEUE]))
    return fail (addition, OUTBOX_QUEUE, addition->message, error);
  return TRUE;
}

static void
take_back (Addition *addition)
{
  static const guint folders[] = { OUTBOX_QUEUE, OUTBOX_TMP };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    unlinkat (addition->outbox->folders[folders[i]], addition->message, 0);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    unlinkat (addition->outbox->folders[folders[i]], addition->journal, 0);
}

/* What cannot be read back must not be taken in: it would be found damaged later, when nobody is
 * there to mend it. */
static gboolean
check_readable (Addition *addition, GBytes *header, GError **error)
{
  g_autoptr(Header) parsed =
      header_parse (g_bytes_get_data (header, NULL), g_bytes_get_size (header), error);

  if (parsed == NULL)
    return FALSE;
  if (addition->envelope.header_bytes > HEADER_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("the header of the message is larger than %d bytes"), HEADER_MAX_BYTES);
      return FALSE;
    }
  return TRUE;
}

static gboolean
write_and_publish (Addition *addition, SendpathMessage *message, GBytes *header, GError **error)
{
  if (!create_message (addition, error))
    return FALSE;
  if (write_message (addition, header, message_peek_body (message), error) &&
      create_journal (addition, error) && publish (addition, error))
    return TRUE;
  take_back (addition);
  return FALSE;
}

/* From the start, with another file. */
static gboolean
try_again (Addition *addition, SendpathMessage *message, GBytes *header, GError **error)
{
  g_clear_error (error);
  g_clear_pointer (&addition->lock, lock_free);
  g_checksum_reset (addition->sum);
  addition->used = 0;
  addition->is_created = FALSE;
  return write_and_publish (addition, message, header, error);
}

static gboolean
is_disk_full (int code)
{
  return code == ENOSPC || code == EDQUOT;
}

char *
outbox_add_again (Outbox *outbox, SendpathMessage *message, const char *account,
                  const OutboxAgain *again, gint64 now_us, GError **error)
{
  g_autoptr(GBytes) header = header_to_bytes (message_peek_header (message));
  BodySource *body = message_peek_body (message);
  g_auto(Addition) addition = { .outbox = outbox,
                                .has_id = again->id != NULL };
  /* nothing may fail once the message is there: its caller would send it again */
  g_autofree char *id = g_malloc0 (sizeof addition.envelope.id);
  gboolean is_there;

  addition.envelope = (Envelope) {
    .header_bytes = g_bytes_get_size (header),
    .body_bytes = body_source_get_length (body),
    .queued_at_us = now_us,
    .traits = message_get_body_traits (message),
    .account = (char *) account,
    .resend_of = (char *) again->resend_of,
    .avoid = (char **) again->avoid,
    .next_try_s = again->next_try_s,
    .sender = (char *) sendpath_message_get_sender (message),
    .dsn = *message_get_dsn (message),
    .recipients = (char **) sendpath_message_get_recipients (message),
  };
  g_return_val_if_fail (addition.envelope.recipients[0] != NULL, NULL);
  if (again->id != NULL)
    g_strlcpy (addition.envelope.id, again->id, sizeof addition.envelope.id);
  addition.sum = g_checksum_new (G_CHECKSUM_SHA256);
  addition.buffer = g_malloc (BUFFER_BYTES);
  if (!check_readable (&addition, header, error))
    return NULL;
  is_there = write_and_publish (&addition, message, header, error);
  if (!is_there && is_disk_full (addition.error_code) && outbox_drop_sent (outbox))
    is_there = try_again (&addition, message, header, error);
  if (!is_there)
    return NULL;
  memcpy (id, addition.envelope.id, sizeof addition.envelope.id);
  return g_steal_pointer (&id);
}

char *
outbox_add (Outbox *outbox, SendpathMessage *message, const char *account, gint64 now_us,
            GError **error)
{
  static const OutboxAgain first = { NULL };

  return outbox_add_again (outbox, message, account, &first, now_us, error);
}
