/* Routes by relays of the network. No credential goes with them, none is without verified
 * TLS, and it never connects. */
#include "config.h"

#include "sendpath/walk/discovery.h"

#include <glib/gi18n-lib.h>

#include "profiles/approvals.h"
#include "profiles/relay-finder.h"

#define SMTPS_PORT 465

gboolean
discovery_is_wanted (const PlanInput *plan)
{
  return plan->domains != NULL &&
         g_strcmp0 (sendpath_profile_store_get_policy (plan->profiles, "discovered"), "never") !=
             0 &&
         !sendpath_account_get_boolean (plan->account, "confidential") &&
         (plan->location == NULL || sendpath_location_get_boolean (plan->location, "discover"));
}

/* The sender address that the user wrote for this place counts for each of its relays. */
static void
set_sender_rules (SendpathRoute *route, SendpathLocation *location)
{
  const char *sender = location != NULL ? sendpath_location_get (location, "sender") : NULL;

  if (sender == NULL)
    return;
  route->sender = g_strdup (sender);
  route->last_rule = sendpath_location_get_boolean (location, "rewrite-from") ? SENDER_RULE_REWRITE
                                                                              : SENDER_RULE_SENDER;
}

static SendpathRoute *
new_route (const PlanInput *plan, SendpathRouteKind kind, const char *host, guint16 port)
{
  SendpathRoute *route = route_new (kind, host, NULL, NULL);
  SendpathSecurity security =
      port == SMTPS_PORT ? SENDPATH_SECURITY_TLS : SENDPATH_SECURITY_STARTTLS;

  g_ptr_array_add (route->endpoints, sendpath_endpoint_new (host, port, security));
  route->login = ROUTE_LOGIN_NONE;
  set_sender_rules (route, plan->location);
  return route;
}

void
discovery_add_approved (GPtrArray *routes, const PlanInput *plan, const char *skipped)
{
  if (skipped == NULL && !discovery_is_wanted (plan))
    return;
  for (guint i = 0; plan->approved != NULL && i < plan->approved->len; i++)
    {
      const RelayDecision *relay = plan->approved->pdata[i];
      SendpathRoute *route;

      if (relay->is_refused)
        continue;
      route = new_route (plan, SENDPATH_ROUTE_LOCATION, relay->host, relay->port);
      route->tls_pin = g_strdup (relay->key);
      route->why = g_strdup (_ ("This relay was approved for this network."));
      route->skipped = g_strdup (skipped);
      g_ptr_array_add (routes, route);
    }
}

/* What was approved there is a route of step 5 already. */
static gboolean
is_route_already (const RelayDecision *decision, const RelayOffer *offer, gboolean is_changed)
{
  return decision != NULL && !decision->is_refused && decision->port == offer->port && !is_changed;
}

/* Why it is not used unasked, or NULL. An address is nobody's name: what it shows says nothing. */
static const char *
find_objection (const PlanInput *plan, const RelayDecision *decision, const char *host,
                gboolean is_changed)
{
  if (decision != NULL && decision->is_refused)
    return _ (
        "you decided never to use it on this network; to take that back, run: sendpath location "
        "forget");
  if (is_changed)
    return _ ("it does not show the name or key that you approved; to see what it shows, run: "
              "sendpath location trust");
  if (decision != NULL ||
      (g_strcmp0 (sendpath_profile_store_get_policy (plan->profiles, "discovered"), "auto") == 0 &&
       !g_hostname_is_ip_address (host)))
    return NULL;
  return _ ("nobody has approved it; whoever runs it can read your mail, but gets no password; to "
            "approve it, run: sendpath location trust");
}

/* An approved relay at another port is the same relay. */
static SendpathRoute *
new_offered_route (const PlanInput *plan, const RelayOffer *offer, const RelayDecision *decision,
                   gboolean is_changed)
{
  gboolean is_approved = decision != NULL && !decision->is_refused && !is_changed;
  SendpathRouteKind kind = is_approved ? SENDPATH_ROUTE_LOCATION : SENDPATH_ROUTE_DISCOVERED;
  SendpathRoute *route = new_route (plan, kind, offer->host, offer->port);

  route->source = offer->source;
  route->tls_pin = g_strdup (is_approved ? decision->key : NULL);
  route->why = g_strdup (is_approved ? _ ("This relay was approved for this network.")
                                     : _ ("This network offers this relay."));
  plan_explain_place (route, kind);
  route->skipped = g_strdup (find_objection (plan, decision, offer->host, is_changed));
  route->awaits_approval = route->skipped != NULL && (decision == NULL || !decision->is_refused);
  return route;
}

GPtrArray *
discovery_find_routes (const PlanInput *plan, GHashTable *changed, GResolver *resolver,
                       GCancellable *cancellable)
{
  GPtrArray *routes = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_route_unref);
  RelayFinderOptions options = { .domains = plan->domains,
                                 .own = plan->addresses,
                                 .dhcp = plan->mail_servers,
                                 .resolver = resolver,
                                 .timeout_ms = RELAY_FINDER_MS };
  g_autoptr (GPtrArray) offers = NULL;

  if (!discovery_is_wanted (plan))
    return routes;
  offers = relay_finder_ask (&options, cancellable);
  for (guint i = 0; i < offers->len; i++)
    {
      const RelayOffer *offer = offers->pdata[i];
      const RelayDecision *decision = approvals_find (plan->approved, offer->host);
      gboolean is_changed = changed != NULL && g_hash_table_contains (changed, offer->host);

      if (!is_route_already (decision, offer, is_changed) && !plan_avoids (plan, offer->host))
        g_ptr_array_add (routes, new_offered_route (plan, offer, decision, is_changed));
    }
  return routes;
}
