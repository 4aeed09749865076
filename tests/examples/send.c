/* Sends the message on standard input, by the account that its From: chooses, to those in To, Cc and Bcc.
 *
 *   cc send.c -o send $(pkg-config --cflags --libs sendpath-1.0) && ./send < message */
#include <sendpath/sendpath.h>

int
main (void)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (SendpathEngine) engine = sendpath_engine_new (profiles);
  g_autoptr (SendpathMessage) message = NULL;
  g_autoptr (SendpathReport) report = NULL;
  g_autofree char *summary = NULL;
  g_autoptr (GError) error = NULL;

  if (sendpath_profile_store_load (profiles, &error))
    message = sendpath_message_new_from_fd (0, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, &error);
  if (message != NULL)
    report = sendpath_engine_send (engine, message, NULL, NULL, &error);
  if (report == NULL)
    {
      g_printerr ("not sent: %s\n", error->message);
      return 1;
    }
  summary =
      sendpath_report_dup_summary (report); /* what happened to each recipient, in sentences */
  g_print ("%s\n", summary);
  return sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_FAILED;
}
