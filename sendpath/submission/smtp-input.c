/* What comes in from a client that speaks SMTP. It knows where a line and a message end, and no
 * command. */
#include "config.h"

#include "sendpath/submission/smtp-input.h"

#include <string.h>

#define BUFFER_BYTES 65536
/* RFC 5321 section 4.5.3.1.4 says 512; the extensions that are offered add less than 1 000. */
#define LINE_MAX_BYTES 2048

typedef enum { LINE_START, IN_LINE, AFTER_CR, AFTER_DOT, AFTER_DOT_CR, AT_END, SPOILT } Place;

struct _SmtpInput {
  MessageReadFunc read;
  gpointer source;
  char *buffer;
  gsize start;
  gsize end;
  GString *line;
  Place place; /* of the content */
  guint64 chunk_left;
  gboolean is_over;
  GError *error;
};

SmtpInput *
smtp_input_new (MessageReadFunc read, gpointer source)
{
  SmtpInput *input = g_new0 (SmtpInput, 1);

  input->read = read;
  input->source = source;
  input->buffer = g_malloc (BUFFER_BYTES);
  input->line = g_string_sized_new (LINE_MAX_BYTES + 1); /* it never moves: no copy is left behind */
  return input;
}

void
smtp_input_free (SmtpInput *input)
{
  smtp_input_wipe (input);
  g_free (input->buffer);
  g_string_free (input->line, TRUE);
  g_clear_error (&input->error);
  g_free (input);
}

gboolean
smtp_input_is_pending (SmtpInput *input)
{
  return input->start < input->end;
}

gboolean
smtp_input_is_over (SmtpInput *input)
{
  return input->is_over;
}

const GError *
smtp_input_get_error (SmtpInput *input)
{
  return input->error;
}

/* FALSE: nothing more comes. */
static gboolean
has_byte (SmtpInput *input)
{
  gssize count;

  if (input->start < input->end)
    return TRUE;
  if (input->is_over)
    return FALSE;
  count = input->read (input->source, input->buffer, BUFFER_BYTES, &input->error);
  input->is_over = count <= 0;
  input->start = 0;
  input->end = (gsize) MAX (count, 0);
  return count > 0;
}

int
smtp_input_peek (SmtpInput *input)
{
  return has_byte (input) ? (guchar) input->buffer[input->start] : -1;
}

void
smtp_input_wipe (SmtpInput *input)
{
  explicit_bzero (input->buffer, input->start);
  explicit_bzero (input->line->str, input->line->allocated_len);
  input->line->len = 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static gboolean
is_clean (const GString *line)
{
  for (gsize i = 0; i < line->len; i++)
    if (g_ascii_iscntrl (line->str[i]))
      return FALSE;
  return TRUE;
}

SmtpLine
smtp_input_take_line (SmtpInput *input, const char **ret_line)
{
  GString *line = input->line;

  g_string_truncate (line, 0);
  while (has_byte (input))
    {
      char byte = input->buffer[input->start++];

      if (byte == '\n' && (line->len == 0 || line->str[line->len - 1] != '\r'))
        return SMTP_LINE_UNREADABLE;
      if (byte == '\n')
        {
          g_string_truncate (line, line->len - 1);
          *ret_line = line->str;
          return is_clean (line) ? SMTP_LINE_GOOD : SMTP_LINE_UNCLEAN;
        }
      if (line->len == LINE_MAX_BYTES)
        return SMTP_LINE_UNREADABLE;
      g_string_append_c (line, byte);
    }
  return SMTP_LINE_NONE;
}

/* ---- content --------------------------------------------------------------------------------- */

void
smtp_input_begin_content (SmtpInput *input)
{
  input->place = LINE_START;
}

gboolean
smtp_input_is_in_line_end (SmtpInput *input)
{
  return input->place == AFTER_CR;
}

/* RFC 5321 section 4.5.2: what @byte means in the text of DATA. */
static Place
follow_text (Place place, char byte)
{
  switch (place)
    {
    case LINE_START:
      if (byte == '.')
        return AFTER_DOT;
      break;
    case AFTER_DOT:
      if (byte == '\r')
        return AFTER_DOT_CR;
      break;
    case AFTER_DOT_CR:
      return byte == '\n' ? AT_END : SPOILT;
    case AFTER_CR:
      return byte == '\n' ? LINE_START : SPOILT;
    case IN_LINE:
    case AT_END:
    case SPOILT:
      break;
    }
  if (byte == '\n')
    return SPOILT;
  return byte == '\r' ? AFTER_CR : IN_LINE;
}

/* Octets have no dots and no end of their own. */
static Place
follow_octets (Place place, char byte)
{
  if (place == AFTER_CR)
    return byte == '\n' ? LINE_START : SPOILT;
  if (byte == '\n')
    return SPOILT;
  return byte == '\r' ? AFTER_CR : IN_LINE;
}

/* The dot before a line and the one that ends the text are not part of it. */
static gboolean
is_content (Place before, Place after)
{
  return after != AFTER_DOT && after != AFTER_DOT_CR && after != AT_END && before != AFTER_DOT_CR;
}

gssize
smtp_input_read_text (SmtpInput *input, char *buffer, gsize size)
{
  gsize count = 0;

  while (count < size && input->place != AT_END && (count == 0 || smtp_input_is_pending (input)))
    {
      Place before = input->place;
      char byte;

      if (!has_byte (input))
        return -1;
      byte = input->buffer[input->start++];
      input->place = follow_text (before, byte);
      if (input->place == SPOILT)
        return -1;
      if (is_content (before, input->place))
        buffer[count++] = byte;
    }
  return (gssize) count;
}

void
smtp_input_begin_chunk (SmtpInput *input, guint64 size)
{
  input->chunk_left = size;
}

gssize
smtp_input_read_chunk (SmtpInput *input, char *buffer, gsize size)
{
  gsize count = 0;

  while (count < size && input->chunk_left > 0 && (count == 0 || smtp_input_is_pending (input)))
    {
      if (!has_byte (input))
        return -1;
      buffer[count] = input->buffer[input->start++];
      input->chunk_left--;
      input->place = follow_octets (input->place, buffer[count]);
      if (input->place == SPOILT)
        return -1;
      count++;
    }
  return (gssize) count;
}

gboolean
smtp_input_skip_chunk (SmtpInput *input)
{
  while (input->chunk_left > 0 && has_byte (input))
    {
      gsize some = (gsize) MIN (input->chunk_left, input->end - input->start);

      input->start += some;
      input->chunk_left -= some;
    }
  return input->chunk_left == 0;
}
