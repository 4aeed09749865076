/* The journal of one message: lines of JSON, only ever appended. It never reads them again, but for what
 * a crash left of the last one. */
#include "config.h"

#include "sendpath/outbox/journal.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox.h"
#include "sendpath/outbox/outcomes.h"
#include "sendpath/walk/fields.h"

/* Room for a dot record and its outcome (P-11): for each recipient its address twice and up to 500
 * characters of a reply, which may take four bytes each. The outcome names those who were refused
 * before the dot too, so it is room for as many as a transaction usually has (PRODUCT.md,
 * max-recipients), or more if the dot is for more. */
#define ROOM_BYTES               4096
#define ROOM_BYTES_PER_RECIPIENT 3072
#define TRANSACTION_RECIPIENTS   100

#define READ_BYTES (64 * 1024)

#define DOT_AHEAD_MAX_US (10 * G_USEC_PER_SEC)

#define TORN_LINE_END "~\n" /* JOURNAL_TORN_MARK */

struct _Journal {
  int fd;
  guint n_recipients; /* of the message */
  gboolean is_torn;   /* the last line is not whole */
  char *dot_ahead;    /* what a dot was noted for before its turn; NULL: none was, or its turn came */
  gint64 dot_ahead_us; /* when */
  gboolean has_unsynced; /* the last line may not be on disk */
  gboolean is_broken; /* a sync failed: nothing that is written now can be trusted (P-1) */
};

/* ---- writing --------------------------------------------------------------------------------- */

/* For a dot of @n_dotted of the @n_recipients of a message. */
static guint64
room_for (guint n_dotted, guint n_recipients)
{
  guint n = MAX (n_dotted, MIN (n_recipients, TRANSACTION_RECIPIENTS));

  return ROOM_BYTES + (guint64) n * ROOM_BYTES_PER_RECIPIENT;
}

gboolean
journal_reserve (int fd, guint n_recipients)
{
  return disk_reserve (fd, 0, room_for (0, n_recipients));
}

/* The last @length bytes of @fd, or NULL. */
static char *
read_tail (int fd, guint64 size, gsize length)
{
  g_autofree char *tail = g_malloc (length);

  if (disk_read_at (fd, tail, length, size - length) != (gssize) length)
    return NULL;
  return g_steal_pointer (&tail);
}

/* A last line without its end, or one whose blocks did not all reach the disk before a power cut.
 */
static gboolean
ends_torn (int fd)
{
  struct stat status;
  gsize length = READ_BYTES / 2;

  if (fstat (fd, &status) < 0 || status.st_size == 0)
    return FALSE;
  for (;;)
    {
      g_autofree char *tail = NULL;
      const char *before;

      length = (gsize) MIN ((guint64) status.st_size, 2 * (guint64) length);
      tail = read_tail (fd, (guint64) status.st_size, length);
      if (tail == NULL || tail[length - 1] != '\n')
        return TRUE;
      before = memrchr (tail, '\n', length - 1);
      if (before != NULL || length == (gsize) status.st_size)
        {
          const char *line = before != NULL ? before + 1 : tail;
          gsize line_length = (gsize) (tail + length - 1 - line);
          g_autoptr(JsonObject) record = fields_parse (line, line_length);

          return record == NULL && (line_length == 0 || line[line_length - 1] != JOURNAL_TORN_MARK);
        }
    }
}

Journal *
journal_new (int fd, guint n_recipients)
{
  Journal *journal = g_new0 (Journal, 1);

  journal->fd = fd;
  journal->n_recipients = n_recipients;
  journal->is_torn = ends_torn (fd);
  return journal;
}

void
journal_free (Journal *journal)
{
  disk_close (journal->fd);
  g_free (journal->dot_ahead);
  g_free (journal);
}

static gboolean
fail (GError **error)
{
  static const int full[] = { ENOSPC, EDQUOT, EFBIG };
  int code = errno;
  OutboxError kind = OUTBOX_ERROR_IO;

  for (guint i = 0; i < G_N_ELEMENTS (full); i++)
    kind = code == full[i] ? OUTBOX_ERROR_FULL : kind;
  g_set_error (error, OUTBOX_ERROR, kind, _("the journal of the message cannot be written: %s"),
               g_strerror (code));
  return FALSE;
}

static gboolean
sync_lines (Journal *journal, GError **error)
{
  if (disk_sync_data (journal->fd))
    {
      journal->has_unsynced = FALSE;
      return TRUE;
    }
  journal->is_broken = TRUE;
  return fail (error);
}

/* One line in one write. Only the last line of a journal may be torn, so what is before it is on disk. */
static gboolean
write_line (Journal *journal, JsonObject *record, GError **error)
{
  g_autofree char *json = fields_print (record);
  g_autofree char *line = g_strconcat (journal->is_torn ? TORN_LINE_END : "", json, "\n", NULL);

  if (journal->is_broken)
    {
      errno = EIO;
      return fail (error);
    }
  if (journal->has_unsynced && !sync_lines (journal, error))
    return FALSE;
  if (!disk_write (journal->fd, line, strlen (line)))
    {
      journal->is_torn = TRUE;
      return fail (error);
    }
  journal->is_torn = FALSE;
  journal->has_unsynced = TRUE;
  return TRUE;
}

/* The same, on disk when this returns TRUE. */
static gboolean
append (Journal *journal, JsonObject *record, GError **error)
{
  return write_line (journal, record, error) && sync_lines (journal, error);
}

static JsonObject *
new_record (const char *event, gint64 now_us)
{
  JsonObject *record = json_object_new ();

  fields_add_text (record, "event", event);
  fields_add_time (record, "at", now_us / G_USEC_PER_SEC);
  return record;
}

/* The room for what comes after the dot is taken before it: a full disk must not make sure into
 * uncertain. */
static gboolean
reserve_behind (Journal *journal, guint n_dotted)
{
  struct stat status;

  return fstat (journal->fd, &status) == 0 &&
         disk_reserve (journal->fd, (guint64) status.st_size,
                       room_for (n_dotted, journal->n_recipients));
}

static JsonObject *
new_dot (const char *const *addresses, const char *server, SenderRule rule, gint64 now_us)
{
  JsonObject *record = new_record ("dot", now_us);

  fields_add_text (record, "server", server);
  fields_add_text (record, "sender_rule", sender_rule_to_string (rule));
  fields_add_texts (record, "addresses", addresses);
  return record;
}

gboolean
journal_note_dot (Journal *journal, const char *const *addresses, const char *server,
                  SenderRule rule, gint64 now_us, GError **error)
{
  g_autoptr(JsonObject) record = new_dot (addresses, server, rule, now_us);

  if (!reserve_behind (journal, g_strv_length ((char **) addresses)))
    return fail (error);
  return append (journal, record, error);
}

/* ---- together with other messages ------------------------------------------------------------ */

/* What a dot is for, as one text. */
static char *
describe_dot (const char *const *addresses, const char *server, SenderRule rule)
{
  g_autofree char *list = g_strjoinv ("\n", (char **) addresses);

  return g_strdup_printf ("%s\n%s\n%s", server, sender_rule_to_string (rule), list);
}

gboolean
journal_write_dot_ahead (Journal *journal, const char *const *addresses, const char *server,
                         SenderRule rule, gint64 now_us, GError **error)
{
  g_autoptr(JsonObject) record = new_dot (addresses, server, rule, now_us);

  if (!reserve_behind (journal, g_strv_length ((char **) addresses)))
    return fail (error);
  if (!write_line (journal, record, error))
    return FALSE;
  journal->dot_ahead = describe_dot (addresses, server, rule);
  journal->dot_ahead_us = now_us;
  return TRUE;
}

gboolean
journal_has_dot_ahead (const Journal *journal)
{
  return journal->dot_ahead != NULL;
}

gboolean
journal_use_dot_ahead (Journal *journal, const char *const *addresses, const char *server,
                       SenderRule rule, gint64 now_us)
{
  g_autofree char *dot = describe_dot (addresses, server, rule);

  if (journal->is_broken || journal->has_unsynced || g_strcmp0 (journal->dot_ahead, dot) != 0 ||
      ABS (now_us - journal->dot_ahead_us) > DOT_AHEAD_MAX_US)
    return FALSE;
  g_clear_pointer (&journal->dot_ahead, g_free);
  return TRUE;
}

gboolean
journal_take_back_dot (Journal *journal, gint64 now_us, GError **error)
{
  g_autoptr(JsonObject) record = NULL;

  if (journal->dot_ahead == NULL)
    return TRUE;
  g_clear_pointer (&journal->dot_ahead, g_free);
  record = new_record ("no-dot", now_us);
  return append (journal, record, error);
}

gboolean
journal_sync_all (Journal *const *journals, guint n, int dir_fd, GError **error)
{
  g_autofree int *fds = g_new (int, n);
  gboolean is_synced;

  for (guint i = 0; i < n; i++)
    fds[i] = journals[i]->fd;
  is_synced = disk_sync_data_of (dir_fd, fds, n);
  for (guint i = 0; i < n; i++)
    {
      journals[i]->has_unsynced = FALSE;
      journals[i]->is_broken = journals[i]->is_broken || !is_synced;
    }
  return is_synced || fail (error);
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static JsonObject *
new_attempt (const SendpathReport *report, guint attempt, gint64 now_us)
{
  JsonObject *record = new_record ("attempt", now_us);
  const Attempt *noted = report->attempts->pdata[attempt];

  json_object_set_member (record, "attempt", attempt_to_json (noted));
  attempt_add_offer_fields (record, noted);
  fields_add_array (record, "recipients", outcomes_new (report, noted));
  return record;
}

gboolean
journal_note_attempt (Journal *journal, const SendpathReport *report, guint attempt, gint64 now_us,
                      GError **error)
{
  g_autoptr(JsonObject) record = new_attempt (report, attempt, now_us);

  return append (journal, record, error);
}

static JsonObject *
new_state (const SendpathReport *report, gint64 now_us)
{
  JsonObject *record = new_record ("state", now_us);

  fields_add_text (record, "account", report->account);
  fields_add_text (record, "location", report->location);
  fields_add_text (record, "network", report->network);
  fields_add_text (record, "reason", report->reason);
  fields_add_text (record, "needs", report->needs);
  fields_add_time (record, "next_try", report->next_try_s);
  fields_add_boolean (record, "held", report->held);
  fields_add_number (record, "tries", report->n_tries);
  fields_add_number (record, "tried", report->tried_s);
  fields_add_number (record, "paced", report->n_paced);
  fields_add_array (record, "recipients", outcomes_new (report, NULL));
  return record;
}

gboolean
journal_note_state (Journal *journal, const SendpathReport *report, gint64 now_us, GError **error)
{
  g_autoptr(JsonObject) record = new_state (report, now_us);

  return append (journal, record, error);
}

gboolean
journal_note_end (Journal *journal, const SendpathReport *report, guint attempt, gint64 now_us,
                  gboolean is_ahead, GError **error)
{
  g_autoptr(JsonObject) record = new_attempt (report, attempt, now_us);

  json_object_set_object_member (record, "state", new_state (report, now_us));
  return is_ahead ? write_line (journal, record, error) : append (journal, record, error);
}

gboolean
journal_note_resend (Journal *journal, const char *const *addresses, const char *id,
                     gboolean is_done, gint64 now_us, GError **error)
{
  g_autoptr(JsonObject) record = new_record ("resend", now_us);

  fields_add_text (record, "id", id);
  fields_add_boolean (record, "done", is_done);
  fields_add_texts (record, "addresses", addresses);
  return append (journal, record, error);
}

void
journal_give_back (Journal *journal)
{
  struct stat status;

  /* to the same length: what was reserved behind it goes */
  if (fstat (journal->fd, &status) < 0 || ftruncate (journal->fd, status.st_size) < 0)
    return; /* it only stays larger than it need be */
}
