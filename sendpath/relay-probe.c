/* One server asked whether it would relay: MAIL, RCPT, and no more. It never logs in, never sends
 * DATA, and decides nothing about other servers. */
#include "config.h"

#include "sendpath/relay-probe.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/remedies.h"
#include "sendpath/wire/smtp-session.h"

/* A question under way. */
typedef struct {
  SendpathRoute *route;
  const RelayQuestion *question;
  const char *sender; /* of the next offer; borrowed */
  Race *race;
  Runner *contact;
  SmtpSession *session;
  SmtpSessionOptions options;
  SendpathVerdictQuery query; /* the last answer, and what it meant */
  SendpathReply *reply;
  SendpathVerdict verdict;
  RelayProbe *best;
} Asking;

static void
asking_clear (Asking *asking)
{
  g_clear_pointer (&asking->session, smtp_session_free);
  g_clear_pointer (&asking->contact, runner_free);
  g_clear_pointer (&asking->race, race_free);
  g_clear_pointer (&asking->reply, sendpath_reply_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asking, asking_clear)

void
relay_probe_free (RelayProbe *probe)
{
  if (probe == NULL)
    return;
  sendpath_route_unref (probe->route);
  sendpath_endpoint_unref (probe->endpoint);
  sendpath_reply_unref (probe->reply);
  g_free (probe);
}

/* ---- what was answered ----------------------------------------------------------------------- */

/* A location has neither a token nor a login in plain text. */
static SecretKind
get_kind (const Asking *asking)
{
  const SendpathRoute *route = asking->route;

  if (route->account == NULL || asking->session == NULL)
    return SECRET_PASSWORD;
  return smtp_session_choose_kind (asking->session, route_get_setting (route, "auth"),
                                   sendpath_account_get (route->account, "token-command") != NULL);
}

static gboolean
may_log_in (const Asking *asking)
{
  const SendpathRoute *route = asking->route;
  SendpathAccount *account = route->account;
  gboolean in_cleartext =
      account != NULL && sendpath_account_get_boolean (account, "allow-cleartext-login");

  return route->login != ROUTE_LOGIN_NONE && asking->session != NULL &&
         smtp_session_may_log_in (asking->session, in_cleartext) &&
         smtp_session_offers_login (asking->session, route_get_setting (route, "auth"),
                                    get_kind (asking));
}

/* The more it says for the message, the higher; the further it got, the higher. */
static guint
rank (const RelayProbe *probe)
{
  if (probe->verdict == SENDPATH_VERDICT_ACCEPTED)
    return 4 * SENDPATH_PHASE_QUIT;
  if (probe->may_log_in)
    return 3 * SENDPATH_PHASE_QUIT;
  return (probe->is_open ? SENDPATH_PHASE_QUIT : 0) + probe->phase;
}

/* Keeps the answer if it is the best so far. */
static void
note (Asking *asking, const Runner *contact, SendpathPhase phase, const SendpathReply *reply)
{
  g_autoptr (RelayProbe) probe = g_new0 (RelayProbe, 1);
  SendpathVerdictAnswer answer;

  g_clear_pointer (&asking->reply, sendpath_reply_unref);
  asking->reply = sendpath_reply_ref ((SendpathReply *) reply);
  asking->query = (SendpathVerdictQuery) {
    .phase = phase,
    .reply = reply,
    .recipient = asking->question->recipient,
    .server = asking->route->server,
    .tls = asking->session != NULL && smtp_session_is_tls (asking->session),
    .relay = route_is_relay (asking->route),
    .has_sender_rule = asking->route->sender != NULL && asking->sender != asking->route->sender,
  };
  sendpath_verdict_classify (&asking->query, &answer);
  asking->verdict = answer.verdict;
  probe->route = sendpath_route_ref (asking->route);
  probe->endpoint = sendpath_endpoint_ref (contact->endpoint);
  probe->phase = phase;
  probe->reply = sendpath_reply_ref (asking->reply);
  probe->verdict = answer.verdict;
  probe->remedy = answer.remedy;
  probe->rule = answer.rule;
  probe->is_open = asking->session != NULL && phase >= SENDPATH_PHASE_MAIL;
  probe->is_tls = asking->query.tls;
  probe->may_log_in = may_log_in (asking);
  probe->login_kind = get_kind (asking);
  if (asking->best != NULL && rank (probe) <= rank (asking->best))
    return;
  g_clear_pointer (&asking->best, relay_probe_free);
  asking->best = g_steal_pointer (&probe);
}

static void
note_failures (Asking *asking)
{
  g_autoptr (GPtrArray) failures = race_steal_failures (asking->race);

  for (guint i = 0; i < failures->len; i++)
    {
      const Runner *failed = failures->pdata[i];

      note (asking, failed, failed->phase, failed->greeting);
    }
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* An open session at a door of @field; FALSE if none is left. */
static gboolean
connect_to (Asking *asking, RaceField field)
{
  for (;; field = field == RACE_OTHER_FAMILY ? field : RACE_NEXT_ENDPOINT)
    {
      g_clear_pointer (&asking->session, smtp_session_free);
      g_clear_pointer (&asking->contact, runner_free);
      asking->contact = race_run (asking->race, field, asking->question->cancellable);
      note_failures (asking);
      if (asking->contact == NULL)
        return FALSE;
      asking->session = smtp_session_new (asking->contact, &asking->options);
      if (smtp_session_open (asking->session))
        break;
      note (asking, asking->contact, smtp_session_get_phase (asking->session),
            smtp_session_get_reply (asking->session));
    }
  if (smtp_session_is_tls (asking->session)) /* R-12; a mark that cannot be written is made later */
    trust_note_tls (asking->question->trust, asking->route->server, NULL);
  return TRUE;
}

/* No more than the envelope needs. */
static SendpathMessage *
make_message (const char *sender, const char *recipient)
{
  static const char header[] = "Subject: \n\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (header, strlen (header));
  g_autoptr (SendpathMessage) message =
                 sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, NULL);

  if (message == NULL || !sendpath_message_set_sender (message, sender, NULL) ||
      !sendpath_message_add_recipient (message, recipient, NULL))
    return NULL;
  return g_steal_pointer (&message);
}

static void
ask (Asking *asking)
{
  g_autoptr (SendpathMessage) message = make_message (asking->sender, asking->question->recipient);
  g_autoptr (Delivery) delivery = NULL;
  const DeliveryRecipient *recipient;

  g_return_if_fail (message != NULL); /* the addresses were checked before */

  delivery = delivery_new (message, sendpath_message_get_recipients (message));
  delivery->is_question = TRUE;
  smtp_session_deliver (asking->session, delivery);
  recipient = delivery_get_recipient (delivery, 0);
  note (asking, asking->contact, recipient->phase, recipient->reply);
}

static gboolean
try_sender (Asking *asking)
{
  if (!asking->query.has_sender_rule || asking->session == NULL ||
      !smtp_session_is_open (asking->session))
    return FALSE;
  asking->sender = asking->route->sender;
  return TRUE;
}

/* What the walk would do next without a login: another sender, another door. FALSE: the answer
 * stands. */
static gboolean
try_again (Asking *asking)
{
  const SendpathRemedy *remedy = verdict_remedies (asking->verdict, &asking->query);

  for (;; remedy++)
    switch (*remedy)
      {
      case SENDPATH_REMEDY_LOG_IN:
        if (asking->best->may_log_in)
          return FALSE;
        break;
      case SENDPATH_REMEDY_SENDER_RULE:
        if (try_sender (asking))
          return TRUE;
        break;
      case SENDPATH_REMEDY_OTHER_FAMILY:
        if (connect_to (asking, RACE_OTHER_FAMILY))
          return TRUE;
        break;
      case SENDPATH_REMEDY_ENCRYPT:
      case SENDPATH_REMEDY_NEXT_ENDPOINT:
        if (connect_to (asking, RACE_NEXT_ENDPOINT))
          return TRUE;
        break;
      case SENDPATH_REMEDY_POP_LOGIN:
      case SENDPATH_REMEDY_ASK_LOGIN:
        break;
      case SENDPATH_REMEDY_NONE:
      case SENDPATH_REMEDY_NEXT_ROUTE:
      case SENDPATH_REMEDY_SPLIT:
      case SENDPATH_REMEDY_WAIT:
      case SENDPATH_REMEDY_FINAL:
        return FALSE;
      }
}

RelayProbe *
relay_probe_run (SendpathRoute *route, const RelayQuestion *question)
{
  RaceOptions race = { .patience_s = question->patience_s,
                       .tls_pin = route_get_setting (route, "tls-pin"),
                       .family = G_SOCKET_FAMILY_INVALID,
                       .trace = question->trace,
                       .resolver = question->resolver,
                       .own = question->own,
                       .is_offered = route_is_from_network (route) };
  gboolean keeps_sender = route->first_rule == SENDER_RULE_KEEP || route->sender == NULL;
  g_auto (Asking) asking = { .route = route,
                             .question = question,
                             .sender = keeps_sender ? question->sender : route->sender };

  g_return_val_if_fail (route->endpoints->len > 0, NULL);

  asking.options = (SmtpSessionOptions) {
    .ehlo = route->account != NULL ? sendpath_account_get (route->account, "ehlo") : NULL,
    .tls_pin = race.tls_pin,
    .trace = question->trace,
    .patience_s = RELAY_PROBE_PATIENCE_S,
  };
  asking.race = race_new (route->endpoints, &race);
  if (connect_to (&asking, RACE_ALL))
    do
      ask (&asking);
    while (!g_cancellable_is_cancelled (question->cancellable) && try_again (&asking));
  return asking.best;
}
