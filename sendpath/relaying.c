/* SendpathRelaying: the answer to "is this relaying?" as a value: what it is, and as JSON. It asks
 * nobody and has no sentences of its own. */
#include "config.h"

#include "sendpath/relaying-private.h"

#include "sendpath/walk/fields.h"

/**
 * SendpathRelaying:
 *
 * Whether a message to one recipient would be relayed, from this network and by
 * one account's servers, and what sendpath would do.
 *
 * It never changes once it is made; it may be read from any thread. Its
 * sentences are in the language of the thread that made it.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (SendpathRelaying, sendpath_relaying, sendpath_relaying_ref,
                     sendpath_relaying_unref)

static const char *const answer_names[] = {
  [SENDPATH_RELAY_UNKNOWN] = "unknown", [SENDPATH_RELAY_LOCAL] = "local",
  [SENDPATH_RELAY_ALLOWED] = "allowed", [SENDPATH_RELAY_LOGIN] = "login",
  [SENDPATH_RELAY_REFUSED] = "refused",
};

/**
 * sendpath_relay_answer_to_string:
 * @answer: a #SendpathRelayAnswer
 *
 * Returns: (transfer none): its stable name, never translated: `local`, `allowed`, `login`,
 *   `refused` or `unknown`
 *
 * Since: 1.0
 */
const char *
sendpath_relay_answer_to_string (SendpathRelayAnswer answer)
{
  g_return_val_if_fail (answer < G_N_ELEMENTS (answer_names), "unknown");

  return answer_names[answer];
}

/* ---- life ------------------------------------------------------------------------------------ */

void
relay_server_free (RelayServer *server)
{
  if (server == NULL)
    return;
  relay_probe_free (server->probe);
  g_free (server->why);
  g_free (server);
}

SendpathRelaying *
relaying_new (void)
{
  SendpathRelaying *relaying = g_atomic_rc_box_new0 (SendpathRelaying);

  relaying->servers = g_ptr_array_new_with_free_func ((GDestroyNotify) relay_server_free);
  return relaying;
}

/**
 * sendpath_relaying_ref: (skip)
 * @relaying: a #SendpathRelaying
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @relaying
 *
 * Since: 1.0
 */
SendpathRelaying *
sendpath_relaying_ref (SendpathRelaying *relaying)
{
  g_return_val_if_fail (relaying != NULL, NULL);

  return g_atomic_rc_box_acquire (relaying);
}

static void
clear (gpointer data)
{
  SendpathRelaying *relaying = data;

  g_free (relaying->to);
  g_free (relaying->account);
  g_free (relaying->account_domain);
  g_free (relaying->location);
  g_free (relaying->network);
  g_ptr_array_unref (relaying->servers);
  g_free (relaying->barred);
  g_free (relaying->help);
  g_free (relaying->summary);
}

/**
 * sendpath_relaying_unref: (skip)
 * @relaying: (transfer full): a #SendpathRelaying
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
sendpath_relaying_unref (SendpathRelaying *relaying)
{
  g_return_if_fail (relaying != NULL);

  g_atomic_rc_box_release_full (relaying, clear);
}

/* ---- what a verdict means here --------------------------------------------------------------- */

/* Verdicts that say nothing about relaying: nobody answered, or not now. Those that are neither
 * here nor in relaying_judge() are refusals. */
static const SendpathVerdict undecided[] = {
  SENDPATH_VERDICT_NONE,        SENDPATH_VERDICT_GREYLISTED,      SENDPATH_VERDICT_RATE_LIMITED,
  SENDPATH_VERDICT_SERVER_BUSY, SENDPATH_VERDICT_SERVER_STORAGE,  SENDPATH_VERDICT_OFFLINE,
  SENDPATH_VERDICT_PORTAL,      SENDPATH_VERDICT_HOST_NOT_FOUND,  SENDPATH_VERDICT_UNREACHABLE,
  SENDPATH_VERDICT_TLS_FAILED,  SENDPATH_VERDICT_CONNECTION_LOST,
};

static gboolean
is_undecided (const RelayProbe *probe)
{
  for (guint i = 0; i < G_N_ELEMENTS (undecided); i++)
    if (probe->verdict == undecided[i])
      return TRUE;
  return probe->remedy == SENDPATH_REMEDY_WAIT && sendpath_reply_get_code (probe->reply) / 100 == 4;
}

/* An account's server always does; a location's relay only from a user of its own. */
static gboolean
takes_logins (const SendpathRoute *route)
{
  return !route_is_relay (route) || route->login == ROUTE_LOGIN_LOCATION;
}

SendpathRelayAnswer
relaying_judge (const RelayProbe *probe, gboolean is_local)
{
  if (probe->verdict == SENDPATH_VERDICT_ACCEPTED)
    return is_local ? SENDPATH_RELAY_LOCAL : SENDPATH_RELAY_ALLOWED;
  if (takes_logins (probe->route) && (probe->verdict == SENDPATH_VERDICT_RELAY_DENIED ||
                                      probe->verdict == SENDPATH_VERDICT_AUTH_REQUIRED ||
                                      probe->verdict == SENDPATH_VERDICT_POP_REQUIRED))
    return SENDPATH_RELAY_LOGIN;
  return is_undecided (probe) ? SENDPATH_RELAY_UNKNOWN : SENDPATH_RELAY_REFUSED;
}

/* ---- reading it ------------------------------------------------------------------------------ */

/**
 * sendpath_relaying_get_answer:
 * @relaying: a #SendpathRelaying
 *
 * Gets the answer of the first server that would take the message, or else of
 * the account's first server.
 *
 * Returns: the answer
 *
 * Since: 1.0
 */
SendpathRelayAnswer
sendpath_relaying_get_answer (const SendpathRelaying *relaying)
{
  g_return_val_if_fail (relaying != NULL, SENDPATH_RELAY_UNKNOWN);

  return relaying->decisive != NULL ? relaying->decisive->answer : SENDPATH_RELAY_UNKNOWN;
}

/**
 * sendpath_relaying_can_leave:
 * @relaying: a #SendpathRelaying
 *
 * Gets whether a message to the recipient could leave: a server takes it without
 * a login, or with one for which a password is at hand, or only puts it off.
 *
 * Returns: %TRUE if it could
 *
 * Since: 1.0
 */
gboolean
sendpath_relaying_can_leave (const SendpathRelaying *relaying)
{
  g_return_val_if_fail (relaying != NULL, FALSE);

  return relaying->decisive != NULL && relaying->decisive->can_leave;
}

/**
 * sendpath_relaying_get_summary:
 * @relaying: a #SendpathRelaying
 *
 * Gets one sentence of what sendpath would do.
 *
 * Returns: (transfer none): a translated sentence
 *
 * Since: 1.0
 */
const char *
sendpath_relaying_get_summary (const SendpathRelaying *relaying)
{
  g_return_val_if_fail (relaying != NULL, NULL);

  return relaying->summary;
}

static JsonObject *
server_to_json (const RelayServer *server)
{
  const RelayProbe *probe = server->probe;
  JsonObject *object = json_object_new ();
  g_autofree char *text = sendpath_reply_dup_clean_text (probe->reply);

  fields_add_text (object, "kind", route_is_relay (probe->route) ? "location" : "account");
  fields_add_text (object, "host", sendpath_endpoint_get_host (probe->endpoint));
  fields_add_number (object, "port", sendpath_endpoint_get_port (probe->endpoint));
  fields_add_text (object, "security",
                   sendpath_security_to_string (sendpath_endpoint_get_security (probe->endpoint)));
  fields_add_text (object, "phase", sendpath_phase_to_string (probe->phase));
  fields_add_number_or_null (object, "code", sendpath_reply_get_code (probe->reply));
  fields_add_text (object, "enhanced", sendpath_reply_get_enhanced (probe->reply));
  fields_add_text (object, "text", text);
  fields_add_text (object, "verdict", sendpath_verdict_to_string (probe->verdict));
  fields_add_text (object, "rule", probe->rule);
  fields_add_text (object, "remedy", sendpath_remedy_to_string (probe->remedy));
  fields_add_text (object, "why", server->why);
  return object;
}

/**
 * sendpath_relaying_to_json:
 * @relaying: a #SendpathRelaying
 *
 * Puts all of it into one JSON object for programs.
 *
 * Returns: (transfer full): a JSON object with `schema`, `to`, `account`, `location`, `network`,
 *   `relaying`, `servers`, `domain` and `summary`, without a line end
 *
 * Since: 1.0
 */
char *
sendpath_relaying_to_json (const SendpathRelaying *relaying)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *servers = json_array_new ();

  g_return_val_if_fail (relaying != NULL, NULL);

  for (guint i = 0; i < relaying->servers->len; i++)
    json_array_add_object_element (servers, server_to_json (relaying->servers->pdata[i]));
  fields_add_number (object, "schema", 1);
  fields_add_text (object, "to", relaying->to);
  fields_add_text (object, "account", relaying->account);
  fields_add_text (object, "location", relaying->location);
  fields_add_text (object, "network", relaying->network);
  fields_add_text (object, "relaying",
                   sendpath_relay_answer_to_string (sendpath_relaying_get_answer (relaying)));
  fields_add_array (object, "servers", servers);
  fields_add_text (object, "domain", recipient_domain_state_to_string (relaying->domain));
  fields_add_text (object, "summary", relaying->summary);
  return fields_print (object);
}
