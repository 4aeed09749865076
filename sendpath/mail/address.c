/* Mailboxes: compared and written, never mended. Parsing is in address-parser.c. */
#include "config.h"

#include "sendpath/mail/address.h"

#include <string.h>

#include "sendpath/mail/address-token.h"
#include "sendpath/mail/encoded-word.h"

void
address_free (Address *address)
{
  g_free (address->name);
  g_free (address->addr);
  g_free (address);
}

/* ---- comparing ------------------------------------------------------------------------------- */

const char *
address_get_domain (const char *addr)
{
  const char *at = strrchr (addr, '@');

  /* `"a@b"` alone is a quoted local part */
  return at && !g_str_has_suffix (addr, "\"") ? at + 1 : NULL;
}

char *
address_dup_key (const char *addr)
{
  const char *domain = address_get_domain (addr);
  g_autofree char *local = NULL, *ascii = NULL, *lower = NULL;

  if (!domain)
    return g_strdup (addr);
  local = g_strndup (addr, domain - addr);
  ascii = g_hostname_to_ascii (domain);
  lower = g_ascii_strdown (ascii ? ascii : domain, -1);
  return g_strconcat (local, lower, NULL);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void
flush_run (GString *run, GString *out)
{
  gboolean is_plain = TRUE;

  if (run->len == 0)
    return;
  for (gsize i = 0; i < run->len; i++)
    is_plain = is_plain && (address_char_is (run->str[i], ADDRESS_ATOM) ||
                            (run->str[i] == ' ' && i > 0 && run->str[i - 1] != ' '));

  if (out->len > 0)
    g_string_append_c (out, ' ');
  if (is_plain)
    g_string_append (out, run->str);
  else
    address_append_quoted (out, run->str);
  g_string_truncate (run, 0);
}

/* Encoded words stay outside the quotes, where they would not be decoded. */
static char *
format_phrase (const char *name)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(GString) run = g_string_new (NULL);
  g_auto(GStrv) words = g_strsplit (name, " ", -1);

  for (guint i = 0; words[i]; i++)
    {
      gboolean is_encoded = encoded_word_is_one (words[i]);
      if (is_encoded)
        flush_run (run, out);
      GString *into = is_encoded ? out : run;
      if (into->len > 0)
        g_string_append_c (into, ' ');
      g_string_append (into, words[i]);
    }
  flush_run (run, out);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
address_format (const char *name, const char *addr)
{
  g_autofree char *clean = g_strstrip (g_strdup (name ? name : ""));
  g_autofree char *phrase = NULL;

  for (char *p = clean; *p; p++)
    if (!address_char_is (*p, ADDRESS_TEXT))
      *p = ' ';
  if (*clean == '\0')
    return g_strdup (addr);
  phrase = g_str_is_ascii (clean) ? format_phrase (clean) : encoded_word_encode (clean);
  return g_strdup_printf ("%s <%s>", phrase, addr);
}
