/* One message: taken from the outbox, sent on its walk, and filed with what is left. It never talks
 * to a server, never decides what a reply means, and never chooses which message comes next. */
#include "config.h"

#include "sendpath/outbox/errand.h"

#include <glib/gi18n-lib.h>

#include "profiles/network-private.h"
#include "profiles/profile-store-private.h"
#include "sendpath/mail/submission.h"
#include "sendpath/outbox/pacing.h"

struct _ErrandPrepared {
  OutboxEntry *entry; /* NULL: @error */
  GError *error;
  SendpathMessage *message; /* as it will be sent, once somebody asked for it */
};

typedef struct {
  const ErrandContext *context;
  OutboxEntry *entry;
  SendpathAccount *account;
  HistoryNote note;
} Errand;

static SendpathSecret *
get_secret (gpointer data, const SecretQuery *query, WalkSecret how, GError **error)
{
  const WalkHost *host = ((Errand *) data)->context->host;

  return host->get_secret (host->data, query, how, error);
}

/* Copies of what was sent make room for the record, if there is none. */
static gboolean
before_dot (gpointer data, const char *const *addresses, const char *server, GError **error)
{
  Errand *errand = data;
  g_autoptr (GError) local_error = NULL;
  Journal *journal;
  SenderRule rule; /* of all of them */

  if (errand->entry == NULL)
    return TRUE;
  journal = outbox_entry_get_journal (errand->entry);
  rule = report_find_recipient (outbox_entry_get_report (errand->entry), addresses[0])->dot_rule;
  if (journal_note_dot (journal, addresses, server, rule, g_get_real_time (), &local_error))
    return TRUE;
  if (g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_FULL) &&
      outbox_drop_sent (errand->context->outbox))
    return journal_note_dot (journal, addresses, server, rule, g_get_real_time (), error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
attempt_started (gpointer data, SendpathRoute *route)
{
  const WalkHost *host = ((Errand *) data)->context->host;

  host->attempt_started (host->data, route);
}

/* The outcome is on disk before the next action (P-6). */
static gboolean
attempt_ended (gpointer data, SendpathReport *report, guint attempt, GError **error)
{
  Errand *errand = data;
  const WalkHost *host = errand->context->host;
  gboolean is_noted = errand->entry == NULL ||
                      journal_note_attempt (outbox_entry_get_journal (errand->entry), report,
                                            attempt, g_get_real_time (), error);

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
walk_message (const ErrandContext *context, OutboxEntry *entry, SendpathReport *report,
              SendpathMessage *message, SendpathAccount *account, guint n_most,
              GCancellable *cancellable)
{
  Errand errand = { context,
                    entry,
                    account,
                    { .message_id = sendpath_message_get_message_id (message),
                      .resend_of = entry != NULL ? outbox_entry_get_resend_of (entry) : NULL,
                      .envid = message_get_dsn (message)->envid } };
  WalkHost host = { .get_secret = get_secret,
                    .before_dot = before_dot,
                    .attempt_started = attempt_started,
                    .attempt_ended = attempt_ended,
                    .pause = pause_for,
                    .progress = progress,
                    .choose_relay = choose_relay,
                    .get_next = context->look_ahead != NULL ? get_next : NULL,
                    .data = &errand };
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
walk_at_pace (const ErrandContext *context, OutboxEntry *entry, SendpathReport *report,
              SendpathMessage *message, SendpathAccount *account, GCancellable *cancellable)
{
  guint n_wanted, n_granted;

  schedule_begin_walk (report, sendpath_network_get_id (context->network), get_now_s ());
  n_wanted = count_wanted (report);
  n_granted = n_wanted > 0 ? pacing_reserve (context->memory, account, n_wanted, get_now_s ()) : 0;
  if (n_wanted > 0 && n_granted == 0)
    {
      wait_for_pace (context, report, account);
      return;
    }
  walk_message (context, entry, report, message, account, n_granted < n_wanted ? n_granted : 0,
                cancellable);
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

/* Whether nothing keeps it from being offered as soon as its turn comes. */
static gboolean
may_follow (const ErrandContext *context, OutboxEntry *entry, SendpathAccount *account)
{
  SendpathReport *report = outbox_entry_get_report (entry);
  gint64 now_s = get_now_s ();

  return is_wanted (context, report) && outbox_entry_get_avoid (entry) == NULL &&
         pacing_ready_at (context->memory, account, report->recipients->len, now_s) <= now_s;
}

static gboolean
get_next (gpointer data, WalkNext *ret_next)
{
  const Errand *errand = data;
  const ErrandContext *context = errand->context;
  ErrandPrepared *prepared = context->look_ahead (context->look_ahead_data);
  SendpathAccount *account = NULL;

  if (prepared == NULL || prepared->entry == NULL)
    return FALSE;
  lock_profiles (context);
  account = errand_choose_account (context->profiles, outbox_entry_get_account (prepared->entry),
                                   outbox_entry_get_message (prepared->entry), context->location);
  g_clear_object (&prepared->message);
  if (account == errand->account)
    prepared->message = errand_dup_message (context->profiles, prepared->entry, account, NULL);
  unlock_profiles (context);
  if (prepared->message == NULL || !may_follow (context, prepared->entry, account))
    return FALSE;
  ret_next->message = prepared->message;
  ret_next->report = outbox_entry_get_report (prepared->entry);
  return TRUE;
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

SendpathReport *
errand_deliver (const ErrandContext *context, const char *id, ErrandPrepared *prepared_before,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (ErrandPrepared) prepared = prepared_before;
  g_autoptr (OutboxEntry) entry = take (context, id, prepared, error);
  g_autoptr (SendpathMessage) message = NULL;
  g_autoptr (SendpathReport) report = NULL;
  SendpathAccount *account = NULL;

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
  walk_at_pace (context, entry, report, message, account, cancellable);
  if (!journal_note_state (outbox_entry_get_journal (entry), report, g_get_real_time (), error) ||
      !outbox_entry_file (entry, error))
    return NULL;
  return g_steal_pointer (&report);
}

SendpathReport *
errand_send_unkept (const ErrandContext *context, SendpathMessage *message,
                    SendpathAccount *account, GCancellable *cancellable)
{
  SendpathReport *report = report_new (NULL, message);

  walk_at_pace (context, NULL, report, message, account, cancellable);
  return report;
}
