/* Characters and words of an address: which may stand where, and how they are quoted. It never says
 * whether a whole address is good. */
#include "config.h"

#include "sendpath/mail/address-token.h"

#define SPACE   ADDRESS_SPACE
#define ATOM    ADDRESS_ATOM
#define HOST    ADDRESS_HOST
#define LITERAL ADDRESS_LITERAL
#define TEXT    ADDRESS_TEXT

static const guint8 classes[256] = {
  ['\t'] = SPACE | TEXT,
  [' '] = SPACE | TEXT,
  ['!'] = ATOM | TEXT,
  ['"'] = TEXT,
  ['#' ... '\''] = ATOM | TEXT,
  ['(' ... ')'] = TEXT,
  ['*' ... '+'] = ATOM | TEXT,
  [','] = TEXT,
  ['-'] = ATOM | HOST | LITERAL | TEXT,
  ['.'] = LITERAL | TEXT,
  ['/'] = ATOM | TEXT,
  ['0' ... '9'] = ATOM | HOST | LITERAL | TEXT,
  [':'] = LITERAL | TEXT,
  [';' ... '<'] = TEXT,
  ['='] = ATOM | TEXT,
  ['>'] = TEXT,
  ['?'] = ATOM | TEXT,
  ['@'] = TEXT,
  ['A' ... 'Z'] = ATOM | HOST | LITERAL | TEXT,
  ['[' ... ']'] = TEXT,
  ['^'] = ATOM | TEXT,
  ['_'] = ATOM | HOST | TEXT,
  ['`'] = ATOM | TEXT,
  ['a' ... 'z'] = ATOM | HOST | LITERAL | TEXT,
  ['{' ... '~'] = ATOM | TEXT,
  [0x80 ... 0xff] = ATOM | HOST | TEXT,
};

gboolean
address_char_is (char c, AddressChars wanted)
{
  return (classes[(guchar) c] & wanted) != 0;
}

gboolean
address_is_dot_atom (const char *text)
{
  gboolean after_dot = TRUE;

  for (; *text; text++)
    {
      gboolean is_dot = *text == '.';
      if (is_dot ? after_dot : !address_char_is (*text, ADDRESS_ATOM))
        return FALSE;
      after_dot = is_dot;
    }
  return !after_dot;
}

void
address_append_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}
