/* THE fallback loop. It knows that there are several routes; it never connects, parses or prints. */
#include "config.h"

#include "sendpath/walk/walk.h"

#include "sendpath/mail/address.h"
#include "sendpath/walk/approval.h"
#include "sendpath/walk/discovery.h"
#include "sendpath/walk/leg.h"
#include "sendpath/walk/portal.h"
#include "sendpath/walk/reason.h"

char *
walk_dup_door (const SendpathEndpoint *endpoint)
{
  return g_strdup_printf ("%s:%u", sendpath_endpoint_get_host (endpoint),
                          sendpath_endpoint_get_port (endpoint));
}

/* P-5: a copy that may have arrived is repeated at its own server alone. */
static const char *
find_only_server (SendpathReport *report, const char *name)
{
  const ReportRecipient *recipient = report_find_recipient (report, name);

  return recipient->may_repeat ? recipient->dot_server : NULL;
}

static int
compare_by_attempts (const void *left, const void *right, gpointer report)
{
  return (int) report_find_recipient (report, *(const char *const *) left)->attempts->len -
         (int) report_find_recipient (report, *(const char *const *) right)->attempts->len;
}

/* Those who are offered; where not all may be, those first who have been offered least. */
static const char **
dup_names (SendpathReport *report, guint n_most)
{
  const char **names = report_dup_unsettled (report);
  guint n = g_strv_length ((char **) names);

  if (n_most == 0 || n <= n_most)
    return names;
  g_qsort_with_data (names, (gint) n, sizeof (char *), compare_by_attempts, report);
  names[n_most] = NULL;
  return names;
}

/* Everybody who is not settled. A name without a domain goes where @local says; nobody gets two
 * copies because two names do. */
static GArray *
gather_travellers (SendpathReport *report, const char *local, guint n_most)
{
  GArray *travellers = g_array_new (FALSE, TRUE, sizeof (Traveller));
  g_autofree const char **names = dup_names (report, n_most);
  g_autoptr (GHashTable) addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      gboolean is_local = local != NULL && address_get_domain (names[i]) == NULL;
      const char *address = is_local ? local : names[i];
      g_autofree char *key = address_dup_key (address);
      const char *known = g_hash_table_lookup (addresses, key);
      Traveller traveller = { .name = names[i],
                              .address = known != NULL ? known : address,
                              .only_server = find_only_server (report, names[i]),
                              .is_open = TRUE };

      if (known == NULL)
        g_hash_table_insert (addresses, g_steal_pointer (&key), (gpointer) address);
      g_array_append_val (travellers, traveller);
    }
  return travellers;
}

static gboolean
is_barred_from (const Traveller *traveller, const SendpathRoute *route)
{
  return traveller->only_server != NULL &&
         g_ascii_strcasecmp (traveller->only_server, route->server) != 0;
}

/* Marks who may go by @route; FALSE if nobody. */
static gboolean
choose_travellers (Walk *walk, SendpathRoute *route)
{
  gboolean may_follow = !walk->only_backup || route->kind == SENDPATH_ROUTE_BACKUP;
  gboolean anybody = FALSE;

  for (guint i = 0; i < walk->travellers->len; i++)
    {
      Traveller *traveller = &g_array_index (walk->travellers, Traveller, i);

      traveller->is_here =
          traveller->is_open && may_follow && !is_barred_from (traveller, route) &&
          (traveller->verdict == SENDPATH_VERDICT_NONE || traveller->is_route_matter ||
           plan_may_follow (traveller->verdict, route));
      anybody = anybody || traveller->is_here;
    }
  return anybody;
}

static gboolean
has_pop_route_after (GPtrArray *routes, guint i)
{
  for (guint j = i + 1; j < routes->len; j++)
    {
      const SendpathRoute *route = routes->pdata[j];

      if (route->kind == SENDPATH_ROUTE_ACCOUNT_POP && route->skipped == NULL)
        return TRUE;
    }
  return FALSE;
}

/* Every endpoint of @route was tried in this walk, and none answered. */
static gboolean
is_shut (const Walk *walk, const SendpathRoute *route)
{
  for (guint i = 0; i < route->endpoints->len; i++)
    {
      g_autofree char *door = walk_dup_door (route->endpoints->pdata[i]);

      if (!g_hash_table_contains (walk->shut, door))
        return FALSE;
    }
  return route->endpoints->len > 0;
}

static void
apply_policy (Walk *walk, SendpathRoute *route)
{
  const WalkContext *context = walk->context;

  if (walk->policy == NULL)
    {
      g_auto (GStrv) domains = domain_policy_dup_domains (walk->message);

      walk->policy = domain_policy_find ((const char *const *) domains, context->plan, TRUE,
                                         context->resolver, walk->cancellable);
    }
  domain_policy_apply (walk->policy, route, walk->message);
}

/* Has @route start at the sender rule that the From domain makes necessary; FALSE if that is not
 * possible there. Asked about only now, so that whoever needs no such route never waits for it; nobody
 * approves a relay that could not be used. */
static gboolean
settle_sender_rule (Walk *walk, SendpathRoute *route)
{
  g_autofree char *awaits = route->awaits_approval ? g_steal_pointer (&route->skipped) : NULL;

  if (domain_policy_concerns (route))
    apply_policy (walk, route);
  if (route->skipped != NULL)
    {
      walk->barred = walk->barred != NULL ? walk->barred : route;
      return FALSE;
    }
  route->skipped = g_steal_pointer (&awaits);
  return TRUE;
}

static gboolean
may_go_on (const Walk *walk)
{
  return !walk->is_portal && !walk->must_stop &&
         !g_cancellable_is_cancelled (walk->cancellable);
}

gboolean
walk_is_anybody_stuck (const Walk *walk)
{
  for (guint i = 0; i < walk->travellers->len; i++)
    if (g_array_index (walk->travellers, Traveller, i).is_open)
      return TRUE;
  return FALSE;
}

static void
start (Walk *walk, SendpathRoute *route)
{
  guint first_attempt = walk->report->attempts->len;

  walk->host->attempt_started (walk->host->data, route);
  leg_run (walk, route);
  approval_note_end (walk, route, first_attempt);
  walk->is_portal = walk->is_portal || portal_shows_in_walk (walk);
}

/* Step 6. The network is asked only now, when nothing else is left. */
static void
try_discovered (Walk *walk)
{
  const WalkContext *context = walk->context;

  if (!may_go_on (walk) || !walk_is_anybody_stuck (walk) || !discovery_is_wanted (context->plan))
    return;
  walk->discovered = discovery_find_routes (context->plan, walk->changed, context->resolver,
                                            walk->cancellable);
  for (guint i = 0; i < walk->discovered->len && may_go_on (walk); i++)
    {
      SendpathRoute *route = walk->discovered->pdata[i];

      if ((route->skipped != NULL && !route->awaits_approval) || is_shut (walk, route) ||
          !choose_travellers (walk, route) || !settle_sender_rule (walk, route) ||
          !approval_is_given (walk, route))
        continue;
      walk->has_pop_route = FALSE;
      start (walk, route);
    }
}

static void
walk_clear (Walk *walk)
{
  g_clear_pointer (&walk->policy, domain_policy_free);
  g_clear_pointer (&walk->discovered, g_ptr_array_unref);
  g_array_unref (walk->travellers);
  g_hash_table_unref (walk->shut);
  g_hash_table_unref (walk->changed);
  g_free (walk->login_problem);
  g_free (walk->record_problem);
  g_clear_pointer (&walk->left, sendpath_reply_unref);
  g_strfreev (walk->wrong_addresses);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

void
walk_run (SendpathMessage *message, GPtrArray *routes, SendpathReport *report,
          const WalkContext *context, const WalkHost *host, GCancellable *cancellable)
{
  g_auto (Walk) walk = { .message = message,
                         .report = report,
                         .travellers = gather_travellers (report, context->local, context->n_most),
                         .context = context,
                         .host = host,
                         .cancellable = cancellable,
                         .is_portal = context->is_portal,
                         .last_family = G_SOCKET_FAMILY_INVALID,
                         .first_attempt = report->attempts->len,
                         .shut = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                         .changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  for (guint i = 0; i < routes->len && may_go_on (&walk); i++)
    {
      SendpathRoute *route = routes->pdata[i];

      if (route->skipped != NULL || is_shut (&walk, route) || !choose_travellers (&walk, route) ||
          !settle_sender_rule (&walk, route) || !approval_is_given (&walk, route))
        continue;
      walk.has_pop_route = has_pop_route_after (routes, i);
      start (&walk, route);
    }
  try_discovered (&walk);
  if (walk.is_portal)
    portal_tell (&walk);
  reason_tell (&walk, routes);
}
