/* Accounts of Thunderbird: profiles.ini leads to a profile, prefs.js has its accounts.
 *
 * prefs.js is a script by its looks; it is read as data and never run. Passwords are in
 * logins.json, which only Thunderbird can read. */
#include "config.h"

#include "profiles/import-readers.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "profiles/profile-value.h"

/* As Thunderbird numbers them. */
enum { SOCKET_STARTTLS_IF_OFFERED = 1, SOCKET_STARTTLS = 2, SOCKET_TLS = 3 };
enum {
  AUTH_NONE = 1,
  AUTH_CRAM_MD5 = 4,
  AUTH_GSSAPI = 5,
  AUTH_NTLM = 6,
  AUTH_EXTERNAL = 7,
  AUTH_OAUTH2 = 10
};

typedef struct {
  const ImportFile *prefs;
  ImportReading *reading;
  GHashTable *drafts; /* `ACCOUNT SMTP-SERVER` -> borrowed ImportDraft */
} Thunderbird;

/* ---- prefs.js -------------------------------------------------------------------------------- */

static const ImportEntry *
find (const Thunderbird *mail, const char *kind, const char *id, const char *name)
{
  g_autofree char *key = g_strdup_printf ("mail.%s.%s.%s", kind, id, name);

  return import_file_find (mail->prefs, NULL, key);
}

static const char *
get (const Thunderbird *mail, const char *kind, const char *id, const char *name)
{
  const ImportEntry *entry = find (mail, kind, id, name);

  return entry != NULL && *entry->value != '\0' ? entry->value : NULL;
}

static gint64
get_number (const Thunderbird *mail, const char *kind, const char *id, const char *name,
            gint64 fallback)
{
  const char *value = get (mail, kind, id, name);

  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : fallback;
}

/* The names in a list of ids; never NULL. */
static char **
split_ids (const char *value)
{
  g_autofree char *text = g_strdelimit (g_strdup (value != NULL ? value : ""), ",", ';');

  return profile_value_split (text);
}

static ImportSecurity
to_security (gint64 socket)
{
  switch (socket)
    {
    case SOCKET_TLS:
      return IMPORT_SECURITY_TLS;
    case SOCKET_STARTTLS_IF_OFFERED:
    case SOCKET_STARTTLS:
      return IMPORT_SECURITY_STARTTLS;
    default:
      return IMPORT_SECURITY_NONE;
    }
}

static void
set (const Thunderbird *mail, ImportDraft *draft, const char *key, const ImportEntry *entry)
{
  if (entry != NULL && *entry->value != '\0')
    import_draft_set (draft, key, entry->value, mail->prefs->path, entry);
}

/* ---- one account ----------------------------------------------------------------------------- */

static void
read_login (const Thunderbird *mail, ImportDraft *draft, const char *smtp)
{
  static const struct {
    int method;
    const char *auth;
  } methods[] = {
    { AUTH_NONE, "none" },
    { AUTH_CRAM_MD5, "cram-md5" }, /* what it calls an encrypted password is nothing else */
    { AUTH_GSSAPI, "gssapi" },
    { AUTH_NTLM, "ntlm" },
    { AUTH_OAUTH2, "xoauth2" },
  };
  gint64 method = get_number (mail, "smtpserver", smtp, "authMethod", 0);

  draft->secret = SENDPATH_IMPORT_SECRET_CLOSED;
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (methods[i].method == method)
      key_values_set (draft->values, "auth", methods[i].auth, NULL, NULL);
  if (method == AUTH_NONE || method == AUTH_GSSAPI)
    draft->secret = SENDPATH_IMPORT_SECRET_NONE;
  else if (method == AUTH_OAUTH2)
    draft->secret = SENDPATH_IMPORT_SECRET_TOKEN;
  else if (method == AUTH_EXTERNAL)
    import_draft_lose (draft, mail->prefs->path, find (mail, "smtpserver", smtp, "authMethod"));
  if (g_strcmp0 (get (mail, "smtpserver", smtp, "username"), import_draft_get (draft, "address")) !=
      0)
    set (mail, draft, "user", find (mail, "smtpserver", smtp, "username"));
}

static void
read_smtp (const Thunderbird *mail, ImportDraft *draft, const char *smtp)
{
  const ImportEntry *type = find (mail, "smtpserver", smtp, "type");
  const ImportEntry *host = find (mail, "smtpserver", smtp, "hostname");

  if (type != NULL && !g_str_equal (type->value, "smtp"))
    {
      import_draft_lose (draft, mail->prefs->path, type);
      return;
    }
  if (host == NULL || *host->value == '\0')
    return;
  import_draft_set_server (
      draft, "smtp", host->value,
      import_draft_take_port (draft, mail->prefs->path, find (mail, "smtpserver", smtp, "port")),
      to_security (get_number (mail, "smtpserver", smtp, "try_ssl", 0)), mail->prefs->path, host);
  read_login (mail, draft, smtp);
}

/* @server is where the account's mail comes from. Older ones have a name that was changed later in
 * `realhostname` and `realuserName`. */
static void
read_pop (const Thunderbird *mail, ImportDraft *draft, const char *server)
{
  const ImportEntry *host = find (mail, "server", server, "realhostname");
  const ImportEntry *user = find (mail, "server", server, "realuserName");
  const char *smtp_user = import_draft_get (draft, "user");

  if (g_strcmp0 (get (mail, "server", server, "type"), "pop3") != 0)
    return;
  if (host == NULL || *host->value == '\0')
    host = find (mail, "server", server, "hostname");
  if (user == NULL || *user->value == '\0')
    user = find (mail, "server", server, "userName");
  if (host == NULL || *host->value == '\0')
    return;
  import_draft_set_server (
      draft, "pop", host->value,
      import_draft_take_port (draft, mail->prefs->path, find (mail, "server", server, "port")),
      to_security (get_number (mail, "server", server, "socketType", 0)), mail->prefs->path, host);
  if (smtp_user == NULL)
    smtp_user = import_draft_get (draft, "address");
  if (user != NULL && g_strcmp0 (user->value, smtp_user) != 0)
    set (mail, draft, "pop-user", user);
}

/* An identity is an account; one that leaves by the same server as another of the same account is
 * that one's alias. */
static void
read_identity (const Thunderbird *mail, const char *account, const char *identity)
{
  const char *smtp = get (mail, "identity", identity, "smtpServer");
  const char *server = get (mail, "account", account, "server");
  const ImportEntry *address = find (mail, "identity", identity, "useremail");
  g_autofree char *key = NULL;
  ImportDraft *draft;

  if (address == NULL || *address->value == '\0')
    return;
  if (smtp == NULL)
    smtp = import_file_get (mail->prefs, NULL, "mail.smtp.defaultserver");
  key = g_strdup_printf ("%s %s", account, smtp != NULL ? smtp : "");
  draft = g_hash_table_lookup (mail->drafts, key);
  if (draft != NULL && import_draft_get (draft, "address") != NULL)
    {
      import_draft_add_alias (draft, address->value);
      return;
    }
  draft = import_draft_add (mail->reading, NULL);
  g_hash_table_insert (mail->drafts, g_steal_pointer (&key), draft);
  set (mail, draft, "address", address);
  set (mail, draft, "name", find (mail, "identity", identity, "fullName"));
  if (smtp != NULL)
    read_smtp (mail, draft, smtp);
  if (server != NULL && import_draft_get (draft, "smtp") != NULL)
    read_pop (mail, draft, server);
  draft->is_default =
      g_strcmp0 (import_file_get (mail->prefs, NULL, "mail.accountmanager.defaultaccount"),
                 account) == 0;
}

static ImportReading *
read_prefs (const char *path, GError **error)
{
  g_autoptr(ImportFile) prefs = import_file_read_prefs (path, error);
  g_autoptr(GHashTable) drafts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Thunderbird mail = { prefs, NULL, drafts };
  g_auto(GStrv) accounts = NULL;

  if (prefs == NULL)
    return NULL;
  mail.reading = import_reading_new ();
  accounts = split_ids (import_file_get (prefs, NULL, "mail.accountmanager.accounts"));
  for (gsize i = 0; accounts[i] != NULL; i++)
    {
      g_auto(GStrv) identities = split_ids (get (&mail, "account", accounts[i], "identities"));

      for (gsize j = 0; identities[j] != NULL; j++)
        read_identity (&mail, accounts[i], identities[j]);
    }
  import_reading_take_notes (mail.reading, prefs);
  return mail.reading;
}

/* ---- which profile --------------------------------------------------------------------------- */

/* What `Path` of @section says, as a path. */
static char *
dup_profile_path (const ImportFile *ini, const char *section)
{
  const char *path = import_file_get (ini, section, "Path");
  g_autofree char *folder = g_path_get_dirname (ini->path);

  if (path == NULL)
    return NULL;
  if (g_strcmp0 (import_file_get (ini, section, "IsRelative"), "0") == 0)
    return g_strdup (path);
  return g_build_filename (folder, path, NULL);
}

/* The profile that an installation has locked for itself, else the one that says so, else the
 * first. */
static char *
dup_default_profile (const ImportFile *ini)
{
  g_autofree char *folder = g_path_get_dirname (ini->path);
  g_auto(GStrv) sections = import_file_dup_sections (ini);
  g_autofree char *chosen = NULL;
  gboolean is_said = FALSE;

  for (gsize i = 0; sections[i] != NULL; i++)
    {
      const char *path = import_file_get (ini, sections[i], "Default");

      if (g_str_has_prefix (sections[i], "Install") && path != NULL)
        return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (folder, path, NULL);
    }
  for (gsize i = 0; sections[i] != NULL && !is_said; i++)
    if (g_str_has_prefix (sections[i], "Profile"))
      {
        is_said = g_strcmp0 (import_file_get (ini, sections[i], "Default"), "1") == 0;
        if (!is_said && chosen != NULL)
          continue;
        g_free (chosen);
        chosen = dup_profile_path (ini, sections[i]);
      }
  return g_steal_pointer (&chosen);
}

/* Where @path, a prefs.js, a profile, or a folder of profiles, has the preferences. */
static char *
dup_prefs_path (const char *path, GError **error)
{
  g_autofree char *ini_path = g_build_filename (path, "profiles.ini", NULL);
  g_autofree char *prefs = g_build_filename (path, "prefs.js", NULL);
  g_autofree char *profile = NULL;
  g_autoptr(ImportFile) ini = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strdup (path);
  if (g_file_test (prefs, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&prefs);
  ini = import_file_read_ini (ini_path, FALSE, error);
  if (ini == NULL)
    return NULL;
  profile = dup_default_profile (ini);
  if (profile != NULL)
    return g_build_filename (profile, "prefs.js", NULL);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("%s: no profile is named there"),
               ini_path);
  return NULL;
}

ImportReading *
import_thunderbird_read (const ImportPlaces *places, const char *path, GError **error)
{
  g_autofree char *home = g_build_filename (places->home, ".thunderbird", NULL);
  g_autofree char *snap =
      g_build_filename (places->home, "snap", "thunderbird", "common", ".thunderbird", NULL);
  g_autofree char *flatpak = g_build_filename (places->home, ".var", "app",
                                               "org.mozilla.Thunderbird", ".thunderbird", NULL);
  const char *const usual[] = { home, snap, flatpak, NULL };
  g_autofree char *prefs = NULL;
  ImportReading *reading = NULL;

  if (path == NULL)
    path = import_find_path (usual, error);
  if (path != NULL)
    prefs = dup_prefs_path (path, error);
  if (prefs != NULL)
    reading = read_prefs (prefs, error);
  if (reading != NULL)
    import_note_others (reading, usual, path);
  return reading;
}
