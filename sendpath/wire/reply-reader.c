/* The strict, bounded reader of SMTP replies. What is not a reply ends the stream; it is
 * never mended. */
#include "config.h"

#include "sendpath/wire/reply-reader.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define LINE_BYTES  2048
#define MAX_LINES   128
#define REPLY_BYTES (64 * 1024)

struct _ReplyReader {
  guint    code; /* of the lines so far, or 0 */
  guint    n_lines;
  gsize    n_bytes;
  GString *text;
};

typedef const char *(*LineFunc) (Stream *stream, gsize max, gsize *ret_length);

ReplyReader *
reply_reader_new (void)
{
  ReplyReader *reader = g_new0 (ReplyReader, 1);

  reader->text = g_string_new (NULL);
  return reader;
}

void
reply_reader_free (ReplyReader *reader)
{
  if (reader == NULL)
    return;
  g_string_free (reader->text, TRUE);
  g_free (reader);
}

/* RFC 5321 4.2: Reply-code = %x32-35 %x30-39 %x30-39 (the grammar's second digit ends at 5;
 * servers use more), or 0. */
static guint
parse_code (const char *line, gsize length)
{
  if (length < 3 || line[0] < '2' || line[0] > '5' || !g_ascii_isdigit (line[1])
      || !g_ascii_isdigit (line[2]))
    return 0;
  return (guint) (line[0] - '0') * 100 + (guint) (line[1] - '0') * 10 + (guint) (line[2] - '0');
}

/* Takes one more line. FALSE: that is not a reply. */
static gboolean
add_line (ReplyReader *reader, const char *line, gsize length, gboolean *ret_is_last)
{
  guint code = parse_code (line, length);

  reader->n_lines++;
  reader->n_bytes += length;
  if (reader->n_lines > MAX_LINES || reader->n_bytes > REPLY_BYTES)
    return FALSE;
  if (code == 0 || (reader->code != 0 && code != reader->code))
    return FALSE;
  if (length > 3 && line[3] != ' ' && line[3] != '-')
    return FALSE;
  /* A CR that is no line end is how one server's line becomes another reader's two. */
  if (memchr (line, '\r', length) != NULL)
    return FALSE;

  reader->code = code;
  if (reader->n_lines > 1)
    g_string_append_c (reader->text, '\n');
  for (gsize i = 4; i < length; i++)
    g_string_append_c (reader->text, line[i] != '\0' ? line[i] : '?');
  *ret_is_last = length == 3 || line[3] == ' ';
  return TRUE;
}

/* The reply, a fault, or NULL if @next_line has no line yet. */
static SendpathReply *
read_lines (ReplyReader *reader, Stream *stream, LineFunc next_line)
{
  gboolean is_last = FALSE;
  gsize length = 0;

  while (!is_last)
    {
      const char *line = next_line (stream, LINE_BYTES, &length);

      if (line == NULL)
        return stream_is_dead (stream) ? stream_dup_failure (stream) : NULL;
      trace_received (stream_get_trace (stream), line, length);
      if (!add_line (reader, line, length, &is_last))
        {
          stream_fail (stream, SENDPATH_FAULT_PROTOCOL,
                       _("the server sent something that is no SMTP reply"));
          return stream_dup_failure (stream);
        }
    }
  return sendpath_reply_new (reader->code, NULL, reader->text->str);
}

SendpathReply *
reply_reader_continue (ReplyReader *reader, Stream *stream)
{
  return read_lines (reader, stream, stream_try_line);
}

SendpathReply *
reply_read (Stream *stream)
{
  g_autoptr(ReplyReader) reader = reply_reader_new ();

  stream_renew_budget (stream);
  return read_lines (reader, stream, stream_read_line);
}
