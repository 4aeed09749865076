/* pasted-reply: finds a reply in what a person pastes. It reads text of unknown origin and never
 * decides what a reply means. */
#include "config.h"

#include "sendpath/verdict/pasted-reply.h"

#include <string.h>

/* What logs say around a reply about where it came. */
static const struct {
  const char *words;
  SendpathPhase phase;
} places[] = {
  { "reply to RCPT TO", SENDPATH_PHASE_RCPT },
  { "after RCPT TO", SENDPATH_PHASE_RCPT },
  { "reply to MAIL FROM", SENDPATH_PHASE_MAIL },
  { "after MAIL FROM", SENDPATH_PHASE_MAIL },
  { "after pipelined MAIL FROM", SENDPATH_PHASE_MAIL },
  { "reply to end of DATA", SENDPATH_PHASE_EOD },
  { "after end of data", SENDPATH_PHASE_EOD },
  { "reply to DATA", SENDPATH_PHASE_DATA },
  { "after DATA", SENDPATH_PHASE_DATA },
  { "reply to AUTH", SENDPATH_PHASE_AUTH },
  { "after AUTH", SENDPATH_PHASE_AUTH },
  { "reply to EHLO", SENDPATH_PHASE_EHLO },
  { "after EHLO", SENDPATH_PHASE_EHLO },
  { "after initial connection", SENDPATH_PHASE_GREETING },
  { "refused to talk to me", SENDPATH_PHASE_GREETING },
};

static gboolean
is_code (const char *s)
{
  return s[0] >= '2' && s[0] <= '5' && g_ascii_isdigit (s[1]) && g_ascii_isdigit (s[2]) &&
         (s[3] == '\0' || strchr (" -\t\r\n'\",", s[3]) != NULL);
}

/* `5.7.1` behind a code makes sure that it is one. */
static gboolean
has_status (const char *s)
{
  return (s[3] == ' ' || s[3] == '-') && strchr ("245", s[4]) != NULL && s[4] != '\0' &&
         s[5] == '.';
}

/* What stands before a code where logs and mail programs quote a reply. */
static gboolean
is_quoted_at (const char *text, const char *s)
{
  if (s > text && (s[-1] == '\'' || s[-1] == '"'))
    return TRUE;
  while (s > text && g_ascii_isspace (s[-1]))
    s--;
  return s > text && (s[-1] == ':' || s[-1] == '>' || s[-1] == '<' || s[-1] == ';');
}

static const char *
find_code (const char *text)
{
  const char *fallback = NULL;

  if (is_code (text))
    return text;
  for (const char *s = text + strcspn (text, "2345"); *s != '\0'; s += 1 + strcspn (s + 1, "2345"))
    {
      if (!is_code (s) ||
          (s > text && (g_ascii_isalnum (s[-1]) || strchr (".-_@/", s[-1]) != NULL)))
        continue;
      if (is_quoted_at (text, s) && s[3] != ',' && s[3] != '\0')
        return s;
      if (fallback == NULL && has_status (s))
        fallback = s;
    }
  return fallback;
}

/* The end of a reply that begins at @s: its quote, or what a log adds behind it. */
static const char *
find_end (const char *text, const char *s)
{
  const char *added = strstr (s, " (in reply to");

  if (s > text && (s[-1] == '\'' || s[-1] == '"'))
    for (const char *quote = strchr (s, s[-1]); quote != NULL; quote = strchr (quote + 1, s[-1]))
      if (quote[1] == '\0' || strchr (", ;)", quote[1]) != NULL)
        return quote;
  return added != NULL ? added : s + strlen (s);
}

/* Further lines lose their code: `550-one\n550 two` is `one\ntwo`. */
static char *
join_lines (const char *code, const char *s, const char *end)
{
  g_autoptr (GString) out = g_string_new (NULL);

  while (s < end)
    {
      gsize n = strcspn (s, "\r\n");

      if (strncmp (s, code, 3) == 0 && (s[3] == ' ' || s[3] == '-' || n == 3))
        {
          gsize skip = MIN (n, 4);

          s += skip;
          n -= skip;
        }
      n = MIN (n, (gsize) (end - s));
      if (out->len > 0)
        g_string_append_c (out, '\n');
      g_string_append_len (out, s, (gssize) n);
      s += n;
      s += strspn (s, "\r\n");
    }
  g_strstrip (out->str);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static SendpathPhase
find_phase (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (strstr (text, places[i].words) != NULL)
      return places[i].phase;
  return SENDPATH_PHASE_UNKNOWN;
}

static gboolean
says_something (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isalnum (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

SendpathReply *
pasted_reply_read (const char *text, SendpathPhase *ret_phase)
{
  g_autofree char *valid = g_strstrip (g_utf8_make_valid (text, -1));
  g_autofree char *words = NULL;
  const char *code = find_code (valid);

  if (!says_something (valid))
    return NULL;
  *ret_phase = find_phase (valid);
  words = join_lines (code != NULL ? code : "", code != NULL ? code : valid,
                      find_end (valid, code != NULL ? code : valid));
  return sendpath_reply_new (code != NULL ? (guint) g_ascii_strtoull (code, NULL, 10) : 0, NULL,
                             words);
}
