/* What the commands of `sendpath` share: configuration, engine, errors. It never exits: main()
 * does. */
#include "config.h"

#include "cli-command.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>

#include "cli-request.h"
#include "cli-terminal.h"
#include "sendmail-exit.h"

G_DEFINE_QUARK (cli-error-quark, cli_error)

/* ---- profiles and engine --------------------------------------------------------------------- */

SendpathProfileStore *
cli_load_profiles (gboolean may_be_missing, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (GError) local_error = NULL;

  if (sendpath_profile_store_load (profiles, &local_error) ||
      (may_be_missing &&
       g_error_matches (local_error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING)))
    return g_steal_pointer (&profiles);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

SendpathAccount *
cli_find_account (SendpathProfileStore *profiles, const char *name, GError **error)
{
  SendpathAccount *account = sendpath_profile_store_get_account (profiles, name);

  if (account == NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_NOT_FOUND,
                 _ ("%s: there is no account %s; “sendpath account list” shows them"),
                 sendpath_profile_store_get_path (profiles), name);
  return account;
}

void
cli_blame_usage (const CliCommand *command, GError **error)
{
  if (g_error_matches (*error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_EXISTS))
    return;
  (*error)->domain = CLI_ERROR;
  (*error)->code = CLI_ERROR_USAGE;
  g_prefix_error (error, "%s: ", command->name);
}

gboolean
cli_check_address (const CliCommand *command, const char *address, GError **error)
{
  const SendpathProfileKey *form = sendpath_profile_key_find (SENDPATH_SECTION_ACCOUNT, "address");

  if (address == NULL || sendpath_profile_key_check (form, address, error))
    return TRUE;
  cli_blame_usage (command, error);
  return FALSE;
}

static void
on_trace (SendpathEngine *engine, const char *line, gpointer data)
{
  g_fprintf (stderr, "%s\n", line);
}

SendpathEngine *
cli_engine_new (SendpathProfileStore *profiles, gboolean show_trace)
{
  SendpathEngine *engine = sendpath_engine_new (profiles);

  if (cli_terminal_may_ask ())
    g_signal_connect (engine, "request", G_CALLBACK (cli_request_answer), NULL);
  if (show_trace)
    g_signal_connect (engine, "trace", G_CALLBACK (on_trace), NULL);
  return engine;
}

SendpathEngine *
cli_open_engine (gboolean may_be_missing, gboolean show_trace, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = cli_load_profiles (may_be_missing, error);

  return profiles != NULL ? cli_engine_new (profiles, show_trace) : NULL;
}

/* ---- errors ---------------------------------------------------------------------------------- */

int
cli_fail (const GError *error)
{
  g_fprintf (stderr, "sendpath: %s\n", error->message);
  if (g_error_matches (error, CLI_ERROR, CLI_ERROR_USAGE))
    return CLI_USAGE;
  if (g_error_matches (error, CLI_ERROR, CLI_ERROR_NOT_FOUND) ||
      g_error_matches (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND) ||
      g_error_matches (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_EXISTS))
    return CLI_NO;
  return sendmail_exit_for_error (error);
}
