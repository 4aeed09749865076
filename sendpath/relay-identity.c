/* Who a relay says it is: what it shows in TLS. It sends no credential, no sender and no message, and
 * decides nothing. */
#include "config.h"

#include "sendpath/relay-identity.h"

#include "sendpath/wire/smtp-session.h"

#define SMTPS_PORT 465

/* What a door that did not open shows; takes @key over. */
static RelayIdentity
judge_failure (const SendpathReply *reply, SendpathPhase phase, char *key, char **ret_key)
{
  SendpathFault fault = sendpath_reply_get_fault (reply);

  if (key != NULL)
    {
      g_free (*ret_key);
      *ret_key = key;
      return RELAY_UNTRUSTED;
    }
  return phase > SENDPATH_PHASE_CONNECT &&
                 (fault == SENDPATH_FAULT_TLS || fault == SENDPATH_FAULT_TLS_MISSING)
             ? RELAY_NOT_ENCRYPTED
             : RELAY_NOT_REACHED;
}

static RelayIdentity
judge_failures (Race *race, char **ret_key)
{
  g_autoptr (GPtrArray) failures = race_steal_failures (race);
  RelayIdentity identity = RELAY_NOT_REACHED;

  for (guint i = 0; i < failures->len; i++)
    {
      const Runner *failed = failures->pdata[i];
      RelayIdentity seen =
          judge_failure (failed->greeting, failed->phase, g_strdup (failed->shown_key), ret_key);

      identity = MAX (identity, seen);
    }
  return identity;
}

RelayIdentity
relay_identity_look (const RelayDoor *door, char **ret_key)
{
  g_autoptr (GPtrArray) endpoints =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  RaceOptions options = { .patience_s = door->patience_s,
                          .family = G_SOCKET_FAMILY_INVALID,
                          .trace = door->trace,
                          .own = door->own,
                          .is_offered = TRUE };
  SmtpSessionOptions session_options = { .trace = door->trace, .patience_s = door->patience_s };
  g_autoptr (Race) race = NULL;
  g_autoptr (Runner) winner = NULL;
  g_autoptr (SmtpSession) session = NULL;

  *ret_key = NULL;
  g_ptr_array_add (endpoints,
                   sendpath_endpoint_new (door->host, door->port,
                                          door->port == SMTPS_PORT ? SENDPATH_SECURITY_TLS
                                                                   : SENDPATH_SECURITY_STARTTLS));
  race = race_new (endpoints, &options);
  winner = race_run (race, RACE_ALL, door->cancellable);
  if (winner == NULL)
    return judge_failures (race, ret_key);
  session = smtp_session_new (winner, &session_options);
  if (smtp_session_open (session) && smtp_session_is_tls (session))
    return RELAY_TRUSTED;
  return judge_failure (smtp_session_get_reply (session), smtp_session_get_phase (session),
                        smtp_session_is_tls (session) ? NULL : smtp_session_dup_peer_key (session),
                        ret_key);
}
