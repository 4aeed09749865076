/* The options of one command of `sendpath`. The manual's writer has another of these, which only takes
 * down what would be parsed (man/record.c). */
#include "config.h"

#include "cli-command.h"

#include <glib/gi18n.h>
#include <string.h>

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
