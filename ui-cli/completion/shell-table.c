/* The table that the completions of bash and zsh look into: a `case` whose keys are
 *
 *   ""               the first words of the commands
 *   "account"        the words that may follow
 *   "account add -"  the options of a command
 *   "account add ="  those of them that take a value
 *   "account add --security"  the values of one
 *   "account show 1"  an operand; "+" for all that follow
 *
 * bash gets words, zsh gets `word:help`. */
#include "config.h"

#include "completion.h"

typedef struct {
  GString *text;
  gboolean has_help;
  gboolean is_open; /* a row has begun */
} Table;

static void
begin_row (Table *table, const char *command, const char *place)
{
  g_autofree char *key =
      g_strdup_printf ("%s%s%s", command, *command != '\0' && *place != '\0' ? " " : "", place);
  g_autofree char *quoted = g_shell_quote (key);

  g_string_append_printf (table->text, "    %s) found=(", quoted);
  table->is_open = FALSE;
}

static void
add_word (Table *table, const char *word, const char *help)
{
  g_autofree char *entry =
      table->has_help && help != NULL ? g_strdup_printf ("%s:%s", word, help) : g_strdup (word);
  g_autofree char *quoted = g_shell_quote (entry);

  g_string_append_printf (table->text, "%s%s", table->is_open ? " " : "", quoted);
  table->is_open = TRUE;
}

static void
end_row (Table *table)
{
  g_string_append (table->text, ") ;;\n");
}

static void
add_list (Table *table, const char *command, const char *place, const char *list)
{
  g_auto (GStrv) words = g_strsplit (list, " ", -1);

  if (*list == '\0')
    return;
  begin_row (table, command, place);
  for (guint i = 0; words[i] != NULL; i++)
    add_word (table, words[i], NULL);
  end_row (table);
}

static void
add_options (Table *table, const CliCommand *command, GArray *options, gboolean only_valued)
{
  begin_row (table, command->name, only_valued ? "=" : "-");
  for (guint i = 0; i < options->len; i++)
    {
      const RecordedOption *option = &g_array_index (options, RecordedOption, i);
      g_autofree char *name = g_strdup_printf ("--%s", option->name);
      const char letter[] = { '-', option->letter, '\0' };

      if (only_valued && option->value == NULL)
        continue;
      add_word (table, name, option->help);
      if (option->letter != 0)
        add_word (table, letter, option->help);
    }
  if (!only_valued)
    add_word (table, "--help", "Show help options");
  end_row (table);
}

static void
add_values (Table *table, const CliCommand *command, GArray *options)
{
  for (guint i = 0; i < options->len; i++)
    {
      const RecordedOption *option = &g_array_index (options, RecordedOption, i);
      g_autofree char *values = completion_dup_values (option);
      g_autofree char *name = g_strdup_printf ("--%s", option->name);

      if (values != NULL)
        add_list (table, command->name, name, values);
    }
}

static void
add_operands (Table *table, const CliCommand *command)
{
  gboolean repeats;
  g_auto (GStrv) operands = completion_dup_operands (command, &repeats);
  guint n = g_strv_length (operands);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *place = g_strdup_printf ("%u", i + 1);

      add_list (table, command->name, place, operands[i]);
      if (repeats && i + 1 == n)
        add_list (table, command->name, "+", operands[i]);
    }
}

static void
add_second_words (Table *table, const char *group)
{
  g_autofree const CliCommand **commands = record_group (group);
  gboolean is_begun = FALSE;

  for (guint i = 0; commands[i] != NULL; i++)
    {
      const char *word = completion_get_second_word (commands[i]);

      if (word == NULL)
        continue;
      if (!is_begun)
        begin_row (table, group, "");
      is_begun = TRUE;
      add_word (table, word, commands[i]->summary);
    }
  if (is_begun)
    end_row (table);
}

static gboolean
add_table (Page *page, gboolean has_help)
{
  Table table = { .text = page->text, .has_help = has_help };
  g_auto (GStrv) groups = completion_dup_groups ();
  const CliCommand *const *commands = commands_get ();

  begin_row (&table, "", "");
  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *help = completion_dup_group_help (groups[i]);

      add_word (&table, groups[i], help);
    }
  end_row (&table);
  for (guint i = 0; groups[i] != NULL; i++)
    add_second_words (&table, groups[i]);
  for (guint i = 0; commands[i] != NULL; i++)
    {
      g_autoptr (GArray) options = record_options (commands[i]);

      add_options (&table, commands[i], options, FALSE);
      add_options (&table, commands[i], options, TRUE);
      add_values (&table, commands[i], options);
      add_operands (&table, commands[i]);
    }
  return TRUE;
}

gboolean
completion_add_bash (Page *page, const char *argument)
{
  return add_table (page, FALSE);
}

gboolean
completion_add_zsh (Page *page, const char *argument)
{
  return add_table (page, TRUE);
}
