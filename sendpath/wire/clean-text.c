/* Makes text from the network safe to show. It never decides whether something is shown. */
#include "config.h"

#include "sendpath/wire/clean-text.h"

#include <string.h>

#define ESC '\033'
#define BEL '\a'

/* The end of the ANSI sequence that starts with the ESC at @p. */
static const char *
skip_escape (const char *p)
{
  p++;
  if (*p == '[') /* ECMA-48 5.4: parameters and intermediates 0x20-0x3f, one final byte 0x40-0x7e */
    {
      for (p++; *p >= 0x20 && *p <= 0x3f; p++)
        ;
      return *p >= 0x40 && *p <= 0x7e ? p + 1 : p;
    }
  if (*p == ']') /* operating system command: up to BEL or ESC \ */
    {
      const char *end = p + strcspn (p, "\a\033\n");

      if (*end == BEL)
        return end + 1;
      return end[0] == ESC && end[1] == '\\' ? end + 2 : end;
    }
  return p;
}

/* Bidi controls, zero-width marks, tags and the like are all of the category Format; the two
 * joiners are part of how Persian, Hindi and others are spelled. */
static gboolean
may_be_shown (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
      return FALSE;
    case G_UNICODE_FORMAT:
      return c == 0x200c || c == 0x200d;
    default:
      return TRUE;
    }
}

/* A copy of @bytes without NUL bytes, in valid UTF-8. */
static char *
to_utf8 (const char *bytes, gsize length)
{
  g_autofree char *copy = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    copy[i] = bytes[i] == '\0' ? '?' : bytes[i];
  copy[length] = '\0';
  return g_utf8_make_valid (copy, (gssize) length);
}

/* Plain words with one space between them, as most replies are. */
static gboolean
is_clean (const char *bytes, gsize length)
{
  guchar before = ' ';

  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) bytes[i];

      if (c < ' ' || c > '~' || (c == ' ' && before == ' '))
        return FALSE;
      before = c;
    }
  return length == 0 || before != ' ';
}

/* As clean_text() for what is not. */
static char *
clean (const char *bytes, gsize length, guint max_chars)
{
  g_autofree char *text = to_utf8 (bytes, length);
  g_autoptr(GString) out = g_string_new (NULL);
  gboolean space_due = FALSE;
  gsize last = 0; /* where the last character that fits begins */
  guint n_chars = 0;

  for (const char *p = text; *p != '\0';)
    {
      gunichar c = g_utf8_get_char (p);

      if (c == ESC)
        {
          p = skip_escape (p);
          continue;
        }
      p = g_utf8_next_char (p);
      if (g_unichar_isspace (c))
        {
          space_due = out->len > 0;
          continue;
        }
      if (!may_be_shown (c))
        continue;
      if (n_chars + (space_due ? 2 : 1) > max_chars)
        {
          g_string_truncate (out, last);
          g_string_append (out, "…");
          break;
        }
      if (space_due)
        g_string_append_c (out, ' ');
      n_chars += space_due ? 2 : 1;
      space_due = FALSE;
      last = out->len;
      g_string_append_unichar (out, c);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
clean_text (const char *bytes, gssize length, guint max_chars)
{
  gsize n = length < 0 ? strlen (bytes) : (gsize) length;

  return n <= max_chars && is_clean (bytes, n) ? g_strndup (bytes, n) : clean (bytes, n, max_chars);
}
