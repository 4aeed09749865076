/* `sendpath account add`: an account, with what was not given looked for. What is found is shown
 * before it is used, and a host outside the address's domain is never used unless somebody said
 * yes. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <string.h>

#include "cli-json.h"
#include "cli-password.h"
#include "cli-terminal.h"
#include "commands.h"

typedef struct {
  char *address;
  char *as;
  GHashTable *values;
  gboolean password_stdin, no_test, yes;
  SendpathSetup *setup; /* what was found, if anything had to be */
  gboolean takes_password;
} Add;

static void
add_clear (Add *add)
{
  g_free (add->address);
  g_free (add->as);
  g_clear_pointer (&add->values, g_hash_table_unref);
  g_clear_pointer (&add->setup, sendpath_setup_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Add, add_clear)

/* ---- the account ----------------------------------------------------------------------------- */

/* The domain's first label: terri@proseware.com gives `proseware`. */
static char *
name_for (const char *address)
{
  const char *domain = strrchr (address, '@');

  return domain != NULL ? g_strndup (domain + 1, strcspn (domain + 1, ".")) : g_strdup (address);
}

/* With what was given, in @profiles, not written yet; borrowed. */
static SendpathAccount *
make_account (const Add *add, SendpathProfileStore *profiles, GError **error)
{
  g_autoptr (SendpathAccount) account = sendpath_account_new (add->as, add->address);
  GHashTableIter iter;
  gpointer key, value;
  gboolean is_good = TRUE;

  g_hash_table_iter_init (&iter, add->values);
  while (is_good && g_hash_table_iter_next (&iter, &key, &value))
    is_good = sendpath_account_set (account, key, value, error);
  if (!is_good || !sendpath_profile_store_add_account (profiles, account, error))
    {
      cli_blame_usage (&cmd_account_add, error);
      return NULL;
    }
  return account;
}

/* ---- what was found -------------------------------------------------------------------------- */

static gboolean
find_servers (Add *add, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;

  add->setup = sendpath_setup_find (add->address, NULL, &local_error);
  if (add->setup == NULL)
    {
      if (g_error_matches (local_error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND))
        g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                     _ ("account add: no server for %s; name one with --smtp HOST"), add->address);
      else
        g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "%s: %s", cmd_account_add.name,
                     local_error->message);
      return FALSE;
    }
  add->takes_password = sendpath_setup_takes_password (add->setup);
  text = sendpath_setup_to_text (add->setup);
  g_printf ("%s", text);
  fflush (stdout);
  return TRUE;
}

/* FALSE without error: somebody said no. */
static gboolean
confirm_hosts (const Add *add, GError **error)
{
  const char *const *foreign = sendpath_setup_get_foreign_hosts (add->setup);
  const char *domain = strrchr (add->address, '@') + 1;
  g_autofree char *hosts = g_strjoinv (", ", (char **) foreign);
  g_autofree char *question = NULL;

  if (foreign[0] == NULL || add->yes)
    return TRUE;
  if (!cli_terminal_may_ask ())
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("account add: %s is outside %s; if that is right, use --yes, else name your "
                      "server with --smtp HOST"),
                   hosts, domain);
      return FALSE;
    }
  question = g_strdup_printf (_ ("Outside %s: %s. Is that right? [y/N]: "), domain, hosts);
  return cli_terminal_ask_yes (question);
}

/* ---- trying ---------------------------------------------------------------------------------- */

static void
print_checks (GPtrArray *checks)
{
  for (guint i = 0; i < checks->len; i++)
    cli_json_print_check (checks->pdata[i]);
  fflush (stdout);
}

/* Connects, and logs in nowhere: no password goes to a server that was only found. */
static gboolean
try_doors (SendpathAccount *account)
{
  static const char *const keys[] = { "smtp", "security", "tls-pin", "ehlo" };
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (SendpathAccount) bare = sendpath_account_new (
      sendpath_account_get_id (account), sendpath_account_get (account, "address"));
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (GPtrArray) checks = NULL;
  gboolean ok = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (sendpath_account_is_set (account, keys[i]))
      sendpath_account_set (bare, keys[i], sendpath_account_get (account, keys[i]), NULL);
  sendpath_account_set (bare, "auth", "none", NULL);
  if (!sendpath_profile_store_add_account (profiles, bare, NULL))
    return FALSE;
  engine = cli_engine_new (profiles, FALSE);
  checks =
      sendpath_engine_test_account (engine, sendpath_account_get_id (account), &ok, NULL, NULL);
  if (checks != NULL)
    print_checks (checks);
  return ok;
}

/* The account is written already, and stays: whoever named everything may be ahead of the
 * servers. @password: NULL if it needs none. */
static int
store_and_test (const Add *add, SendpathProfileStore *profiles, const char *password,
                GError **error)
{
  g_autoptr (SendpathEngine) engine = cli_engine_new (profiles, FALSE);
  g_autoptr (GPtrArray) checks = NULL;
  gboolean ok = TRUE;

  if (password != NULL && !sendpath_engine_set_password (engine, add->as, password, NULL, error))
    return CLI_UNAVAILABLE;
  if (add->no_test)
    return CLI_YES;
  checks = sendpath_engine_test_account (engine, add->as, &ok, NULL, error);
  if (checks == NULL)
    return CLI_UNAVAILABLE;
  print_checks (checks);
  return ok ? CLI_YES : CLI_NO;
}

/* ---- the first message ----------------------------------------------------------------------- */

/* A program of its own sends it: this one has threads since it tried the servers, and what may have
 * to stay with a message that waits must fork before there are any. */
static int
send_first_message (const Add *add)
{
  g_autoptr (GSubprocess) send = NULL;
  g_autofree char *message = NULL;

  message = g_strdup_printf ("To: %s\nSubject: sendpath\nMIME-Version: 1.0\n"
                             "Content-Type: text/plain; charset=utf-8\n"
                             "Content-Transfer-Encoding: 8bit\n\n%s\n",
                             add->address,
                             _ ("This message has come by the account that you have just set up. "
                                "It works."));
  fflush (stdout);
  send = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, NULL, "/proc/self/exe", "send",
                           "--account", add->as, "-t", NULL);
  if (send == NULL || !g_subprocess_communicate_utf8 (send, message, NULL, NULL, NULL, NULL) ||
      !g_subprocess_get_if_exited (send))
    return CLI_UNAVAILABLE;
  return g_subprocess_get_exit_status (send);
}

static gboolean
is_guided (const Add *add)
{
  return !add->yes && !add->password_stdin && cli_terminal_may_ask ();
}

static int
offer_first_message (const Add *add)
{
  g_autofree char *question =
      g_strdup_printf (_ ("Send a first message to yourself, %s? [y/N]: "), add->address);

  return cli_terminal_ask_yes (question) ? send_first_message (add) : CLI_YES;
}

/* ---- the steps ------------------------------------------------------------------------------- */

static int
give_up (void)
{
  g_printf ("%s\n", _ ("Nothing was written."));
  return CLI_NO;
}

/* CLI_YES: go on. */
static int
complete_account (Add *add, SendpathAccount *account, GError **error)
{
  if (sendpath_account_is_set (account, "smtp"))
    return CLI_YES;
  if (!find_servers (add, error))
    return CLI_USAGE;
  if (!confirm_hosts (add, error))
    return *error != NULL ? CLI_USAGE : give_up ();
  if (!sendpath_setup_apply (add->setup, account, error))
    return CLI_USAGE;
  if (add->no_test || try_doors (account) || add->yes)
    return CLI_YES;
  if (cli_terminal_may_ask ())
    return cli_terminal_ask_yes (
               _ ("No server could be reached from here. Write the account all the "
                  "same? [y/N]: "))
               ? CLI_YES
               : give_up ();
  g_fprintf (stderr,
             _ ("sendpath: account add: no server of %s could be reached from here; try again "
                "elsewhere, or use --no-test\n"),
             add->address);
  return CLI_UNAVAILABLE;
}

/* What it needs for a login stands in it, or it needs none. */
static gboolean
has_all (SendpathAccount *account)
{
  return g_str_equal (sendpath_account_get (account, "auth"), "none") ||
         sendpath_account_get (account, "secret-command") != NULL ||
         sendpath_account_get (account, "token-command") != NULL;
}

static gboolean
needs_password (const Add *add, SendpathAccount *account)
{
  return add->takes_password && !has_all (account);
}

/* NULL: none now. Wipe it. */
static char *
ask_password (const Add *add, SendpathAccount *account)
{
  g_autofree char *prompt = NULL;

  if (add->yes || !needs_password (add, account) || !cli_terminal_may_ask ())
    return NULL;
  prompt = g_strdup_printf (_ ("Password of %s (empty: set it later): "), add->as);
  return cli_password_ask (prompt);
}

/* @password: what was given, or NULL; it is wiped. */
static int
run_steps (Add *add, char *password, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = cli_load_profiles (TRUE, error);
  SendpathAccount *account = profiles != NULL ? make_account (add, profiles, error) : NULL;
  int status = account != NULL ? complete_account (add, account, error) : CLI_CONFIG;
  gboolean is_ready = FALSE;

  if (status == CLI_YES && password == NULL)
    password = ask_password (add, account);
  if (status == CLI_YES && !sendpath_profile_store_save (profiles, error))
    status = CLI_CONFIG;
  else if (status == CLI_YES)
    {
      g_printf (_ ("Account %s for %s written to %s\n"), add->as, add->address,
                sendpath_profile_store_get_path (profiles));
      fflush (stdout);
      is_ready = password != NULL || (is_guided (add) && has_all (account));
      if (is_ready)
        status = store_and_test (add, profiles, password, error);
      else if (needs_password (add, account))
        g_printf (_ ("Store its password with “sendpath password set %s”.\n"), add->as);
    }
  cli_password_wipe (password);
  if (status == CLI_YES && is_ready && !add->no_test && is_guided (add))
    return offer_first_message (add);
  return status;
}

/* NULL: nobody can be asked. */
static char *
ask_address (const Add *add, GError **error)
{
  char *address = is_guided (add) ? cli_terminal_ask (_ ("Your mail address: ")) : NULL;

  if (address == NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                 _ ("%s: %s is missing; see “sendpath %s --help”"), cmd_account_add.name, "ADDRESS",
                 cmd_account_add.name);
  return address;
}

static int
run_add (int argc, char **argv, GError **error)
{
  g_auto (Add) add = { .takes_password = TRUE };
  const GOptionEntry entries[] = {
    { "as", 0, 0, G_OPTION_ARG_STRING, &add.as, N_ ("Name of the account"), N_ ("NAME") },
    { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &add.password_stdin,
      N_ ("Read the password from standard input, store it, and try the servers"), NULL },
    { "no-test", 0, 0, G_OPTION_ARG_NONE, &add.no_test, N_ ("Do not try the servers"), NULL },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &add.yes, N_ ("Do not ask"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_auto (GStrv) operands = cli_parse_with_keys (&cmd_account_add, SENDPATH_SECTION_ACCOUNT,
                                                 entries, argc, argv, 0, 1, &add.values, error);
  char *password = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  add.address = operands[0] != NULL ? g_strdup (operands[0]) : ask_address (&add, error);
  if (add.address == NULL || !cli_check_address (&cmd_account_add, add.address, error))
    return CLI_USAGE;
  if (add.password_stdin && (password = cli_password_read ("", error)) == NULL)
    return CLI_USAGE;
  if (add.as == NULL)
    add.as = name_for (add.address);
  return run_steps (&add, password, error);
}

const CliCommand cmd_account_add = { "account add", "[ADDRESS]",
                                     N_ ("Set up an account; every configuration key is an option"),
                                     run_add };
