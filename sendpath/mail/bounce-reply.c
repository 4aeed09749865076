/* bounce-reply: finds the server's reply in what a delivery report says about one recipient. It
 * reads text of unknown origin and never decides what a reply means. */
#include "config.h"

#include "sendpath/mail/bounce-reply.h"

#include <string.h>

/* What stands before a code where a program tells of it in a sentence. */
static const char *const heralds[] = {
  "error",    "code", "status",    "said",         "returned", "reply",
  "response", "with", "responded", "responsecode", "message",
};

/* A number before one of these is no code. */
static const char *const units[] = {
  "bytes", "byte", "kb", "mb", "seconds", "minutes", "hours", "days", "recipients", "messages",
};

/* What reporters write behind the server's words. */
static const char *const epilogues[] = {
  " (in reply to",
  "\nGiving up on",
  "I'm not going to try",
  "\n[RCPT_TO]",
  " (delivery attempts:",
  " (state ",
  "\n(expanded from",
  "\n(generated from",
  " ##",
  "\nIn:",
  "\n In:",
  /* A field of JSON. */
  "\"}",
  "\\\"}",
  "\",\"",
  "\nMessage could not be delivered for",
  "\nMessage will be deleted from queue",
  "\nWarning: message still undelivered",
  "\nWill keep trying until",
};

/* ---- status codes ---------------------------------------------------------------------------- */

/* The length of an RFC 3463 status at @s, or 0. Addresses and versions have other shapes. */
static gsize
measure_status (const char *s)
{
  const char *p = s;

  if (strchr ("245", *p) == NULL || *p == '\0')
    return 0;
  for (guint part = 0; part < 2; part++)
    {
      gsize n;

      if (*++p != '.')
        return 0;
      n = strspn (p + 1, "0123456789");
      if (n == 0 || n > 3 || (part == 0 && n > 1))
        return 0;
      p += n;
    }
  p++;
  if (g_ascii_isalnum (*p) || (*p == '.' && g_ascii_isdigit (p[1])))
    return 0;
  return (gsize) (p - s);
}

char *
bounce_reply_dup_status (const char *text)
{
  gsize length = measure_status (text);

  return length > 0 ? g_strndup (text, length) : NULL;
}

/* Anywhere in a text; 2 is the class of many a version number. */
static char *
find_status (const char *text)
{
  for (const char *s = strpbrk (text, "45"); s != NULL; s = strpbrk (s + 1, "45"))
    if ((s == text || (!g_ascii_isalnum (s[-1]) && strchr (".-_/=@", s[-1]) == NULL)) &&
        measure_status (s) > 0)
      return bounce_reply_dup_status (s);
  return NULL;
}

/* ---- codes ----------------------------------------------------------------------------------- */

static gboolean
is_code (const char *s)
{
  return strchr ("245", s[0]) != NULL && s[0] != '\0' && s[1] >= '0' && s[1] <= '7' &&
         g_ascii_isdigit (s[2]) && (s[3] == '\0' || strchr (" -\t\n'\",<#:.;)]_", s[3]) != NULL) &&
         !(s[3] == '.' && g_ascii_isdigit (s[4]));
}

static gboolean
is_word_in (const char *s, gsize length, const char *const *words, gsize n_words)
{
  for (gsize i = 0; i < n_words; i++)
    if (strlen (words[i]) == length && g_ascii_strncasecmp (s, words[i], length) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_counted (const char *s)
{
  const char *word = s + 3 + strspn (s + 3, " ");
  gsize length = 0;

  while (g_ascii_isalpha (word[length]))
    length++;
  return is_word_in (word, length, units, G_N_ELEMENTS (units));
}

/* What makes a number a code: the beginning of a line, punctuation that quotes, or a word that
 * announces it; a status behind it makes it sure. */
static gboolean
is_announced (const char *text, const char *s)
{
  const char *before = s, *behind = s + 3 + (s[3] != '\0'), *word;

  if (measure_status (behind + strspn (behind, " '\"#(")) > 0)
    return TRUE;
  if (s[3] == '-' && (s[4] == '\'' || s[4] == '"'))
    return TRUE;
  /* `250` is a number like others, unless a status shows that it is none. */
  if (*s == '2')
    return FALSE;
  while (before > text && (before[-1] == ' ' || before[-1] == '\t'))
    before--;
  if (before == text || strchr ("\n;<>('\"[|", before[-1]) != NULL)
    return !is_counted (s);
  if (before[-1] == ':' && s[3] != '\n' && s[3] != '\0')
    return !is_counted (s);
  while (before > text && strchr (": ", before[-1]) != NULL)
    before--;
  for (word = before; word > text && g_ascii_isalpha (word[-1]);)
    word--;
  return is_word_in (word, (gsize) (before - word), heralds, G_N_ELEMENTS (heralds)) &&
         !is_counted (s);
}

static const char *
find_code (const char *text, const char *classes)
{
  for (const char *s = strpbrk (text, classes); s != NULL; s = strpbrk (s + 1, classes))
    if (is_code (s) &&
        (s == text || (!g_ascii_isalnum (s[-1]) && strchr (".-_/=@#+?&", s[-1]) == NULL) ||
         (s[-1] == '#' && s[3] == ' ' && measure_status (s + 4) > 0)) &&
        is_announced (text, s))
      return s;
  return NULL;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Drops @code, and @status behind it, at the beginning of a line that repeats them. */
static const char *
skip_repeated (const char *s, const char *code, const char *status)
{
  gsize length = status != NULL ? strlen (status) : 0;

  if (code == NULL || strncmp (s, code, 3) != 0 || strchr (" -\n", s[3]) == NULL)
    return s;
  s += s[3] != '\0' ? 4 : 3;
  s += strspn (s, " ");
  if (length > 0 && strncmp (s, status, length) == 0 && strchr (" \n", s[length]) != NULL)
    s += length + strspn (s + length, " ");
  return s;
}

/* A report on one line shows the lines of a reply behind each other: `550-5.1.1 a 550 5.1.1 b`. */
static void
append_line (GString *out, const char *line, gsize length, const char *code, const char *status)
{
  const char *end = line + length;

  for (const char *s = line; s < end; s++)
    {
      if (code != NULL && s > line && s[-1] == ' ' && strncmp (s, code, 3) == 0 &&
          (s[3] == '-' || (status != NULL && s[3] == ' ' && g_str_has_prefix (s + 4, status))))
        {
          const char *rest = skip_repeated (s, code, status);

          if (rest >= end)
            return;
          out->str[out->len - 1] = '\n';
          s = rest;
        }
      g_string_append_c (out, *s);
    }
}

/* `550 <a@example.org>... text`: what Sendmail concludes from the reply before. */
static gboolean
is_conclusion (const char *line)
{
  gsize length = strcspn (line, "\n");

  return length > 5 && line[3] == ' ' && line[4] == '<' && memmem (line, length, ">...", 4) != NULL;
}

/* The lines from @s to the end of the reply; wrapped ones are put together. */
static char *
join_words (const char *s, const char *code, const char *status)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (gboolean is_first = TRUE; *s != '\0'; is_first = FALSE)
    {
      gsize length;

      s += strspn (s, " \t");
      if (!is_first && g_str_has_prefix (s, "<<<"))
        s += 3 + strspn (s + 3, " ");
      length = strcspn (s, "\n");
      if (!is_first && (length == 0 || g_str_has_prefix (s, ">>>") || g_str_has_prefix (s, "--")))
        {
          if (out->len > 0)
            break;
        }
      else if (!is_first && code != NULL && is_code (s) &&
               (strncmp (s, code, 3) != 0 || is_conclusion (s)))
        break;
      else
        {
          const char *words = skip_repeated (s, is_first ? NULL : code, status);

          if (out->len > 0)
            g_string_append_c (out, words > s ? '\n' : ' ');
          if (words < s + length)
            append_line (out, words, (gsize) (s + length - words), code, status);
        }
      s += length + (s[length] == '\n');
    }
  g_strstrip (out->str);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Cuts what the reporter wrote behind the reply, and the quote that closes. */
static char *
dup_quoted (const char *text, const char *s)
{
  const char *end = s + strlen (s), *open = "'\"[", *close = "'\"]";
  const char *kind = s > text ? strchr (open, s[-1]) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (epilogues); i++)
    {
      const char *at = strstr (s, epilogues[i]);

      if (at != NULL && at < end)
        end = at;
    }
  if (kind != NULL && *kind != '\0')
    for (const char *q = strchr (s, close[kind - open]); q != NULL && q < end;
         q = strchr (q + 1, close[kind - open]))
      if (q[1] == '\0' || strchr (" ,;.)\n", q[1]) != NULL)
        end = q;
  return g_strndup (s, (gsize) (end - s));
}

/* `550 - no such user`, `550-'5.1.1 no such user'`: without what stands around the words. */
static char *
unquote (char *words)
{
  gsize length;

  if (g_str_has_prefix (words, "- "))
    words += 2;
  length = strlen (g_strchomp (words));
  /* `(reason: 550 no such user)` */
  if (length > 0 && words[length - 1] == ')' && strchr (words, '(') == NULL)
    words[--length] = '\0';
  if (length < 2 || (*words != '\'' && *words != '"') || words[length - 1] != *words)
    return words;
  words[length - 1] = '\0';
  return words + 1;
}

/* ---- the whole ------------------------------------------------------------------------------- */

gboolean
bounce_reply_find (const char *text, BounceReply *ret_reply)
{
  const char *code = find_code (text, "45");
  g_autofree char *quoted = NULL;
  char digits[4] = "", *behind;

  if (code == NULL)
    code = find_code (text, "2");
  quoted = dup_quoted (text, code != NULL ? code : text);
  if (code == NULL)
    {
      ret_reply->code = 0;
      ret_reply->status = find_status (text);
      ret_reply->words = join_words (quoted, NULL, NULL);
      return ret_reply->status != NULL;
    }
  behind = quoted + MIN (4, strlen (quoted));
  behind += strspn (behind, " ");
  /* `550 550 5.1.1 no such user`: one server quotes another. */
  while (strncmp (behind, code, 3) == 0 && is_code (behind))
    behind += behind[3] != '\0' ? 4 : 3;
  ret_reply->code = (guint) g_ascii_strtoull (code, NULL, 10);
  ret_reply->status = bounce_reply_dup_status (behind + strspn (behind, " '\"#(-"));
  if (ret_reply->status == NULL)
    ret_reply->status = find_status (behind);
  memcpy (digits, code, 3);
  ret_reply->words = join_words (unquote (behind), digits, ret_reply->status);
  return TRUE;
}

void
bounce_reply_clear (BounceReply *reply)
{
  g_clear_pointer (&reply->status, g_free);
  g_clear_pointer (&reply->words, g_free);
  reply->code = 0;
}
