/* How a message waits, from the line of its journal, without a tree of JSON. It guesses nothing: what is
 * not exactly as it is written is for a parser. */
#include "config.h"

#include "sendpath/outbox/state-line.h"

#include "sendpath/outbox/line-cursor.h"

#define MEMBER(name, take, field) LINE_MEMBER (",", name, line_cursor_take_##take, StateLine, field)

/* In the order of journal_note_state(); earlier versions did not write all. */
static const LineMember members[] = {
  MEMBER ("at", time, at_s),
  MEMBER ("account", text, account),
  MEMBER ("location", text, location),
  MEMBER ("network", text, network),
  MEMBER ("reason", text, reason),
  MEMBER ("needs", text, needs),
  MEMBER ("next_try", time, next_try_s),
  MEMBER ("held", boolean, held),
  MEMBER ("tries", number, n_tries),
  MEMBER ("tried", number, tried_s),
  MEMBER ("paced", number, n_paced),
};

gboolean
state_line_read (StateLine *state, const char *line, gsize length)
{
  LineCursor cursor = { line, line + length };

  return line_cursor_skip_word (&cursor, "{\"event\":\"state\"") && line_is_text (line, length) &&
         line_cursor_take_members (&cursor, members, G_N_ELEMENTS (members), state) &&
         line_cursor_skip_word (&cursor, ",\"recipients\":[]}") && cursor.at == cursor.end;
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
