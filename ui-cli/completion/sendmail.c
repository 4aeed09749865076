/* The completion of `sendpath-sendmail`: those of its options that have a meaning. */
#include "config.h"

#include "completion.h"

#include <string.h>

#include "../sendmail-options.h"

static void
add_for_bash (GString *text, const SendmailOptionRow *row)
{
  g_string_append_printf (text, " -%s", row->name);
}

static void
add_for_zsh (GString *text, const SendmailOptionRow *row)
{
  g_autofree char *entry = g_strdup_printf ("-%s:%s", row->name, row->help);
  g_autofree char *quoted = g_shell_quote (entry);

  g_string_append_printf (text, "    %s\n", quoted);
}

/* fish knows letters, old options of several letters after one dash, and long ones. */
static void
add_for_fish (GString *text, const SendmailOptionRow *row)
{
  g_autofree char *help = g_shell_quote (row->help);
  const char *form = row->name[0] == '-' ? "l" : strlen (row->name) > 1 ? "o" : "s";
  const char *name = row->name[0] == '-' ? row->name + 1 : row->name;

  g_string_append_printf (text, "complete -c sendpath-sendmail -%s %s%s -d %s\n", form, name,
                          row->form == SENDMAIL_OPTION_VALUE ? " -x" : "", help);
}

static const struct {
  const char *shell;
  void (*add) (GString *text, const SendmailOptionRow *row);
} shells[] = {
  { "bash", add_for_bash },
  { "zsh", add_for_zsh },
  { "fish", add_for_fish },
};

gboolean
completion_add_sendmail (Page *page, const char *shell)
{
  guint n;
  const SendmailOptionRow *rows = sendmail_options_get_rows (&n);

  for (guint s = 0; s < G_N_ELEMENTS (shells); s++)
    if (g_str_equal (shells[s].shell, shell))
      {
        for (guint i = 0; i < n; i++)
          if (rows[i].meaning == SENDMAIL_OPTION_USED)
            shells[s].add (page->text, &rows[i]);
        return TRUE;
      }
  return FALSE;
}
