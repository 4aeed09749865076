/* The sections of the commands of `sendpath`, from their table. */
#include "config.h"

#include "page.h"

#include <string.h>

#include "record.h"
#include "roff.h"

/* The name in bold, what is typed behind it in italics. */
static void
print_usage (GString *text, const CliCommand *command, const char *before)
{
  g_autofree char *name = roff_dup (command->name);
  g_autofree char *operands = roff_dup (command->operands);

  g_string_append_printf (text, "%s\\fBsendpath %s\\fR", before, name);
  if (*operands != '\0')
    g_string_append_printf (text, " \\fI%s\\fR", operands);
  g_string_append_c (text, '\n');
}

gboolean
page_add_synopsis (Page *page, const char *group)
{
  g_autofree const CliCommand **commands = record_group (group);

  for (guint i = 0; commands[i] != NULL; i++)
    print_usage (page->text, commands[i], i > 0 ? ".br\n" : "");
  return commands[0] != NULL;
}

static void
print_option (GString *text, const RecordedOption *option)
{
  g_autofree char *letter = option->letter != 0 ? g_strdup_printf ("-%c, ", option->letter) : NULL;
  g_autofree char *tag = g_strdup_printf ("%s--%s", letter != NULL ? letter : "", option->name);
  g_autofree char *value = option->value != NULL ? g_strdup_printf (" %s", option->value) : NULL;
  g_autofree char *help = g_strdup_printf ("%s.", option->help);

  roff_print_tag (text, tag, value);
  roff_print_text (text, help);
}

static void
print_keys (GString *text, GArray *options)
{
  gboolean is_first = TRUE;

  for (guint i = 0; i < options->len; i++)
    {
      const RecordedOption *option = &g_array_index (options, RecordedOption, i);
      g_autofree char *name = option->key != NULL ? roff_dup (option->name) : NULL;

      if (name == NULL)
        continue;
      g_string_append_printf (
          text, "%s\\fB\\-\\-%s\\fR",
          is_first ? ".PP\nEach key of\n.BR sendpath.conf (5)\nis an option that takes its value:\n"
                   : ",\n",
          name);
      is_first = FALSE;
    }
  if (!is_first)
    g_string_append (text, ".\n");
}

static void
print_command (Page *page, const CliCommand *command)
{
  g_autoptr (GArray) options = record_options (command);
  g_autofree char *summary = g_strdup_printf ("%s.", command->summary);

  g_hash_table_add (page->placed, (gpointer) command);
  print_usage (page->text, command, ".SS ");
  roff_print_text (page->text, summary);
  for (guint i = 0; i < options->len; i++)
    if (g_array_index (options, RecordedOption, i).key == NULL)
      print_option (page->text, &g_array_index (options, RecordedOption, i));
  print_keys (page->text, options);
}

gboolean
page_add_command (Page *page, const char *name)
{
  const CliCommand *const *commands = commands_get ();

  for (guint i = 0; commands[i] != NULL; i++)
    if (g_str_equal (commands[i]->name, name))
      {
        print_command (page, commands[i]);
        return TRUE;
      }
  return FALSE;
}

gboolean
page_add_commands (Page *page, const char *group)
{
  g_autofree const CliCommand **commands = record_group (group);

  for (guint i = 0; commands[i] != NULL; i++)
    if (!g_hash_table_contains (page->placed, commands[i]))
      print_command (page, commands[i]);
  return commands[0] != NULL;
}

gboolean
page_add_command_list (Page *page, const char *argument)
{
  const CliCommand *const *commands = commands_get ();

  for (guint i = 0; commands[i] != NULL; i++)
    {
      g_autofree char *group = record_dup_group (commands[i]);
      g_autofree char *page_name = g_strdup_printf ("sendpath-%s", group);
      g_autofree char *escaped = roff_dup (page_name);
      g_autofree char *summary = g_strdup_printf ("%s; see", commands[i]->summary);

      roff_print_tag (page->text, commands[i]->name, NULL);
      roff_print_text (page->text, summary);
      g_string_append_printf (page->text, ".BR %s (1).\n", escaped);
    }
  return TRUE;
}
