/* Accounts of Claws Mail: accountrc. Its passwords are in a file that only Claws Mail can read. */
#include "config.h"

#include "profiles/import-readers.h"

#include <glib/gi18n-lib.h>

/* As Claws Mail numbers them. */
enum { PROTOCOL_POP3 = 0 };
enum { SSL_NONE = 0, SSL_TUNNEL = 1, SSL_STARTTLS = 2 };
enum { AUTH_CRAM_MD5 = 2, AUTH_OAUTH2 = 32 };

typedef struct {
  const ImportFile *file;
  const char *section;
  ImportDraft *draft;
} Account;

static const char *
get (const Account *account, const char *key)
{
  return import_file_get (account->file, account->section, key);
}

/* A key that is not there says 0. */
static gint64
get_number (const Account *account, const char *key)
{
  const char *value = get (account, key);

  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : 0;
}

static void
set (const Account *account, const char *ours, const char *theirs)
{
  const ImportEntry *entry = import_file_find (account->file, account->section, theirs);

  if (entry != NULL && *entry->value != '\0')
    import_draft_set (account->draft, ours, entry->value, account->file->path, entry);
}

static ImportSecurity
get_security (const Account *account, const char *key)
{
  switch (get_number (account, key))
    {
    case SSL_TUNNEL:
      return IMPORT_SECURITY_TLS;
    case SSL_STARTTLS:
      return IMPORT_SECURITY_STARTTLS;
    default:
      return IMPORT_SECURITY_NONE;
    }
}

/* @set_port: the key that says whether @port counts. */
static void
set_server (const Account *account, const char *ours, const char *theirs, const char *set_port,
            const char *port, const char *ssl)
{
  const ImportEntry *entry = import_file_find (account->file, account->section, theirs);
  const ImportEntry *number = get_number (account, set_port) == 1
                                  ? import_file_find (account->file, account->section, port)
                                  : NULL;

  if (entry != NULL && *entry->value != '\0')
    import_draft_set_server (account->draft, ours, entry->value,
                             import_draft_take_port (account->draft, account->file->path, number),
                             get_security (account, ssl), account->file->path, entry);
}

static void
read_pop (const Account *account)
{
  if (get_number (account, "protocol") != PROTOCOL_POP3)
    return;
  set_server (account, "pop", "receive_server", "set_popport", "pop_port", "ssl_pop");
  if (get (account, "smtp_user_id") != NULL &&
      g_strcmp0 (get (account, "user_id"), get (account, "smtp_user_id")) != 0)
    set (account, "pop-user", "user_id");
  if (get_number (account, "pop_before_smtp") == 1)
    key_values_set (account->draft->values, "pop-login", "always", NULL, NULL);
}

static void
read_login (const Account *account)
{
  account->draft->secret = SENDPATH_IMPORT_SECRET_CLOSED;
  if (get_number (account, "use_smtp_auth") != 1)
    {
      key_values_set (account->draft->values, "auth", "none", NULL, NULL);
      account->draft->secret = SENDPATH_IMPORT_SECRET_NONE;
    }
  else if (get_number (account, "smtp_auth_method") == AUTH_OAUTH2)
    {
      key_values_set (account->draft->values, "auth", "xoauth2", NULL, NULL);
      account->draft->secret = SENDPATH_IMPORT_SECRET_TOKEN;
    }
  else if (get_number (account, "smtp_auth_method") == AUTH_CRAM_MD5)
    key_values_set (account->draft->values, "auth", "cram-md5", NULL, NULL);
  set (account, "user", get (account, "smtp_user_id") != NULL ? "smtp_user_id" : "user_id");
}

static void
lose (const Account *account, const char *key)
{
  const ImportEntry *entry = import_file_find (account->file, account->section, key);

  if (entry != NULL)
    import_draft_lose (account->draft, account->file->path, entry);
}

static void
read_account (const Account *account)
{
  account->draft->is_default = get_number (account, "is_default") == 1;
  set (account, "address", "address");
  set (account, "name", "name");
  if (get_number (account, "use_mail_command") == 1)
    {
      lose (account, "mail_command"); /* it is not Claws Mail that sends */
      return;
    }
  set_server (account, "smtp", "smtp_server", "set_smtpport", "smtp_port", "ssl_smtp");
  read_pop (account);
  read_login (account);
  if (get_number (account, "set_domain") == 1)
    set (account, "ehlo", "domain");
  if (get_number (account, "use_proxy") == 1 && get_number (account, "use_proxy_for_send") == 1)
    lose (account, "use_proxy_for_send");
  if (get (account, "out_ssl_client_cert_file") != NULL)
    lose (account, "out_ssl_client_cert_file");
}

ImportReading *
import_claws_read (const ImportPlaces *places, const char *path, GError **error)
{
  g_autofree char *home = g_build_filename (places->home, ".claws-mail", "accountrc", NULL);
  const char *const usual[] = { home, NULL };
  g_autoptr(ImportFile) file = NULL;
  ImportReading *reading;
  g_auto(GStrv) sections = NULL;

  if (path == NULL)
    path = import_find_path (usual, error);
  if (path != NULL)
    file = import_file_read_ini (path, FALSE, error);
  if (file == NULL)
    return NULL;
  reading = import_reading_new ();
  sections = import_file_dup_sections (file);
  for (gsize i = 0; sections[i] != NULL; i++)
    if (g_str_has_prefix (sections[i], "Account: "))
      {
        Account account = { file, sections[i], NULL };

        account.draft = import_draft_add (reading, get (&account, "account_name"));
        read_account (&account);
      }
  import_reading_take_notes (reading, file);
  return reading;
}
