/* Accounts of Evolution: its data server's folder of sources, one file each.
 *
 * A mail identity names its transport; a mail account names its identity. What stands under an
 * account of GNOME's Online Accounts logs in with what the desktop has. */
#include "config.h"

#include "profiles/import-readers.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "profiles/profile-address.h"
#include "profiles/secrets.h"

#define SUFFIX        ".source"
#define N_PARENTS_MAX 8 /* a source that is its own grandparent ends here */

#define IDENTITY "Mail Identity"
#define LOGIN    "Authentication"

typedef struct {
  GPtrArray *uids;     /* of char, sorted */
  GHashTable *sources; /* uid -> ImportFile */
  ImportReading *reading;
} Registry;

static void
registry_clear (Registry *registry)
{
  g_clear_pointer (&registry->uids, g_ptr_array_unref);
  g_clear_pointer (&registry->sources, g_hash_table_unref);
  g_clear_pointer (&registry->reading, import_reading_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Registry, registry_clear)

static const ImportFile *
find_source (const Registry *registry, const char *uid)
{
  return uid != NULL ? g_hash_table_lookup (registry->sources, uid) : NULL;
}

static gboolean
has_section (const ImportFile *source, const char *section)
{
  for (guint i = 0; i < source->entries->len; i++)
    if (g_strcmp0 (((ImportEntry *) source->entries->pdata[i])->section, section) == 0)
      return TRUE;
  return FALSE;
}

/* @source itself or one that it stands under. */
static const ImportFile *
find_above (const Registry *registry, const ImportFile *source, const char *section)
{
  for (guint i = 0; source != NULL && i < N_PARENTS_MAX; i++)
    {
      if (has_section (source, section))
        return source;
      source = find_source (registry, import_file_get (source, "Data Source", "Parent"));
    }
  return NULL;
}

/* The account that gets the mail of identity @uid, or NULL. */
static const ImportFile *
find_mail_account (const Registry *registry, const char *uid)
{
  for (guint i = 0; i < registry->uids->len; i++)
    {
      const ImportFile *source = find_source (registry, registry->uids->pdata[i]);

      if (g_strcmp0 (import_file_get (source, "Mail Account", "IdentityUid"), uid) == 0)
        return source;
    }
  return NULL;
}

static gboolean
is_enabled (const ImportFile *source)
{
  return source != NULL &&
         g_strcmp0 (import_file_get (source, "Data Source", "Enabled"), "false") != 0;
}

/* ---- one account ----------------------------------------------------------------------------- */

static void
set (ImportDraft *draft, const char *key, const ImportFile *source, const char *section,
     const char *theirs)
{
  const ImportEntry *entry = import_file_find (source, section, theirs);

  if (entry != NULL && *entry->value != '\0')
    import_draft_set (draft, key, entry->value, source->path, entry);
}

static void
set_server (ImportDraft *draft, const char *key, const ImportFile *source)
{
  const char *method = import_file_get (source, "Security", "Method");
  const ImportEntry *host = import_file_find (source, LOGIN, "Host");
  ImportSecurity security = IMPORT_SECURITY_NONE;

  if (g_strcmp0 (method, "ssl-on-alternate-port") == 0)
    security = IMPORT_SECURITY_TLS;
  else if (g_strcmp0 (method, "starttls-on-standard-port") == 0)
    security = IMPORT_SECURITY_STARTTLS;
  if (host != NULL && *host->value != '\0')
    import_draft_set_server (
        draft, key, host->value,
        import_draft_take_port (draft, source->path, import_file_find (source, LOGIN, "Port")),
        security, source->path, host);
}

/* `Name <address>, address`. */
static void
read_aliases (ImportDraft *draft, const ImportFile *identity)
{
  const char *value = import_file_get (identity, IDENTITY, "Aliases");
  g_auto(GStrv) parts = g_strsplit (value != NULL ? value : "", ",", -1);

  for (gsize i = 0; parts[i] != NULL && import_draft_get (draft, "address") != NULL; i++)
    {
      char *start = strrchr (parts[i], '<');
      char *end = start != NULL ? strchr (start, '>') : NULL;

      if (end != NULL)
        *end = '\0';
      g_strstrip (parts[i]);
      if (profile_address_is_valid (end != NULL ? start + 1 : parts[i]))
        import_draft_add_alias (draft, end != NULL ? start + 1 : parts[i]);
    }
}

static void
read_login (const Registry *registry, ImportDraft *draft, const ImportFile *transport,
            const char *uid)
{
  static const char *const token_methods[] = { "OAuth2",  "OAUTHBEARER", "XOAUTH2", "Google",
                                               "Outlook", "Yahoo!",      NULL };
  static const struct {
    const char *theirs, *ours;
  } methods[] = {
    { "CRAM-MD5", "cram-md5" }, { "NTLM", "ntlm" },           { "GSSAPI", "gssapi" },
    { "SCRAM-SHA-1", "scram" }, { "SCRAM-SHA-256", "scram" },
  };
  const char *method = import_file_get (transport, LOGIN, "Method");
  gboolean is_token = method != NULL && g_strv_contains (token_methods, method);

  draft->secret = is_token ? SENDPATH_IMPORT_SECRET_TOKEN : SENDPATH_IMPORT_SECRET_ITEM;
  draft->secret_uid = is_token ? NULL : g_strdup (uid);
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_strcmp0 (method, methods[i].theirs) == 0)
      key_values_set (draft->values, "auth", methods[i].ours, NULL, NULL);
  if (is_token)
    key_values_set (draft->values, "auth", "xoauth2", NULL, NULL);
  else if (method == NULL || g_str_equal (method, "none"))
    {
      key_values_set (draft->values, "auth", "none", NULL, NULL);
      draft->secret = SENDPATH_IMPORT_SECRET_NONE;
    }
  else if (g_str_equal (method, "GSSAPI"))
    draft->secret = SENDPATH_IMPORT_SECRET_NONE;
  if (g_strcmp0 (import_file_get (transport, LOGIN, "User"), import_draft_get (draft, "address")) !=
      0)
    set (draft, "user", transport, LOGIN, "User");
  if (is_token && find_above (registry, transport, "GNOME Online Accounts") == NULL)
    import_draft_note (draft,
                       _("Evolution itself has the OAuth2 access to %s; sendpath needs its "
                          "own"),
                       import_draft_get (draft, "smtp"));
}

static void
read_identity (const Registry *registry, const char *uid, const ImportFile *identity)
{
  const char *transport_uid = import_file_get (identity, "Mail Submission", "TransportUid");
  const ImportFile *transport = find_source (registry, transport_uid);
  const ImportFile *account = find_mail_account (registry, uid);
  const char *backend = NULL;
  ImportDraft *draft;

  if (!is_enabled (identity) || (account != NULL && !is_enabled (account)))
    return;
  draft = import_draft_add (registry->reading, NULL);
  set (draft, "address", identity, IDENTITY, "Address");
  set (draft, "name", identity, IDENTITY, "Name");
  read_aliases (draft, identity);
  if (transport != NULL)
    backend = import_file_get (transport, "Mail Transport", "BackendName");
  if (g_strcmp0 (backend, "smtp") != 0)
    {
      if (backend != NULL)
        import_draft_lose (draft, transport->path,
                           import_file_find (transport, "Mail Transport", "BackendName"));
      return;
    }
  set_server (draft, "smtp", transport);
  read_login (registry, draft, transport, transport_uid);
  if (account == NULL ||
      g_strcmp0 (import_file_get (account, "Mail Account", "BackendName"), "pop") != 0)
    return;
  set_server (draft, "pop", account);
  if (g_strcmp0 (import_file_get (account, LOGIN, "User"),
                 import_file_get (transport, LOGIN, "User")) != 0)
    set (draft, "pop-user", account, LOGIN, "User");
}

/* ---- all of them ----------------------------------------------------------------------------- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
load_sources (Registry *registry, const char *path, GError **error)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *full = g_build_filename (path, name, NULL);
      g_autofree char *uid = NULL;
      g_autoptr(GError) local = NULL;
      ImportFile *source;

      if (!g_str_has_suffix (name, SUFFIX))
        continue;
      source = import_file_read_ini (full, TRUE, &local);
      if (source == NULL)
        {
          import_reading_note (registry->reading, "%s", local->message);
          continue;
        }
      import_reading_take_notes (registry->reading, source);
      uid = g_strndup (name, strlen (name) - strlen (SUFFIX));
      g_hash_table_insert (registry->sources, g_strdup (uid), source);
      g_ptr_array_add (registry->uids, g_steal_pointer (&uid));
    }
  g_ptr_array_sort (registry->uids, compare_names);
  return TRUE;
}

ImportReading *
import_evolution_read (const ImportPlaces *places, const char *path, GError **error)
{
  g_autofree char *config = g_build_filename (places->config, "evolution", "sources", NULL);
  g_autofree char *flatpak = g_build_filename (places->home, ".var", "app", "org.gnome.Evolution",
                                               "config", "evolution", "sources", NULL);
  const char *const usual[] = { config, flatpak, NULL };
  g_auto(Registry) registry = { NULL, NULL, NULL };

  if (path == NULL)
    path = import_find_path (usual, error);
  if (path == NULL)
    return NULL;
  registry.uids = g_ptr_array_new_with_free_func (g_free);
  registry.sources =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) import_file_free);
  registry.reading = import_reading_new ();
  if (!load_sources (&registry, path, error))
    return NULL;
  for (guint i = 0; i < registry.uids->len; i++)
    {
      const char *uid = registry.uids->pdata[i];
      const ImportFile *source = find_source (&registry, uid);

      if (has_section (source, IDENTITY) && import_file_get (source, IDENTITY, "Address") != NULL)
        read_identity (&registry, uid, source);
    }
  import_note_others (registry.reading, usual, path);
  return g_steal_pointer (&registry.reading);
}

char *
import_evolution_read_password (const char *uid, GError **error)
{
  g_autoptr(SendpathSecret) secret =
      secrets_lookup_item ("org.gnome.Evolution.Data.Source", "e-source-uid", uid, NULL, error);

  return secret != NULL ? g_strdup (sendpath_secret_peek (secret)) : NULL;
}
