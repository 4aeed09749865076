/* THE fallback loop. It knows that there are several routes; it never connects, parses or prints. */
#include "config.h"

#include "sendpath/walk/walk.h"

#include <glib/gi18n-lib.h>

#include "sendpath/verdict/explain.h"
#include "sendpath/walk/leg.h"

static GArray *
gather_travellers (SendpathReport *report)
{
  GArray *travellers = g_array_new (FALSE, TRUE, sizeof (Traveller));
  g_autofree const char **addresses = report_dup_unsettled (report);

  for (guint i = 0; addresses[i] != NULL; i++)
    {
      Traveller traveller = { .address = addresses[i], .is_open = TRUE };

      g_array_append_val (travellers, traveller);
    }
  return travellers;
}

/* Marks who may go by @route; FALSE if nobody. */
static gboolean
choose_travellers (Walk *walk, SendpathRoute *route)
{
  gboolean anybody = FALSE;

  for (guint i = 0; i < walk->travellers->len; i++)
    {
      Traveller *traveller = &g_array_index (walk->travellers, Traveller, i);

      traveller->is_here = traveller->is_open && (traveller->verdict == SENDPATH_VERDICT_NONE ||
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

/* Why it waits: the answer that got furthest, unless a password would have helped. */
static void
tell_reason (SendpathReport *report, gboolean network_is_up)
{
  const Attempt *furthest = report_get_furthest (report);
  g_autofree char *text = NULL;

  g_clear_pointer (&report->reason, g_free);
  if (sendpath_report_get_outcome (report) != SENDPATH_OUTCOME_QUEUED)
    {
      g_clear_pointer (&report->needs, g_free);
      return;
    }
  if (!network_is_up)
    report_set_text (&report->needs, "network");
  if (g_strcmp0 (report->needs, "password") == 0)
    report->reason = g_strdup_printf (_ ("a login is needed and the password of %s is not at hand "
                                         "or was refused; use “sendpath password set %s”"),
                                      report->account, report->account);
  else if (furthest == NULL)
    report->reason = g_strdup (_ ("no route can be tried from here"));
  else
    {
      text = sendpath_reply_dup_clean_text (furthest->reply);
      report->reason = sendpath_reply_get_code (furthest->reply) != 0
                           ? g_strdup_printf (_ ("%s answered: %u %s"), furthest->server,
                                              sendpath_reply_get_code (furthest->reply), text)
                           : g_strdup_printf (_ ("%s: %s"), furthest->server, text);
    }
}

void
walk_run (SendpathMessage *message, GPtrArray *routes, SendpathReport *report,
          const WalkContext *context, const WalkHost *host, GCancellable *cancellable)
{
  g_autoptr (GArray) travellers = gather_travellers (report);
  Walk walk = { .message = message,
                .report = report,
                .travellers = travellers,
                .context = context,
                .host = host,
                .cancellable = cancellable };

  g_clear_pointer (&report->needs, g_free);
  for (guint i = 0; i < routes->len && !walk.must_stop; i++)
    {
      SendpathRoute *route = routes->pdata[i];

      if (route->skipped != NULL || !choose_travellers (&walk, route))
        continue;
      walk.has_pop_route = has_pop_route_after (routes, i);
      host->attempt_started (host->data, route);
      leg_run (&walk, route);
    }
  tell_reason (report, context->network_is_up);
}
