/* A server that offers an extension and does not have it: the message is offered once more without it,
 * and what then goes is remembered. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include "sendpath/walk/server-manners.h"

void
leg_recall_manners (Leg *leg)
{
  const PlanInput *plan = leg->walk->context->plan;

  leg->session_options.avoided =
      leg->avoided | server_manners_get (plan->memory, leg->route->server, plan->now_s);
}

static gboolean
was_taken (const Delivery *delivery)
{
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);

      if (recipient->phase == SENDPATH_PHASE_EOD &&
          sendpath_reply_get_code (recipient->reply) / 100 == 2)
        return TRUE;
    }
  return FALSE;
}

static void
leave_out_suspects (Leg *leg)
{
  leg->on_trial = leg->suspects;
  leg->avoided |= leg->suspects;
  leg->suspects = 0;
}

static guint
find_suspects (Leg *leg)
{
  return smtp_session_get_suspects (leg->session) & ~leg->avoided;
}

void
leg_doubt_manners (Leg *leg)
{
  leg->suspects = find_suspects (leg);
  leave_out_suspects (leg);
}

/* The same message went with one thing less: that is what it was. */
void
leg_judge_manners (Leg *leg, const Delivery *delivery)
{
  const PlanInput *plan = leg->walk->context->plan;

  if (leg->on_trial != 0 && was_taken (delivery))
    server_manners_note (plan->memory, leg->route->server, leg->on_trial, plan->now_s);
  leg->on_trial = 0;
  leg->suspects = find_suspects (leg);
}

gboolean
leg_try_without (Leg *leg)
{
  leave_out_suspects (leg);
  return leg_reconnect (leg);
}
