/* Whose secret a leg may use, and its login by SMTP AUTH. It never keeps a secret. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include <glib/gi18n-lib.h>

#include "sendpath/walk/refusals.h"

gboolean
leg_allows_cleartext (Leg *leg)
{
  return leg->route->account != NULL &&
         sendpath_account_get_boolean (leg->route->account, "allow-cleartext-login");
}

const char *
leg_get_command (Leg *leg, const char *key)
{
  return leg->route->account != NULL ? sendpath_account_get (leg->route->account, key) : NULL;
}

/* ---- secrets --------------------------------------------------------------------------------- */

/* For people: what stands between them and a login. */
static char *
describe_refusal (const SecretQuery *query)
{
  const char *prefix = g_str_equal (query->service, "pop") ? "pop:" : "";

  if (query->from_desktop)
    return g_strdup_printf (_ ("%s refused the login of %s; sign in again in the desktop's settings, "
                               "under Online Accounts"),
                            query->server, query->user);
  if (query->token_command != NULL || query->secret_command != NULL)
    return g_strdup_printf (
        _ ("%s refused the login of %s; look at %s of account %s"), query->server, query->user,
        query->token_command != NULL ? "token-command" : "secret-command", query->account);
  return g_strdup_printf (_ ("%s refused the login of %s; use “sendpath password set %s%s”"),
                          query->server, query->user, prefix, query->account);
}

static void
set_login_problem (Leg *leg, char *problem)
{
  g_free (leg->walk->login_problem);
  leg->walk->login_problem = problem;
}

void
leg_note_refusal (Leg *leg, const SecretQuery *query)
{
  const PlanInput *plan = leg->walk->context->plan;

  refusals_note (plan->memory, query, plan->now_s);
  set_login_problem (leg, describe_refusal (query));
}

void
leg_note_login (Leg *leg, const SecretQuery *query)
{
  refusals_forget (leg->walk->context->plan->memory, query);
  leg->walk->only_backup = leg->walk->only_backup && leg->route->kind >= SENDPATH_ROUTE_BACKUP;
  g_clear_pointer (&leg->walk->login_problem, g_free);
}

SendpathSecret *
leg_get_secret (Leg *leg, const SecretQuery *query, WalkSecret how, GError **error)
{
  const PlanInput *plan = leg->walk->context->plan;
  gboolean was_refused = refusals_has (plan->memory, query, plan->now_s);
  g_autofree char *refusal = was_refused ? describe_refusal (query) : NULL;
  g_autoptr (GError) local_error = NULL;
  SendpathSecret *secret = NULL;

  if (!was_refused || how != WALK_SECRET_AT_HAND)
    secret = leg->walk->host->get_secret (leg->walk->host->data, query,
                                          was_refused ? WALK_SECRET_NEW : how, &local_error);
  if (secret != NULL)
    return secret;
  if (local_error == NULL || was_refused)
    {
      g_clear_error (&local_error);
      g_set_error_literal (&local_error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
                           was_refused ? refusal : _ ("no password was given"));
    }
  trace_note (leg->walk->context->trace, "%s", local_error->message);
  if (how != WALK_SECRET_AT_HAND)
    set_login_problem (leg, g_strdup (local_error->message));
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/* ---- SMTP AUTH ------------------------------------------------------------------------------- */

static SecretQuery
smtp_query (Leg *leg, const char *owner)
{
  const char *token = leg_get_command (leg, "token-command");

  return (SecretQuery) { .account = owner,
                         .service = "smtp",
                         .user = route_get_setting (leg->route, "user"),
                         .server = leg->route->server,
                         .protocol = "smtp",
                         .port = sendpath_endpoint_get_port (leg->contact->endpoint),
                         .secret_command = leg_get_command (leg, "secret-command"),
                         .token_command = token,
                         .from_desktop = token == NULL && leg->login_kind == SECRET_TOKEN };
}

/* The kind is kept: the server may hang up before it is needed again. A location or a relay has no
 * token. */
static gboolean
offers_login (Leg *leg)
{
  const char *auth = route_get_setting (leg->route, "auth");
  gboolean has_token = leg_get_command (leg, "token-command") != NULL;

  leg->login_kind = leg->route->account != NULL
                        ? smtp_session_choose_kind (leg->session, auth, has_token)
                        : SECRET_PASSWORD;
  return smtp_session_offers_login (leg->session, auth, leg->login_kind);
}

static gboolean
may_log_in (Leg *leg)
{
  return leg->route->login != ROUTE_LOGIN_NONE && leg_has_session (leg) &&
         !smtp_session_is_logged_in (leg->session) &&
         smtp_session_may_log_in (leg->session, leg_allows_cleartext (leg)) &&
         offers_login (leg);
}

/* A login is wanted, and those that the server offers are ruled out for this account. */
static void
note_unusable_login (Leg *leg, const char *owner)
{
  if (leg->route->login == ROUTE_LOGIN_NONE || !leg_has_session (leg) ||
      smtp_session_is_logged_in (leg->session) ||
      !smtp_session_may_log_in (leg->session, leg_allows_cleartext (leg)))
    return;
  if (smtp_session_offers_login (leg->session, "auto", SECRET_PASSWORD) ||
      smtp_session_offers_login (leg->session, "auto", SECRET_TOKEN))
    set_login_problem (leg, g_strdup_printf (_ ("%s offers no way of login that may be used for %s; "
                                                "look at its “auth” and “token-command”"),
                                             leg->route->server, owner));
}

/* One AUTH exchange. What is not a success is an attempt of its own. */
static LegLogin
log_in_with (Leg *leg, const SecretQuery *query, const SendpathSecret *secret)
{
  Attempt *attempt;
  SendpathVerdict verdict;

  if (smtp_session_log_in (leg->session, query->user, secret,
                           route_get_setting (leg->route, "auth"), leg_allows_cleartext (leg)))
    {
      leg_note_login (leg, query);
      leg->login_refused = FALSE;
      return LEG_LOGIN_DONE;
    }
  attempt = leg_new_attempt (leg, leg->contact);
  leg_add_session_facts (attempt, leg);
  verdict = leg_fail_all (leg, attempt, smtp_session_get_phase (leg->session),
                          smtp_session_get_reply (leg->session));
  leg->n_offers_here++;
  leg->login_failed = TRUE;
  leg->login_refused = verdict == SENDPATH_VERDICT_AUTH_FAILED;
  if (leg->login_refused)
    leg_note_refusal (leg, query);
  return LEG_LOGIN_FAILED;
}

/* The same after somebody was asked: the server may have hung up meanwhile, as some do after a
 * refusal. */
static LegLogin
log_in_patiently (Leg *leg, const SecretQuery *query, const SendpathSecret *secret)
{
  if (leg_has_session (leg))
    {
      LegLogin result = log_in_with (leg, query, secret);

      if (result == LEG_LOGIN_DONE || leg->login_refused || leg_has_session (leg))
        return result;
    }
  if (!leg_reconnect (leg))
    return LEG_LOGIN_FAILED;
  if (smtp_session_is_logged_in (leg->session))
    return LEG_LOGIN_DONE;
  return may_log_in (leg) ? log_in_with (leg, query, secret) : LEG_LOGIN_NONE;
}

LegLogin
leg_log_in (Leg *leg, WalkSecret how)
{
  g_autofree char *owner = route_dup_owner (leg->route);
  g_autoptr (SendpathSecret) secret = NULL;
  SecretQuery query;

  if (leg->login_failed || leg->login_refused)
    return LEG_LOGIN_NONE;
  if (!may_log_in (leg))
    {
      if (how != WALK_SECRET_AT_HAND)
        note_unusable_login (leg, owner);
      return LEG_LOGIN_NONE;
    }
  query = smtp_query (leg, owner);
  leg->asked = leg->asked || how == WALK_SECRET_ASK;
  secret = leg_get_secret (leg, &query, how, NULL);
  if (secret == NULL)
    return LEG_LOGIN_NONE;
  return how == WALK_SECRET_AT_HAND ? log_in_with (leg, &query, secret)
                                    : log_in_patiently (leg, &query, secret);
}

gboolean
leg_log_in_anew (Leg *leg)
{
  g_autofree char *owner = route_dup_owner (leg->route);
  g_autoptr (SendpathSecret) secret = NULL;
  SecretQuery query;

  if (!leg->login_refused || leg->asked_anew || leg->contact == NULL)
    return FALSE;
  leg->asked_anew = TRUE;
  query = smtp_query (leg, owner);
  /* A token may have expired: it is fetched anew once. A person may know a new password. */
  secret = leg_get_secret (leg, &query, WALK_SECRET_NEW, NULL);
  if (secret == NULL)
    return FALSE;
  leg->login_refused = FALSE;
  return log_in_patiently (leg, &query, secret) == LEG_LOGIN_DONE;
}
