/* One message comes in and goes out: submit, deliver, send, in the caller's thread or in a worker. It
 * never looks at a reply. */
#include "config.h"

#include <sys/random.h>

#include "sendpath/engine-private.h"
#include "sendpath/engine-workplace.h"
#include "sendpath/mail/submission.h"
#include "sendpath/report-domains.h"

#define LATER_S 300 /* PRODUCT.md section 5: as after an answer that asks to come again */

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
finish_message (SendpathProfileStore *profiles, SendpathMessage *message, SendpathAccount *account,
                GError **error)
{
  g_autofree char *unique = make_unique ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  SubmissionContext context = { .now = now, .unique = unique };

  if (account != NULL)
    {
      context.address = sendpath_account_get (account, "address");
      context.name = sendpath_account_get (account, "name");
      context.local = errand_get_local (profiles);
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
choose_account (SendpathProfileStore *profiles, const char *id, SendpathMessage *message,
                SendpathLocation *location, GError **error)
{
  return engine_find_account (profiles, id, sendpath_message_get_from (message),
                              sendpath_message_get_sender (message), location, error);
}

/* What is sent in place of @message, and is freed with it or by its next submission: GObject asks for memory
 * to free one, and nothing may fail once it is in the outbox (T-163). Another thread may submit @message, so
 * who uses it holds it. */
static SendpathMessage *
finish_beside (SendpathProfileStore *profiles, SendpathMessage *message, SendpathAccount *account,
               GError **error)
{
  SendpathMessage *finished = finish_message (profiles, message, account, error);

  if (finished != NULL)
    g_object_set_data_full (G_OBJECT (message), "sendpath-finished", g_object_ref (finished),
                            g_object_unref);
  return finished;
}

/* @account: its id, or NULL if it cannot be known yet. */
static char *
add_to_outbox (SendpathEngine *self, SendpathMessage *finished, const char *account,
               const char *hold_reason, gint64 next_try_s, GError **error)
{
  const OutboxAgain again = { .next_try_s = next_try_s };
  g_autoptr (Outbox) outbox = outbox_open (self->outbox_dir, error);
  char *id = outbox != NULL ? outbox_add_again (outbox, finished, account, &again,
                                                g_get_real_time (), error)
                            : NULL;

  if (id != NULL && hold_reason != NULL)
    note_hold (outbox, id, hold_reason, NULL); /* the message is safe; its reason is a courtesy */
  engine_translate_error (error);
  return id;
}

/* The network is not read for a message whose own addresses say who sends it. */
static gboolean
hangs_on_location (SendpathProfileStore *profiles, SendpathMessage *message, const char *account)
{
  gboolean is_matched = FALSE;

  if (account != NULL)
    return FALSE;
  sendpath_profile_store_match_account (profiles, sendpath_message_get_from (message),
                                        sendpath_message_get_sender (message), NULL, &is_matched);
  return !is_matched;
}

/* The first delay of the schedule: until then a message is left to whoever brought it. */
static gint64
find_later (SendpathProfileStore *profiles)
{
  SchedulePolicy policy = schedule_policy_read (profiles);

  return g_get_real_time () / G_USEC_PER_SEC +
         (gint64) (policy.retry_s != 0 ? policy.retry_s : LATER_S);
}

/* Where we are, if the account hangs on that; borrowed from @profiles. */
static SendpathLocation *
find_location (SendpathEngine *self, SendpathProfileStore *profiles, SendpathMessage *message,
               const char *account)
{
  g_autoptr (SendpathNetwork) network =
      hangs_on_location (profiles, message, account) ? engine_dup_network (self) : NULL;

  return network != NULL ? engine_find_location (self, profiles, network) : NULL;
}

typedef enum { NOW, LATER } When;

/* @location: of @profiles, which are taken over: they are gone before the message is there for good, since
 * nothing may fail from then on (T-163). */
static char *
submit (SendpathEngine *self, SendpathProfileStore *profiles, SendpathMessage *message,
        const char *account, SendpathLocation *location, When when, GError **error)
{
  g_autoptr (SendpathProfileStore) owned = profiles;
  SendpathAccount *chosen = choose_account (owned, account, message, location, error);
  g_autoptr (SendpathMessage) finished =
      chosen != NULL ? finish_beside (owned, message, chosen, error) : NULL;
  g_autofree char *id = chosen != NULL ? g_strdup (sendpath_account_get_id (chosen)) : NULL;
  gint64 next_try_s = when == LATER ? find_later (owned) : 0;

  g_clear_object (&owned);
  if (finished != NULL)
    return add_to_outbox (self, finished, id, NULL, next_try_s, error);
  engine_translate_error (error);
  return NULL;
}

static char *
submit_from_here (SendpathEngine *self, SendpathMessage *message, const char *account, When when,
                  GError **error)
{
  SendpathProfileStore *profiles = engine_dup_profiles (self);

  return submit (self, profiles, message, account,
                 find_location (self, profiles, message, account), when, error);
}

/* Without any profiles: its account is matched later. */
static char *
submit_held (SendpathEngine *self, SendpathMessage *message, const char *hold_reason,
             GError **error)
{
  g_autoptr (SendpathMessage) finished = finish_beside (NULL, message, NULL, error);

  if (finished != NULL)
    return add_to_outbox (self, finished, NULL, hold_reason, 0, error);
  engine_translate_error (error);
  return NULL;
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
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (message), NULL);

  if (hold_reason != NULL)
    return submit_held (self, message, hold_reason, error);
  return submit_from_here (self, message, account, NOW, error);
}

/**
 * sendpath_engine_submit_for_later:
 * @self: a #SendpathEngine
 * @message: the message; it is not modified
 * @account: (nullable): id of the account to send by, or %NULL as in sendpath_engine_submit()
 * @error: return location for a #GError, or %NULL
 *
 * sendpath_engine_submit() for a message that nobody else is to send at once: whoever looks after the outbox
 * takes it when the first delay of the schedule is over, or with the next flush. Until then it is the
 * caller's to deliver, or nobody's.
 *
 * Returns: (transfer full): the message's id
 *
 * Since: 1.0
 */
char *
sendpath_engine_submit_for_later (SendpathEngine *self, SendpathMessage *message,
                                  const char *account, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (message), NULL);

  return submit_from_here (self, message, account, LATER, error);
}

/* ---- sending --------------------------------------------------------------------------------- */

/* For somebody who waits for the outcome, and is told more about a refusal. */
static SendpathReport *
deliver_and_look (EngineCall *call, const char *id, GError **error)
{
  SendpathReport *report = workplace_deliver_alone (call, id, NULL, NULL, error);

  engine_translate_error (error);
  if (report != NULL)
    g_free (report_domains_ask (report, engine_call_get_network (call), NULL, call->cancellable));
  return report;
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
 * sendpath_engine_submit_for_later() and then sendpath_engine_deliver(). If @error is set the message may be in
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
  g_autofree char *id = sendpath_engine_submit_for_later (self, message, account, error);

  return id != NULL ? sendpath_engine_deliver (self, id, cancellable, error) : NULL;
}

/**
 * sendpath_engine_send_unkept:
 * @self: a #SendpathEngine
 * @message: the message; it is not modified
 * @account: (nullable): id of the account to send by, or %NULL to match one
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Sends @message without the outbox, for a caller with a queue of its own: what is queued or uncertain
 * according to the report is the caller's to send again, to those recipients. Nobody is asked about a relay.
 *
 * @error is %SENDPATH_ERROR_MESSAGE or #SendpathProfileError: nothing was tried.
 *
 * This function blocks, and may be called from any thread; signals are emitted in that thread.
 *
 * Returns: (transfer full): what happened to each recipient on each route; it has no id
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_send_unkept (SendpathEngine *self, SendpathMessage *message, const char *account,
                             GCancellable *cancellable, GError **error)
{
  g_auto (EngineCall) call = { 0 };
  g_auto (Workplace) place = { 0 };
  g_autoptr (SendpathMessage) finished = NULL;
  SendpathAccount *chosen;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (message), NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  chosen = choose_account (call.profiles, account, message,
                           find_location (self, call.profiles, message, account), error);
  finished = chosen != NULL ? finish_message (call.profiles, message, chosen, error) : NULL;
  engine_translate_error (error);
  if (finished == NULL)
    return NULL;
  workplace_open_unkept (&place, &call);
  return errand_send_unkept (&place.context, finished, chosen, cancellable);
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
    job->id = submit (self, g_object_ref (job->call.profiles), job->message, job->account,
                      engine_call_get_location (&job->call), LATER, &error);
  return_result (task, job->id != NULL ? deliver_and_look (&job->call, job->id, &error) : NULL,
                 (GDestroyNotify) sendpath_report_unref, error);
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
