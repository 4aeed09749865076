/* `sendpath queue retry`, `hold`, `resolve` and `wait`: what a person decides about a message that
 * waits. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-deliver.h"
#include "cli-json.h"
#include "cli-report.h"
#include "commands.h"
#include "system-service.h"

/* The whole id: when it is needed again, the message may be elsewhere, or its first digits
 * another's. */
static char *
dup_id (SendpathEngine *engine, const char *prefix, GError **error)
{
  g_autoptr (SendpathReport) report = sendpath_engine_show (engine, prefix, error);

  return report != NULL ? g_strdup (sendpath_report_get_id (report)) : NULL;
}

/* The service of all users alone has their configuration: what may go now is seen there, and sent. */
static SendpathEngine *
open_engine (gboolean may_be_missing, GError **error)
{
  return cli_open_engine (may_be_missing || system_service_is_entered (), FALSE, error);
}

static int
try_now (SendpathEngine *engine, const char *id)
{
  return system_service_is_entered () ? CLI_YES : cli_deliver (engine, id, FALSE);
}

static int
run_retry (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_queue_retry, NULL, argc, argv, 1, 1, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autofree char *id = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = open_engine (FALSE, error);
  if (engine == NULL)
    return CLI_CONFIG;
  id = dup_id (engine, operands[0], error);
  if (id == NULL || !sendpath_engine_retry (engine, id, error))
    return CLI_NO;
  return try_now (engine, id);
}

const CliCommand cmd_queue_retry = { "queue retry", "ID",
                                     N_ ("Try a message now, also one that is on hold"),
                                     run_retry };

static int
run_hold (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_queue_hold, NULL, argc, argv, 1, -1, error);
  g_autoptr (SendpathEngine) engine = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  for (guint i = 0; engine != NULL && operands[i] != NULL; i++)
    if (!sendpath_engine_hold (engine, operands[i], error))
      return CLI_NO;
  return engine != NULL ? CLI_YES : CLI_CONFIG;
}

const CliCommand cmd_queue_hold = {
  "queue hold", "ID…", N_ ("Do not send messages until they are tried by “queue retry”"), run_hold
};

static int
run_resolve (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_queue_resolve, NULL, argc, argv, 2, 2, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autofree char *id = NULL;
  gboolean was_sent;

  if (operands == NULL)
    return CLI_USAGE;
  was_sent = g_str_equal (operands[1], "sent");
  if (!was_sent && !g_str_equal (operands[1], "again"))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("queue resolve: %s: say “sent” if the recipients have it, “again” if not"),
                   operands[1]);
      return CLI_USAGE;
    }
  engine = open_engine (was_sent, error);
  if (engine == NULL)
    return CLI_CONFIG;
  id = dup_id (engine, operands[0], error);
  if (id == NULL || !sendpath_engine_resolve (engine, id, was_sent, error))
    return CLI_NO;
  return was_sent ? CLI_YES : try_now (engine, id);
}

const CliCommand cmd_queue_resolve = { "queue resolve", "ID sent|again",
                                       N_ ("Say whether a message arrived that may have arrived"),
                                       run_resolve };

static int
run_wait (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_queue_wait, entries, argc, argv, 1, 1, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (SendpathReport) report = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  report = engine != NULL ? sendpath_engine_wait (engine, operands[0], NULL, error) : NULL;
  if (report == NULL)
    return CLI_NO;
  if (json)
    {
      g_autofree char *text = sendpath_report_to_json (report, SENDPATH_REPORT_QUEUE_SHOW);

      g_printf ("%s\n", text);
    }
  else
    cli_report_print_walk (report);
  return sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_SENT ? CLI_YES : CLI_NO;
}

const CliCommand cmd_queue_wait = { "queue wait", "ID",
                                    N_ ("Wait until a message is sent, refused or needs you"),
                                    run_wait };
