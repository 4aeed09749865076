/* What each remedy does on a leg: one table. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include "sendpath/verdict/remedies.h"

typedef enum {
  REMEDY_NOT_HERE, /* this route cannot do it: the next remedy */
  REMEDY_DONE,     /* offer again */
  REMEDY_LEAVE,    /* nothing more on this route */
} RemedyResult;

static RemedyResult
try_log_in (Leg *leg, const Traveller *leader)
{
  return !leg->asked && leg_log_in (leg, WALK_SECRET_ASK) ? REMEDY_DONE
         : leg->login_refused                             ? REMEDY_LEAVE
                                                          : REMEDY_NOT_HERE;
}

static RemedyResult
try_pop_login (Leg *leg, const Traveller *leader)
{
  return leg->walk->has_pop_route ? REMEDY_LEAVE : REMEDY_NOT_HERE;
}

/* A relay refusal before a login says nothing about the sender. */
static RemedyResult
try_sender_rule (Leg *leg, const Traveller *leader)
{
  if (leader->verdict == SENDPATH_VERDICT_RELAY_DENIED && !leader->query.authenticated &&
      !leader->query.relay)
    return REMEDY_NOT_HERE;
  for (SenderRule rule = leg->rule + 1; rule <= leg->route->last_rule; rule++)
    if (sender_rule_is_possible (rule, leg->walk->message))
      {
        leg_use_rule (leg, rule);
        return smtp_session_is_open (leg->session) ||
                       (leg_enter_race (leg), leg_connect (leg, RACE_ALL))
                   ? REMEDY_DONE
                   : REMEDY_LEAVE;
      }
  return REMEDY_NOT_HERE;
}

static RemedyResult
try_other_family (Leg *leg, const Traveller *leader)
{
  return leg_connect (leg, RACE_OTHER_FAMILY)                 ? REMEDY_DONE
         : leg->login_refused || leg_get_leader (leg) == NULL ? REMEDY_LEAVE
                                                              : REMEDY_NOT_HERE;
}

static RemedyResult
try_next_endpoint (Leg *leg, const Traveller *leader)
{
  return leg_connect (leg, RACE_NEXT_ENDPOINT) ? REMEDY_DONE : REMEDY_LEAVE;
}

static RemedyResult
try_split (Leg *leg, const Traveller *leader)
{
  return leg->made_progress && smtp_session_is_open (leg->session) ? REMEDY_DONE : REMEDY_LEAVE;
}

static RemedyResult
leave_route (Leg *leg, const Traveller *leader)
{
  return REMEDY_LEAVE;
}

/* What a remedy does on this route; those without a row are done by others or mean waiting. */
static RemedyResult (*const remedies[]) (Leg *, const Traveller *) = {
  [SENDPATH_REMEDY_NONE] = leave_route,
  [SENDPATH_REMEDY_LOG_IN] = try_log_in,
  [SENDPATH_REMEDY_POP_LOGIN] = try_pop_login,
  [SENDPATH_REMEDY_ENCRYPT] = try_next_endpoint,
  [SENDPATH_REMEDY_ASK_LOGIN] = leave_route,
  [SENDPATH_REMEDY_SENDER_RULE] = try_sender_rule,
  [SENDPATH_REMEDY_OTHER_FAMILY] = try_other_family,
  [SENDPATH_REMEDY_NEXT_ENDPOINT] = try_next_endpoint,
  [SENDPATH_REMEDY_NEXT_ROUTE] = leave_route,
  [SENDPATH_REMEDY_SPLIT] = try_split,
  [SENDPATH_REMEDY_WAIT] = leave_route,
  [SENDPATH_REMEDY_FINAL] = leave_route,
};
G_STATIC_ASSERT (G_N_ELEMENTS (remedies) == SENDPATH_REMEDY_FINAL + 1);

/* Does the first of the verdict's remedies that this route allows. TRUE: offer again. */
gboolean
leg_apply_remedy (Leg *leg)
{
  const Traveller *leader = leg_get_leader (leg);
  const SendpathRemedy *remedy;
  RemedyResult result = REMEDY_NOT_HERE;

  if (leader == NULL || leg->walk->must_stop)
    return FALSE;
  if (leg_try_pop_again (leg, leader))
    return TRUE;
  for (remedy = verdict_remedies (leader->verdict, &leader->query); result == REMEDY_NOT_HERE;
       remedy++)
    result = remedies[*remedy](leg, leader);
  return result == REMEDY_DONE && !leg->walk->must_stop && leg_get_leader (leg) != NULL;
}
