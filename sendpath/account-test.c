/* Tries every door of an account and sends nothing. */
#include "config.h"

#include "sendpath/account-test.h"

#include "sendpath/verdict/verdict.h"
#include "sendpath/walk/fields.h"
#include "sendpath/wire/pop-login.h"
#include "sendpath/wire/smtp-session.h"

typedef struct {
  EngineCall *call;
  const PlanInput *input;
  GPtrArray *lines; /* JSON, utf8 */
} Test;

/* One endpoint and what came of it. */
typedef struct {
  const char *check; /* smtp or pop */
  const char *route; /* kind */
  const SendpathEndpoint *endpoint;
  SendpathPhase phase;
  const SendpathReply *reply;
  gboolean authenticated;
  gboolean ok;
  gint64 started_us;
} Check;

static void
add_line (Test *test, const Check *check)
{
  SendpathVerdictQuery query = { .phase = check->phase, .reply = check->reply };
  SendpathVerdictAnswer answer;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = sendpath_reply_dup_clean_text (check->reply);

  sendpath_verdict_classify (&query, &answer);
  if (check->ok)
    answer.verdict = SENDPATH_VERDICT_ACCEPTED;
  fields_add_text (object, "check", check->check);
  fields_add_text (object, "route", check->route);
  fields_add_text (object, "host", sendpath_endpoint_get_host (check->endpoint));
  fields_add_number (object, "port", sendpath_endpoint_get_port (check->endpoint));
  fields_add_boolean (object, "ok", check->ok);
  fields_add_text (object, "verdict", sendpath_verdict_to_string (answer.verdict));
  fields_add_text (object, "text", text);
  fields_add_number (object, "ms", (g_get_monotonic_time () - check->started_us) / 1000);
  g_ptr_array_add (test->lines, fields_print (object));
}

static SecretQuery
make_query (const SendpathRoute *route, const char *service, const char *protocol, const char *host,
            const char *user)
{
  return (SecretQuery) { .account = sendpath_account_get_id (route->account),
                         .service = service,
                         .protocol = protocol,
                         .server = host,
                         .user = user,
                         .secret_command = sendpath_account_get (route->account, "secret-command"),
                         .token_command = sendpath_account_get (route->account, "token-command") };
}

/* Logs in where that is offered; a server that wants no login is fine as it is. */
static void
test_login (Test *test, const SendpathRoute *route, SmtpSession *session, Check *check)
{
  const char *auth = sendpath_account_get (route->account, "auth");
  gboolean cleartext = sendpath_account_get_boolean (route->account, "allow-cleartext-login");
  SecretQuery query = make_query (route, "smtp", "smtp", route->server,
                                  sendpath_account_get (route->account, "user"));
  SecretKind kind = query.token_command != NULL ? SECRET_TOKEN : SECRET_PASSWORD;
  g_autoptr (SendpathSecret) secret = NULL;
  g_autoptr (GError) error = NULL;

  check->ok = TRUE;
  if (g_str_equal (auth, "none") || !smtp_session_may_log_in (session, cleartext) ||
      !smtp_session_offers_login (session, auth, kind))
    return;
  secret = test->call->host.get_secret (test->call, &query, WALK_SECRET_ASK, &error);
  if (secret == NULL)
    {
      g_autoptr (SendpathReply) fault =
                     sendpath_reply_new_fault (SENDPATH_FAULT_NO_CREDENTIAL, error->message);

      check->ok = FALSE;
      check->phase = SENDPATH_PHASE_AUTH;
      check->reply = fault;
      add_line (test, check);
      check->reply = NULL;
      return;
    }
  check->ok = smtp_session_log_in (session, query.user, secret, auth, cleartext);
}

static gboolean
test_smtp (Test *test, const SendpathRoute *route, SendpathEndpoint *endpoint)
{
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  RaceOptions options = { .patience_s = 10,
                          .tls_pin = sendpath_account_get (route->account, "tls-pin"),
                          .trace = &test->call->trace };
  SmtpSessionOptions session_options = { .tls_pin = options.tls_pin, .trace = options.trace };
  Check check = { .check = "smtp",
                  .route = sendpath_route_kind_to_string (route->kind),
                  .endpoint = endpoint,
                  .started_us = g_get_monotonic_time () };
  g_autoptr (Race) race = NULL;
  g_autoptr (Runner) contact = NULL;
  g_autoptr (GPtrArray) failures = NULL;
  g_autoptr (SmtpSession) session = NULL;

  g_ptr_array_add (alone, endpoint);
  race = race_new (alone, &options);
  contact = race_run (race, RACE_ALL, test->call->cancellable);
  failures = race_steal_failures (race);
  if (contact != NULL)
    {
      session = smtp_session_new (contact, &session_options);
      if (smtp_session_open (session))
        test_login (test, route, session, &check);
      if (check.phase == SENDPATH_PHASE_AUTH && check.reply == NULL)
        return FALSE; /* told already: no credential */
      check.phase = smtp_session_get_phase (session);
      check.reply = smtp_session_get_reply (session);
    }
  else if (failures->len > 0)
    {
      const Runner *failed = failures->pdata[failures->len - 1];

      check.phase = failed->phase;
      check.reply = failed->greeting;
    }
  if (check.reply != NULL)
    add_line (test, &check);
  return check.ok;
}

typedef struct {
  Test *test;
  SecretQuery query;
} PopAsk;

static SendpathSecret *
get_pop_secret (gpointer data, GError **error)
{
  PopAsk *ask = data;

  return ask->test->call->host.get_secret (ask->test->call, &ask->query, WALK_SECRET_ASK, error);
}

static gboolean
test_pop (Test *test, const SendpathRoute *route)
{
  g_autoptr (GPtrArray) endpoints = plan_dup_pop_endpoints (
      sendpath_account_get (route->account, "pop"),
      sendpath_account_get (route->account, "pop-security"), test->input->trust);
  gboolean any_works = FALSE;

  for (guint i = 0; i < endpoints->len; i++)
    {
      SendpathEndpoint *endpoint = endpoints->pdata[i];
      g_autoptr (GPtrArray) alone = g_ptr_array_new ();
      const char *user = sendpath_account_get (route->account, "pop-user");
      PopAsk ask = { test, make_query (route, "pop", "pop3", sendpath_endpoint_get_host (endpoint),
                                       user) };
      PopLoginOptions options = { .user = user,
                                  .allow_cleartext = sendpath_account_get_boolean (
                                      route->account, "allow-cleartext-login"),
                                  .tls_pin = sendpath_account_get (route->account, "tls-pin"),
                                  .trace = &test->call->trace,
                                  .patience_s = 10,
                                  .get_secret = get_pop_secret,
                                  .data = &ask };
      gint64 started_us = g_get_monotonic_time ();
      g_autoptr (Runner) result = NULL;

      g_ptr_array_add (alone, endpoint);
      result = pop_login_run (alone, &options, test->call->cancellable);
      any_works = any_works || pop_login_succeeded (result);
      add_line (test, &(Check) { .check = "pop",
                                 .route = sendpath_route_kind_to_string (route->kind),
                                 .endpoint = endpoint,
                                 .phase = result->phase,
                                 .reply = result->greeting,
                                 .ok = pop_login_succeeded (result),
                                 .started_us = started_us });
    }
  return any_works;
}

GPtrArray *
account_test_run (EngineCall *call, const PlanInput *input, GPtrArray *routes, gboolean *ret_ok)
{
  Test test = { call, input, g_ptr_array_new_with_free_func (g_free) };
  gboolean all_work = TRUE;

  for (guint i = 0; i < routes->len; i++)
    {
      const SendpathRoute *route = routes->pdata[i];
      gboolean works = FALSE;

      if (route->kind == SENDPATH_ROUTE_ACCOUNT)
        for (guint j = 0; j < route->endpoints->len; j++)
          works = test_smtp (&test, route, route->endpoints->pdata[j]) || works;
      else if (route->kind == SENDPATH_ROUTE_ACCOUNT_POP)
        works = test_pop (&test, route);
      else
        continue;
      all_work = all_work && works;
    }
  if (ret_ok != NULL)
    *ret_ok = all_work;
  return test.lines;
}
