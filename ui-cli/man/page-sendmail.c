/* The options and the exit status of `sendmail`, from their tables. */
#include "config.h"

#include "page.h"

#include <string.h>

#include "../sendmail-exit.h"
#include "../sendmail-options.h"
#include "roff.h"

static const char *const meanings[] = {
  [SENDMAIL_OPTION_USED] = "used",
  [SENDMAIL_OPTION_IGNORED] = "ignored",
  [SENDMAIL_OPTION_REFUSED] = "refused",
};
G_STATIC_ASSERT (G_N_ELEMENTS (meanings) == SENDMAIL_OPTION_REFUSED + 1);

static void
print_row (GString *text, const SendmailOptionRow *row)
{
  g_autofree char *usage = sendmail_option_row_dup_usage (row);
  gsize name_bytes = strlen ("-") + strlen (row->name);
  g_autofree char *tag = g_strndup (usage, name_bytes);
  g_autofree char *help =
      row->help != NULL ? g_strdup_printf ("%c%s.", g_ascii_toupper (*row->help), row->help + 1)
                        : NULL;

  roff_print_tag (text, tag, usage + name_bytes);
  if (help != NULL)
    roff_print_text (text, help);
}

/* Those without a word about each stand in one paragraph. */
static void
print_list (GString *text, const SendmailOptionRow *row, gboolean is_first)
{
  g_autofree char *usage = sendmail_option_row_dup_usage (row);
  g_autofree char *escaped = roff_dup (usage);

  g_string_append_printf (text, "%s\\fB%s\\fR", is_first ? "" : ",\n", escaped);
}

gboolean
page_add_sendmail_options (Page *page, const char *meaning)
{
  gboolean is_first = TRUE;
  guint n;
  const SendmailOptionRow *rows = sendmail_options_get_rows (&n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (meanings[rows[i].meaning], meaning))
      {
        if (rows[i].meaning == SENDMAIL_OPTION_USED)
          print_row (page->text, &rows[i]);
        else
          print_list (page->text, &rows[i], is_first);
        is_first = FALSE;
      }
  if (!g_str_equal (meaning, meanings[SENDMAIL_OPTION_USED]))
    g_string_append (page->text, ".\n");
  return !is_first;
}

gboolean
page_add_sendmail_exit (Page *page, const char *argument)
{
  guint n;
  const SendmailExitRow *rows = sendmail_exit_get_rows (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *status = g_strdup_printf ("%d", rows[i].status);

      roff_print_tag (page->text, status, NULL);
      roff_print_text (page->text, rows[i].meaning);
    }
  return TRUE;
}
