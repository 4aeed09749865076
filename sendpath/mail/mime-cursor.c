/* A place in a body, and the multiparts that are open there (RFC 2046 section 5.1). It reads; it
 * changes nothing. */
#include "config.h"

#include "sendpath/mail/mime-cursor.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "sendpath/mail/body-lines.h"

struct _MimeCursor {
  BodyLines *lines;
  GPtrArray *delimiters; /* of GBytes: `--boundary`, the outermost first */
};

MimeCursor *
mime_cursor_new (const BodySource *body)
{
  MimeCursor *cursor = g_new0 (MimeCursor, 1);

  cursor->lines = body_lines_new (body);
  cursor->delimiters = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return cursor;
}

void
mime_cursor_free (MimeCursor *cursor)
{
  body_lines_free (cursor->lines);
  g_ptr_array_unref (cursor->delimiters);
  g_free (cursor);
}

guint64
mime_cursor_tell (const MimeCursor *cursor)
{
  return body_lines_tell (cursor->lines);
}

void
mime_cursor_open (MimeCursor *cursor, const char *boundary)
{
  char *delimiter = g_strconcat ("--", boundary, NULL);

  g_ptr_array_add (cursor->delimiters, g_bytes_new_take (delimiter, strlen (delimiter)));
}

void
mime_cursor_close (MimeCursor *cursor)
{
  g_ptr_array_set_size (cursor->delimiters, (int) cursor->delimiters->len - 1);
}

/* ---- delimiters ------------------------------------------------------------------------------ */

/* @ret_level: which of the open multiparts it belongs to. */
static MimeDelimiter
match_delimiter (const MimeCursor *cursor, const BodyLine *line, guint *ret_level)
{
  for (guint i = cursor->delimiters->len; i > 0; i--)
    {
      gsize length, end = line->length;
      const char *delimiter = g_bytes_get_data (cursor->delimiters->pdata[i - 1], &length);

      if (end < length || memcmp (line->text, delimiter, length) != 0)
        continue;
      while (end > length && (line->text[end - 1] == ' ' || line->text[end - 1] == '\t'))
        end--;
      *ret_level = i - 1;
      if (end == length)
        return MIME_NEXT_PART;
      if (end == length + 2 && memcmp (line->text + length, "--", 2) == 0)
        return MIME_LAST_PART;
    }
  return MIME_NO_DELIMITER;
}

gboolean
mime_cursor_find_delimiter (MimeCursor *cursor, GError **error)
{
  BodyLine line;
  guint level;
  int got;

  while ((got = body_lines_next (cursor->lines, &line, error)) > 0)
    if (match_delimiter (cursor, &line, &level) != MIME_NO_DELIMITER)
      {
        body_lines_seek (cursor->lines, line.offset);
        break;
      }
  return got >= 0;
}

gboolean
mime_cursor_take_delimiter (MimeCursor *cursor, MimeDelimiter *ret_delimiter, GError **error)
{
  BodyLine line;
  guint level = 0;
  int got = body_lines_next (cursor->lines, &line, error);

  *ret_delimiter = got > 0 ? match_delimiter (cursor, &line, &level) : MIME_NO_DELIMITER;
  if (got > 0 && level + 1 < cursor->delimiters->len)
    {
      body_lines_seek (cursor->lines, line.offset);
      *ret_delimiter = MIME_NO_DELIMITER;
    }
  return got >= 0;
}

/* ---- headers --------------------------------------------------------------------------------- */

static gboolean
is_header_line (const MimeCursor *cursor, const Header *header, const BodyLine *line)
{
  guint level;

  if (match_delimiter (cursor, line, &level) != MIME_NO_DELIMITER)
    return FALSE;
  switch (header_line_classify (line->text, line->length))
    {
    case HEADER_LINE_FIELD:
      return TRUE;
    case HEADER_LINE_CONTINUATION:
      return header_get_n_fields (header) > 0;
    case HEADER_LINE_EMPTY:
    case HEADER_LINE_FOREIGN:
      break;
    }
  return FALSE;
}

static gboolean
add_line (Header *header, const BodyLine *line, gsize *size, GError **error)
{
  g_autofree char *clean = g_memdup2 (line->text, line->length);

  *size += line->length;
  if (!body_line_is_whole (line) || *size > HEADER_MAX_BYTES)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _ ("the header of a part is too large; shorten it"));
      return FALSE;
    }
  for (gsize i = 0; i < line->length; i++)
    if (clean[i] == '\0' || clean[i] == '\r')
      clean[i] = ' ';
  header_add_line (header, clean, line->length);
  return TRUE;
}

Header *
mime_cursor_take_header (MimeCursor *cursor, gboolean *ret_has_end, GError **error)
{
  g_autoptr(Header) header = header_new ();
  BodyLine line;
  gsize size = 0;
  int got;

  while ((got = body_lines_next (cursor->lines, &line, error)) > 0 &&
         is_header_line (cursor, header, &line))
    if (!add_line (header, &line, &size, error))
      return NULL;
  if (got < 0)
    return NULL;

  *ret_has_end = got > 0 && line.length == 0;
  if (got > 0 && line.length > 0)
    body_lines_seek (cursor->lines, line.offset);
  return g_steal_pointer (&header);
}
