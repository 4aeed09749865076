/* `sendpath location …`: where you are. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-json.h"
#include "commands.h"

/* A location is known by one of these. */
static const char *const match_keys[] = { "connection", "ssid", "gateway", "domain", "network" };

static gboolean
has_match (SendpathLocation *location)
{
  for (guint i = 0; i < G_N_ELEMENTS (match_keys); i++)
    if (sendpath_location_is_set (location, match_keys[i]))
      return TRUE;
  return FALSE;
}

/* Where a cable goes NetworkManager often has one connection for all networks, and nothing else may be
 * known: then it is what tells most about the network itself. */
static gboolean
add_match_of_network (SendpathLocation *location, SendpathNetwork *network, GError **error)
{
  const char *const facts[][2] = {
    { "gateway", sendpath_network_get_gateway (network) },
    { "domain", sendpath_network_get_domains (network)[0] },
    { "network", sendpath_network_get_addresses (network)[0] },
  };

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    if (facts[i][1] != NULL)
      return sendpath_location_set (location, facts[i][0], facts[i][1], error);
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
               _ ("there is no network here that %s could be; say how it is known, with --gateway, "
                  "--domain or --network"),
               sendpath_location_get_id (location));
  return FALSE;
}

/* Without a key to know it by it is the present network. */
static gboolean
add_match (SendpathProfileStore *profiles, SendpathLocation *location, GError **error)
{
  g_autoptr (SendpathEngine) engine = NULL;
  SendpathNetwork *network;
  const char *connection;
  const char *ssid;

  if (has_match (location))
    return TRUE;
  engine = cli_engine_new (profiles, FALSE);
  network = sendpath_engine_get_network (engine);
  connection = sendpath_network_get_connection (network);
  ssid = sendpath_network_get_ssid (network);
  if ((connection != NULL && !sendpath_location_set (location, "connection", connection, error)) ||
      (ssid != NULL && !sendpath_location_set (location, "ssid", ssid, error)))
    return FALSE;
  return (connection != NULL &&
          g_strcmp0 (sendpath_network_get_connection_type (network), "ethernet") != 0) ||
         add_match_of_network (location, network, error);
}

static int
run_add (int argc, char **argv, GError **error)
{
  g_autoptr (GHashTable) values = NULL;
  g_auto (GStrv) operands = cli_parse_with_keys (&cmd_location_add, SENDPATH_SECTION_LOCATION, NULL,
                                                 argc, argv, 1, 1, &values, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathLocation) location = NULL;
  GHashTableIter iter;
  gpointer key, value;
  gboolean is_good = TRUE;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (TRUE, error);
  if (profiles == NULL)
    return CLI_CONFIG;
  location = sendpath_location_new (operands[0]);
  g_hash_table_iter_init (&iter, values);
  while (is_good && g_hash_table_iter_next (&iter, &key, &value))
    is_good = sendpath_location_set (location, key, value, error);
  if (!is_good || !sendpath_profile_store_add_location (profiles, location, error) ||
      !add_match (profiles, location, error))
    {
      cli_blame_usage (&cmd_location_add, error);
      return CLI_USAGE;
    }
  if (!sendpath_profile_store_save (profiles, error))
    return CLI_CONFIG;
  g_printf (_ ("Location %s written to %s\n"), operands[0],
            sendpath_profile_store_get_path (profiles));
  return CLI_YES;
}

const CliCommand cmd_location_add = { "location add", "NAME",
                                      N_ ("Add a location; every configuration key is an option"),
                                      run_add };

static void
print_json (SendpathLocation *location)
{
  g_autoptr (JsonObject) object = cli_json_new ();

  cli_json_add_text (object, "location", sendpath_location_get_id (location));
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == SENDPATH_SECTION_LOCATION)
      cli_json_add_text (object, key->name, sendpath_location_get (location, key->name));
  cli_json_print (object);
}

static int
run_list (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_location_list, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  SendpathLocation *here;
  GListModel *locations;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  here = sendpath_engine_get_current_location (engine);
  locations = sendpath_profile_store_get_locations (profiles);
  for (guint i = 0; i < g_list_model_get_n_items (locations); i++)
    {
      g_autoptr (SendpathLocation) location = g_list_model_get_item (locations, i);
      const char *smtp = sendpath_location_get (location, "smtp");

      if (json)
        print_json (location);
      else
        g_printf ("%-16s %-32s %s\n", sendpath_location_get_id (location),
                  smtp != NULL ? smtp : "-", location == here ? _ ("(here)") : "");
    }
  return g_list_model_get_n_items (locations) > 0 ? CLI_YES : CLI_NO;
}

const CliCommand cmd_location_list = { "location list", "", N_ ("Show all locations"), run_list };

static int
run_remove (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_location_remove, NULL, argc, argv, 1, 1, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL)
    return CLI_CONFIG;
  if (sendpath_profile_store_get_location (profiles, operands[0]) == NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_NOT_FOUND,
                   _ ("%s: there is no location %s; “sendpath location list” shows them"),
                   sendpath_profile_store_get_path (profiles), operands[0]);
      return CLI_NO;
    }
  if (!sendpath_profile_store_remove_location (profiles, operands[0], error) ||
      !sendpath_profile_store_save (profiles, error))
    return CLI_CONFIG;
  return CLI_YES;
}

const CliCommand cmd_location_remove = { "location remove", "NAME", N_ ("Remove a location"),
                                         run_remove };
