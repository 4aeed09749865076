/* The connections of a leg: the race, the session on what won it, and the one that an earlier message
 * left open. It offers nothing. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include "sendpath/walk/portal.h"

/* A port that gave no answer was no attempt as long as another endpoint did answer. If none did,
 * all count as blocked. */
static void
record_failures (Leg *leg, RaceField field, GPtrArray *failures)
{
  if (leg->contact == NULL && field == RACE_ALL &&
      leg->walk->first_attempt == leg->walk->report->attempts->len)
    leg->walk->is_portal = leg->walk->must_stop = portal_shows_in_race (failures);
  for (guint i = 0; i < failures->len && !leg->walk->is_portal; i++)
    {
      const Runner *failed = failures->pdata[i];
      g_autoptr (SendpathReply) failure = leg_judge_failure (leg, failed);

      if (leg->contact == NULL && field == RACE_ALL && failed->phase <= SENDPATH_PHASE_CONNECT)
        g_hash_table_add (leg->walk->shut, walk_dup_door (failed->endpoint));
      if (leg->contact == NULL || failed->phase > SENDPATH_PHASE_CONNECT)
        leg_fail_all (leg, leg_new_attempt (leg, failed), failed->phase, failure);
    }
}

static void
drop_connection (Leg *leg)
{
  g_clear_pointer (&leg->session, smtp_session_free);
  g_clear_pointer (&leg->contact, runner_free);
  leg->n_offers_here = 0;
  leg->is_reused = leg->was_of_use = FALSE;
  leg->login_failed = FALSE;
  if (leg->is_one_too_many)
    g_clear_pointer (&leg->slot, server_slot_free);
  leg->is_one_too_many = FALSE;
}

/* ---- no more than the server wants ----------------------------------------------------------- */

/* What is told apart: on this machine a port is a server of its own, such as a tunnel. */
static char *
dup_server (const SendpathRoute *route)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (route->server);

  if (g_ascii_strcasecmp (route->server, "localhost") != 0 &&
      (address == NULL || !g_inet_address_get_is_loopback (address)))
    return g_strdup (route->server);
  return g_strdup_printf ("%s %u", route->server,
                          (guint) sendpath_endpoint_get_port (route->endpoints->pdata[0]));
}

/* FALSE: cancelled, or no place for all that time. */
static gboolean
claim_place (Leg *leg)
{
  Walk *walk = leg->walk;
  g_autofree char *server = dup_server (leg->route);

  if (walk->context->pool == NULL || leg->slot != NULL ||
      session_pool_claim (walk->context->pool, server, walk->cancellable, &leg->slot))
    return TRUE;
  walk->must_stop = TRUE;
  walk->busy = leg->route;
  return FALSE;
}

/* Some say so, some hang up instead of a greeting. */
gboolean
leg_is_one_too_many (Leg *leg, SendpathPhase phase, const SendpathReply *reply)
{
  gboolean is_refused = sendpath_reply_get_code (reply) == 421 ||
                        (sendpath_reply_get_fault (reply) == SENDPATH_FAULT_LINK_LOST &&
                         phase > SENDPATH_PHASE_CONNECT && phase <= SENDPATH_PHASE_GREETING);

  if (!is_refused || leg->slot == NULL || leg->is_one_too_many ||
      !server_slot_note_refusal (leg->slot))
    return FALSE;
  session_pool_note_crowded (leg->walk->context->pool);
  leg->is_one_too_many = TRUE;
  return TRUE;
}

static gboolean
is_any_one_too_many (Leg *leg, GPtrArray *failures)
{
  for (guint i = 0; i < failures->len; i++)
    {
      const Runner *failed = failures->pdata[i];

      if (leg_is_one_too_many (leg, failed->phase, failed->greeting))
        return TRUE;
    }
  return FALSE;
}

/* ---- a session ------------------------------------------------------------------------------- */

static void
enter_race (Leg *leg)
{
  RaceOptions options = { .patience_s = leg->walk->context->patience_s,
                          .tls_pin = route_get_setting (leg->route, "tls-pin"),
                          .family = leg->pop_family,
                          .is_learned = leg->route->is_learned,
                          .learned = leg->route->learned_family,
                          .known_ip = leg->route->learned_ip,
                          .recent = leg->walk->context->recent,
                          .trace = leg->walk->context->trace,
                          .resolver = leg->walk->context->resolver,
                          .own = leg->walk->context->plan->addresses,
                          .is_offered = route_is_from_network (leg->route) };

  drop_connection (leg);
  g_clear_pointer (&leg->race, race_free);
  leg->race = race_new (leg->route->endpoints, &options);
}

void
leg_note_tls (Leg *leg, const char *host)
{
  g_autoptr (GError) error = NULL;

  if (!trust_note_tls (leg->walk->context->plan->trust, host, &error))
    trace_note (leg->walk->context->trace, "%s", error->message);
}

/* Who is at the address of another day without having shown whose it is says nothing about the
 * server. */
static gboolean
was_misled (Leg *leg)
{
  return leg->contact->is_guess && !smtp_session_is_tls (leg->session) &&
         !g_cancellable_is_cancelled (leg->walk->cancellable);
}

typedef enum {
  OPENING_DONE,
  OPENING_FAILED,
  OPENING_AGAIN, /* what happened says nothing about the server */
} Opening;

static Opening
open_session (Leg *leg)
{
  g_autoptr (SendpathReply) failure = NULL;
  Attempt *attempt;

  leg_recall_manners (leg);
  leg->session = smtp_session_new (leg->contact, &leg->session_options);
  if (smtp_session_open (leg->session))
    {
      if (smtp_session_is_tls (leg->session))
        {
          leg_note_tls (leg, leg->route->server);
          leg_note_face (leg);
        }
      return OPENING_DONE;
    }
  if (was_misled (leg))
    {
      race_forget_known (leg->race);
      return OPENING_AGAIN;
    }
  if (leg_is_one_too_many (leg, smtp_session_get_phase (leg->session),
                           smtp_session_get_reply (leg->session)))
    {
      enter_race (leg);
      return OPENING_AGAIN;
    }
  failure = leg_judge_session (leg);
  attempt = leg_new_attempt (leg, leg->contact);
  leg_add_session_facts (attempt, leg);
  leg_fail_all (leg, attempt, smtp_session_get_phase (leg->session), failure);
  return OPENING_FAILED;
}

static gboolean
log_in_if_at_hand (Leg *leg)
{
  return leg_log_in (leg, WALK_SECRET_AT_HAND) != LEG_LOGIN_FAILED && !leg->login_refused &&
         leg_has_session (leg) && leg_get_leader (leg) != NULL;
}

/* leg->contact: somebody who won the race and has greeted. */
static gboolean
find_contact (Leg *leg, RaceField field)
{
  g_autoptr (GPtrArray) failures = NULL;

  while (claim_place (leg))
    {
      g_clear_pointer (&failures, g_ptr_array_unref);
      leg->contact = race_run (leg->race, field, leg->walk->cancellable);
      failures = race_steal_failures (leg->race);
      if (leg->contact != NULL || !is_any_one_too_many (leg, failures))
        {
          record_failures (leg, field, failures);
          return leg->contact != NULL && !leg->walk->must_stop;
        }
      enter_race (leg);
      field = RACE_ALL;
    }
  return FALSE;
}

gboolean
leg_connect (Leg *leg, RaceField field)
{
  Opening opening = OPENING_FAILED;

  if (leg->is_reused)
    field = RACE_ALL; /* the race was not run yet: nobody has won it */
  while (opening != OPENING_DONE)
    {
      drop_connection (leg);
      if (leg->walk->must_stop || !find_contact (leg, field))
        return FALSE;
      leg->walk->last_family = leg->contact->family;
      opening = open_session (leg);
      if (leg_get_leader (leg) == NULL)
        return FALSE;
      if (opening == OPENING_AGAIN)
        field = RACE_ALL;
      else if (field != RACE_OTHER_FAMILY)
        field = RACE_NEXT_ENDPOINT;
    }
  return log_in_if_at_hand (leg);
}

gboolean
leg_reconnect (Leg *leg)
{
  enter_race (leg);
  return leg_connect (leg, RACE_ALL);
}

gboolean
leg_resume (Leg *leg)
{
  SessionPool *pool = leg->walk->context->pool;

  if (pool == NULL)
    return FALSE;
  enter_race (leg);
  leg->session = session_pool_take (pool, leg->route, leg->pop_family, &leg->contact, &leg->slot);
  leg->is_reused = leg->was_of_use = leg->session != NULL;
  return leg->is_reused && log_in_if_at_hand (leg);
}

void
leg_keep_session (Leg *leg)
{
  SessionPool *pool = leg->walk->context->pool;

  if (pool != NULL && leg->was_of_use && leg_has_session (leg) &&
      !g_cancellable_is_cancelled (leg->walk->cancellable))
    session_pool_put (pool, leg->route, g_steal_pointer (&leg->session),
                      g_steal_pointer (&leg->contact), g_steal_pointer (&leg->slot));
}
