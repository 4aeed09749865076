/* The POP3 login of a leg that needs one first. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include "sendpath/wire/pop-login.h"

#define POP_WINDOW_S 300 /* */

/* a server that learns our address from a log needs a moment. */
static const guint pop_pauses_ms[] = { 500, 2000, 5000 };

typedef struct {
  Leg *leg;
  SecretQuery query;
  gboolean was_asked; /* the server was verified, as far as it has to be */
  gboolean was_refused;
} PopAsk;

static SendpathSecret *
get_pop_secret (gpointer data, GError **error)
{
  PopAsk *ask = data;

  ask->was_asked = TRUE;
  return leg_get_secret (ask->leg, &ask->query, WALK_SECRET_ASK, error);
}

/* the window hangs on account, network and own address. */
static char *
pop_key (Leg *leg)
{
  const PlanInput *plan = leg->walk->context->plan;
  g_autofree char *addresses =
      plan->addresses != NULL ? g_strjoinv (" ", (char **) plan->addresses) : g_strdup ("");

  return g_strdup_printf ("%s@%s %s", sendpath_account_get_id (leg->route->account),
                          plan->network_id, addresses);
}

static void
note_pop_login (Leg *leg, const PopAsk *ask, const Runner *result)
{
  const PlanInput *plan = leg->walk->context->plan;
  g_autofree char *key = pop_key (leg);

  leg->pop_family = result->family;
  leg->pop_by_memory = FALSE;
  memory_set (plan->memory, "pop", key, result->family == G_SOCKET_FAMILY_IPV6 ? "ipv6" : "ipv4",
              plan->now_s);
  leg_note_login (leg, &ask->query);
  if (sendpath_endpoint_get_security (result->endpoint) != SENDPATH_SECURITY_NONE)
    leg_note_tls (leg, ask->query.server);
}

/* TRUE if the secret was refused. */
static gboolean
note_pop_failure (Leg *leg, const PopAsk *ask, const Runner *result)
{
  g_autoptr (SendpathReply) failure = NULL;
  Attempt *attempt;

  /* that there is no such address, or nobody at it, says nothing about the login that was made */
  if (leg->was_other_family && result->phase <= SENDPATH_PHASE_CONNECT)
    return FALSE;
  attempt = leg_new_attempt (leg, result);
  attempt->is_protected =
      attempt->is_protected || (ask->was_asked && attempt->security != SENDPATH_SECURITY_NONE);
  failure = leg_judge_failure (leg, result);
  if (leg_fail_all (leg, attempt, result->phase, failure) != SENDPATH_VERDICT_AUTH_FAILED)
    return FALSE;
  leg_note_refusal (leg, &ask->query);
  return TRUE;
}

static gboolean
try_pop_login (Leg *leg, PopAsk *ask, GPtrArray *endpoints, const PopLoginOptions *options)
{
  g_autoptr (Runner) result = NULL;
  gboolean succeeded;

  ask->was_asked = ask->was_refused = FALSE;
  result = pop_login_run (endpoints, options, leg->walk->cancellable);
  succeeded = pop_login_succeeded (result);
  if (succeeded)
    note_pop_login (leg, ask, result);
  else
    ask->was_refused = note_pop_failure (leg, ask, result);
  return succeeded;
}

static gboolean
log_in_to_pop (Leg *leg)
{
  SendpathAccount *account = leg->route->account;
  const char *user = sendpath_account_get (account, "pop-user");
  g_autoptr (GPtrArray) endpoints = plan_dup_pop_endpoints (
      sendpath_account_get (account, "pop"), sendpath_account_get (account, "pop-security"),
      leg->walk->context->plan->trust);
  PopAsk ask = { leg,
                 { .account = sendpath_account_get_id (account),
                   .service = "pop",
                   .user = user,
                   .protocol = "pop3",
                   .secret_command = leg_get_command (leg, "secret-command"),
                   .token_command = leg_get_command (leg, "token-command") } };
  PopLoginOptions options = { .user = user,
                              .allow_cleartext = leg_allows_cleartext (leg),
                              .tls_pin = route_get_setting (leg->route, "tls-pin"),
                              .trace = leg->walk->context->trace,
                              .patience_s = leg->walk->context->patience_s,
                              .own = leg->walk->context->plan->addresses,
                              .family = leg->pop_family,
                              .learned = leg->route->learned_family != G_SOCKET_FAMILY_INVALID
                                             ? leg->route->learned_family
                                             : leg->walk->last_family,
                              .resolver = leg->walk->context->resolver,
                              .get_secret = get_pop_secret,
                              .data = &ask };

  if (endpoints->len == 0)
    return FALSE;
  ask.query.server = sendpath_endpoint_get_host (endpoints->pdata[0]);
  /* a refused token may have expired: it is fetched anew once */
  return try_pop_login (leg, &ask, endpoints, &options) ||
         (ask.was_refused && ask.query.token_command != NULL &&
          try_pop_login (leg, &ask, endpoints, &options));
}

/* Before the first connection: a login that is not long ago counts. */
gboolean
leg_pop_first (Leg *leg)
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

/* A server may know of logins over one family alone. */
gboolean
leg_pop_over_other_family (Leg *leg)
{
  GSocketFamily family = leg->pop_family;

  if (leg->was_other_family || leg->route->family != G_SOCKET_FAMILY_INVALID)
    return FALSE;
  leg->was_other_family = TRUE;
  leg->pop_family =
      family == G_SOCKET_FAMILY_IPV6 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
  if (log_in_to_pop (leg))
    {
      leg->n_pop_pauses = 0;
      return leg_reconnect (leg);
    }
  leg->pop_family = family;
  return FALSE;
}

static gboolean
pop_may_cure (SendpathVerdict verdict)
{
  return verdict == SENDPATH_VERDICT_RELAY_DENIED || verdict == SENDPATH_VERDICT_POP_REQUIRED ||
         verdict == SENDPATH_VERDICT_AUTH_REQUIRED || verdict == SENDPATH_VERDICT_CLIENT_BLOCKED;
}

/* After a POP login a refusal is tried again after a moment; one that was only remembered
 * is done first. */
gboolean
leg_try_pop_again (Leg *leg, const Traveller *leader)
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
  else if (leg->n_pop_pauses == G_N_ELEMENTS (pop_pauses_ms) ||
           !host->pause (host->data, pop_pauses_ms[leg->n_pop_pauses++]))
    return FALSE;
  return leg_reconnect (leg);
}
