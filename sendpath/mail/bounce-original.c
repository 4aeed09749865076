/* bounce-original: finds where a report stops and the message that came back begins. It only looks
 * for the place; what the message says is read elsewhere. */
#include "config.h"

#include "sendpath/mail/bounce-original.h"

#include <string.h>

static const char *const original_marks[] = {
  "original message",    "original mail",    "message follows",   "copy of the message",
  "copy of your",        "copy of the mail", "unsent message",    "returned message",
  "message header",      "message is over",  "header of the",     "headers of the",
  "original header",     "undelivered mail", "message text",      "message attached",
  "nachricht",           "message original", "message d'origine", "mensaje original",
  "messaggio originale",
};

static const char *
next_line (const char *line)
{
  const char *end = strchr (line, '\n');

  return end != NULL ? end + 1 : line + strlen (line);
}

static gboolean
is_header_field (const char *line)
{
  gsize n = 0;

  while (g_ascii_isalnum (line[n]) || line[n] == '-' || line[n] == '_')
    n++;
  return n > 0 && line[n] == ':' && line[n + 1] != '/';
}

/* The header of a report that somebody passes on, with what mail programs write before it. */
static gboolean
is_reporters_header (const char *line)
{
  gsize length = strcspn (line, "\n");
  g_autofree char *from = NULL;

  if (g_ascii_strncasecmp (line, "from:", 5) != 0 && g_ascii_strncasecmp (line, "von:", 4) != 0)
    return FALSE;
  from = g_ascii_strdown (line, (gssize) length);
  return strstr (from, "mailer-daemon") != NULL || strstr (from, "postmaster") != NULL ||
         strstr (from, "mail delivery") != NULL;
}

/* A line that says that the original follows, before a header. */
static gboolean
is_mark (const char *line)
{
  const char *next = next_line (line);
  gsize length = (gsize) (next - line);
  g_autofree char *words = NULL;
  gboolean is_found = FALSE;

  if (length < 12 || length > 120)
    return FALSE;
  words = g_ascii_strdown (line, (gssize) length);
  for (guint i = 0; i < G_N_ELEMENTS (original_marks) && !is_found; i++)
    is_found = strstr (words, original_marks[i]) != NULL;
  if (!is_found)
    return FALSE;
  /* More lines about it. */
  while (g_str_has_prefix (next, "---"))
    next = next_line (next);
  next += strspn (next, "\n \t-=*_");
  if (is_reporters_header (next))
    return FALSE;
  return is_header_field (next) || g_str_has_prefix (next, "From ") || *next == '\0';
}

const char *
bounce_original_find (const char *text)
{
  const char *line;

  for (line = text; *line != '\0'; line = next_line (line))
    {
      if (g_ascii_strncasecmp (line, "received:", 9) == 0 ||
          g_ascii_strncasecmp (line, "return-path:", 12) == 0 ||
          g_ascii_strncasecmp (line, "content-type: message/rfc822", 28) == 0)
        return line;
      if (is_mark (line))
        return line;
    }
  return line;
}
