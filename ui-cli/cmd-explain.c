/* `sendpath explain`: what a reply means and what to do. */
#include "config.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <unistd.h>

#include "cli-json.h"
#include "commands.h"

/* JSON Lines in, JSON Lines out; a line that cannot be read ends it. */
static int
explain_batch (GError **error)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  char *line;
  guint number = 0;

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, error)) != NULL)
    {
      g_autofree char *owned = line;
      g_autofree char *answer = sendpath_explain_json_line (owned, error);

      number++;
      if (answer == NULL)
        {
          g_prefix_error (error, _ ("line %u: "), number);
          cli_blame_usage (&cmd_explain, error);
          return CLI_USAGE;
        }
      g_printf ("%s\n", answer);
    }
  return CLI_YES;
}

static int
run (int argc, char **argv, GError **error)
{
  gboolean json = FALSE, batch = FALSE;
  g_autofree char *phase = NULL, *text = NULL, *out = NULL;
  const GOptionEntry entries[] = { { "phase", 0, 0, G_OPTION_ARG_STRING, &phase,
                                     N_ ("Where in the session it was said"), N_ ("PHASE") },
                                   { "batch", 0, 0, G_OPTION_ARG_NONE, &batch,
                                     N_ ("Read JSON Lines on standard input"), NULL },
                                   CLI_JSON_OPTION (&json),
                                   G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_explain, entries, argc, argv, 0, -1, error);
  g_autoptr (SendpathExplanation) explanation = NULL;
  SendpathPhase where = SENDPATH_PHASE_UNKNOWN;

  if (operands == NULL)
    return CLI_USAGE;
  if (batch)
    return explain_batch (error);
  if (phase != NULL)
    where = sendpath_phase_from_string (phase);
  if (phase != NULL && where == SENDPATH_PHASE_UNKNOWN)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("explain: there is no phase “%s”; known are connect, greeting, auth, mail, "
                      "rcpt, data, eod and others"),
                   phase);
      return CLI_USAGE;
    }
  text = g_strjoinv (" ", operands);
  explanation = sendpath_explain_text (where, text, error);
  if (explanation == NULL)
    {
      cli_blame_usage (&cmd_explain, error);
      return CLI_USAGE;
    }
  out = json ? sendpath_explanation_to_json (explanation)
             : sendpath_explanation_to_text (explanation);
  g_printf ("%s%s", out, g_str_has_suffix (out, "\n") ? "" : "\n");
  return CLI_YES;
}

const CliCommand cmd_explain = { "explain", "[CODE] [TEXT…]",
                                 N_ ("Say what a server's reply means and what to do"), run };
