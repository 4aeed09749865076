/* Text as the man(7) macros want it. It knows no page. */
#include "config.h"

#include "roff.h"

static const struct {
  gunichar character;
  const char *escape;
} escapes[] = {
  { '\\', "\\e" },     { '-', "\\-" },      { '\'', "\\(aq" },   { '`', "\\(ga" },
  { '^', "\\(ha" },    { '~', "\\(ti" },    { 0x2018, "\\(oq" }, { 0x2019, "\\(cq" },
  { 0x201c, "\\(lq" }, { 0x201d, "\\(rq" }, { 0x2026, "..." },
};

static const char *
find_escape (gunichar character)
{
  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
    if (escapes[i].character == character)
      return escapes[i].escape;
  return NULL;
}

char *
roff_dup (const char *text)
{
  g_autoptr (GString) escaped = g_string_new (NULL);

  if (*text == '.')
    g_string_append (escaped, "\\&");
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar character = g_utf8_get_char (text);
      const char *escape = find_escape (character);

      if (escape != NULL)
        g_string_append (escaped, escape);
      else if (character < 0x80)
        g_string_append_c (escaped, (char) character);
      else
        g_string_append_printf (escaped, "\\[u%04X]", character);
    }
  return g_string_free (g_steal_pointer (&escaped), FALSE);
}

void
roff_print_text (GString *page, const char *text)
{
  g_autofree char *escaped = roff_dup (text);

  g_string_append_printf (page, "%s\n", escaped);
}

void
roff_print_tag (GString *page, const char *tag, const char *value)
{
  g_autofree char *bold = roff_dup (tag);
  g_autofree char *italic = value != NULL ? roff_dup (value) : NULL;

  g_string_append_printf (page, ".TP\n\\fB%s\\fR", bold);
  if (italic != NULL)
    g_string_append_printf (page, "\\fI%s\\fR", italic);
  g_string_append_c (page, '\n');
}
