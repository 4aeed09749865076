/* bounce-charset: the text of a report in UTF-8, whatever it came in. It never fails: what it cannot
 * read becomes a question mark, and the rest is read all the same. */
#include "config.h"

#include "sendpath/mail/bounce-charset.h"

#include <errno.h>
#include <string.h>

/* Character sets of mail; a message does not choose among all converters of the system. */
static const char *const charsets[] = {
  "iso-8859-", "windows-125", "cp125", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn",
  "shift_jis", "euc-jp",      "cp932", "euc-kr",      "ks_c_5601",   "cp949",
  "gb2312",    "gbk",         "cp936", "gb18030",     "big5",        "koi8-",
  "utf-16",    "utf-7",       "cp866", "tis-620",     "windows-31j", "windows-874",
  "macintosh", "viscii",      "cp850", "cp437",       "windows-949", "windows-936",
  "uhc",
};

/* Names that mail uses and converters do not. */
static const struct {
  const char *name, *known;
} charset_aliases[] = {
  { "x-sjis", "CP932" },
  { "shift-jis", "CP932" },
  { "sjis", "CP932" },
  { "shift_jis", "CP932" },
  { "gb2312", "GB18030" },
  { "gbk", "GB18030" },
  { "x-gbk", "GB18030" },
  { "gb_2312-80", "GB18030" },
  { "x-euc-jp", "EUC-JP" },
  { "ks_c_5601-1987", "UHC" },
  { "latin1", "WINDOWS-1252" },
  { "x-big5", "BIG5" },
  { "iso-8859-1", "WINDOWS-1252" },
  { "iso-8859-8-i", "ISO-8859-8" },
};

static const char *
find_alias (const char *charset)
{
  for (guint i = 0; i < G_N_ELEMENTS (charset_aliases); i++)
    if (g_ascii_strcasecmp (charset, charset_aliases[i].name) == 0)
      return charset_aliases[i].known;
  return charset;
}

static gboolean
is_known_charset (const char *charset)
{
  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    if (g_ascii_strncasecmp (charset, charsets[i], strlen (charsets[i])) == 0 &&
        strpbrk (charset, "/ ") == NULL)
      return TRUE;
  return FALSE;
}

/* What @charset cannot mean is left out, byte by byte: the rest may still be read. */
static char *
convert (const char *bytes, gsize length, const char *charset, gsize *ret_length)
{
  GIConv converter = g_iconv_open ("UTF-8", charset);
  g_autoptr (GString) out = NULL;
  char *from = (char *) bytes;

  if (converter == (GIConv) -1)
    return NULL;
  out = g_string_sized_new (length + length / 2);
  while (length > 0)
    {
      char buffer[4096], *to = buffer;
      gsize room = sizeof buffer;
      gsize result = g_iconv (converter, &from, &length, &to, &room);

      g_string_append_len (out, buffer, to - buffer);
      if (result != (gsize) -1 || errno == E2BIG)
        continue;
      g_string_append_c (out, '?');
      from++;
      length--;
    }
  g_iconv_close (converter);
  *ret_length = out->len;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
bounce_charset_to_text (const char *bytes, gsize length, const char *charset)
{
  g_autofree char *converted = NULL, *text = NULL;
  gsize used;
  char *end;

  /* Mail of Japan tells its character set within the text. */
  if (memmem (bytes, length, "\033$", 2) != NULL)
    charset = "ISO-2022-JP";
  else if (charset != NULL)
    charset = find_alias (charset);
  if (charset != NULL && is_known_charset (charset))
    converted = convert (bytes, length, charset, &used);
  /* No name, a wrong or an unknown one: UTF-8 if it is that, else the letters of western Europe. */
  else if (!g_utf8_validate (bytes, (gssize) length, NULL))
    converted = convert (bytes, length, "WINDOWS-1252", &used);
  text = converted != NULL ? g_utf8_make_valid (converted, (gssize) used)
                           : g_utf8_make_valid (bytes, (gssize) length);
  end = text;
  for (const char *s = text; *s != '\0'; s++)
    if (*s != '\r')
      *end++ = *s;
  *end = '\0';
  return g_steal_pointer (&text);
}
