/* What a leg foresees: the message that will be offered in the same session after this one, so that its
 * envelope can go out behind this one's final dot. A guess that is wrong costs a round trip or a
 * connection; nothing else ever rests on it. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include "sendpath/mail/address.h"
#include "sendpath/walk/recipient-limit.h"

/* Whoever comes next begins at the first rule of the first usable route; this one may have got further. */
static gboolean
is_as_at_first (const Leg *leg)
{
  return leg->rule == leg->route->first_rule && !leg->route->pop_first &&
         !leg->route->awaits_approval && !domain_policy_concerns (leg->route) &&
         leg->walk->context->pool != NULL;
}

/* Everybody, in one transaction; a name without a domain may be another one on its way. */
static gboolean
is_plain (const Leg *leg, const SendpathReport *report)
{
  const GPtrArray *recipients = report->recipients;

  if (report->attempts->len > 0 ||
      recipients->len > recipient_limit_get (leg->walk->context->plan, leg->route))
    return FALSE;
  for (guint i = 0; i < recipients->len; i++)
    {
      const ReportRecipient *recipient = recipients->pdata[i];

      if (recipient->state != SENDPATH_RECIPIENT_QUEUED || recipient->is_dotted ||
          address_get_domain (recipient->address) == NULL)
        return FALSE;
    }
  return TRUE;
}

static Delivery *
foresee (Leg *leg, const WalkNext *next)
{
  g_auto (GStrv) header_changes = NULL;
  g_autoptr (SendpathMessage) mail =
      leg_apply_rule (leg, leg->rule, next->message, &header_changes);
  g_autofree const char **addresses = g_new0 (const char *, next->report->recipients->len + 1);

  for (guint i = 0; i < next->report->recipients->len; i++)
    addresses[i] = ((ReportRecipient *) next->report->recipients->pdata[i])->address;
  g_free (leg->next_notify);
  leg->next_notify = leg_dup_dsn_notify (leg, next->message);
  return leg_new_delivery (leg, next->message, mail, next->report->id, addresses,
                           leg->next_notify);
}

const Delivery *
leg_get_next (Delivery *delivery)
{
  Leg *leg = delivery->data;
  const WalkHost *host = leg->walk->host;
  WalkNext next;

  if (leg->next != NULL && leg->before_next == delivery)
    return leg->next;
  leg->before_next = delivery;
  g_clear_pointer (&leg->next, delivery_free);
  if (host->get_next == NULL || !is_as_at_first (leg) || !host->get_next (host->data, &next) ||
      !is_plain (leg, next.report))
    return NULL;
  leg->next = foresee (leg, &next);
  leg->next->is_proven = TRUE; /* it is asked about once this one is taken */
  return leg->next;
}
