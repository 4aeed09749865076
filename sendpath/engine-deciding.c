/* What was decided about relays: answered when the question is gone, looked up, taken back. It connects
 * to nobody. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "profiles/approvals.h"
#include "sendpath/engine-private.h"

/* What waits for that decision goes on. */
static gboolean
keep_and_tell (SendpathEngine *self, const WalkRelay *relay, SendpathRelayChoice choice,
               GError **error)
{
  if (!engine_keep_choice (self, relay, NULL, choice, error))
    return FALSE;
  engine_tell_event (self, SCHEDULE_APPROVAL);
  return TRUE;
}

/* Nobody reads a fingerprint on a button, and what everybody nearby could read is decided about for each
 * message. */
static gboolean
decide (SendpathEngine *self, const AskedRelay *asked, SendpathRelayChoice choice, GError **error)
{
  WalkRelay relay = asked_relay_describe (asked);
  gboolean is_yes = choice == SENDPATH_RELAY_CHOICE_HERE || choice == SENDPATH_RELAY_CHOICE_ONCE;
  gboolean is_bare = asked->security == SENDPATH_SECURITY_NONE;

  if (is_yes && asked->key != NULL)
    {
      engine_set_untrusted_key (asked->host, asked->key, error);
      return FALSE;
    }
  if (choice == SENDPATH_RELAY_CHOICE_ONCE || (is_yes && is_bare))
    relay_answers_grant (self->answers, &relay);
  return keep_and_tell (self, &relay, is_bare ? SENDPATH_RELAY_CHOICE_KEEP : choice, error);
}

/**
 * sendpath_engine_decide_relay:
 * @self: a #SendpathEngine
 * @host: the relay, as sendpath_request_get_server() called it
 * @port: its port
 * @choice: what becomes of it
 * @error: return location for a #GError, or %NULL
 *
 * Answers a question about a relay after its #SendpathRequest is gone, for the network that it was asked
 * on, or else the present one. Nobody is connected to and nothing is sent: try the messages that wait
 * afterwards.
 *
 * %SENDPATH_RELAY_CHOICE_HERE approves the name alone: a relay whose certificate is not trusted for it gets
 * nothing. %SENDPATH_RELAY_CHOICE_ONCE is for the message that the last question was asked for, as long as
 * @self lives; so is a yes to a relay without encryption. @error is %SENDPATH_ERROR_NOT_FOUND if there
 * was no such question, or if the relay showed a certificate that is not trusted: its key is approved by
 * sendpath_engine_trust_relay(). It is a #GIOErrorEnum if the decision cannot be kept. May be called from
 * any thread.
 *
 * Returns: %TRUE if it is decided
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_decide_relay (SendpathEngine *self, const char *host, guint port,
                              SendpathRelayChoice choice, GError **error)
{
  g_autoptr (AskedRelay) asked = NULL;
  WalkRelay relay = { .host = host, .port = (guint16) port };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (host != NULL && port > 0 && port <= G_MAXUINT16, FALSE);

  asked = relay_answers_find (self->answers, NULL, host);
  if (asked != NULL)
    return decide (self, asked, choice, error);
  if (choice == SENDPATH_RELAY_CHOICE_ONCE)
    {
      g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
                   _ ("no message waits for an answer about %s"), host);
      return FALSE;
    }
  relay.network_id = sendpath_network_get_id (sendpath_engine_get_network (self));
  return keep_and_tell (self, &relay, choice, error);
}

/**
 * sendpath_engine_answer_relay:
 * @self: a #SendpathEngine
 * @id: a message that waits because nobody said whether a relay may have it
 * @choice: what becomes of the relay
 * @error: return location for a #GError, or %NULL
 *
 * sendpath_engine_decide_relay() for the relay that @self would have asked about when it tried that
 * message last, on the network of then; %SENDPATH_RELAY_CHOICE_ONCE is for this message. What would go
 * unencrypted for everybody nearby to read is for one message whatever was said. @error is
 * %SENDPATH_ERROR_NOT_FOUND as there, and if there was no such question. May be called from any thread.
 *
 * Returns: %TRUE if it is decided
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_answer_relay (SendpathEngine *self, const char *id, SendpathRelayChoice choice,
                              GError **error)
{
  g_autoptr (AskedRelay) asked = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  asked = relay_answers_find (self->answers, id, NULL);
  if (asked != NULL)
    return decide (self, asked, choice, error);
  g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
               _ ("%s: this message waits for no answer about a relay"), id);
  return FALSE;
}

/**
 * sendpath_engine_get_relay_choice:
 * @self: a #SendpathEngine
 * @host: a relay
 *
 * Returns: what was decided about @host on the present network: %SENDPATH_RELAY_CHOICE_HERE,
 *   %SENDPATH_RELAY_CHOICE_NEVER, or %SENDPATH_RELAY_CHOICE_KEEP if nothing was
 *
 * Since: 1.0
 */
SendpathRelayChoice
sendpath_engine_get_relay_choice (SendpathEngine *self, const char *host)
{
  g_autoptr (GPtrArray) decisions = NULL;
  const RelayDecision *decision;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), SENDPATH_RELAY_CHOICE_KEEP);
  g_return_val_if_fail (host != NULL, SENDPATH_RELAY_CHOICE_KEEP);

  decisions = engine_read_approvals (self, sendpath_engine_get_network (self));
  decision = approvals_find (decisions, host);
  if (decision == NULL)
    return SENDPATH_RELAY_CHOICE_KEEP;
  return decision->is_refused ? SENDPATH_RELAY_CHOICE_NEVER : SENDPATH_RELAY_CHOICE_HERE;
}

/**
 * sendpath_engine_forget_relays:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Takes back every approval and every refusal of a relay for the present network.
 *
 * Returns: %TRUE if nothing is decided there any more
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_forget_relays (SendpathEngine *self, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  return approvals_forget (self->state_dir,
                           sendpath_network_get_id (sendpath_engine_get_network (self)), error);
}
