/* `sendpath plan`: the routes that would be tried, and why. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-json.h"
#include "commands.h"

static void
print_route (const SendpathRoute *route)
{
  GPtrArray *endpoints = sendpath_route_get_endpoints (route);
  g_autoptr (GString) ports = g_string_new (NULL);

  for (guint i = 0; i < endpoints->len; i++)
    g_string_append_printf (
        ports, "%s%u %s", i > 0 ? ", " : "", sendpath_endpoint_get_port (endpoints->pdata[i]),
        sendpath_security_to_string (sendpath_endpoint_get_security (endpoints->pdata[i])));
  g_printf ("%u  %s (%s)\n   %s\n", sendpath_route_get_kind (route),
            sendpath_route_get_server (route), ports->str, sendpath_route_get_why (route));
  if (sendpath_route_get_skipped (route) != NULL)
    {
      g_printf ("   ");
      g_printf (_ ("%s is not used: %s"), sendpath_route_get_server (route),
                sendpath_route_get_skipped (route));
      g_printf ("\n");
    }
}

static int
run (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  g_autofree char *account = NULL, *from = NULL, *to = NULL;
  const GOptionEntry entries[] = {
    { "account", 0, 0, G_OPTION_ARG_STRING, &account, N_ ("Account to send by"), N_ ("NAME") },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, N_ ("From: address of the message"), N_ ("ADDR") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to, N_ ("Recipient of the message"), N_ ("ADDR") },
    CLI_JSON_OPTION (&json),
    G_OPTION_ENTRY_NULL
  };
  g_auto (GStrv) operands = cli_parse (&cmd_plan, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (GPtrArray) routes = NULL;

  if (operands == NULL || !cli_check_address (&cmd_plan, from, error) ||
      !cli_check_address (&cmd_plan, to, error))
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL || (account != NULL && cli_find_account (profiles, account, error) == NULL))
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  routes = sendpath_engine_plan (engine, account, from, error);
  if (routes == NULL)
    return CLI_CONFIG;
  for (guint i = 0; i < routes->len; i++)
    {
      g_autofree char *line = json ? sendpath_route_to_json (routes->pdata[i]) : NULL;

      if (json)
        g_printf ("%s\n", line);
      else
        print_route (routes->pdata[i]);
    }
  return routes->len > 0 ? CLI_YES : CLI_NO;
}

const CliCommand cmd_plan = { "plan", "",
                              N_ ("Show the routes that would be tried from here, and why"), run };
