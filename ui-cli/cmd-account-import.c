/* `sendpath account import`: the accounts that another mail program has. It shows what it would
 * write, and writes nothing and copies no password unless somebody said yes. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <string.h>

#include "cli-terminal.h"
#include "commands.h"

typedef struct {
  SendpathProfileStore *profiles;
  SendpathEngine *engine;
  GPtrArray *found;    /* of SendpathImported */
  GPtrArray *accounts; /* of SendpathImported: those to write; borrowed */
  gboolean yes;
} Import;

static void
import_clear (Import *import)
{
  g_clear_object (&import->engine);
  g_clear_object (&import->profiles);
  g_clear_pointer (&import->found, g_ptr_array_unref);
  g_clear_pointer (&import->accounts, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static const char *
get_id (const SendpathImported *imported)
{
  return sendpath_account_get_id (sendpath_imported_get_account (imported));
}

/* ---- what would be written ------------------------------------------------------------------- */

/* Adds to the store what is new; nothing is written yet. */
static gboolean
add_accounts (Import *import, GError **error)
{
  for (guint i = 0; i < import->found->len; i++)
    {
      SendpathImported *imported = import->found->pdata[i];
      SendpathAccount *account = sendpath_imported_get_account (imported);

      if (account == NULL || sendpath_imported_get_twin (imported) != NULL)
        continue;
      if (!sendpath_profile_store_add_account (import->profiles, account, error))
        return FALSE;
      g_ptr_array_add (import->accounts, imported);
    }
  return TRUE;
}

/* One line: where the password is, and what has to be done about it. */
static char *
tell_password (const Import *import, const SendpathImported *imported)
{
  const char *id = get_id (imported);
  const char *state = sendpath_engine_get_secret_state (import->engine, id);

  switch (sendpath_imported_get_secret (imported))
    {
    case SENDPATH_IMPORT_SECRET_NONE:
      return g_strdup (_ ("Password: none is needed."));
    case SENDPATH_IMPORT_SECRET_COMMAND:
      return g_strdup (_ ("Password: the command prints it."));
    case SENDPATH_IMPORT_SECRET_TOKEN:
      return g_strdup (_ ("Password: none, but an OAuth2 access token: from the same account in "
                          "GNOME’s Online Accounts, or from a token-command."));
    case SENDPATH_IMPORT_SECRET_FILE:
      return g_strdup_printf (_ ("Password: in plain text in %s; it is not copied unless you say "
                                 "so."),
                              sendpath_imported_get_secret_place (imported));
    case SENDPATH_IMPORT_SECRET_ITEM:
      return g_strdup_printf (_ ("Password: in the keyring if %s stored it there; it is not "
                                 "copied unless you say so."),
                              sendpath_imported_get_secret_place (imported));
    case SENDPATH_IMPORT_SECRET_KEYRING:
    case SENDPATH_IMPORT_SECRET_CLOSED:
      break;
    }
  if (g_str_equal (state, "keyring"))
    return g_strdup (_ ("Password: in the keyring; it is used where it is."));
  if (g_str_equal (state, "locked"))
    return g_strdup (_ ("Password: the keyring is locked, so nobody knows whether it is there."));
  if (sendpath_imported_get_secret (imported) == SENDPATH_IMPORT_SECRET_KEYRING)
    return g_strdup_printf (
        _ ("Password: none was found; set it later with “sendpath password set %s”."), id);
  return g_strdup_printf (
      _ ("Password: sendpath cannot use what the other program has; set it later "
         "with “sendpath password set %s”."),
      id);
}

static void
show_one (const Import *import, const SendpathImported *imported)
{
  SendpathAccount *account = sendpath_imported_get_account (imported);
  const char *twin = sendpath_imported_get_twin (imported);

  if (account != NULL && twin != NULL)
    g_printf (_ ("%s is there already, as account %s.\n"),
              sendpath_account_get (account, "address"), twin);
  else if (account != NULL)
    {
      g_autofree char *text = sendpath_imported_to_text (imported);
      g_autofree char *password = tell_password (import, imported);

      g_printf ("%s  %s\n", text, password);
    }
  if (twin == NULL)
    for (const char *const *note = sendpath_imported_get_notes (imported); *note != NULL; note++)
      g_printf ("  %s\n", *note);
  g_printf ("\n");
}

/* ---- writing --------------------------------------------------------------------------------- */

/* FALSE without error: somebody said no. */
static gboolean
confirm (const Import *import, GError **error)
{
  g_autofree char *question = NULL;

  if (import->yes)
    return TRUE;
  if (!cli_terminal_may_ask ())
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE,
                           _ ("account import: nobody can be asked here; use --yes to write this"));
      return FALSE;
    }
  question = g_strdup_printf (_ ("Write this to %s? [y/N]: "),
                              sendpath_profile_store_get_path (import->profiles));
  return cli_terminal_ask_yes (question);
}

static gboolean
copy_password (const Import *import, const SendpathImported *imported, GError **error)
{
  char *password = sendpath_imported_read_password (imported, error);
  gboolean is_stored;

  if (password == NULL)
    return FALSE;
  is_stored =
      sendpath_engine_set_password (import->engine, get_id (imported), password, NULL, error);
  explicit_bzero (password, strlen (password));
  g_free (password);
  return is_stored;
}

/* Without a clear yes it stays where it is: --yes is about accounts, not about passwords. FALSE if
 * it was to be copied and could not. */
static gboolean
offer_to_copy (const Import *import, const SendpathImported *imported)
{
  const char *id = get_id (imported);
  const char *place = sendpath_imported_get_secret_place (imported);
  g_autofree char *question =
      g_strdup_printf (_ ("Copy the password of %s from %s to the keyring? [y/N]: "), id, place);
  g_autoptr (GError) error = NULL;
  gboolean is_wanted = !import->yes && cli_terminal_may_ask () && cli_terminal_ask_yes (question);

  if (!is_wanted || !copy_password (import, imported, &error))
    {
      if (error != NULL)
        g_fprintf (stderr, "sendpath: %s\n", error->message);
      g_printf (_ ("Store its password with “sendpath password set %s”.\n"), id);
    }
  else if (sendpath_imported_get_secret (imported) == SENDPATH_IMPORT_SECRET_FILE)
    g_printf (_ ("The password of %s is in the keyring now; you can take it out of %s.\n"), id,
              place);
  else
    g_printf (_ ("The password of %s is in the keyring now.\n"), id);
  fflush (stdout);
  return error == NULL;
}

static int
write_accounts (const Import *import, GError **error)
{
  int status = CLI_YES;

  if (!confirm (import, error))
    {
      if (*error == NULL)
        g_printf ("%s\n", _ ("Nothing was written."));
      return *error == NULL ? CLI_NO : CLI_USAGE;
    }
  if (!sendpath_profile_store_save (import->profiles, error))
    return CLI_CONFIG;
  for (guint i = 0; i < import->accounts->len; i++)
    {
      SendpathAccount *account = sendpath_imported_get_account (import->accounts->pdata[i]);

      g_printf (_ ("Account %s for %s written to %s\n"), sendpath_account_get_id (account),
                sendpath_account_get (account, "address"),
                sendpath_profile_store_get_path (import->profiles));
    }
  fflush (stdout);
  for (guint i = 0; i < import->accounts->len; i++)
    if (sendpath_imported_get_secret_place (import->accounts->pdata[i]) != NULL &&
        !offer_to_copy (import, import->accounts->pdata[i]))
      status = CLI_UNAVAILABLE;
  return status;
}

/* ---- the steps ------------------------------------------------------------------------------- */

static gboolean
check_program (const char *program, GError **error)
{
  const char *const *programs = sendpath_import_get_programs ();
  g_autofree char *all = g_strjoinv (", ", (char **) programs);

  if (g_strv_contains (programs, program))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
               _ ("account import: “%s” is none of the programs whose accounts can be read: %s"),
               program, all);
  return FALSE;
}

static int
import_from (Import *import, const char *program, const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  import->profiles = cli_load_profiles (TRUE, error);
  if (import->profiles == NULL)
    return CLI_CONFIG;
  import->found = sendpath_import_read (program, path, import->profiles, &local_error);
  if (import->found == NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_NOT_FOUND, "%s: %s", cmd_account_import.name,
                   local_error->message);
      return CLI_NO;
    }
  import->accounts = g_ptr_array_new ();
  if (!add_accounts (import, error))
    return CLI_CONFIG;
  import->engine = cli_engine_new (import->profiles, FALSE);
  for (guint i = 0; i < import->found->len; i++)
    show_one (import, import->found->pdata[i]);
  if (import->accounts->len == 0)
    {
      g_printf ("%s\n", _ ("There is nothing to import."));
      return CLI_NO;
    }
  fflush (stdout);
  return write_accounts (import, error);
}

static int
run_import (int argc, char **argv, GError **error)
{
  g_auto (Import) import = { 0 };
  const GOptionEntry entries[] = {
    { "yes", 0, 0, G_OPTION_ARG_NONE, &import.yes, N_ ("Do not ask"), NULL }, G_OPTION_ENTRY_NULL
  };
  g_auto (GStrv) operands = cli_parse (&cmd_account_import, entries, argc, argv, 1, 2, error);

  if (operands == NULL || !check_program (operands[0], error))
    return CLI_USAGE;
  return import_from (&import, operands[0], operands[1], error);
}

const CliCommand cmd_account_import = { "account import",
                                        "msmtp|thunderbird|claws|evolution [FILE]",
                                        N_ ("Take over the accounts of another mail program"),
                                        run_import };
