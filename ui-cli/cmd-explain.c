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

/* All of a file, or of standard input if it is `-`; no more than a report may have and a little. */
static GBytes *
read_report (const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GInputStream) input = NULL;
  guint8 buffer[16 * 1024];
  gssize got;

  if (g_str_equal (path, "-"))
    input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  else
    {
      g_autoptr (GFile) file = g_file_new_for_path (path);

      input = G_INPUT_STREAM (g_file_read (file, NULL, error));
    }
  if (input == NULL)
    return NULL;
  while (bytes->len <= SENDPATH_BOUNCE_MAX_BYTES &&
         (got = g_input_stream_read (input, buffer, sizeof buffer, NULL, error)) != 0)
    {
      if (got < 0)
        return NULL;
      g_byte_array_append (bytes, buffer, (guint) got);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* A message that came back; one that is no report is answered with no. */
static int
explain_bounce (const char *path, gboolean json, GError **error)
{
  g_autoptr (GBytes) message = read_report (path, error);
  g_autoptr (SendpathBounce) bounce =
                 message != NULL ? sendpath_explain_bounce (message, error) : NULL;
  g_autofree char *out = NULL;

  if (bounce == NULL)
    {
      (*error)->domain = CLI_ERROR;
      (*error)->code = message != NULL ? CLI_ERROR_NOT_FOUND : CLI_ERROR_USAGE;
      g_prefix_error (error, "explain: %s: ", path);
      return message != NULL ? CLI_NO : CLI_USAGE;
    }
  out = json ? sendpath_bounce_to_json (bounce) : sendpath_bounce_to_text (bounce);
  g_printf ("%s%s", out, g_str_has_suffix (out, "\n") ? "" : "\n");
  return CLI_YES;
}

static int
run (int argc, char **argv, GError **error)
{
  gboolean json = FALSE, batch = FALSE;
  g_autofree char *phase = NULL, *text = NULL, *out = NULL, *bounce = NULL;
  const GOptionEntry entries[] = { { "phase", 0, 0, G_OPTION_ARG_STRING, &phase,
                                     N_ ("Where in the session it was said"), N_ ("PHASE") },
                                   { "bounce", 0, 0, G_OPTION_ARG_FILENAME, &bounce,
                                     N_ ("Read a message that came back"), N_ ("FILE") },
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
  if (bounce != NULL)
    return explain_bounce (bounce, json, error);
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
