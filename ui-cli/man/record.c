/* What the commands of `sendpath` have for options. It stands in the place of cli-parse.c: a command that
 * is run with it gets no further than to its parser. */
#include "config.h"

#include "record.h"

#include <string.h>

/* What a command passes on as its argv leads back to it. */
typedef struct {
  char *argv[2];
  GArray *options;
} Record;

static void
take_entries (Record *record, const GOptionEntry *entries)
{
  for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
    {
      RecordedOption option = { entry->long_name, entry->short_name, NULL, entry->description,
                                NULL };

      if (entry->flags & G_OPTION_FLAG_HIDDEN)
        continue;
      if (entry->arg != G_OPTION_ARG_NONE)
        option.value = entry->arg_description != NULL ? entry->arg_description : "VALUE";
      g_array_append_val (record->options, option);
    }
}

char **
cli_parse (const CliCommand *command, const GOptionEntry *entries, int argc, char **argv, int min,
           int max, GError **error)
{
  take_entries ((Record *) argv, entries);
  return NULL;
}

char **
cli_parse_with_keys (const CliCommand *command, SendpathSection section,
                     const GOptionEntry *entries, int argc, char **argv, int min, int max,
                     GHashTable **ret_values, GError **error)
{
  Record *record = (Record *) argv;

  take_entries (record, entries);
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == section)
      {
        RecordedOption option = { key->name, 0, "VALUE", key->help, key };

        g_array_append_val (record->options, option);
      }
  return NULL;
}

GArray *
record_options (const CliCommand *command)
{
  char name[] = "record";
  Record record = { { name, NULL }, g_array_new (FALSE, FALSE, sizeof (RecordedOption)) };

  command->run (1, record.argv, NULL);
  return record.options;
}

char *
record_dup_group (const CliCommand *command)
{
  return g_strndup (command->name, strcspn (command->name, " "));
}

const CliCommand **
record_group (const char *group)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (const CliCommand *const *command = commands_get (); *command != NULL; command++)
    {
      g_autofree char *own = record_dup_group (*command);

      if (g_str_equal (own, group))
        g_ptr_array_add (found, (gpointer) *command);
    }
  g_ptr_array_add (found, NULL);
  return (const CliCommand **) g_ptr_array_free (g_steal_pointer (&found), FALSE);
}
