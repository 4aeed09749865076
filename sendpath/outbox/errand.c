/* One message: taken from the outbox, sent on its walk, and filed with what is left. It never talks
 * to a server, never decides what a reply means, and never chooses which message comes next. */
#include "config.h"

#include "sendpath/outbox/errand.h"

#include <glib/gi18n-lib.h>

#include "profiles/network-private.h"
#include "profiles/profile-store-private.h"
#include "sendpath/mail/submission.h"
#include "sendpath/outbox/pacing.h"

/* Of what goes with others: their turn is never far. */
#define GROUP_RECIPIENTS_MAX    10
#define GROUP_MESSAGE_BYTES_MAX (64 * 1024)

struct _ErrandPrepared {
  OutboxEntry *entry; /* NULL: @error */
  GError *error;
  SendpathMessage *message; /* as @account will send it, once somebody asked for it */
  SendpathAccount *account; /* borrowed; NULL: nobody asked, or it may not follow */
};

typedef struct {
  const ErrandContext *context;
  OutboxEntry *entry;
  SendpathAccount *account;
  HistoryNote note;
  gboolean is_followed; /* what comes next was asked for, and known */
  gboolean is_through;  /* everybody has got it, which is noted nowhere yet */
  guint last_attempt;
} Errand;

static SendpathSecret *
get_secret (gpointer data, const SecretQuery *query, WalkSecret how, GError **error)
{
  const WalkHost *host = ((Errand *) data)->context->host;

  return host->get_secret (host->data, query, how, error);
}

static gboolean note_dot (Errand *errand, const char *const *addresses, const char *server,
                          SenderRule rule, GError **error);

static gboolean
before_dot (gpointer data, const char *const *addresses, const char *server, GError **error)
{
  Errand *errand = data;
  SenderRule rule; /* of all of them */

  if (errand->entry == NULL)
    return TRUE;
  rule = report_find_recipient (outbox_entry_get_report (errand->entry), addresses[0])->dot_rule;
  return note_dot (errand, addresses, server, rule, error);
}

static void
attempt_started (gpointer data, SendpathRoute *route)
{
  const WalkHost *host = ((Errand *) data)->context->host;

  host->attempt_started (host->data, route);
}

/* The outcome is on disk before the next action (P-6). Where everybody has got it, the next one is to note
 * the state that this leads to, and both are one line. */
static gboolean
note_attempt (Errand *errand, SendpathReport *report, guint attempt, GError **error)
{
  Journal *journal;
  gint64 now_us = g_get_real_time ();

  if (errand->entry == NULL)
    return TRUE;
  errand->is_through = sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_SENT;
  errand->last_attempt = attempt;
  if (errand->is_through)
    return TRUE;
  journal = outbox_entry_get_journal (errand->entry);
  return journal_take_back_dot (journal, now_us, error) &&
         journal_note_attempt (journal, report, attempt, now_us, error);
}

static gboolean
attempt_ended (gpointer data, SendpathReport *report, guint attempt, GError **error)
{
  Errand *errand = data;
  const WalkHost *host = errand->context->host;
  gboolean is_noted = note_attempt (errand, report, attempt, error);

  if (errand->context->history != NULL)
    history_note (errand->context->history, report, attempt, &errand->note);
  return is_noted && host->attempt_ended (host->data, report, attempt, error);
}

static gboolean
pause_for (gpointer data, guint milliseconds)
{
  const WalkHost *host = ((Errand *) data)->context->host;

  return host->pause (host->data, milliseconds);
}

static SendpathRelayChoice
choose_relay (gpointer data, const WalkRelay *relay, char **ret_key)
{
  const WalkHost *host = ((Errand *) data)->context->host;

  /* what does not wait cannot wait for an answer */
  return relay->message != NULL ? host->choose_relay (host->data, relay, ret_key)
                                : SENDPATH_RELAY_CHOICE_KEEP;
}

static gboolean get_next (gpointer data, WalkNext *ret_next);

static void
progress (gpointer data, guint64 sent_bytes, guint64 total_bytes)
{
  const WalkHost *host = ((Errand *) data)->context->host;

  if (host->progress != NULL)
    host->progress (host->data, sent_bytes, total_bytes);
}

/* A list of the store's may be read by one thread at a time. */
static void
lock_profiles (const ErrandContext *context)
{
  if (context->profiles_lock != NULL)
    g_mutex_lock (context->profiles_lock);
}

static void
unlock_profiles (const ErrandContext *context)
{
  if (context->profiles_lock != NULL)
    g_mutex_unlock (context->profiles_lock);
}

/* ---- whose message it is --------------------------------------------------------------------- */

SendpathAccount *
errand_choose_account (SendpathProfileStore *profiles, const char *id,
                       SendpathMessage *message, SendpathLocation *location)
{
  SendpathAccount *account = id != NULL ? sendpath_profile_store_get_account (profiles, id) : NULL;
  gboolean is_matched = FALSE;

  if (account != NULL)
    return account;
  account = sendpath_profile_store_match_account (profiles, sendpath_message_get_from (message),
                                                  sendpath_message_get_sender (message), location,
                                                  &is_matched);
  /* mail of an account that is gone does not leave by a server that was never meant for it */
  return id == NULL || is_matched ? account : NULL;
}

const char *
errand_get_local (SendpathProfileStore *profiles)
{
  const char *local = sendpath_profile_store_get_policy (profiles, "local");
  SendpathAccount *account;

  if (local != NULL && *local != '\0')
    return local;
  account = sendpath_profile_store_match_account (profiles, NULL, NULL, NULL, NULL);
  return account != NULL ? sendpath_account_get (account, "address") : NULL;
}

/* A message that came in while the configuration was broken is finished now; its id and time of
 * arrival give what submission adds. */
SendpathMessage *
errand_dup_message (SendpathProfileStore *profiles, OutboxEntry *entry,
                    SendpathAccount *account, GError **error)
{
  g_autoptr (GDateTime) queued_at = NULL;
  SubmissionContext submission = {
    .address = sendpath_account_get (account, "address"),
    .name = sendpath_account_get (account, "name"),
    .local = errand_get_local (profiles),
    .unique = outbox_entry_get_id (entry),
  };

  if (outbox_entry_get_account (entry) != NULL)
    return g_object_ref (outbox_entry_get_message (entry));
  queued_at = g_date_time_new_from_unix_utc (outbox_entry_get_report (entry)->queued_at_s);
  submission.now = queued_at;
  return submission_finish (outbox_entry_get_message (entry), &submission, error);
}

/* It stays, for a reason that only a person can do something about. */
static SendpathReport *
hold (OutboxEntry *entry, const char *reason, GError **error)
{
  SendpathReport *report = outbox_entry_get_report (entry);

  report_set_text (&report->reason, reason);
  report_set_text (&report->needs, "decision");
  report->next_try_s = 0;
  return journal_note_state (outbox_entry_get_journal (entry), report, g_get_real_time (), error)
             ? sendpath_report_ref (report)
             : NULL;
}

/* The account it was for has left the configuration. Nothing but a configuration without any
 * account is an error, which is not this message's alone. */
static SendpathReport *
hold_for_account (const ErrandContext *context, OutboxEntry *entry, GError **error)
{
  g_autofree char *reason = NULL;

  if (g_list_model_get_n_items (sendpath_profile_store_get_accounts (context->profiles)) == 0)
    {
      g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
                   _ ("%s: no account is configured; use “sendpath account add”"),
                   profile_store_get_name (context->profiles));
      return NULL;
    }
  reason = g_strdup_printf (_ ("its account %s is not configured any more; set it up again, or use "
                               "“sendpath queue remove %.12s”"),
                            outbox_entry_get_account (entry), outbox_entry_get_id (entry));
  return hold (entry, reason, error);
}

/* ---- the walk -------------------------------------------------------------------------------- */

/* To @n_most of its recipients, or all (0). */
static void
walk_message (Errand *errand, SendpathReport *report, SendpathMessage *message, guint n_most,
              GCancellable *cancellable)
{
  const ErrandContext *context = errand->context;
  OutboxEntry *entry = errand->entry;
  SendpathAccount *account = errand->account;
  WalkHost host = { .get_secret = get_secret,
                    .before_dot = before_dot,
                    .attempt_started = attempt_started,
                    .attempt_ended = attempt_ended,
                    .pause = pause_for,
                    .progress = progress,
                    .choose_relay = choose_relay,
                    .get_next = context->look_ahead != NULL ? get_next : NULL,
                    .data = errand };
  PlanInput input = { .profiles = context->profiles,
                      .account = account,
                      .location = context->location,
                      .network_id = sendpath_network_get_id (context->network),
                      .former_network_id = network_get_former_id (context->network),
                      .addresses = sendpath_network_get_addresses (context->network),
                      .domains = network_is_connected (context->network)
                                     ? sendpath_network_get_domains (context->network)
                                     : NULL,
                      .mail_servers = network_get_mail_servers (context->network),
                      .approved = context->approved,
                      .avoid = entry != NULL ? outbox_entry_get_avoid (entry) : NULL,
                      .memory = context->memory,
                      .trust = context->trust,
                      .now_s = g_get_real_time () / G_USEC_PER_SEC };
  WalkContext walk = { .plan = &input,
                       .network_is_up = network_is_connected (context->network),
                       .is_portal = sendpath_network_is_portal (context->network),
                       .is_open = sendpath_network_is_open (context->network),
                       .patience_s = context->patience_s,
                       .trace = context->trace,
                       .resolver = context->resolver,
                       .n_most = n_most,
                       .recent = context->recent,
                       .pool = context->pool };
  PlanAgain again;
  g_autoptr (GPtrArray) routes = NULL;

  if (schedule_find_again (report, input.network_id, &again))
    input.again = &again;
  lock_profiles (context);
  walk.local = errand_get_local (context->profiles);
  routes = plan_make (&input);
  unlock_profiles (context);
  report_set_text (&report->account, sendpath_account_get_id (account));
  report_set_text (&report->location,
                   context->location != NULL ? sendpath_location_get_id (context->location) : NULL);
  report_set_text (&report->network, input.network_id);
  walk_run (message, routes, report, &walk, &host, cancellable);
}

static guint
count_wanted (SendpathReport *report)
{
  g_autofree const char **names = report_dup_unsettled (report);

  return g_strv_length ((char **) names);
}

static gint64
get_now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* The rest goes when the account may send again. */
static void
wait_for_pace (const ErrandContext *context, SendpathReport *report, SendpathAccount *account)
{
  gint64 now_s = get_now_s ();
  g_autofree char *reason = pacing_dup_reason (context->memory, account, now_s);

  schedule_settle_paced (
      report, reason,
      pacing_ready_at (context->memory, account, count_wanted (report), now_s), now_s,
      g_random_int ());
}

/* As many of the recipients as the account may send to now; what is left waits, and the report says
 * until when. */
static void
walk_at_pace (Errand *errand, SendpathReport *report, SendpathMessage *message,
              GCancellable *cancellable)
{
  const ErrandContext *context = errand->context;
  SendpathAccount *account = errand->account;
  guint n_wanted, n_granted;

  schedule_begin_walk (report, sendpath_network_get_id (context->network), get_now_s ());
  n_wanted = count_wanted (report);
  n_granted = n_wanted > 0 ? pacing_reserve (context->memory, account, n_wanted, get_now_s ()) : 0;
  if (n_wanted > 0 && n_granted == 0)
    {
      wait_for_pace (context, report, account);
      return;
    }
  walk_message (errand, report, message, n_granted < n_wanted ? n_granted : 0, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    schedule_settle_stopped (report, get_now_s ());
  else
    schedule_settle (report, &context->policy, get_now_s (), g_random_int ());
  pacing_note (context->memory, context->tally, account, n_granted, report, get_now_s ());
  /* a portion of which nobody was settled is no reason for the next one to hurry */
  if (n_granted < n_wanted && count_wanted (report) < n_wanted)
    wait_for_pace (context, report, account);
}

/* The account and the message as that one sends it; NULL and @ret_report or @error: it stays. */
static SendpathMessage *
prepare (const ErrandContext *context, OutboxEntry *entry, SendpathAccount **ret_account,
         SendpathReport **ret_report, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  SendpathMessage *message = NULL;
  SendpathAccount *account =
      errand_choose_account (context->profiles, outbox_entry_get_account (entry),
                             outbox_entry_get_message (entry), context->location);

  if (account == NULL)
    {
      *ret_report = hold_for_account (context, entry, error);
      return NULL;
    }
  message = errand_dup_message (context->profiles, entry, account, &local_error);
  if (message == NULL)
    *ret_report = hold (entry, local_error->message, error);
  *ret_account = account;
  return message;
}

/* Whether the runner's reason to try it still holds, now that nobody else can change it. */
static gboolean
is_wanted (const ErrandContext *context, const SendpathReport *report)
{
  return !context->by_schedule ||
         schedule_is_due (report, &context->policy, context->event, get_now_s ());
}

/* ---- before its turn ------------------------------------------------------------------------- */

ErrandPrepared *
errand_prepare (const ErrandContext *context, const char *id)
{
  ErrandPrepared *prepared = g_new0 (ErrandPrepared, 1);

  prepared->entry = outbox_take (context->outbox, id, &prepared->error);
  return prepared;
}

void
errand_prepared_free (ErrandPrepared *prepared)
{
  g_clear_pointer (&prepared->entry, outbox_entry_free);
  g_clear_error (&prepared->error);
  g_clear_object (&prepared->message);
  g_free (prepared);
}

/* Whether nothing keeps it from being offered as soon as its turn comes, and everybody at once. */
static gboolean
may_follow (const ErrandContext *context, OutboxEntry *entry, SendpathAccount *account)
{
  SendpathReport *report = outbox_entry_get_report (entry);
  gint64 now_s = get_now_s ();

  if (report->attempts->len > 0 || outbox_entry_get_avoid (entry) != NULL ||
      !is_wanted (context, report))
    return FALSE;
  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];

      if (recipient->state != SENDPATH_RECIPIENT_QUEUED || recipient->is_dotted)
        return FALSE;
    }
  return pacing_ready_at (context->memory, account, report->recipients->len, now_s) <= now_s;
}

/* The message that comes after @n others, as it will be sent by the account of this one; NULL: by another,
 * or nobody knows. Lent. */
static ErrandPrepared *
foresee (const Errand *errand, guint n)
{
  const ErrandContext *context = errand->context;
  ErrandPrepared *prepared = context->look_ahead (context->look_ahead_data, n);
  SendpathAccount *account;

  if (prepared == NULL || prepared->entry == NULL)
    return NULL;
  if (prepared->account == errand->account)
    return prepared;
  lock_profiles (context);
  account = errand_choose_account (context->profiles, outbox_entry_get_account (prepared->entry),
                                   outbox_entry_get_message (prepared->entry), context->location);
  g_clear_object (&prepared->message);
  if (account == errand->account)
    prepared->message = errand_dup_message (context->profiles, prepared->entry, account, NULL);
  unlock_profiles (context);
  if (prepared->message == NULL || !may_follow (context, prepared->entry, account))
    return NULL;
  prepared->account = account;
  return prepared;
}

static gboolean
get_next (gpointer data, WalkNext *ret_next)
{
  Errand *errand = data;
  ErrandPrepared *next = foresee (errand, 0);

  errand->is_followed = next != NULL;
  if (next == NULL)
    return FALSE;
  ret_next->message = next->message;
  ret_next->report = outbox_entry_get_report (next->entry);
  return TRUE;
}

/* ---- dots ------------------------------------------------------------------------------------ */

/* Copies of what was sent make room for the record, if there is none. */
static gboolean
note_one_dot (Errand *errand, const char *const *addresses, const char *server, SenderRule rule,
              GError **error)
{
  Journal *journal = outbox_entry_get_journal (errand->entry);
  g_autoptr (GError) local_error = NULL;

  if (journal_note_dot (journal, addresses, server, rule, g_get_real_time (), &local_error))
    return TRUE;
  if (g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_FULL) &&
      outbox_drop_sent (errand->context->outbox))
    return journal_note_dot (journal, addresses, server, rule, g_get_real_time (), error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* A message that is small enough to follow quickly, and offered in one go, is in the group. */
static gboolean
add_follower (Errand *errand, guint n, const char *server, SenderRule rule)
{
  ErrandPrepared *next = foresee (errand, n);
  SendpathReport *report = next != NULL ? outbox_entry_get_report (next->entry) : NULL;
  Journal *journal = next != NULL ? outbox_entry_get_journal (next->entry) : NULL;
  g_autofree const char **addresses = NULL;

  if (next == NULL || report->recipients->len > GROUP_RECIPIENTS_MAX ||
      report->size_bytes > GROUP_MESSAGE_BYTES_MAX || journal_has_dot_ahead (journal))
    return FALSE;
  addresses = report_dup_unsettled (report);
  if (!journal_write_dot_ahead (journal, addresses, server, rule, g_get_real_time (), NULL))
    return FALSE;
  group_add_dot (errand->context->group, journal);
  return TRUE;
}

/* The record of this dot, those of the messages that will follow it quickly, and the outcomes of those
 * before it are synced together. FALSE without @error: there is nothing to be synced with it. */
static gboolean
note_dots (Errand *errand, const char *const *addresses, const char *server, SenderRule rule,
           GError **error)
{
  Group *group = errand->context->group;
  Journal *journal = outbox_entry_get_journal (errand->entry);
  guint n_most = group_begin (group, g_get_monotonic_time ()) - 1, n = 0;

  while (errand->is_followed && n < n_most && add_follower (errand, n, server, rule))
    n++;
  if (n == 0 && group_count_ended (group) == 0)
    return FALSE;
  if (journal_write_dot_ahead (journal, addresses, server, rule, g_get_real_time (), NULL))
    group_add_dot (group, journal);
  return group_sync (group, error) &&
         journal_use_dot_ahead (journal, addresses, server, rule, g_get_real_time ());
}

static gboolean
note_dot (Errand *errand, const char *const *addresses, const char *server, SenderRule rule,
          GError **error)
{
  Journal *journal = outbox_entry_get_journal (errand->entry);
  g_autoptr (GError) local_error = NULL;

  if (journal_use_dot_ahead (journal, addresses, server, rule, g_get_real_time ()))
    return TRUE;
  if (!journal_take_back_dot (journal, g_get_real_time (), error))
    return FALSE;
  if (errand->context->group != NULL && note_dots (errand, addresses, server, rule, &local_error))
    return TRUE;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return note_one_dot (errand, addresses, server, rule, error);
}

/* ---- its turn -------------------------------------------------------------------------------- */

/* Somebody else may have let go of it since, so being busy then says nothing. */
static OutboxEntry *
take (const ErrandContext *context, const char *id, ErrandPrepared *prepared, GError **error)
{
  if (prepared == NULL || g_error_matches (prepared->error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY))
    return outbox_take (context->outbox, id, error);
  if (prepared->entry == NULL)
    g_propagate_error (error, g_steal_pointer (&prepared->error));
  return g_steal_pointer (&prepared->entry);
}

/* It is through: noted, and filed as soon as that is on disk, which may be together with what follows at
 * once. Takes @entry over. */
static gboolean
end_in_group (Errand *errand, OutboxEntry *entry, const SendpathReport *report, GError **error)
{
  Group *group = errand->context->group;
  if (!journal_note_end (outbox_entry_get_journal (entry), report, errand->last_attempt,
                         g_get_real_time (), TRUE, error))
    {
      outbox_entry_free (entry);
      return FALSE;
    }
  group_add_ended (group, entry);
  if (!errand->is_followed)
    return group_settle (group, error);
  return group_is_quick (group) || group_sync (group, error);
}

/* Notes what came of the walk, and files it. Takes @entry over. */
static gboolean
end (Errand *errand, OutboxEntry *taken, const SendpathReport *report, GError **error)
{
  g_autoptr (OutboxEntry) entry = taken;
  Journal *journal = outbox_entry_get_journal (entry);
  gint64 now_us = g_get_real_time ();
  gboolean is_noted;

  if (errand->is_through && errand->context->group != NULL)
    return end_in_group (errand, g_steal_pointer (&entry), report, error);
  if (errand->is_through)
    is_noted =
        journal_note_end (journal, report, errand->last_attempt, now_us, FALSE, error);
  else
    is_noted = journal_take_back_dot (journal, now_us, error) &&
               journal_note_state (journal, report, now_us, error);
  if (errand->is_through && errand->context->leaves_names)
    return is_noted && outbox_entry_file_sent (entry, error);
  return is_noted && outbox_entry_file (entry, error);
}

/* What was through before is not left waiting for a message of which nobody knew. */
static gboolean
settle_those_before (const ErrandContext *context, const ErrandPrepared *prepared, GError **error)
{
  return context->group == NULL || group_count_ended (context->group) == 0 ||
         (prepared != NULL && prepared->message != NULL) || group_settle (context->group, error);
}

static Errand
begin (const ErrandContext *context, OutboxEntry *entry, SendpathMessage *message,
       SendpathAccount *account)
{
  return (Errand) { .context = context,
                    .entry = entry,
                    .account = account,
                    .note = { .message_id = sendpath_message_get_message_id (message),
                              .resend_of =
                                  entry != NULL ? outbox_entry_get_resend_of (entry) : NULL,
                              .envid = message_get_dsn (message)->envid } };
}

SendpathReport *
errand_deliver (const ErrandContext *context, const char *id, ErrandPrepared *prepared_before,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (ErrandPrepared) prepared = prepared_before;
  g_autoptr (OutboxEntry) entry =
      settle_those_before (context, prepared, error) ? take (context, id, prepared, error) : NULL;
  g_autoptr (SendpathMessage) message = NULL;
  g_autoptr (SendpathReport) report = NULL;
  SendpathAccount *account = NULL;
  Errand errand;

  if (entry == NULL)
    return NULL;
  if (!is_wanted (context, outbox_entry_get_report (entry)))
    return sendpath_report_ref (outbox_entry_get_report (entry));
  lock_profiles (context);
  message = prepare (context, entry, &account, &report, error);
  unlock_profiles (context);
  if (message == NULL)
    return g_steal_pointer (&report);
  report = sendpath_report_ref (outbox_entry_get_report (entry));
  errand = begin (context, entry, message, account);
  walk_at_pace (&errand, report, message, cancellable);
  return end (&errand, g_steal_pointer (&entry), report, error) ? g_steal_pointer (&report) : NULL;
}

SendpathReport *
errand_send_unkept (const ErrandContext *context, SendpathMessage *message,
                    SendpathAccount *account, GCancellable *cancellable)
{
  SendpathReport *report = report_new (NULL, message);
  Errand errand = begin (context, NULL, message, account);

  walk_at_pace (&errand, report, message, cancellable);
  return report;
}
