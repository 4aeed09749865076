/* The configuration file of another program, as keys and values that know their lines.
 *
 * Reads data and runs nothing: no script, no command, no file that another file names. */
#include "config.h"

#include "profiles/import-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "profiles/safe-file.h"

#define SIZE_MAX_BYTES (16 * 1024 * 1024) /* Thunderbird's grow with the years */
#define BLANKS         " \t\r\n\f\v"

static void
entry_free (ImportEntry *entry)
{
  g_free (entry->section);
  g_free (entry->key);
  explicit_bzero (entry->value, strlen (entry->value)); /* it may have been a password */
  g_free (entry->value);
  g_free (entry);
}

static ImportFile *
file_new (const char *path)
{
  ImportFile *file = g_new0 (ImportFile, 1);

  file->path = g_strdup (path);
  file->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  file->notes = g_ptr_array_new_with_free_func (g_free);
  return file;
}

void
import_file_free (ImportFile *file)
{
  g_free (file->path);
  g_ptr_array_unref (file->entries);
  g_ptr_array_unref (file->notes);
  g_free (file);
}

/* Takes @value. */
static void
add_entry (ImportFile *file, const char *section, const char *key, char *value, guint number)
{
  ImportEntry *entry = g_new0 (ImportEntry, 1);

  entry->section = g_strdup (section);
  entry->key = g_strdup (key);
  entry->value = value;
  entry->number = number;
  g_ptr_array_add (file->entries, entry);
}

static void
note_bad_line (ImportFile *file, guint number)
{
  g_ptr_array_add (
      file->notes,
      g_strdup_printf (_("%s:%u: this line cannot be read and is left out"), file->path, number));
}

/* People keep such files elsewhere and link them, so links are followed. */
static GBytes *
read_bytes (const char *path, GError **error)
{
  char *resolved = realpath (path, NULL);
  g_autofree char *real = g_strdup (resolved);
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;
  GBytes *bytes;
  int saved = errno;
  int dir;

  free (resolved);
  if (real == NULL)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
                   g_strerror (saved));
      return NULL;
    }
  folder = g_path_get_dirname (real);
  name = g_path_get_basename (real);
  dir = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0)
    {
      saved = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
                   g_strerror (saved));
      return NULL;
    }
  bytes = safe_file_read (dir, name, SIZE_MAX_BYTES, NULL, error);
  if (bytes == NULL)
    g_prefix_error (error, "%s/", folder);
  close (dir);
  return bytes;
}

/* There may have been a password in them. */
static void
wipe_bytes (GBytes *bytes)
{
  gsize size;
  gpointer data = g_bytes_unref_to_data (bytes, &size);

  if (size > 0)
    explicit_bzero (data, size);
  g_free (data);
}

/* ---- line by line ---------------------------------------------------------------------------- */

typedef struct {
  ImportFile *file;
  char *section;
  gboolean has_escapes;
} LineReader;

typedef gboolean (*ReadLine) (LineReader *reader, char *line, guint number);

/* @read_line gets each line without blanks around it, but no empty ones and no comments. */
static ImportFile *
read_lines (const char *path, gboolean has_escapes, ReadLine read_line, GError **error)
{
  GBytes *bytes = read_bytes (path, error);
  g_autoptr(ImportFile) file = file_new (path);
  LineReader reader = { file, NULL, has_escapes };
  const char *text;
  const char *end;
  gsize size;
  guint number = 0;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &size);
  end = text + size;
  while (text < end)
    {
      const char *feed = memchr (text, '\n', end - text);
      gsize length = feed != NULL ? (gsize) (feed - text) : (gsize) (end - text);
      g_autofree char *line = g_strndup (text, length);

      number++;
      g_strstrip (line);
      if (!g_utf8_validate_len (text, length, NULL) ||
          (*line != '\0' && *line != '#' && !read_line (&reader, line, number)))
        note_bad_line (file, number);
      explicit_bzero (line, length);
      text += length + 1;
    }
  g_free (reader.section);
  wipe_bytes (bytes);
  return g_steal_pointer (&file);
}

/* As GKeyFile does; NULL if it is no such text. */
static char *
unescape_value (const char *text)
{
  static const char escapes[] = "sntr\\;", meanings[] = " \n\t\r\\;";
  g_autoptr(GString) plain = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      const char *found = NULL;

      if (*p == '\\' && p[1] != '\0')
        found = strchr (escapes, *++p);
      else if (*p != '\\')
        found = p;
      if (found == NULL)
        return NULL;
      g_string_append_c (plain, found == p ? *p : meanings[found - escapes]);
    }
  return g_strdup (plain->str);
}

static gboolean
read_ini_line (LineReader *reader, char *line, guint number)
{
  char *equals = strchr (line, '=');
  char *value;

  if (*line == '[')
    {
      if (!g_str_has_suffix (line, "]"))
        return FALSE;
      g_free (reader->section);
      reader->section = g_strndup (line + 1, strlen (line) - 2);
      return TRUE;
    }
  if (equals == NULL || equals == line || reader->section == NULL)
    return FALSE;
  *equals = '\0';
  g_strchomp (line);
  value = g_strchug (equals + 1);
  value = reader->has_escapes ? unescape_value (value) : g_strdup (value);
  if (value == NULL)
    return FALSE;
  add_entry (reader->file, reader->section, line, value, number);
  return TRUE;
}

ImportFile *
import_file_read_ini (const char *path, gboolean has_escapes, GError **error)
{
  return read_lines (path, has_escapes, read_ini_line, error);
}

static gboolean
read_command_line (LineReader *reader, char *line, guint number)
{
  gsize length = strcspn (line, BLANKS);
  g_autofree char *command = g_strndup (line, length);
  const char *argument = line + length + strspn (line + length, BLANKS);
  gsize last = strlen (argument);

  if (last >= 2 && argument[0] == '"' && argument[last - 1] == '"')
    add_entry (reader->file, NULL, command, g_strndup (argument + 1, last - 2), number);
  else
    add_entry (reader->file, NULL, command, g_strdup (argument), number);
  return TRUE;
}

ImportFile *
import_file_read_commands (const char *path, GError **error)
{
  return read_lines (path, FALSE, read_command_line, error);
}

/* ---- Mozilla's ------------------------------------------------------------------------------- */

typedef struct {
  const char *at;
  const char *end;
  guint number;
} Cursor;

static gboolean
take (Cursor *cursor, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (cursor->end - cursor->at) < length || memcmp (cursor->at, word, length) != 0)
    return FALSE;
  cursor->at += length;
  return TRUE;
}

static void
skip_line (Cursor *cursor)
{
  const char *feed = memchr (cursor->at, '\n', cursor->end - cursor->at);

  cursor->number += feed != NULL;
  cursor->at = feed != NULL ? feed + 1 : cursor->end;
}

static void
skip_comment (Cursor *cursor)
{
  while (cursor->at < cursor->end && !take (cursor, "*/"))
    cursor->number += *cursor->at++ == '\n';
}

static void
skip_blanks (Cursor *cursor)
{
  while (cursor->at < cursor->end)
    if (take (cursor, "\n"))
      cursor->number++;
    else if (strchr (BLANKS, *cursor->at) != NULL && *cursor->at != '\0')
      cursor->at++;
    else if (take (cursor, "//") || take (cursor, "#"))
      skip_line (cursor);
    else if (take (cursor, "/*"))
      skip_comment (cursor);
    else
      return;
}

/* The number that @n_digits hexadecimal digits stand for, or -1. */
static int
take_hex (Cursor *cursor, int n_digits)
{
  int number = 0;

  for (int i = 0; i < n_digits; i++, cursor->at++)
    {
      if (cursor->at == cursor->end || !g_ascii_isxdigit (*cursor->at))
        return -1;
      number = number * 16 + g_ascii_xdigit_value (*cursor->at);
    }
  return number;
}

/* Behind a backslash. Surrogate pairs stand for one character. */
static gboolean
take_escape (Cursor *cursor, GString *text)
{
  static const char escapes[] = "\"'\\nrt", meanings[] = "\"'\\\n\r\t";
  const char *found;
  int code;

  if (take (cursor, "u"))
    {
      code = take_hex (cursor, 4);
      if (code >= 0xd800 && code < 0xdc00 && take (cursor, "\\u"))
        {
          int low = take_hex (cursor, 4);

          code =
              low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + low - 0xdc00 : -1;
        }
      if (code <= 0 || !g_unichar_validate (code))
        return FALSE;
      g_string_append_unichar (text, code);
      return TRUE;
    }
  if (take (cursor, "x"))
    {
      code = take_hex (cursor, 2);
      if (code > 0)
        g_string_append_unichar (text, code);
      return code > 0;
    }
  if (cursor->at == cursor->end || *cursor->at == '\0')
    return FALSE;
  found = strchr (escapes, *cursor->at++);
  if (found != NULL)
    g_string_append_c (text, meanings[found - escapes]);
  return found != NULL;
}

static char *
take_string (Cursor *cursor)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (!take (cursor, "\""))
    return NULL;
  while (!take (cursor, "\""))
    {
      if (cursor->at == cursor->end || *cursor->at == '\n' || *cursor->at == '\0')
        return NULL;
      if (!take (cursor, "\\"))
        g_string_append_c (text, *cursor->at++);
      else if (!take_escape (cursor, text))
        return NULL;
    }
  return g_utf8_validate_len (text->str, text->len, NULL) ? g_strdup (text->str) : NULL;
}

/* A string, a number, true or false; a text in any case. */
static char *
take_value (Cursor *cursor)
{
  const char *start = cursor->at;

  if (start < cursor->end && *start == '"')
    return take_string (cursor);
  while (cursor->at < cursor->end && (g_ascii_isalnum (*cursor->at) || *cursor->at == '-'))
    cursor->at++;
  return cursor->at > start ? g_strndup (start, cursor->at - start) : NULL;
}

static gboolean
take_pref (Cursor *cursor, ImportFile *file)
{
  g_autofree char *key = NULL;
  g_autofree char *value = NULL;
  guint number = cursor->number;

  if (!take (cursor, "user_pref"))
    return FALSE;
  skip_blanks (cursor);
  if (!take (cursor, "("))
    return FALSE;
  skip_blanks (cursor);
  key = take_string (cursor);
  skip_blanks (cursor);
  if (key == NULL || !take (cursor, ","))
    return FALSE;
  skip_blanks (cursor);
  value = take_value (cursor);
  skip_blanks (cursor);
  if (value == NULL || !take (cursor, ")"))
    return FALSE;
  skip_blanks (cursor);
  if (!take (cursor, ";"))
    return FALSE;
  add_entry (file, NULL, key, g_steal_pointer (&value), number);
  return TRUE;
}

ImportFile *
import_file_read_prefs (const char *path, GError **error)
{
  g_autoptr(GBytes) bytes = read_bytes (path, error);
  g_autoptr(ImportFile) file = file_new (path);
  Cursor cursor = { .number = 1 };
  gsize size;

  if (bytes == NULL)
    return NULL;
  cursor.at = g_bytes_get_data (bytes, &size);
  cursor.end = cursor.at + size;
  for (skip_blanks (&cursor); cursor.at < cursor.end; skip_blanks (&cursor))
    {
      guint number = cursor.number;

      if (take_pref (&cursor, file))
        continue;
      note_bad_line (file, number);
      skip_line (&cursor);
    }
  return g_steal_pointer (&file);
}

/* ---- what is in it --------------------------------------------------------------------------- */

const ImportEntry *
import_file_find (const ImportFile *file, const char *section, const char *key)
{
  for (guint i = file->entries->len; i > 0; i--)
    {
      const ImportEntry *entry = file->entries->pdata[i - 1];

      if (g_str_equal (entry->key, key) && g_strcmp0 (entry->section, section) == 0)
        return entry;
    }
  return NULL;
}

const char *
import_file_get (const ImportFile *file, const char *section, const char *key)
{
  const ImportEntry *entry = import_file_find (file, section, key);

  return entry != NULL && *entry->value != '\0' ? entry->value : NULL;
}

char **
import_file_dup_sections (const ImportFile *file)
{
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < file->entries->len; i++)
    {
      const ImportEntry *entry = file->entries->pdata[i];

      if (g_hash_table_add (seen, entry->section))
        g_strv_builder_add (names, entry->section);
    }
  return g_strv_builder_end (names);
}
