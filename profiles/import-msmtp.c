/* Accounts of msmtp: .msmtprc.
 *
 * Runs no command that stands there (`eval`, `passwordeval`), and keeps no password. */
#include "config.h"

#include "profiles/import-readers.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "profiles/profile-address.h"

/* Settings of one account, command by command: the entries are the file's. */
typedef struct {
  char *name;
  GHashTable *settings;
  gboolean is_default;
} Section;

typedef struct {
  const ImportPlaces *places;
  ImportFile *file;
  ImportReading *reading;
  GHashTable *defaults;
  GPtrArray *sections; /* of Section */
} Msmtp;

static void
section_free (Section *section)
{
  g_free (section->name);
  g_hash_table_unref (section->settings);
  g_free (section);
}

static void
msmtp_clear (Msmtp *msmtp)
{
  g_clear_pointer (&msmtp->file, import_file_free);
  g_clear_pointer (&msmtp->reading, import_reading_free);
  g_clear_pointer (&msmtp->defaults, g_hash_table_unref);
  g_clear_pointer (&msmtp->sections, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Msmtp, msmtp_clear)

/* What is neither taken over nor passed over in silence has no row: that is a loss. */
static const char *const taken[] = {
  "host", "port", "auth", "user", "password", "passwordeval", "tls", "tls_starttls", "from",
  "from_full_name", "domain", "dsn_notify", "set_from_header", "tls_fingerprint", "tls_certcheck",
  "tls_nostarttls", "tls_nocertcheck", "tls_trust_file", NULL,
};

/* What is our own business, or says what we do anyway. */
static const char *const needless[] = {
  "timeout", "connect_timeout", "protocol", "keepbcc", "remove_bcc_headers", "logfile",
  "logfile_time_format", "syslog", "dsn_return", "allow_from_override", "set_date_header",
  "set_msgid_header", "add_missing_from_header", "add_missing_date_header", "tls_priorities",
  "tls_min_dh_prime_bits", "tls_crl_file", "ntlmdomain", "proxy_port", NULL,
};

/* ---- the file -------------------------------------------------------------------------------- */

static Section *
find_section (const Msmtp *msmtp, const char *name)
{
  for (guint i = msmtp->sections->len; i > 0; i--)
    {
      Section *section = msmtp->sections->pdata[i - 1];

      if (g_str_equal (section->name, name))
        return section;
    }
  return NULL;
}

static void
copy_settings (GHashTable *to, GHashTable *from)
{
  GHashTableIter iter;
  gpointer key, entry;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &key, &entry))
    g_hash_table_insert (to, key, entry);
}

/* `account NAME [: BASE[,BASE]]`. `account default : NAME`, and nothing more, is what people write
 * to say which one is the default. */
static Section *
begin_section (Msmtp *msmtp, const ImportEntry *entry)
{
  g_auto(GStrv) parts = g_strsplit (entry->value, ":", 2);
  g_auto(GStrv) bases = g_strsplit (parts[0] != NULL && parts[1] != NULL ? parts[1] : "", ",", -1);
  Section *section = g_new0 (Section, 1);

  section->name = g_strstrip (g_strdup (parts[0] != NULL ? parts[0] : ""));
  section->settings = g_hash_table_new (g_str_hash, g_str_equal);
  copy_settings (section->settings, msmtp->defaults);
  for (gsize i = 0; bases[i] != NULL; i++)
    {
      Section *base = find_section (msmtp, g_strstrip (bases[i]));

      if (base != NULL)
        copy_settings (section->settings, base->settings);
      else
        import_reading_note (msmtp->reading, _("%s:%u: bad value of \"%s\"; it is left out"),
                             msmtp->file->path, entry->number, entry->key);
    }
  g_ptr_array_add (msmtp->sections, section);
  return section;
}

/* The account that @section only gives another name to, or NULL. */
static Section *
find_alias_target (const Msmtp *msmtp, const ImportEntry *entry)
{
  g_auto(GStrv) parts = g_strsplit (entry->value, ":", 2);

  if (parts[0] == NULL || parts[1] == NULL || !g_str_equal (g_strstrip (parts[0]), "default"))
    return NULL;
  return find_section (msmtp, g_strstrip (parts[1]));
}

static gboolean
is_account (const ImportEntry *entry)
{
  return g_str_equal (entry->key, "account") || g_str_equal (entry->key, "defaults");
}

static void
read_entries (Msmtp *msmtp)
{
  GPtrArray *entries = msmtp->file->entries;
  GHashTable *settings = msmtp->defaults;

  for (guint i = 0; i < entries->len; i++)
    {
      const ImportEntry *entry = entries->pdata[i];
      gboolean is_last = i + 1 == entries->len || is_account (entries->pdata[i + 1]);
      Section *target =
          g_str_equal (entry->key, "account") && is_last ? find_alias_target (msmtp, entry) : NULL;

      if (target != NULL)
        target->is_default = TRUE;
      else if (g_str_equal (entry->key, "account"))
        settings = begin_section (msmtp, entry)->settings;
      else if (g_str_equal (entry->key, "defaults"))
        settings = msmtp->defaults;
      else
        g_hash_table_insert (settings, entry->key, (gpointer) entry);
    }
}

/* ---- one account ----------------------------------------------------------------------------- */

typedef struct {
  const Msmtp *msmtp;
  const Section *section;
  ImportDraft *draft;
} Account;

static const ImportEntry *
find (const Account *account, const char *command)
{
  return g_hash_table_lookup (account->section->settings, command);
}

static const char *
get (const Account *account, const char *command)
{
  const ImportEntry *entry = find (account, command);

  return entry != NULL && *entry->value != '\0' ? entry->value : NULL;
}

/* A command without its argument says `on`. */
static gboolean
is_on (const Account *account, const char *command, gboolean fallback)
{
  const ImportEntry *entry = find (account, command);

  return entry != NULL ? *entry->value == '\0' || g_str_equal (entry->value, "on") : fallback;
}

static gboolean
set (const Account *account, const char *key, const char *value, const ImportEntry *entry)
{
  return import_draft_set (account->draft, key, value, account->msmtp->file->path, entry);
}

static void
read_server (const Account *account)
{
  const char *path = account->msmtp->file->path;
  guint port = import_draft_take_port (account->draft, path, find (account, "port"));
  ImportSecurity security = IMPORT_SECURITY_NONE;

  if (is_on (account, "tls", FALSE))
    security = is_on (account, "tls_starttls", find (account, "tls_nostarttls") == NULL)
                   ? IMPORT_SECURITY_STARTTLS
                   : IMPORT_SECURITY_TLS;
  if (get (account, "host") != NULL)
    import_draft_set_server (account->draft, "smtp", get (account, "host"), port, security, path,
                             find (account, "host"));
}

/* `from` may be a pattern, and may name the user of this machine. */
static void
read_address (const Account *account)
{
  const ImportEntry *from = find (account, "from");
  const char *user = get (account, "user");
  g_autofree char *address = NULL;

  if (get (account, "from") != NULL)
    {
      g_auto(GStrv) parts = g_strsplit (from->value, "%U", -1);

      address = g_strjoinv (account->msmtp->places->user_name, parts);
    }
  if (address != NULL && profile_address_is_wildcard (address))
    set (account, "aliases", address, from);
  else if (address != NULL && set (account, "address", address, from))
    return;
  if (user != NULL && profile_address_is_valid (user))
    set (account, "address", user, find (account, "user"));
}

static void
read_auth (const Account *account)
{
  static const struct {
    const char *theirs, *ours;
  } methods[] = {
    { "plain", "plain" },       { "login", "login" },
    { "scram-sha-1", "scram" }, { "scram-sha-256", "scram" },
    { "cram-md5", "cram-md5" }, { "gssapi", "gssapi" },
    { "ntlm", "ntlm" },         { "oauthbearer", "oauthbearer" },
    { "xoauth2", "xoauth2" },
  };
  const ImportEntry *entry = find (account, "auth");

  if (entry == NULL || g_str_equal (entry->value, "off"))
    key_values_set (account->draft->values, "auth", "none", NULL, NULL);
  else if (!is_on (account, "auth", FALSE))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
        if (g_str_equal (entry->value, methods[i].theirs))
          {
            set (account, "auth", methods[i].ours, entry);
            return;
          }
      import_draft_lose (account->draft, account->msmtp->file->path, entry);
    }
}

static void
read_tls_trust (const Account *account)
{
  const ImportEntry *trust = find (account, "tls_trust_file");
  const ImportEntry *unchecked = is_on (account, "tls_certcheck", TRUE)
                                     ? find (account, "tls_nocertcheck")
                                     : find (account, "tls_certcheck");
  const char *path = account->msmtp->file->path;

  if (get (account, "tls_fingerprint") != NULL)
    import_draft_note (
        account->draft,
        _("%s:%u: a fingerprint of the certificate is not taken over, since tls-pin "
           "is that of the public key"),
        path, find (account, "tls_fingerprint")->number);
  if (is_on (account, "tls", FALSE) && unchecked != NULL)
    import_draft_note (account->draft,
                       _("%s:%u: the server's certificate was not checked there; here it is"),
                       path, unchecked->number);
  /* the system's authorities are ours too, by whichever name of that file */
  if (trust != NULL && !g_str_has_suffix (trust->value, "/ca-certificates.crt") &&
      !g_str_equal (trust->value, "system"))
    import_draft_lose (account->draft, path, trust);
}

static void
read_habits (const Account *account)
{
  const ImportEntry *dsn = find (account, "dsn_notify");
  const ImportEntry *domain = find (account, "domain");
  const ImportEntry *header = find (account, "set_from_header");

  if (dsn != NULL && !g_str_equal (dsn->value, "off"))
    {
      g_autofree char *value = g_strdelimit (g_strdup (dsn->value), ",", ';');

      set (account, "dsn", g_str_equal (value, "never") ? "none" : value, dsn);
    }
  /* msmtp's own default, and what anybody calls himself, says nothing */
  if (domain != NULL && !g_str_equal (domain->value, "localhost") && *domain->value != '\0')
    set (account, "ehlo", domain->value, domain);
  if (header != NULL && g_str_equal (header->value, "on") &&
      import_draft_get (account->draft, "address") != NULL)
    {
      set (account, "sender", import_draft_get (account->draft, "address"), header);
      set (account, "rewrite-from", "yes", header);
    }
}

/* ---- the password ---------------------------------------------------------------------------- */

/* TRUE if @command may mean something to a shell that it does not mean without one. */
static gboolean
needs_shell (const char *command, char **argv)
{
  return strpbrk (command, "|&;<>()$`*?[]{}#~!\\\n") != NULL || strchr (argv[0], '=') != NULL;
}

/* TRUE if @command prints what stands in it, or lets a shell do so. */
static gboolean
is_printer (const char *command)
{
  static const char *const wrappers[] = { "exec", "command", "builtin", "eval", "env", NULL };
  static const char *const printers[] = { "echo", "printf", NULL };
  static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", NULL };
  g_auto(GStrv) argv = NULL;
  g_autofree char *program = NULL;
  char **word;

  if (!g_shell_parse_argv (command, NULL, &argv, NULL))
    return FALSE;
  word = argv;
  while (word[1] != NULL && (strchr (*word, '=') != NULL || g_strv_contains (wrappers, *word)))
    word++;
  program = g_path_get_basename (*word);
  if (g_strv_contains (printers, program))
    return TRUE;
  for (gboolean is_shell = g_strv_contains (shells, program); is_shell && *word != NULL; word++)
    if (strlen (*word) < strlen (command) && is_printer (*word))
      return TRUE;
  return FALSE;
}

static void
read_command (const Account *account, const char *key, const ImportEntry *entry)
{
  const char *path = account->msmtp->file->path;
  g_auto(GStrv) argv = NULL;
  g_autofree char *quoted = NULL;
  g_autofree char *line = NULL;

  if (!g_shell_parse_argv (entry->value, NULL, &argv, NULL))
    {
      import_draft_note (account->draft, _("%s:%u: bad value of \"%s\"; it is left out"), path,
                         entry->number, entry->key);
      return;
    }
  if (is_printer (entry->value) || strstr (entry->value, "<<<") != NULL)
    {
      import_draft_note (account->draft,
                         _("%s:%u: the command has the password in it and is left out"), path,
                         entry->number);
      return;
    }
  quoted = g_shell_quote (entry->value);
  line = needs_shell (entry->value, argv) ? g_strconcat ("sh -c ", quoted, NULL)
                                          : g_strdup (entry->value);
  if (!set (account, key, line, entry))
    return;
  account->draft->secret = SENDPATH_IMPORT_SECRET_COMMAND;
  if (!g_str_equal (line, entry->value))
    import_draft_note (account->draft,
                       _("%s:%u: this command needs a shell and goes to \"sh -c\""), path,
                       entry->number);
}

/* TRUE if ~/.netrc names @host; what else it says is not looked at. */
static gboolean
is_in_netrc (const Account *account, const char *netrc)
{
  g_autoptr(ImportFile) file = import_file_read_commands (netrc, NULL);
  const char *host = get (account, "host");

  for (guint i = 0; file != NULL && host != NULL && i < file->entries->len; i++)
    {
      const ImportEntry *entry = file->entries->pdata[i];

      if (g_str_equal (entry->key, "machine") && g_str_has_prefix (entry->value, host) &&
          (entry->value[strlen (host)] == '\0' || g_ascii_isspace (entry->value[strlen (host)])))
        return TRUE;
    }
  return FALSE;
}

static void
read_secret (const Account *account)
{
  g_autofree char *netrc = g_build_filename (account->msmtp->places->home, ".netrc", NULL);
  const char *auth = import_draft_get (account->draft, "auth");
  gboolean is_token = g_strcmp0 (auth, "xoauth2") == 0 || g_strcmp0 (auth, "oauthbearer") == 0;
  const ImportEntry *password = find (account, "password");

  account->draft->secret = SENDPATH_IMPORT_SECRET_KEYRING;
  if (g_strcmp0 (auth, "none") == 0 || g_strcmp0 (auth, "gssapi") == 0)
    account->draft->secret = SENDPATH_IMPORT_SECRET_NONE;
  else if (get (account, "password") != NULL && !is_token)
    {
      account->draft->secret = SENDPATH_IMPORT_SECRET_FILE;
      account->draft->secret_path = g_strdup (account->msmtp->file->path);
      account->draft->secret_line = password->number;
    }
  else if (get (account, "passwordeval") != NULL)
    read_command (account, is_token ? "token-command" : "secret-command",
                  find (account, "passwordeval"));
  else if (is_token)
    account->draft->secret = SENDPATH_IMPORT_SECRET_TOKEN;
  else if (is_in_netrc (account, netrc))
    {
      account->draft->secret = SENDPATH_IMPORT_SECRET_CLOSED;
      import_draft_note (account->draft,
                         _("%s has a password for %s, which sendpath does not read"), netrc,
                         get (account, "host"));
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const ImportEntry *const *one = a;
  const ImportEntry *const *other = b;

  return (int) (*one)->number - (int) (*other)->number;
}

static void
note_losses (const Account *account)
{
  g_autoptr(GPtrArray) lost = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer command, entry;

  g_hash_table_iter_init (&iter, account->section->settings);
  while (g_hash_table_iter_next (&iter, &command, &entry))
    {
      const char *value = ((ImportEntry *) entry)->value;

      if (!g_strv_contains (taken, command) && !g_strv_contains (needless, command) &&
          *value != '\0' && !g_str_equal (value, "off"))
        g_ptr_array_add (lost, entry);
    }
  g_ptr_array_sort (lost, compare_lines);
  for (guint i = 0; i < lost->len; i++)
    import_draft_lose (account->draft, account->msmtp->file->path, lost->pdata[i]);
}

static void
read_section (const Msmtp *msmtp, const Section *section)
{
  Account account = { msmtp, section, import_draft_add (msmtp->reading, section->name) };
  const ImportEntry *user = find (&account, "user");

  account.draft->is_default = section->is_default || g_str_equal (section->name, "default");
  if (g_strcmp0 (get (&account, "protocol"), "lmtp") == 0)
    {
      import_draft_lose (account.draft, msmtp->file->path, find (&account, "protocol"));
      return;
    }
  read_address (&account);
  if (get (&account, "from_full_name") != NULL)
    set (&account, "name", get (&account, "from_full_name"), find (&account, "from_full_name"));
  read_server (&account);
  read_auth (&account);
  if (get (&account, "user") != NULL &&
      g_strcmp0 (user->value, import_draft_get (account.draft, "address")) != 0)
    set (&account, "user", user->value, user);
  read_tls_trust (&account);
  read_habits (&account);
  read_secret (&account);
  note_losses (&account);
}

ImportReading *
import_msmtp_read (const ImportPlaces *places, const char *path, GError **error)
{
  g_autofree char *home = g_build_filename (places->home, ".msmtprc", NULL);
  g_autofree char *config = g_build_filename (places->config, "msmtp", "config", NULL);
  g_autofree char *system = g_build_filename (places->system, "msmtprc", NULL);
  const char *const usual[] = { home, config, system, NULL };
  g_auto(Msmtp) msmtp = { .places = places };

  if (path == NULL)
    path = import_find_path (usual, error);
  if (path != NULL)
    msmtp.file = import_file_read_commands (path, error);
  if (msmtp.file == NULL)
    return NULL;
  msmtp.reading = import_reading_new ();
  msmtp.defaults = g_hash_table_new (g_str_hash, g_str_equal);
  msmtp.sections = g_ptr_array_new_with_free_func ((GDestroyNotify) section_free);
  read_entries (&msmtp);
  for (guint i = 0; i < msmtp.sections->len; i++)
    read_section (&msmtp, msmtp.sections->pdata[i]);
  import_reading_take_notes (msmtp.reading, msmtp.file);
  import_note_others (msmtp.reading, usual, path);
  return g_steal_pointer (&msmtp.reading);
}

char *
import_msmtp_read_password (const char *path, guint line, GError **error)
{
  g_autoptr(ImportFile) file = import_file_read_commands (path, error);

  for (guint i = 0; file != NULL && i < file->entries->len; i++)
    {
      const ImportEntry *entry = file->entries->pdata[i];

      if (entry->number == line && g_str_equal (entry->key, "password") && *entry->value != '\0')
        return g_strdup (entry->value);
    }
  if (file != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 _("%s:%u: there is no password any more"), path, line);
  return NULL;
}
