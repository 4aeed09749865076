/* One route being walked: connect, log in, offer, apply what the verdict's remedies allow here,
 * offer again. It knows of no other route, and it never reads a reply's text. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/network-guard.h"
#include "profiles/providers.h"
#include "sendpath/walk/recipient-limit.h"

static void
leg_clear (Leg *leg)
{
  g_clear_pointer (&leg->session, smtp_session_free);
  g_clear_pointer (&leg->contact, runner_free);
  g_clear_pointer (&leg->slot, server_slot_free);
  g_clear_pointer (&leg->race, race_free);
  g_clear_pointer (&leg->next, delivery_free);
  g_clear_pointer (&leg->next_notify, g_free);
  g_clear_object (&leg->mail);
  g_clear_pointer (&leg->header_changes, g_strfreev);
  g_clear_pointer (&leg->dsn_notify, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Leg, leg_clear)

Traveller *
leg_get_traveller (Leg *leg, guint i)
{
  return &g_array_index (leg->walk->travellers, Traveller, i);
}

/* The first recipient that goes on, or NULL: its verdict chooses the remedy. */
Traveller *
leg_get_leader (Leg *leg)
{
  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (leg_get_traveller (leg, i)->is_open && leg_get_traveller (leg, i)->is_here)
      return leg_get_traveller (leg, i);
  return NULL;
}

gboolean
leg_has_session (Leg *leg)
{
  return leg->session != NULL && smtp_session_is_open (leg->session);
}

/* Several names may go to one address. */
static gboolean
is_offered_as (const Traveller *traveller, const char *address)
{
  return traveller->is_open && traveller->is_here && traveller->address == address;
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

Attempt *
leg_new_attempt (Leg *leg, const Runner *contact)
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
  attempt->is_protected =
      attempt->security == SENDPATH_SECURITY_TLS && contact->phase > SENDPATH_PHASE_TLS;
  attempt->at_us = contact->started_at_us;
  attempt->resolve_ms = contact->resolve_ms;
  attempt->connect_ms = contact->connect_ms;
  attempt->tls_ms = contact->tls_ms;
  attempt->total_ms = (guint) ((g_get_real_time () - contact->started_at_us) / 1000);
  return attempt;
}

void
leg_add_session_facts (Attempt *attempt, Leg *leg)
{
  const SmtpCaps *caps = smtp_session_get_caps (leg->session);

  attempt->is_protected = smtp_session_is_tls (leg->session);
  attempt->auth = g_strdup (smtp_session_get_mechanism (leg->session));
  attempt->size_max_bytes = caps->size_max_bytes;
  attempt->is_oauth_only = smtp_caps_is_oauth_only (caps);
  attempt->tls_ms += leg->is_reused ? 0 : smtp_session_get_tls_ms (leg->session);
  attempt->same_connection = leg->n_offers_here > 0;
}

static gboolean
is_repeating (Leg *leg)
{
  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (leg_get_traveller (leg, i)->is_here && leg_get_traveller (leg, i)->only_server != NULL)
      return TRUE;
  return FALSE;
}

/* The next sender rule that is allowed and possible here, or the present one: a repeat is of the
 * same bytes (P-5). */
SenderRule
leg_find_next_rule (Leg *leg)
{
  if (is_repeating (leg))
    return leg->rule;
  for (SenderRule rule = leg->rule + 1; rule <= leg->route->last_rule; rule++)
    if (sender_rule_is_possible (rule, leg->walk->message))
      return rule;
  return leg->rule;
}

/* What was cut off before the dot because the machine went to another network is called so. */
static const SendpathReply *
name_cut (Walk *walk, SendpathPhase phase, const SendpathReply *reply)
{
  if (reply == NULL || phase == SENDPATH_PHASE_EOD ||
      sendpath_reply_get_fault (reply) != SENDPATH_FAULT_CANCELLED ||
      !network_was_left (walk->cancellable))
    return reply;
  if (walk->left == NULL)
    walk->left = sendpath_reply_new_fault (SENDPATH_FAULT_NETWORK_LEFT,
                                           _ ("the network changed before the message left"));
  return walk->left;
}

SendpathVerdictQuery
leg_make_query (Leg *leg, SendpathPhase phase, const SendpathReply *reply)
{
  return (SendpathVerdictQuery) {
    .phase = phase,
    .reply = name_cut (leg->walk, phase, reply),
    .server = leg->route->server,
    .authenticated = leg->session != NULL && smtp_session_is_logged_in (leg->session),
    .tls = leg->session != NULL && smtp_session_is_tls (leg->session),
    .relay = route_is_relay (leg->route),
    .has_sender_rule = leg_find_next_rule (leg) != leg->rule,
  };
}

/* The account's own secret is wrong: its routes stop. */
static gboolean
is_own_refusal (Leg *leg, SendpathVerdict verdict)
{
  return verdict == SENDPATH_VERDICT_AUTH_FAILED && leg->route->kind < SENDPATH_ROUTE_BACKUP;
}

/* An answer to an offer is not forgotten because the next door did not open. A login that was
 * refused always counts. */
static gboolean
is_news (const Traveller *traveller, const SendpathVerdictQuery *query, SendpathVerdict verdict)
{
  return traveller->verdict == SENDPATH_VERDICT_NONE || query->phase >= SENDPATH_PHASE_MAIL ||
         query->phase >= traveller->query.phase || verdict == SENDPATH_VERDICT_AUTH_FAILED;
}

/* Another route may do what this one cannot: log in, or carry the message as it is (T-097). */
static gboolean
is_route_matter (Leg *leg, const SendpathVerdictQuery *query, SendpathVerdict verdict)
{
  if (verdict == SENDPATH_VERDICT_AUTH_FAILED)
    return !is_own_refusal (leg, verdict);
  return sendpath_reply_get_fault (query->reply) == SENDPATH_FAULT_NO_8BITMIME;
}

/* Notes what @query means for @traveller. */
static void
settle (Leg *leg, Traveller *traveller, guint attempt, const SendpathVerdictQuery *query)
{
  SendpathVerdictAnswer answer;
  SendpathRecipientState state = SENDPATH_RECIPIENT_QUEUED;

  sendpath_verdict_classify (query, &answer);
  if (leg->suspects != 0) /* then it is not the last word */
    answer.remedy = SENDPATH_REMEDY_NONE;
  leg->walk->only_backup = leg->walk->only_backup || is_own_refusal (leg, answer.verdict);
  if (is_news (traveller, query, answer.verdict))
    {
      state = state_after (answer.verdict, answer.remedy);
      traveller->verdict = answer.verdict;
      traveller->query = *query;
      traveller->is_route_matter = is_route_matter (leg, query, answer.verdict);
      traveller->is_open =
          state == SENDPATH_RECIPIENT_QUEUED && answer.remedy != SENDPATH_REMEDY_WAIT;
    }
  leg->made_progress = leg->made_progress || state != SENDPATH_RECIPIENT_QUEUED;
  report_set_recipient (leg->walk->report, traveller->name, attempt, state, traveller->verdict,
                        (SendpathReply *) traveller->query.reply);
}

/* An attempt that is over is on disk before anything else is done. */
static void
record (Leg *leg, guint attempt)
{
  g_autoptr (GError) error = NULL;
  const Attempt *ended = leg->walk->report->attempts->pdata[attempt];
  SendpathFault fault = sendpath_reply_get_fault (ended->reply);

  if (fault == SENDPATH_FAULT_CANCELLED || fault == SENDPATH_FAULT_NETWORK_LEFT ||
      fault == SENDPATH_FAULT_LOCAL)
    leg->walk->must_stop = TRUE;
  if (!leg->walk->host->attempt_ended (leg->walk->host->data, leg->walk->report, attempt, &error))
    {
      report_set_text (&leg->walk->record_problem, error->message);
      leg->walk->must_stop = TRUE;
    }
}

/* Adds @attempt (taken over), which ended in @phase with @reply; what it means is its verdict. */
static guint
add_attempt (Leg *leg, Attempt *attempt, SendpathPhase phase, const SendpathReply *reply)
{
  SendpathVerdictQuery query = leg_make_query (leg, phase, reply);
  SendpathVerdictAnswer answer;

  sendpath_verdict_classify (&query, &answer);
  attempt->phase = phase;
  attempt->reply = sendpath_reply_ref ((SendpathReply *) query.reply);
  attempt->verdict = answer.verdict;
  attempt->rule = g_strdup (answer.rule);
  return report_add_attempt (leg->walk->report, attempt);
}

SendpathVerdict
leg_fail_all (Leg *leg, Attempt *attempt, SendpathPhase phase, const SendpathReply *reply)
{
  SendpathVerdictQuery query = leg_make_query (leg, phase, reply);
  guint index = add_attempt (leg, attempt, phase, reply);

  query.server = attempt->host; /* the report keeps the attempt */
  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (leg_get_traveller (leg, i)->is_here && leg_get_traveller (leg, i)->is_open)
      settle (leg, leg_get_traveller (leg, i), index, &query);
  record (leg, index);
  return attempt->verdict;
}

static void
add_names (Leg *leg, const char *address, GPtrArray *names)
{
  for (guint i = 0; i < leg->walk->travellers->len; i++)
    if (is_offered_as (leg_get_traveller (leg, i), address))
      g_ptr_array_add (names, (gpointer) leg_get_traveller (leg, i)->name);
}

static gboolean
on_before_dot (Delivery *delivery, GError **error)
{
  Leg *leg = delivery->data;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      DeliveryRecipient *recipient = &g_array_index (delivery->recipients, DeliveryRecipient, i);

      if (recipient->is_offered && recipient->reply == NULL)
        add_names (leg, recipient->address, names);
    }
  for (guint i = 0; i < names->len; i++)
    report_note_dot (leg->walk->report, names->pdata[i], leg->route->server, leg->rule,
                     g_get_real_time () / G_USEC_PER_SEC);
  g_ptr_array_add (names, NULL);
  leg_get_next (delivery); /* the record may be one for both */
  return leg->walk->host->before_dot (leg->walk->host->data, (const char *const *) names->pdata,
                                      leg->route->server, error);
}

static void
on_progress (Delivery *delivery, guint64 sent_bytes, guint64 total_bytes)
{
  const WalkHost *host = ((Leg *) delivery->data)->walk->host;

  host->progress (host->data, sent_bytes, total_bytes);
}

static gboolean
was_taken (const DeliveryRecipient *recipient)
{
  return recipient->reply != NULL && sendpath_reply_get_code (recipient->reply) / 100 == 2;
}

static guint
count_taken (const Delivery *delivery)
{
  guint n_taken = 0;

  for (guint i = 0; i < delivery->recipients->len; i++)
    n_taken += was_taken (&g_array_index (delivery->recipients, DeliveryRecipient, i)) ? 1 : 0;
  return n_taken;
}

static void
settle_delivery (Leg *leg, const Delivery *delivery, guint attempt)
{
  guint n_taken = count_taken (delivery);
  gboolean any_taken = n_taken > 0;
  gboolean is_too_many = FALSE;

  leg->was_of_use = leg->was_of_use || any_taken;
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const DeliveryRecipient *recipient =
          &g_array_index (delivery->recipients, DeliveryRecipient, i);
      SendpathVerdictQuery query = leg_make_query (leg, recipient->phase, recipient->reply);

      query.recipient = recipient->address;
      query.local_accepted = any_taken && !was_taken (recipient);
      for (guint j = 0; j < leg->walk->travellers->len; j++)
        if (is_offered_as (leg_get_traveller (leg, j), recipient->address))
          {
            settle (leg, leg_get_traveller (leg, j), attempt, &query);
            is_too_many = is_too_many || leg_get_traveller (leg, j)->verdict ==
                                             SENDPATH_VERDICT_TOO_MANY_RECIPIENTS;
          }
    }
  if (any_taken && is_too_many)
    recipient_limit_note (leg->walk->context->plan, leg->route, n_taken);
}

/* The server had hung up after the last offer, which says nothing about this one; nor does the 421 of
 * one that was idle for too long (RFC 5321 section 3.8). */
static gboolean
was_stale (Leg *leg, const Delivery *delivery)
{
  gboolean is_lost = sendpath_reply_get_fault (delivery->reply) == SENDPATH_FAULT_LINK_LOST;
  gboolean is_idle = leg->is_reused && leg->n_offers_here == 0;

  return (leg->n_offers_here > 0 || is_idle) && delivery->phase <= SENDPATH_PHASE_MAIL &&
         (is_lost || (is_idle && sendpath_reply_get_code (delivery->reply) == 421));
}

/* It was the first offer of a second connection, and the server has had one before. */
static gboolean
was_unwanted (Leg *leg, const Delivery *delivery)
{
  return leg->n_offers_here == 0 && delivery->phase <= SENDPATH_PHASE_MAIL &&
         !delivery->is_recorded &&
         leg_is_one_too_many (leg, delivery->phase, delivery->reply);
}

Delivery *
leg_new_delivery (Leg *leg, SendpathMessage *message, SendpathMessage *mail, const char *id,
                  const char *const *addresses, const char *dsn_notify)
{
  Delivery *delivery = delivery_new (mail, addresses);
  const DsnRequest *dsn = message_get_dsn (message);

  delivery->dsn_notify = dsn_notify;
  delivery->dsn_ret = dsn->ret;
  /* what a bounce is known again by */
  delivery->dsn_envid = dsn->envid != NULL ? dsn->envid : id;
  delivery->is_proven = leg->route->is_learned || leg->was_of_use;
  return delivery;
}

/* One transaction for @addresses. */
static void
offer_to (Leg *leg, const char *const *addresses)
{
  g_autoptr (Delivery) delivery =
      leg_new_delivery (leg, leg->walk->message, leg->mail, leg->walk->report->id, addresses,
                        leg->dsn_notify);
  Attempt *attempt;
  guint index;

  delivery->before_dot = on_before_dot;
  delivery->progress = leg->walk->host->progress != NULL ? on_progress : NULL;
  delivery->get_next = leg_get_next;
  delivery->data = leg;
  smtp_session_deliver (leg->session, delivery);
  if (was_stale (leg, delivery) || was_unwanted (leg, delivery))
    {
      leg_doubt_manners (leg);
      if (!leg_reconnect (leg))
        return;
      smtp_session_deliver (leg->session, delivery);
    }
  leg_judge_manners (leg, delivery);
  attempt = leg_new_attempt (leg, leg->contact);
  leg_add_session_facts (attempt, leg);
  attempt->mail_from = g_strdup (sendpath_message_get_sender (leg->mail));
  attempt->header_changes = g_strdupv (leg->header_changes);
  index = add_attempt (leg, attempt, delivery->phase, delivery->reply);
  settle_delivery (leg, delivery, index);
  leg->n_offers_here++;
  record (leg, index);
}

/* The addresses of everybody who is here, each once. */
static GPtrArray *
gather_addresses (Leg *leg)
{
  GPtrArray *addresses = g_ptr_array_new ();

  for (guint i = 0; i < leg->walk->travellers->len; i++)
    {
      const Traveller *traveller = leg_get_traveller (leg, i);

      if (traveller->is_open && traveller->is_here &&
          !g_ptr_array_find (addresses, traveller->address, NULL))
        g_ptr_array_add (addresses, (gpointer) traveller->address);
    }
  return addresses;
}

/* Offers to everybody who is here, as many at a time as the server takes. Some servers hang up
 * after each message. */
static void
offer (Leg *leg)
{
  g_autoptr (GPtrArray) here = gather_addresses (leg);
  gboolean made_progress = FALSE;
  guint max;

  for (guint first = 0; first < here->len && !leg->walk->must_stop && leg->suspects == 0;
       first += max)
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new ();

      if (!leg_has_session (leg) && !(leg->made_progress && leg_reconnect (leg)))
        break;
      max = MIN (recipient_limit_get (leg->walk->context->plan, leg->route), here->len - first);
      for (guint i = first; i < first + max; i++)
        g_ptr_array_add (some, here->pdata[i]);
      g_ptr_array_add (some, NULL);
      leg->made_progress = FALSE;
      offer_to (leg, (const char *const *) some->pdata);
      made_progress = made_progress || leg->made_progress;
    }
  leg->made_progress = made_progress;
}

/* The server's provider would put the account's address into From: and not say so. */
static gboolean
loses_from (Leg *leg, SendpathMessage *message)
{
  const char *from = sendpath_message_get_from (message);
  g_autoptr (Provider) provider = NULL;

  if (leg->route->account == NULL || from == NULL ||
      sendpath_account_covers (leg->route->account, from) ||
      !sender_rule_may_add_reply_to (message))
    return FALSE;
  provider = providers_find_by_server (leg->route->server);
  return provider != NULL && provider->from == PROVIDER_FROM_REWRITES;
}

SendpathMessage *
leg_apply_rule (Leg *leg, SenderRule rule, SendpathMessage *message, char ***ret_header_changes)
{
  return sender_rule_apply (rule, message,
                            plan_get_mail_from (leg->walk->context->plan->account, message),
                            leg->route->sender, loses_from (leg, message), ret_header_changes);
}

void
leg_use_rule (Leg *leg, SenderRule rule)
{
  leg->rule = rule;
  g_clear_object (&leg->mail);
  g_clear_pointer (&leg->header_changes, g_strfreev);
  leg->mail = leg_apply_rule (leg, rule, leg->walk->message, &leg->header_changes);
}

/* Whoever was accepted shows that this route works here. */
static void
remember_success (Leg *leg)
{
  for (guint i = 0; leg->contact != NULL && i < leg->walk->travellers->len; i++)
    if (leg_get_traveller (leg, i)->is_here &&
        leg_get_traveller (leg, i)->verdict == SENDPATH_VERDICT_ACCEPTED)
      {
        plan_remember (leg->walk->context->plan, leg->route, leg->contact->endpoint,
                       leg->contact->family, leg->contact->ip);
        return;
      }
}

/* What the message asks for, else the value of the account's `dsn` key, as NOTIFY wants it, or NULL. */
char *
leg_dup_dsn_notify (Leg *leg, SendpathMessage *message)
{
  SendpathAccount *account = leg->walk->context->plan->account;
  g_auto (GStrv) wanted = sendpath_account_dup_list (account, "dsn");
  g_autofree char *list = g_strjoinv (",", wanted);
  char *asked = dsn_notify_to_string (message_get_dsn (message)->notify);

  if (asked != NULL)
    return asked;

  return *list == '\0' || g_str_equal (list, "none") ? NULL : g_ascii_strup (list, -1);
}

void
leg_run (Walk *walk, SendpathRoute *route)
{
  g_auto (Leg) leg = { .walk = walk, .route = route, .pop_family = route->family };

  leg.session_options = (SmtpSessionOptions) {
    .ehlo = route->account != NULL ? sendpath_account_get (route->account, "ehlo") : NULL,
    .tls_pin = route_get_setting (route, "tls-pin"),
    .trace = walk->context->trace,
  };
  leg.dsn_notify = leg_dup_dsn_notify (&leg, walk->message);
  leg_use_rule (&leg, route->first_rule);
  if (route->pop_first && !leg_pop_first (&leg))
    return;
  if (leg_resume (&leg) || leg_reconnect (&leg) ||
      (route->pop_first && leg.contact == NULL && leg_pop_over_other_family (&leg)))
    offer (&leg);
  while (leg_apply_remedy (&leg))
    offer (&leg);
  remember_success (&leg);
  leg_keep_session (&leg);
}
