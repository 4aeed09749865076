/* How a message waits, from the line of its journal, without a tree of JSON: for lists of a hundred
 * thousand. It guesses nothing: what is not exactly as it is written is for a parser. */
#include "config.h"

#include "sendpath/outbox/state-line.h"

#include <string.h>

/* So many digits fit into a number whatever they are. */
#define MOST_DIGITS 18

typedef struct {
  const char *at;
  const char *end;
} Cursor;

static gboolean
skip (Cursor *cursor, const char *text, gsize length)
{
  if ((gsize) (cursor->end - cursor->at) < length || memcmp (cursor->at, text, length) != 0)
    return FALSE;
  cursor->at += length;
  return TRUE;
}

static gboolean
skip_word (Cursor *cursor, const char *word)
{
  return skip (cursor, word, strlen (word));
}

/* A text that holds nothing that is escaped, or null. */
static gboolean
take_text (Cursor *cursor, gpointer place)
{
  const char *start = cursor->at + 1;
  char **text = place;

  if (skip_word (cursor, "null"))
    return TRUE;
  if (!skip_word (cursor, "\""))
    return FALSE;
  while (cursor->at < cursor->end && *cursor->at != '"')
    if (*cursor->at == '\\' || g_ascii_iscntrl (*cursor->at++))
      return FALSE;
  *text = g_strndup (start, (gsize) (cursor->at - start));
  return skip_word (cursor, "\"");
}

static gboolean
take_time (Cursor *cursor, gpointer place)
{
  g_autofree char *text = NULL;
  g_autoptr(GDateTime) time = NULL;
  gint64 *time_s = place;

  if (!take_text (cursor, &text))
    return FALSE;
  time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  *time_s = time != NULL ? g_date_time_to_unix (time) : 0;
  return TRUE;
}

static gboolean
take_number (Cursor *cursor, gpointer place)
{
  const char *start = cursor->at;
  gint64 *number = place;

  while (cursor->at < cursor->end && cursor->at - start < MOST_DIGITS &&
         g_ascii_isdigit (*cursor->at))
    *number = *number * 10 + g_ascii_digit_value (*cursor->at++);
  return cursor->at > start && (*start != '0' || cursor->at == start + 1);
}

static gboolean
take_boolean (Cursor *cursor, gpointer place)
{
  gboolean *value = place;

  *value = skip_word (cursor, "true");
  return *value || skip_word (cursor, "false");
}

#define MEMBER(name, take, field)                                                                  \
  {                                                                                                \
    ",\"" name "\":", sizeof ",\"" name "\":" - 1, take, G_STRUCT_OFFSET (StateLine, field)        \
  }

/* In the order of journal_note_state(); earlier versions did not write all. */
static const struct {
  const char *name;
  gsize length;
  gboolean (*take) (Cursor *cursor, gpointer place);
  gsize offset;
} members[] = {
  MEMBER ("at", take_time, at_s),
  MEMBER ("account", take_text, account),
  MEMBER ("location", take_text, location),
  MEMBER ("network", take_text, network),
  MEMBER ("reason", take_text, reason),
  MEMBER ("needs", take_text, needs),
  MEMBER ("next_try", take_time, next_try_s),
  MEMBER ("held", take_boolean, held),
  MEMBER ("tries", take_number, n_tries),
  MEMBER ("tried", take_number, tried_s),
  MEMBER ("paced", take_number, n_paced),
};

gboolean
state_line_read (StateLine *state, const char *line, gsize length)
{
  Cursor cursor = { line, line + length };

  if (!skip_word (&cursor, "{\"event\":\"state\"") || !g_utf8_validate_len (line, length, NULL))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (skip (&cursor, members[i].name, members[i].length) &&
        !members[i].take (&cursor, G_STRUCT_MEMBER_P (state, members[i].offset)))
      return FALSE;
  return skip_word (&cursor, ",\"recipients\":[]}") && cursor.at == cursor.end;
}

void
state_line_clear (StateLine *state)
{
  g_clear_pointer (&state->account, g_free);
  g_clear_pointer (&state->location, g_free);
  g_clear_pointer (&state->network, g_free);
  g_clear_pointer (&state->reason, g_free);
  g_clear_pointer (&state->needs, g_free);
}
