/* The journal of one message: lines of JSON, only ever appended. It never judges what a record
 * means for the next try. */
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
#include "sendpath/outbox/state-line.h"
#include "sendpath/walk/fields.h"

/* Room for a dot record and its outcome (P-11): for each recipient its address twice and up to 500
 * characters of a reply, which may take four bytes each. The outcome names those who were refused
 * before the dot too, so it is room for as many as a transaction usually has (PRODUCT.md,
 * max-recipients), or more if the dot is for more. */
#define ROOM_BYTES               4096
#define ROOM_BYTES_PER_RECIPIENT 3072
#define TRANSACTION_RECIPIENTS   100

#define READ_BYTES (64 * 1024)
/* Most journals are no longer. */
#define JOURNAL_BYTES 8192

/* Put behind what a crash left of a last line, before anything else is written: so what is torn is
 * told from what was damaged later. */
#define TORN_MARK     '~'
#define TORN_LINE_END "~\n"

struct _Journal {
  int fd;
  guint n_recipients; /* of the message */
  gboolean is_torn;   /* the last line is not whole */
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

          return record == NULL && (line_length == 0 || line[line_length - 1] != TORN_MARK);
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

/* One line in one write, on disk when this returns TRUE. */
static gboolean
append (Journal *journal, JsonObject *record, GError **error)
{
  g_autofree char *json = fields_print (record);
  g_autofree char *line = g_strconcat (journal->is_torn ? TORN_LINE_END : "", json, "\n", NULL);

  if (journal->is_broken)
    {
      errno = EIO;
      return fail (error);
    }
  if (!disk_write (journal->fd, line, strlen (line)))
    {
      journal->is_torn = TRUE;
      return fail (error);
    }
  journal->is_torn = FALSE;
  if (!disk_sync_data (journal->fd))
    {
      journal->is_broken = TRUE;
      return fail (error);
    }
  return TRUE;
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

gboolean
journal_note_dot (Journal *journal, const char *const *addresses, const char *server,
                  SenderRule rule, gint64 now_us, GError **error)
{
  g_autoptr(JsonObject) record = new_record ("dot", now_us);

  fields_add_text (record, "server", server);
  fields_add_text (record, "sender_rule", sender_rule_to_string (rule));
  fields_add_texts (record, "addresses", addresses);
  if (!reserve_behind (journal, g_strv_length ((char **) addresses)))
    return fail (error);
  return append (journal, record, error);
}

gboolean
journal_note_attempt (Journal *journal, const SendpathReport *report, guint attempt, gint64 now_us,
                      GError **error)
{
  g_autoptr(JsonObject) record = new_record ("attempt", now_us);
  const Attempt *noted = report->attempts->pdata[attempt];

  json_object_set_member (record, "attempt", attempt_to_json (noted));
  attempt_add_offer_fields (record, noted);
  fields_add_array (record, "recipients", outcomes_new (report, noted));
  return append (journal, record, error);
}

gboolean
journal_note_state (Journal *journal, const SendpathReport *report, gint64 now_us, GError **error)
{
  g_autoptr(JsonObject) record = new_record ("state", now_us);

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
  return append (journal, record, error);
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

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
  SendpathReport *report;
  GHashTable *dots; /* address -> server: a dot may have been sent, and no outcome is known yet;
                       NULL before the first */
  gboolean is_torn;      /* the line before could not be read */
  gboolean is_walk_over; /* a walk ends with a record of the state it left behind */
} Replay;

static void
replay_clear (Replay *replay)
{
  g_clear_pointer (&replay->dots, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Replay, replay_clear)

static gboolean
set_damage (GError **error)
{
  g_set_error_literal (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT,
                       _("the journal of the message is damaged"));
  return FALSE;
}

static gboolean
replay_dot (Replay *replay, JsonObject *record, GError **error)
{
  g_auto(GStrv) addresses = fields_dup_texts (record, "addresses");
  const char *server = fields_get_text (record, "server");
  SenderRule rule = SENDER_RULE_KEEP;

  if (fields_get_text (record, "sender_rule") != NULL) /* absent: an earlier version wrote it */
    sender_rule_from_string (fields_get_text (record, "sender_rule"), &rule);
  if (replay->dots == NULL)
    replay->dots = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      ReportRecipient *recipient = report_find_recipient (replay->report, addresses[i]);

      if (recipient == NULL)
        return set_damage (error);
      report_note_dot (replay->report, recipient->address, server != NULL ? server : "", rule,
                       fields_get_time (record, "at"));
      g_hash_table_insert (replay->dots, recipient->address,
                           g_strdup (server != NULL ? server : ""));
    }
  return TRUE;
}

static gboolean
find_state (const char *name, SendpathRecipientState *state)
{
  for (int i = SENDPATH_RECIPIENT_QUEUED; i <= SENDPATH_RECIPIENT_UNCERTAIN; i++)
    if (g_strcmp0 (name, sendpath_recipient_state_to_string ((SendpathRecipientState) i)) == 0)
      {
        *state = (SendpathRecipientState) i;
        return TRUE;
      }
  return FALSE;
}

/* Passing over what we do not know could send a message again. */
static gboolean
set_newer (GError **error, const char *what)
{
  g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NEWER,
               _("the journal has a record “%s”, which is not known here"),
               what != NULL ? what : "");
  return FALSE;
}

/* Settles recipients. Only those whom an outcome names lose their dot: the others may have got
 * the message. */
static gboolean
replay_outcome (Replay *replay, JsonObject *outcome, guint attempt, GError **error)
{
  g_autoptr(GPtrArray) recipients =
      outcome != NULL ? outcomes_find_recipients (replay->report, outcome) : NULL;
  const char *verdict_name = outcome != NULL ? fields_get_text (outcome, "verdict") : NULL;
  const char *state_name = outcome != NULL ? fields_get_text (outcome, "state") : NULL;
  g_autoptr(SendpathReply) reply = NULL;
  SendpathRecipientState state;
  SendpathVerdict verdict;

  if (recipients == NULL || verdict_name == NULL || state_name == NULL)
    return set_damage (error);
  if (!find_state (state_name, &state))
    return set_newer (error, state_name);
  verdict = sendpath_verdict_from_string (verdict_name);
  reply = attempt_read_reply_fields (outcome, verdict);
  for (guint i = 0; i < recipients->len; i++)
    {
      const char *address = ((ReportRecipient *) recipients->pdata[i])->address;

      report_set_recipient (replay->report, address, attempt, state, verdict, reply);
      if (replay->dots != NULL)
        g_hash_table_remove (replay->dots, address);
    }
  return TRUE;
}

static gboolean
replay_attempt (Replay *replay, JsonObject *record, GError **error)
{
  JsonNode *node = json_object_get_member (record, "attempt");
  JsonArray *outcomes = fields_get_array (record, "recipients");
  Attempt *attempt = node != NULL ? attempt_from_json (node, NULL) : NULL;
  guint index;

  if (attempt == NULL || outcomes == NULL)
    {
      g_clear_pointer (&attempt, attempt_free);
      return set_damage (error);
    }
  attempt_read_offer_fields (attempt, record);
  if (replay->is_walk_over)
    report_begin_walk (replay->report);
  replay->is_walk_over = FALSE;
  index = report_add_attempt (replay->report, attempt);
  for (guint i = 0; i < json_array_get_length (outcomes); i++)
    if (!replay_outcome (replay, fields_peek_object (outcomes, i), index, error))
      return FALSE;
  return TRUE;
}

static void
replace_text (char **place, char **text)
{
  g_free (*place);
  *place = g_steal_pointer (text);
}

/* Takes the texts of @state over. */
static void
apply_state (Replay *replay, StateLine *state)
{
  SendpathReport *report = replay->report;

  replace_text (&report->account, &state->account);
  replace_text (&report->location, &state->location);
  replace_text (&report->network, &state->network);
  replace_text (&report->reason, &state->reason);
  replace_text (&report->needs, &state->needs);
  report->next_try_s = state->next_try_s;
  report->held = state->held;
  report->n_tries = (guint) CLAMP (state->n_tries, 0, G_MAXINT);
  report->tried_s = MAX (state->tried_s, 0);
  report->n_paced = (guint) CLAMP (state->n_paced, 0, G_MAXINT);
  report->settled_s = state->at_s;
  replay->is_walk_over = TRUE;
}

static gboolean
replay_state (Replay *replay, JsonObject *record, GError **error)
{
  JsonArray *late = fields_get_array (record, "recipients");
  g_auto(StateLine) state = {
    .account = g_strdup (fields_get_text (record, "account")),
    .location = g_strdup (fields_get_text (record, "location")),
    .network = g_strdup (fields_get_text (record, "network")),
    .reason = g_strdup (fields_get_text (record, "reason")),
    .needs = g_strdup (fields_get_text (record, "needs")),
    .at_s = fields_get_time (record, "at"),
    .next_try_s = fields_get_time (record, "next_try"),
    .held = fields_get_boolean (record, "held"),
    .n_tries = fields_get_number (record, "tries"),
    .tried_s = fields_get_number (record, "tried"),
    .n_paced = fields_get_number (record, "paced"),
  };

  for (guint i = 0; late != NULL && i < json_array_get_length (late); i++)
    if (!replay_outcome (replay, fields_peek_object (late, i), REPORT_NO_ATTEMPT, error))
      return FALSE;
  apply_state (replay, &state);
  return TRUE;
}

/* Whoever's mail came back and was sent again. */
static gboolean
replay_resend (Replay *replay, JsonObject *record, GError **error)
{
  g_auto(GStrv) addresses = fields_dup_texts (record, "addresses");
  const char *id = fields_get_text (record, "id");

  for (guint i = 0; addresses[i] != NULL; i++)
    {
      ReportRecipient *recipient = report_find_recipient (replay->report, addresses[i]);

      if (recipient == NULL || id == NULL)
        return set_damage (error);
      report_set_text (&recipient->resent_as, id);
      recipient->is_resent = recipient->is_resent || fields_get_boolean (record, "done");
    }
  return TRUE;
}

static const struct {
  const char *event;
  gboolean (*apply) (Replay *replay, JsonObject *record, GError **error);
} events[] = {
  { "dot", replay_dot },
  { "attempt", replay_attempt },
  { "state", replay_state },
  { "resend", replay_resend },
};

static gboolean
replay_record (Replay *replay, JsonObject *record, GError **error)
{
  const char *event = fields_get_text (record, "event");

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (g_strcmp0 (event, events[i].event) == 0)
      return events[i].apply (replay, record, error);
  return set_newer (error, event);
}

/* What cannot be read is a torn line, which never happened, if it is the last one, or a mark ends
 * or follows it. A line that lacked only its end was taken as it was before it got its mark, and
 * still is. */
static gboolean
replay_line (Replay *replay, const char *line, gsize length, GError **error)
{
  g_autoptr(JsonObject) record = NULL;
  g_auto(StateLine) state = { .at_s = 0 };
  gsize whole_length = length;

  while (length > 0 && line[length - 1] == TORN_MARK)
    length--;
  if (!replay->is_torn && state_line_read (&state, line, length))
    {
      apply_state (replay, &state);
      return TRUE;
    }
  record = fields_parse (line, length);
  if (record == NULL)
    {
      replay->is_torn = length == whole_length;
      return TRUE;
    }
  if (replay->is_torn)
    return set_damage (error);
  return replay_record (replay, record, error);
}

/* Takes all whole lines out of @text. */
static gboolean
replay_lines (Replay *replay, GString *text, GError **error)
{
  const char *line = text->str, *end;

  while ((end = memchr (line, '\n', text->len - (gsize) (line - text->str))) != NULL)
    {
      if (!replay_line (replay, line, (gsize) (end - line), error))
        return FALSE;
      line = end + 1;
    }
  g_string_erase (text, 0, line - text->str);
  return TRUE;
}

static gboolean
read_records (Replay *replay, int fd, GError **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  char buffer[JOURNAL_BYTES];
  guint64 offset = 0;
  gssize count;

  do
    {
      count = disk_read_at (fd, buffer, sizeof buffer, offset);
      g_string_append_len (text, buffer, MAX (count, 0));
      offset += (guint64) MAX (count, 0);
      if (count > 0 && !replay_lines (replay, text, error))
        return FALSE;
    }
  while (count == sizeof buffer); /* disk_read_at() gives less at the end alone */
  if (count < 0)
    {
      int code = errno;

      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_IO,
                   _("the journal of the message cannot be read: %s"), g_strerror (code));
      return FALSE;
    }
  return text->len == 0 || replay_line (replay, text->str, text->len, error);
}

/* P-5, T-104: between the record and the outcome nobody can tell, so nobody else is tried for them.
 */
static void
settle_dots (Replay *replay)
{
  GHashTableIter iter;
  gpointer address, server;

  if (replay->dots == NULL)
    return;
  g_hash_table_iter_init (&iter, replay->dots);
  while (g_hash_table_iter_next (&iter, &address, &server))
    {
      g_autofree char *text = g_strdup_printf (
          _("the message may have been handed to %s; its answer was never recorded"),
          (char *) server);
      g_autoptr(SendpathReply) reply = sendpath_reply_new_fault (SENDPATH_FAULT_LINK_LOST, text);

      report_set_recipient (replay->report, address, REPORT_NO_ATTEMPT,
                            SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_UNCERTAIN, reply);
    }
}

gboolean
journal_peek (int fd, SendpathReport *report, GError **error)
{
  g_auto(Replay) replay = { .report = report };

  return read_records (&replay, fd, error);
}

gboolean
journal_replay (int fd, SendpathReport *report, GError **error)
{
  g_auto(Replay) replay = { .report = report };

  if (!read_records (&replay, fd, error))
    return FALSE;
  settle_dots (&replay);
  return TRUE;
}
