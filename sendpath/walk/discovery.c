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
  route->last_rule = sendpath_location_get_boolean (location, "rewrite-from")
                         ? SENDER_RULE_REWRITE
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
      const ApprovedRelay *relay = plan->approved->pdata[i];
      SendpathRoute *route =
          new_route (plan, SENDPATH_ROUTE_LOCATION, relay->host, relay->port);

      route->why = g_strdup (_ ("relay that was approved for this network"));
      route->skipped = g_strdup (skipped);
      g_ptr_array_add (routes, route);
    }
}

static gboolean
is_approved (const PlanInput *plan, const RelayOffer *offer)
{
  for (guint i = 0; plan->approved != NULL && i < plan->approved->len; i++)
    {
      const ApprovedRelay *relay = plan->approved->pdata[i];

      if (relay->port == offer->port && g_str_equal (relay->host, offer->host))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_avoided (const PlanInput *plan, const RelayOffer *offer)
{
  return plan->avoid != NULL && g_strv_contains (plan->avoid, offer->host);
}

GPtrArray *
discovery_find_routes (const PlanInput *plan, GResolver *resolver, GCancellable *cancellable)
{
  GPtrArray *routes = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_route_unref);
  gboolean is_auto =
      g_strcmp0 (sendpath_profile_store_get_policy (plan->profiles, "discovered"), "auto") == 0;
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
      SendpathRoute *route;

      if (is_approved (plan, offer) || is_avoided (plan, offer))
        continue;
      route = new_route (plan, SENDPATH_ROUTE_DISCOVERED, offer->host, offer->port);
      route->why = g_strdup (_ ("relay that this network offers"));
      plan_explain_place (route, SENDPATH_ROUTE_DISCOVERED);
      if (!is_auto)
        route->skipped =
            g_strdup (_ ("nobody has approved it; whoever runs it can read your mail, but gets no "
                         "password; to approve it, run: sendpath location trust"));
      g_ptr_array_add (routes, route);
    }
  return routes;
}
