/* `sendpath queue …`: what waits in the outbox. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <unistd.h>

#include "cli-json.h"
#include "cli-progress.h"
#include "cli-report.h"
#include "commands.h"

/* Whoever lists is told of them, on standard error. */
static void
warn_of_damaged (SendpathEngine *engine)
{
  g_auto (GStrv) damaged = sendpath_engine_list_damaged (engine, NULL);

  for (guint i = 0; damaged != NULL && damaged[i] != NULL; i++)
    g_fprintf (stderr,
               _ ("sendpath: message %.12s was damaged on disk; it is kept, and not sent: "
                  "“sendpath queue remove %.12s” removes it\n"),
               damaged[i], damaged[i]);
}

static char *
describe_json (const SendpathReport *report, gpointer data)
{
  return sendpath_report_to_json (report, SENDPATH_REPORT_QUEUE_LIST);
}

static char *
describe_waiting (const SendpathReport *report, gpointer data)
{
  return cli_report_dup_waiting (report);
}

static int
run_list (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_queue_list, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_auto (GStrv) texts = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  if (engine != NULL)
    texts = sendpath_engine_describe_queue (engine, json ? describe_json : describe_waiting, NULL,
                                            error);
  if (texts == NULL)
    return CLI_CONFIG;
  warn_of_damaged (engine);
  for (guint i = 0; texts[i] != NULL; i++)
    puts (texts[i]);
  if (!json && texts[0] == NULL)
    g_printf ("%s\n", _ ("The outbox is empty."));
  return texts[0] != NULL ? CLI_YES : CLI_NO;
}

const CliCommand cmd_queue_list = { "queue list", "", N_ ("Show the messages that wait"),
                                    run_list };

static int
run_show (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_queue_show, entries, argc, argv, 1, 1, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (SendpathReport) report = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  report = engine != NULL ? sendpath_engine_show (engine, operands[0], error) : NULL;
  if (report == NULL)
    return CLI_NO;
  if (json)
    {
      g_autofree char *text = sendpath_report_to_json (report, SENDPATH_REPORT_QUEUE_SHOW);

      g_printf ("%s\n", text);
      return CLI_YES;
    }
  cli_report_print_walk (report);
  return CLI_YES;
}

const CliCommand cmd_queue_show = { "queue show", "ID", N_ ("Show one message and what was tried"),
                                    run_show };

/* The messages that will be tried; nobody else wants to know. */
static guint
count_for_terminal (SendpathEngine *engine)
{
  g_autoptr (GPtrArray) waiting =
                 isatty (STDERR_FILENO) ? sendpath_engine_list_queue (engine, NULL) : NULL;

  return waiting != NULL ? waiting->len : 0;
}

typedef struct {
  Progress *line;
  GHashTable *told; /* ids */
} Flush;

/* What became of a message is said at once; the line of progress stays below. */
static void
on_flushed (SendpathEngine *engine, const SendpathReport *report, Flush *flush)
{
  progress_hide (flush->line);
  cli_report_print_summary (report);
  fflush (stdout);
  g_hash_table_add (flush->told, g_strdup (sendpath_report_get_id (report)));
  progress_note_message (flush->line);
}

static GPtrArray *
flush_and_tell (SendpathEngine *engine, gboolean has_trace, GError **error)
{
  g_autoptr (CliProgress) progress =
                 cli_progress_new (engine, !has_trace, count_for_terminal (engine));
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Flush flush = { cli_progress_get_line (progress), told };
  gulong handler = g_signal_connect (engine, "message-changed", G_CALLBACK (on_flushed), &flush);
  GPtrArray *reports = sendpath_engine_flush (engine, NULL, error);

  g_signal_handler_disconnect (engine, handler);
  progress_hide (flush.line);
  for (guint i = 0; reports != NULL && i < reports->len; i++) /* in the hands of somebody else */
    if (!g_hash_table_contains (told, sendpath_report_get_id (reports->pdata[i])))
      cli_report_print_summary (reports->pdata[i]);
  return reports;
}

/* Nothing could be tried: what is there is on hold, or waits to be repeated. FALSE: nothing is there. */
static gboolean
tell_what_stays (SendpathEngine *engine)
{
  g_autoptr (GPtrArray) waiting = sendpath_engine_list_queue (engine, NULL);
  guint n_held = 0;

  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    if (sendpath_report_get_held (waiting->pdata[i]))
      n_held++;
    else
      cli_report_print_summary (waiting->pdata[i]);
  if (n_held > 0)
    g_printf (ngettext ("%u message is on hold and was not tried; “sendpath queue list” shows it\n",
                        "%u messages are on hold and were not tried; “sendpath queue list” shows "
                        "them\n",
                        n_held),
              n_held);
  return waiting == NULL || waiting->len > 0;
}

static int
run_flush (int argc, char **argv, GError **error)
{
  gboolean trace = FALSE;
  const GOptionEntry entries[] = { CLI_TRACE_OPTION (&trace), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_queue_flush, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (GPtrArray) reports = NULL;
  gboolean all_gone = TRUE;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, trace, error);
  reports = engine != NULL ? flush_and_tell (engine, trace, error) : NULL;
  if (reports == NULL)
    return CLI_UNAVAILABLE;
  for (guint i = 0; i < reports->len; i++)
    all_gone = all_gone && sendpath_report_get_outcome (reports->pdata[i]) == SENDPATH_OUTCOME_SENT;
  if (reports->len > 0)
    return all_gone ? CLI_YES : CLI_NO;
  if (tell_what_stays (engine))
    return CLI_NO;
  g_printf ("%s\n", _ ("The outbox is empty."));
  return CLI_YES;
}

const CliCommand cmd_queue_flush = { "queue flush", "", N_ ("Try every waiting message now"),
                                     run_flush };

static int
run_remove (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_queue_remove, NULL, argc, argv, 1, -1, error);
  g_autoptr (SendpathEngine) engine = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  for (guint i = 0; engine != NULL && operands[i] != NULL; i++)
    if (!sendpath_engine_remove (engine, operands[i], error))
      return CLI_NO;
  return engine != NULL ? CLI_YES : CLI_CONFIG;
}

const CliCommand cmd_queue_remove = { "queue remove", "ID…",
                                      N_ ("Remove messages from the outbox for good"), run_remove };
