/* The text of sendpath.conf: sections, keys, and the lines they stand in.
 *
 * Knows text and the table of keys, no disk and no objects. What nobody changed stays byte for
 * byte. */
#include "config.h"

#include "profiles/profile-file.h"

#include <string.h>

/* Blanks around a line, a key and a value mean nothing. */
#define BLANKS " \t\r\n"

const char *const profile_file_kinds[] = {
  [SENDPATH_SECTION_ACCOUNT] = "account",
  [SENDPATH_SECTION_LOCATION] = "location",
  [SENDPATH_SECTION_POLICY] = "policy",
  [SENDPATH_SECTION_SERVE] = "serve",
  NULL,
};
G_STATIC_ASSERT (G_N_ELEMENTS (profile_file_kinds) == SENDPATH_SECTION_SERVE + 2);

static void
line_free (ProfileLine *line)
{
  g_free (line->raw);
  g_free (line->key);
  g_free (line->value);
  g_free (line);
}

static void
section_free (ProfileSection *section)
{
  g_free (section->id);
  g_ptr_array_unref (section->lines);
  g_free (section);
}

ProfileSection *
profile_section_new (SendpathSection kind, const char *id)
{
  ProfileSection *section = g_new0 (ProfileSection, 1);

  section->kind = kind;
  section->id = g_strdup (id);
  section->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  return section;
}

ProfileFile *
profile_file_new (const char *name)
{
  ProfileFile *file = g_new0 (ProfileFile, 1);

  file->name = g_strdup (name);
  file->preamble = profile_section_new (SENDPATH_SECTION_POLICY, NULL);
  file->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) section_free);
  return file;
}

void
profile_file_free (ProfileFile *file)
{
  g_free (file->name);
  section_free (file->preamble);
  g_ptr_array_unref (file->sections);
  g_free (file);
}

ProfileSection *
profile_file_find (const ProfileFile *file, SendpathSection kind, const char *id)
{
  for (guint i = 0; i < file->sections->len; i++)
    {
      ProfileSection *section = file->sections->pdata[i];

      if (section->kind == kind && g_strcmp0 (section->id, id) == 0)
        return section;
    }
  return NULL;
}

const ProfileLine *
profile_section_find (const ProfileSection *section, const char *key)
{
  for (guint i = 0; i < section->lines->len; i++)
    {
      const ProfileLine *line = section->lines->pdata[i];

      if (g_strcmp0 (line->key, key) == 0)
        return line;
    }
  return NULL;
}

guint
profile_section_get_number (const ProfileSection *section, const char *key)
{
  const ProfileLine *line = key != NULL ? profile_section_find (section, key) : NULL;

  return line != NULL ? line->number : ((ProfileLine *) section->lines->pdata[0])->number;
}

void
profile_file_set_error (const ProfileFile *file, guint number, const ProfileSection *section,
                        GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  if (section == NULL || section == file->preamble)
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN, "%s:%u: %s",
                 file->name, number, message);
  else
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN, "%s:%u: %s%s%s: %s",
                 file->name, number, profile_file_kinds[section->kind],
                 section->id != NULL ? " " : "", section->id != NULL ? section->id : "", message);
}

static gboolean
is_blank (const ProfileLine *line)
{
  return strspn (line->raw, BLANKS) == strlen (line->raw);
}

static gboolean
is_comment (const ProfileLine *line)
{
  return line->raw[strspn (line->raw, BLANKS)] == '#';
}

/* A value that read_key() reads back as it was: backslashes doubled, blanks at the ends as \s. */
static char *
escape (const char *value)
{
  GString *text = g_string_new (NULL);
  gsize length = strlen (value);

  for (gsize i = 0; i < length; i++)
    if (value[i] == '\\')
      g_string_append (text, "\\\\");
    else if (value[i] == ' ' && (i == 0 || i == length - 1))
      g_string_append (text, "\\s");
    else
      g_string_append_c (text, value[i]);
  return g_string_free (text, FALSE);
}

static const char *
get_line_end (const char *raw)
{
  return g_str_has_suffix (raw, "\r\n") ? "\r\n" : "\n";
}

/* A last line without its line end gets one before anything is put behind it. */
static void
end_line (ProfileLine *line)
{
  char *raw = line->raw;

  if (g_str_has_suffix (raw, "\n"))
    return;
  line->raw = g_strconcat (raw, "\n", NULL);
  g_free (raw);
}

static ProfileLine *
line_new (char *raw, const char *key, const char *value)
{
  ProfileLine *line = g_new0 (ProfileLine, 1);

  line->raw = raw;
  line->key = g_strdup (key);
  line->value = g_strdup (value);
  return line;
}

/* Keeps how the line is indented and spaced. */
static void
change_line (ProfileLine *line, const char *value)
{
  char *raw = line->raw;
  const char *equals = strchr (raw, '=');
  gsize kept = equals + 1 - raw;
  g_autofree char *escaped = escape (value);

  kept += strspn (equals + 1, " \t");
  line->raw = g_strdup_printf ("%.*s%s%s", (int) kept, raw, escaped,
                               g_str_has_suffix (raw, "\n") ? get_line_end (raw) : "");
  g_free (raw);
  g_free (line->value);
  line->value = g_strdup (value);
}

/* Behind the last key, so that blank lines and comments above the next section stay there. */
static void
add_line (ProfileSection *section, const char *key, const char *value)
{
  guint index = section->lines->len;
  ProfileLine *before;
  g_autofree char *escaped = escape (value);

  while (index > 1 && ((ProfileLine *) section->lines->pdata[index - 1])->key == NULL)
    index--;
  before = section->lines->pdata[index - 1];
  end_line (before);
  g_ptr_array_insert (
      section->lines, index,
      line_new (g_strconcat (key, " = ", escaped, get_line_end (before->raw), NULL), key, value));
}

void
profile_file_set (ProfileFile *file, SendpathSection kind, const char *id, const char *key,
                  const char *value)
{
  ProfileSection *section = profile_file_find (file, kind, id);
  ProfileLine *line = (ProfileLine *) profile_section_find (section, key);

  if (line != NULL && value == NULL)
    g_ptr_array_remove (section->lines, line);
  else if (line != NULL && !g_str_equal (line->value, value))
    change_line (line, value);
  else if (line == NULL && value != NULL)
    add_line (section, key, value);
}

static ProfileSection *
get_section_before (ProfileFile *file, guint index)
{
  return index > 0 ? file->sections->pdata[index - 1] : file->preamble;
}

void
profile_file_add (ProfileFile *file, SendpathSection kind, const char *id)
{
  ProfileSection *last = get_section_before (file, file->sections->len);
  ProfileSection *section = profile_section_new (kind, id);
  const char *line_end = "\n";

  if (last->lines->len > 0)
    {
      ProfileLine *line = last->lines->pdata[last->lines->len - 1];

      end_line (line);
      line_end = get_line_end (line->raw);
      if (!is_blank (line))
        g_ptr_array_add (last->lines, line_new (g_strdup (line_end), NULL, NULL));
    }
  g_ptr_array_add (section->lines,
                   line_new (g_strconcat ("[", profile_file_kinds[kind], id != NULL ? " " : "",
                                          id != NULL ? id : "", "]", line_end, NULL),
                             NULL, NULL));
  g_ptr_array_add (file->sections, section);
}

/* The number of lines at the end of @section that are a comment on what follows. */
static guint
count_comment_above (const ProfileSection *section)
{
  guint count = 0;

  while (count < section->lines->len &&
         is_comment (section->lines->pdata[section->lines->len - 1 - count]))
    count++;
  return count;
}

/* The comment above the section goes with it, unless the file begins with that comment; the
 * comment above the next section stays. */
void
profile_file_remove (ProfileFile *file, const ProfileSection *section)
{
  ProfileSection *removed = (ProfileSection *) section;
  ProfileSection *before;
  guint index = 0;
  guint above;
  guint below;

  g_return_if_fail (g_ptr_array_find (file->sections, section, &index));

  before = get_section_before (file, index);
  above = count_comment_above (before);
  if (above < before->lines->len)
    g_ptr_array_set_size (before->lines, before->lines->len - above);

  below = index + 1 < file->sections->len ? count_comment_above (removed) : 0;
  for (guint i = removed->lines->len - below; i < removed->lines->len; i++)
    {
      ProfileLine *line = removed->lines->pdata[i];

      g_ptr_array_add (before->lines, line_new (g_strdup (line->raw), NULL, NULL));
    }
  g_ptr_array_remove_index (file->sections, index);
}

static void
append_lines (GByteArray *text, const ProfileSection *section)
{
  for (guint i = 0; i < section->lines->len; i++)
    {
      const ProfileLine *line = section->lines->pdata[i];

      g_byte_array_append (text, (const guint8 *) line->raw, strlen (line->raw));
    }
}

GBytes *
profile_file_to_bytes (const ProfileFile *file)
{
  GByteArray *text = g_byte_array_new ();

  append_lines (text, file->preamble);
  for (guint i = 0; i < file->sections->len; i++)
    append_lines (text, file->sections->pdata[i]);
  return g_byte_array_free_to_bytes (text);
}
