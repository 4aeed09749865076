/* `sendpath location trust` and `forget`: the relay that this network offers. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "commands.h"

static int
run_trust (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_location_trust, NULL, argc, argv, 0, 0, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autofree char *relay = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (TRUE, error);
  if (profiles == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  relay = sendpath_engine_trust_relay (engine, NULL, error);
  if (relay == NULL)
    return CLI_UNAVAILABLE;
  g_printf (_ ("On this network, mail that no server of an account takes leaves by %s from now on. "
               "Whoever runs it can read that mail; it gets no password.\n"),
            relay);
  return CLI_YES;
}

const CliCommand cmd_location_trust = { "location trust", "",
                                        N_ ("Approve the relay that this network offers"),
                                        run_trust };

static int
run_forget (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_location_forget, NULL, argc, argv, 0, 0, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (TRUE, error);
  if (profiles == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  if (!sendpath_engine_forget_relays (engine, error))
    return CLI_UNAVAILABLE;
  g_printf ("%s\n", _ ("No relay that was offered is approved for this network any more."));
  return CLI_YES;
}

const CliCommand cmd_location_forget = { "location forget", "",
                                         N_ ("Take back what was approved for this network"),
                                         run_forget };
