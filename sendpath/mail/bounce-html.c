/* bounce-html: the words of an HTML part. It follows no link and obeys no style; it only tells text
 * from tags. */
#include "config.h"

#include "sendpath/mail/bounce-html.h"

#include <string.h>

static const struct {
  const char *name; /* without `&` and `;` */
  const char *text;
} entities[] = {
  { "lt", "<" },     { "gt", ">" },     { "amp", "&" },    { "quot", "\"" },  { "nbsp", " " },
  { "apos", "'" },   { "auml", "ä" },   { "ouml", "ö" },   { "uuml", "ü" },   { "Auml", "Ä" },
  { "Ouml", "Ö" },   { "Uuml", "Ü" },   { "szlig", "ß" },  { "eacute", "é" }, { "egrave", "è" },
  { "ecirc", "ê" },  { "agrave", "à" }, { "acirc", "â" },  { "aacute", "á" }, { "iacute", "í" },
  { "oacute", "ó" }, { "uacute", "ú" }, { "ntilde", "ñ" }, { "ccedil", "ç" }, { "atilde", "ã" },
  { "otilde", "õ" }, { "ugrave", "ù" }, { "ocirc", "ô" },  { "rsquo", "'" },  { "lsquo", "'" },
  { "rdquo", "\"" }, { "ldquo", "\"" },
};

#define MAX_ENTITY_BYTES 10

/* Adds what the entity at @s, which begins with `&`, stands for. What follows it, or NULL. */
static const char *
take_entity (const char *s, GString *out)
{
  gsize length = strcspn (s + 1, "; &<\n");

  if (length == 0 || length > MAX_ENTITY_BYTES || s[1 + length] != ';')
    return NULL;
  if (s[1] == '#')
    {
      gboolean is_hex = s[2] == 'x' || s[2] == 'X';
      guint64 c = g_ascii_strtoull (s + 2 + is_hex, NULL, is_hex ? 16 : 10);

      /* Spaces of no width part addresses, and control characters nothing. */
      if (c >= ' ' && c <= 0x10FFFF && g_unichar_validate ((gunichar) c) && c != 0x200B)
        g_string_append_unichar (out, (gunichar) c);
      return s + 2 + length;
    }
  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (strlen (entities[i].name) == length && strncmp (s + 1, entities[i].name, length) == 0)
      {
        g_string_append (out, entities[i].text);
        return s + 2 + length;
      }
  return NULL;
}

/* Tags that do not end a line. */
static gboolean
is_inline (const char *tag)
{
  static const char *const names[] = { "a", "b", "i", "span", "font", "strong", "em", "tt", "u" };
  gsize n;

  tag += *tag == '/';
  n = strcspn (tag, " \t\n>/");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == n && g_ascii_strncasecmp (tag, names[i], n) == 0)
      return TRUE;
  return FALSE;
}

static const char *
skip_tag (const char *s, GString *out)
{
  const char *end = strchr (s, '>');

  if (g_ascii_strncasecmp (s, "<style", 6) == 0 || g_ascii_strncasecmp (s, "<script", 7) == 0)
    {
      const char *close = strcasestr (s, g_ascii_tolower (s[2]) == 't' ? "</style" : "</script");

      end = close != NULL ? strchr (close, '>') : NULL;
    }
  else if (!is_inline (s + 1))
    g_string_append_c (out, '\n');
  return end != NULL ? end + 1 : s + strlen (s);
}

char *
bounce_html_strip (const char *html)
{
  GString *out = g_string_sized_new (strlen (html));

  for (const char *s = html; *s != '\0';)
    {
      const char *next = *s == '&' ? take_entity (s, out) : NULL;

      if (*s == '<' && (g_ascii_isalpha (s[1]) || s[1] == '/' || s[1] == '!'))
        {
          s = skip_tag (s, out);
          continue;
        }
      if (next != NULL)
        {
          s = next;
          continue;
        }
      /* Only tags end lines. */
      g_string_append_c (out, *s == '\n' ? ' ' : *s);
      s++;
    }
  return g_string_free (out, FALSE);
}
