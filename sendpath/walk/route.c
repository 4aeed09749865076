/* SendpathRoute: one way out. It is a value: it never connects and never decides. */
#include "config.h"

#include "sendpath/walk/route.h"

#include "sendpath/walk/fields.h"
#include "sendpath/walk/route-private.h"

/**
 * SendpathRoute:
 *
 * One way out for a message: the endpoints of one server, the login, what happens first, which sender
 * address is used, and why it is among the routes. It does not change, and may be read in any thread.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (SendpathRoute, sendpath_route, sendpath_route_ref, sendpath_route_unref)

static const char *const kind_names[] = {
  [SENDPATH_ROUTE_NONE] = "none",
  [SENDPATH_ROUTE_ACCOUNT] = "account",
  [SENDPATH_ROUTE_ACCOUNT_PORT] = "account-port",
  [SENDPATH_ROUTE_ACCOUNT_POP] = "account-pop",
  [SENDPATH_ROUTE_BACKUP] = "backup",
  [SENDPATH_ROUTE_LOCATION] = "location",
  [SENDPATH_ROUTE_DISCOVERED] = "discovered",
};

static const char *const login_names[] = {
  [ROUTE_LOGIN_NONE] = "none",
  [ROUTE_LOGIN_ACCOUNT] = "account",
  [ROUTE_LOGIN_BACKUP] = "backup",
  [ROUTE_LOGIN_LOCATION] = "location",
};

/**
 * sendpath_route_kind_to_string:
 * @kind: a step of the ladder
 *
 * Returns: (transfer none): its name in outputs, such as `account-port`
 *
 * Since: 1.0
 */
const char *
sendpath_route_kind_to_string (SendpathRouteKind kind)
{
  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (kind_names), kind_names[0]);

  return kind_names[kind];
}

/**
 * sendpath_route_kind_from_string:
 * @text: a name as sendpath_route_kind_to_string() gives it
 *
 * Returns: the kind, or %SENDPATH_ROUTE_NONE if @text names none
 *
 * Since: 1.0
 */
SendpathRouteKind
sendpath_route_kind_from_string (const char *text)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (kind_names); kind++)
    if (g_str_equal (text, kind_names[kind]))
      return kind;
  return SENDPATH_ROUTE_NONE;
}

SendpathRoute *
route_new (SendpathRouteKind kind, const char *server, SendpathAccount *account,
           SendpathLocation *location)
{
  SendpathRoute *route = g_new0 (SendpathRoute, 1);

  g_atomic_ref_count_init (&route->ref_count);
  route->kind = kind;
  route->server = g_strdup (server);
  route->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  g_set_object (&route->account, account);
  g_set_object (&route->location, location);
  return route;
}

/**
 * sendpath_route_ref:
 * @route: a route
 *
 * Returns: (transfer full): @route
 *
 * Since: 1.0
 */
SendpathRoute *
sendpath_route_ref (SendpathRoute *route)
{
  g_atomic_ref_count_inc (&route->ref_count);
  return route;
}

/**
 * sendpath_route_unref:
 * @route: (transfer full): a route
 *
 * Lets go of a reference; the route is freed with the last one. May be called from any thread.
 *
 * Since: 1.0
 */
void
sendpath_route_unref (SendpathRoute *route)
{
  if (!g_atomic_ref_count_dec (&route->ref_count))
    return;
  g_free (route->server);
  g_free (route->learned_ip);
  g_ptr_array_unref (route->endpoints);
  g_clear_object (&route->account);
  g_clear_object (&route->location);
  g_free (route->sender);
  g_free (route->tls_pin);
  g_free (route->why);
  g_free (route->skipped);
  g_free (route);
}

const char *
route_get_setting (const SendpathRoute *route, const char *key)
{
  if (route->tls_pin != NULL && g_str_equal (key, "tls-pin"))
    return route->tls_pin;
  if (route->location != NULL)
    return sendpath_location_get (route->location, key);
  return route->account != NULL ? sendpath_account_get (route->account, key) : NULL;
}

char *
route_dup_owner (const SendpathRoute *route)
{
  if (route->location != NULL)
    return g_strdup_printf ("location:%s", sendpath_location_get_id (route->location));
  return route->account != NULL ? g_strdup (sendpath_account_get_id (route->account)) : NULL;
}

gboolean
route_is_from_network (const SendpathRoute *route)
{
  return route_is_relay (route) && route->location == NULL;
}

gboolean
route_is_relay (const SendpathRoute *route)
{
  return route->kind >= SENDPATH_ROUTE_LOCATION;
}

/**
 * sendpath_route_get_kind:
 * @route: a route
 *
 * Returns: which step of the ladder it is
 *
 * Since: 1.0
 */
SendpathRouteKind
sendpath_route_get_kind (const SendpathRoute *route)
{
  return route->kind;
}

/**
 * sendpath_route_get_server:
 * @route: a route
 *
 * Returns: (transfer none): the configured name of its server
 *
 * Since: 1.0
 */
const char *
sendpath_route_get_server (const SendpathRoute *route)
{
  return route->server;
}

/**
 * sendpath_route_get_endpoints:
 * @route: a route
 *
 * Returns: (transfer none) (element-type SendpathEndpoint): its endpoints in order of preference
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_route_get_endpoints (const SendpathRoute *route)
{
  return route->endpoints;
}

/**
 * sendpath_route_get_login:
 * @route: a route
 *
 * Returns: (transfer none): whose credential may be used: `account`, `backup`, `location` or `none`
 *
 * Since: 1.0
 */
const char *
sendpath_route_get_login (const SendpathRoute *route)
{
  return login_names[route->login];
}

/**
 * sendpath_route_get_pop_login:
 * @route: a route
 *
 * Returns: %TRUE if a POP3 login comes first
 *
 * Since: 1.0
 */
gboolean
sendpath_route_get_pop_login (const SendpathRoute *route)
{
  return route->pop_first;
}

/**
 * sendpath_route_get_sender_rule:
 * @route: a route
 *
 * Returns: (transfer none): the sender rule it starts with: `keep`, `sender` or `rewrite`
 *
 * Since: 1.0
 */
const char *
sendpath_route_get_sender_rule (const SendpathRoute *route)
{
  return sender_rule_to_string (route->first_rule);
}

/**
 * sendpath_route_get_why:
 * @route: a route
 *
 * Returns: (transfer none): why it is in the plan, for people
 *
 * Since: 1.0
 */
const char *
sendpath_route_get_why (const SendpathRoute *route)
{
  return route->why;
}

/**
 * sendpath_route_get_skipped:
 * @route: a route
 *
 * Returns: (transfer none) (nullable): why it would not be used now, or %NULL if it would
 *
 * Since: 1.0
 */
const char *
sendpath_route_get_skipped (const SendpathRoute *route)
{
  return route->skipped;
}

static JsonObject *
endpoint_to_object (const SendpathEndpoint *endpoint)
{
  JsonObject *object = json_object_new ();

  fields_add_text (object, "host", sendpath_endpoint_get_host (endpoint));
  fields_add_number (object, "port", sendpath_endpoint_get_port (endpoint));
  fields_add_text (object, "security",
                   sendpath_security_to_string (sendpath_endpoint_get_security (endpoint)));
  return object;
}

/**
 * sendpath_route_to_json:
 * @route: a route
 *
 * Returns: (transfer full): one line of `plan --json`
 *
 * Since: 1.0
 */
char *
sendpath_route_to_json (const SendpathRoute *route)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *endpoints = json_array_new ();

  for (guint i = 0; i < route->endpoints->len; i++)
    json_array_add_object_element (endpoints, endpoint_to_object (route->endpoints->pdata[i]));
  fields_add_number (object, "step", route->kind);
  fields_add_text (object, "kind", kind_names[route->kind]);
  fields_add_text (object, "server", route->server);
  fields_add_array (object, "endpoints", endpoints);
  fields_add_text (object, "login", login_names[route->login]);
  fields_add_boolean (object, "pop_login", route->pop_first);
  fields_add_text (object, "sender_rule", sender_rule_to_string (route->first_rule));
  fields_add_text (object, "why", route->why);
  fields_add_text (object, "skipped", route->skipped);
  return fields_print (object);
}
