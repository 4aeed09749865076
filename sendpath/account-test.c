/* Tries every door of an account and sends nothing. A password that was refused is not tried at
 * the next door. */
#include "config.h"

#include "sendpath/account-test.h"

#include <glib/gi18n-lib.h>

#include "sendpath/verdict/verdict.h"
#include "sendpath/walk/fields.h"
#include "sendpath/walk/refusals.h"
#include "sendpath/wire/pop-login.h"
#include "sendpath/wire/smtp-session.h"

#define PATIENCE_S 10

typedef struct {
  EngineCall *call;
  const PlanInput *input;
  SendpathAccount *account;
  GHashTable *refused; /* set of servers that refused the password in this test */
  GPtrArray *lines;    /* JSON, utf8 */
} Test;

/* One door, from the first packet on. */
typedef struct {
  const char *check; /* smtp or pop */
  SendpathRouteKind kind;
  const SendpathEndpoint *endpoint;
  gint64 started_us;
} Door;

static const char *
get (const Test *test, const char *key)
{
  return sendpath_account_get (test->account, key);
}

/* ---- what came of it ------------------------------------------------------------------------- */

static SendpathVerdict
add_line (Test *test, const Door *door, gboolean ok, SendpathPhase phase,
          const SendpathReply *reply)
{
  SendpathVerdictQuery query = { .phase = phase, .reply = reply };
  SendpathVerdictAnswer answer;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = sendpath_reply_dup_clean_text (reply);

  sendpath_verdict_classify (&query, &answer);
  if (ok)
    answer.verdict = SENDPATH_VERDICT_ACCEPTED;
  fields_add_text (object, "check", door->check);
  fields_add_text (object, "route", sendpath_route_kind_to_string (door->kind));
  fields_add_text (object, "host", sendpath_endpoint_get_host (door->endpoint));
  fields_add_number (object, "port", sendpath_endpoint_get_port (door->endpoint));
  fields_add_boolean (object, "ok", ok);
  fields_add_text (object, "verdict", sendpath_verdict_to_string (answer.verdict));
  fields_add_text (object, "text", text);
  fields_add_number (object, "ms", (g_get_monotonic_time () - door->started_us) / 1000);
  g_ptr_array_add (test->lines, fields_print (object));
  return answer.verdict;
}

static void
add_missing_secret (Test *test, const Door *door, const char *why)
{
  g_autoptr (SendpathReply) fault = sendpath_reply_new_fault (SENDPATH_FAULT_NO_CREDENTIAL, why);

  add_line (test, door, FALSE, SENDPATH_PHASE_AUTH, fault);
}

/* */
static void
note_login (Test *test, const SecretQuery *query, SendpathVerdict verdict)
{
  if (verdict == SENDPATH_VERDICT_ACCEPTED)
    refusals_forget (test->input->memory, query);
  if (verdict != SENDPATH_VERDICT_AUTH_FAILED)
    return;
  refusals_note (test->input->memory, query, test->input->now_s);
  g_hash_table_add (test->refused, g_strdup (query->server));
}

/* R-12; a mark that cannot be written now is made when something is sent. */
static void
note_tls (Test *test, const char *host)
{
  trust_note_tls (test->input->trust, host, NULL);
}

/* ---- SMTP ------------------------------------------------------------------------------------ */

static SecretQuery
make_query (const Test *test, const char *service, const char *protocol, const Door *door,
            const char *user)
{
  return (SecretQuery) { .account = sendpath_account_get_id (test->account),
                         .service = service,
                         .protocol = protocol,
                         .server = sendpath_endpoint_get_host (door->endpoint),
                         .port = sendpath_endpoint_get_port (door->endpoint),
                         .user = user,
                         .secret_command = get (test, "secret-command"),
                         .token_command = get (test, "token-command") };
}

/* A server that wants no login is fine as it is. */
static gboolean
test_login (Test *test, const Door *door, SmtpSession *session)
{
  const WalkHost *host = &test->call->host;
  const char *auth = get (test, "auth");
  gboolean cleartext = sendpath_account_get_boolean (test->account, "allow-cleartext-login");
  SecretQuery query = make_query (test, "smtp", "smtp", door, get (test, "user"));
  SecretKind kind = smtp_session_choose_kind (session, auth, query.token_command != NULL);
  g_autoptr (SendpathSecret) secret = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  query.from_desktop = kind == SECRET_TOKEN && query.token_command == NULL;
  if (!g_str_equal (auth, "none") && smtp_session_may_log_in (session, cleartext) &&
      smtp_session_offers_login (session, auth, kind))
    {
      if (g_hash_table_contains (test->refused, query.server))
        {
          add_missing_secret (test, door, _ ("the password was refused and is not tried again"));
          return FALSE;
        }
      secret = host->get_secret (host->data, &query, WALK_SECRET_ASK, &error);
      if (secret == NULL)
        {
          add_missing_secret (test, door, error->message);
          return FALSE;
        }
      ok = smtp_session_log_in (session, query.user, secret, auth, cleartext);
    }
  note_login (test, &query,
              add_line (test, door, ok, smtp_session_get_phase (session),
                        smtp_session_get_reply (session)));
  return ok;
}

static gboolean
test_session (Test *test, const Door *door, Runner *contact)
{
  SmtpSessionOptions options = { .ehlo = get (test, "ehlo"),
                                 .tls_pin = get (test, "tls-pin"),
                                 .trace = &test->call->trace };
  g_autoptr (SmtpSession) session = smtp_session_new (contact, &options);

  if (!smtp_session_open (session))
    {
      add_line (test, door, FALSE, smtp_session_get_phase (session),
                smtp_session_get_reply (session));
      return FALSE;
    }
  if (smtp_session_is_tls (session))
    note_tls (test, sendpath_endpoint_get_host (door->endpoint));
  return test_login (test, door, session);
}

static gboolean
test_smtp (Test *test, SendpathEndpoint *endpoint)
{
  Door door = { "smtp", SENDPATH_ROUTE_ACCOUNT, endpoint, g_get_monotonic_time () };
  RaceOptions options = { .patience_s = PATIENCE_S,
                          .tls_pin = get (test, "tls-pin"),
                          .own = test->input->addresses,
                          .trace = &test->call->trace };
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  g_autoptr (Race) race = NULL;
  g_autoptr (Runner) contact = NULL;
  g_autoptr (GPtrArray) failures = NULL;

  g_ptr_array_add (alone, endpoint);
  race = race_new (alone, &options);
  contact = race_run (race, RACE_ALL, test->call->cancellable);
  if (contact != NULL)
    return test_session (test, &door, contact);
  failures = race_steal_failures (race);
  if (failures->len > 0)
    {
      const Runner *failed = failures->pdata[failures->len - 1];

      add_line (test, &door, FALSE, failed->phase, failed->greeting);
    }
  return FALSE;
}

/* ---- POP3 ------------------------------------------------------------------------------------ */

typedef struct {
  Test *test;
  SecretQuery query;
} PopAsk;

static SendpathSecret *
get_pop_secret (gpointer data, GError **error)
{
  PopAsk *ask = data;
  const WalkHost *host = &ask->test->call->host;

  return host->get_secret (host->data, &ask->query, WALK_SECRET_ASK, error);
}

static SendpathVerdict
test_pop_door (Test *test, SendpathEndpoint *endpoint)
{
  Door door = { "pop", SENDPATH_ROUTE_ACCOUNT_POP, endpoint, g_get_monotonic_time () };
  PopAsk ask = { test, make_query (test, "pop", "pop3", &door, get (test, "pop-user")) };
  PopLoginOptions options = { .user = ask.query.user,
                              .allow_cleartext = sendpath_account_get_boolean (
                                  test->account, "allow-cleartext-login"),
                              .tls_pin = get (test, "tls-pin"),
                              .trace = &test->call->trace,
                              .patience_s = PATIENCE_S,
                              .own = test->input->addresses,
                              .get_secret = get_pop_secret,
                              .data = &ask };
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  g_autoptr (Runner) result = NULL;
  SendpathVerdict verdict;

  g_ptr_array_add (alone, endpoint);
  result = pop_login_run (alone, &options, test->call->cancellable);
  if (pop_login_succeeded (result) &&
      sendpath_endpoint_get_security (endpoint) != SENDPATH_SECURITY_NONE)
    note_tls (test, ask.query.server);
  verdict = add_line (test, &door, pop_login_succeeded (result), result->phase, result->greeting);
  note_login (test, &ask.query, verdict);
  return verdict;
}

/* Each door means a login, so a refusal ends it. */
static gboolean
test_pop (Test *test)
{
  g_autoptr (GPtrArray) endpoints = plan_dup_pop_endpoints (
      get (test, "pop"), get (test, "pop-security"), test->input->trust);
  gboolean works = FALSE;

  for (guint i = 0; i < endpoints->len; i++)
    {
      SendpathVerdict verdict = test_pop_door (test, endpoints->pdata[i]);

      works = works || verdict == SENDPATH_VERDICT_ACCEPTED;
      if (verdict == SENDPATH_VERDICT_AUTH_FAILED)
        return FALSE;
    }
  return works;
}

/* ---- all of it ------------------------------------------------------------------------------- */

GPtrArray *
account_test_run (EngineCall *call, const PlanInput *input, gboolean *ret_ok)
{
  g_autoptr (GHashTable) refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Test test = { call, input, input->account, refused, g_ptr_array_new_with_free_func (g_free) };
  g_auto (GStrv) servers = sendpath_account_dup_list (input->account, "smtp");
  gboolean all_work = TRUE;

  for (guint i = 0; servers[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) endpoints =
                     plan_dup_endpoints (servers[i], get (&test, "security"), input->trust);
      gboolean works = FALSE;

      for (guint j = 0; j < endpoints->len; j++)
        works = test_smtp (&test, endpoints->pdata[j]) || works;
      all_work = all_work && works;
    }
  if (get (&test, "pop") != NULL && !g_str_equal (get (&test, "pop-login"), "never"))
    all_work = test_pop (&test) && all_work;
  if (ret_ok != NULL)
    *ret_ok = all_work;
  return test.lines;
}
