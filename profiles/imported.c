/* SendpathImported: an account that another program has, before it is anybody's here.
 *
 * A value that never changes. It holds no password, only where one is. */
#include "config.h"

#include "profiles/imported.h"

#include <glib/gi18n-lib.h>

#include "profiles/imported-private.h"
#include "profiles/import-readers.h"
#include "profiles/profile-file.h"

struct _SendpathImported {
  SendpathAccount *account;
  char *twin;
  char **notes;
  SendpathImportSecret secret;
  char *secret_path;
  char *secret_uid;
  guint secret_line;
  char *secret_place;
};

/**
 * SendpathImported:
 *
 * An account of another program as it would be here, what could not be taken over, and where its
 * password is; or only something to be said.
 *
 * It is a proposal: add the account to a #SendpathProfileStore to have it. A value never changes
 * once it is made; the account in it is yours to change before it is added.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (SendpathImported, sendpath_imported, sendpath_imported_ref,
                     sendpath_imported_unref)

SendpathImported *
imported_new (SendpathAccount *account, const char *twin, GPtrArray *notes,
              const ImportDraft *draft)
{
  SendpathImported *imported = g_atomic_rc_box_new0 (SendpathImported);

  g_set_object (&imported->account, account);
  imported->twin = g_strdup (twin);
  g_ptr_array_add (notes, NULL);
  imported->notes = g_strdupv ((char **) notes->pdata);
  g_ptr_array_set_size (notes, 0);
  if (draft == NULL)
    return imported;
  imported->secret = draft->secret;
  imported->secret_path = g_strdup (draft->secret_path);
  imported->secret_line = draft->secret_line;
  imported->secret_uid = g_strdup (draft->secret_uid);
  if (draft->secret_uid != NULL)
    imported->secret_place = g_strdup ("Evolution");
  if (draft->secret_path != NULL)
    imported->secret_place = g_strdup_printf ("%s:%u", draft->secret_path, draft->secret_line);
  return imported;
}

/**
 * sendpath_imported_ref: (skip)
 * @imported: a #SendpathImported
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @imported
 *
 * Since: 1.0
 */
SendpathImported *
sendpath_imported_ref (SendpathImported *imported)
{
  g_return_val_if_fail (imported != NULL, NULL);

  return g_atomic_rc_box_acquire (imported);
}

static void
clear (gpointer data)
{
  SendpathImported *imported = data;

  g_clear_object (&imported->account);
  g_free (imported->twin);
  g_strfreev (imported->notes);
  g_free (imported->secret_path);
  g_free (imported->secret_uid);
  g_free (imported->secret_place);
}

/**
 * sendpath_imported_unref: (skip)
 * @imported: (transfer full): a #SendpathImported
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
sendpath_imported_unref (SendpathImported *imported)
{
  g_return_if_fail (imported != NULL);

  g_atomic_rc_box_release_full (imported, clear);
}

/**
 * sendpath_imported_get_account:
 * @imported: a #SendpathImported
 *
 * Gets the account, which is in no store yet. Its name is free in the store that it was read for.
 *
 * It never allows a login without encryption, and no connection without it, whatever the other
 * program did.
 *
 * Returns: (transfer none) (nullable): the account; %NULL if there is only something to be said
 *
 * Since: 1.0
 */
SendpathAccount *
sendpath_imported_get_account (const SendpathImported *imported)
{
  g_return_val_if_fail (imported != NULL, NULL);

  return imported->account;
}

/**
 * sendpath_imported_get_twin:
 * @imported: a #SendpathImported
 *
 * Gets the name of the account that has the address already.
 *
 * Returns: (transfer none) (nullable): the name; %NULL if there is none, and the account is new
 *
 * Since: 1.0
 */
const char *
sendpath_imported_get_twin (const SendpathImported *imported)
{
  g_return_val_if_fail (imported != NULL, NULL);

  return imported->twin;
}

/**
 * sendpath_imported_get_notes:
 * @imported: a #SendpathImported
 *
 * Gets what became of what was not taken over, or only in part.
 *
 * Returns: (transfer none): texts for people, translated; empty if there is nothing to say
 *
 * Since: 1.0
 */
const char *const *
sendpath_imported_get_notes (const SendpathImported *imported)
{
  g_return_val_if_fail (imported != NULL, NULL);

  return (const char *const *) imported->notes;
}

/**
 * sendpath_imported_get_secret:
 * @imported: a #SendpathImported
 *
 * Tells where the other program has the password.
 *
 * Returns: the kind of place
 *
 * Since: 1.0
 */
SendpathImportSecret
sendpath_imported_get_secret (const SendpathImported *imported)
{
  g_return_val_if_fail (imported != NULL, SENDPATH_IMPORT_SECRET_NONE);

  return imported->secret;
}

/**
 * sendpath_imported_get_secret_place:
 * @imported: a #SendpathImported
 *
 * Gets where the password is that sendpath_imported_read_password() reads.
 *
 * Returns: (transfer none) (nullable): `FILE:LINE` where it stands in plain text, or the name of the
 *   program whose item it is; %NULL if it cannot be read
 *
 * Since: 1.0
 */
const char *
sendpath_imported_get_secret_place (const SendpathImported *imported)
{
  g_return_val_if_fail (imported != NULL, NULL);

  return imported->secret_place;
}

/**
 * sendpath_imported_read_password:
 * @imported: a #SendpathImported
 * @error: return location for a #GError, or %NULL
 *
 * Reads the password that stands in plain text in the other program's file, or that it has in the
 * keyring in an item of its own.
 *
 * Nothing else reads it. The keyring may take two seconds, and is not asked to unlock. Call this only when its owner said that it may be copied, give it to
 * sendpath_engine_set_password(), and wipe it.
 *
 * Returns: (transfer full): the password, or %NULL if it is not there
 *
 * Since: 1.0
 */
char *
sendpath_imported_read_password (const SendpathImported *imported, GError **error)
{
  g_return_val_if_fail (imported != NULL, NULL);
  g_return_val_if_fail (imported->secret_place != NULL, NULL);

  if (imported->secret_uid != NULL)
    return import_evolution_read_password (imported->secret_uid, error);
  return import_msmtp_read_password (imported->secret_path, imported->secret_line, error);
}

/**
 * sendpath_imported_to_text:
 * @imported: a #SendpathImported that has an account
 *
 * Gets the section of the account, as it will stand in the configuration file.
 *
 * Returns: (transfer full): lines
 *
 * Since: 1.0
 */
char *
sendpath_imported_to_text (const SendpathImported *imported)
{
  g_autoptr(ProfileFile) file = profile_file_new ("");
  g_autoptr(GBytes) bytes = NULL;
  const char *id;
  gsize size;

  g_return_val_if_fail (imported != NULL && imported->account != NULL, NULL);

  id = sendpath_account_get_id (imported->account);
  profile_file_add (file, SENDPATH_SECTION_ACCOUNT, id);
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == SENDPATH_SECTION_ACCOUNT &&
        sendpath_account_is_set (imported->account, key->name))
      profile_file_set (file, SENDPATH_SECTION_ACCOUNT, id, key->name,
                        sendpath_account_get (imported->account, key->name));
  bytes = profile_file_to_bytes (file);
  size = g_bytes_get_size (bytes);
  return g_strndup (g_bytes_get_data (bytes, NULL), size);
}
