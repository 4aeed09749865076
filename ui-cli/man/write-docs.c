/* Writes a page of the manual, or a completion, on standard output: the prose of its template, and in
 * place of each line that begins with @ what the tables of the code say. Part of the build only. */
#include "config.h"

#include <glib/gprintf.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "../completion/completion.h"
#include "page.h"

static const struct {
  const char *name;
  gboolean (*add) (Page *page, const char *argument);
} directives[] = {
  { "synopsis", page_add_synopsis },
  { "command", page_add_command },
  { "commands", page_add_commands },
  { "command-list", page_add_command_list },
  { "keys", page_add_keys },
  { "exit", page_add_exit },
  { "sendmail-options", page_add_sendmail_options },
  { "sendmail-exit", page_add_sendmail_exit },
  { "verdicts", page_add_verdicts },
  { "remedies", page_add_remedies },
  { "phases", page_add_phases },
  { "bash-table", completion_add_bash },
  { "zsh-table", completion_add_zsh },
  { "fish-table", completion_add_fish },
  { "sendmail-table", completion_add_sendmail },
};

/* @line without its @. */
static gboolean
answer (Page *page, const char *line)
{
  g_autofree char *name = g_strndup (line, strcspn (line, " "));
  const char *argument = line[strlen (name)] == ' ' ? line + strlen (name) + 1 : "";

  for (guint i = 0; i < G_N_ELEMENTS (directives); i++)
    if (g_str_equal (directives[i].name, name))
      return directives[i].add (page, argument);
  return FALSE;
}

/* 0: not at fault, else the line. */
static guint
fill_in (Page *page, const char *template)
{
  g_auto (GStrv) lines = g_strsplit (template, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "@VERSION@", -1);
      g_autofree char *line = g_strjoinv (PACKAGE_VERSION, parts);

      if (line[0] != '@')
        g_string_append_printf (page->text, "%s%s", line, lines[i + 1] != NULL ? "\n" : "");
      else if (!answer (page, line + 1))
        return i + 1;
    }
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GHashTable) placed = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *template = NULL;
  Page page = { text, placed };
  guint wrong;

  setlocale (LC_ALL, "C.UTF-8");
  if (argc != 2 || !g_file_get_contents (argv[1], &template, NULL, &error))
    {
      g_fprintf (stderr, "write-docs: %s\n",
                 error != NULL ? error->message : "TEMPLATE is missing");
      return 1;
    }
  wrong = fill_in (&page, template);
  if (wrong != 0)
    {
      g_fprintf (stderr, "%s:%u: the tables of the code do not know this\n", argv[1], wrong);
      return 1;
    }
  g_printf ("%s", text->str);
  return 0;
}
