/* One route being walked: connect, log in, offer, apply what the verdict's remedies allow here, offer again. It knows of no
 * other route, and it never reads a reply's text. */
#include "config.h"

#include "sendpath/walk/leg.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/remedies.h"
#include "sendpath/wire/pop-login.h"
#include "sendpath/wire/smtp-session.h"

#define POP_WINDOW_S 300 /* */
#define HOUR_S 3600

/* a server that learns our address from a log needs a moment. */
static const guint pop_pauses_ms[] = { 500, 2000, 5000 };

typedef struct {
  Walk            *walk;
  SendpathRoute   *route;
  Race            *race;
  Runner          *contact;        /* the connection in use, and how it came about */
  SmtpSession     *session;
  SmtpSessionOptions session_options;
  char            *dsn_notify;     /* nullable */

  SenderRule       rule;
  SendpathMessage *mail;           /* the message under @rule */
  char           **header_changes;

  guint            n_offers_here;  /* in this connection */
  gboolean         asked;          /* a person was asked on this route */
  gboolean         login_refused;
  gboolean         pop_by_memory;  /* the POP login was left out: it is not long ago */
  guint            n_pop_pauses;
  GSocketFamily    pop_family;
  gboolean         made_progress;  /* the last offer settled somebody */
} Leg;

static void
leg_clear (Leg *leg)
{
  g_clear_pointer (&leg->session, smtp_session_free);
  g_clear_pointer (&leg->contact, runner_free);
  g_clear_pointer (&leg->race, race_free);
  g_clear_object (&leg->mail);
  g_clear_pointer (&leg->header_changes, g_strfreev);
  g_clear_pointer (&leg->dsn_notify, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Leg, leg_clear)

/* ---- who travels -------------------------------------------------------------------------- */

static Traveller *
traveller_at (Leg *leg, guint i)
{
  return &g_array_index (leg->walk->travellers, Traveller, i);
}

/* The first recipient that goes on, or NULL: its verdict chooses the remedy. */
static Traveller *
get_leader (Leg *leg)
{
  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (traveller_at (leg, i)->is_open && traveller_at (leg, i)->is_here)
      return traveller_at (leg, i);
  return NULL;
}

static Traveller *
find_traveller (Leg *leg, const char *address)
{
  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (g_str_equal (traveller_at (leg, i)->address, address))
      return traveller_at (leg, i);
  return NULL;
}

static SendpathRecipientState
state_after (SendpathVerdict verdict, SendpathRemedy remedy)
{
  if (verdict == SENDPATH_VERDICT_ACCEPTED)
    return SENDPATH_RECIPIENT_SENT;
  if (verdict == SENDPATH_VERDICT_UNCERTAIN)
    return SENDPATH_RECIPIENT_UNCERTAIN;
  return remedy == SENDPATH_REMEDY_FINAL ? SENDPATH_RECIPIENT_FAILED : SENDPATH_RECIPIENT_QUEUED;
}

/* ---- what happened ------------------------------------------------------------------------ */

static Attempt *
new_attempt (Leg *leg, const Runner *contact)
{
  Attempt *attempt = attempt_new ();

  attempt->kind = leg->route->kind;
  attempt->server = g_strdup (leg->route->server);
  attempt->login = g_strdup (sendpath_route_get_login (leg->route));
  attempt->pop_login = leg->route->pop_first;
  attempt->sender_rule = leg->rule;
  attempt->host = g_strdup (sendpath_endpoint_get_host (contact->endpoint));
  attempt->ip = g_strdup (contact->ip);
  attempt->port = sendpath_endpoint_get_port (contact->endpoint);
  attempt->security = sendpath_endpoint_get_security (contact->endpoint);
  attempt->at_us = contact->started_at_us;
  attempt->resolve_ms = contact->resolve_ms;
  attempt->connect_ms = contact->connect_ms;
  attempt->tls_ms = contact->tls_ms;
  attempt->total_ms = (guint) ((g_get_real_time () - contact->started_at_us) / 1000);
  return attempt;
}

static void
add_session_facts (Attempt *attempt, Leg *leg)
{
  attempt->is_protected = smtp_session_is_tls (leg->session);
  attempt->auth = g_strdup (smtp_session_get_mechanism (leg->session));
  attempt->tls_ms += smtp_session_get_tls_ms (leg->session);
  attempt->same_connection = leg->n_offers_here > 0;
}

static SendpathVerdictQuery
make_query (Leg *leg, SendpathPhase phase, const SendpathReply *reply)
{
  return (SendpathVerdictQuery){
    .phase = phase,
    .reply = reply,
    .server = leg->route->server,
    .authenticated = leg->session != NULL && smtp_session_is_logged_in (leg->session),
    .tls = leg->session != NULL && smtp_session_is_tls (leg->session),
    .relay = route_is_relay (leg->route),
  };
}

/* Notes what @query means for @traveller. */
static void
settle (Leg *leg, Traveller *traveller, guint attempt, const SendpathVerdictQuery *query)
{
  SendpathVerdictAnswer  answer;
  SendpathRecipientState state;

  sendpath_verdict_classify (query, &answer);
  state = state_after (answer.verdict, answer.remedy);
  traveller->verdict = answer.verdict;
  traveller->query = *query;
  traveller->is_open = state == SENDPATH_RECIPIENT_QUEUED && answer.remedy != SENDPATH_REMEDY_WAIT;
  leg->made_progress = leg->made_progress || state != SENDPATH_RECIPIENT_QUEUED;
  report_set_recipient (leg->walk->report, traveller->address, attempt, state, answer.verdict,
                        (SendpathReply *) query->reply);
}

/* An attempt that is over is on disk before anything else is done. */
static void
record (Leg *leg, guint attempt)
{
  g_autoptr (GError) error = NULL;
  const Attempt *ended = leg->walk->report->attempts->pdata[attempt];

  if (sendpath_reply_get_fault (ended->reply) == SENDPATH_FAULT_CANCELLED
      || sendpath_reply_get_fault (ended->reply) == SENDPATH_FAULT_LOCAL)
    leg->walk->must_stop = TRUE;
  if (!leg->walk->host->attempt_ended (leg->walk->host->data, leg->walk->report, attempt, &error))
    {
      g_set_str (&leg->walk->report->reason, error->message);
      leg->walk->must_stop = TRUE;
    }
}

/* Adds @attempt (taken over), which ended in @phase with @reply; what it means is its verdict. */
static guint
add_attempt (Leg *leg, Attempt *attempt, SendpathPhase phase, const SendpathReply *reply)
{
  SendpathVerdictQuery  query = make_query (leg, phase, reply);
  SendpathVerdictAnswer answer;

  sendpath_verdict_classify (&query, &answer);
  attempt->phase = phase;
  attempt->reply = sendpath_reply_ref ((SendpathReply *) reply);
  attempt->verdict = answer.verdict;
  attempt->rule = g_strdup (answer.rule);
  return report_add_attempt (leg->walk->report, attempt);
}

/* An attempt that failed for everybody before a recipient was offered. */
static void
fail_all (Leg *leg, Attempt *attempt, SendpathPhase phase, const SendpathReply *reply)
{
  SendpathVerdictQuery query = make_query (leg, phase, reply);
  guint                index = add_attempt (leg, attempt, phase, reply);

  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (traveller_at (leg, i)->is_here && traveller_at (leg, i)->is_open)
      settle (leg, traveller_at (leg, i), index, &query);
  record (leg, index);
}

/* ---- secrets ------------------------------------------------------------------------------ */

static char *
dup_owner (Leg *leg)
{
  return leg->route->location != NULL
             ? g_strdup_printf ("location:%s", sendpath_location_get_id (leg->route->location))
             : g_strdup (sendpath_account_get_id (leg->route->account));
}

static gboolean
allows_cleartext (Leg *leg)
{
  return leg->route->account != NULL
         && sendpath_account_get_boolean (leg->route->account, "allow-cleartext-login");
}

static const char *
get_command (Leg *leg, const char *key)
{
  return leg->route->account != NULL ? sendpath_account_get (leg->route->account, key) : NULL;
}

/* a login that was refused stays out until the secret changes. */
static char *
refusal_key (const SecretQuery *query)
{
  return g_strdup_printf ("%s/%s/%s/%s", query->account, query->service, query->server, query->user);
}

static gboolean
was_refused (Leg *leg, const SecretQuery *query)
{
  const PlanInput *plan = leg->walk->context->plan;
  gboolean has_command = query->secret_command != NULL || query->token_command != NULL;
  g_autofree char *key = refusal_key (query);
  g_autofree char *mark = memory_get (plan->memory, "login-refused", key, plan->now_s,
                                      has_command ? HOUR_S : 0);

  return mark != NULL;
}

static void
note_refusal (Leg *leg, const SecretQuery *query)
{
  const PlanInput *plan = leg->walk->context->plan;
  g_autofree char *key = refusal_key (query);

  memory_set (plan->memory, "login-refused", key, "535", plan->now_s);
}

static SendpathSecret *
get_secret (Leg *leg, const SecretQuery *query, WalkSecret how)
{
  g_autoptr (GError) error = NULL;
  SendpathSecret *secret;

  if (was_refused (leg, query))
    {
      if (how == WALK_SECRET_AT_HAND)
        return NULL;
      how = WALK_SECRET_NEW;
    }
  secret = leg->walk->host->get_secret (leg->walk->host->data, query, how, &error);
  if (secret == NULL)
    trace_note (leg->walk->context->trace, "no credential for %s at %s%s%s", query->user,
                query->server, error != NULL ? ": " : "", error != NULL ? error->message : "");
  return secret;
}

static SecretQuery
smtp_query (Leg *leg, const char *owner)
{
  return (SecretQuery){ .account = owner,
                        .service = "smtp",
                        .user = route_get_setting (leg->route, "user"),
                        .server = leg->route->server,
                        .protocol = "smtp",
                        .port = sendpath_endpoint_get_port (leg->contact->endpoint),
                        .secret_command = get_command (leg, "secret-command"),
                        .token_command = get_command (leg, "token-command") };
}

/* ---- login -------------------------------------------------------------------------------- */

static gboolean
may_log_in (Leg *leg)
{
  const char *auth = route_get_setting (leg->route, "auth");
  const char *token = get_command (leg, "token-command");
  SecretKind  kind = token != NULL ? SECRET_TOKEN : SECRET_PASSWORD;

  return leg->route->login != ROUTE_LOGIN_NONE && !g_str_equal (auth, "none")
         && !leg->login_refused && !smtp_session_is_logged_in (leg->session)
         && smtp_session_is_open (leg->session)
         && smtp_session_may_log_in (leg->session, allows_cleartext (leg))
         && smtp_session_offers_login (leg->session, auth, kind);
}

/* One AUTH exchange. A refusal is an attempt of its own; TRUE only when logged in. */
static gboolean
log_in_with (Leg *leg, const SecretQuery *query, const SendpathSecret *secret)
{
  Attempt              *attempt;
  SendpathVerdictQuery  verdict_query;
  SendpathVerdictAnswer answer;

  if (smtp_session_log_in (leg->session, query->user, secret, route_get_setting (leg->route, "auth"),
                           allows_cleartext (leg)))
    return TRUE;
  verdict_query = make_query (leg, smtp_session_get_phase (leg->session),
                              smtp_session_get_reply (leg->session));
  sendpath_verdict_classify (&verdict_query, &answer);
  if (answer.verdict == SENDPATH_VERDICT_AUTH_FAILED)
    {
      leg->login_refused = TRUE;
      note_refusal (leg, query);
      g_set_str (&leg->walk->report->needs, "password");
    }
  attempt = new_attempt (leg, leg->contact);
  add_session_facts (attempt, leg);
  fail_all (leg, attempt, verdict_query.phase, verdict_query.reply);
  leg->n_offers_here++;
  return FALSE;
}

/* A token may have expired: it is fetched anew once. A person may know a new password. */
static gboolean
log_in_again (Leg *leg, const SecretQuery *query)
{
  g_autoptr (SendpathSecret) secret = NULL;

  if (!smtp_session_is_open (leg->session))
    return FALSE;
  leg->asked = TRUE;
  secret = get_secret (leg, query, WALK_SECRET_NEW);
  return secret != NULL && log_in_with (leg, query, secret);
}

/* TRUE when the session is logged in. */
static gboolean
log_in (Leg *leg, WalkSecret how)
{
  g_autofree char *owner = dup_owner (leg);
  SecretQuery      query = smtp_query (leg, owner);
  g_autoptr (SendpathSecret) secret = NULL;

  if (!may_log_in (leg))
    return FALSE;
  leg->asked = leg->asked || how == WALK_SECRET_ASK;
  secret = get_secret (leg, &query, how);
  if (secret == NULL && how == WALK_SECRET_ASK)
    g_set_str (&leg->walk->report->needs, "password");
  if (secret == NULL)
    return FALSE;
  if (!log_in_with (leg, &query, secret) && !(leg->login_refused && log_in_again (leg, &query)))
    return FALSE;
  leg->login_refused = FALSE;
  g_clear_pointer (&leg->walk->report->needs, g_free);
  return TRUE;
}

/* ---- connection --------------------------------------------------------------------------- */

static void
record_failures (Leg *leg)
{
  g_autoptr (GPtrArray) failures = race_steal_failures (leg->race);

  for (guint i = 0; i < failures->len; i++)
    {
      const Runner *failed = failures->pdata[i];

      fail_all (leg, new_attempt (leg, failed), failed->phase, failed->greeting);
    }
}

static void
drop_connection (Leg *leg)
{
  g_clear_pointer (&leg->session, smtp_session_free);
  g_clear_pointer (&leg->contact, runner_free);
  leg->n_offers_here = 0;
}

static gboolean
open_session (Leg *leg)
{
  Attempt *attempt;

  leg->session = smtp_session_new (leg->contact, &leg->session_options);
  if (smtp_session_open (leg->session))
    {
      g_autoptr (GError) error = NULL;

      if (smtp_session_is_tls (leg->session)
          && !trust_note_tls (leg->walk->context->plan->trust, leg->route->server, &error))
        trace_note (leg->walk->context->trace, "%s", error->message);
      return TRUE;
    }
  attempt = new_attempt (leg, leg->contact);
  add_session_facts (attempt, leg);
  fail_all (leg, attempt, smtp_session_get_phase (leg->session),
            smtp_session_get_reply (leg->session));
  return FALSE;
}

/* A greeted and opened session on the next endpoint of @field, logged in if that can be done without asking. FALSE: nobody of
 * that field is left, or the login was refused. */
static gboolean
connect_to (Leg *leg, RaceField field)
{
  for (;;)
    {
      drop_connection (leg);
      leg->contact = race_run (leg->race, field, leg->walk->cancellable);
      record_failures (leg);
      if (leg->contact == NULL || leg->walk->must_stop)
        return FALSE;
      if (open_session (leg))
        break;
      if (get_leader (leg) == NULL)
        return FALSE;
      field = field == RACE_OTHER_FAMILY ? field : RACE_NEXT_ENDPOINT;
    }
  if (leg->route->login != ROUTE_LOGIN_NONE && !leg->login_refused)
    log_in (leg, WALK_SECRET_AT_HAND);
  return !leg->login_refused && smtp_session_is_open (leg->session) && get_leader (leg) != NULL;
}

static void
enter_race (Leg *leg)
{
  RaceOptions options = { .patience_s = leg->walk->context->patience_s,
                          .tls_pin = route_get_setting (leg->route, "tls-pin"),
                          .family = leg->pop_family,
                          .trace = leg->walk->context->trace,
                          .resolver = leg->walk->context->resolver };

  drop_connection (leg);
  g_clear_pointer (&leg->race, race_free);
  leg->race = race_new (leg->route->endpoints, &options);
}

/* ---- POP3 first --------------------------------------------------------------------------- */

typedef struct {
  Leg        *leg;
  SecretQuery query;
} PopAsk;

static SendpathSecret *
get_pop_secret (gpointer data, GError **error)
{
  PopAsk *ask = data;
  SendpathSecret *secret = get_secret (ask->leg, &ask->query, WALK_SECRET_ASK);

  if (secret == NULL)
    g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
                 _ ("no password for %s at %s"), ask->query.user, ask->query.server);
  return secret;
}

/* the window hangs on account, network and own address. */
static char *
pop_key (Leg *leg)
{
  return g_strdup_printf ("%s@%s", sendpath_account_get_id (leg->route->account),
                          leg->walk->context->plan->network_id);
}

static void
note_pop_login (Leg *leg, const Runner *result)
{
  const PlanInput *plan = leg->walk->context->plan;
  g_autofree char *key = pop_key (leg);

  leg->pop_family = result->family;
  leg->pop_by_memory = FALSE;
  memory_set (plan->memory, "pop", key, result->family == G_SOCKET_FAMILY_IPV6 ? "ipv6" : "ipv4",
              plan->now_s);
}

static gboolean
log_in_to_pop (Leg *leg)
{
  SendpathAccount *account = leg->route->account;
  const char *user = sendpath_account_get (account, "pop-user");
  g_autoptr (GPtrArray) endpoints
      = plan_dup_pop_endpoints (sendpath_account_get (account, "pop"),
                                sendpath_account_get (account, "pop-security"),
                                leg->walk->context->plan->trust);
  PopAsk ask = { leg, { .account = sendpath_account_get_id (account),
                        .service = "pop",
                        .user = user,
                        .protocol = "pop3",
                        .secret_command = get_command (leg, "secret-command"),
                        .token_command = get_command (leg, "token-command") } };
  PopLoginOptions options = { .user = user,
                              .allow_cleartext = allows_cleartext (leg),
                              .tls_pin = route_get_setting (leg->route, "tls-pin"),
                              .trace = leg->walk->context->trace,
                              .patience_s = leg->walk->context->patience_s,
                              .family = leg->pop_family,
                              .resolver = leg->walk->context->resolver,
                              .get_secret = get_pop_secret,
                              .data = &ask };
  g_autoptr (Runner) result = NULL;

  if (endpoints->len == 0)
    return FALSE;
  ask.query.server = sendpath_endpoint_get_host (endpoints->pdata[0]);
  result = pop_login_run (endpoints, &options, leg->walk->cancellable);
  if (pop_login_succeeded (result))
    {
      note_pop_login (leg, result);
      return TRUE;
    }
  if (sendpath_reply_get_fault (result->greeting) == SENDPATH_FAULT_NO_CREDENTIAL)
    g_set_str (&leg->walk->report->needs, "password");
  fail_all (leg, new_attempt (leg, result), result->phase, result->greeting);
  if (get_leader (leg) != NULL && get_leader (leg)->verdict == SENDPATH_VERDICT_AUTH_FAILED)
    note_refusal (leg, &ask.query);
  return FALSE;
}

/* Before the first connection: a login that is not long ago counts. */
static gboolean
pop_first (Leg *leg)
{
  const PlanInput *plan = leg->walk->context->plan;
  g_autofree char *key = pop_key (leg);
  g_autofree char *family = memory_get (plan->memory, "pop", key, plan->now_s, POP_WINDOW_S);

  if (family == NULL)
    return log_in_to_pop (leg);
  leg->pop_by_memory = TRUE;
  leg->pop_family = g_str_equal (family, "ipv6") ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4;
  return TRUE;
}

/* ---- offers ------------------------------------------------------------------------------- */

static gboolean
on_before_dot (Delivery *delivery, GError **error)
{
  Leg *leg = delivery->data;
  g_autoptr (GPtrArray) addresses = g_ptr_array_new ();

  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      DeliveryRecipient *recipient = &g_array_index (delivery->recipients, DeliveryRecipient, i);

      if (recipient->is_offered && recipient->reply == NULL)
        g_ptr_array_add (addresses, (gpointer) recipient->address);
    }
  g_ptr_array_add (addresses, NULL);
  return leg->walk->host->before_dot (leg->walk->host->data,
                                      (const char *const *) addresses->pdata, leg->route->server, error);
}

static gboolean
was_taken (const DeliveryRecipient *recipient)
{
  return recipient->reply != NULL && sendpath_reply_get_code (recipient->reply) / 100 == 2;
}

static void
settle_delivery (Leg *leg, const Delivery *delivery, guint attempt)
{
  gboolean any_taken = FALSE;

  for (guint i = 0; i < delivery->recipients->len; i++)
    any_taken = any_taken || was_taken (&g_array_index (delivery->recipients, DeliveryRecipient, i));
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const DeliveryRecipient *recipient
          = &g_array_index (delivery->recipients, DeliveryRecipient, i);
      SendpathVerdictQuery query = make_query (leg, recipient->phase, recipient->reply);

      query.recipient = recipient->address;
      query.local_accepted = any_taken && !was_taken (recipient);
      settle (leg, find_traveller (leg, recipient->address), attempt, &query);
    }
}

/* One transaction for @addresses. */
static void
offer_to (Leg *leg, const char *const *addresses)
{
  g_autoptr (Delivery) delivery = delivery_new (leg->mail, addresses);
  Attempt *attempt;
  guint    index;

  delivery->before_dot = on_before_dot;
  delivery->data = leg;
  delivery->dsn_notify = leg->dsn_notify;
  smtp_session_deliver (leg->session, delivery);

  attempt = new_attempt (leg, leg->contact);
  add_session_facts (attempt, leg);
  attempt->mail_from = g_strdup (sendpath_message_get_sender (leg->mail));
  attempt->header_changes = g_strdupv (leg->header_changes);
  index = add_attempt (leg, attempt, delivery->phase, delivery->reply);
  settle_delivery (leg, delivery, index);
  leg->n_offers_here++;
  record (leg, index);
}

/* Offers to everybody who is here, as many at a time as the account says. */
static void
offer (Leg *leg)
{
  guint64 max = sendpath_account_get_integer (leg->walk->context->plan->account, "max-recipients");
  g_autoptr (GPtrArray) here = g_ptr_array_new ();

  leg->made_progress = FALSE;
  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (traveller_at (leg, i)->is_open && traveller_at (leg, i)->is_here)
      g_ptr_array_add (here, (gpointer) traveller_at (leg, i)->address);
  for (guint first = 0; first < here->len && smtp_session_is_open (leg->session)
                        && !leg->walk->must_stop; first += max)
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new ();

      for (guint i = first; i < here->len && i < first + max; i++)
        g_ptr_array_add (some, here->pdata[i]);
      g_ptr_array_add (some, NULL);
      offer_to (leg, (const char *const *) some->pdata);
    }
}

static void
use_rule (Leg *leg, SenderRule rule)
{
  const PlanInput *plan = leg->walk->context->plan;

  leg->rule = rule;
  g_clear_object (&leg->mail);
  g_clear_pointer (&leg->header_changes, g_strfreev);
  leg->mail = sender_rule_apply (rule, leg->walk->message,
                                 plan_get_mail_from (plan->account, leg->walk->message),
                                 leg->route->sender, &leg->header_changes);
}

/* ---- remedies ----------------------------------------------------------------------------- */

typedef enum {
  REMEDY_NOT_HERE, /* this route cannot do it: the next remedy */
  REMEDY_DONE,     /* offer again */
  REMEDY_LEAVE,    /* nothing more on this route */
} RemedyResult;

static RemedyResult
try_log_in (Leg *leg, const Traveller *leader)
{
  return !leg->asked && log_in (leg, WALK_SECRET_ASK) ? REMEDY_DONE
         : leg->login_refused                         ? REMEDY_LEAVE
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
  if (leader->verdict == SENDPATH_VERDICT_RELAY_DENIED && !leader->query.authenticated
      && !leader->query.relay)
    return REMEDY_NOT_HERE;
  for (SenderRule rule = leg->rule + 1; rule <= leg->route->last_rule; rule++)
    if (sender_rule_is_possible (rule, leg->walk->message))
      {
        use_rule (leg, rule);
        return smtp_session_is_open (leg->session) || (enter_race (leg), connect_to (leg, RACE_ALL))
                   ? REMEDY_DONE
                   : REMEDY_LEAVE;
      }
  return REMEDY_NOT_HERE;
}

static RemedyResult
try_other_family (Leg *leg, const Traveller *leader)
{
  return connect_to (leg, RACE_OTHER_FAMILY)                ? REMEDY_DONE
         : leg->login_refused || get_leader (leg) == NULL   ? REMEDY_LEAVE
                                                            : REMEDY_NOT_HERE;
}

static RemedyResult
try_next_endpoint (Leg *leg, const Traveller *leader)
{
  return connect_to (leg, RACE_NEXT_ENDPOINT) ? REMEDY_DONE : REMEDY_LEAVE;
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

static gboolean
pop_may_cure (SendpathVerdict verdict)
{
  return verdict == SENDPATH_VERDICT_RELAY_DENIED || verdict == SENDPATH_VERDICT_POP_REQUIRED
         || verdict == SENDPATH_VERDICT_AUTH_REQUIRED || verdict == SENDPATH_VERDICT_CLIENT_BLOCKED;
}

/* After a POP login a refusal is tried again after a moment; one that was only remembered is done first. */
static gboolean
try_pop_again (Leg *leg, const Traveller *leader)
{
  const WalkHost *host = leg->walk->host;

  if (!leg->route->pop_first || !pop_may_cure (leader->verdict))
    return FALSE;
  if (leg->pop_by_memory)
    {
      leg->pop_by_memory = FALSE;
      if (!log_in_to_pop (leg))
        return FALSE;
    }
  else if (leg->n_pop_pauses == G_N_ELEMENTS (pop_pauses_ms)
           || !host->pause (host->data, pop_pauses_ms[leg->n_pop_pauses++]))
    return FALSE;
  enter_race (leg);
  return connect_to (leg, RACE_ALL);
}

/* Does the first of the verdict's remedies that this route allows. TRUE: offer again. */
static gboolean
apply_remedy (Leg *leg)
{
  const Traveller      *leader = get_leader (leg);
  const SendpathRemedy *remedy;
  RemedyResult          result = REMEDY_NOT_HERE;

  if (leader == NULL || leg->walk->must_stop)
    return FALSE;
  if (try_pop_again (leg, leader))
    return TRUE;
  for (remedy = verdict_remedies (leader->verdict, &leader->query); result == REMEDY_NOT_HERE;
       remedy++)
    result = remedies[*remedy](leg, leader);
  return result == REMEDY_DONE && !leg->walk->must_stop && get_leader (leg) != NULL;
}

/* Whoever was accepted shows that this route works here. */
static void
remember_success (Leg *leg)
{
  for (guint i = 0; leg->contact != NULL && i < leg->walk->travellers->len; i++)
    if (traveller_at (leg, i)->is_here
        && traveller_at (leg, i)->verdict == SENDPATH_VERDICT_ACCEPTED)
      {
        plan_remember (leg->walk->context->plan, leg->route, leg->contact->endpoint);
        return;
      }
}

/* The value of the account's `dsn` key as NOTIFY wants it, or NULL. */
static char *
dup_dsn_notify (SendpathAccount *account)
{
  g_auto (GStrv) wanted = sendpath_account_dup_list (account, "dsn");
  g_autofree char *list = g_strjoinv (",", wanted);

  return *list == '\0' || g_str_equal (list, "none") ? NULL : g_ascii_strup (list, -1);
}

void
leg_run (Walk *walk, SendpathRoute *route)
{
  g_auto (Leg) leg = { .walk = walk, .route = route, .pop_family = G_SOCKET_FAMILY_INVALID };

  leg.session_options = (SmtpSessionOptions){
    .ehlo = route->account != NULL ? sendpath_account_get (route->account, "ehlo") : NULL,
    .tls_pin = route_get_setting (route, "tls-pin"),
    .trace = walk->context->trace,
  };
  leg.dsn_notify = dup_dsn_notify (walk->context->plan->account);
  use_rule (&leg, route->first_rule);
  if (route->pop_first && !pop_first (&leg))
    return;
  enter_race (&leg);
  if (!connect_to (&leg, RACE_ALL))
    return;
  do
    offer (&leg);
  while (apply_remedy (&leg));
  remember_success (&leg);
}
