/* Reads the text of sendpath.conf: GKeyFile syntax, strictly.
 *
 * Only sections and keys of the table, none of them twice, only good values; every error says
 * where. Looks at nothing but the text: whether names fit together is checked elsewhere. */
#include "config.h"

#include "profiles/profile-parser.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "profiles/key-values.h"
#include "profiles/near-word.h"
#include "profiles/profile-value.h"

#define BLANKS " \t\r\n"

static const struct {
  char escape;
  char meaning;
} escapes[] = {
  { 's', ' ' }, { 'n', '\n' }, { 't', '\t' }, { 'r', '\r' }, { '\\', '\\' },
};

typedef struct {
  ProfileFile    *file;
  ProfileSection *section; /* the one that lines go to now */
  guint           number;
} Reader;

static gboolean
has_id (SendpathSection kind)
{
  return kind == SENDPATH_SECTION_ACCOUNT || kind == SENDPATH_SECTION_LOCATION;
}

/* The text between its blanks, newly allocated. */
static char *
dup_stripped (const char *text, gsize length)
{
  return g_strstrip (g_strndup (text, length));
}

static char *
unescape (const char *text)
{
  GString *plain = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      gsize i = 0;

      if (*p != '\\')
        {
          g_string_append_c (plain, *p);
          continue;
        }
      p++;
      while (i < G_N_ELEMENTS (escapes) && escapes[i].escape != *p)
        i++;
      if (i == G_N_ELEMENTS (escapes))
        {
          g_string_free (plain, TRUE);
          return NULL;
        }
      g_string_append_c (plain, escapes[i].meaning);
    }
  return g_string_free (plain, FALSE);
}

static gboolean
find_kind (const char *word, SendpathSection *ret_kind)
{
  for (gsize i = 0; profile_file_kinds[i] != NULL; i++)
    if (g_str_equal (profile_file_kinds[i], word))
      {
        *ret_kind = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
fail_unknown_section (Reader *reader, const char *inner, const char *word, GError **error)
{
  const char *near = near_word_find (word, profile_file_kinds);
  g_autofree char *shown = profile_value_dup_shown (inner);
  SendpathSection kind;

  if (near != NULL && find_kind (near, &kind) && has_id (kind))
    profile_file_set_error (reader->file, reader->number, NULL, error,
                            _("unknown section [%s] (did you mean [%s NAME]?)"), shown, near);
  else if (near != NULL)
    profile_file_set_error (reader->file, reader->number, NULL, error,
                            _("unknown section [%s] (did you mean [%s]?)"), shown, near);
  else
    profile_file_set_error (
        reader->file, reader->number, NULL, error,
        _("unknown section [%s]; there are [account NAME], [location NAME], [policy] "
           "and [serve]"),
        shown);
  return FALSE;
}

/* @text is `[kind name]` without blanks around it. */
static gboolean
read_header (Reader *reader, const char *text, GError **error)
{
  g_autofree char *inner = NULL;
  g_autofree char *word = NULL;
  g_autofree char *id = NULL;
  SendpathSection kind;
  ProfileSection *twin;

  if (!g_str_has_suffix (text, "]"))
    {
      profile_file_set_error (reader->file, reader->number, NULL, error,
                              _("the name of a section ends with \"]\" and the line with it"));
      return FALSE;
    }
  inner = dup_stripped (text + 1, strlen (text) - 2);
  word = g_strndup (inner, strcspn (inner, BLANKS));
  id = dup_stripped (inner + strlen (word), strlen (inner) - strlen (word));
  if (!find_kind (word, &kind))
    return fail_unknown_section (reader, inner, word, error);
  if (has_id (kind) ? !profile_value_is_id (id) : *id != '\0')
    {
      profile_file_set_error (reader->file, reader->number, NULL, error,
                              has_id (kind)
                                  ? _("[%s NAME] needs a name of letters, digits and \"-\"")
                                  : _("[%s] has no name"),
                              word);
      return FALSE;
    }

  twin = profile_file_find (reader->file, kind, has_id (kind) ? id : NULL);
  if (twin != NULL)
    {
      profile_file_set_error (reader->file, reader->number, twin, error,
                              _("this section is given twice, first in line %u"),
                              profile_section_get_number (twin, NULL));
      return FALSE;
    }
  reader->section = profile_section_new (kind, has_id (kind) ? id : NULL);
  g_ptr_array_add (reader->file->sections, reader->section);
  return TRUE;
}

/* @value is NULL where it was not well escaped. */
static gboolean
check_key (const ProfileSection *section, const char *key, const char *value, GError **error)
{
  const SendpathProfileKey *row = sendpath_profile_key_find (section->kind, key);
  const ProfileLine *twin = profile_section_find (section, key);

  if (row != NULL && twin == NULL && value != NULL)
    return sendpath_profile_key_check (row, value, error);
  if (row == NULL)
    key_values_set_unknown (error, section->kind, key);
  else if (twin != NULL)
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
                 _("\"%s\" is given twice, first in line %u"), key, twin->number);
  else
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
                 _("bad value of \"%s\": a backslash is written \"\\\\\""), key);
  return FALSE;
}

static gboolean
read_key (Reader *reader, const char *text, ProfileLine *line, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *key = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *value = NULL;
  g_autoptr(GError) local = NULL;

  if (equals == NULL)
    {
      profile_file_set_error (
          reader->file, line->number, reader->section, error,
          _("this line is neither \"key = value\" nor [section] nor # comment"));
      return FALSE;
    }
  if (reader->section == reader->file->preamble)
    {
      profile_file_set_error (reader->file, line->number, NULL, error,
                              _("a key stands before the first section, such as [account home]"));
      return FALSE;
    }

  key = dup_stripped (text, equals - text);
  escaped = dup_stripped (equals + 1, strlen (equals + 1));
  value = unescape (escaped);
  if (!check_key (reader->section, key, value, &local))
    {
      profile_file_set_error (reader->file, line->number, reader->section, error, "%s",
                              local->message);
      return FALSE;
    }
  line->key = g_steal_pointer (&key);
  line->value = g_steal_pointer (&value);
  return TRUE;
}

/* Reads one line, line end and all, into the section it belongs to. */
static gboolean
read_line (Reader *reader, const char *raw, gsize length, GError **error)
{
  ProfileLine *line = g_new0 (ProfileLine, 1);
  g_autofree char *text = dup_stripped (raw, length);
  gboolean is_good = TRUE;

  line->raw = g_strndup (raw, length);
  line->number = ++reader->number;
  if (memchr (raw, '\0', length) != NULL || !g_utf8_validate (raw, length, NULL))
    {
      profile_file_set_error (reader->file, line->number, NULL, error,
                              _("this line is not UTF-8 text"));
      is_good = FALSE;
    }
  else if (text[0] == '[')
    is_good = read_header (reader, text, error);
  else if (text[0] != '#' && text[0] != '\0')
    is_good = read_key (reader, text, line, error);

  g_ptr_array_add (reader->section->lines, line);
  return is_good;
}

ProfileFile *
profile_parser_run (const char *name, GBytes *text, GError **error)
{
  g_autoptr(ProfileFile) file = profile_file_new (name);
  Reader reader = { .file = file, .section = file->preamble };
  gsize left;
  const char *at = g_bytes_get_data (text, &left);

  while (left > 0)
    {
      const char *end = memchr (at, '\n', left);
      gsize length = end != NULL ? (gsize) (end - at) + 1 : left;

      if (!read_line (&reader, at, length, error))
        return NULL;
      at += length;
      left -= length;
    }
  return g_steal_pointer (&file);
}
