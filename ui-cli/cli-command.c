/* What the commands of `sendpath` share: options, configuration, engine, errors. It never exits:
 * main() does. */
#include "config.h"

#include "cli-command.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <string.h>

#include "cli-request.h"
#include "cli-terminal.h"
#include "sendmail-exit.h"

G_DEFINE_QUARK (cli-error-quark, cli_error)

/* ---- options --------------------------------------------------------------------------------- */

static GOptionContext *
new_context (const CliCommand *command, const GOptionEntry *entries)
{
  g_autofree char *program = g_strdup_printf ("sendpath %s", command->name);
  GOptionContext *context = g_option_context_new (command->operands);

  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, _ (command->summary));
  g_set_prgname (program); /* what --help calls it: options come after the command */
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  return context;
}

static char **
parse_context (GOptionContext *context, const CliCommand *command, int argc, char **argv, int min,
               int max, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) args = g_new0 (char *, argc + 1);
  guint n;

  for (int i = 0; i < argc; i++)
    args[i] = g_strdup (argv[i]);
  if (!g_option_context_parse_strv (context, &args, &local_error))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, _ ("%s: %s; see “sendpath %s --help”"),
                   command->name, local_error->message, command->name);
      return NULL;
    }
  n = g_strv_length (args) - 1;
  if (n > 0 && g_str_equal (args[1], "--"))
    {
      g_free (args[1]);
      memmove (args + 1, args + 2, n * sizeof *args);
      n--;
    }
  if (n < (guint) min || (max >= 0 && n > (guint) max))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   n < (guint) min ? _ ("%s: %s is missing; see “sendpath %s --help”")
                                   : _ ("%s: too many operands, only %s; see “sendpath %s --help”"),
                   command->name, command->operands, command->name);
      return NULL;
    }
  return g_strdupv (args + 1);
}

char **
cli_parse (const CliCommand *command, const GOptionEntry *entries, int argc, char **argv, int min,
           int max, GError **error)
{
  g_autoptr (GOptionContext) context = new_context (command, entries);

  return parse_context (context, command, argc, argv, min, max, error);
}

/* The table of keys as options; each stores its value under its own name. */
static gboolean
on_key (const char *option, const char *value, gpointer data, GError **error)
{
  g_hash_table_insert (data, g_strdup (option + strlen ("--")), g_strdup (value));
  return TRUE;
}

static GArray *
make_key_entries (SendpathSection section)
{
  GArray *entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == section)
      {
        GOptionEntry entry = { .long_name = key->name,
                               .arg = G_OPTION_ARG_CALLBACK,
                               .arg_data = (gpointer) on_key,
                               .description = key->help,
                               .arg_description = "VALUE" };

        g_array_append_val (entries, entry);
      }
  return entries;
}

char **
cli_parse_with_keys (const CliCommand *command, SendpathSection section,
                     const GOptionEntry *entries, int argc, char **argv, int min, int max,
                     GHashTable **ret_values, GError **error)
{
  g_autoptr (GOptionContext) context = new_context (command, entries);
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GArray) keys = make_key_entries (section);
  GOptionGroup *group = g_option_group_new ("keys", _ ("Configuration keys:"),
                                            _ ("Show the configuration keys"), values, NULL);
  char **operands;

  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_group_add_entries (group, (const GOptionEntry *) keys->data);
  g_option_context_add_group (context, group);
  operands = parse_context (context, command, argc, argv, min, max, error);
  if (operands != NULL)
    *ret_values = g_steal_pointer (&values);
  return operands;
}

/* ---- profiles and engine --------------------------------------------------------------------- */

SendpathProfileStore *
cli_load_profiles (gboolean may_be_missing, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (GError) local_error = NULL;

  if (sendpath_profile_store_load (profiles, &local_error) ||
      (may_be_missing &&
       g_error_matches (local_error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING)))
    return g_steal_pointer (&profiles);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

SendpathAccount *
cli_find_account (SendpathProfileStore *profiles, const char *name, GError **error)
{
  SendpathAccount *account = sendpath_profile_store_get_account (profiles, name);

  if (account == NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_NOT_FOUND,
                 _ ("%s: there is no account %s; “sendpath account list” shows them"),
                 sendpath_profile_store_get_path (profiles), name);
  return account;
}

void
cli_blame_usage (const CliCommand *command, GError **error)
{
  if (g_error_matches (*error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_EXISTS))
    return;
  (*error)->domain = CLI_ERROR;
  (*error)->code = CLI_ERROR_USAGE;
  g_prefix_error (error, "%s: ", command->name);
}

gboolean
cli_check_address (const CliCommand *command, const char *address, GError **error)
{
  const SendpathProfileKey *form = sendpath_profile_key_find (SENDPATH_SECTION_ACCOUNT, "address");

  if (address == NULL || sendpath_profile_key_check (form, address, error))
    return TRUE;
  cli_blame_usage (command, error);
  return FALSE;
}

static void
on_trace (SendpathEngine *engine, const char *line, gpointer data)
{
  g_fprintf (stderr, "%s\n", line);
}

SendpathEngine *
cli_engine_new (SendpathProfileStore *profiles, gboolean show_trace)
{
  SendpathEngine *engine = sendpath_engine_new (profiles);

  if (cli_terminal_may_ask ())
    g_signal_connect (engine, "request", G_CALLBACK (cli_request_answer), NULL);
  if (show_trace)
    g_signal_connect (engine, "trace", G_CALLBACK (on_trace), NULL);
  return engine;
}

SendpathEngine *
cli_open_engine (gboolean may_be_missing, gboolean show_trace, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = cli_load_profiles (may_be_missing, error);

  return profiles != NULL ? cli_engine_new (profiles, show_trace) : NULL;
}

/* ---- errors ---------------------------------------------------------------------------------- */

int
cli_fail (const GError *error)
{
  g_fprintf (stderr, "sendpath: %s\n", error->message);
  if (g_error_matches (error, CLI_ERROR, CLI_ERROR_USAGE))
    return CLI_USAGE;
  if (g_error_matches (error, CLI_ERROR, CLI_ERROR_NOT_FOUND) ||
      g_error_matches (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND) ||
      g_error_matches (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_EXISTS))
    return CLI_NO;
  return sendmail_exit_for_error (error);
}
