/* THE fallback loop. It knows that there are several routes; it never connects, parses or prints. */
#include "config.h"

#include "sendpath/walk/walk.h"

#include <glib/gi18n-lib.h>

#include "sendpath/mail/address.h"
#include "sendpath/walk/leg.h"

char *
walk_dup_door (const SendpathEndpoint *endpoint)
{
  return g_strdup_printf ("%s:%u", sendpath_endpoint_get_host (endpoint),
                          sendpath_endpoint_get_port (endpoint));
}

/* Everybody who is not settled. A name without a domain goes where @local says; nobody gets two
 * copies because two names do. */
static GArray *
gather_travellers (SendpathReport *report, const char *local)
{
  GArray *travellers = g_array_new (FALSE, TRUE, sizeof (Traveller));
  g_autofree const char **names = report_dup_unsettled (report);
  g_autoptr (GHashTable) addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      gboolean is_local = local != NULL && address_get_domain (names[i]) == NULL;
      const char *address = is_local ? local : names[i];
      g_autofree char *key = address_dup_key (address);
      const char *known = g_hash_table_lookup (addresses, key);
      Traveller traveller = { .name = names[i],
                              .address = known != NULL ? known : address,
                              .is_open = TRUE };

      if (known == NULL)
        g_hash_table_insert (addresses, g_steal_pointer (&key), (gpointer) address);
      g_array_append_val (travellers, traveller);
    }
  return travellers;
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
          traveller->is_open && may_follow &&
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

/* ---- why it waits ---------------------------------------------------------------------------- */

/* Whose answer came furthest, of those that wait; NULL if nobody does. */
static const Traveller *
find_furthest (const Walk *walk)
{
  const Traveller *furthest = NULL;

  for (guint i = 0; i < walk->travellers->len; i++)
    {
      const Traveller *traveller = &g_array_index (walk->travellers, Traveller, i);
      const ReportRecipient *recipient = report_find_recipient (walk->report, traveller->name);

      if (recipient->state == SENDPATH_RECIPIENT_QUEUED &&
          (furthest == NULL || traveller->query.phase > furthest->query.phase))
        furthest = traveller;
    }
  return furthest;
}

/* Somebody has no route left, rather than a time to wait for. */
static gboolean
is_anybody_stuck (const Walk *walk)
{
  for (guint i = 0; i < walk->travellers->len; i++)
    if (g_array_index (walk->travellers, Traveller, i).is_open)
      return TRUE;
  return FALSE;
}

static gboolean
found_nobody (SendpathVerdict verdict)
{
  return verdict == SENDPATH_VERDICT_HOST_NOT_FOUND || verdict == SENDPATH_VERDICT_UNREACHABLE ||
         verdict == SENDPATH_VERDICT_OFFLINE;
}

static char *
quote_answer (const Traveller *traveller)
{
  g_autofree char *text = sendpath_reply_dup_clean_text (traveller->query.reply);
  guint code = sendpath_reply_get_code (traveller->query.reply);

  return code != 0 ? g_strdup_printf (_ ("%s answered: %u %s"), traveller->query.server, code, text)
                   : g_strdup_printf (_ ("%s: %s"), traveller->query.server, text);
}

/* Nothing was tried: why the first route was not. */
static char *
describe_no_route (GPtrArray *routes)
{
  for (guint i = 0; i < routes->len; i++)
    {
      const SendpathRoute *route = routes->pdata[i];

      if (route->skipped != NULL)
        return g_strdup_printf (_ ("%s is not used: %s"), route->server, route->skipped);
    }
  return g_strdup (_ ("no route can be tried from here"));
}

/* A password that would have helped goes before the answers of those who wanted one. */
static void
tell_reason (const Walk *walk, GPtrArray *routes)
{
  SendpathReport *report = walk->report;
  const Traveller *furthest = find_furthest (walk);
  gboolean no_network = furthest != NULL && !walk->context->network_is_up &&
                        (furthest->query.reply == NULL || found_nobody (furthest->verdict));

  g_clear_pointer (&report->reason, g_free);
  g_clear_pointer (&report->needs, g_free);
  if (furthest == NULL)
    return;
  if (walk->record_problem != NULL)
    report->reason = g_strdup (walk->record_problem);
  else if (g_cancellable_is_cancelled (walk->cancellable))
    report->reason = g_strdup (_ ("it was stopped before it was sent"));
  else if (walk->login_problem != NULL && is_anybody_stuck (walk))
    {
      report->needs = g_strdup ("password");
      report->reason = g_strdup (walk->login_problem);
    }
  else if (no_network)
    {
      report->needs = g_strdup ("network");
      report->reason = g_strdup (_ ("this machine is not connected to any network"));
    }
  else
    report->reason =
        furthest->query.reply != NULL ? quote_answer (furthest) : describe_no_route (routes);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void
walk_clear (Walk *walk)
{
  g_array_unref (walk->travellers);
  g_hash_table_unref (walk->shut);
  g_free (walk->login_problem);
  g_free (walk->record_problem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

void
walk_run (SendpathMessage *message, GPtrArray *routes, SendpathReport *report,
          const WalkContext *context, const WalkHost *host, GCancellable *cancellable)
{
  g_auto (Walk) walk = { .message = message,
                         .report = report,
                         .travellers = gather_travellers (report, context->local),
                         .context = context,
                         .host = host,
                         .cancellable = cancellable,
                         .shut = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  for (guint i = 0; i < routes->len && !walk.must_stop && !g_cancellable_is_cancelled (cancellable);
       i++)
    {
      SendpathRoute *route = routes->pdata[i];

      if (route->skipped != NULL || is_shut (&walk, route) || !choose_travellers (&walk, route))
        continue;
      walk.has_pop_route = has_pop_route_after (routes, i);
      host->attempt_started (host->data, route);
      leg_run (&walk, route);
    }
  tell_reason (&walk, routes);
}
