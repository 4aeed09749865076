/* A walk wants to know whether a relay may be used: what was decided before, what the relay shows, what
 * a person says. It never sends a message, and without a clear yes the answer is no. */
#include "config.h"

#include "profiles/approvals.h"
#include "sendpath/engine-call.h"
#include "sendpath/engine-private.h"
#include "sendpath/relay-identity.h"
#include "sendpath/request-private.h"

RelayIdentity
engine_look_at_relay (SendpathEngine *self, SendpathNetwork *network, const WalkRelay *relay,
                      const Trace *trace, GCancellable *cancellable, char **ret_key)
{
  RelayDoor door = { .host = relay->host,
                     .port = relay->port,
                     .own = sendpath_network_get_addresses (network),
                     .patience_s = engine_get_patience_s (self),
                     .trace = trace,
                     .cancellable = cancellable };

  return relay_identity_look (&door, ret_key);
}

gboolean
engine_keep_choice (SendpathEngine *self, const WalkRelay *relay, const char *key,
                    SendpathRelayChoice choice, GError **error)
{
  RelayDecision decision = { .host = (char *) relay->host,
                             .port = relay->port,
                             .key = (char *) key,
                             .is_refused = choice == SENDPATH_RELAY_CHOICE_NEVER };

  if (choice != SENDPATH_RELAY_CHOICE_HERE && choice != SENDPATH_RELAY_CHOICE_NEVER)
    return TRUE;
  return approvals_add (self->state_dir, relay->network_id, &decision, error);
}

/* What needs nobody to be asked; KEEP: nothing. Another walk, or another process, may have asked
 * meanwhile. */
static SendpathRelayChoice
find_decision (SendpathEngine *self, const WalkRelay *relay)
{
  g_autoptr (GPtrArray) decisions = approvals_read (self->state_dir, relay->network_id);
  const RelayDecision *decision = approvals_find (decisions, relay->host);

  if (relay_answers_is_granted (self->answers, relay))
    return SENDPATH_RELAY_CHOICE_ONCE;
  if (decision == NULL || relay->security == SENDPATH_SECURITY_NONE)
    return SENDPATH_RELAY_CHOICE_KEEP;
  if (decision->is_refused)
    return SENDPATH_RELAY_CHOICE_NEVER;
  return decision->key == NULL && !relay->is_changed ? SENDPATH_RELAY_CHOICE_HERE
                                                     : SENDPATH_RELAY_CHOICE_KEEP;
}

/* @key, or if that is NULL the name, is what was approved. */
static gboolean
is_approved_as (SendpathEngine *self, const WalkRelay *relay, const char *key)
{
  g_autoptr (GPtrArray) decisions = approvals_read (self->state_dir, relay->network_id);
  const RelayDecision *decision = approvals_find (decisions, relay->host);

  return decision != NULL && !decision->is_refused && g_strcmp0 (decision->key, key) == 0;
}

SendpathRelayChoice
engine_call_ask_relay (EngineCall *call, const WalkRelay *relay, const char *key)
{
  Answer *answer;

  engine_call_emit_request (call, request_new_relay (relay, key, &answer));
  return answer_wait_relay (answer, call->cancellable);
}

/* The answer to what everybody nearby could read is for one message. */
static SendpathRelayChoice
ask_about_bare (EngineCall *call, const WalkRelay *relay)
{
  SendpathRelayChoice choice = engine_call_ask_relay (call, relay, NULL);

  return choice == SENDPATH_RELAY_CHOICE_HERE ? SENDPATH_RELAY_CHOICE_ONCE : choice;
}

/* What several walks of one call have in common. */
static EngineCall *
get_asker (EngineCall *call)
{
  return call->base != NULL ? call->base : call;
}

static SendpathRelayChoice
ask_about_offer (EngineCall *call, const WalkRelay *relay, char **ret_key)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  SendpathRelayChoice choice;

  if (engine_look_at_relay (call->engine, engine_call_get_network (call), relay, &call->trace,
                            call->cancellable, &key) < RELAY_UNTRUSTED)
    return SENDPATH_RELAY_CHOICE_KEEP;
  if (is_approved_as (call->engine, relay, key))
    {
      *ret_key = g_steal_pointer (&key);
      return SENDPATH_RELAY_CHOICE_HERE;
    }
  relay_answers_note_question (call->engine->answers, relay, key);
  choice = engine_call_ask_relay (call, relay, key);
  /* a question that was broken off was not answered */
  if (choice == SENDPATH_RELAY_CHOICE_KEEP && !g_cancellable_is_cancelled (call->cancellable))
    g_hash_table_add (get_asker (call)->kept, g_strdup (relay->network_id));
  if (choice == SENDPATH_RELAY_CHOICE_ONCE && key == NULL)
    relay_answers_grant (call->engine->answers, relay);
  if (!engine_keep_choice (call->engine, relay, key, choice, &error))
    trace_note (&call->trace, "%s", error->message);
  *ret_key = g_steal_pointer (&key);
  return choice;
}

SendpathRelayChoice
engine_call_choose_relay (EngineCall *call, const WalkRelay *relay, char **ret_key)
{
  SendpathRelayChoice choice;

  /* of several walks one asks, and the others find the answer */
  g_mutex_lock (&get_asker (call)->asking);
  choice = find_decision (call->engine, relay);
  if (choice == SENDPATH_RELAY_CHOICE_KEEP)
    {
      relay_answers_note_question (call->engine->answers, relay, NULL);
      if (call->may_ask && relay->security == SENDPATH_SECURITY_NONE)
        choice = ask_about_bare (call, relay);
      else if (call->may_ask && !g_hash_table_contains (get_asker (call)->kept, relay->network_id))
        choice = ask_about_offer (call, relay, ret_key);
    }
  g_mutex_unlock (&get_asker (call)->asking);
  return choice;
}
