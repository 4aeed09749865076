/* Hands the dialogue to whoever listens, cleaned. A secret never gets here: its writer calls
 * trace_sent_secret(). */
#include "config.h"

#include "sendpath/wire/trace.h"

#include <string.h>

#include "sendpath/wire/clean-text.h"

/* A line of the trace is for reading; longer ones are cut with an ellipsis. */
#define LINE_CHARS 1000

static gboolean
is_wanted (const Trace *trace)
{
  return trace != NULL && trace->func != NULL;
}

/* @bytes may hold several lines: a flight of pipelined commands, say. */
static void
print_lines (const Trace *trace, const char *mark, const char *bytes, gsize length)
{
  const char *end = bytes + length;

  if (!is_wanted (trace))
    return;
  do
    {
      const char *line_end = memchr (bytes, '\n', (gsize) (end - bytes));
      const char *stop = line_end != NULL ? line_end : end;
      g_autofree char *text = clean_text (bytes, stop - bytes, LINE_CHARS);
      g_autofree char *line = g_strconcat (mark, " ", text, NULL);

      trace->func (line, trace->data);
      bytes = line_end != NULL ? line_end + 1 : end;
    }
  while (bytes < end);
}

void
trace_sent (const Trace *trace, const char *line, gsize length)
{
  print_lines (trace, "->", line, length);
}

void
trace_sent_secret (const Trace *trace, const char *shown)
{
  g_autofree char *line = g_strconcat (shown, *shown != '\0' ? " ****" : "****", NULL);

  print_lines (trace, "->", line, strlen (line));
}

void
trace_received (const Trace *trace, const char *line, gsize length)
{
  print_lines (trace, "<-", line, length);
}

void
trace_note (const Trace *trace, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (!is_wanted (trace))
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  print_lines (trace, "==", text, strlen (text));
}
