/* ImportDraft: an account on its way from another program's configuration to ours.
 *
 * Whatever does not fit leaves a note. It never weakens anything: no connection without encryption,
 * no login over one. */
#include "config.h"

#include "profiles/import-draft.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "profiles/profile-address.h"
#include "profiles/profile-value.h"

static void
draft_free (ImportDraft *draft)
{
  g_free (draft->name);
  g_clear_pointer (&draft->values, key_values_free);
  g_clear_pointer (&draft->notes, g_ptr_array_unref);
  g_free (draft->secret_path);
  g_free (draft->secret_uid);
  g_free (draft);
}

ImportReading *
import_reading_new (void)
{
  ImportReading *reading = g_new0 (ImportReading, 1);

  reading->drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) draft_free);
  reading->notes = g_ptr_array_new_with_free_func (g_free);
  return reading;
}

void
import_reading_free (ImportReading *reading)
{
  g_ptr_array_unref (reading->drafts);
  g_ptr_array_unref (reading->notes);
  g_free (reading);
}

/* Takes @text. What the other program's file says may drive no terminal. */
static void
add_note (GPtrArray *notes, char *text)
{
  char *clean = g_utf8_make_valid (text, -1);

  g_free (text);
  for (char *p = clean; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      memset (p, '?', g_utf8_next_char (p) - p);
  g_ptr_array_add (notes, clean);
}

void
import_reading_take_notes (ImportReading *reading, ImportFile *file)
{
  for (guint i = 0; i < file->notes->len; i++)
    add_note (reading->notes, g_steal_pointer (&file->notes->pdata[i]));
  g_ptr_array_set_size (file->notes, 0);
}

void
import_reading_note (ImportReading *reading, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  add_note (reading->notes, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

ImportDraft *
import_draft_add (ImportReading *reading, const char *name)
{
  ImportDraft *draft = g_new0 (ImportDraft, 1);

  draft->name = g_strdup (name);
  draft->values = key_values_new (SENDPATH_SECTION_ACCOUNT);
  draft->notes = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (reading->drafts, draft);
  return draft;
}

const char *
import_draft_get (const ImportDraft *draft, const char *key)
{
  return key_values_get_given (draft->values, key);
}

void
import_draft_note (ImportDraft *draft, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  add_note (draft->notes, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

gboolean
import_draft_set (ImportDraft *draft, const char *key, const char *value, const char *path,
                  const ImportEntry *entry)
{
  if (key_values_set (draft->values, key, value, NULL, NULL))
    return TRUE;
  import_draft_note (draft, _("%s:%u: bad value of \"%s\"; it is left out"), path, entry->number,
                     entry->key);
  return FALSE;
}

void
import_draft_set_server (ImportDraft *draft, const char *key, const char *host, guint port,
                         ImportSecurity security, const char *path, const ImportEntry *entry)
{
  static const char *const names[] = {
    [IMPORT_SECURITY_NONE] = NULL, /* what is found may not lower it */
    [IMPORT_SECURITY_TLS] = "tls",
    [IMPORT_SECURITY_STARTTLS] = "starttls",
  };
  gboolean is_literal = strchr (host, ':') != NULL && *host != '[';
  g_autofree char *named = g_strdup_printf (is_literal ? "[%s]" : "%s", host);
  g_autofree char *value = port != 0 ? g_strdup_printf ("%s:%u", named, port) : g_strdup (named);

  if (strchr (host, ';') != NULL) /* a list of servers is none of theirs */
    {
      import_draft_note (draft, _("%s:%u: bad value of \"%s\"; it is left out"), path,
                         entry->number, entry->key);
      return;
    }
  if (!import_draft_set (draft, key, value, path, entry))
    return;
  if (security != IMPORT_SECURITY_NONE)
    import_draft_set (draft, g_str_equal (key, "smtp") ? "security" : "pop-security",
                      names[security], path, entry);
  else
    import_draft_note (
        draft,
        _("%s was used without encryption there; here it has to encrypt, or nothing "
           "goes to it"),
        host);
}

void
import_draft_add_alias (ImportDraft *draft, const char *address)
{
  const char *aliases = import_draft_get (draft, "aliases");
  g_auto(GStrv) known = profile_value_split (aliases != NULL ? aliases : "");
  g_autofree char *all =
      aliases != NULL ? g_strconcat (aliases, "; ", address, NULL) : g_strdup (address);

  if (!profile_address_is_valid (address) || /* a list is none, either */
      g_ascii_strcasecmp (address, import_draft_get (draft, "address")) == 0 ||
      g_strv_contains ((const char *const *) known, address))
    return;
  key_values_set (draft->values, "aliases", all, NULL, NULL);
}

void
import_draft_lose (ImportDraft *draft, const char *path, const ImportEntry *entry)
{
  import_draft_note (draft, _("%s:%u: \"%s\" has no counterpart here and is left out"), path,
                     entry->number, entry->key);
}

guint
import_draft_take_port (ImportDraft *draft, const char *path, const ImportEntry *entry)
{
  static const char *const usual[] = { "", "0", "-1", NULL };
  guint64 port = 0;

  if (entry == NULL || g_strv_contains (usual, entry->value))
    return 0;
  if (!g_ascii_string_to_unsigned (entry->value, 10, 1, G_MAXUINT16, &port, NULL))
    import_draft_note (draft, _("%s:%u: bad value of \"%s\"; it is left out"), path, entry->number,
                       entry->key);
  return port;
}
