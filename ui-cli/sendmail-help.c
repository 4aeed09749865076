/* `sendmail --help`: the table of options for people. It knows none of them itself. */
#include "config.h"

#include "sendmail-help.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "sendmail-options.h"

/* The options of that meaning, without a word about each. */
static char *
dup_list (SendmailOptionMeaning meaning)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint n;
  const SendmailOptionRow *rows = sendmail_options_get_rows (&n);

  for (guint i = 0; i < n; i++)
    if (rows[i].meaning == meaning)
      {
        g_autofree char *usage = sendmail_option_row_dup_usage (&rows[i]);

        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", usage);
      }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

void
sendmail_help_print (void)
{
  g_autofree char *ignored = dup_list (SENDMAIL_OPTION_IGNORED);
  g_autofree char *refused = dup_list (SENDMAIL_OPTION_REFUSED);
  guint n;
  const SendmailOptionRow *rows = sendmail_options_get_rows (&n);

  g_printf ("%s\n\n", _ ("Usage: sendmail [OPTIONS] [RECIPIENT…] < MESSAGE"));
  for (guint i = 0; i < n; i++)
    if (rows[i].meaning == SENDMAIL_OPTION_USED)
      {
        g_autofree char *usage = sendmail_option_row_dup_usage (&rows[i]);

        g_printf ("  %-14s %s\n", usage, _ (rows[i].help));
      }
  g_printf (_ ("\nIgnored: %s\nRefused: %s, and everything else\n"), ignored, refused);
}
