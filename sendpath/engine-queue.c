/* What waits in the outbox, to be looked at, decided about and removed. It sends nothing. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "sendpath/engine-private.h"
#include "sendpath/outbox/schedule.h"

/**
 * sendpath_engine_list_queue:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type SendpathReport): the messages that wait, in order of
 *   arrival
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_list_queue (SendpathEngine *self, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  GPtrArray *reports;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  reports = outbox_read_reports (outbox, error);
  engine_translate_error (error);
  return reports;
}

/**
 * sendpath_engine_describe_queue:
 * @self: a #SendpathEngine
 * @describe: (scope call): says what is kept of a message
 * @user_data: (closure): passed to @describe
 * @error: return location for a #GError, or %NULL
 *
 * The same as sendpath_engine_list_queue() for lists that may be long: of each message only what @describe
 * says of it stays in memory.
 *
 * @describe is called once for each message, in no order and, where there are many, in several threads at
 * once; none of them is left when this returns.
 *
 * Returns: (transfer full) (array zero-terminated=1): the texts, in order of arrival of their messages
 *
 * Since: 1.0
 */
char **
sendpath_engine_describe_queue (SendpathEngine *self, SendpathDescribeFunc describe,
                                gpointer user_data, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  char **texts;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (describe != NULL, NULL);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  texts = outbox_describe (outbox, describe, user_data, error);
  engine_translate_error (error);
  return texts;
}

/**
 * sendpath_engine_list_damaged:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Messages that were damaged on disk are set aside: never sent, never deleted but by
 * sendpath_engine_remove(). It names those that were found so far: sendpath_engine_list_queue() looks for
 * them.
 *
 * Returns: (transfer full) (array zero-terminated=1): their ids
 *
 * Since: 1.0
 */
char **
sendpath_engine_list_damaged (SendpathEngine *self, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  char **damaged;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  damaged = outbox_list (outbox, OUTBOX_CORRUPT, NULL, error);
  engine_translate_error (error);
  return damaged;
}

/**
 * sendpath_engine_show:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): everything that happened to that message; %SENDPATH_ERROR_NOT_FOUND if it
 *   is not there
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_show (SendpathEngine *self, const char *id, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autofree char *whole = NULL;
  SendpathReport *report = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  whole = outbox_find (outbox, id, NULL, error);
  if (whole != NULL)
    report = outbox_read_report (outbox, whole, error);
  engine_translate_error (error);
  return report;
}

/**
 * sendpath_engine_remove:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @error: return location for a #GError, or %NULL
 *
 * Removes a message from the outbox, whatever became of it. %SENDPATH_ERROR_BUSY if it is being sent.
 *
 * Returns: %TRUE if it is gone
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_remove (SendpathEngine *self, const char *id, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (OutboxEntry) entry = NULL;
  g_autofree char *whole = NULL;
  OutboxFolder folder;
  gboolean is_gone = FALSE;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return FALSE;
  whole = outbox_find (outbox, id, &folder, error);
  if (whole != NULL && folder == OUTBOX_CORRUPT)
    is_gone = outbox_discard (outbox, whole, error);
  else if (whole != NULL)
    entry = outbox_take (outbox, whole, error);
  if (entry != NULL)
    is_gone = outbox_entry_remove (entry, error);
  engine_translate_error (error);
  return is_gone;
}

/* ---- the user decides ------------------------------------------------------------------------ */

/* What becomes of a message that waits, in its report. FALSE and @error: it is not for that. */
typedef gboolean (*Decide) (SendpathReport *report, GError **error);

static gboolean
release (SendpathReport *report, GError **error)
{
  schedule_release (report);
  return TRUE;
}

static gboolean
put_on_hold (SendpathReport *report, GError **error)
{
  schedule_hold (report);
  return TRUE;
}

static gboolean
resolve (SendpathReport *report, gboolean was_sent, GError **error)
{
  if (schedule_resolve (report, was_sent))
    return TRUE;
  g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
               _ ("%.12s: nobody is waiting for an answer about this message; see “sendpath queue "
                  "show %.12s”"),
               report->id, report->id);
  return FALSE;
}

static gboolean
note_arrival (SendpathReport *report, GError **error)
{
  return resolve (report, TRUE, error);
}

static gboolean
send_again (SendpathReport *report, GError **error)
{
  return resolve (report, FALSE, error);
}

static gboolean
check_waiting (OutboxEntry *entry, GError **error)
{
  if (outbox_entry_get_folder (entry) == OUTBOX_QUEUE)
    return TRUE;
  g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
               _ ("%.12s: this message does not wait any more; “sendpath queue resend %.12s” sends it "
                  "once more"),
               outbox_entry_get_id (entry), outbox_entry_get_id (entry));
  return FALSE;
}

/* Under the message's lock, so that no sender decides otherwise meanwhile. */
static gboolean
decide (SendpathEngine *self, const char *id, Decide change, GError **error)
{
  g_autoptr (Outbox) outbox = engine_open_outbox (self, error);
  g_autofree char *whole = outbox != NULL ? outbox_find (outbox, id, NULL, error) : NULL;
  g_autoptr (OutboxEntry) entry = whole != NULL ? outbox_take (outbox, whole, error) : NULL;
  SendpathReport *report = entry != NULL ? outbox_entry_get_report (entry) : NULL;
  gboolean is_done = entry != NULL && check_waiting (entry, error) && change (report, error) &&
                     journal_note_state (outbox_entry_get_journal (entry), report,
                                         g_get_real_time (), error) &&
                     outbox_entry_file (entry, error);

  engine_translate_error (error);
  return is_done;
}

/**
 * sendpath_engine_retry:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @error: return location for a #GError, or %NULL
 *
 * Lets a message go that waits for its time, for somebody, or on hold: it is due at once, and its delays
 * begin anew. This only says so; a service tries it then, as does sendpath_engine_deliver(). What may have
 * arrived is not sent again by this: see sendpath_engine_resolve().
 *
 * %SENDPATH_ERROR_BUSY if it is being sent, %SENDPATH_ERROR_NOT_FOUND if it does not wait.
 *
 * Returns: %TRUE if it may go
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_retry (SendpathEngine *self, const char *id, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return decide (self, id, release, error);
}

/**
 * sendpath_engine_hold:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @error: return location for a #GError, or %NULL
 *
 * Puts a message on hold: nothing sends it, neither the clock nor another network nor
 * sendpath_engine_flush(), until sendpath_engine_retry() or sendpath_engine_deliver() does.
 *
 * %SENDPATH_ERROR_BUSY if it is being sent, %SENDPATH_ERROR_NOT_FOUND if it does not wait.
 *
 * Returns: %TRUE if it stays
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_hold (SendpathEngine *self, const char *id, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return decide (self, id, put_on_hold, error);
}

/**
 * sendpath_engine_resolve:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @was_sent: %TRUE if the recipients have it, %FALSE if it is to be sent to them again
 * @error: return location for a #GError, or %NULL
 *
 * Says what nobody else can know: whether a message arrived whose acceptance was never confirmed
 * (%SENDPATH_RECIPIENT_UNCERTAIN). With @was_sent it counts as sent to them; else they wait as if it had
 * never been offered, and may get it twice.
 *
 * %SENDPATH_ERROR_BUSY if it is being sent, %SENDPATH_ERROR_NOT_FOUND if nothing about it is uncertain.
 *
 * Returns: %TRUE if it is noted
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_resolve (SendpathEngine *self, const char *id, gboolean was_sent, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return decide (self, id, was_sent ? note_arrival : send_again, error);
}

/**
 * sendpath_engine_is_overdue:
 * @self: a #SendpathEngine
 * @report: a report of a message in the outbox
 *
 * Whether a message has waited for longer than the policy's `warn-after`, so that somebody should know.
 *
 * Returns: %TRUE if it has
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_is_overdue (SendpathEngine *self, const SendpathReport *report)
{
  g_autoptr (SendpathProfileStore) profiles = NULL;
  SchedulePolicy policy;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (report != NULL, FALSE);

  profiles = engine_dup_profiles (self);
  policy = schedule_policy_read (profiles);
  return schedule_is_overdue (report, &policy, g_get_real_time () / G_USEC_PER_SEC);
}
