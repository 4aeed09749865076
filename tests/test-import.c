/* Accounts of other programs: files in their own formats, and what they become here. What is in
 * imports/ was written by the programs themselves (msmtp's is its manual's), with other names. */
#include "config.h"

#include <glib/gstdio.h>

#include "profiles/import-readers.h"
#include "profiles/import.h"

static GPtrArray *
read_file (const char *program, const char *path, SendpathProfileStore *profiles)
{
  const ImportPlaces places = { "/nonexistent", "/nonexistent", "/nonexistent", "terri" };
  g_autoptr(GError) error = NULL;
  GPtrArray *found = import_read_from (&places, program, path, profiles, &error);

  g_assert_no_error (error);
  return found;
}

static GPtrArray *
read_shipped (const char *program, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "imports", name, NULL);

  return read_file (program, path, NULL);
}

/* A configuration of msmtp's with these lines. */
static GPtrArray *
read_msmtp (const char *text, SendpathProfileStore *profiles)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "msmtprc", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return read_file ("msmtp", path, profiles);
}

/* The one whose account has that name. */
static const SendpathImported *
find (GPtrArray *found, const char *id)
{
  for (guint i = 0; i < found->len; i++)
    {
      SendpathAccount *account = sendpath_imported_get_account (found->pdata[i]);

      if (account != NULL && g_str_equal (sendpath_account_get_id (account), id))
        return found->pdata[i];
    }
  g_error ("no account %s", id);
}

static void
assert_section (GPtrArray *found, const char *id, SendpathImportSecret secret, const char *lines)
{
  const SendpathImported *imported = find (found, id);
  g_autofree char *text = sendpath_imported_to_text (imported);
  g_autofree char *expected = g_strdup_printf ("[account %s]\n%s", id, lines);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (sendpath_imported_get_secret (imported), ==, secret);
}

/* Each of @words is in a note of its own, in that order, and there are no other notes. */
static void
assert_notes (const SendpathImported *imported, const char *const *words)
{
  const char *const *notes = sendpath_imported_get_notes (imported);

  for (gsize i = 0; words[i] != NULL || notes[i] != NULL; i++)
    {
      g_test_message ("%s", notes[i] != NULL ? notes[i] : "(no note)");
      g_assert_nonnull (notes[i]);
      g_assert_nonnull (words[i]);
      g_assert_nonnull (strstr (notes[i], words[i]));
    }
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define NO_WORDS   ((const char *const[]) { NULL })

static const SendpathImported *
get_last (GPtrArray *found)
{
  return found->pdata[found->len - 1];
}

/* ---- msmtp ----------------------------------------------------------------------------------- */

static void
test_msmtp_accounts (void)
{
  g_autoptr(GPtrArray) found = read_shipped ("msmtp", "msmtp/msmtprc");

  assert_section (found, "freemail", SENDPATH_IMPORT_SECRET_KEYRING,
                  "address = terri.chudzik@example.net\n"
                  "smtp = smtp.example.net:587\n"
                  "security = starttls\n"
                  "user = terri.chudzik\n");
  assert_section (found, "freemail2", SENDPATH_IMPORT_SECRET_KEYRING,
                  "address = terri@example.net\n"
                  "smtp = smtp.example.net:587\n"
                  "security = starttls\n"
                  "user = terri.chudzik\n");
  assert_section (found, "provider", SENDPATH_IMPORT_SECRET_COMMAND,
                  "address = terri@proseware.com\n"
                  "default = yes\n"
                  "smtp = mail.proseware.com:465\n"
                  "security = tls\n"
                  "auth = plain\n"
                  "sender = terri@proseware.com\n"
                  "rewrite-from = yes\n"
                  "dsn = failure;delay\n"
                  "secret-command = pass show mail/proseware\n"
                  "ehlo = proseware.com\n");
  assert_notes (find (found, "provider"), NO_WORDS);
}

static void
test_msmtp_losses_are_said (void)
{
  g_autoptr(GPtrArray) found = read_shipped ("msmtp", "msmtp/msmtprc");

  assert_section (found, "office", SENDPATH_IMPORT_SECRET_FILE,
                  "address = tchudzik@thephone-company.com\n"
                  "aliases = *@thephone-company.com\n"
                  "smtp = mail.thephone-company.com:587\n"
                  "security = starttls\n"
                  "auth = login\n");
  assert_notes (find (found, "office"),
                WORDS ("msmtprc:37: ", "msmtprc:38: ", "msmtprc:39: \"proxy_host\"",
                       "msmtprc:41: \"colour\""));
  assert_notes (get_last (found), WORDS ("msmtprc:65: bad value of \"port\"", "\"unfinished\""));
  g_assert_null (sendpath_imported_get_account (get_last (found)));
}

/* no connection without encryption, no login over one, is ever taken over. */
static void
test_encryption_is_never_taken_away (void)
{
  static const char *const files[][2] = { { "msmtp", "msmtp/msmtprc" },
                                          { "thunderbird", "thunderbird" },
                                          { "claws", "claws/accountrc" },
                                          { "evolution", "evolution" } };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr(GPtrArray) found = read_shipped (files[i][0], files[i][1]);
      guint n_said = 0;

      for (guint j = 0; j < found->len; j++)
        {
          SendpathAccount *account = sendpath_imported_get_account (found->pdata[j]);
          g_autofree char *notes =
              g_strjoinv ("\n", (char **) sendpath_imported_get_notes (found->pdata[j]));

          n_said += strstr (notes, "without encryption") != NULL;
          if (account == NULL)
            continue;
          g_assert_cmpstr (sendpath_account_get (account, "security"), !=, "none");
          g_assert_cmpstr (sendpath_account_get (account, "pop-security"), !=, "none");
          g_assert_false (sendpath_account_get_boolean (account, "allow-cleartext-login"));
        }
      g_assert_cmpuint (n_said, ==, 1);
    }
}

/* the password stays where it is until somebody asks for exactly that. */
static void
test_password_is_not_kept (void)
{
  g_autoptr(GPtrArray) found = read_shipped ("msmtp", "msmtp/msmtprc");
  const SendpathImported *office = find (found, "office");
  g_autoptr(GError) error = NULL;
  g_autofree char *password = NULL;

  for (guint i = 0; i < found->len; i++)
    {
      g_autofree char *notes =
          g_strjoinv ("\n", (char **) sendpath_imported_get_notes (found->pdata[i]));
      g_autofree char *text = sendpath_imported_get_account (found->pdata[i]) != NULL
                                  ? sendpath_imported_to_text (found->pdata[i])
                                  : g_strdup ("");

      g_assert_null (strstr (notes, "water"));
      g_assert_null (strstr (text, "water"));
    }
  g_assert_true (g_str_has_suffix (sendpath_imported_get_secret_place (office), "msmtprc:36"));
  password = sendpath_imported_read_password (office, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (password, ==, "tram water 7");
}

static void
test_password_that_is_gone (void)
{
  static const char text[] = "account home\nhost smtp.proseware.com\nfrom terri@proseware.com\n"
                             "auth on\npassword tram-water-9\n";
  g_autoptr(GPtrArray) found = read_msmtp (text, NULL);
  g_autoptr(GPtrArray) again = NULL;
  g_autoptr(GError) error = NULL;

  again = read_msmtp ("account home\n", NULL);
  g_assert_null (sendpath_imported_read_password (find (found, "home"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* A command that means something to a shell only gets one; a password in a command is none. */
static void
test_msmtp_commands (void)
{
  g_autoptr(GPtrArray) found = read_shipped ("msmtp", "msmtp/msmtprc");

  assert_section (found, "shell", SENDPATH_IMPORT_SECRET_COMMAND,
                  "address = terri@example.com\n"
                  "smtp = smtp.example.com:587\n"
                  "security = starttls\n"
                  "secret-command = sh -c 'gpg2 -q -d ~/.msmtp.gpg | head -n 1'\n");
  assert_notes (find (found, "shell"), WORDS ("msmtprc:54: "));
  assert_section (found, "printed", SENDPATH_IMPORT_SECRET_KEYRING,
                  "address = terri@example.com\n"
                  "smtp = smtp.example.com:587\n"
                  "security = starttls\n"
                  "auth = cram-md5\n");
}

/* It is in no file of ours, however the shell is asked to print it. */
static void
test_msmtp_password_in_a_command (void)
{
  static const char *const commands[] = {
    "sh -c 'echo tram-water-9'",
    "exec echo tram-water-9",
    "/bin/bash -c \"printf tram-water-9\"",
    "cat <<< tram-water-9",
    "LC_ALL=C echo tram-water-9",
    "sh -ec \"exec echo 'tram-water-9'\"",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("account home\nhost smtp.proseware.com\nauth on\n"
                           "tls on\nfrom terri@proseware.com\npasswordeval %s\n",
                           commands[i]);
      g_autoptr(GPtrArray) found = read_msmtp (text, NULL);

      assert_section (found, "home", SENDPATH_IMPORT_SECRET_KEYRING,
                      "address = terri@proseware.com\nsmtp = smtp.proseware.com\n"
                      "security = starttls\n");
      assert_notes (find (found, "home"), WORDS ("msmtprc:6: the command has the password"));
    }
}

static void
test_netrc_is_said (void)
{
  g_autofree char *home = g_dir_make_tmp ("home-XXXXXX", NULL);
  g_autofree char *netrc = g_build_filename (home, ".netrc", NULL);
  g_autofree char *msmtprc = g_build_filename (home, ".msmtprc", NULL);
  const ImportPlaces places = { home, "/nonexistent", "/nonexistent", "terri" };
  g_autoptr(GPtrArray) found = NULL;

  g_file_set_contents (netrc, "machine smtp.proseware.com login terri password tram-water\n", -1,
                       NULL);
  g_file_set_contents (msmtprc,
                       "account home\nhost smtp.proseware.com\nauth on\nuser terri\n"
                       "from terri@proseware.com\ntls on\n",
                       -1, NULL);
  found = import_read_from (&places, "msmtp", NULL, NULL, NULL);
  g_assert_nonnull (found);
  assert_notes (find (found, "home"), WORDS (".netrc has a password for smtp.proseware.com"));
  g_assert_true (get_last (found) == find (found, "home"));
  g_remove (netrc);
  g_remove (msmtprc);
  g_rmdir (home);
}

/* msmtp reads both; here each is read when it is asked for. */
static void
test_other_files_are_named (void)
{
  g_autofree char *home = g_dir_make_tmp ("home-XXXXXX", NULL);
  g_autofree char *own = g_build_filename (home, ".msmtprc", NULL);
  g_autofree char *system = g_build_filename (home, "msmtprc", NULL);
  const ImportPlaces places = { home, "/nonexistent", home, "terri" };
  g_autoptr(GPtrArray) found = NULL;
  g_autoptr(GPtrArray) named = NULL;

  g_file_set_contents (own, "account home\nhost smtp.proseware.com\nfrom terri@proseware.com\n",
                       -1, NULL);
  g_file_set_contents (system, "account all\nhost smtp.adatum.com\nfrom all@adatum.com\n", -1,
                       NULL);
  found = import_read_from (&places, "msmtp", NULL, NULL, NULL);
  g_assert_cmpuint (found->len, ==, 2);
  assert_notes (get_last (found), WORDS ("/msmtprc is there too"));
  named = read_file ("msmtp", system, NULL);
  g_assert_cmpuint (named->len, ==, 1);
  g_remove (own);
  g_remove (system);
  g_rmdir (home);
}

/* ---- Thunderbird, Claws Mail, Evolution ------------------------------------------------------ */

static void
test_thunderbird_accounts (void)
{
  g_autoptr(GPtrArray) found = read_shipped ("thunderbird", "thunderbird");

  assert_section (found, "proseware", SENDPATH_IMPORT_SECRET_CLOSED,
                  "address = terri@proseware.com\n"
                  "aliases = t.c@proseware.com\n"
                  "name = Terri \"T\" Chüdzik\n"
                  "default = yes\n"
                  "smtp = smtp.proseware.com:587\n"
                  "security = starttls\n"
                  "user = terri\n"
                  "pop = pop.proseware.com:995\n"
                  "pop-security = tls\n");
  assert_section (found, "thephone-company", SENDPATH_IMPORT_SECRET_TOKEN,
                  "address = tchudzik@thephone-company.com\n"
                  "name = Terri Chudzik\n"
                  "smtp = mail.thephone-company.com:465\n"
                  "security = tls\n"
                  "auth = xoauth2\n");
  assert_section (found, "example", SENDPATH_IMPORT_SECRET_CLOSED,
                  "address = terri@example.org\n"
                  "name = Térri 😀\n"
                  "smtp = [2001:db8::25]\n"
                  "auth = none\n"
                  "pop = pop.example.org\n"
                  "pop-user = terri\n");
  assert_notes (find (found, "example"), WORDS ("bad value of \"mail.smtpserver.smtp3.port\"",
                                                "2001:db8::25", "pop.example.org"));
  assert_notes (get_last (found), WORDS ("prefs.js:86: ", "prefs.js:87: "));
}

static void
test_claws_accounts (void)
{
  g_autoptr(GPtrArray) found = read_shipped ("claws", "claws/accountrc");

  assert_section (found, "proseware", SENDPATH_IMPORT_SECRET_CLOSED,
                  "address = terri@proseware.com\n"
                  "name = Terri Chudzik\n"
                  "smtp = smtp.proseware.com:587\n"
                  "security = starttls\n"
                  "user = terri\n"
                  "pop = pop.proseware.com\n"
                  "pop-security = tls\n"
                  "pop-login = always\n");
  assert_section (found, "work", SENDPATH_IMPORT_SECRET_NONE,
                  "address = tchudzik@thephone-company.com\n"
                  "name = Terri Chudzik\n"
                  "default = yes\n"
                  "smtp = mail.thephone-company.com\n"
                  "user = tchudzik\n"
                  "auth = none\n"
                  "ehlo = laptop.thephone-company.com\n");
  assert_notes (find (found, "work"),
                WORDS ("mail.thephone-company.com", "accountrc:144: \"out_ssl_client_cert_file\""));
  assert_notes (found->pdata[2], WORDS ("accountrc:169: \"mail_command\"", "\"local\""));
  assert_section (found, "token", SENDPATH_IMPORT_SECRET_TOKEN,
                  "address = terri@example.com\n"
                  "smtp = smtp.example.com\n"
                  "security = tls\n"
                  "auth = xoauth2\n");
  assert_notes (get_last (found), WORDS ("accountrc:206: "));
}

static void
test_evolution_accounts (void)
{
  g_autoptr(GPtrArray) found = read_shipped ("evolution", "evolution");

  g_assert_cmpuint (found->len, ==, 4); /* what is switched off is not there */
  assert_section (found, "proseware", SENDPATH_IMPORT_SECRET_ITEM,
                  "address = terri@proseware.com\n"
                  "aliases = terri.chudzik@proseware.com; t.c@proseware.com\n"
                  "name = Terri Chudzik\n"
                  "smtp = smtp.proseware.com:587\n"
                  "security = starttls\n"
                  "user = terri\n"
                  "pop = pop.proseware.com:995\n"
                  "pop-security = tls\n");
  assert_section (found, "example", SENDPATH_IMPORT_SECRET_TOKEN,
                  "address = terri@example.com\n"
                  "name = Terri Chudzik\n"
                  "smtp = smtp.example.com:587\n"
                  "security = starttls\n"
                  "auth = xoauth2\n");
  assert_notes (find (found, "example"), NO_WORDS);
  assert_section (found, "thephone-company", SENDPATH_IMPORT_SECRET_ITEM,
                  "address = tchudzik@thephone-company.com\n"
                  "name = Terri \"T\" Chüdzik\n"
                  "smtp = mail.thephone-company.com:25\n"
                  "user = tchudzik\n");
  assert_notes (found->pdata[2],
                WORDS ("local-transport.source:20: \"BackendName\"", "\"terri@example.org\""));
}

/* Who logs in by Kerberos has no password to copy, and is asked for none. */
static void
test_evolution_kerberos (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sources-XXXXXX", NULL);
  g_autofree char *identity = g_build_filename (folder, "a.source", NULL);
  g_autofree char *transport = g_build_filename (folder, "b.source", NULL);
  g_autoptr(GPtrArray) found = NULL;

  g_file_set_contents (identity,
                       "[Mail Identity]\nAddress=terri@proseware.com\n"
                       "[Mail Submission]\nTransportUid=b\n",
                       -1, NULL);
  g_file_set_contents (transport,
                       "[Mail Transport]\nBackendName=smtp\n[Security]\n"
                       "Method=ssl-on-alternate-port\n[Authentication]\n"
                       "Host=smtp.proseware.com\nMethod=GSSAPI\nUser=terri\n",
                       -1, NULL);
  found = read_file ("evolution", folder, NULL);
  assert_section (found, "proseware", SENDPATH_IMPORT_SECRET_NONE,
                  "address = terri@proseware.com\n"
                  "smtp = smtp.proseware.com\n"
                  "security = tls\n"
                  "user = terri\n"
                  "auth = gssapi\n");
  g_assert_null (sendpath_imported_get_secret_place (get_last (found)));
  g_remove (identity);
  g_remove (transport);
  g_rmdir (folder);
}

/* ---- beside what is there -------------------------------------------------------------------- */

#define TWO                                                                                        \
  "account home\nhost smtp.proseware.com\nfrom terri@proseware.com\n"                              \
  "account work\nhost mail.thephone-company.com\nfrom tchudzik@thephone-company.com\n"             \
  "account default : work\n"

static void
test_address_that_is_there_is_skipped (void)
{
  g_autoptr(SendpathProfileStore) profiles = sendpath_profile_store_new ("/nonexistent");
  g_autoptr(SendpathAccount) mine = sendpath_account_new ("work", "terri@proseware.com");
  g_autoptr(GPtrArray) found = NULL;

  g_assert_true (sendpath_profile_store_add_account (profiles, mine, NULL));
  found = read_msmtp (TWO, profiles);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpstr (sendpath_imported_get_twin (found->pdata[0]), ==, "work");
  g_assert_null (sendpath_imported_get_twin (found->pdata[1]));
  /* its name is taken, and so is the place of the default account */
  assert_section (found, "work-2", SENDPATH_IMPORT_SECRET_NONE,
                  "address = tchudzik@thephone-company.com\n"
                  "smtp = mail.thephone-company.com\n"
                  "auth = none\n");
}

static void
test_same_address_twice (void)
{
  g_autoptr(GPtrArray) found = read_msmtp (
      "defaults\nfrom terri@proseware.com\ntls on\naccount home\nhost smtp.proseware.com\n"
      "account home\nhost smtp.example.net\naccount third : home\n",
      NULL);

  g_assert_cmpuint (found->len, ==, 3);
  assert_notes (find (found, "home"), NO_WORDS);
  assert_notes (find (found, "third"), WORDS ("account home has the same address"));
  assert_notes (find (found, "home-2"), WORDS ("account home has the same address"));
}

static GPtrArray *
read_prefs (const char *text)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "prefs.js", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return read_file ("thunderbird", path, NULL);
}

#define PREF(key, value) "user_pref(\"mail." key "\", \"" value "\");\n"
#define IDENTITY(id, address)                                                                      \
  PREF ("identity." id ".useremail", address) PREF ("identity." id ".smtpServer", "smtp")

/* The default one is the same account as the one before it, and knows one address more. */
static void
test_second_way_adds_what_it_knows (void)
{
  g_autoptr(GPtrArray) found = read_prefs (
      PREF ("accountmanager.accounts", "first,pop,imap")
          PREF ("accountmanager.defaultaccount", "imap") PREF ("account.first.identities", "id0")
              IDENTITY ("id0", "terri@example.com") PREF ("account.pop.identities", "id1")
                  IDENTITY ("id1", "terri@proseware.com") PREF ("account.imap.identities",
                                                                "id2,id3,id4")
                      IDENTITY ("id2", "terri@proseware.com") IDENTITY ("id3", "t.c@proseware.com")
                          IDENTITY ("id4", "x@proseware.com; *@example.net")
                              PREF ("smtpserver.smtp.hostname", "smtp.proseware.com")
                                  PREF ("smtpserver.smtp.try_ssl", "3")
                                      PREF ("smtpserver.smtp.authMethod", "4"));

  g_assert_cmpuint (found->len, ==, 2);
  assert_section (found, "proseware", SENDPATH_IMPORT_SECRET_CLOSED,
                  "address = terri@proseware.com\n"
                  "aliases = t.c@proseware.com\n"
                  "default = yes\n"
                  "smtp = smtp.proseware.com\n"
                  "security = tls\n"
                  "auth = cram-md5\n");
}

/* What another program's file says gets no line of its own here, and drives no terminal. */
static void
test_hostile_values (void)
{
  g_autoptr(GPtrArray) found = read_msmtp (
      "account x]\nhost smtp.proseware.com\nfrom terri@proseware.com\nuser a\033[2Jb\n"
      "\033[31mcommand x\nauth on\n",
      NULL);
  SendpathAccount *account = sendpath_imported_get_account (found->pdata[0]);
  g_autofree char *notes =
      g_strjoinv ("\n", (char **) sendpath_imported_get_notes (found->pdata[0]));
  g_autofree char *text = sendpath_imported_to_text (found->pdata[0]);

  g_assert_cmpstr (sendpath_account_get_id (account), ==, "proseware");
  g_assert_null (strchr (notes, '\033'));
  g_assert_null (strchr (text, '\033'));
}

/* Nor does the name of a file, and one host is one. */
static void
test_hostile_names (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "a\033[2J\xff", NULL);
  g_autoptr(GPtrArray) found = NULL;

  g_assert_true (g_file_set_contents (path,
                                      "no line\n[Account: 1]\naddress=terri@proseware.com\n"
                                      "smtp_server=smtp.proseware.com;smtp.example.net\n",
                                      -1, NULL));
  found = read_file ("claws", path, NULL);
  for (guint i = 0; i < found->len; i++)
    {
      g_autofree char *text =
          g_strjoinv ("\n", (char **) sendpath_imported_get_notes (found->pdata[i]));

      g_assert_null (sendpath_imported_get_account (found->pdata[i]));
      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_null (strchr (text, '\033'));
    }
  g_assert_cmpuint (found->len, ==, 2);
  g_remove (path);
}

static void
test_nothing_there (void)
{
  const ImportPlaces places = { "/nonexistent", "/nonexistent", "/nonexistent", "terri" };

  for (const char *const *program = sendpath_import_get_programs (); *program != NULL; program++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (import_read_from (&places, *program, NULL, NULL, &error));
      g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING);
      g_clear_error (&error);
      g_assert_null (sendpath_import_read (*program, "/nonexistent/x", NULL, &error));
      g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/import/msmtp/accounts", test_msmtp_accounts);
  g_test_add_func ("/import/msmtp/losses-are-said", test_msmtp_losses_are_said);
  g_test_add_func ("/import/msmtp/password-is-not-kept", test_password_is_not_kept);
  g_test_add_func ("/import/msmtp/password-that-is-gone", test_password_that_is_gone);
  g_test_add_func ("/import/msmtp/commands", test_msmtp_commands);
  g_test_add_func ("/import/msmtp/password-in-a-command", test_msmtp_password_in_a_command);
  g_test_add_func ("/import/msmtp/netrc-is-said", test_netrc_is_said);
  g_test_add_func ("/import/msmtp/other-files-are-named", test_other_files_are_named);
  g_test_add_func ("/import/thunderbird/accounts", test_thunderbird_accounts);
  g_test_add_func ("/import/claws/accounts", test_claws_accounts);
  g_test_add_func ("/import/evolution/accounts", test_evolution_accounts);
  g_test_add_func ("/import/evolution/kerberos", test_evolution_kerberos);
  g_test_add_func ("/import/encryption-is-never-taken-away", test_encryption_is_never_taken_away);
  g_test_add_func ("/import/address-that-is-there-is-skipped",
                   test_address_that_is_there_is_skipped);
  g_test_add_func ("/import/same-address-twice", test_same_address_twice);
  g_test_add_func ("/import/second-way-adds-what-it-knows", test_second_way_adds_what_it_knows);
  g_test_add_func ("/import/hostile-values", test_hostile_values);
  g_test_add_func ("/import/hostile-names", test_hostile_names);
  g_test_add_func ("/import/nothing-there", test_nothing_there);

  return g_test_run ();
}
