/* Plays the steps of a dialogue. It never judges more than whether the client said what was
 * written. */
#include "config.h"

#include "tests/lib/scripted-play.h"

#include <string.h>

typedef struct {
  const ScriptedPart *part;
  TestLink           *link;
  GByteArray         *input; /* read and not yet taken */
  GByteArray         *chunks; /* of the message that comes by BDAT */
  guint64             drip_ms;
  gboolean            was_reset;
} Play;

typedef enum {
  GO_ON,
  STOP,
  LOST, /* the client went away */
} Outcome;

/* ---- one step -------------------------------------------------------------------------------- */

static gboolean
receive (Play *play)
{
  guint old_length = play->input->len;

  if (!test_link_receive (play->link, play->input))
    return FALSE;
  scripted_record_add_bytes (play->part->record, play->input->data + old_length,
                             play->input->len - old_length);
  return TRUE;
}

/* Takes the input up to and with the first @end, and gives what comes before it. NULL: the client
 * went away. */
static GBytes *
take_until (Play *play, const char *end)
{
  GBytes *taken;
  const guint8 *hit;

  while ((hit = memmem (play->input->data, play->input->len, end, strlen (end))) == NULL)
    if (!receive (play))
      return NULL;
  taken = g_bytes_new (play->input->data, (gsize) (hit - play->input->data));
  g_byte_array_remove_range (play->input, 0, (guint) (hit - play->input->data + strlen (end)));
  return taken;
}

static Outcome
say (Play *play, const char *bytes, gsize length)
{
  gsize step = play->drip_ms > 0 ? 1 : length;

  for (gsize done = 0; done < length; done += step)
    {
      if (!test_link_send (play->link, bytes + done, step))
        return LOST;
      if (play->drip_ms > 0)
        g_usleep (play->drip_ms * 1000); /* the slowness is what is tested */
    }
  return GO_ON;
}

static Outcome
flood (Play *play, const DialogueStep *step)
{
  gsize length;
  const char *bytes = g_bytes_get_data (step->bytes, &length);
  g_autoptr(GString) block = g_string_new (NULL);
  guint64 a_block = MIN (step->number, 4096);

  for (guint64 i = 0; i < a_block; i++)
    g_string_append_len (block, bytes, (gssize) length);
  for (guint64 done = 0; done < step->number; done += a_block)
    if (!test_link_send (play->link, block->str, MIN (a_block, step->number - done) * length))
      return LOST;
  return GO_ON;
}

static Outcome
expect (Play *play, const DialogueStep *step)
{
  g_autoptr(GBytes) bytes = take_until (play, "\n");
  g_autofree char *line = NULL;
  gsize length;

  if (bytes == NULL)
    return LOST;
  length = g_bytes_get_size (bytes);
  line = g_strndup (g_bytes_get_data (bytes, NULL), length);
  if (length == 0 || strlen (line) != length || line[length - 1] != '\r')
    {
      scripted_record_note_mismatch (play->part->record, "line %u: not a line with CRLF: `%s`",
                                     step->line, line);
      return STOP;
    }
  line[length - 1] = '\0';
  if (g_pattern_match_simple (step->text, line))
    return GO_ON;
  scripted_record_note_mismatch (play->part->record,
                                 "line %u: expected `%s`, the client said `%s`", step->line,
                                 step->text, line);
  return STOP;
}

static Outcome
expect_data (Play *play)
{
  GBytes *body;

  if (play->input->len < 3 && !receive (play))
    return LOST;
  if (play->input->len >= 3 && memcmp (play->input->data, ".\r\n", 3) == 0)
    {
      body = g_bytes_new (NULL, 0);
      g_byte_array_remove_range (play->input, 0, 3);
    }
  else
    {
      g_autoptr(GBytes) text = take_until (play, "\r\n.\r\n");
      g_autoptr(GByteArray) whole = g_byte_array_new ();

      if (text == NULL)
        return LOST;
      g_byte_array_append (whole, g_bytes_get_data (text, NULL), (guint) g_bytes_get_size (text));
      g_byte_array_append (whole, (const guint8 *) "\r\n", 2);
      body = g_byte_array_free_to_bytes (g_steal_pointer (&whole));
    }
  scripted_record_add_body (play->part->record, body);
  return GO_ON;
}

static Outcome
take_bytes (Play *play, guint64 n_bytes)
{
  while (play->input->len < n_bytes)
    if (!receive (play))
      return LOST;
  g_byte_array_append (play->chunks, play->input->data, (guint) n_bytes);
  g_byte_array_remove_range (play->input, 0, (guint) n_bytes);
  return GO_ON;
}

static Outcome
expect_bdat (Play *play, const DialogueStep *step)
{
  gboolean is_last = strcmp (step->text, "<bdat>") != 0;
  g_autoptr(GBytes) line = take_until (play, "\r\n");
  g_autofree char *text = NULL;
  guint64 n_bytes;
  char *end;

  if (line == NULL)
    return LOST;
  text = g_strndup (g_bytes_get_data (line, NULL), g_bytes_get_size (line));
  n_bytes = g_str_has_prefix (text, "BDAT ") ? g_ascii_strtoull (text + 5, &end, 10) : 0;
  if (n_bytes == 0 || strcmp (end, is_last ? " LAST" : "") != 0)
    {
      scripted_record_note_mismatch (play->part->record, "line %u: no %s: `%s`", step->line,
                                     step->text, text);
      return STOP;
    }
  if (take_bytes (play, n_bytes) == LOST)
    return LOST;
  if (strcmp (step->text, "<bdat last>") == 0)
    scripted_record_add_body (play->part->record,
                              g_bytes_new (play->chunks->data, play->chunks->len));
  if (is_last)
    g_byte_array_set_size (play->chunks, 0);
  return GO_ON;
}

/* A client that does not like the certificate goes; that is a mismatch only if the dialogue goes
 * on. */
static Outcome
start_tls (Play *play, const DialogueStep *step)
{
  g_auto(GStrv) words = g_strsplit (step->text, " ", -1);
  const char *const *options = (const char *const *) words;
  const char *file = test_certs_get_file (play->part->certs, words[0]);

  if (!test_link_start_tls (play->link, file, options))
    return LOST;
  if (g_strv_contains (options, "resumed") && !test_link_is_resumed (play->link))
    scripted_record_note_mismatch (play->part->record, "line %u: not resumed", step->line);
  if (g_strv_contains (options, "whole") && test_link_is_resumed (play->link))
    scripted_record_note_mismatch (play->part->record, "line %u: resumed", step->line);
  return GO_ON;
}

/* Nothing more is said. Whatever the client still says is kept; only a QUIT is expected of it. */
static void
say_goodbye (Play *play, const DialogueStep *end)
{
  const char *rest;

  test_link_finish (play->link);
  while (receive (play))
    ;
  g_byte_array_append (play->input, (const guint8 *) "", 1);
  rest = (const char *) play->input->data;
  if (*rest != '\0' && strcmp (rest, "QUIT\r\n") != 0)
    scripted_record_note_mismatch (play->part->record, "after line %u the client said `%s`",
                                   end->line, rest);
}

static Outcome
play_step (Play *play, const DialogueStep *step)
{
  switch (step->kind)
    {
    case STEP_SAY:
      return say (play, g_bytes_get_data (step->bytes, NULL), g_bytes_get_size (step->bytes));
    case STEP_EXPECT:
      return expect (play, step);
    case STEP_EXPECT_DATA:
      return expect_data (play);
    case STEP_EXPECT_BDAT:
      return expect_bdat (play, step);
    case STEP_PEEK:
      return play->input->len > 0 || receive (play) ? GO_ON : LOST;
    case STEP_TLS:
      return start_tls (play, step);
    case STEP_RENEGOTIATE:
      test_link_renegotiate (play->link);
      return GO_ON;
    case STEP_DRIP:
      play->drip_ms = step->number;
      return GO_ON;
    case STEP_FLOOD:
      return flood (play, step);
    case STEP_CUT:
      return STOP;
    case STEP_RESET:
      play->was_reset = TRUE;
      return STOP;
    case STEP_WAIT:
      while (receive (play))
        ;
      return STOP;
    case STEP_STALL:
      test_link_stall (play->link);
      return STOP;
    case STEP_HOLD:
      play->part->hold (play->part->data);
      return GO_ON;
    case STEP_END:
      say_goodbye (play, step);
      return STOP;
    }
  g_assert_not_reached ();
}

/* ---- the connection -------------------------------------------------------------------------- */

/* Half a step, then the end. */
static void
cut_within (Play *play, const DialogueStep *step)
{
  if (step->kind == STEP_SAY)
    say (play, g_bytes_get_data (step->bytes, NULL), g_bytes_get_size (step->bytes) / 2);
  else if ((step->kind == STEP_EXPECT_DATA || step->kind == STEP_EXPECT_BDAT)
           && play->input->len == 0)
    receive (play);
  play->was_reset = step->kind != STEP_SAY;
}

/* TRUE: the cut was made. */
static gboolean
run (Play *play)
{
  const ScriptedPart *part = play->part;

  for (guint i = part->first;; i++)
    {
      const DialogueStep *step = part->steps->pdata[i];
      int number = (int) (i - part->first);
      Outcome outcome;

      if (step->kind != STEP_END && part->cut_at == 2 * number)
        return TRUE;
      if (step->kind != STEP_END && part->cut_at == 2 * number + 1)
        {
          cut_within (play, step);
          return TRUE;
        }
      outcome = play_step (play, step);
      if (outcome == LOST && ((DialogueStep *) part->steps->pdata[i + 1])->kind != STEP_END)
        scripted_record_note_mismatch (part->record, "line %u: the client went away", step->line);
      if (outcome != GO_ON)
        return FALSE;
    }
}

gboolean
scripted_play (const ScriptedPart *part, TestLink *link, gboolean *ret_is_hard)
{
  Play play = { part, link, g_byte_array_sized_new (4096), g_byte_array_new (), 0, FALSE };
  gboolean was_cut = run (&play);

  g_byte_array_unref (play.input);
  g_byte_array_unref (play.chunks);
  *ret_is_hard = play.was_reset;
  return was_cut;
}
