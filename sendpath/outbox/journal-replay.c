/* What the journal of a message says: its records applied to a report, one after the other. It never
 * judges what a record means for the next try, and writes nothing. */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/outbox/attempt-line.h"
#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/journal.h"
#include "sendpath/outbox/outbox.h"
#include "sendpath/outbox/outcomes.h"
#include "sendpath/outbox/state-line.h"
#include "sendpath/walk/fields.h"

/* Most journals are no longer. */
#define JOURNAL_BYTES 8192

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

/* What was noted ahead of its turn, which never came. */
static gboolean
replay_no_dot (Replay *replay, JsonObject *record, GError **error)
{
  GHashTableIter iter;
  gpointer address;

  if (replay->dots == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, replay->dots);
  while (g_hash_table_iter_next (&iter, &address, NULL))
    report_take_back_dot (replay->report, address);
  g_hash_table_remove_all (replay->dots);
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

/* Settles a recipient, who thereby loses the dot: those whom no outcome names may have got the
 * message. */
static void
settle (Replay *replay, const char *address, guint attempt, SendpathRecipientState state,
        SendpathVerdict verdict, SendpathReply *reply)
{
  report_set_recipient (replay->report, address, attempt, state, verdict, reply);
  if (replay->dots != NULL)
    g_hash_table_remove (replay->dots, address);
}

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
    settle (replay, ((ReportRecipient *) recipients->pdata[i])->address, attempt, state, verdict,
            reply);
  return TRUE;
}

/* Takes @attempt over; returns its index. */
static guint
begin_attempt (Replay *replay, Attempt *attempt)
{
  if (replay->is_walk_over)
    report_begin_walk (replay->report);
  replay->is_walk_over = FALSE;
  return report_add_attempt (replay->report, attempt);
}

static gboolean replay_state (Replay *replay, JsonObject *record, GError **error);

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
  index = begin_attempt (replay, attempt);
  for (guint i = 0; i < json_array_get_length (outcomes); i++)
    if (!replay_outcome (replay, fields_peek_object (outcomes, i), index, error))
      return FALSE;
  /* a walk that ended well ends in one line */
  node = json_object_get_member (record, "state");
  return node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
         replay_state (replay, json_node_get_object (node), error);
}

/* Takes the attempt of @read over. */
static gboolean
apply_attempt (Replay *replay, AttemptLine *read, GError **error)
{
  guint index = begin_attempt (replay, g_steal_pointer (&read->attempt));

  for (guint i = 0; i < read->outcomes->len; i++)
    {
      const AttemptOutcome *outcome = &g_array_index (read->outcomes, AttemptOutcome, i);
      ReportRecipient *recipient = report_find_recipient (replay->report, outcome->address);
      SendpathRecipientState state;

      if (recipient == NULL)
        return set_damage (error);
      if (!find_state (outcome->state, &state))
        return set_newer (error, outcome->state);
      settle (replay, recipient->address, index, state, outcome->verdict, outcome->reply);
    }
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
  { "no-dot", replay_no_dot },
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
  g_auto(AttemptLine) attempt = { .attempt = NULL };
  gsize whole_length = length;

  while (length > 0 && line[length - 1] == JOURNAL_TORN_MARK)
    length--;
  if (!replay->is_torn && state_line_read (&state, line, length))
    {
      apply_state (replay, &state);
      return TRUE;
    }
  if (!replay->is_torn && attempt_line_read (&attempt, line, length))
    return apply_attempt (replay, &attempt, error);
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

/* Takes all whole lines out of @text; returns how many bytes they are, or -1. */
static gssize
replay_lines (Replay *replay, const char *text, gsize length, GError **error)
{
  const char *line = text, *end;

  while ((end = memchr (line, '\n', length - (gsize) (line - text))) != NULL)
    {
      if (!replay_line (replay, line, (gsize) (end - line), error))
        return -1;
      line = end + 1;
    }
  return line - text;
}

/* Its first bytes go where they need not be copied, which for most journals is all. */
static gboolean
read_records (Replay *replay, int fd, GError **error)
{
  g_autofree char *large = NULL;
  char small[JOURNAL_BYTES];
  char *text = small;
  gsize room = sizeof small, length = 0;
  guint64 offset = 0;

  for (;;)
    {
      gssize count = disk_read_at (fd, text + length, room - length, offset), used;

      if (count < 0)
        {
          int code = errno;

          g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_IO,
                       _("the journal of the message cannot be read: %s"), g_strerror (code));
          return FALSE;
        }
      length += (gsize) count;
      offset += (guint64) count;
      used = replay_lines (replay, text, length, error);
      if (used < 0)
        return FALSE;
      memmove (text, text + used, length - (gsize) used);
      if (length < room) /* disk_read_at() gives less at the end alone */
        return length == (gsize) used || replay_line (replay, text, length - (gsize) used, error);
      length -= (gsize) used;
      if (length == room)
        {
          room *= 2;
          large = g_realloc (large, room);
          if (text == small)
            memcpy (large, small, sizeof small);
          text = large;
        }
    }
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
