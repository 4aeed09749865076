/* What the outbox says of a message that waits: when, and for whom. */
#include "config.h"

#include "sendpath/walk/report-private.h"

/**
 * sendpath_report_get_sender:
 * @report: a #SendpathReport
 *
 * Who the message is from as far as servers are concerned.
 *
 * Returns: (nullable) (transfer none): the sender of the envelope, which is empty for mail that nobody
 *   answers; where the account decides about it, the address in the From field, or %NULL
 *
 * Since: 1.0
 */
const char *
sendpath_report_get_sender (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, NULL);

  return report->sender != NULL ? report->sender : report->from;
}

/**
 * sendpath_report_get_next_try:
 * @report: a #SendpathReport
 *
 * When the message is tried next without anybody's doing. A change of the network may make it sooner.
 *
 * Returns: seconds since 1970, or 0 if the clock alone does not bring it
 *
 * Since: 1.0
 */
gint64
sendpath_report_get_next_try (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, 0);

  return report->next_try_s;
}

/**
 * sendpath_report_get_held:
 * @report: a #SendpathReport
 *
 * Whether the message waits until somebody decides about it: it was put on hold, has been tried for too
 * long, or may have arrived. See sendpath_engine_retry() and sendpath_engine_resolve().
 *
 * Returns: %TRUE if nothing else lets it go
 *
 * Since: 1.0
 */
gboolean
sendpath_report_get_held (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, FALSE);

  return report->held;
}

/**
 * sendpath_report_get_in_flight:
 * @report: a #SendpathReport
 *
 * Whether another process was sending the message when this was read from the outbox.
 *
 * Returns: %TRUE if more is about to be known
 *
 * Since: 1.0
 */
gboolean
sendpath_report_get_in_flight (const SendpathReport *report)
{
  g_return_val_if_fail (report != NULL, FALSE);

  return report->is_in_flight;
}
