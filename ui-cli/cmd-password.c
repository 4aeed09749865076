/* `sendpath password …`: passwords go into the system keyring and nowhere else. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-password.h"
#include "commands.h"

/* NAME means nothing here, which is no fault of the configuration. */
static int
blame_name (GError **error)
{
  if (!g_error_matches (*error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT))
    return CLI_UNAVAILABLE;
  (*error)->domain = CLI_ERROR;
  (*error)->code = CLI_ERROR_NOT_FOUND;
  return CLI_NO;
}

static int
run_set (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_password_set, NULL, argc, argv, 1, 1, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_auto (GStrv) servers = NULL;
  g_autofree char *prompt = NULL;
  char *password;
  gboolean is_stored;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (FALSE, FALSE, error);
  if (engine == NULL)
    return CLI_CONFIG;
  sendpath_engine_stand_by (engine, NULL); /* what waited for this is tried, service or not */
  prompt = g_strdup_printf (_ ("Password of %s: "), operands[0]);
  password = cli_password_read (prompt, error);
  if (password == NULL)
    return CLI_USAGE;
  is_stored = sendpath_engine_set_password (engine, operands[0], password, &servers, error);
  cli_password_wipe (password);
  if (!is_stored)
    return blame_name (error);
  for (guint i = 0; servers[i] != NULL; i++)
    g_printf (_ ("Stored in the keyring for %s\n"), servers[i]);
  return CLI_YES;
}

const CliCommand cmd_password_set = {
  "password set", "NAME", N_ ("Store the password of an account, pop:ACCOUNT or location:NAME"),
  run_set
};

static int
run_clear (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_password_clear, NULL, argc, argv, 1, 1, error);
  g_autoptr (SendpathEngine) engine = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (FALSE, FALSE, error);
  if (engine == NULL)
    return CLI_CONFIG;
  return sendpath_engine_clear_password (engine, operands[0], error) ? CLI_YES : blame_name (error);
}

const CliCommand cmd_password_clear = { "password clear", "NAME",
                                        N_ ("Remove a password that sendpath stored"), run_clear };
