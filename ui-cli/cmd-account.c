/* `sendpath account …`: who you are. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <string.h>

#include "cli-json.h"
#include "cli-password.h"
#include "commands.h"

/* ---- add ------------------------------------------------------------------------------------- */

/* The domain's first label: terri@proseware.com gives `proseware`. */
static char *
name_for (const char *address)
{
  const char *domain = strrchr (address, '@');

  return domain != NULL ? g_strndup (domain + 1, strcspn (domain + 1, ".")) : g_strdup (address);
}

static SendpathAccount *
make_account (const char *name, const char *address, GHashTable *values, GError **error)
{
  g_autoptr (SendpathAccount) account = sendpath_account_new (name, address);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!sendpath_account_set (account, key, value, error))
      return NULL;
  if (!sendpath_account_is_set (account, "smtp"))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("account add: no server for %s; name one with --smtp HOST"), address);
      return NULL;
    }
  return g_steal_pointer (&account);
}

static void
print_checks (GPtrArray *checks, gboolean as_json)
{
  for (guint i = 0; i < checks->len; i++)
    if (as_json)
      g_printf ("%s\n", (const char *) checks->pdata[i]);
    else
      cli_json_print_check (checks->pdata[i]);
}

/* The account is written already, and stays: whoever named everything may be ahead of the
 * servers. */
static int
store_and_test (SendpathProfileStore *profiles, const char *name, const char *password,
                gboolean no_test, GError **error)
{
  g_autoptr (SendpathEngine) engine = cli_engine_new (profiles, FALSE);
  g_autoptr (GPtrArray) checks = NULL;
  gboolean ok = TRUE;

  if (!sendpath_engine_set_password (engine, name, password, NULL, error))
    return CLI_UNAVAILABLE;
  if (no_test)
    return CLI_YES;
  checks = sendpath_engine_test_account (engine, name, &ok, NULL, error);
  if (checks == NULL)
    return CLI_UNAVAILABLE;
  print_checks (checks, FALSE);
  return ok ? CLI_YES : CLI_NO;
}

/* The new account, in the file; NULL if it could not be written. */
static SendpathProfileStore *
write_account (const char *name, const char *address, GHashTable *values, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = cli_load_profiles (TRUE, error);
  g_autoptr (SendpathAccount) account = NULL;

  if (profiles == NULL)
    return NULL;
  account = make_account (name, address, values, error);
  if (account == NULL || !sendpath_profile_store_add_account (profiles, account, error))
    {
      cli_blame_usage (&cmd_account_add, error);
      return NULL;
    }
  return sendpath_profile_store_save (profiles, error) ? g_steal_pointer (&profiles) : NULL;
}

static int
run_add (int argc, char **argv, GError **error)
{
  g_autofree char *as = NULL;
  gboolean password_stdin = FALSE, no_test = FALSE, yes = FALSE;
  const GOptionEntry entries[] = {
    { "as", 0, 0, G_OPTION_ARG_STRING, &as, N_ ("Name of the account"), N_ ("NAME") },
    { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &password_stdin,
      N_ ("Read the password from standard input, store it, and try the servers"), NULL },
    { "no-test", 0, 0, G_OPTION_ARG_NONE, &no_test, N_ ("Do not try the servers"), NULL },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &yes, N_ ("Do not ask"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GHashTable) values = NULL;
  g_auto (GStrv) operands = cli_parse_with_keys (&cmd_account_add, SENDPATH_SECTION_ACCOUNT,
                                                 entries, argc, argv, 1, 1, &values, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  char *password = NULL;
  int status = CLI_YES;

  if (operands == NULL)
    return CLI_USAGE;
  if (password_stdin && (password = cli_password_read ("", error)) == NULL)
    return CLI_USAGE;
  if (as == NULL)
    as = name_for (operands[0]);
  profiles = write_account (as, operands[0], values, error);
  if (profiles != NULL)
    g_printf (_ ("Account %s for %s written to %s\n"), as, operands[0],
              sendpath_profile_store_get_path (profiles));
  if (profiles != NULL && password != NULL)
    status = store_and_test (profiles, as, password, no_test, error);
  cli_password_wipe (password);
  return profiles != NULL ? status : CLI_CONFIG;
}

const CliCommand cmd_account_add = { "account add", "ADDRESS",
                                     N_ ("Set up an account; every configuration key is an option"),
                                     run_add };

/* ---- list, show ------------------------------------------------------------------------------ */

static void
print_account_json (SendpathEngine *engine, SendpathAccount *account)
{
  g_autoptr (JsonObject) object = cli_json_new ();

  cli_json_add_text (object, "account", sendpath_account_get_id (account));
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == SENDPATH_SECTION_ACCOUNT)
      cli_json_add_text (object, key->name, sendpath_account_get (account, key->name));
  cli_json_add_text (object, "secret",
                     sendpath_engine_get_secret_state (engine, sendpath_account_get_id (account)));
  cli_json_print (object);
}

static int
run_list (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_account_list, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  GListModel *accounts;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  accounts = sendpath_profile_store_get_accounts (profiles);
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (SendpathAccount) account = g_list_model_get_item (accounts, i);

      if (json)
        print_account_json (engine, account);
      else
        g_printf ("%-16s %-32s %s\n", sendpath_account_get_id (account),
                  sendpath_account_get (account, "address"),
                  sendpath_account_get (account, "smtp"));
    }
  return g_list_model_get_n_items (accounts) > 0 ? CLI_YES : CLI_NO;
}

const CliCommand cmd_account_list = { "account list", "", N_ ("Show all accounts"), run_list };

static int
run_show (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_account_show, entries, argc, argv, 1, 1, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  SendpathAccount *account;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  account = profiles != NULL ? cli_find_account (profiles, operands[0], error) : NULL;
  if (account == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  if (json)
    {
      print_account_json (engine, account);
      return CLI_YES;
    }
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == SENDPATH_SECTION_ACCOUNT &&
        sendpath_account_get (account, key->name) != NULL)
      g_printf ("%-22s %s%s\n", key->name, sendpath_account_get (account, key->name),
                sendpath_account_is_set (account, key->name) ? "" : _ ("  (default)"));
  g_printf ("%-22s %s\n", _ ("password"),
            sendpath_engine_get_secret_state (engine, sendpath_account_get_id (account)));
  return CLI_YES;
}

const CliCommand cmd_account_show = { "account show", "NAME", N_ ("Show one account"), run_show };

/* ---- remove, forget -------------------------------------------------------------------------- */

static int
run_remove (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_account_remove, NULL, argc, argv, 1, 1, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL || cli_find_account (profiles, operands[0], error) == NULL ||
      !sendpath_profile_store_remove_account (profiles, operands[0], error) ||
      !sendpath_profile_store_save (profiles, error))
    return CLI_CONFIG;
  return CLI_YES;
}

const CliCommand cmd_account_remove = { "account remove", "NAME",
                                        N_ ("Remove an account; its password stays in the keyring"),
                                        run_remove };

static int
run_forget (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_account_forget, NULL, argc, argv, 1, 1, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL || cli_find_account (profiles, operands[0], error) == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  sendpath_engine_forget_account (engine, operands[0]);
  return CLI_YES;
}

const CliCommand cmd_account_forget = { "account forget", "NAME",
                                        N_ ("Forget what was learned about an account's servers"),
                                        run_forget };

/* ---- test ------------------------------------------------------------------------------------ */

static int
run_test (int argc, char **argv, GError **error)
{
  gboolean json = FALSE, trace = FALSE, ok = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), CLI_TRACE_OPTION (&trace),
                                   G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_account_test, entries, argc, argv, 1, 1, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (GPtrArray) checks = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL || cli_find_account (profiles, operands[0], error) == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, trace);
  checks = sendpath_engine_test_account (engine, operands[0], &ok, NULL, error);
  if (checks == NULL)
    return CLI_UNAVAILABLE;
  print_checks (checks, json);
  return ok ? CLI_YES : CLI_NO;
}

const CliCommand cmd_account_test = { "account test", "NAME",
                                      N_ ("Connect and log in at every server, send nothing"),
                                      run_test };
