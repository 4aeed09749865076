/* What each remedy does on a leg: one table. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include "sendpath/verdict/remedies.h"

/* Each remedy returns TRUE when it is worth offering again. FALSE: this route cannot do it, the
 * next remedy. */
typedef gboolean (*Apply) (Leg *leg, Traveller *leader);

static gboolean
try_log_in (Leg *leg, Traveller *leader)
{
  return !leg->asked && leg_log_in (leg, WALK_SECRET_ASK) == LEG_LOGIN_DONE;
}

static gboolean
try_ask_login (Leg *leg, Traveller *leader)
{
  return leg_log_in_anew (leg);
}

/* Where changing the sender did not help, another door gets the message as it was. */
static gboolean
try_door (Leg *leg, const Traveller *leader, RaceField field)
{
  if (leader->verdict == SENDPATH_VERDICT_RELAY_DENIED && leg->rule != leg->route->first_rule)
    leg_use_rule (leg, leg->route->first_rule);
  return leg_connect (leg, field);
}

static gboolean
try_other_family (Leg *leg, Traveller *leader)
{
  return leg->route->pop_first ? leg_pop_over_other_family (leg)
                               : try_door (leg, leader, RACE_OTHER_FAMILY);
}

static gboolean
try_next_endpoint (Leg *leg, Traveller *leader)
{
  return try_door (leg, leader, RACE_NEXT_ENDPOINT);
}

/* In the same connection where it is still open. */
static gboolean
try_sender_rule (Leg *leg, Traveller *leader)
{
  SenderRule next = leg_find_next_rule (leg);

  if (next == leg->rule)
    return FALSE;
  leg_use_rule (leg, next);
  return leg_has_session (leg) || leg_reconnect (leg);
}

/* As long as each transaction takes somebody. */
static gboolean
try_split (Leg *leg, Traveller *leader)
{
  return leg->made_progress && (leg_has_session (leg) || leg_reconnect (leg));
}

static gboolean
is_other_route (Leg *leg, Traveller *leader)
{
  return FALSE;
}

/* ---- where a recipient stops ----------------------------------------------------------------- */

typedef void (*Release) (Leg *leg, Traveller *traveller);

static void
leave_route (Leg *leg, Traveller *traveller)
{
  traveller->is_here = FALSE;
}

/* Unless nothing was said that would hold elsewhere too. */
static void
wait_for_later (Leg *leg, Traveller *traveller)
{
  if (traveller->is_route_matter || traveller->verdict == SENDPATH_VERDICT_NONE)
    leave_route (leg, traveller);
  else
    traveller->is_open = FALSE;
}

static void
give_up (Leg *leg, Traveller *traveller)
{
  traveller->is_open = FALSE;
  report_set_recipient (leg->walk->report, traveller->name, REPORT_NO_ATTEMPT,
                        SENDPATH_RECIPIENT_FAILED, traveller->verdict,
                        (SendpathReply *) traveller->query.reply);
}

/* A POP3 login is a route of its own: the walk goes on there, if it has one. */
static void
leave_for_pop (Leg *leg, Traveller *traveller)
{
  if (leg->walk->has_pop_route)
    leave_route (leg, traveller);
}

/* What a remedy does on this route, and what becomes of the recipients with that verdict if it
 * does nothing. */
static const struct {
  Apply apply;
  Release release; /* NULL: the next remedy */
} remedies[] = {
  [SENDPATH_REMEDY_NONE] = { is_other_route, wait_for_later },
  [SENDPATH_REMEDY_LOG_IN] = { try_log_in, NULL },
  [SENDPATH_REMEDY_POP_LOGIN] = { is_other_route, leave_for_pop },
  [SENDPATH_REMEDY_ENCRYPT] = { try_next_endpoint, NULL },
  [SENDPATH_REMEDY_ASK_LOGIN] = { try_ask_login, NULL },
  [SENDPATH_REMEDY_SENDER_RULE] = { try_sender_rule, NULL },
  [SENDPATH_REMEDY_OTHER_FAMILY] = { try_other_family, NULL },
  [SENDPATH_REMEDY_NEXT_ENDPOINT] = { try_next_endpoint, NULL },
  [SENDPATH_REMEDY_NEXT_ROUTE] = { is_other_route, leave_route },
  [SENDPATH_REMEDY_SPLIT] = { try_split, NULL },
  [SENDPATH_REMEDY_WAIT] = { is_other_route, wait_for_later },
  [SENDPATH_REMEDY_FINAL] = { is_other_route, give_up },
};
G_STATIC_ASSERT (G_N_ELEMENTS (remedies) == SENDPATH_REMEDY_FINAL + 1);

/* Everybody on this route who got the answer that @leader got. */
static void
release_group (Leg *leg, Traveller *leader, Release release)
{
  SendpathVerdict verdict = leader->verdict;

  for (guint i = 0; i < leg->walk->travellers->len; i++)
    {
      Traveller *traveller = leg_get_traveller (leg, i);

      if (traveller->is_open && traveller->is_here && traveller->verdict == verdict)
        release (leg, traveller);
    }
}

/* The remedies for @leader's verdict, in order. TRUE: offer again. FALSE: its group stops here,
 * or a login was refused meanwhile, which is a verdict of its own. */
static gboolean
apply_in_order (Leg *leg, Traveller *leader)
{
  SendpathVerdict verdict = leader->verdict;
  const SendpathRemedy *remedy = verdict_remedies (verdict, &leader->query);

  for (; leader->is_open && leader->is_here && leader->verdict == verdict; remedy++)
    {
      if (remedies[*remedy].apply (leg, leader))
        return TRUE;
      if (remedies[*remedy].release != NULL && leader->verdict == verdict)
        release_group (leg, leader, remedies[*remedy].release);
    }
  return FALSE;
}

gboolean
leg_apply_remedy (Leg *leg)
{
  Traveller *leader;

  if (leg->suspects != 0 && !leg->walk->must_stop && leg_try_without (leg))
    return TRUE;
  while (!leg->walk->must_stop && (leader = leg_get_leader (leg)) != NULL)
    if (leg_try_pop_again (leg, leader) || apply_in_order (leg, leader))
      return TRUE;
  return FALSE;
}
