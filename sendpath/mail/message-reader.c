/* Text as a program hands it in becomes header and body, in one pass. It mends line ends and where
 * the header stops, and nothing else; it never keeps more than the header in memory. */
#include "config.h"

#include "sendpath/mail/message-reader.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "sendpath/mail/body-writer.h"

#define BUFFER_BYTES (128 * 1024)

/* What may have to wait for the next read: `.` and CR, whose meaning hangs on what follows. */
#define CARRY_MAX_BYTES 2

typedef enum { AT_START, IN_HEADER, IN_BODY, AT_END } Place;

typedef struct {
  SendpathMessageFlags flags;
  Place place;
  guint n_lines; /* of the header */
  gboolean has_body;
  gboolean is_line_start; /* of the body */
  GString *line;          /* of the header, as far as it was read */
  GString *header;
  BodyWriter *body;
  GError **error;
} Reader;

void
message_parts_clear (MessageParts *parts)
{
  g_clear_pointer (&parts->header, header_free);
  g_clear_pointer (&parts->body, body_source_unref);
}

static gboolean
fail (Reader *reader, const char *what)
{
  g_set_error_literal (reader->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

/* ---- body ------------------------------------------------------------------------------------ */

static gboolean
take_body (Reader *reader, const char *text, gsize length, gboolean ends_line)
{
  gboolean is_dot = reader->is_line_start && ends_line && length == 1 && *text == '.';

  if (is_dot && (reader->flags & SENDPATH_MESSAGE_DOT_ENDS))
    {
      reader->place = AT_END;
      return TRUE;
    }
  reader->has_body = TRUE;
  reader->is_line_start = ends_line;
  return body_writer_write (reader->body, text, length, reader->error) &&
         (!ends_line || body_writer_write (reader->body, "\r\n", 2, reader->error));
}

/* ---- header ---------------------------------------------------------------------------------- */

static gboolean
add_to_header (Reader *reader)
{
  g_string_append_len (reader->header, reader->line->str, reader->line->len);
  g_string_append (reader->header, "\r\n");
  g_string_truncate (reader->line, 0);
  reader->place = IN_HEADER;
  if (reader->header->len > HEADER_MAX_BYTES)
    return fail (reader, _ ("the header is larger than 256 KiB; shorten it"));
  return TRUE;
}

/* The line that is there begins the body. */
static gboolean
begin_body (Reader *reader, gboolean ends_line)
{
  gboolean wants_header = reader->flags & SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER;

  if (wants_header && reader->place == AT_START)
    return fail (reader, _ ("the message has no header to take recipients from; begin it with To: "
                            "and put an empty line before the text"));
  if (wants_header)
    {
      g_set_error (reader->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("line %u of the message is not a header field; put an empty line between "
                      "header and text"),
                   reader->n_lines);
      return FALSE;
    }
  reader->place = IN_BODY;
  reader->is_line_start = TRUE;
  return take_body (reader, reader->line->str, reader->line->len, ends_line);
}

static gboolean
take_header_line (Reader *reader, gboolean ends_line)
{
  GString *line = reader->line;
  gboolean is_first = reader->n_lines++ == 0;

  switch (header_line_classify (line->str, line->len))
    {
    case HEADER_LINE_FIELD:
      return add_to_header (reader);
    case HEADER_LINE_CONTINUATION:
      return reader->place == AT_START ? begin_body (reader, ends_line) : add_to_header (reader);
    case HEADER_LINE_EMPTY:
      if (reader->place == AT_START)
        return begin_body (reader, ends_line);
      reader->place = IN_BODY;
      reader->is_line_start = TRUE;
      return TRUE;
    case HEADER_LINE_FOREIGN:
      break;
    }
  if (is_first && ends_line && g_str_has_prefix (line->str, "From ")) /* of an mbox */
    {
      g_string_truncate (line, 0);
      return TRUE;
    }
  return begin_body (reader, ends_line);
}

static gboolean
take_header (Reader *reader, const char *text, gsize length, gboolean ends_line)
{
  g_string_append_len (reader->line, text, length);
  if (ends_line && reader->line->len == 1 && reader->line->str[0] == '.' &&
      (reader->flags & SENDPATH_MESSAGE_DOT_ENDS))
    {
      reader->place = AT_END;
      return TRUE;
    }
  /* a line without end that is too long for any header is settled now */
  return (!ends_line && reader->line->len <= HEADER_MAX_BYTES) ||
         take_header_line (reader, ends_line);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static gboolean
take_piece (Reader *reader, const char *text, gsize length, gboolean ends_line)
{
  if (reader->place == AT_END)
    return TRUE;
  return reader->place == IN_BODY ? take_body (reader, text, length, ends_line)
                                  : take_header (reader, text, length, ends_line);
}

static gsize
measure_carry (const Reader *reader, const char *text, gsize length)
{
  gboolean may_be_dot = reader->flags & SENDPATH_MESSAGE_DOT_ENDS;

  if (may_be_dot && length <= CARRY_MAX_BYTES && text[0] == '.' && (length == 1 || text[1] == '\r'))
    return length;
  return text[length - 1] == '\r' ? 1 : 0;
}

/* Takes all lines of @text, and what it can of the last one. Gives how many bytes are to be seen
 * again together with what follows, or -1. */
static gssize
take_text (Reader *reader, const char *text, gsize length)
{
  const char *end = text + length, *line_feed;

  while ((line_feed = memchr (text, '\n', end - text)))
    {
      gboolean has_cr = line_feed > text && line_feed[-1] == '\r';
      if (!take_piece (reader, text, line_feed - text - has_cr, TRUE))
        return -1;
      text = line_feed + 1;
    }
  if (text == end)
    return 0;

  gsize carry = measure_carry (reader, text, end - text);
  if ((gsize) (end - text) > carry && !take_piece (reader, text, end - text - carry, FALSE))
    return -1;
  return carry;
}

/* The input is at its end: a line that is still open ends here. */
static gboolean
finish_text (Reader *reader, const char *carried, gsize length)
{
  gboolean is_open = reader->place == IN_BODY ? !reader->is_line_start : reader->line->len > 0;

  if ((is_open || length > 0) && !take_piece (reader, carried, length, TRUE))
    return FALSE;
  if (reader->header->len == 0 && !reader->has_body)
    return fail (reader, _ ("the message is empty; nothing was read"));
  return TRUE;
}

static gboolean
read_all (Reader *reader, MessageReadFunc read, gpointer source)
{
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);
  gsize carried = 0;

  while (reader->place != AT_END)
    {
      gssize count = read (source, buffer + carried, BUFFER_BYTES - carried, reader->error);
      if (count < 0)
        return FALSE;
      if (count == 0)
        break;
      gsize length = carried + count;
      gssize carry = take_text (reader, buffer, length);
      if (carry < 0)
        return FALSE;
      memmove (buffer, buffer + length - carry, carry);
      carried = carry;
    }
  return finish_text (reader, buffer, carried);
}

gboolean
message_reader_read (MessageReadFunc read, gpointer source, SendpathMessageFlags flags,
                     MessageParts *ret_parts, GError **error)
{
  g_autoptr(GString) line = g_string_new (NULL);
  g_autoptr(GString) header = g_string_new (NULL);
  g_autoptr(BodyWriter) body = body_writer_new ();
  g_auto(MessageParts) parts = { 0 };
  Reader reader = {
    .flags = flags,
    .line = line,
    .header = header,
    .body = body,
    .error = error,
  };

  if (!read_all (&reader, read, source))
    return FALSE;
  parts.header = header_parse (header->str, header->len, error);
  if (!parts.header)
    return FALSE;
  parts.body = body_writer_finish (body, &parts.traits, error);
  if (!parts.body)
    return FALSE;
  ret_parts->header = g_steal_pointer (&parts.header);
  ret_parts->body = g_steal_pointer (&parts.body);
  ret_parts->traits = parts.traits;
  return TRUE;
}
