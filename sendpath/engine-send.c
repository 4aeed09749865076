/* Messages come in and go out: submit, deliver, send, flush, in the caller's thread, in a worker,
 * or in a process of their own. It gathers what a walk needs and never looks at a reply. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <sys/random.h>

#include "profiles/memory.h"
#include "profiles/trust.h"
#include "sendpath/engine-call.h"
#include "sendpath/engine-private.h"
#include "sendpath/mail/submission.h"
#include "sendpath/outbox/deliverer.h"
#include "sendpath/outbox/errand.h"
#include "sendpath/report-domains.h"

#define FLUSH_PATIENCE_S  30 /* PRODUCT.md section 3: patient from the outbox */
#define DOMAINS_WAIT_S    3  /* a little more than the name servers are given */
#define EXPIRY_INTERVAL_S 3600
#define MOVES_MAX         10 /* networks that come and go all the time are tried later */

/* ---- coming in ------------------------------------------------------------------------------- */

static char *
make_unique (void)
{
  guint8 random[16];
  GString *hex = g_string_sized_new (2 * sizeof random);

  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("no randomness from the kernel");
  for (guint i = 0; i < sizeof random; i++)
    g_string_append_printf (hex, "%02x", random[i]);
  return g_string_free (hex, FALSE);
}

static SendpathMessage *
finish_message (SendpathEngine *self, SendpathMessage *message, SendpathAccount *account,
                GError **error)
{
  g_autofree char *unique = make_unique ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  SubmissionContext context = { .now = now, .unique = unique };

  if (account != NULL)
    {
      context.address = sendpath_account_get (account, "address");
      context.name = sendpath_account_get (account, "name");
      context.local = errand_get_local (self->profiles);
    }
  return submission_finish (message, &context, error);
}

static gboolean
note_hold (Outbox *outbox, const char *id, const char *hold_reason, GError **error)
{
  g_autoptr (OutboxEntry) entry = outbox_take (outbox, id, error);

  if (entry == NULL)
    return FALSE;
  report_set_text (&outbox_entry_get_report (entry)->reason, hold_reason);
  return journal_note_state (outbox_entry_get_journal (entry), outbox_entry_get_report (entry),
                             g_get_real_time (), error);
}

/* The account to send by: @id, else the one that From: and sender choose, else the one that is
 * preferred here. */
static SendpathAccount *
choose_account (SendpathEngine *self, const char *id, SendpathMessage *message,
                SendpathLocation *location, GError **error)
{
  SendpathAccount *chosen =
      id != NULL ? sendpath_profile_store_get_account (self->profiles, id)
                 : errand_choose_account (self->profiles, NULL, message, location);

  if (chosen == NULL)
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
                 id != NULL ? _ ("%s: there is no account %s; use “sendpath account list”")
                            : _ ("%s: no account is configured; use “sendpath account add”"),
                 sendpath_profile_store_get_path (self->profiles), id);
  return chosen;
}

/* @account: NULL if it cannot be known yet. */
static char *
add_to_outbox (SendpathEngine *self, SendpathMessage *message, SendpathAccount *account,
               const char *hold_reason, GError **error)
{
  g_autoptr (SendpathMessage) finished = finish_message (self, message, account, error);
  g_autoptr (Outbox) outbox = finished != NULL ? outbox_open (self->outbox_dir, error) : NULL;
  char *id = outbox != NULL
                 ? outbox_add (outbox, finished,
                               account != NULL ? sendpath_account_get_id (account) : NULL,
                               g_get_real_time (), error)
                 : NULL;

  if (id != NULL && hold_reason != NULL)
    note_hold (outbox, id, hold_reason, NULL); /* the message is safe; its reason is a courtesy */
  engine_translate_error (error);
  return id;
}

/* The network is not read for a message whose own addresses say who sends it. */
static gboolean
hangs_on_location (SendpathEngine *self, SendpathMessage *message, const char *account)
{
  gboolean is_matched = FALSE;

  if (account != NULL)
    return FALSE;
  sendpath_profile_store_match_account (self->profiles, sendpath_message_get_from (message),
                                        sendpath_message_get_sender (message), NULL, &is_matched);
  return !is_matched;
}

static char *
submit (SendpathEngine *self, SendpathMessage *message, const char *account,
        SendpathLocation *location, GError **error)
{
  SendpathAccount *chosen = choose_account (self, account, message, location, error);

  return chosen != NULL ? add_to_outbox (self, message, chosen, NULL, error) : NULL;
}

/**
 * sendpath_engine_submit:
 * @self: a #SendpathEngine
 * @message: the message; it is not modified
 * @account: (nullable): id of the account to send by, or %NULL to match one by From: and
 *   sender, or take the one that is preferred here
 * @hold_reason: (nullable): why the profiles cannot be used, for people, if they could not be loaded:
 *   the message is kept and its account is matched when they can
 * @error: return location for a #GError, or %NULL
 *
 * Puts @message into the outbox. When this returns an id, message and envelope are on disk and
 * synced; before that nobody can get the message.
 *
 * Errors are #SendpathError and %SENDPATH_PROFILE_ERROR_NO_ACCOUNT; nothing is queued then. This
 * function blocks for the disk only and starts no thread.
 *
 * Returns: (transfer full): the message's id, 32 hexadecimal digits
 *
 * Since: 1.0
 */
char *
sendpath_engine_submit (SendpathEngine *self, SendpathMessage *message, const char *account,
                        const char *hold_reason, GError **error)
{
  SendpathLocation *location = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (message), NULL);

  if (hold_reason != NULL)
    return add_to_outbox (self, message, NULL, hold_reason, error);
  if (hangs_on_location (self, message, account))
    location = sendpath_engine_get_current_location (self);
  return submit (self, message, account, location, error);
}

/* ---- sending --------------------------------------------------------------------------------- */

/* What a walk needs, opened for one call. */
typedef struct {
  ErrandContext context;
  Outbox *outbox;
  Memory *memory;
  Trust *trust;
  History *history;
  GPtrArray *approved;
} Workplace;

static void
workplace_clear (Workplace *place)
{
  g_clear_pointer (&place->outbox, outbox_unref);
  g_clear_pointer (&place->memory, memory_free);
  g_clear_pointer (&place->trust, trust_free);
  g_clear_pointer (&place->history, history_free);
  g_clear_pointer (&place->approved, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Workplace, workplace_clear)

/* Once an hour is enough: with many of them, looking costs more than keeping. */
static void
expire_sent (Workplace *place)
{
  gint64 now_us = g_get_real_time ();
  g_autofree char *done = memory_get (place->memory, "sent", "expired", now_us / G_USEC_PER_SEC,
                                      EXPIRY_INTERVAL_S);

  if (done != NULL)
    return;
  memory_set (place->memory, "sent", "expired", "yes", now_us / G_USEC_PER_SEC);
  outbox_expire_sent (place->outbox, now_us);
}

static gboolean
workplace_open (Workplace *place, EngineCall *call, guint patience_s, GError **error)
{
  SendpathEngine *self = call->engine;

  place->outbox = engine_open_outbox (self, error);
  if (place->outbox == NULL)
    return FALSE;
  place->memory = memory_new (self->state_dir);
  place->trust = trust_new (self->state_dir);
  place->history = history_new (self->state_dir);
  place->approved = engine_read_approvals (self, engine_call_get_network (call));
  expire_sent (place);
  place->context = (ErrandContext) { .outbox = place->outbox,
                                     .profiles = self->profiles,
                                     .location = engine_call_get_location (call),
                                     .network = engine_call_get_network (call),
                                     .approved = place->approved,
                                     .memory = place->memory,
                                     .trust = place->trust,
                                     .history = place->history,
                                     .patience_s = patience_s,
                                     .trace = &call->trace,
                                     .host = &call->host };
  return TRUE;
}

typedef struct {
  SendpathEngine *engine;
  const char *id;
} HandOver;

/* From the network that the machine is on. @ret_has_left: it went to another one meanwhile. */
static SendpathReport *
deliver_here (EngineCall *call, const char *id, gboolean *ret_has_left, GError **error)
{
  g_auto (Workplace) place = { 0 };
  g_autoptr (NetworkGuard) guard = NULL;
  SendpathReport *report;

  if (!workplace_open (&place, call, call->engine->patience_s, error))
    return NULL;
  guard = engine_call_guard (call);
  report = errand_deliver (&place.context, id, network_guard_get_cancellable (guard), error);
  engine_translate_error (error);
  engine_call_unguard (call);
  *ret_has_left = network_guard_has_left (guard);
  return report;
}

static gboolean
is_waiting (const SendpathReport *report)
{
  return report != NULL && sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_QUEUED;
}

/* P-14: whoever has left the network starts anew on the next one. */
static SendpathReport *
deliver (EngineCall *call, const char *id, GError **error)
{
  gboolean has_left = FALSE;
  SendpathReport *report = deliver_here (call, id, &has_left, error);

  for (guint i = 0; i < MOVES_MAX && has_left && is_waiting (report) &&
                    !g_cancellable_is_cancelled (call->cancellable);
       i++)
    {
      sendpath_report_unref (report);
      has_left = FALSE;
      engine_call_move (call);
      report = deliver_here (call, id, &has_left, error);
    }
  return report;
}

/* The same for somebody who waits for the outcome, and is told more about a refusal. */
static SendpathReport *
deliver_and_look (EngineCall *call, const char *id, GError **error)
{
  SendpathReport *report = deliver (call, id, error);

  if (report != NULL)
    g_free (report_domains_ask (report, engine_call_get_network (call), NULL, call->cancellable));
  return report;
}

/* One message in the flush. What another process is sending just now is told as it stands; what
 * is damaged has been set aside; neither blocks the others, nor does a file that cannot be read.
 * FALSE: nothing can be tried. */
static gboolean
flush_one (Workplace *place, EngineCall *call, const char *id, GPtrArray *reports, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  SendpathReport *report =
      errand_deliver (&place->context, id, call->cancellable, &local_error);
  gboolean is_config = local_error != NULL && local_error->domain == SENDPATH_PROFILE_ERROR;

  if (report == NULL && !is_config)
    report = outbox_read_report (place->outbox, id, NULL);
  if (report != NULL)
    g_ptr_array_add (reports, report);
  if (is_config || g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_IO) ||
      g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_FULL))
    {
      g_clear_error (error); /* the last one is as good as any */
      g_propagate_error (error, g_steal_pointer (&local_error));
    }
  return !is_config;
}

static GPtrArray *
flush (EngineCall *call, GError **error)
{
  g_autoptr (GPtrArray) reports =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_report_unref);
  g_auto (Workplace) place = { 0 };
  g_auto (GStrv) ids = NULL;
  g_autoptr (GError) trouble = NULL;

  if (!workplace_open (&place, call, MAX (FLUSH_PATIENCE_S, call->engine->patience_s), error))
    return NULL;
  ids = outbox_recover (place.outbox, error) ? outbox_list (place.outbox, OUTBOX_QUEUE, NULL, error)
                                             : NULL;
  engine_translate_error (error);
  if (ids == NULL)
    return NULL;
  for (guint i = 0; ids[i] != NULL && !g_cancellable_is_cancelled (call->cancellable); i++)
    if (!flush_one (&place, call, ids[i], reports, &trouble))
      break;
  if (trouble == NULL)
    return g_steal_pointer (&reports);
  engine_translate_error (&trouble);
  g_propagate_error (error, g_steal_pointer (&trouble));
  return NULL;
}

/**
 * sendpath_engine_deliver:
 * @self: a #SendpathEngine
 * @id: a message in the outbox
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Offers the message to each route in turn until every recipient is settled, waits, or no route is
 * left. What cannot leave stays in the outbox.
 *
 * A refused message is a result, not an error: read it from the report. @error is set only when no
 * attempt could be made, to #SendpathError or #SendpathProfileError. Cancelling before the final dot
 * leaves the message in the outbox; after it, the reply is waited for.
 *
 * This function blocks, and may be called from any thread; signals are emitted in that thread.
 *
 * Returns: (transfer full): what happened to each recipient on each route
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_deliver (SendpathEngine *self, const char *id, GCancellable *cancellable,
                         GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  return deliver_and_look (&call, id, error);
}

/**
 * sendpath_engine_send:
 * @self: a #SendpathEngine
 * @message: the message; it is not modified
 * @account: (nullable): id of the account to send by, or %NULL to match one
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * sendpath_engine_submit() and then sendpath_engine_deliver(). If @error is set the message may be in
 * the outbox all the same, but never with any recipient unaccounted for.
 *
 * Returns: (transfer full): what happened to each recipient on each route
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_send (SendpathEngine *self, SendpathMessage *message, const char *account,
                      GCancellable *cancellable, GError **error)
{
  g_autofree char *id = sendpath_engine_submit (self, message, account, NULL, error);

  return id != NULL ? sendpath_engine_deliver (self, id, cancellable, error) : NULL;
}

/* In the deliverer's process. What happened is in the journal; the first line only says that it is
 * over. The second comes where somebody was refused, and says what the name servers know. */
static int
run_deliverer (int report_fd, gpointer data)
{
  const HandOver *hand_over = data;
  g_auto (EngineCall) call = { 0 };
  g_autoptr (SendpathReport) report = NULL;
  g_autofree char *domains = NULL;

  engine_call_init (&call, hand_over->engine, FALSE, NULL);
  report = deliver (&call, hand_over->id, NULL);
  deliverer_report (report_fd, report != NULL ? "done" : "not done");
  if (report == NULL)
    return 1;
  if (report_domains_are_wanted (report))
    {
      domains = report_domains_ask (report, engine_call_get_network (&call), NULL, NULL);
      deliverer_report (report_fd, domains);
    }
  return 0;
}

/* What is told after the outcome, if it comes before the caller's time is up; a deliverer that ends
 * without it is none the worse. */
static void
wait_for_domains (Deliverer *deliverer, SendpathReport *report, gint64 end_us)
{
  gint64 left_s = (end_us - g_get_monotonic_time ()) / G_USEC_PER_SEC;
  g_autofree char *line = NULL;

  if (report_domains_are_wanted (report))
    line = deliverer_wait (deliverer, (guint) CLAMP (left_s, 0, DOMAINS_WAIT_S), NULL);
  if (line != NULL)
    report_domains_read (report, line);
}

/**
 * sendpath_engine_hand_over:
 * @self: a #SendpathEngine
 * @id: a message in the outbox
 * @wait_s: how long to wait for the outcome, in seconds; 0: not at all
 * @error: return location for a #GError, or %NULL
 *
 * Has a process of its own deliver the message: it goes on when this process ends or is killed. It has
 * nobody to ask, and none of this engine's signals reach anybody.
 *
 * Must be called before this process has a second thread. @error is %SENDPATH_ERROR_PROCESS if no process
 * could be had; the message stays in the outbox then.
 *
 * Returns: (transfer full) (nullable): what happened, or %NULL without @error when time is up
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_hand_over (SendpathEngine *self, const char *id, guint wait_s, GError **error)
{
  HandOver hand_over = { self, id };
  gint64 end_us = g_get_monotonic_time () + (gint64) wait_s * G_USEC_PER_SEC;
  g_autoptr (GError) wait_error = NULL;
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (OutboxEntry) watch = NULL;
  g_autoptr (Deliverer) deliverer = NULL;
  g_autofree char *line = NULL;
  SendpathReport *report = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  outbox = outbox_open (self->outbox_dir, error);
  watch = outbox != NULL ? outbox_watch (outbox, id, error) : NULL;
  deliverer = watch != NULL ? deliverer_fork (run_deliverer, &hand_over, error) : NULL;
  if (deliverer != NULL && wait_s > 0)
    {
      line = deliverer_wait (deliverer, wait_s, &wait_error);
      if (line != NULL || !g_error_matches (wait_error, DELIVERER_ERROR, DELIVERER_ERROR_TIMED_OUT))
        report = outbox_watch_report (watch, error);
      if (line != NULL && report != NULL)
        wait_for_domains (deliverer, report, end_us);
    }
  engine_translate_error (error);
  return report;
}

/* ---- the same in a worker thread ------------------------------------------------------------- */

typedef struct {
  EngineCall call;
  SendpathMessage *message; /* send */
  char *account;            /* send, nullable */
  char *id;                 /* deliver */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  engine_call_clear (&job->call);
  g_clear_object (&job->message);
  g_free (job->account);
  g_free (job->id);
  g_free (job);
}

static GTask *
job_start (SendpathEngine *self, gpointer tag, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer user_data, Job **ret_job)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  engine_call_init (&job->call, self, TRUE, cancellable);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, job_free);
  /* How far it got is in the report: a cancelled walk is a result, not an error. */
  g_task_set_check_cancellable (task, FALSE);
  *ret_job = job;
  return task;
}

static void
return_result (GTask *task, gpointer result, GDestroyNotify destroy, GError *error)
{
  if (result != NULL)
    g_task_return_pointer (task, result, destroy);
  else
    g_task_return_error (task, error);
}

static void
run_deliver (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (job->message != NULL)
    job->id = submit (self, job->message, job->account, engine_call_get_location (&job->call),
                      &error);
  return_result (task, job->id != NULL ? deliver_and_look (&job->call, job->id, &error) : NULL,
                 (GDestroyNotify) sendpath_report_unref, error);
}

static void
run_flush (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  return_result (task, flush (&((Job *) data)->call, &error), (GDestroyNotify) g_ptr_array_unref,
                 error);
}

/**
 * sendpath_engine_deliver_async:
 * @self: a #SendpathEngine
 * @id: a message in the outbox
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_deliver() in a worker thread. Signals are emitted in the thread-default main
 * context that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_deliver_async (SendpathEngine *self, const char *id, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (id != NULL);

  task = job_start (self, sendpath_engine_deliver_async, cancellable, callback, user_data, &job);
  job->id = g_strdup (id);
  g_task_run_in_thread (task, run_deliver);
}

/**
 * sendpath_engine_deliver_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_engine_deliver()
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_deliver_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sendpath_engine_send_async:
 * @self: a #SendpathEngine
 * @message: the message; it must not be changed until the callback
 * @account: (nullable): id of the account to send by, or %NULL to match one
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_send() in a worker thread. Signals are emitted in the thread-default main context
 * that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_send_async (SendpathEngine *self, SendpathMessage *message, const char *account,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (SENDPATH_IS_MESSAGE (message));

  task = job_start (self, sendpath_engine_send_async, cancellable, callback, user_data, &job);
  job->message = g_object_ref (message);
  job->account = g_strdup (account);
  g_task_run_in_thread (task, run_deliver);
}

/**
 * sendpath_engine_send_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_engine_send()
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_send_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sendpath_engine_flush:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Tries every waiting message now, one after the other, with more patience for servers that do not
 * answer. A message in the hands of another process is reported as it stands, a damaged one is left
 * out (see sendpath_engine_list_damaged()). If a message or its journal cannot be read or written the
 * others are tried all the same, and @error is set.
 *
 * Returns: (transfer container) (element-type SendpathReport): what happened to each
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_flush (SendpathEngine *self, GCancellable *cancellable, GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  return flush (&call, error);
}

/**
 * sendpath_engine_flush_async:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_flush() in a worker thread.
 *
 * Since: 1.0
 */
void
sendpath_engine_flush_async (SendpathEngine *self, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));

  task = job_start (self, sendpath_engine_flush_async, cancellable, callback, user_data, &job);
  g_task_run_in_thread (task, run_flush);
}

/**
 * sendpath_engine_flush_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type SendpathReport): as sendpath_engine_flush()
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_flush_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
