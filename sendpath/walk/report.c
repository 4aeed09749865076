/* SendpathReport: the facts about one message, collected. It never decides what is done next. */
#include "config.h"

#include "sendpath/walk/report-private.h"

/**
 * SendpathReport:
 *
 * Everything that happened to one message: each attempt, and what became of each recipient with the
 * reply that decided. It does not change, and may be read in any thread.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (SendpathReport, sendpath_report, sendpath_report_ref, sendpath_report_unref)

static const char *const outcome_names[] = {
  [SENDPATH_OUTCOME_QUEUED] = "queued",       [SENDPATH_OUTCOME_SENT] = "sent",
  [SENDPATH_OUTCOME_PARTIAL] = "partial",     [SENDPATH_OUTCOME_FAILED] = "failed",
  [SENDPATH_OUTCOME_UNCERTAIN] = "uncertain",
};

static const char *const state_names[] = {
  [SENDPATH_RECIPIENT_QUEUED] = "queued",
  [SENDPATH_RECIPIENT_SENT] = "sent",
  [SENDPATH_RECIPIENT_FAILED] = "failed",
  [SENDPATH_RECIPIENT_UNCERTAIN] = "uncertain",
};

/**
 * sendpath_outcome_to_string:
 * @outcome: an outcome
 *
 * Names @outcome as programs know it, such as `partial`.
 *
 * Returns: (transfer none): its id, never translated
 *
 * Since: 1.0
 */
const char *
sendpath_outcome_to_string (SendpathOutcome outcome)
{
  g_return_val_if_fail ((guint) outcome < G_N_ELEMENTS (outcome_names), outcome_names[0]);

  return outcome_names[outcome];
}

/**
 * sendpath_recipient_state_to_string:
 * @state: the state of a recipient
 *
 * Names @state as programs know it, such as `sent`.
 *
 * Returns: (transfer none): its id, never translated
 *
 * Since: 1.0
 */
const char *
sendpath_recipient_state_to_string (SendpathRecipientState state)
{
  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (state_names), state_names[0]);

  return state_names[state];
}

/* ---- built by walk, outbox and engine -------------------------------------------------------- */

static void
recipient_free (gpointer data)
{
  ReportRecipient *recipient = data;

  g_free (recipient->address);
  g_array_unref (recipient->attempts);
  g_clear_pointer (&recipient->reply, sendpath_reply_unref);
  g_free (recipient->text);
  g_free (recipient->resent_as);
  g_free (recipient->dot_server);
  g_free (recipient);
}

static void
add_recipient (SendpathReport *report, const char *address)
{
  ReportRecipient *recipient = g_new0 (ReportRecipient, 1);

  recipient->address = g_strdup (address);
  recipient->attempts = g_array_new (FALSE, FALSE, sizeof (guint));
  recipient->refused_by = REPORT_NO_ATTEMPT;
  g_ptr_array_add (report->recipients, recipient);
  if (report->by_address != NULL)
    g_hash_table_insert (report->by_address, recipient->address, recipient);
}

/* For so many there is no index: who lists a hundred thousand messages would make as many. */
#define FEW_RECIPIENTS 8

static void
add_recipients (SendpathReport *report, const char *const *recipients)
{
  guint n = recipients != NULL ? g_strv_length ((char **) recipients) : 0;

  report->recipients = g_ptr_array_new_full (n, recipient_free);
  if (n > FEW_RECIPIENTS)
    report->by_address = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < n; i++)
    add_recipient (report, recipients[i]);
}

SendpathReport *
report_new_for (const char *id, const char *const *recipients, const ShownFields *shown)
{
  SendpathReport *report = g_new0 (SendpathReport, 1);

  g_atomic_ref_count_init (&report->ref_count);
  report->id = g_strdup (id);
  report->message_id = g_strdup (shown->message_id);
  report->subject = g_strdup (shown->subject);
  report->from = g_strdup (shown->from);
  report->attempts = g_ptr_array_new_with_free_func ((GDestroyNotify) attempt_free);
  add_recipients (report, recipients);
  return report;
}

SendpathReport *
report_new (const char *id, SendpathMessage *message)
{
  const ShownFields shown = { .from = (char *) sendpath_message_get_from (message),
                              .subject = (char *) sendpath_message_get_subject (message),
                              .message_id = (char *) sendpath_message_get_message_id (message) };
  SendpathReport *report =
      report_new_for (id, sendpath_message_get_recipients (message), &shown);

  report->size_bytes = sendpath_message_get_size_bytes (message);
  return report;
}

void
report_begin_walk (SendpathReport *report)
{
  report->walk_from = report->attempts->len;
}

guint
report_add_attempt (SendpathReport *report, Attempt *attempt)
{
  g_assert (attempt->reply != NULL);

  if (attempt->header_changes == NULL)
    attempt->header_changes = g_new0 (char *, 1);
  g_ptr_array_add (report->attempts, attempt);
  return report->attempts->len - 1;
}

void
report_set_text (char **field, const char *text)
{
  char *copy = g_strdup (text);

  g_free (*field);
  *field = copy;
}

static void
copy_recipient (SendpathReport *copy, const ReportRecipient *from)
{
  ReportRecipient *to;

  add_recipient (copy, from->address);
  to = copy->recipients->pdata[copy->recipients->len - 1];
  g_array_append_vals (to->attempts, from->attempts->data, from->attempts->len);
  to->state = from->state;
  to->verdict = from->verdict;
  to->refused_by = from->refused_by;
  to->refusal = from->refusal;
  to->mail_domain = from->mail_domain;
  to->is_late = from->is_late;
  to->resent_as = g_strdup (from->resent_as);
  to->is_resent = from->is_resent;
  to->is_dotted = from->is_dotted;
  to->dot_server = g_strdup (from->dot_server);
  to->dot_rule = from->dot_rule;
  to->uncertain_s = from->uncertain_s;
  to->is_repeated = from->is_repeated;
  to->may_repeat = from->may_repeat;
  to->reply = from->reply != NULL ? sendpath_reply_ref (from->reply) : NULL;
  to->text = g_strdup (from->text);
}

SendpathReport *
report_copy (const SendpathReport *report)
{
  SendpathReport *copy = g_new (SendpathReport, 1);

  *copy = *report;
  g_atomic_ref_count_init (&copy->ref_count);
  copy->id = g_strdup (report->id);
  copy->account = g_strdup (report->account);
  copy->location = g_strdup (report->location);
  copy->network = g_strdup (report->network);
  copy->message_id = g_strdup (report->message_id);
  copy->subject = g_strdup (report->subject);
  copy->from = g_strdup (report->from);
  copy->sender = g_strdup (report->sender);
  copy->reason = g_strdup (report->reason);
  copy->needs = g_strdup (report->needs);
  copy->attempts = g_ptr_array_new_with_free_func ((GDestroyNotify) attempt_free);
  for (guint i = 0; i < report->attempts->len; i++)
    g_ptr_array_add (copy->attempts, attempt_copy (report->attempts->pdata[i]));
  copy->recipients = g_ptr_array_new_with_free_func (recipient_free);
  copy->by_address =
      report->by_address != NULL ? g_hash_table_new (g_str_hash, g_str_equal) : NULL;
  for (guint i = 0; i < report->recipients->len; i++)
    copy_recipient (copy, report->recipients->pdata[i]);
  return copy;
}

ReportRecipient *
report_find_recipient (SendpathReport *report, const char *address)
{
  if (report->by_address != NULL)
    return g_hash_table_lookup (report->by_address, address);
  for (guint i = report->recipients->len; i > 0; i--)
    if (g_str_equal (((ReportRecipient *) report->recipients->pdata[i - 1])->address, address))
      return report->recipients->pdata[i - 1];
  return NULL;
}

static gboolean
is_last_attempt (const ReportRecipient *recipient, guint attempt)
{
  guint n = recipient->attempts->len;

  return n > 0 && g_array_index (recipient->attempts, guint, n - 1) == attempt;
}

/* The first answer counts, not the door that was shut before it. */
static void
note_refusal (SendpathReport *report, ReportRecipient *recipient, guint attempt,
              SendpathVerdict verdict, const SendpathReply *reply)
{
  const Attempt *before = recipient->refused_by != REPORT_NO_ATTEMPT
                              ? report->attempts->pdata[recipient->refused_by]
                              : NULL;

  if (attempt == REPORT_NO_ATTEMPT || verdict == SENDPATH_VERDICT_ACCEPTED)
    return;
  if (before != NULL && (sendpath_reply_get_code (before->reply) != 0 || reply == NULL ||
                         sendpath_reply_get_code (reply) == 0))
    return;
  recipient->refused_by = attempt;
  recipient->refusal = verdict;
}

void
report_note_dot (SendpathReport *report, const char *address, const char *server, SenderRule rule,
                 gint64 at_s)
{
  ReportRecipient *recipient = report_find_recipient (report, address);
  gboolean was_uncertain =
      recipient->state == SENDPATH_RECIPIENT_UNCERTAIN || recipient->is_dotted;

  recipient->is_repeated = recipient->is_repeated || was_uncertain;
  recipient->is_dotted = TRUE;
  report_set_text (&recipient->dot_server, server);
  recipient->dot_rule = rule;
  if (!was_uncertain)
    recipient->uncertain_s = at_s;
}

void
report_take_back_dot (SendpathReport *report, const char *address)
{
  ReportRecipient *recipient = report_find_recipient (report, address);

  recipient->is_dotted = FALSE;
  recipient->uncertain_s = 0;
  g_clear_pointer (&recipient->dot_server, g_free);
  recipient->dot_rule = SENDER_RULE_KEEP;
}

/* The state that an answer leads to. What answers a repeat says nothing of the first copy, unless it
 * is taken; and after a refusal the user decides, as they do once they have said “again”. */
static SendpathRecipientState
find_state_after (ReportRecipient *recipient, guint attempt, SendpathRecipientState state)
{
  /* in a journal that is being read, a dot whose outcome no attempt told means the same */
  gboolean was_uncertain = recipient->state == SENDPATH_RECIPIENT_UNCERTAIN ||
                           (recipient->is_dotted && attempt == REPORT_NO_ATTEMPT);

  if (was_uncertain && !recipient->may_repeat && state == SENDPATH_RECIPIENT_QUEUED)
    recipient->is_repeated = TRUE;
  if (!was_uncertain || !recipient->may_repeat || state == SENDPATH_RECIPIENT_SENT)
    return state;
  if (state == SENDPATH_RECIPIENT_FAILED)
    recipient->is_repeated = TRUE;
  return SENDPATH_RECIPIENT_UNCERTAIN;
}

/* A server that is silent after the dot is waited for: the time counts from when nobody waits any
 * more. */
static void
note_uncertain (const SendpathReport *report, ReportRecipient *recipient, guint attempt)
{
  const Attempt *lost = attempt != REPORT_NO_ATTEMPT ? report->attempts->pdata[attempt] : NULL;

  if (lost != NULL && recipient->state != SENDPATH_RECIPIENT_UNCERTAIN)
    {
      recipient->uncertain_s = lost->at_us / G_USEC_PER_SEC + lost->total_ms / 1000;
      report_set_text (&recipient->dot_server, lost->server);
      recipient->dot_rule = lost->sender_rule;
    }
}

void
report_set_recipient (SendpathReport *report, const char *address, guint attempt,
                      SendpathRecipientState state, SendpathVerdict verdict, SendpathReply *reply)
{
  ReportRecipient *recipient = report_find_recipient (report, address);

  g_return_if_fail (recipient != NULL);

  if (attempt != REPORT_NO_ATTEMPT && !is_last_attempt (recipient, attempt))
    g_array_append_val (recipient->attempts, attempt);
  note_refusal (report, recipient, attempt, verdict, reply);
  recipient->is_late = attempt == REPORT_NO_ATTEMPT;
  if (state == SENDPATH_RECIPIENT_UNCERTAIN)
    note_uncertain (report, recipient, attempt);
  recipient->state = find_state_after (recipient, attempt, state);
  recipient->is_dotted = FALSE;
  recipient->verdict = verdict;
  if (reply != NULL)
    sendpath_reply_ref (reply); /* first: it may be the one that is held already */
  g_clear_pointer (&recipient->reply, sendpath_reply_unref);
  recipient->reply = reply;
  g_free (recipient->text);
  recipient->text = reply != NULL ? sendpath_reply_dup_clean_text (reply) : NULL;
}

void
report_set_mail_domain (SendpathReport *report, const char *address, MailDomain state)
{
  ReportRecipient *recipient = report_find_recipient (report, address);

  g_return_if_fail (recipient != NULL);

  recipient->mail_domain = state;
}

const char **
report_dup_unsettled (SendpathReport *report)
{
  const char **addresses = g_new0 (const char *, report->recipients->len + 1);
  guint n = 0;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];

      if (recipient->state == SENDPATH_RECIPIENT_QUEUED || recipient->may_repeat)
        addresses[n++] = recipient->address;
    }
  return addresses;
}

SendpathPhase
report_get_phase_for_refused (const Attempt *attempt)
{
  return attempt->verdict == SENDPATH_VERDICT_ACCEPTED ? SENDPATH_PHASE_RCPT : attempt->phase;
}

const Attempt *
report_get_furthest (const SendpathReport *report, const ReportRecipient *recipient)
{
  const Attempt *furthest = NULL;
  SendpathPhase furthest_phase = SENDPATH_PHASE_UNKNOWN;

  for (guint i = 0; i < recipient->attempts->len; i++)
    {
      guint index = g_array_index (recipient->attempts, guint, i);
      const Attempt *attempt = report->attempts->pdata[index];
      SendpathPhase phase = report_get_phase_for_refused (attempt);

      if (index < report->walk_from || (furthest != NULL && phase < furthest_phase))
        continue;
      furthest = attempt;
      furthest_phase = phase;
    }
  return furthest;
}

const Attempt *
report_get_last_attempt (const SendpathReport *report, const ReportRecipient *recipient)
{
  guint n = recipient->attempts->len;

  return n > 0 ? report->attempts->pdata[g_array_index (recipient->attempts, guint, n - 1)] : NULL;
}

/* ---- read by everybody ----------------------------------------------------------------------- */

/**
 * sendpath_report_ref: (skip)
 * @report: a #SendpathReport
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @report
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_report_ref (SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  g_atomic_ref_count_inc (&report->ref_count);
  return report;
}

/**
 * sendpath_report_unref: (skip)
 * @report: a #SendpathReport
 *
 * Gives a reference back.
 *
 * Since: 1.0
 */
void
sendpath_report_unref (SendpathReport *report)
{
  g_return_if_fail (report != NULL);

  if (!g_atomic_ref_count_dec (&report->ref_count))
    return;
  g_free (report->id);
  g_free (report->account);
  g_free (report->location);
  g_free (report->network);
  g_free (report->message_id);
  g_free (report->subject);
  g_free (report->from);
  g_free (report->sender);
  g_ptr_array_unref (report->attempts);
  g_clear_pointer (&report->by_address, g_hash_table_unref);
  g_ptr_array_unref (report->recipients);
  g_free (report->reason);
  g_free (report->needs);
  g_free (report);
}

/**
 * sendpath_report_get_id:
 * @report: a #SendpathReport
 *
 * The id of the message in the outbox.
 *
 * Returns: (nullable) (transfer none): 32 hex digits, or %NULL if the message
 *   never was in an outbox
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_id (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  return report->id;
}

/**
 * sendpath_report_get_outcome:
 * @report: a #SendpathReport
 *
 * What became of the message as a whole. Whatever still waits outranks the
 * rest, then what is uncertain.
 *
 * Returns: the outcome
 *
 * Since: 1.0
 */
SendpathOutcome
sendpath_report_get_outcome (const SendpathReport *report)
{
  guint n[G_N_ELEMENTS (state_names)] = { 0 };

  g_return_val_if_fail (report != NULL, SENDPATH_OUTCOME_QUEUED);

  for (guint i = 0; i < report->recipients->len; i++)
    n[((const ReportRecipient *) report->recipients->pdata[i])->state]++;
  if (n[SENDPATH_RECIPIENT_QUEUED] > 0 || report->recipients->len == 0)
    return SENDPATH_OUTCOME_QUEUED;
  if (n[SENDPATH_RECIPIENT_UNCERTAIN] > 0)
    return SENDPATH_OUTCOME_UNCERTAIN;
  if (n[SENDPATH_RECIPIENT_FAILED] == 0)
    return SENDPATH_OUTCOME_SENT;
  return n[SENDPATH_RECIPIENT_SENT] > 0 ? SENDPATH_OUTCOME_PARTIAL : SENDPATH_OUTCOME_FAILED;
}

/**
 * sendpath_report_get_reason:
 * @report: a #SendpathReport
 *
 * Why anything waits, in words for people.
 *
 * Returns: (nullable) (transfer none): the reason, translated, or %NULL if
 *   nothing waits or no reason is known
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_reason (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  return report->reason;
}

/**
 * sendpath_report_get_needs:
 * @report: a #SendpathReport
 *
 * What is wanted from the user before the message can go.
 *
 * Returns: (nullable) (transfer none): `password`, `approval`, `decision`,
 *   `network`, or %NULL if nothing is
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_needs (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  return report->needs;
}

/**
 * sendpath_report_get_account:
 * @report: a #SendpathReport
 *
 * The account that the message goes by.
 *
 * Returns: (nullable) (transfer none): its id, or %NULL if that is not decided
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_account (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  return report->account;
}

/**
 * sendpath_report_get_from:
 * @report: a #SendpathReport
 *
 * Who the message says it is from.
 *
 * Returns: (nullable) (transfer none): the From field, or %NULL
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_from (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  return report->from;
}

/**
 * sendpath_report_get_subject:
 * @report: a #SendpathReport
 *
 * The message's subject.
 *
 * Returns: (nullable) (transfer none): the Subject field, or %NULL
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_subject (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  return report->subject;
}

/**
 * sendpath_report_get_queued_at:
 * @report: a #SendpathReport
 *
 * When the message came into the outbox.
 *
 * Returns: seconds since 1970, or 0 if it never did
 *
 * Since: 1.0
 */
gint64
sendpath_report_get_queued_at (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, 0);

  return report->queued_at_s;
}

/**
 * sendpath_report_get_size_bytes:
 * @report: a #SendpathReport
 *
 * How large the message is, header and body.
 *
 * Returns: its size in bytes
 *
 * Since: 1.0
 */
guint64
sendpath_report_get_size_bytes (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, 0);

  return report->size_bytes;
}

/**
 * sendpath_report_get_n_attempts:
 * @report: a #SendpathReport
 *
 * How often the message was offered, or tried to be.
 *
 * Returns: the number of attempts
 *
 * Since: 1.0
 */
guint
sendpath_report_get_n_attempts (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, 0);

  return report->attempts->len;
}

/**
 * sendpath_report_get_n_recipients:
 * @report: a #SendpathReport
 *
 * How many recipients the message has.
 *
 * Returns: the number of recipients
 *
 * Since: 1.0
 */
guint
sendpath_report_get_n_recipients (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, 0);

  return report->recipients->len;
}

static const ReportRecipient *
recipient_at (const SendpathReport *report, guint i)
{
  return report->recipients->pdata[i];
}

/**
 * sendpath_report_get_recipient:
 * @report: a #SendpathReport
 * @i: which recipient, from 0
 *
 * The address of a recipient.
 *
 * Returns: (transfer none): the address
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_recipient (const SendpathReport *report, guint i)
{
  g_return_val_if_fail (report != NULL && i < report->recipients->len, NULL);

  return recipient_at (report, i)->address;
}

/**
 * sendpath_report_get_state:
 * @report: a #SendpathReport
 * @i: which recipient, from 0
 *
 * What became of the message for a recipient.
 *
 * Returns: the recipient's state
 *
 * Since: 1.0
 */
SendpathRecipientState
sendpath_report_get_state (const SendpathReport *report, guint i)
{
  g_return_val_if_fail (report != NULL && i < report->recipients->len, SENDPATH_RECIPIENT_QUEUED);

  return recipient_at (report, i)->state;
}

/**
 * sendpath_report_get_verdict:
 * @report: a #SendpathReport
 * @i: which recipient, from 0
 *
 * What the last answer about a recipient meant.
 *
 * Returns: the verdict, %SENDPATH_VERDICT_NONE before any answer
 *
 * Since: 1.0
 */
SendpathVerdict
sendpath_report_get_verdict (const SendpathReport *report, guint i)
{
  g_return_val_if_fail (report != NULL && i < report->recipients->len, SENDPATH_VERDICT_NONE);

  return recipient_at (report, i)->verdict;
}

/**
 * sendpath_report_get_code:
 * @report: a #SendpathReport
 * @i: which recipient, from 0
 *
 * The code of the reply that decided about a recipient.
 *
 * Returns: 200 to 599, or 0 if there is none
 *
 * Since: 1.0
 */
guint
sendpath_report_get_code (const SendpathReport *report, guint i)
{
  g_return_val_if_fail (report != NULL && i < report->recipients->len, 0);

  if (recipient_at (report, i)->reply == NULL)
    return 0;
  return sendpath_reply_get_code (recipient_at (report, i)->reply);
}

/**
 * sendpath_report_get_text:
 * @report: a #SendpathReport
 * @i: which recipient, from 0
 *
 * The server's words that decided about a recipient, or why there was no
 * answer; safe to show.
 *
 * Returns: (nullable) (transfer none): the text, or %NULL before any answer
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_text (const SendpathReport *report, guint i)
{
  g_return_val_if_fail (report != NULL && i < report->recipients->len, NULL);

  return recipient_at (report, i)->text;
}
