/* `sendpath account …`: who you are. `account add` is in cmd-account-add.c. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-json.h"
#include "commands.h"

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

static void
print_checks (GPtrArray *checks, gboolean as_json)
{
  for (guint i = 0; i < checks->len; i++)
    if (as_json)
      g_printf ("%s\n", (const char *) checks->pdata[i]);
    else
      cli_json_print_check (checks->pdata[i]);
}

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
