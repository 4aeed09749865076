/* Pieces of a line of JSON, without a tree of it. It guesses nothing: what is not exactly as it is written
 * is for a parser. */
#include "config.h"

#include "sendpath/outbox/line-cursor.h"

#include <string.h>

/* So many digits fit into a number whatever they are. */
#define MOST_DIGITS 18

#define TIME_FORM "0000-00-00T00:00:00Z"

gboolean
line_cursor_skip (LineCursor *cursor, const char *text, gsize length)
{
  if ((gsize) (cursor->end - cursor->at) < length || memcmp (cursor->at, text, length) != 0)
    return FALSE;
  cursor->at += length;
  return TRUE;
}

gboolean
line_cursor_skip_word (LineCursor *cursor, const char *word)
{
  return line_cursor_skip (cursor, word, strlen (word));
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* What stands between two quotation marks, still escaped. */
static gboolean
span_text (LineCursor *cursor, const char **ret_start, gsize *ret_length, guint *ret_n_escapes)
{
  const char *at = cursor->at + 1;
  guint n_escapes = 0;

  if (!line_cursor_skip (cursor, "\"", 1))
    return FALSE;
  for (; at < cursor->end && *at != '"'; at++)
    {
      if (*at == '\\')
        {
          at++;
          n_escapes++;
          if (at == cursor->end || (*at != '"' && *at != '\\'))
            return FALSE;
        }
      else if ((guchar) *at < ' ' || *at == 0x7f)
        return FALSE;
    }
  if (at == cursor->end)
    return FALSE;
  *ret_start = cursor->at;
  *ret_length = (gsize) (at - cursor->at);
  *ret_n_escapes = n_escapes;
  cursor->at = at + 1;
  return TRUE;
}

static char *
dup_unescaped (const char *start, gsize length)
{
  char *text = g_malloc (length + 1);
  char *to = text;

  for (const char *at = start; at < start + length; at++)
    {
      at += *at == '\\';
      *to++ = *at;
    }
  *to = '\0';
  return text;
}

gboolean
line_cursor_take_text (LineCursor *cursor, gpointer place)
{
  char **text = place;
  const char *start;
  gsize length;
  guint n_escapes;

  if (line_cursor_skip (cursor, "null", 4))
    return TRUE;
  if (!span_text (cursor, &start, &length, &n_escapes))
    return FALSE;
  *text = n_escapes > 0 ? dup_unescaped (start, length) : g_strndup (start, length);
  return TRUE;
}

gboolean
line_cursor_take_word (LineCursor *cursor, gpointer place)
{
  char *word = place;
  const char *start;
  gsize length;
  guint n_escapes;

  if (line_cursor_skip (cursor, "null", 4))
    return TRUE;
  if (!span_text (cursor, &start, &length, &n_escapes) || n_escapes > 0 ||
      length >= LINE_WORD_BYTES)
    return FALSE;
  memcpy (word, start, length);
  word[length] = '\0';
  return TRUE;
}

gboolean
line_cursor_take_texts (LineCursor *cursor, gpointer place)
{
  g_autoptr(GStrvBuilder) texts = g_strv_builder_new ();
  char ***into = place;

  if (!line_cursor_skip (cursor, "[", 1))
    return FALSE;
  while (!line_cursor_skip (cursor, "]", 1))
    {
      g_autofree char *text = NULL;

      if (!line_cursor_take_text (cursor, &text) || text == NULL)
        return FALSE;
      g_strv_builder_add (texts, text);
      if (!line_cursor_skip (cursor, ",", 1) && (cursor->at == cursor->end || *cursor->at != ']'))
        return FALSE;
    }
  *into = g_strv_builder_end (texts);
  return TRUE;
}

/* ---- numbers and times ----------------------------------------------------------------------- */

gboolean
line_cursor_take_number (LineCursor *cursor, gpointer place)
{
  const char *start = cursor->at;
  gint64 *number = place;

  if (line_cursor_skip (cursor, "null", 4))
    return TRUE;
  while (cursor->at < cursor->end && cursor->at - start < MOST_DIGITS &&
         g_ascii_isdigit (*cursor->at))
    *number = *number * 10 + (*cursor->at++ - '0');
  return cursor->at > start && (*start != '0' || cursor->at == start + 1);
}

gboolean
line_cursor_take_boolean (LineCursor *cursor, gpointer place)
{
  gboolean *value = place;

  *value = line_cursor_skip (cursor, "true", 4);
  return *value || line_cursor_skip (cursor, "false", 5);
}

/* @n digits at @text, which has them. */
static guint
read_digits (const char *text, guint n)
{
  guint number = 0;

  for (guint i = 0; i < n; i++)
    number = number * 10 + (guint) (text[i] - '0');
  return number;
}

static gboolean
has_form_of_time (const char *text, gsize length)
{
  if (length != strlen (TIME_FORM))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (TIME_FORM[i] == '0' ? !g_ascii_isdigit (text[i]) : text[i] != TIME_FORM[i])
      return FALSE;
  return TRUE;
}

/* Days since 1970 in the calendar of everybody: years begin in March, so that the day of a leap year is
 * their last. */
static gint64
count_days (guint year, guint month, guint day)
{
  gint64 years = (gint64) year - (month <= 2);
  gint64 months = (month + 9) % 12;

  return years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day - 1 -
         719468;
}

gboolean
line_cursor_take_time (LineCursor *cursor, gpointer place)
{
  gint64 *time_s = place;
  const char *text;
  gsize length;
  guint n_escapes, year, month, day, hour, minute, second;

  if (line_cursor_skip (cursor, "null", 4))
    return TRUE;
  if (!span_text (cursor, &text, &length, &n_escapes) || !has_form_of_time (text, length))
    return FALSE;
  year = read_digits (text, 4);
  month = read_digits (text + 5, 2);
  day = read_digits (text + 8, 2);
  hour = read_digits (text + 11, 2);
  minute = read_digits (text + 14, 2);
  second = read_digits (text + 17, 2);
  if (!g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year) || hour > 23 ||
      minute > 59 || second > 59)
    return FALSE;
  *time_s = ((count_days (year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  return TRUE;
}

/* ---- objects and lines ----------------------------------------------------------------------- */

gboolean
line_cursor_take_members (LineCursor *cursor, const LineMember *members, gsize n, gpointer into)
{
  for (gsize i = 0; i < n; i++)
    if (line_cursor_skip (cursor, members[i].name, members[i].length) &&
        !members[i].take (cursor, G_STRUCT_MEMBER_P (into, members[i].offset)))
      return FALSE;
  return TRUE;
}

/* Eight bytes at a time as long as they are ASCII, as most lines are. */
gboolean
line_is_text (const char *line, gsize length)
{
  gsize n_ascii = 0;

  for (; n_ascii + sizeof (guint64) <= length; n_ascii += sizeof (guint64))
    {
      guint64 bytes;

      memcpy (&bytes, line + n_ascii, sizeof bytes);
      if (bytes & G_GUINT64_CONSTANT (0x8080808080808080))
        break;
    }
  return memchr (line, '\0', n_ascii) == NULL &&
         g_utf8_validate_len (line + n_ascii, length - n_ascii, NULL);
}
