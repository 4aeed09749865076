/* Walks through a body line by line in bounded memory. It never takes the beginning of a very long
 * line for all of it without saying so. */
#include "config.h"

#include "sendpath/mail/body-lines.h"

#include <string.h>

#define BUFFER_BYTES (32 * 1024)

struct _BodyLines {
  const BodySource *body;
  guint64 offset; /* of the buffer in the body */
  gsize at;       /* of the next line in the buffer */
  gsize used;
  char buffer[BUFFER_BYTES];
};

BodyLines *
body_lines_new (const BodySource *body)
{
  BodyLines *lines = g_new (BodyLines, 1);

  lines->body = body;
  lines->offset = lines->at = lines->used = 0;
  return lines;
}

void
body_lines_free (BodyLines *lines)
{
  g_free (lines);
}

void
body_lines_seek (BodyLines *lines, guint64 offset)
{
  if (offset >= lines->offset && offset <= lines->offset + lines->used)
    {
      lines->at = offset - lines->offset;
      return;
    }
  lines->offset = offset;
  lines->at = lines->used = 0;
}

guint64
body_lines_tell (const BodyLines *lines)
{
  return lines->offset + lines->at;
}

/* Makes the next line begin the buffer, and fills the rest of it. */
static gboolean
fill (BodyLines *lines, GError **error)
{
  lines->used -= lines->at;
  memmove (lines->buffer, lines->buffer + lines->at, lines->used);
  lines->offset += lines->at;
  lines->at = 0;

  while (lines->used < BUFFER_BYTES)
    {
      gssize count =
          body_source_read (lines->body, lines->offset + lines->used, lines->buffer + lines->used,
                            BUFFER_BYTES - lines->used, error);
      if (count < 0)
        return FALSE;
      if (count == 0)
        break;
      lines->used += count;
    }
  return TRUE;
}

/* Behind the line feed at or behind @offset. */
static gboolean
find_end (const BodySource *body, guint64 offset, guint64 *ret_end, GError **error)
{
  char chunk[4096];
  gssize count;

  while ((count = body_source_read (body, offset, chunk, sizeof chunk, error)) > 0)
    {
      const char *line_feed = memchr (chunk, '\n', count);
      if (line_feed)
        {
          *ret_end = offset + (line_feed - chunk) + 1;
          return TRUE;
        }
      offset += count;
    }
  *ret_end = offset;
  return count == 0;
}

static const char *
find_line_feed (const BodyLines *lines)
{
  return memchr (lines->buffer + lines->at, '\n', lines->used - lines->at);
}

int
body_lines_next (BodyLines *lines, BodyLine *ret_line, GError **error)
{
  const char *line_feed = find_line_feed (lines);
  BodyLine line;

  if (!line_feed)
    {
      if (!fill (lines, error))
        return -1;
      if (lines->used == 0)
        return 0;
      line_feed = find_line_feed (lines);
    }
  line.offset = body_lines_tell (lines);
  line.text = lines->buffer + lines->at;
  if (line_feed)
    {
      line.length = line_feed - line.text;
      line.end = line.offset + line.length + 1;
      lines->at += line.length + 1;
    }
  else
    {
      line.length = lines->used - lines->at;
      if (!find_end (lines->body, line.offset + line.length, &line.end, error))
        return -1;
      lines->offset = line.end;
      lines->at = lines->used = 0;
    }
  if (line.length > 0 && line.text[line.length - 1] == '\r' &&
      line.end == line.offset + line.length + 1)
    line.length--;
  *ret_line = line;
  return 1;
}

gboolean
body_line_is_whole (const BodyLine *line)
{
  return line->end - line->offset <= line->length + 2;
}
