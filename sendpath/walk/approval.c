/* May a relay that nobody has approved have the message? Who is asked, and where the answer is kept, is
 * the host's matter; without an answer it is no. */
#include "config.h"

#include "sendpath/walk/approval.h"

#include <glib/gi18n-lib.h>

/* PRODUCT.md section 3: what permits a relay without encryption is the user's own word; where everybody
 * can listen it is asked for each time. */
static gboolean
is_overheard (const Walk *walk, const SendpathRoute *route)
{
  return walk->context->is_open && route_is_relay (route) && route->endpoints->len > 0 &&
         sendpath_endpoint_get_security (route->endpoints->pdata[0]) == SENDPATH_SECURITY_NONE;
}

static SendpathRelayChoice
ask (Walk *walk, SendpathRoute *route)
{
  const SendpathEndpoint *endpoint = route->endpoints->pdata[0];
  WalkRelay relay = { .message = walk->report->id,
                      .network_id = walk->context->plan->network_id,
                      .host = sendpath_endpoint_get_host (endpoint),
                      .port = sendpath_endpoint_get_port (endpoint),
                      .security = sendpath_endpoint_get_security (endpoint),
                      .source = route->source,
                      .is_changed = g_hash_table_contains (walk->changed, route->server) };
  g_autofree char *key = NULL;
  SendpathRelayChoice choice = walk->host->choose_relay (walk->host->data, &relay, &key);

  if (route->awaits_approval && choice != SENDPATH_RELAY_CHOICE_KEEP)
    {
      g_free (route->tls_pin);
      route->tls_pin = g_steal_pointer (&key);
    }
  return choice;
}

gboolean
approval_is_given (Walk *walk, SendpathRoute *route)
{
  gboolean is_heard = is_overheard (walk, route);

  if (!route->awaits_approval && !is_heard)
    return route->skipped == NULL;
  switch (ask (walk, route))
    {
    case SENDPATH_RELAY_CHOICE_HERE:
    case SENDPATH_RELAY_CHOICE_ONCE:
      report_set_text (&route->skipped, NULL);
      return TRUE;
    case SENDPATH_RELAY_CHOICE_KEEP:
      if (is_heard)
        report_set_text (
            &route->skipped,
            _ ("the wireless network here is not encrypted, nor would the message be; on "
               "a terminal, “sendpath queue flush” asks whether it may leave all the "
               "same"));
      if (walk->unapproved == NULL)
        walk->unapproved = route;
      return FALSE;
    case SENDPATH_RELAY_CHOICE_NEVER:
      return FALSE;
    }
  g_return_val_if_reached (FALSE);
}

/* another key asks again, and so does a name that is not proved. */
static gboolean
is_changed (const Walk *walk, guint first_attempt)
{
  for (guint i = first_attempt; i < walk->report->attempts->len; i++)
    {
      const Attempt *attempt = walk->report->attempts->pdata[i];
      SendpathFault fault = sendpath_reply_get_fault (attempt->reply);

      if (fault == SENDPATH_FAULT_TLS || fault == SENDPATH_FAULT_INTERCEPTED)
        return TRUE;
    }
  return FALSE;
}

/* */
static gboolean
wanted_login (const Walk *walk, guint first_attempt)
{
  for (guint i = first_attempt; i < walk->report->attempts->len; i++)
    {
      const Attempt *attempt = walk->report->attempts->pdata[i];

      if (attempt->verdict == SENDPATH_VERDICT_AUTH_REQUIRED)
        return TRUE;
    }
  return FALSE;
}

void
approval_note_end (Walk *walk, SendpathRoute *route, guint first_attempt)
{
  if (!route_is_from_network (route))
    return;
  if (is_changed (walk, first_attempt))
    g_hash_table_add (walk->changed, g_strdup (route->server));
  if (wanted_login (walk, first_attempt))
    walk->wants_login = route;
}
