/* `sendpath explain`: what a reply means and what to do; the forms of it, and which go together. */
#include "config.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <unistd.h>

#include "cli-deliver.h"
#include "cli-json.h"
#include "cli-relaying.h"
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

/* To those whose mail came back, once more, and tried now. */
static int
resend_bounced (SendpathBounce *bounce, gboolean json, GError **error)
{
  g_autoptr (SendpathEngine) engine = cli_open_engine (FALSE, FALSE, error);
  g_autofree char *id =
      engine != NULL ? sendpath_engine_resend_bounced (engine, bounce, error) : NULL;

  if (id == NULL)
    return engine != NULL ? CLI_NO : CLI_CONFIG;
  if (!json)
    g_printf (_ ("It is sent again as message %s.\n"), id);
  return cli_deliver (engine, id, json);
}

/* An engine that only looks: a bounce is explained whatever the configuration is. */
static SendpathEngine *
open_to_look (void)
{
  g_autoptr (SendpathProfileStore) profiles = cli_load_profiles (TRUE, NULL);

  if (profiles == NULL)
    profiles = sendpath_profile_store_new (NULL);
  return cli_engine_new (profiles, FALSE);
}

/* A message that came back; one that is no report is answered with no. */
static int
explain_bounce (const char *path, gboolean resend, gboolean json, GError **error)
{
  g_autoptr (GBytes) message = read_report (path, error);
  g_autoptr (SendpathBounce) bounce =
                 message != NULL ? sendpath_explain_bounce (message, error) : NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autofree char *out = NULL;

  if (bounce == NULL)
    {
      (*error)->domain = CLI_ERROR;
      (*error)->code = message != NULL ? CLI_ERROR_NOT_FOUND : CLI_ERROR_USAGE;
      g_prefix_error (error, "explain: %s: ", path);
      return message != NULL ? CLI_NO : CLI_USAGE;
    }
  if (resend)
    return resend_bounced (bounce, json, error);
  engine = open_to_look ();
  out = json ? sendpath_engine_bounce_to_json (engine, bounce)
             : sendpath_engine_bounce_to_text (engine, bounce);
  g_printf ("%s%s", out, g_str_has_suffix (out, "\n") ? "" : "\n");
  return CLI_YES;
}

/* A reply that was seen elsewhere. */
static int
explain_reply (const char *phase, char **words, gboolean json, GError **error)
{
  SendpathPhase where = SENDPATH_PHASE_UNKNOWN;
  g_autofree char *text = g_strjoinv (" ", words);
  g_autofree char *out = NULL;
  g_autoptr (SendpathExplanation) explanation = NULL;

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

static int
refuse_mixture (const char *message, GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "explain: %s", message);
  return CLI_USAGE;
}

static int
run (int argc, char **argv, GError **error)
{
  gboolean json = FALSE, batch = FALSE, resend = FALSE;
  g_autofree char *phase = NULL, *bounce = NULL, *to = NULL, *account = NULL, *from = NULL;
  const GOptionEntry entries[] = {
    { "phase", 0, 0, G_OPTION_ARG_STRING, &phase, N_ ("Where in the session it was said"),
      N_ ("PHASE") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to,
      N_ ("Ask the server: is a message to this address relaying?"), N_ ("ADDR") },
    { "account", 0, 0, G_OPTION_ARG_STRING, &account, N_ ("With --to: account to send by"),
      N_ ("NAME") },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, N_ ("With --to: From: address of the message"),
      N_ ("ADDR") },
    { "bounce", 0, 0, G_OPTION_ARG_FILENAME, &bounce, N_ ("Read a message that came back"),
      N_ ("FILE") },
    { "resend", 0, 0, G_OPTION_ARG_NONE, &resend,
      N_ ("With --bounce: send it again by another route"), NULL },
    { "batch", 0, 0, G_OPTION_ARG_NONE, &batch, N_ ("Read JSON Lines on standard input"), NULL },
    CLI_JSON_OPTION (&json),
    G_OPTION_ENTRY_NULL
  };
  g_auto (GStrv) operands = cli_parse (&cmd_explain, entries, argc, argv, 0, -1, error);
  CliRelaying relaying;

  if (operands == NULL)
    return CLI_USAGE;
  if (to != NULL && (phase != NULL || bounce != NULL || batch || operands[0] != NULL))
    return refuse_mixture (_ ("--to goes with --account, --from and --json, and with no text"),
                           error);
  if (to == NULL && (account != NULL || from != NULL))
    return refuse_mixture (_ ("--account and --from go with --to"), error);
  if (to != NULL)
    {
      relaying = (CliRelaying) { to, account, from, json };
      return cli_relaying_run (&cmd_explain, &relaying, error);
    }
  if (resend && bounce == NULL)
    return refuse_mixture (_ ("--resend goes with --bounce"), error);
  if (bounce != NULL && (phase != NULL || batch || operands[0] != NULL))
    return refuse_mixture (_ ("--bounce goes with --resend and --json, and with no text"), error);
  if (batch && (phase != NULL || operands[0] != NULL))
    return refuse_mixture (_ ("--batch reads standard input, and goes with no text"), error);
  if (batch)
    return explain_batch (error);
  return bounce != NULL ? explain_bounce (bounce, resend, json, error)
                        : explain_reply (phase, operands, json, error);
}

const CliCommand cmd_explain = { "explain", "[CODE] [TEXT…] | --to ADDR | --bounce FILE | --batch",
                                 N_ ("Say what a server's reply means and what to do"), run };
