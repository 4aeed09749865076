/* `sendpath location`: where am I; `sendpath location use`: switch by hand. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-json.h"
#include "commands.h"

/* Where we are, and how that is known. */
typedef struct {
  SendpathEngine *engine;
  SendpathNetwork *network;
  SendpathLocation *location;
  char **matched_by; /* NULL if it was chosen by hand, or there is none */
  gboolean is_chosen;
  GPtrArray *offers; /* of JSON objects as text */
} Place;

static const struct {
  const char *connectivity;
  const char *text;
} connectivity_texts[] = {
  { "none", N_ ("none") },
  { "portal", N_ ("none before you sign in on a web page of this network") },
  { "limited", N_ ("limited") },
  { "full", N_ ("full") },
};

static void
find_place (SendpathEngine *engine, Place *ret_place)
{
  g_autofree char *chosen = sendpath_engine_dup_chosen_location (engine);
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (engine);

  ret_place->engine = engine;
  ret_place->network = sendpath_engine_get_network (engine);
  ret_place->is_chosen = chosen != NULL;
  ret_place->matched_by = NULL;
  ret_place->location = ret_place->is_chosen
                            ? sendpath_engine_get_current_location (engine)
                            : sendpath_profile_store_match_location (profiles, ret_place->network,
                                                                     &ret_place->matched_by);
}

/* ---- for programs ---------------------------------------------------------------------------- */

static void
add_texts (JsonObject *object, const char *name, const char *const *texts)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_add_string_element (array, texts[i]);
  json_object_set_array_member (object, name, array);
}

static JsonObject *
new_network_object (SendpathNetwork *network)
{
  JsonObject *object = json_object_new ();

  cli_json_add_text (object, "id", sendpath_network_get_id (network));
  cli_json_add_text (object, "connection", sendpath_network_get_connection (network));
  cli_json_add_text (object, "type", sendpath_network_get_connection_type (network));
  cli_json_add_text (object, "ssid", sendpath_network_get_ssid (network));
  cli_json_add_text (object, "gateway", sendpath_network_get_gateway (network));
  add_texts (object, "domains", sendpath_network_get_domains (network));
  add_texts (object, "addresses", sendpath_network_get_addresses (network));
  cli_json_add_text (object, "connectivity", sendpath_network_get_connectivity (network));
  return object;
}

static JsonArray *
new_offers_array (GPtrArray *offers)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < offers->len; i++)
    json_array_add_element (array, json_from_string (offers->pdata[i], NULL));
  return array;
}

static void
print_json (const Place *place)
{
  g_autoptr (JsonObject) object = cli_json_new ();

  json_object_set_object_member (object, "network", new_network_object (place->network));
  cli_json_add_text (object, "location",
                     place->location != NULL ? sendpath_location_get_id (place->location) : NULL);
  add_texts (object, "matched_by", (const char *const *) place->matched_by);
  json_object_set_array_member (object, "offers", new_offers_array (place->offers));
  cli_json_print (object);
}

/* ---- for people ------------------------------------------------------------------------------ */

static void
print_line (const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    /* TRANSLATORS: a label that ends in a colon, and what it is about; leave the space out where your
     * language has none there */
    g_printf (_ ("%s %s\n"), label, text);
}

static void
print_words (const char *label, const char *const *words)
{
  g_autofree char *text = g_strjoinv (", ", (char **) words);

  print_line (label, text);
}

static const char *
get_connectivity_text (SendpathNetwork *network)
{
  const char *connectivity = sendpath_network_get_connectivity (network);

  for (guint i = 0; i < G_N_ELEMENTS (connectivity_texts); i++)
    if (g_strcmp0 (connectivity_texts[i].connectivity, connectivity) == 0)
      return _ (connectivity_texts[i].text);
  return NULL;
}

static void
print_network (SendpathNetwork *network)
{
  print_line (_ ("Network:"), sendpath_network_get_id (network));
  print_line (_ ("Connection:"), sendpath_network_get_connection (network));
  print_line (_ ("Type:"), sendpath_network_get_connection_type (network));
  print_line (_ ("Wireless name:"), sendpath_network_get_ssid (network));
  print_line (_ ("Gateway:"), sendpath_network_get_gateway (network));
  print_words (_ ("Domains:"), sendpath_network_get_domains (network));
  print_words (_ ("Own addresses:"), sendpath_network_get_addresses (network));
  print_line (_ ("Connectivity:"), get_connectivity_text (network));
}

static const char *
get_choice_text (SendpathEngine *engine, const char *host)
{
  switch (sendpath_engine_get_relay_choice (engine, host))
    {
    case SENDPATH_RELAY_CHOICE_HERE:
      return _ ("(approved)");
    case SENDPATH_RELAY_CHOICE_NEVER:
      return _ ("(never used here; see “sendpath location forget”)");
    case SENDPATH_RELAY_CHOICE_KEEP:
    case SENDPATH_RELAY_CHOICE_ONCE:
      break;
    }
  return _ ("(not approved; see “sendpath location trust”)");
}

/* The network has not named what was only looked for. */
static const char *
get_offer_label (JsonObject *offer)
{
  return g_strcmp0 (json_object_get_string_member (offer, "source"), "name") == 0
             ? _ ("Possible relay:")
             : _ ("Offered relay:");
}

static void
print_offers (SendpathEngine *engine, GPtrArray *offers)
{
  for (guint i = 0; i < offers->len; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (offers->pdata[i], NULL);
      JsonObject *offer = json_node_get_object (node);
      const char *host = json_object_get_string_member (offer, "host");
      g_autofree char *text = g_strdup_printf ("%s:%" G_GINT64_FORMAT " %s", host,
                                               json_object_get_int_member (offer, "port"),
                                               get_choice_text (engine, host));

      print_line (get_offer_label (offer), text);
    }
}

static void
print_text (const Place *place)
{
  print_network (place->network);
  print_line (_ ("Location:"), place->location != NULL ? sendpath_location_get_id (place->location)
                                                       : _ ("none that is known"));
  if (place->is_chosen)
    g_printf ("%s\n", _ ("The location was chosen by hand; “sendpath location use auto” goes back "
                         "to recognition."));
  else if (place->location != NULL)
    print_words (_ ("Recognised by:"), (const char *const *) place->matched_by);
  print_offers (place->engine, place->offers);
}

static int
run_where (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { CLI_JSON_OPTION (&json), G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_location, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathEngine) engine = NULL;
  Place place;

  if (operands == NULL)
    return CLI_USAGE;
  engine = cli_open_engine (TRUE, FALSE, error);
  if (engine == NULL)
    return CLI_CONFIG;
  find_place (engine, &place);
  place.offers = sendpath_engine_find_relays (engine, NULL);
  if (json)
    print_json (&place);
  else
    print_text (&place);
  g_strfreev (place.matched_by);
  g_ptr_array_unref (place.offers);
  return CLI_YES;
}

const CliCommand cmd_location = { "location", "", N_ ("Where am I: network and location"),
                                  run_where };

/* ---- use ------------------------------------------------------------------------------------- */

static int
run_use (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_location_use, NULL, argc, argv, 1, 1, error);
  g_autoptr (SendpathEngine) engine = NULL;
  gboolean is_auto;

  if (operands == NULL)
    return CLI_USAGE;
  is_auto = g_str_equal (operands[0], "auto");
  engine = cli_open_engine (is_auto, FALSE, error);
  if (engine == NULL)
    return CLI_CONFIG;
  sendpath_engine_stand_by (engine, NULL); /* what waited for this is tried, service or not */
  if (!sendpath_engine_use_location (engine, is_auto ? NULL : operands[0], error))
    return CLI_UNAVAILABLE;
  if (is_auto)
    g_printf ("%s\n", _ ("The location is recognised by the network again."));
  else
    g_printf (_ ("Location %s is used on every network, until “sendpath location use auto”.\n"),
              operands[0]);
  return CLI_YES;
}

const CliCommand cmd_location_use = { "location use", "NAME|auto",
                                      N_ ("Switch to a location by hand, or back to recognition"),
                                      run_use };
