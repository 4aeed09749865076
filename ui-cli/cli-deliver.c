/* A message of the outbox tried now, and shown as `send` does; somebody stays if it has to wait. It never
 * puts one there. */
#include "config.h"

#include "cli-deliver.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-command.h"
#include "cli-progress.h"
#include "cli-report.h"
#include "sendmail-exit.h"

/* NULL: told on standard error. */
static SendpathReport *
deliver (SendpathEngine *engine, const char *id, gboolean shows_progress)
{
  CliProgress *progress = cli_progress_new (engine, shows_progress, 1);
  g_autoptr (GError) error = NULL;
  SendpathReport *report = sendpath_engine_deliver (engine, id, NULL, &error);

  cli_progress_free (progress);
  if (report != NULL)
    return report;
  g_fprintf (stderr, _ ("sendpath: the message waits in the outbox: %s\n"), error->message);
  return sendpath_engine_show (engine, id, NULL);
}

int
cli_deliver (SendpathEngine *engine, const char *id, gboolean json)
{
  g_autoptr (SendpathReport) report = NULL;
  g_autofree char *text = NULL;

  sendpath_engine_stand_by (engine, NULL); /* without it, it waits for whoever comes next */
  report = deliver (engine, id, !json);
  if (report == NULL)
    return CLI_YES;
  if (json)
    {
      text = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);
      g_printf ("%s\n", text);
    }
  else
    cli_report_print_walk (report);
  return sendmail_exit_for_report (report);
}
