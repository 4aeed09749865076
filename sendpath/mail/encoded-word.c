/* RFC 2047: words of other scripts in header fields. Decoded text is for showing only: it may hold
 * what would be syntax in a header. */
#include "config.h"

#include "sendpath/mail/encoded-word.h"

#include <string.h>

#define WORD_MAX_BYTES 75 /* RFC 2047 section 2 */

/* What base64 in `=?UTF-8?B?…?=` has room for. */
#define CHUNK_MAX_BYTES ((WORD_MAX_BYTES - 12) / 4 * 3)

/* ---- one word -------------------------------------------------------------------------------- */

typedef struct {
  const char *charset;
  gsize charset_length;
  char encoding; /* 'b' or 'q' */
  const char *data;
  gsize data_length;
  const char *end;
} Word;

/* RFC 2047 section 2, with the lax manners of programs that write `.` and `@` in it. */
static gboolean
read_word (const char *text, Word *word)
{
  static const char not_in_charset[] = " \t()<>@,;:\"/[]?=";

  if (!g_str_has_prefix (text, "=?"))
    return FALSE;
  word->charset = text + 2;
  word->charset_length = strcspn (word->charset, not_in_charset);
  text = word->charset + word->charset_length;
  if (word->charset_length == 0 || text[0] != '?' || !text[1] || !strchr ("bBqQ", text[1]) ||
      text[2] != '?')
    return FALSE;

  word->encoding = g_ascii_tolower (text[1]);
  word->data = text + 3;
  word->data_length = strcspn (word->data, " \t?");
  word->end = word->data + word->data_length + 2;
  return g_str_has_prefix (word->data + word->data_length, "?=");
}

gboolean
encoded_word_is_one (const char *word)
{
  Word read;

  return read_word (word, &read) && *read.end == '\0' && !strpbrk (word, "\"(),:;<>@[\\]");
}

/* ---- writing --------------------------------------------------------------------------------- */

char *
encoded_word_encode (const char *text)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *at = valid;

  while (*at)
    {
      const char *end = at;
      while (*end && g_utf8_next_char (end) - at <= CHUNK_MAX_BYTES)
        end = g_utf8_next_char (end);
      g_autofree char *data = g_base64_encode ((const guchar *) at, end - at);
      g_string_append_printf (out, "%s=?UTF-8?B?%s?=", out->len > 0 ? " " : "", data);
      at = end;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void
append_q (GString *bytes, const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == '=' && i + 2 < length && g_ascii_isxdigit (data[i + 1]) &&
          g_ascii_isxdigit (data[i + 2]))
        {
          g_string_append_c (bytes, (char) (g_ascii_xdigit_value (data[i + 1]) << 4 |
                                            g_ascii_xdigit_value (data[i + 2])));
          i += 2;
        }
      else
        g_string_append_c (bytes, data[i] == '_' ? ' ' : data[i]);
    }
}

static void
append_b (GString *bytes, const char *data, gsize length)
{
  g_autofree guchar *decoded = g_malloc (length / 4 * 3 + 3);
  int state = 0;
  guint save = 0;

  gsize count = g_base64_decode_step (data, length, decoded, &state, &save);
  g_string_append_len (bytes, (const char *) decoded, count);
}

/* A run of words of one character set: some writers cut inside a character. NULL if none is here;
 * one that cannot be decoded as it is. */
static char *
decode_run (const char *text, const char **ret_end)
{
  g_autoptr(GString) bytes = NULL;
  g_autofree char *charset = NULL;
  const char *start = text;
  Word word;
  char *decoded;

  if (!read_word (text, &word))
    return NULL;
  bytes = g_string_new (NULL);
  charset = g_strndup (word.charset, word.charset_length);
  charset[strcspn (charset, "*")] = '\0'; /* RFC 2231 section 5: a language behind it */

  do
    {
      (word.encoding == 'q' ? append_q : append_b) (bytes, word.data, word.data_length);
      *ret_end = word.end;
      text = word.end + strspn (word.end, " \t");
    }
  while (text > *ret_end && read_word (text, &word) && word.charset_length == strlen (charset) &&
         g_ascii_strncasecmp (word.charset, charset, word.charset_length) == 0);

  decoded = g_convert (bytes->str, bytes->len, "UTF-8", charset, NULL, NULL, NULL);
  return decoded ? decoded : g_strndup (start, *ret_end - start);
}

/* White space between two encoded words is not text. */
static const char *
skip_between (const char *end)
{
  const char *next = end + strspn (end, " \t");
  Word word;

  return read_word (next, &word) ? next : end;
}

char *
encoded_word_decode (const char *text)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *valid = NULL;

  while (*text)
    {
      const char *end, *word = strstr (text, "=?");
      g_autofree char *decoded = NULL;

      if (word != text) /* as most texts are, to their end */
        {
          end = word ? word : text + strlen (text);
          g_string_append_len (out, text, end - text);
          text = end;
          continue;
        }
      decoded = decode_run (text, &end);
      if (decoded)
        {
          g_string_append (out, decoded);
          text = skip_between (end);
          continue;
        }
      g_string_append_c (out, *text++);
    }

  valid = g_utf8_make_valid (out->str, out->len);
  for (char *p = valid; *p; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p))) /* those beyond ASCII drive terminals, too */
      memset (p, ' ', g_utf8_next_char (p) - p);
  return g_steal_pointer (&valid);
}
