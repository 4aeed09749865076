/* “Try again in 5 minutes”: the time in the words of a reply. It only reads the number; that the reply
 * is one to wait after is the verdict's to say. */
#include "config.h"

#include "sendpath/verdict/retry-after.h"

#include <string.h>

/* The text speaks of trying again at all: a number of minutes may be anything. */
static const char *const occasions[] = { "again", "retry", "back",  "wait", "later",   "delay",
                                         "defer", "greyl", "grayl", "slow", "blocked", "limit" };

/* What stands right before the number. “within 15 minutes” is the opposite. */
static const char *const cues[] = { "in", "after", "for", "wait", "least", "another", "about" };

static const struct {
  const char *name;
  gboolean is_whole; /* not the beginning of a longer word */
  guint seconds;
} units[] = {
  { "sec", FALSE, 1 },     { "min", FALSE, 60 }, { "hour", FALSE, 3600 }, { "hr", FALSE, 3600 },
  { "day", FALSE, 86400 }, { "s", TRUE, 1 },     { "m", TRUE, 60 },       { "h", TRUE, 3600 },
};

static gboolean
is_occasion (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (occasions); i++)
    if (strstr (text, occasions[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* The word that ends before @end is @word. */
static gboolean
follows_word (const char *text, const char *end, const char *word)
{
  gsize length = strlen (word);

  while (end > text && (end[-1] == ' ' || end[-1] == ':' || end[-1] == '='))
    end--;
  return (gsize) (end - text) >= length && strncmp (end - length, word, length) == 0 &&
         (end - length == text || !g_ascii_isalnum (end[-(gssize) length - 1]));
}

static gboolean
follows_cue (const char *text, const char *number)
{
  for (guint i = 0; i < G_N_ELEMENTS (cues); i++)
    if (follows_word (text, number, cues[i]))
      return TRUE;
  return FALSE;
}

/* The seconds of the unit that @text begins with, and @ret_end behind its word; 0: none. */
static guint
read_unit (const char *text, const char **ret_end)
{
  const char *end = text;

  while (g_ascii_isalpha (*end))
    end++;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_has_prefix (text, units[i].name) &&
        (!units[i].is_whole || (gsize) (end - text) == strlen (units[i].name)))
      {
        *ret_end = g_str_has_prefix (end, "(s)") ? end + 3 : end;
        return units[i].seconds;
      }
  return 0;
}

/* `5 minutes`, `1 hour(s) 25 minute(s)`, `2h30m`; 0 if @text is none of these. */
static guint64
read_duration (const char *text)
{
  guint64 total_s = 0;

  while (g_ascii_isdigit (*text))
    {
      char *after_number;
      const char *end;
      guint64 count = MIN (g_ascii_strtoull (text, &after_number, 10), RETRY_AFTER_MAX_S);
      guint seconds;

      text = after_number + strspn (after_number, " -");
      seconds = read_unit (text, &end);
      if (seconds == 0)
        break;
      total_s += count * seconds;
      text = end + strspn (end, " ,");
      if (g_str_has_prefix (text, "and "))
        text += strlen ("and ");
    }
  return total_s;
}

/* `Retry-After: 300`: seconds without their name. */
static guint64
read_bare (const char *text, const char *number)
{
  gboolean is_header =
      follows_word (text, number, "retry-after") || follows_word (text, number, "retry after");
  gsize length = strspn (number, "0123456789");

  if (!is_header || (number[length] != '\0' && strchr (" \n;)]", number[length]) == NULL))
    return 0;
  return g_ascii_strtoull (number, NULL, 10);
}

guint
retry_after_read (const char *text)
{
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : g_strdup ("");

  if (!is_occasion (lower))
    return 0;
  for (const char *at = lower; *at != '\0'; at++)
    {
      guint64 seconds;

      if (!g_ascii_isdigit (*at) || (at > lower && g_ascii_isalnum (at[-1])) ||
          !follows_cue (lower, at))
        continue;
      seconds = read_duration (at);
      seconds = seconds != 0 ? seconds : read_bare (lower, at);
      if (seconds != 0)
        return (guint) MIN (seconds, RETRY_AFTER_MAX_S);
    }
  return 0;
}
