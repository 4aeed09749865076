/* Do the sections of a configuration fit together?
 *
 * Looks at a file that was parsed, so every key and value by itself is good. Changes nothing. */
#include "config.h"

#include "profiles/profile-check.h"

#include <glib/gi18n-lib.h>

#include "profiles/profile-value.h"

/* Keys without which an account can do nothing. */
static const char *const needed[] = { "address", "smtp" };

static const char *
get_value (const ProfileSection *section, const char *key)
{
  const ProfileLine *line = profile_section_find (section, key);

  return line != NULL ? line->value : "";
}

static gboolean
check_needed (const ProfileFile *file, const ProfileSection *section, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_auto(GStrv) values = profile_value_split (get_value (section, needed[i]));

      if (values[0] != NULL)
        continue;
      profile_file_set_error (file, profile_section_get_number (section, needed[i]), section, error,
                              _("\"%s\" is missing"), needed[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_default (const ProfileFile *file, const ProfileSection *section, GError **error)
{
  if (!g_str_equal (get_value (section, "default"), "yes"))
    return TRUE;
  for (guint i = 0; i < file->sections->len && file->sections->pdata[i] != section; i++)
    {
      const ProfileSection *other = file->sections->pdata[i];

      if (other->kind == SENDPATH_SECTION_ACCOUNT &&
          g_str_equal (get_value (other, "default"), "yes"))
        {
          profile_file_set_error (file, profile_section_get_number (section, "default"), section,
                                  error, _("account %s is the default already"), other->id);
          return FALSE;
        }
    }
  return TRUE;
}

/* Every account that @key names is there, and is not the section itself. */
static gboolean
check_names (const ProfileFile *file, const ProfileSection *section, const char *key,
             GError **error)
{
  g_auto(GStrv) names = profile_value_split (get_value (section, key));

  for (gsize i = 0; names[i] != NULL; i++)
    {
      const ProfileSection *named = profile_file_find (file, SENDPATH_SECTION_ACCOUNT, names[i]);

      if (named != NULL && named != section)
        continue;
      profile_file_set_error (file, profile_section_get_number (section, key), section, error,
                              named == NULL
                                  ? _("bad value of \"%s\": there is no account \"%s\"")
                                  : _("bad value of \"%s\": \"%s\" is this account itself"),
                              key, names[i]);
      return FALSE;
    }
  return TRUE;
}

gboolean
profile_check_run (const ProfileFile *file, GError **error)
{
  for (guint i = 0; i < file->sections->len; i++)
    {
      const ProfileSection *section = file->sections->pdata[i];

      if (section->kind == SENDPATH_SECTION_ACCOUNT &&
          (!check_needed (file, section, error) || !check_default (file, section, error) ||
           !check_names (file, section, "backup", error)))
        return FALSE;
      if (section->kind == SENDPATH_SECTION_LOCATION &&
          !check_names (file, section, "account", error))
        return FALSE;
    }
  return TRUE;
}
