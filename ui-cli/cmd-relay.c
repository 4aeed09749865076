/* `sendpath location trust` and `forget`: the relay that this network offers. What is asked before it is
 * approved is the engine's question. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "commands.h"

/* It has the form of the configuration key. */
static gboolean
check_key (const char *key, GError **error)
{
  const SendpathProfileKey *form = sendpath_profile_key_find (SENDPATH_SECTION_LOCATION, "tls-pin");

  if (key == NULL || sendpath_profile_key_check (form, key, error))
    return TRUE;
  cli_blame_usage (&cmd_location_trust, error);
  return FALSE;
}

static int
run_trust (int argc, char **argv, GError **error)
{
  g_autofree char *key = NULL;
  const GOptionEntry entries[] = {
    { "key", 0, 0, G_OPTION_ARG_STRING, &key,
      N_ ("Approve the relay that shows this key, if its certificate is not trusted"),
      "sha256:HEX" },
    G_OPTION_ENTRY_NULL
  };
  g_auto (GStrv) operands = cli_parse (&cmd_location_trust, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autofree char *relay = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  if (!check_key (key, error))
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  if (engine == NULL)
    return CLI_CONFIG;
  sendpath_engine_stand_by (engine, NULL); /* what waited for this is tried, service or not */
  relay = sendpath_engine_trust_relay (engine, key, NULL, error);
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
  g_autoptr (SendpathEngine) engine = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  if (engine == NULL)
    return CLI_CONFIG;
  if (!sendpath_engine_forget_relays (engine, error))
    return CLI_UNAVAILABLE;
  g_printf ("%s\n", _ ("What was decided about relays of this network is forgotten."));
  return CLI_YES;
}

const CliCommand cmd_location_forget = {
  "location forget", "", N_ ("Take back what was decided about relays of this network"), run_forget
};
