/* The accounts that other mail programs have, as accounts that could be ours.
 *
 * Reads their files and writes nothing, neither there nor here. */
#include "config.h"

#include "profiles/import.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "profiles/account-private.h"
#include "profiles/import-readers.h"
#include "profiles/imported-private.h"
#include "profiles/profile-join.h"
#include "profiles/profile-value.h"

static const struct {
  const char *name;
  ImportReading *(*read) (const ImportPlaces *places, const char *path, GError **error);
} programs[] = {
  { "msmtp", import_msmtp_read },
  { "thunderbird", import_thunderbird_read },
  { "claws", import_claws_read },
  { "evolution", import_evolution_read },
};

typedef struct {
  SendpathProfileStore *profiles; /* or NULL */
  ImportReading *reading;
  GPtrArray *found; /* of SendpathImported */
} Import;

const char *
import_find_path (const char *const *paths, GError **error)
{
  for (gsize i = 0; paths[i] != NULL; i++)
    if (g_file_test (paths[i], G_FILE_TEST_EXISTS))
      return paths[i];
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: %s", paths[0], g_strerror (ENOENT));
  return NULL;
}

void
import_note_others (ImportReading *reading, const char *const *paths, const char *path)
{
  /* what somebody named is what they mean */
  if (!g_strv_contains (paths, path))
    return;
  for (gsize i = 0; paths[i] != NULL; i++)
    if (!g_str_equal (paths[i], path) && g_file_test (paths[i], G_FILE_TEST_EXISTS))
      import_reading_note (reading, _("%s is there too and was not read; name it to read that one"),
                           paths[i]);
}

/* ---- names and addresses --------------------------------------------------------------------- */

/* The accounts that are there and those that will be, until @ask says yes; borrowed. */
static SendpathAccount *
find_account (const Import *import, gboolean (*ask) (SendpathAccount *account, const char *text),
              const char *text)
{
  GListModel *accounts =
      import->profiles != NULL ? sendpath_profile_store_get_accounts (import->profiles) : NULL;

  for (guint i = 0; accounts != NULL && i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(SendpathAccount) account = g_list_model_get_item (accounts, i);

      if (ask (account, text))
        return account; /* the store keeps it alive */
    }
  for (guint i = 0; i < import->found->len; i++)
    {
      SendpathAccount *account = sendpath_imported_get_account (import->found->pdata[i]);

      if (account != NULL && sendpath_imported_get_twin (import->found->pdata[i]) == NULL &&
          ask (account, text))
        return account;
    }
  return NULL;
}

static gboolean
has_name (SendpathAccount *account, const char *name)
{
  return g_str_equal (sendpath_account_get_id (account), name);
}

static gboolean
has_address (SendpathAccount *account, const char *address)
{
  return account_rank (account, address) >= ACCOUNT_RANK_ALIAS;
}

/* One that can be typed: `home`, but neither `Terri at home` nor an address. */
static gboolean
is_handy (const char *name)
{
  return profile_value_is_id (name) && strpbrk (name, " \t@\"'") == NULL &&
         !g_str_equal (name, "default");
}

/* The other program's name for it, else the first label of its domain; numbered if it is taken. */
static char *
dup_free_name (const Import *import, const ImportDraft *draft)
{
  const char *domain = strrchr (import_draft_get (draft, "address"), '@') + 1;
  g_autofree char *label = g_strndup (domain, strcspn (domain, "."));
  const char *wish = is_handy (label) ? label : "account";
  g_autofree char *name = NULL;

  if (draft->name != NULL && is_handy (draft->name))
    wish = draft->name;
  name = g_strdup (wish);
  for (guint i = 2; find_account (import, has_name, name) != NULL; i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%u", wish, i);
    }
  return g_steal_pointer (&name);
}

/* ---- one account ----------------------------------------------------------------------------- */

static SendpathAccount *
make_account (const Import *import, const ImportDraft *draft)
{
  g_autofree char *name = dup_free_name (import, draft);
  SendpathAccount *account = sendpath_account_new (name, import_draft_get (draft, "address"));

  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == SENDPATH_SECTION_ACCOUNT && import_draft_get (draft, key->name) != NULL)
      sendpath_account_set (account, key->name, import_draft_get (draft, key->name), NULL);
  return account;
}

/* TRUE if nothing can be sent for it; that is noted. */
static gboolean
lacks_something (ImportDraft *draft)
{
  static const char *const needed[] = { "address", "smtp" };
  const char *name = draft->name;

  if (name == NULL)
    name = import_draft_get (draft, "address");
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    if (import_draft_get (draft, needed[i]) == NULL)
      {
        import_draft_note (draft,
                           _("account \"%s\" is left out: it has no \"%s\" that sendpath "
                              "could use"),
                           name != NULL ? name : "", needed[i]);
        return TRUE;
      }
  return FALSE;
}

static gboolean
is_same (SendpathAccount *account, SendpathAccount *other, const char *key)
{
  return g_strcmp0 (sendpath_account_get (account, key), sendpath_account_get (other, key)) == 0;
}

/* The one found before that @account is only another way to, as of somebody who has both POP3 and
 * IMAP; or NULL. */
static SendpathAccount *
find_first_way (const Import *import, SendpathAccount *account)
{
  for (guint i = 0; i < import->found->len; i++)
    {
      SendpathAccount *other = sendpath_imported_get_account (import->found->pdata[i]);

      if (other != NULL && is_same (account, other, "address") &&
          is_same (account, other, "smtp") && is_same (account, other, "user"))
        return other;
    }
  return NULL;
}

/* What only the second way says. */
static void
join_ways (SendpathAccount *first, SendpathAccount *second)
{
  const char *more = sendpath_account_get (second, "aliases");
  g_auto(GStrv) aliases = profile_value_split (more != NULL ? more : "");

  for (gsize i = 0; aliases[i] != NULL; i++)
    {
      const char *known = sendpath_account_get (first, "aliases");
      g_autofree char *all =
          known != NULL ? g_strconcat (known, "; ", aliases[i], NULL) : g_strdup (aliases[i]);

      if (!has_address (first, aliases[i]))
        sendpath_account_set (first, "aliases", all, NULL);
    }
  if (sendpath_account_is_set (second, "default"))
    sendpath_account_set (first, "default", "yes", NULL);
}

static void
take_draft (Import *import, ImportDraft *draft)
{
  g_autoptr(SendpathAccount) account = NULL;
  SendpathAccount *other;
  SendpathAccount *first;
  const char *other_id;
  gboolean is_there;

  if (lacks_something (draft))
    {
      g_ptr_array_add (import->found, imported_new (NULL, NULL, draft->notes, NULL));
      return;
    }
  if (draft->secret == SENDPATH_IMPORT_SECRET_NONE && import_draft_get (draft, "pop") != NULL)
    draft->secret = SENDPATH_IMPORT_SECRET_CLOSED; /* POP always logs in */
  if (draft->secret != SENDPATH_IMPORT_SECRET_ITEM)
    g_clear_pointer (&draft->secret_uid, g_free);
  account = make_account (import, draft);
  other = find_account (import, has_address, import_draft_get (draft, "address"));
  other_id = other != NULL ? sendpath_account_get_id (other) : NULL;
  is_there = other_id != NULL && import->profiles != NULL &&
             sendpath_profile_store_get_account (import->profiles, other_id) == other;
  first = draft->name == NULL ? find_first_way (import, account) : NULL;
  if (first != NULL)
    {
      join_ways (first, account);
      return;
    }
  if (other != NULL && !is_there)
    import_draft_note (draft,
                       _("account %s has the same address; this one has to be asked for by "
                          "its name"),
                       other_id);
  g_ptr_array_add (import->found,
                   imported_new (account, is_there ? other_id : NULL, draft->notes, draft));
}

/* Who has accounts already has a default one. */
static void
choose_default (const Import *import)
{
  GPtrArray *drafts = import->reading->drafts;
  GListModel *accounts =
      import->profiles != NULL ? sendpath_profile_store_get_accounts (import->profiles) : NULL;

  if (accounts != NULL && g_list_model_get_n_items (accounts) > 0)
    return;
  for (guint i = 0; i < drafts->len; i++)
    {
      ImportDraft *draft = drafts->pdata[i];

      if (!draft->is_default || import_draft_get (draft, "address") == NULL ||
          import_draft_get (draft, "smtp") == NULL)
        continue;
      key_values_set (draft->values, "default", "yes", NULL, NULL);
      return;
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

/**
 * sendpath_import_get_programs:
 *
 * Gets the programs whose accounts can be read.
 *
 * Returns: (transfer none): their names, as sendpath_import_read() takes them
 *
 * Since: 1.0
 */
const char *const *
sendpath_import_get_programs (void)
{
  static const char *const names[] = { "msmtp", "thunderbird", "claws", "evolution", NULL };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == G_N_ELEMENTS (programs) + 1);
  return names;
}

static ImportReading *
run_reader (const ImportPlaces *places, const char *program, const char *path, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_equal (programs[i].name, program))
      return programs[i].read (places, path, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _("%s is no program whose accounts can be imported"), program);
  return NULL;
}

GPtrArray *
import_read_from (const ImportPlaces *places, const char *program, const char *path,
                  SendpathProfileStore *profiles, GError **error)
{
  g_autoptr(GPtrArray) found =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_imported_unref);
  g_autoptr(ImportReading) reading = NULL;
  g_autoptr(GError) local = NULL;
  Import import = { profiles, NULL, found };

  reading = run_reader (places, program, path, &local);
  if (reading == NULL)
    {
      gboolean is_missing = g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
                            g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT);

      g_set_error_literal (error, SENDPATH_PROFILE_ERROR,
                           is_missing ? SENDPATH_PROFILE_ERROR_MISSING
                                      : SENDPATH_PROFILE_ERROR_BROKEN,
                           local->message);
      return NULL;
    }
  import.reading = reading;
  choose_default (&import);
  for (guint i = 0; i < reading->drafts->len; i++)
    take_draft (&import, reading->drafts->pdata[i]);
  if (reading->notes->len > 0)
    g_ptr_array_add (found, imported_new (NULL, NULL, reading->notes, NULL));
  return g_steal_pointer (&found);
}

/**
 * sendpath_import_read:
 * @program: one of sendpath_import_get_programs()
 * @path: (nullable) (type filename): its configuration file or folder, or %NULL for the usual
 *   places
 * @profiles: (nullable): where the accounts are to go, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Reads the accounts that another mail program has.
 *
 * Nothing is written, no command that stands there is run, and no password is read. What could not
 * be understood is in the notes of what is returned: a bad line loses no account.
 *
 * To take an account over, add it to @profiles and save them; one whose
 * sendpath_imported_get_twin() is set is there already. Show it first: the servers come from a
 * file that anything may have written.
 *
 * The error is %SENDPATH_PROFILE_ERROR_MISSING if the program has no configuration here, and
 * %SENDPATH_PROFILE_ERROR_BROKEN if it cannot be read, or @program is none that is known.
 *
 * This function starts no thread and asks no D-Bus.
 *
 * Returns: (transfer container) (element-type SendpathImported): what was found, in its order
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_import_read (const char *program, const char *path, SendpathProfileStore *profiles,
                      GError **error)
{
  const ImportPlaces places = { g_get_home_dir (), g_get_user_config_dir (), "/etc",
                                g_get_user_name () };

  g_return_val_if_fail (program != NULL, NULL);
  g_return_val_if_fail (profiles == NULL || SENDPATH_IS_PROFILE_STORE (profiles), NULL);

  return import_read_from (&places, program, path, profiles, error);
}
