/* The lines of fish's completion: one `complete` for each thing that can be typed. */
#include "config.h"

#include "completion.h"

/* `complete` where the words so far are @command and, unless @place is NULL, an operand is due. */
static void
begin_line (GString *text, const char *command, const char *place)
{
  g_autofree char *quoted = g_shell_quote (command);
  g_autofree char *condition = g_strdup_printf (
      "__sendpath_at %s%s%s", quoted, place != NULL ? " " : "", place != NULL ? place : "");
  g_autofree char *quoted_condition = g_shell_quote (condition);

  g_string_append_printf (text, "complete -c sendpath -n %s", quoted_condition);
}

static void
add_flag (GString *text, const char *flag, const char *value)
{
  g_autofree char *quoted = g_shell_quote (value);

  g_string_append_printf (text, " -%s %s", flag, quoted);
}

/* What @words stand for is asked for when it is needed; fish knows files itself. */
static void
add_words (GString *text, const char *words)
{
  g_autofree char *call = g_strdup_printf ("(__sendpath_words %s)", words);

  if (g_str_equal (words, "%files"))
    g_string_append (text, " -F");
  else
    add_flag (text, "a", call);
}

static void
add_word (GString *text, const char *command, const char *word, const char *help)
{
  begin_line (text, command, "1");
  add_flag (text, "a", word);
  add_flag (text, "d", help);
  g_string_append_c (text, '\n');
}

static void
add_option (GString *text, const CliCommand *command, const RecordedOption *option)
{
  const char letter[] = { option->letter, '\0' };
  g_autofree char *values = completion_dup_values (option);

  begin_line (text, command->name, NULL);
  add_flag (text, "l", option->name);
  if (option->letter != 0)
    add_flag (text, "s", letter);
  if (option->value != NULL)
    g_string_append (text, g_strcmp0 (values, "%files") == 0 ? " -r" : " -x");
  if (values != NULL)
    add_words (text, values);
  add_flag (text, "d", option->help);
  g_string_append_c (text, '\n');
}

static void
add_operands (GString *text, const CliCommand *command)
{
  gboolean repeats;
  g_auto (GStrv) operands = completion_dup_operands (command, &repeats);
  guint n = g_strv_length (operands);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *place = g_strdup_printf ("%u%s", i + 1, repeats && i + 1 == n ? "+" : "");

      if (*operands[i] == '\0')
        continue;
      begin_line (text, command->name, place);
      add_words (text, operands[i]);
      g_string_append_c (text, '\n');
    }
}

/* What `__sendpath_at` has to know: which words make a command, which options are followed by a value. */
static void
add_lists (GString *text)
{
  const CliCommand *const *commands = commands_get ();
  g_autoptr (GHashTable) valued = g_hash_table_new (g_str_hash, g_str_equal);

  g_string_append (text, "function __sendpath_commands\n    printf '%s\\n'");
  for (guint i = 0; commands[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (commands[i]->name);

      g_string_append_printf (text, " %s", quoted);
    }
  g_string_append (text, "\nend\nfunction __sendpath_valued\n    printf '%s\\n'");
  for (guint i = 0; commands[i] != NULL; i++)
    {
      g_autoptr (GArray) options = record_options (commands[i]);

      for (guint k = 0; k < options->len; k++)
        {
          const RecordedOption *option = &g_array_index (options, RecordedOption, k);

          if (option->value != NULL && g_hash_table_add (valued, (gpointer) option->name))
            g_string_append_printf (text, " --%s", option->name);
        }
    }
  g_string_append (text, "\nend\n");
}

gboolean
completion_add_fish (Page *page, const char *argument)
{
  g_auto (GStrv) groups = completion_dup_groups ();
  const CliCommand *const *commands = commands_get ();

  add_lists (page->text);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *help = completion_dup_group_help (groups[i]);

      add_word (page->text, "", groups[i], help);
    }
  for (guint i = 0; commands[i] != NULL; i++)
    {
      g_autoptr (GArray) options = record_options (commands[i]);
      g_autofree char *group = record_dup_group (commands[i]);
      const char *word = completion_get_second_word (commands[i]);

      if (word != NULL)
        add_word (page->text, group, word, commands[i]->summary);
      for (guint k = 0; k < options->len; k++)
        add_option (page->text, commands[i], &g_array_index (options, RecordedOption, k));
      add_operands (page->text, commands[i]);
    }
  return TRUE;
}
