/* `sendpath queue resend`: what was sent or refused, once more. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli-deliver.h"
#include "cli-json.h"
#include "commands.h"

/* What will be sent to whom, where the question is seen. */
static void
announce (FILE *out, const SendpathReport *report)
{
  const char *subject = sendpath_report_get_subject (report);

  g_fprintf (out, _ ("Message %.12s will be sent again: %s\n"), sendpath_report_get_id (report),
             subject != NULL ? subject : _ ("(no subject)"));
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    g_fprintf (out,
               sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_SENT
                   ? _ ("  to %s (gets it once more)\n")
                   : _ ("  to %s\n"),
               sendpath_report_get_recipient (report, i));
}

static gboolean
check_terminal (GError **error)
{
  if (isatty (STDIN_FILENO))
    return TRUE;
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE,
                       _ ("queue resend: nobody can be asked here; add --yes to send it again"));
  return FALSE;
}

static gboolean
ask (void)
{
  char *line = NULL;
  size_t size = 0;
  gboolean agrees;

  g_fprintf (stderr, "%s", _ ("Send it again? [y/n]: "));
  agrees = getline (&line, &size, stdin) > 0 && rpmatch (line) > 0;
  free (line);
  return agrees;
}

static int
run (int argc, char **argv, GError **error)
{
  gboolean yes = FALSE, trace = FALSE;
  const GOptionEntry entries[] = { { "yes", 0, 0, G_OPTION_ARG_NONE, &yes, N_ ("Do not ask"),
                                     NULL },
                                   CLI_TRACE_OPTION (&trace),
                                   G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_queue_resend, entries, argc, argv, 1, 1, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (SendpathReport) report = NULL;
  g_autofree char *id = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (FALSE, trace, error);
  if (engine == NULL)
    return CLI_CONFIG;
  report = sendpath_engine_show (engine, operands[0], error);
  if (report == NULL || (!yes && !check_terminal (error)))
    return CLI_NO;
  announce (yes ? stdout : stderr, report);
  if (!yes && !ask ())
    return CLI_NO;
  /* what was shown: the first digits may be another's by now */
  id = sendpath_engine_resend (engine, sendpath_report_get_id (report), error);
  if (id == NULL)
    return CLI_NO;
  g_printf (_ ("It is message %s now.\n"), id);
  return cli_deliver (engine, id, FALSE);
}

const CliCommand cmd_queue_resend = { "queue resend", "ID",
                                      N_ ("Send a message again that was sent or refused"), run };
