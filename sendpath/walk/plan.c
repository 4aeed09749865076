/* account + location + memory -> ordered routes. It plans and never connects. */
#include "config.h"

#include "sendpath/walk/plan.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/explain-texts.h"
#include "sendpath/walk/discovery.h"

#define HOUR_S 3600
#define WEEK_S (7 * 24 * HOUR_S)
/* What is remembered is this much younger than it seems. */
#define FRESH_S 60

/* Endpoints of a server whose port is not written (PRODUCT.md section 3, step 1; R-14: 465
 * first). */
typedef struct {
  const char *security; /* value of the configuration key */
  guint16 port;
  SendpathSecurity used;
} UsualEndpoint;

static const UsualEndpoint usual_endpoints[] = {
  { "auto", 465, SENDPATH_SECURITY_TLS },          { "auto", 587, SENDPATH_SECURITY_STARTTLS },
  { "auto", 25, SENDPATH_SECURITY_STARTTLS },      { "tls", 465, SENDPATH_SECURITY_TLS },
  { "starttls", 587, SENDPATH_SECURITY_STARTTLS }, { "starttls", 25, SENDPATH_SECURITY_STARTTLS },
  { "none", 25, SENDPATH_SECURITY_NONE },
};

static const UsualEndpoint usual_pop_endpoints[] = {
  { "auto", 995, SENDPATH_SECURITY_TLS },  { "auto", 110, SENDPATH_SECURITY_STARTTLS },
  { "tls", 995, SENDPATH_SECURITY_TLS },   { "starttls", 110, SENDPATH_SECURITY_STARTTLS },
  { "none", 110, SENDPATH_SECURITY_NONE },
};

/* Endpoints of a server whose port is written: 0 stands for any port without a row of its own. */
static const struct {
  const char *security;
  guint16 port;
  SendpathSecurity used;
} written_endpoints[] = {
  { "auto", 465, SENDPATH_SECURITY_TLS },        { "auto", 995, SENDPATH_SECURITY_TLS },
  { "auto", 587, SENDPATH_SECURITY_STARTTLS },   { "auto", 25, SENDPATH_SECURITY_STARTTLS },
  { "auto", 110, SENDPATH_SECURITY_STARTTLS },   { "auto", 0, SENDPATH_SECURITY_TLS },
  { "auto", 0, SENDPATH_SECURITY_STARTTLS },     { "tls", 0, SENDPATH_SECURITY_TLS },
  { "starttls", 0, SENDPATH_SECURITY_STARTTLS }, { "none", 0, SENDPATH_SECURITY_NONE },
};

/* Which kinds of route may follow a verdict; a verdict without a row ends the walk. */
#define KIND(kind)     (1u << SENDPATH_ROUTE_##kind)
#define POP_AND_OTHERS (KIND (ACCOUNT_POP) | KIND (BACKUP) | KIND (LOCATION) | KIND (DISCOVERED))
#define EVERY_ROUTE    (KIND (ACCOUNT) | KIND (ACCOUNT_PORT) | POP_AND_OTHERS)

static const guint may_follow[] = {
  [SENDPATH_VERDICT_RELAY_DENIED] = EVERY_ROUTE,
  [SENDPATH_VERDICT_AUTH_REQUIRED] = EVERY_ROUTE,
  [SENDPATH_VERDICT_POP_REQUIRED] = POP_AND_OTHERS,
  [SENDPATH_VERDICT_TLS_REQUIRED] = EVERY_ROUTE,
  [SENDPATH_VERDICT_AUTH_FAILED] = KIND (BACKUP),
  [SENDPATH_VERDICT_SENDER_REJECTED] = EVERY_ROUTE,
  [SENDPATH_VERDICT_CLIENT_BLOCKED] = EVERY_ROUTE,
  [SENDPATH_VERDICT_PTR_REQUIRED] = EVERY_ROUTE,
  [SENDPATH_VERDICT_HOST_NOT_FOUND] = EVERY_ROUTE,
  [SENDPATH_VERDICT_UNREACHABLE] = EVERY_ROUTE,
  [SENDPATH_VERDICT_TLS_FAILED] = EVERY_ROUTE,
  [SENDPATH_VERDICT_CONNECTION_LOST] = EVERY_ROUTE,
  [SENDPATH_VERDICT_NO_CREDENTIAL] = EVERY_ROUTE,
  [SENDPATH_VERDICT_UNCERTAIN] = 0,
};
G_STATIC_ASSERT (G_N_ELEMENTS (may_follow) == SENDPATH_VERDICT_UNCERTAIN + 1);

gboolean
plan_may_follow (SendpathVerdict verdict, const SendpathRoute *next)
{
  return (may_follow[verdict] & (1u << next->kind)) != 0;
}

/* Splits `host`, `host:port`, `[v6]` and `[v6]:port`; the profile store has checked the form. */
static char *
split_server (const char *server, guint16 *ret_port)
{
  const char *colon = strrchr (server, ':');
  const char *bracket = strrchr (server, ']');
  gboolean has_port =
      colon != NULL && (bracket != NULL ? colon > bracket : colon == strchr (server, ':'));
  g_autofree char *host = has_port ? g_strndup (server, colon - server) : g_strdup (server);

  *ret_port = has_port ? (guint16) g_ascii_strtoull (colon + 1, NULL, 10) : 0;
  if (host[0] == '[' && g_str_has_suffix (host, "]"))
    return g_strndup (host + 1, strlen (host) - 2);
  return g_steal_pointer (&host);
}

char *
plan_dup_host (const char *server)
{
  guint16 port;

  return split_server (server, &port);
}

static void
add_endpoint (GPtrArray *endpoints, const char *host, guint16 port, SendpathSecurity security,
              Trust *trust)
{
  /* a name that once spoke TLS is never used in plain again. */
  if (security == SENDPATH_SECURITY_NONE && trust_has_seen_tls (trust, host))
    return;
  for (guint i = 0; i < endpoints->len; i++)
    {
      const SendpathEndpoint *known = endpoints->pdata[i];

      if (sendpath_endpoint_get_port (known) == port &&
          sendpath_endpoint_get_security (known) == security &&
          g_ascii_strcasecmp (sendpath_endpoint_get_host (known), host) == 0)
        return;
    }
  g_ptr_array_add (endpoints, sendpath_endpoint_new (host, port, security));
}

static void
add_written_endpoints (GPtrArray *endpoints, const char *host, guint16 port, const char *security,
                       Trust *trust)
{
  gboolean has_own_row = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (written_endpoints); i++)
    if (g_str_equal (written_endpoints[i].security, security) &&
        (written_endpoints[i].port == port || (written_endpoints[i].port == 0 && !has_own_row)))
      {
        has_own_row = has_own_row || written_endpoints[i].port != 0;
        add_endpoint (endpoints, host, port, written_endpoints[i].used, trust);
      }
}

static GPtrArray *
dup_endpoints (const char *server, const char *security, Trust *trust, const UsualEndpoint *usual,
               guint n_usual)
{
  GPtrArray *endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  guint16 port;
  g_autofree char *host = split_server (server, &port);

  if (port != 0)
    add_written_endpoints (endpoints, host, port, security, trust);
  else
    for (guint i = 0; i < n_usual; i++)
      if (g_str_equal (usual[i].security, security))
        add_endpoint (endpoints, host, usual[i].port, usual[i].used, trust);
  return endpoints;
}

GPtrArray *
plan_dup_endpoints (const char *server, const char *security, Trust *trust)
{
  return dup_endpoints (server, security, trust, usual_endpoints, G_N_ELEMENTS (usual_endpoints));
}

GPtrArray *
plan_dup_pop_endpoints (const char *server, const char *security, Trust *trust)
{
  return dup_endpoints (server, security, trust, usual_pop_endpoints,
                        G_N_ELEMENTS (usual_pop_endpoints));
}

/* Step 2: the submission ports that the configured port left out; never weaker than configured. */
static GPtrArray *
dup_other_port_endpoints (const char *server, const char *security, Trust *trust)
{
  GPtrArray *others = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  guint16 port;
  g_autofree char *host = split_server (server, &port);

  if (port == 0)
    return others;
  if (port != 465 && !g_str_equal (security, "starttls"))
    add_endpoint (others, host, 465, SENDPATH_SECURITY_TLS, trust);
  if (port != 587 && !g_str_equal (security, "tls"))
    add_endpoint (others, host, 587, SENDPATH_SECURITY_STARTTLS, trust);
  return others;
}

/* The sender rules that the owner of the route allows. */
static void
set_sender_rules (SendpathRoute *route, const char *sender)
{
  if (sender == NULL)
    return;
  route->sender = g_strdup (sender);
  route->last_rule = g_strcmp0 (route_get_setting (route, "rewrite-from"), "yes") == 0
                         ? SENDER_RULE_REWRITE
                         : SENDER_RULE_SENDER;
}

static SendpathRoute *
add_route (GPtrArray *routes, SendpathRouteKind kind, const char *server, SendpathAccount *account,
           SendpathLocation *location)
{
  g_autofree char *host = plan_dup_host (server);
  SendpathRoute *route = route_new (kind, host, account, location);

  g_ptr_array_add (routes, route);
  return route;
}

/* Whose credential may be used: @login, unless its owner wants no login. */
static RouteLogin
get_login (const SendpathRoute *route, RouteLogin login)
{
  return g_str_equal (route_get_setting (route, "auth"), "none") ? ROUTE_LOGIN_NONE : login;
}

/* Steps 1 and 2. */
static void
add_own_routes (GPtrArray *routes, const PlanInput *input, gboolean on_other_ports)
{
  g_auto (GStrv) servers = sendpath_account_dup_list (input->account, "smtp");
  const char *security = sendpath_account_get (input->account, "security");

  for (guint i = 0; servers[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) endpoints =
                     on_other_ports ? dup_other_port_endpoints (servers[i], security, input->trust)
                                    : plan_dup_endpoints (servers[i], security, input->trust);
      SendpathRoute *route;

      if (on_other_ports && endpoints->len == 0)
        continue;
      route =
          add_route (routes, on_other_ports ? SENDPATH_ROUTE_ACCOUNT_PORT : SENDPATH_ROUTE_ACCOUNT,
                     servers[i], input->account, NULL);
      g_ptr_array_extend_and_steal (route->endpoints, g_steal_pointer (&endpoints));
      route->login = get_login (route, ROUTE_LOGIN_ACCOUNT);
      route->pop_first =
          g_str_equal (sendpath_account_get (input->account, "pop-login"), "always") &&
          sendpath_account_is_set (input->account, "pop");
      set_sender_rules (route, sendpath_account_get (input->account, "sender"));
      route->why =
          on_other_ports ? g_strdup_printf (_ ("These are other submission ports of %s."), servers[i])
                         : g_strdup_printf (_ ("This is a server of account %s."),
                                            sendpath_account_get_id (input->account));
    }
}

/* Step 3. */
static void
add_pop_routes (GPtrArray *routes, const PlanInput *input)
{
  g_auto (GStrv) servers = sendpath_account_dup_list (input->account, "smtp");
  const char *security = sendpath_account_get (input->account, "security");
  const char *pop = sendpath_account_get (input->account, "pop");

  if (pop == NULL || !g_str_equal (sendpath_account_get (input->account, "pop-login"), "fallback"))
    return;
  for (guint i = 0; servers[i] != NULL; i++)
    {
      SendpathRoute *route =
          add_route (routes, SENDPATH_ROUTE_ACCOUNT_POP, servers[i], input->account, NULL);

      g_ptr_array_extend_and_steal (route->endpoints,
                                    plan_dup_endpoints (servers[i], security, input->trust));
      g_ptr_array_extend_and_steal (route->endpoints,
                                    dup_other_port_endpoints (servers[i], security, input->trust));
      route->login = get_login (route, ROUTE_LOGIN_ACCOUNT);
      route->pop_first = TRUE;
      set_sender_rules (route, sendpath_account_get (input->account, "sender"));
      route->why = g_strdup_printf (_ ("This is the same server after a POP3 login to %s."), pop);
    }
}

/* Step 4. */
static void
add_backup_route (GPtrArray *routes, const PlanInput *input, SendpathAccount *backup,
                  const char *server, const char *skipped)
{
  SendpathRoute *route = add_route (routes, SENDPATH_ROUTE_BACKUP, server, backup, NULL);
  const char *sender = sendpath_account_get (backup, "sender");

  g_ptr_array_extend_and_steal (
      route->endpoints,
      plan_dup_endpoints (server, sendpath_account_get (backup, "security"), input->trust));
  route->login = get_login (route, ROUTE_LOGIN_BACKUP);
  set_sender_rules (route, sender != NULL ? sender : sendpath_account_get (backup, "address"));
  route->why = g_strdup_printf (_ ("This is a server of account %s, which may send for account %s."),
                                sendpath_account_get_id (backup),
                                sendpath_account_get_id (input->account));
  route->skipped = g_strdup (skipped);
}

static void
add_backup_routes (GPtrArray *routes, const PlanInput *input, const char *skipped)
{
  g_auto (GStrv) names = sendpath_account_dup_list (input->account, "backup");

  for (guint i = 0; names[i] != NULL; i++)
    {
      SendpathAccount *backup = sendpath_profile_store_get_account (input->profiles, names[i]);
      g_auto (GStrv) servers = backup != NULL ? sendpath_account_dup_list (backup, "smtp") : NULL;

      for (guint j = 0; servers != NULL && servers[j] != NULL; j++)
        add_backup_route (routes, input, backup, servers[j], skipped);
    }
}

/* Step 5. */
static void
add_location_routes (GPtrArray *routes, const PlanInput *input, const char *skipped)
{
  g_auto (GStrv) servers = NULL;

  if (input->location == NULL)
    return;
  servers = sendpath_location_dup_list (input->location, "smtp");
  for (guint i = 0; servers[i] != NULL; i++)
    {
      SendpathRoute *route =
          add_route (routes, SENDPATH_ROUTE_LOCATION, servers[i], NULL, input->location);
      const char *user = sendpath_location_get (input->location, "user");

      g_ptr_array_extend_and_steal (
          route->endpoints,
          plan_dup_endpoints (servers[i], sendpath_location_get (input->location, "security"),
                              input->trust));
      route->login = user != NULL ? get_login (route, ROUTE_LOGIN_LOCATION) : ROUTE_LOGIN_NONE;
      set_sender_rules (route, sendpath_location_get (input->location, "sender"));
      route->why =
          g_strdup_printf (_ ("This is the relay of location %s."), sendpath_location_get_id (input->location));
      route->skipped = g_strdup (skipped);
    }
}

gboolean
plan_avoids (const PlanInput *input, const char *host)
{
  for (guint i = 0; input->avoid != NULL && input->avoid[i] != NULL; i++)
    if (g_ascii_strcasecmp (input->avoid[i], host) == 0)
      return TRUE;
  return FALSE;
}

static void
skip_unusable (GPtrArray *routes, const PlanInput *input)
{
  for (guint i = 0; i < routes->len; i++)
    {
      SendpathRoute *route = routes->pdata[i];

      if (route->skipped == NULL && plan_avoids (input, route->server))
        route->skipped = g_strdup (_ ("it took this message before and did not deliver it"));
      if (route->skipped == NULL && route->endpoints->len == 0)
        route->skipped = g_strdup (
            _ ("it once spoke TLS and is configured without; take out “security = none”"));
    }
}

static char *
memory_key (const PlanInput *input)
{
  return g_strdup_printf ("%s@%s", sendpath_account_get_id (input->account), input->network_id);
}

/* An IPv6 or IPv4 address was what worked; without a word of it, or of which, in older memories. */
static const char *
family_to_string (GSocketFamily family)
{
  return family == G_SOCKET_FAMILY_IPV6 ? "ipv6" : "ipv4";
}

static GSocketFamily
family_from_string (const char *word)
{
  if (g_strcmp0 (word, "ipv6") == 0)
    return G_SOCKET_FAMILY_IPV6;
  return g_strcmp0 (word, "ipv4") == 0 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_INVALID;
}

/* What @value of the memory says of where @route ended. */
static void
read_learned (SendpathRoute *route, const char *value, const char *place)
{
  g_auto (GStrv) words = g_strsplit (g_str_has_prefix (value, place) ? value + strlen (place) : "",
                                     " ", -1);

  if (g_strv_length (words) > 1)
    route->learned_family = family_from_string (words[1]);
  if (g_strv_length (words) > 2)
    route->learned_ip = g_strdup (words[2]);
}

static char *
memory_value (const SendpathRoute *route, const SendpathEndpoint *endpoint)
{
  return g_strdup_printf ("%s %s:%u/%s", sendpath_route_kind_to_string (route->kind),
                          sendpath_endpoint_get_host (endpoint),
                          sendpath_endpoint_get_port (endpoint),
                          sendpath_security_to_string (sendpath_endpoint_get_security (endpoint)));
}

void
plan_remember (const PlanInput *input, const SendpathRoute *route, const SendpathEndpoint *endpoint,
               GSocketFamily family, const char *ip)
{
  g_autofree char *key = memory_key (input);
  g_autofree char *place = memory_value (route, endpoint);
  g_autofree char *value = g_strdup_printf ("%s %s%s%s", place, family_to_string (family),
                                            ip != NULL ? " " : "", ip != NULL ? ip : "");
  g_autofree char *known = memory_get (input->memory, "route", key, input->now_s, FRESH_S);

  if (g_strcmp0 (known, value) == 0)
    return;
  memory_set (input->memory, "route", key, value, input->now_s);
}

static void
move_to_front (GPtrArray *array, guint i)
{
  gpointer item = array->pdata[i];

  memmove (array->pdata + 1, array->pdata, i * sizeof (gpointer));
  array->pdata[0] = item;
}

/* Why a route stands where it does. */
static const char *const places[] = {
  [SENDPATH_ROUTE_NONE] = N_ ("This way worked last on this network, so it comes first."),
  [SENDPATH_ROUTE_ACCOUNT] = N_ ("The servers of an account are tried in the order in which they are written."),
  [SENDPATH_ROUTE_ACCOUNT_PORT] = N_ ("They are tried where the configured port does not work."),
  [SENDPATH_ROUTE_ACCOUNT_POP] = N_ ("It is tried where the server refuses mail before a login."),
  [SENDPATH_ROUTE_BACKUP] = N_ ("It is tried when no server of the account takes the message."),
  [SENDPATH_ROUTE_LOCATION] = N_ ("It is tried when no server of an account takes the message."),
  [SENDPATH_ROUTE_DISCOVERED] = N_ ("Nobody has approved it, so it comes last."),
};
G_STATIC_ASSERT (G_N_ELEMENTS (places) == SENDPATH_ROUTE_DISCOVERED + 1);

void
plan_explain_place (SendpathRoute *route, SendpathRouteKind place)
{
  g_autofree char *why = g_steal_pointer (&route->why);

  route->why = explain_texts_join (why, _ (places[place]));
}

/* Where it stands what worked last on this network: what was learned before NetworkManager told the
 * connection is not forgotten. */
static char *
find_memory_key (const PlanInput *input)
{
  PlanInput former = *input;
  g_autofree char *key = memory_key (input);
  g_autofree char *value = memory_get (input->memory, "route", key, input->now_s, 0);

  former.network_id = input->former_network_id;
  return value != NULL || former.network_id == NULL ? g_steal_pointer (&key) : memory_key (&former);
}

/* Whether @value of the memory is about @place. */
static gboolean
is_about (const char *value, const char *place)
{
  gsize length = strlen (place);

  return value != NULL && g_str_has_prefix (value, place) &&
         (value[length] == ' ' || value[length] == '\0');
}

/* Puts what worked last on this network first; steps 4 to 6 keep that place for an hour. TRUE if
 * there is such a route. */
static gboolean
prefer_learned (GPtrArray *routes, const PlanInput *input)
{
  g_autofree char *key = find_memory_key (input);
  g_autofree char *ever = memory_get (input->memory, "route", key, input->now_s, 0);
  g_autofree char *lately = memory_get (input->memory, "route", key, input->now_s, HOUR_S);
  g_autofree char *recently = memory_get (input->memory, "route", key, input->now_s, WEEK_S);

  for (guint i = 0; ever != NULL && i < routes->len; i++)
    {
      SendpathRoute *route = routes->pdata[i];

      for (guint j = 0; route->skipped == NULL && j < route->endpoints->len; j++)
        {
          g_autofree char *place = memory_value (route, route->endpoints->pdata[j]);

          if (!is_about (route->kind < SENDPATH_ROUTE_BACKUP ? ever : lately, place))
            continue;
          route->is_learned = TRUE;
          read_learned (route, ever, place);
          if (recently == NULL)
            g_clear_pointer (&route->learned_ip, g_free);
          move_to_front (route->endpoints, j);
          move_to_front (routes, i);
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_again (const SendpathRoute *route, const PlanAgain *again)
{
  return route->skipped == NULL && g_ascii_strcasecmp (route->server, again->server) == 0 &&
         (again->kind == SENDPATH_ROUTE_NONE || again->kind == route->kind);
}

static void
prefer_endpoint (SendpathRoute *route, const PlanAgain *again)
{
  GPtrArray *endpoints = route->endpoints;

  for (guint i = 0; again->host != NULL && i < endpoints->len; i++)
    if (sendpath_endpoint_get_port (endpoints->pdata[i]) == again->port &&
        g_ascii_strcasecmp (sendpath_endpoint_get_host (endpoints->pdata[i]), again->host) == 0)
      {
        if (i > 0)
          g_clear_pointer (&route->learned_ip, g_free);
        move_to_front (endpoints, i);
        return;
      }
}

/* Greylisting knows a client by its address and sender, and a repeat is of the same bytes. */
static void
go_again (GPtrArray *routes, const PlanAgain *again)
{
  for (guint i = 0; i < routes->len; i++)
    {
      SendpathRoute *route = routes->pdata[i];

      if (!is_again (route, again))
        continue;
      prefer_endpoint (route, again);
      route->family = again->family;
      if (again->rule <= route->last_rule)
        route->first_rule = again->rule;
      move_to_front (routes, i);
      return;
    }
}

GPtrArray *
plan_make (const PlanInput *input)
{
  GPtrArray *routes = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_route_unref);
  const char *confidential = sendpath_account_get_boolean (input->account, "confidential")
                                 ? _ ("mail of this account is confidential")
                                 : NULL;
  gboolean has_learned;

  add_own_routes (routes, input, FALSE);
  add_own_routes (routes, input, TRUE);
  add_pop_routes (routes, input);
  add_backup_routes (routes, input, confidential);
  add_location_routes (routes, input, confidential);
  discovery_add_approved (routes, input, confidential);
  skip_unusable (routes, input);
  has_learned = prefer_learned (routes, input);
  for (guint i = 0; i < routes->len; i++)
    {
      SendpathRoute *route = routes->pdata[i];

      plan_explain_place (route, i == 0 && has_learned ? SENDPATH_ROUTE_NONE : route->kind);
    }
  if (input->again != NULL)
    go_again (routes, input->again);
  return routes;
}

const char *
plan_get_mail_from (SendpathAccount *account, SendpathMessage *message)
{
  const char *sender = sendpath_message_get_sender (message);
  const char *from = sendpath_message_get_from (message);

  if (sender != NULL && (*sender == '\0' || sendpath_account_covers (account, sender)))
    return sender;
  if (sender == NULL && from != NULL && sendpath_account_covers (account, from))
    return from;
  return sendpath_account_get (account, "address");
}
