/* dots: Claws Mail writes two dots where a line has one, and leaves alone a line that has two, so that what a mail
 * command is given does not say which it was. The message's file says it, which Claws Mail has open meanwhile.
 * Nothing but such lines is ever changed. */
#include "config.h"

#include "dots.h"

#include <glib/gstdio.h>
#include <string.h>

/* What Claws Mail notes above a message in its queue ends with this line. */
#define QUEUE_NOTES_END "X-Claws-End-Special-Headers:"

typedef struct {
  const char *at;
  const char *end;
} Lines;

static Lines
lines_of (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return (Lines) { data, data + size };
}

/* The next line without its end; FALSE: there is none. */
static gboolean
lines_next (Lines *lines, const char **ret_line, gsize *ret_length)
{
  const char *line = lines->at;
  const char *newline;
  gsize length;

  if (line >= lines->end)
    return FALSE;
  newline = memchr (line, '\n', lines->end - line);
  lines->at = newline != NULL ? newline + 1 : lines->end;
  length = (newline != NULL ? newline : lines->end) - line;
  while (length > 0 && line[length - 1] == '\r')
    length--;
  *ret_line = line;
  *ret_length = length;
  return TRUE;
}

static gboolean
is_line (const char *line, gsize length, const char *text)
{
  return length == strlen (text) && memcmp (line, text, length) == 0;
}

static gboolean
has_doubtful_line (GBytes *given)
{
  Lines lines = lines_of (given);
  const char *line;
  gsize length;

  while (lines_next (&lines, &line, &length))
    if (is_line (line, length, ".."))
      return TRUE;
  return FALSE;
}

static Lines
skip_queue_notes (GBytes *file)
{
  Lines lines = lines_of (file);
  const char *line;
  gsize length;

  while (lines_next (&lines, &line, &length) && length > 0)
    if (length >= strlen (QUEUE_NOTES_END) && g_str_has_prefix (line, QUEUE_NOTES_END))
      return lines;
  return lines_of (file);
}

/* @file may be NULL: then a line with two dots had one, since that is what is met. NULL: @file is another
 * message. */
GBytes *
dots_restore (GBytes *given, GBytes *file)
{
  Lines ours = lines_of (given);
  Lines theirs = file != NULL ? skip_queue_notes (file) : ours;
  g_autoptr (GString) text = g_string_sized_new (g_bytes_get_size (given));
  const char *line, *original = NULL;
  gsize length, original_length = 0;

  while (lines_next (&ours, &line, &length))
    {
      gboolean is_doubtful = is_line (line, length, "..");

      if (file != NULL && !lines_next (&theirs, &original, &original_length))
        return NULL;
      if (is_doubtful && (file == NULL || is_line (original, original_length, ".")))
        length = 1;
      else if (file != NULL && (length != original_length || memcmp (line, original, length) != 0))
        return NULL;
      g_string_append_len (text, line, length);
      g_string_append_c (text, '\n');
    }
  if (file != NULL && lines_next (&theirs, &original, &original_length))
    return NULL;
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

/* NULL: it is none that could be a message. */
static GBytes *
read_open_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GMappedFile) mapped = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return NULL;
  mapped = g_mapped_file_new (path, FALSE, NULL);
  return mapped != NULL ? g_mapped_file_get_bytes (mapped) : NULL;
}

/* @given as it was before @pid, which has its file open, doubled dots in it. */
GBytes *
dots_restore_from_process (GBytes *given, int pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/fd", pid);
  g_autoptr (GDir) open_files = NULL;
  const char *name;

  if (!has_doubtful_line (given))
    return g_bytes_ref (given);
  open_files = g_dir_open (folder, 0, NULL);
  while (open_files != NULL && (name = g_dir_read_name (open_files)) != NULL)
    {
      g_autoptr (GBytes) file = read_open_file (folder, name);
      GBytes *restored = file != NULL ? dots_restore (given, file) : NULL;

      if (restored != NULL)
        return restored;
    }
  return dots_restore (given, NULL);
}
