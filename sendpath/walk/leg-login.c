/* Whose secret a leg may use, and its login by SMTP AUTH. It never keeps a secret. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#define HOUR_S 3600

static char *
dup_owner (Leg *leg)
{
  return leg->route->location != NULL
             ? g_strdup_printf ("location:%s", sendpath_location_get_id (leg->route->location))
             : g_strdup (sendpath_account_get_id (leg->route->account));
}

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

/* a login that was refused stays out until the secret changes. */
static char *
refusal_key (const SecretQuery *query)
{
  return g_strdup_printf ("%s/%s/%s/%s", query->account, query->service, query->server,
                          query->user);
}

static gboolean
was_refused (Leg *leg, const SecretQuery *query)
{
  const PlanInput *plan = leg->walk->context->plan;
  gboolean has_command = query->secret_command != NULL || query->token_command != NULL;
  g_autofree char *key = refusal_key (query);
  g_autofree char *mark =
      memory_get (plan->memory, "login-refused", key, plan->now_s, has_command ? HOUR_S : 0);

  return mark != NULL;
}

void
leg_note_refusal (Leg *leg, const SecretQuery *query)
{
  const PlanInput *plan = leg->walk->context->plan;
  g_autofree char *key = refusal_key (query);

  memory_set (plan->memory, "login-refused", key, "535", plan->now_s);
}

SendpathSecret *
leg_get_secret (Leg *leg, const SecretQuery *query, WalkSecret how)
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
  return (SecretQuery) { .account = owner,
                         .service = "smtp",
                         .user = route_get_setting (leg->route, "user"),
                         .server = leg->route->server,
                         .protocol = "smtp",
                         .port = sendpath_endpoint_get_port (leg->contact->endpoint),
                         .secret_command = leg_get_command (leg, "secret-command"),
                         .token_command = leg_get_command (leg, "token-command") };
}

static gboolean
may_log_in (Leg *leg)
{
  const char *auth = route_get_setting (leg->route, "auth");
  const char *token = leg_get_command (leg, "token-command");
  SecretKind kind = token != NULL ? SECRET_TOKEN : SECRET_PASSWORD;

  return leg->route->login != ROUTE_LOGIN_NONE && !g_str_equal (auth, "none") &&
         !leg->login_refused && !smtp_session_is_logged_in (leg->session) &&
         smtp_session_is_open (leg->session) &&
         smtp_session_may_log_in (leg->session, leg_allows_cleartext (leg)) &&
         smtp_session_offers_login (leg->session, auth, kind);
}

/* One AUTH exchange. A refusal is an attempt of its own; TRUE only when logged in. */
static gboolean
log_in_with (Leg *leg, const SecretQuery *query, const SendpathSecret *secret)
{
  Attempt *attempt;
  SendpathVerdictQuery verdict_query;
  SendpathVerdictAnswer answer;

  if (smtp_session_log_in (leg->session, query->user, secret,
                           route_get_setting (leg->route, "auth"), leg_allows_cleartext (leg)))
    return TRUE;
  verdict_query = leg_make_query (leg, smtp_session_get_phase (leg->session),
                                  smtp_session_get_reply (leg->session));
  sendpath_verdict_classify (&verdict_query, &answer);
  if (answer.verdict == SENDPATH_VERDICT_AUTH_FAILED)
    {
      leg->login_refused = TRUE;
      leg_note_refusal (leg, query);
      report_set_text (&leg->walk->report->needs, "password");
    }
  attempt = leg_new_attempt (leg, leg->contact);
  leg_add_session_facts (attempt, leg);
  leg_fail_all (leg, attempt, verdict_query.phase, verdict_query.reply);
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
  secret = leg_get_secret (leg, query, WALK_SECRET_NEW);
  return secret != NULL && log_in_with (leg, query, secret);
}

/* TRUE when the session is logged in. */
gboolean
leg_log_in (Leg *leg, WalkSecret how)
{
  g_autofree char *owner = dup_owner (leg);
  SecretQuery query = smtp_query (leg, owner);
  g_autoptr (SendpathSecret) secret = NULL;

  if (!may_log_in (leg))
    return FALSE;
  leg->asked = leg->asked || how == WALK_SECRET_ASK;
  secret = leg_get_secret (leg, &query, how);
  if (secret == NULL && how == WALK_SECRET_ASK)
    report_set_text (&leg->walk->report->needs, "password");
  if (secret == NULL)
    return FALSE;
  if (!log_in_with (leg, &query, secret) && !(leg->login_refused && log_in_again (leg, &query)))
    return FALSE;
  leg->login_refused = FALSE;
  g_clear_pointer (&leg->walk->report->needs, g_free);
  return TRUE;
}
