/* Why a message waits after a walk, and what it needs, for people. It decides nothing. */
#include "config.h"

#include "sendpath/walk/reason.h"

#include <glib/gi18n-lib.h>

#include "profiles/network-guard.h"
#include "sendpath/walk/words.h"

/* Whose answer came furthest, of those that wait; NULL if nobody does. */
static const Traveller *
find_furthest (const Walk *walk)
{
  const Traveller *furthest = NULL;

  for (guint i = 0; i < walk->travellers->len; i++)
    {
      const Traveller *traveller = &g_array_index (walk->travellers, Traveller, i);
      const ReportRecipient *recipient = report_find_recipient (walk->report, traveller->name);

      if ((recipient->state == SENDPATH_RECIPIENT_QUEUED || recipient->may_repeat) &&
          (furthest == NULL || traveller->query.phase > furthest->query.phase))
        furthest = traveller;
    }
  return furthest;
}

static gboolean
found_nobody (SendpathVerdict verdict)
{
  return verdict == SENDPATH_VERDICT_HOST_NOT_FOUND || verdict == SENDPATH_VERDICT_UNREACHABLE ||
         verdict == SENDPATH_VERDICT_OFFLINE;
}

/* it came where TLS was to be, and before it was there. */
static gboolean
may_be_somebody_elses (const Walk *walk, const SendpathReply *reply)
{
  for (guint i = walk->first_attempt; i < walk->report->attempts->len; i++)
    {
      const Attempt *attempt = walk->report->attempts->pdata[i];

      if (attempt->reply == reply)
        return !attempt->is_protected && attempt->security != SENDPATH_SECURITY_NONE;
    }
  return FALSE;
}

static char *
quote_answer (const Walk *walk, const Traveller *traveller)
{
  return words_for_answer (traveller->query.server, traveller->query.reply,
                           may_be_somebody_elses (walk, traveller->query.reply));
}

static char *
describe_skipped (const SendpathRoute *route)
{
  return g_strdup_printf (_ ("%s is not used: %s"), route->server, route->skipped);
}

/* Nothing was tried: why the first route was not. */
static char *
describe_no_route (GPtrArray *routes)
{
  for (guint i = 0; i < routes->len; i++)
    {
      const SendpathRoute *route = routes->pdata[i];

      if (route->skipped != NULL)
        return describe_skipped (route);
    }
  return g_strdup (_ ("no route can be tried from here"));
}

/* A password that would have helped goes before the answers of those who wanted one. */
void
reason_tell (const Walk *walk, GPtrArray *routes)
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
  else if (network_was_left (walk->cancellable))
    report->reason = g_strdup (_ ("the network changed before the message left"));
  else if (g_cancellable_is_cancelled (walk->cancellable))
    report->reason = g_strdup (_ ("sending was stopped before the message left"));
  else if (walk->busy != NULL && walk_is_anybody_stuck (walk))
    report->reason =
        g_strdup_printf (_ ("%s is still busy with other messages"), walk->busy->server);
  else if (walk->login_problem != NULL && walk_is_anybody_stuck (walk))
    {
      report->needs = g_strdup ("password");
      report->reason = g_strdup (walk->login_problem);
    }
  else if (walk->is_portal)
    {
      report->needs = g_strdup ("network");
      report->reason = g_strdup (_ ("this network wants you to sign in on a web page first"));
    }
  else if (furthest->verdict == SENDPATH_VERDICT_HOST_NOT_FOUND && walk->wrong_addresses != NULL &&
           walk->wrong_addresses[0] != NULL)
    {
      report->needs = g_strdup ("network");
      report->reason = quote_answer (walk, furthest);
    }
  else if (no_network)
    {
      report->needs = g_strdup ("network");
      report->reason = g_strdup (_ ("this machine is not connected to any network"));
    }
  else if (walk->barred != NULL && walk_is_anybody_stuck (walk))
    {
      report->needs = g_strdup ("decision"); /* a key of the configuration would let it go */
      report->reason = describe_skipped (walk->barred);
    }
  else if (walk->unapproved != NULL && walk_is_anybody_stuck (walk))
    {
      report->needs = g_strdup ("approval");
      report->reason = describe_skipped (walk->unapproved);
    }
  else if (walk->wants_login != NULL && walk_is_anybody_stuck (walk))
    report->reason =
        g_strdup_printf (_ ("%s wants a login, and a relay of the network never gets a password"),
                         walk->wants_login->server);
  else
    report->reason =
        furthest->query.reply != NULL ? quote_answer (walk, furthest) : describe_no_route (routes);
}
