/* What waits in the outbox, to be looked at and removed. */
#include "config.h"

#include "sendpath/engine-private.h"

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
  g_autoptr (GPtrArray) reports =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_report_unref);
  g_autoptr (Outbox) outbox = NULL;
  g_auto (GStrv) ids = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  ids = outbox_list (outbox, OUTBOX_QUEUE, NULL, error);
  engine_translate_error (error);
  if (ids == NULL)
    return NULL;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      /* One that left in the meantime is not an error. */
      SendpathReport *report = outbox_read_report (outbox, ids[i], NULL);

      if (report != NULL)
        g_ptr_array_add (reports, report);
    }
  return g_steal_pointer (&reports);
}

/**
 * sendpath_engine_list_damaged:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Messages that were damaged on disk are set aside: never sent, never deleted but by
 * sendpath_engine_remove(). This looks for new ones first.
 *
 * Returns: (transfer full) (array zero-terminated=1): their ids
 *
 * Since: 1.0
 */
char **
sendpath_engine_list_damaged (SendpathEngine *self, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_auto (GStrv) queue = NULL;
  char **damaged = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  queue = outbox_list (outbox, OUTBOX_QUEUE, NULL, error);
  if (queue != NULL)
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
