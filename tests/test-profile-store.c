/* SendpathProfileStore: strict about what it reads, careful with what it writes, exact in what
 * it matches. */
#include "config.h"

#include "profiles/profile-store.h"

#include <dirent.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "profiles/profile-store-private.h"
#include "profiles/safe-file.h"

/* The example of the contract, with what people add: comments, blank lines, spacing of their
 * own. */
static const char example[] = "# my mail\n"
                              "\n"
                              "# at home\n"
                              "[account home]\n"
                              "address = terri@proseware.com\n"
                              "name = Terri Chudzik\n"
                              "  smtp=smtp.proseware.com   \n"
                              "# the old one: pop3.proseware.com\n"
                              "pop = pop.proseware.com\n"
                              "user = terri\n"
                              "\n"
                              "# the office on the third floor\n"
                              "[location work]\n"
                              "domain = thephone-company.com\n"
                              "smtp = mail.thephone-company.com\n"
                              "sender = tchudzik@thephone-company.com\n"
                              "\n"
                              "[policy]\n"
                              "discovered = never\n";

#define MINIMAL "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n"

typedef struct {
  char                 *root;
  char                 *dir;
  char                 *path;
  SendpathProfileStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("sendpath-store-XXXXXX", NULL);
  fixture->dir = g_build_filename (fixture->root, "sendpath", NULL);
  fixture->path = g_build_filename (fixture->dir, "sendpath.conf", NULL);
  g_assert_cmpint (g_mkdir (fixture->dir, 0700), ==, 0);
  fixture->store = sendpath_profile_store_new (fixture->path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", fixture->root, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (fixture->root);
  g_free (fixture->dir);
  g_free (fixture->path);
  g_object_unref (fixture->store);
}

static void
write_bytes (const char *path, const char *bytes, gssize length)
{
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, bytes, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

static void
assert_text (const char *path, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
load (Fixture *fixture, const char *text)
{
  g_autoptr(GError) error = NULL;

  if (text != NULL)
    write_bytes (fixture->path, text, -1);
  sendpath_profile_store_load (fixture->store, &error);
  g_assert_no_error (error);
}

static void
assert_load_fails (Fixture *fixture, SendpathProfileError code, const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (sendpath_profile_store_load (fixture->store, &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
save (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  sendpath_profile_store_save (fixture->store, &error);
  g_assert_no_error (error);
}

static void
assert_save_fails (Fixture *fixture, SendpathProfileError code, const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (sendpath_profile_store_save (fixture->store, &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static SendpathAccount *
get_account (Fixture *fixture, const char *id)
{
  SendpathAccount *account = sendpath_profile_store_get_account (fixture->store, id);

  g_assert_nonnull (account);
  return account;
}

static void
set (Fixture *fixture, const char *id, const char *key, const char *value)
{
  g_autoptr(GError) error = NULL;

  sendpath_account_set (get_account (fixture, id), key, value, &error);
  g_assert_no_error (error);
}

/* ---- load ------------------------------------------------------------------------------------ */

static guint
count_tasks (void)
{
  DIR *dir = opendir ("/proc/self/task");
  guint count = 0;

  while (readdir (dir) != NULL)
    count++;
  closedir (dir);
  return count;
}

static void
test_load (Fixture *fixture, gconstpointer data)
{
  guint tasks_before = count_tasks ();
  SendpathLocation *work;

  load (fixture, example);
  g_assert_cmpuint (count_tasks (), ==, tasks_before); /* a process may fork right after */
  g_assert_cmpuint (g_list_model_get_n_items (sendpath_profile_store_get_accounts (fixture->store)),
                    ==, 1);
  g_assert_cmpuint (
      g_list_model_get_n_items (sendpath_profile_store_get_locations (fixture->store)), ==, 1);
  g_assert_cmpstr (sendpath_account_get (get_account (fixture, "home"), "smtp"), ==,
                   "smtp.proseware.com");
  g_assert_cmpstr (sendpath_account_get (get_account (fixture, "home"), "name"), ==,
                   "Terri Chudzik");
  work = sendpath_profile_store_get_location (fixture->store, "work");
  g_assert_cmpstr (sendpath_location_get (work, "sender"), ==, "tchudzik@thephone-company.com");
  g_assert_null (sendpath_profile_store_get_account (fixture->store, "work"));
  g_assert_null (sendpath_profile_store_get_location (fixture->store, "home"));

  g_assert_cmpstr (sendpath_profile_store_get_policy (fixture->store, "discovered"), ==, "never");
  g_assert_cmpstr (sendpath_profile_store_get_policy (fixture->store, "delivery"), ==, "wait");
  g_assert_null (sendpath_profile_store_get_policy (fixture->store, "local"));
  g_assert_cmpuint (sendpath_profile_store_get_policy_integer (fixture->store, "wait"), ==, 20);
  g_assert_cmpuint (sendpath_profile_store_get_policy_integer (fixture->store, "retry"), ==, 0);
  g_assert_cmpuint (sendpath_profile_store_get_policy_integer (fixture->store, "port"), ==, 5870);
}

static void
test_syntax (Fixture *fixture, gconstpointer data)
{
  SendpathAccount *account;

  load (fixture, "  \t\r\n"
                 "  # a comment\r\n"
                 "[account   my home ]\t\r\n"
                 "\taddress\t=\tterri@proseware.com  \r\n"
                 "name=\\sTerri \\\\ = # Chudzik\\s\r\n"
                 "smtp = a.example.org ;b.example.org;\r\n"
                 "user =\r\n"
                 "[serve]\n"
                 "port=587"); /* no line feed at the end */
  account = get_account (fixture, "my home");
  g_assert_cmpstr (sendpath_account_get (account, "address"), ==, "terri@proseware.com");
  g_assert_cmpstr (sendpath_account_get (account, "name"), ==, " Terri \\ = # Chudzik ");
  g_assert_cmpstr (sendpath_account_get (account, "user"), ==, "terri@proseware.com");
  g_assert_true (sendpath_account_is_set (account, "user"));
  g_assert_cmpuint (sendpath_profile_store_get_policy_integer (fixture->store, "port"), ==, 587);
}

static void
test_broken (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *text;
    const char *message;
  } rows[] = {
    { "\n\n" MINIMAL "foo = canary\n", "sendpath.conf:6: account home: unknown key \"foo\"" },
    { MINIMAL "Pop = x\n",
      "sendpath.conf:4: account home: unknown key \"Pop\" (did you mean \"pop\"?)" },
    { MINIMAL "password = canary\n",
      "sendpath.conf:4: account home: unknown key \"password\" (passwords stay" },
    { MINIMAL "\033[31m = canary\n", "sendpath.conf:4: account home: unknown key \"?[31m\"" },
    { MINIMAL "smtp = b.example.org\n",
      "sendpath.conf:4: account home: \"smtp\" is given twice, first in line 3" },
    { MINIMAL "[policy]\n" MINIMAL,
      "sendpath.conf:5: account home: this section is given twice, first in line 1" },
    { MINIMAL "[policy]\n[policy]\n",
      "sendpath.conf:5: policy: this section is given twice, first in line 4" },
    { MINIMAL "[acount work]\n",
      "sendpath.conf:4: unknown section [acount work] (did you mean [account NAME]?)" },
    { MINIMAL "[polcy]\n", "sendpath.conf:4: unknown section [polcy] (did you mean [policy]?)" },
    { MINIMAL "[general]\n", "sendpath.conf:4: unknown section [general]; there are" },
    { MINIMAL "[Account x]\n", "sendpath.conf:4: unknown section [Account x]" },
    { MINIMAL "[account]\n", "sendpath.conf:4: [account NAME] needs a name" },
    { MINIMAL "[account a;b]\n", "sendpath.conf:4: [account NAME] needs a name" },
    { MINIMAL "[account -a]\n", "sendpath.conf:4: [account NAME] needs a name" },
    { MINIMAL "[location pop:a]\n", "sendpath.conf:4: [location NAME] needs a name" },
    { MINIMAL "[policy now]\n", "sendpath.conf:4: [policy] has no name" },
    { MINIMAL "[policy] # comment\n", "sendpath.conf:4: the name of a section ends with \"]\"" },
    { "address = terri@proseware.com\n", "sendpath.conf:1: a key stands before the first section" },
    { MINIMAL "just words\n", "sendpath.conf:4: account home: this line is neither" },
    { MINIMAL "= x\n", "sendpath.conf:4: account home: unknown key \"\"" },
    { MINIMAL "name = a\\qb\n",
      "sendpath.conf:4: account home: bad value of \"name\": a backslash is" },
    { MINIMAL "name = a\\\n",
      "sendpath.conf:4: account home: bad value of \"name\": a backslash is" },
    { MINIMAL "name = a\\nb\n",
      "sendpath.conf:4: account home: bad value of \"name\": \"a?b\" is not" },
    { MINIMAL "name = \377\n", "sendpath.conf:4: this line is not UTF-8 text" },
    { MINIMAL "security = ssl\n",
      "sendpath.conf:4: account home: bad value of \"security\": \"ssl\" is not one of auto, tls" },
    { MINIMAL "secret-command = echo 'canary\n",
      "sendpath.conf:4: account home: bad value of \"secret-command\": expected" },
    { MINIMAL "[location a]\npop = x\n", "sendpath.conf:5: location a: unknown key \"pop\"" },
    /* what the sections say of each other */
    { "[account home]\nsmtp = a.example.org\n",
      "sendpath.conf:1: account home: \"address\" is missing" },
    { "[account home]\naddress = a@example.org\nsmtp =\n",
      "sendpath.conf:3: account home: \"smtp\" is missing" },
    { "[account home]\naddress = a@example.org\nsmtp = ; ;\n",
      "sendpath.conf:3: account home: \"smtp\" is missing" },
    { MINIMAL "backup = work\n",
      "sendpath.conf:4: account home: bad value of \"backup\": there is no account \"work\"" },
    { MINIMAL "backup = home\n",
      "sendpath.conf:4: account home: bad value of \"backup\": \"home\" is this account itself" },
    { MINIMAL "[location a]\naccount = work\n",
      "sendpath.conf:5: location a: bad value of \"account\": there is no account \"work\"" },
    { MINIMAL
      "default = yes\n[account b]\naddress = b@example.org\nsmtp = b.example.org\ndefault = yes\n",
      "sendpath.conf:8: account b: account home is the default already" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *expected = g_build_filename (fixture->dir, rows[i].message, NULL);

      write_bytes (fixture->path, rows[i].text, -1);
      g_assert_false (sendpath_profile_store_load (fixture->store, &error));
      g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
      if (!g_str_has_prefix (error->message, expected))
        g_error ("\"%s\" does not begin with \"%s\"", error->message, expected);
      g_assert_null (strstr (error->message, "canary"));
    }
}

static void
test_keeps_on_error (Fixture *fixture, gconstpointer data)
{
  load (fixture, example);
  write_bytes (fixture->path, MINIMAL "foo = bar\n", -1);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, "foo");
  g_assert_cmpstr (sendpath_account_get (get_account (fixture, "home"), "user"), ==, "terri");
  g_assert_nonnull (sendpath_profile_store_get_location (fixture->store, "work"));
  g_assert_cmpstr (sendpath_profile_store_get_policy (fixture->store, "discovered"), ==, "never");
}

static void
test_strange_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (2 * 1024 * 1024, '#');

  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_MISSING, fixture->path);
  write_bytes (fixture->path, huge, -1);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, "larger");
  write_bytes (fixture->path, MINIMAL "\0", sizeof MINIMAL);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, "sendpath.conf:4: this line is not");
  write_bytes (fixture->path, "", -1);
  load (fixture, NULL); /* nothing wrong, and no account */

  g_unlink (fixture->path);
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, "not a regular file");
  g_unlink (fixture->path);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, "not a regular file");
  g_rmdir (fixture->path);
  g_assert_cmpint (symlink (fixture->path, fixture->path), ==, 0);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, fixture->path);
}

/* T-128 */
static void
test_unsafe (Fixture *fixture, gconstpointer data)
{
  static const struct {
    mode_t   file;
    mode_t   dir;
    gboolean is_safe;
  } rows[] = {
    { 0600, 0700, TRUE },  { 0644, 0755, TRUE },  { 0660, 0700, FALSE }, { 0606, 0700, FALSE },
    { 0664, 0700, FALSE }, { 0602, 0700, FALSE }, { 0600, 0770, FALSE }, { 0600, 0707, FALSE },
    { 0600, 01777, TRUE }, { 0620, 01777, FALSE },
  };

  write_bytes (fixture->path, MINIMAL, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (g_chmod (fixture->path, rows[i].file), ==, 0);
      g_assert_cmpint (g_chmod (fixture->dir, rows[i].dir), ==, 0);
      if (rows[i].is_safe)
        load (fixture, NULL);
      else
        assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_UNSAFE, "chmod go-w");
    }
}

static void
test_owner (Fixture *fixture, gconstpointer data)
{
  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  write_bytes (fixture->path, MINIMAL, -1);
  g_assert_cmpint (chown (fixture->path, 65534, 65534), ==, 0);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_UNSAFE, "another user");
  g_assert_cmpint (chown (fixture->path, 0, 0), ==, 0);
  g_assert_cmpint (chown (fixture->dir, 65534, 65534), ==, 0);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_UNSAFE, "another user");
}

/* A link is followed, and the folder it leads to is looked at as well. */
static void
test_link (Fixture *fixture, gconstpointer data)
{
  g_autofree char *dotfiles = g_build_filename (fixture->root, "dotfiles", NULL);
  g_autofree char *real = g_build_filename (dotfiles, "mail.conf", NULL);
  struct stat st;

  g_assert_cmpint (g_mkdir (dotfiles, 0700), ==, 0);
  write_bytes (real, MINIMAL, -1);
  g_assert_cmpint (symlink ("../dotfiles/mail.conf", fixture->path), ==, 0);
  load (fixture, NULL);
  set (fixture, "home", "name", "Terri");
  save (fixture);
  assert_text (real, MINIMAL "name = Terri\n");
  g_assert_cmpint (lstat (fixture->path, &st), ==, 0);
  g_assert_true (S_ISLNK (st.st_mode));

  g_assert_cmpint (g_chmod (dotfiles, 0777), ==, 0);
  assert_load_fails (fixture, SENDPATH_PROFILE_ERROR_UNSAFE, "dotfiles");
  set (fixture, "home", "name", "T.");
  assert_save_fails (fixture, SENDPATH_PROFILE_ERROR_UNSAFE, "dotfiles");
}

static void
test_default_path (Fixture *fixture, gconstpointer data)
{
  g_autofree char *own =
      g_build_filename (g_get_user_config_dir (), "sendpath", "sendpath.conf", NULL);
  g_autofree char *own_dir = g_path_get_dirname (own);
  g_autofree char *chosen = NULL;
  g_autofree char *empty = NULL;
  g_autofree char *found = NULL;
  g_autoptr(SendpathProfileStore) store = NULL;

  g_setenv ("SENDPATH_CONFIG", "/nonexistent/my.conf", TRUE);
  chosen = sendpath_profile_store_dup_default_path ();
  g_assert_cmpstr (chosen, ==, "/nonexistent/my.conf");
  store = sendpath_profile_store_new (NULL);
  g_assert_cmpstr (sendpath_profile_store_get_path (store), ==, "/nonexistent/my.conf");

  g_setenv ("SENDPATH_CONFIG", "", TRUE);
  empty = sendpath_profile_store_dup_default_path ();
  if (!g_file_test ("/etc/sendpath.conf", G_FILE_TEST_EXISTS))
    g_assert_cmpstr (empty, ==, own);

  g_unsetenv ("SENDPATH_CONFIG");
  g_assert_cmpint (g_mkdir_with_parents (own_dir, 0700), ==, 0);
  write_bytes (own, MINIMAL, -1);
  found = sendpath_profile_store_dup_default_path ();
  g_assert_cmpstr (found, ==, own);
  g_unlink (own);
}

/* Root may write everything; as anybody else it may not. */
static void
give_up_privileges (void)
{
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct none[2] = { { 0 } };

  g_assert_cmpint (syscall (SYS_capset, &header, none), ==, 0);
}

static void
add_office (SendpathProfileStore *store)
{
  g_autoptr(SendpathAccount) office = sendpath_account_new ("office", "t@adatum.com");
  g_autoptr(GError) error = NULL;

  sendpath_profile_store_load (store, &error);
  g_assert_no_error (error);
  g_assert_true (sendpath_account_set (office, "smtp", "smtp.adatum.com", NULL));
  g_assert_true (sendpath_profile_store_add_account (store, office, NULL));
  sendpath_profile_store_save (store, &error);
  g_assert_no_error (error);
}

#define OFFICE "\n[account office]\naddress = t@adatum.com\nsmtp = smtp.adatum.com\n"

/* Who may not write the system's file gets one of their own, in which all that worked still works;
 * who may, changes it. */
static void
test_system_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *own = g_build_filename (fixture->root, "own", "sendpath.conf", NULL);
  int status = 1;
  pid_t pid;

  write_bytes (fixture->path, "# for all\n" MINIMAL, -1);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      SendpathProfileStore *store = profile_store_new_for_user (own, fixture->path);

      give_up_privileges ();
      g_assert_cmpstr (sendpath_profile_store_get_path (store), ==, fixture->path);
      add_office (store);
      g_assert_cmpstr (sendpath_profile_store_get_path (store), ==, own);
      g_assert_true (sendpath_profile_store_remove_account (store, "office", NULL));
      g_assert_true (sendpath_profile_store_save (store, NULL)); /* goes on with it */
      g_object_unref (store);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  assert_text (fixture->path, "# for all\n" MINIMAL);
  assert_text (own, "# for all\n" MINIMAL "\n");

  g_assert_cmpint (g_unlink (own), ==, 0);
  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  g_clear_object (&fixture->store);
  fixture->store = profile_store_new_for_user (own, fixture->path);
  add_office (fixture->store);
  assert_text (fixture->path, "# for all\n" MINIMAL OFFICE);
  g_assert_false (g_file_test (own, G_FILE_TEST_EXISTS));

  write_bytes (own, MINIMAL, -1);
  g_clear_object (&fixture->store);
  fixture->store = profile_store_new_for_user (own, fixture->path);
  g_assert_cmpstr (sendpath_profile_store_get_path (fixture->store), ==, own);
}

/* ---- live ------------------------------------------------------------------------------------ */

static void
append_name (GObject *object, GParamSpec *pspec, gpointer names)
{
  g_string_append_printf (names, "%s ", pspec->name);
}

static void
append_change (GListModel *model, guint position, guint removed, guint added, gpointer changes)
{
  g_string_append_printf (changes, "%u-%u+%u ", position, removed, added);
}

/* Loading again changes the objects that are there; only what comes and goes changes the list. */
static void
test_live (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) names = g_string_new (NULL);
  g_autoptr(GString) changes = g_string_new (NULL);
  g_autoptr(SendpathAccount) home = NULL;

  load (fixture, MINIMAL);
  home = g_object_ref (get_account (fixture, "home"));
  g_signal_connect (home, "notify", G_CALLBACK (append_name), names);
  g_signal_connect (sendpath_profile_store_get_accounts (fixture->store), "items-changed",
                    G_CALLBACK (append_change), changes);

  load (fixture, MINIMAL "name = Terri\n");
  g_assert_true (get_account (fixture, "home") == home);
  g_assert_cmpstr (names->str, ==, "name ");
  g_assert_cmpstr (changes->str, ==, "");

  load (fixture, "[account b]\naddress = b@example.org\nsmtp = b.example.org\n" MINIMAL);
  g_assert_cmpstr (names->str, ==, "name name ");
  g_assert_cmpstr (changes->str, ==, "0-1+2 ");
  g_assert_true (get_account (fixture, "home") == home);

  load (fixture, "");
  g_assert_cmpuint (g_list_model_get_n_items (sendpath_profile_store_get_accounts (fixture->store)),
                    ==, 0);
}

/* ---- save ------------------------------------------------------------------------------------ */

static void
test_untouched (Fixture *fixture, gconstpointer data)
{
  struct stat before;
  struct stat after;

  load (fixture, example);
  g_assert_cmpint (g_stat (fixture->path, &before), ==, 0);
  save (fixture);
  g_assert_cmpint (g_stat (fixture->path, &after), ==, 0);
  g_assert_cmpuint (after.st_ino, ==, before.st_ino); /* nothing to write, nothing written */
  assert_text (fixture->path, example);
}

/* Each row: one change to the example, and the line it comes down to. */
static void
test_one_line (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *key;
    const char *value;
    const char *old_text;
    const char *new_text;
  } rows[] = {
    { "smtp", "a.example.org", "  smtp=smtp.proseware.com   \n", "  smtp=a.example.org\n" },
    { "user", NULL, "user = terri\n", "" },
    { "user", "", "user = terri\n", "user = \n" },
    { "name", "T. \\ C.", "name = Terri Chudzik\n", "name = T. \\\\ C.\n" },
    { "name", " T ", "name = Terri Chudzik\n", "name = \\sT\\s\n" },
    { "name", " ", "name = Terri Chudzik\n", "name = \\s\n" },
    { "rate", "300/h", "user = terri\n", "user = terri\nrate = 300/h\n" },
    { "security", "auto", "user = terri\n", "user = terri\nsecurity = auto\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GString) expected = g_string_new (example);
      g_autoptr(SendpathProfileStore) again = sendpath_profile_store_new (fixture->path);
      g_autoptr(GError) error = NULL;

      g_assert_cmpuint (g_string_replace (expected, rows[i].old_text, rows[i].new_text, 0), ==, 1);
      load (fixture, example);
      set (fixture, "home", rows[i].key, rows[i].value);
      save (fixture);
      assert_text (fixture->path, expected->str);

      sendpath_profile_store_load (again, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (
          sendpath_account_get (sendpath_profile_store_get_account (again, "home"), rows[i].key),
          ==, sendpath_account_get (get_account (fixture, "home"), rows[i].key));
    }
}

static void
test_add (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathAccount) office = sendpath_account_new ("office", "t@adatum.com");
  g_autoptr(SendpathLocation) hotel = sendpath_location_new ("hotel");
  g_autoptr(GError) error = NULL;
  g_autofree char *expected = NULL;

  load (fixture, example);
  g_assert_true (sendpath_account_set (office, "smtp", "smtp.adatum.com", NULL));
  g_assert_true (sendpath_location_set (hotel, "network", "192.0.2.0/24", NULL));
  g_assert_true (sendpath_profile_store_add_account (fixture->store, office, &error));
  g_assert_true (sendpath_profile_store_add_location (fixture->store, hotel, &error));
  g_assert_no_error (error);
  save (fixture);
  expected = g_strconcat (example,
                          "\n[account office]\naddress = t@adatum.com\nsmtp = smtp.adatum.com\n"
                          "\n[location hotel]\nnetwork = 192.0.2.0/24\n",
                          NULL);
  assert_text (fixture->path, expected);
}

static void
test_bad_additions (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "", "-x", "a;b", "pop:x", " x", "x]", "a\nb" };
  g_autoptr(SendpathAccount) taken = sendpath_account_new ("home", "x@example.org");
  g_autoptr(SendpathAccount) wrong = sendpath_account_new ("wrong", "not an address");
  g_autoptr(GError) error = NULL;

  load (fixture, example);
  g_assert_false (sendpath_profile_store_add_account (fixture->store, taken, &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (sendpath_profile_store_add_account (fixture->store, wrong, &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
  g_assert_cmpstr (
      error->message, ==,
      "account wrong: bad value of \"address\": \"not an address\" is not one address, such as "
      "terri@proseware.com");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(SendpathLocation) location = sendpath_location_new (names[i]);

      g_clear_error (&error);
      g_assert_false (sendpath_profile_store_add_location (fixture->store, location, &error));
      g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
    }
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  load (fixture, example);
  g_assert_true (sendpath_profile_store_remove_account (fixture->store, "home", &error));
  save (fixture);
  /* its own comment goes with it, that of the next section stays */
  assert_text (fixture->path, "# my mail\n"
                              "\n"
                              "# the office on the third floor\n"
                              "[location work]\n"
                              "domain = thephone-company.com\n"
                              "smtp = mail.thephone-company.com\n"
                              "sender = tchudzik@thephone-company.com\n"
                              "\n"
                              "[policy]\n"
                              "discovered = never\n");
  g_assert_true (sendpath_profile_store_remove_location (fixture->store, "work", &error));
  save (fixture);
  assert_text (fixture->path, "# my mail\n\n[policy]\ndiscovered = never\n");
  g_assert_false (sendpath_profile_store_remove_account (fixture->store, "home", &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
}

/* The comment that the file begins with belongs to the file. */
static void
test_remove_first (Fixture *fixture, gconstpointer data)
{
  load (fixture, "# mine\n" MINIMAL "# last words\n");
  g_assert_true (sendpath_profile_store_remove_account (fixture->store, "home", NULL));
  save (fixture);
  assert_text (fixture->path, "# mine\n");
}

static void
test_line_ends (Fixture *fixture, gconstpointer data)
{
  load (fixture, "[account home]\r\naddress = a@example.org\r\nsmtp = a.example.org");
  set (fixture, "home", "address", "b@example.org");
  set (fixture, "home", "name", "B");
  save (fixture);
  assert_text (fixture->path,
               "[account home]\r\naddress = b@example.org\r\nsmtp = a.example.org\nname = B\n");
}

static void
test_new_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->root, "a", "b", "sendpath.conf", NULL);
  g_autofree char *dir = g_path_get_dirname (path);
  g_autoptr(SendpathProfileStore) store = sendpath_profile_store_new (path);
  g_autoptr(SendpathAccount) home = sendpath_account_new ("home", "terri@proseware.com");
  g_autoptr(GError) error = NULL;
  struct stat st;

  g_assert_true (sendpath_account_set (home, "smtp", "smtp.proseware.com", NULL));
  g_assert_true (sendpath_profile_store_add_account (store, home, NULL));
  sendpath_profile_store_save (store, &error);
  g_assert_no_error (error);
  assert_text (path, MINIMAL);
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0600);
  g_assert_cmpint (g_stat (dir, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0700);

  /* and again, now that it is there */
  g_assert_true (sendpath_account_set (home, "name", "Terri", NULL));
  sendpath_profile_store_save (store, &error);
  g_assert_no_error (error);
  assert_text (path, MINIMAL "name = Terri\n");
}

/* Who could read it can still read it, and nothing is left beside it. */
static void
test_mode (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GDir) dir = NULL;
  struct stat st;

  load (fixture, MINIMAL);
  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  set (fixture, "home", "name", "Terri");
  save (fixture);
  g_assert_cmpint (g_stat (fixture->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0644);
  dir = g_dir_open (fixture->dir, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "sendpath.conf");
  g_assert_null (g_dir_read_name (dir));
}

static void
test_changed_meanwhile (Fixture *fixture, gconstpointer data)
{
  load (fixture, MINIMAL);
  write_bytes (fixture->path, MINIMAL "user = by-hand\n", -1);
  set (fixture, "home", "name", "Terri");
  assert_save_fails (fixture, SENDPATH_PROFILE_ERROR_CHANGED, "changed by somebody else");
  assert_text (fixture->path, MINIMAL "user = by-hand\n");

  /* loading it again is the way on */
  load (fixture, NULL);
  set (fixture, "home", "name", "Terri");
  save (fixture);
  assert_text (fixture->path, MINIMAL "user = by-hand\nname = Terri\n");

  g_unlink (fixture->path);
  set (fixture, "home", "name", "T.");
  assert_save_fails (fixture, SENDPATH_PROFILE_ERROR_MISSING, fixture->path);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_made_meanwhile (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathAccount) home = sendpath_account_new ("home", "terri@proseware.com");

  g_assert_true (sendpath_account_set (home, "smtp", "smtp.proseware.com", NULL));
  g_assert_true (sendpath_profile_store_add_account (fixture->store, home, NULL));
  write_bytes (fixture->path, "# not mine\n", -1);
  assert_save_fails (fixture, SENDPATH_PROFILE_ERROR_CHANGED, "made by somebody else");
  assert_text (fixture->path, "# not mine\n");
}

typedef struct {
  int      dir;
  GBytes  *bytes;
  gboolean is_written;
} Writer;

static gpointer
write_new (gpointer data)
{
  Writer *writer = data;

  writer->is_written =
      safe_file_replace (writer->dir, "raced", writer->bytes, 0600, SAFE_FILE_NEW, NULL);
  return NULL;
}

/* Of two who make the same file at once, the one who is told so has made it, all of it. */
static void
test_made_at_once (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "raced", NULL);
  g_autofree char *a = g_strnfill (256 * 1024, 'a');
  g_autofree char *b = g_strnfill (256 * 1024, 'b');
  int dir = safe_file_open_private_dir (fixture->dir, FALSE, NULL);
  Writer writers[] = { { dir, g_bytes_new_static (a, 256 * 1024), FALSE },
                       { dir, g_bytes_new_static (b, 256 * 1024), FALSE } };

  for (guint round = 0; round < 300; round++)
    {
      GThread *first = g_thread_new ("first", write_new, &writers[0]);
      GThread *second = g_thread_new ("second", write_new, &writers[1]);

      g_thread_join (first);
      g_thread_join (second);
      g_assert_cmpint (writers[0].is_written, !=, writers[1].is_written);
      assert_text (path, writers[0].is_written ? a : b);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_bytes_unref (writers[0].bytes);
  g_bytes_unref (writers[1].bytes);
  close (dir);
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0); /* nothing is left in it */
}

static void
test_incomplete (Fixture *fixture, gconstpointer data)
{
  load (fixture, example);
  set (fixture, "home", "smtp", NULL);
  assert_save_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, "account home: \"smtp\" is missing");
  set (fixture, "home", "smtp", "smtp.proseware.com");
  set (fixture, "home", "backup", "nobody");
  assert_save_fails (fixture, SENDPATH_PROFILE_ERROR_BROKEN, "there is no account \"nobody\"");
  assert_text (fixture->path, example);
}

static void
test_unsafe_save (Fixture *fixture, gconstpointer data)
{
  load (fixture, example);
  set (fixture, "home", "name", "T.");
  g_assert_cmpint (g_chmod (fixture->path, 0666), ==, 0);
  assert_save_fails (fixture, SENDPATH_PROFILE_ERROR_UNSAFE, "chmod go-w");
  assert_text (fixture->path, example);
}

/* ---- match ----------------------------------------------------------------------------------- */

static void
test_match_account (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *from;
    const char *sender;
    gboolean    is_at_work;
    const char *account;
    gboolean    is_matched;
  } rows[] = {
    { "terri@proseware.com", NULL, FALSE, "home", TRUE },
    { "terri@PROSEWARE.com", NULL, FALSE, "home", TRUE },
    { "both@example.org", NULL, FALSE, "first", TRUE }, /* two accounts: the first */
    { "info@example.net", NULL, FALSE, "alias",
      TRUE }, /* an alias beats a wildcard that stands first */
    { "exact@example.net", NULL, FALSE, "exact", TRUE }, /* an address beats both */
    { "other@example.net", NULL, FALSE, "wildcard", TRUE },
    { "terri@proseware.com", "both@example.org", FALSE, "home", TRUE }, /* From: first */
    { "x@adatum.com", "both@example.org", FALSE, "first", TRUE },
    { NULL, "terri@proseware.com", TRUE, "home", TRUE },
    { "x@adatum.com", "y@adatum.com", FALSE, "default", FALSE }, /* T-060 */
    { "x@adatum.com", "y@adatum.com", TRUE, "exact", FALSE },
    { "x@adatum.com", "", FALSE, "default", FALSE },
    { "", NULL, FALSE, "default", FALSE },
    { "root", NULL, FALSE, "default", FALSE },
    { NULL, NULL, FALSE, "default", FALSE },
  };
  SendpathLocation *work;

  load (
      fixture, MINIMAL
      "[account first]\naddress = both@example.org\nsmtp = a.example.org\n"
      "[account second]\naddress = both@example.org\nsmtp = b.example.org\n"
      "[account wildcard]\naddress = w@example.org\naliases = *@example.net\nsmtp = b.example.org\n"
      "[account alias]\naddress = a@example.org\naliases = info@example.net\nsmtp = b.example.org\n"
      "[account exact]\naddress = exact@example.net\nsmtp = b.example.org\n"
      "[account default]\naddress = d@example.org\nsmtp = b.example.org\ndefault = yes\n"
      "[location work]\nnetwork = 192.0.2.0/24\naccount = exact\n");
  work = sendpath_profile_store_get_location (fixture->store, "work");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean is_matched = -1;
      SendpathAccount *account =
          sendpath_profile_store_match_account (fixture->store, rows[i].from, rows[i].sender,
                                                rows[i].is_at_work ? work : NULL, &is_matched);

      g_assert_cmpstr (sendpath_account_get_id (account), ==, rows[i].account);
      g_assert_cmpint (is_matched, ==, rows[i].is_matched);
    }
}

static void
test_default_account (Fixture *fixture, gconstpointer data)
{
  gboolean is_matched = TRUE;

  g_assert_null (sendpath_profile_store_match_account (fixture->store, "a@example.org", NULL, NULL,
                                                       &is_matched));
  g_assert_false (is_matched);
  load (fixture, MINIMAL "[account b]\naddress = b@example.org\nsmtp = b.example.org\n");
  g_assert_true (sendpath_profile_store_match_account (fixture->store, NULL, NULL, NULL, NULL) ==
                 get_account (fixture, "home")); /* without `default` the first */
}

static void
test_match_location (Fixture *fixture, gconstpointer data)
{
  const char *const office[] = { "192.0.2.7/24", NULL };
  const char *const elsewhere[] = { "198.51.100.7/24", NULL };
  g_autoptr(SendpathNetwork) at_office = sendpath_network_new_for_facts (NULL, NULL, office);
  g_autoptr(SendpathNetwork) at_hotel = sendpath_network_new_for_facts (NULL, NULL, elsewhere);
  g_auto(GStrv) keys = NULL;

  load (fixture, "[location relay-only]\nsmtp = a.example.org\n"
                 "[location floor]\nnetwork = 192.0.2.0/25\n"
                 "[location building]\nnetwork = 192.0.2.0/24\n");
  g_assert_cmpstr (sendpath_location_get_id (
                       sendpath_profile_store_match_location (fixture->store, at_office, &keys)),
                   ==, "floor");
  g_assert_cmpstr (keys[0], ==, "network");
  g_assert_null (sendpath_profile_store_match_location (fixture->store, at_hotel, NULL));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/profile-store/loads-the-example-and-starts-no-thread", test_load);
  ADD ("/profile-store/reads-spacing-escapes-and-both-line-ends", test_syntax);
  ADD ("/profile-store/R-45-what-is-wrong-is-told-with-file-line-and-key", test_broken);
  ADD ("/profile-store/a-failed-load-changes-nothing", test_keeps_on_error);
  ADD ("/profile-store/what-is-no-small-text-file-is-refused", test_strange_files);
  ADD ("/profile-store/T-128-writable-by-others-is-refused", test_unsafe);
  ADD ("/profile-store/T-128-of-another-user-is-refused", test_owner);
  ADD ("/profile-store/a-link-is-followed-and-kept", test_link);
  ADD ("/profile-store/default-path-by-the-contract", test_default_path);
  ADD ("/profile-store/the-systems-file-is-copied-by-who-may-not-write-it", test_system_file);
  ADD ("/profile-store/loading-again-keeps-the-objects", test_live);
  ADD ("/profile-store/nothing-changed-nothing-written", test_untouched);
  ADD ("/profile-store/a-change-touches-one-line", test_one_line);
  ADD ("/profile-store/new-sections-come-last", test_add);
  ADD ("/profile-store/bad-names-and-values-are-not-added", test_bad_additions);
  ADD ("/profile-store/a-removed-section-takes-its-comment-along", test_remove);
  ADD ("/profile-store/the-comment-of-the-file-stays", test_remove_first);
  ADD ("/profile-store/line-ends-stay-as-they-are", test_line_ends);
  ADD ("/profile-store/a-new-file-is-private", test_new_file);
  ADD ("/profile-store/the-mode-stays-and-nothing-is-left-behind", test_mode);
  ADD ("/profile-store/what-somebody-else-changed-is-not-overwritten", test_changed_meanwhile);
  ADD ("/profile-store/what-somebody-else-made-is-not-overwritten", test_made_meanwhile);
  ADD ("/profile-store/of-two-who-make-the-file-one-does", test_made_at_once);
  ADD ("/profile-store/an-incomplete-account-is-not-written", test_incomplete);
  ADD ("/profile-store/T-128-an-unsafe-file-is-not-written", test_unsafe_save);
  ADD ("/profile-store/account-by-address-alias-domain-sender-default", test_match_account);
  ADD ("/profile-store/default-account-is-the-first", test_default_account);
  ADD ("/profile-store/location-is-the-first-that-matches", test_match_location);
  return g_test_run ();
}
