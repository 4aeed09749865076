/* The engine's question "is this relaying?": which servers are asked, and whose answer counts. It
 * never sends a message and never reads a password. */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/memory.h"
#include "profiles/network-private.h"
#include "sendpath/engine-call.h"
#include "sendpath/engine-private.h"
#include "sendpath/mail/address.h"
#include "sendpath/relaying-private.h"
#include "sendpath/verdict/concrete-help.h"
#include "sendpath/walk/domain-policy.h"
#include "sendpath/walk/plan.h"
#include "sendpath/walk/refusals.h"

/* What is asked; owned. */
typedef struct {
  EngineCall call;
  char *to, *account, *from;
} Job;

/* What it takes to ask. */
typedef struct {
  EngineCall *call;
  PlanInput plan;
  GPtrArray *routes;
  RelayQuestion question;
  RecipientDomain *domain;
  SendpathRelaying *relaying; /* being made */
} Survey;

/* ---- whether a login could follow ------------------------------------------------------------ */

static const struct {
  const char *state; /* of secrets_get_state() */
  RelayCredential credential;
} credentials[] = {
  { "keyring", RELAY_CREDENTIAL_STORED },
  { "command", RELAY_CREDENTIAL_COMMAND },
  { "locked", RELAY_CREDENTIAL_LOCKED },
};

static RelayCredential
find_credential (const Survey *survey, const SecretQuery *query)
{
  const char *state;

  if (refusals_has (survey->plan.memory, query, survey->plan.now_s))
    return RELAY_CREDENTIAL_REFUSED;
  state = secrets_get_state (query, survey->call->cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (credentials); i++)
    if (g_str_equal (credentials[i].state, state))
      return credentials[i].credential;
  return RELAY_CREDENTIAL_MISSING;
}

static gboolean
is_usable (RelayCredential credential)
{
  return credential == RELAY_CREDENTIAL_STORED || credential == RELAY_CREDENTIAL_COMMAND;
}

static const char *
get_command (const SendpathRoute *route, const char *key)
{
  return route->account != NULL ? sendpath_account_get (route->account, key) : NULL;
}

static RelayCredential
find_smtp_credential (const Survey *survey, const RelayProbe *probe)
{
  const SendpathRoute *route = probe->route;
  g_autofree char *owner = route_dup_owner (route);
  SecretQuery query = { .account = owner,
                        .service = "smtp",
                        .protocol = "smtp",
                        .server = route->server,
                        .port = sendpath_endpoint_get_port (probe->endpoint),
                        .user = route_get_setting (route, "user"),
                        .secret_command = get_command (route, "secret-command"),
                        .token_command = get_command (route, "token-command") };

  query.from_desktop = probe->login_kind == SECRET_TOKEN && query.token_command == NULL;
  return probe->may_log_in ? find_credential (survey, &query) : RELAY_CREDENTIAL_NONE;
}

/* The plan has a POP3 login, and a password for it. */
static gboolean
can_pop_first (const Survey *survey)
{
  SendpathAccount *account = survey->plan.account;
  const char *pop = sendpath_account_get (account, "pop");
  g_autofree char *host = pop != NULL ? plan_dup_host (pop) : NULL;
  SecretQuery query = { .account = sendpath_account_get_id (account),
                        .service = "pop",
                        .protocol = "pop3",
                        .server = host,
                        .user = sendpath_account_get (account, "pop-user"),
                        .secret_command = sendpath_account_get (account, "secret-command"),
                        .token_command = sendpath_account_get (account, "token-command") };

  return host != NULL && !g_str_equal (sendpath_account_get (account, "pop-login"), "never") &&
         is_usable (find_credential (survey, &query));
}

/* ---- one server ------------------------------------------------------------------------------ */

static gboolean
is_local (const Survey *survey, const SendpathRoute *route)
{
  const SendpathRelaying *relaying = survey->relaying;
  const char *domain = address_get_domain (relaying->to);

  if (!route_is_relay (route) && g_ascii_strcasecmp (domain, relaying->account_domain) == 0)
    return TRUE;
  return recipient_domain_is_local (survey->domain, domain, route->server);
}

static gboolean
can_leave (const RelayServer *server)
{
  switch (server->answer)
    {
    case SENDPATH_RELAY_LOCAL:
    case SENDPATH_RELAY_ALLOWED:
      return TRUE;
    case SENDPATH_RELAY_LOGIN:
      return server->can_log_in || server->can_pop;
    case SENDPATH_RELAY_REFUSED:
      return FALSE;
    case SENDPATH_RELAY_UNKNOWN: /* it only puts us off */
      return sendpath_reply_get_code (server->probe->reply) / 100 == 4;
    }
  return FALSE;
}

static void
ask_server (const Survey *survey, SendpathRoute *route)
{
  RelayProbe *probe = relay_probe_run (route, &survey->question);
  RelayServer *server;

  if (probe == NULL)
    return;
  server = g_new0 (RelayServer, 1);
  server->probe = probe;
  server->is_local = is_local (survey, route);
  server->answer = relaying_judge (server->probe, server->is_local);
  if (server->answer == SENDPATH_RELAY_LOGIN)
    {
      server->credential = find_smtp_credential (survey, server->probe);
      server->can_log_in = is_usable (server->credential);
      server->can_pop = !route_is_relay (route) &&
                        probe->verdict != SENDPATH_VERDICT_AUTH_REQUIRED && can_pop_first (survey);
    }
  server->can_leave = can_leave (server);
  server->why = relaying_dup_why (survey->relaying, server);
  g_ptr_array_add (survey->relaying->servers, server);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* The account's server was heard at one of its doors: the others need not be asked. */
static gboolean
was_heard (const Survey *survey, const SendpathRoute *route)
{
  for (guint i = 0; i < survey->relaying->servers->len; i++)
    {
      const RelayServer *server = survey->relaying->servers->pdata[i];

      if (server->probe->is_open && g_str_equal (server->probe->route->server, route->server))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_asked (const Survey *survey, const SendpathRoute *route)
{
  if (route->skipped != NULL || route->endpoints->len == 0)
    return FALSE;
  if (route->kind == SENDPATH_ROUTE_ACCOUNT_PORT)
    return !was_heard (survey, route);
  return route->kind == SENDPATH_ROUTE_ACCOUNT || route->kind == SENDPATH_ROUTE_LOCATION;
}

/* The first that would take the message; else the first of all. */
static const RelayServer *
find_decisive (const GPtrArray *servers)
{
  for (guint i = 0; i < servers->len; i++)
    if (((const RelayServer *) servers->pdata[i])->can_leave)
      return servers->pdata[i];
  return servers->len > 0 ? servers->pdata[0] : NULL;
}

/* What the From domain publishes counts only where nobody else takes the message. */
static char *
dup_help (const SendpathRelaying *relaying)
{
  const RelayServer *server = relaying->decisive;
  gboolean is_refused = server != NULL && server->answer == SENDPATH_RELAY_REFUSED;
  ConcreteFacts facts = { .verdict = is_refused ? server->probe->verdict : SENDPATH_VERDICT_NONE,
                          .recipient = relaying->to,
                          .server = is_refused ? server->probe->route->server : NULL,
                          .account_domain = relaying->account_domain,
                          .text =
                              is_refused ? sendpath_reply_get_text (server->probe->reply) : NULL,
                          .mail_domain = relaying->domain };

  return relaying->barred != NULL && (server == NULL || !server->can_leave)
             ? g_strdup (relaying->barred)
             : concrete_help (&facts);
}

/* The relay that the From domain does not allow; what the user configured otherwise is no news. */
static void
note_barred (Survey *survey)
{
  for (guint i = 0; i < survey->routes->len && survey->relaying->barred == NULL; i++)
    {
      const SendpathRoute *route = survey->routes->pdata[i];

      if (route->kind == SENDPATH_ROUTE_LOCATION && route->skipped != NULL)
        survey->relaying->barred =
            g_strdup_printf (_ ("%s is not used: %s"), route->server, route->skipped);
    }
}

static void
survey_run (Survey *survey)
{
  SendpathRelaying *relaying = survey->relaying;

  note_barred (survey);
  for (guint i = 0; i < survey->routes->len; i++)
    if (is_asked (survey, survey->routes->pdata[i]) &&
        !g_cancellable_is_cancelled (survey->call->cancellable))
      ask_server (survey, survey->routes->pdata[i]);
  relaying->decisive = find_decisive (relaying->servers);
  relaying->summary = relaying_dup_summary (relaying);
  relaying->help = dup_help (relaying);
}

/* ---- the call -------------------------------------------------------------------------------- */

/* One whole address. */
static char *
check_address (const char *text, GError **error)
{
  g_autofree char *address = address_parse_one (text, FALSE, error);

  if (address == NULL || address_get_domain (address) != NULL)
    return g_steal_pointer (&address);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _ ("%s: this is not a whole address, such as someone@example.org"), text);
  return NULL;
}

/* What MAIL FROM says for a message from @from, as the walk would say it at first. */
static const char *
choose_sender (SendpathAccount *account, const char *from)
{
  return from != NULL && sendpath_account_covers (account, from)
             ? from
             : sendpath_account_get (account, "address");
}

static SendpathRelaying *
begin (EngineCall *call, const char *to, SendpathAccount *account, SendpathLocation *location)
{
  SendpathRelaying *relaying = relaying_new ();
  SendpathNetwork *network = engine_call_get_network (call);
  const char *domain = address_get_domain (sendpath_account_get (account, "address"));

  relaying->to = g_strdup (to);
  relaying->account = g_strdup (sendpath_account_get_id (account));
  relaying->account_domain = g_strdup (domain != NULL ? domain : "");
  relaying->location = location != NULL ? g_strdup (sendpath_location_get_id (location)) : NULL;
  relaying->network = g_strdup (sendpath_network_get_id (network));
  relaying->is_connected = engine_is_connected (network);
  relaying->is_portal = sendpath_network_is_portal (network);
  return relaying;
}

static RecipientDomain *
look_up_domain (EngineCall *call, const SendpathRelaying *relaying)
{
  return recipient_domain_look_up (address_get_domain (relaying->to), NULL,
                                   relaying->is_connected ? RECIPIENT_DOMAIN_MAX_MS : 0,
                                   call->cancellable);
}

static SendpathRelaying *
ask_relaying (Job *job, GError **error)
{
  EngineCall *call = &job->call;
  g_autofree char *to = check_address (job->to, error);
  g_autofree char *from = to != NULL && job->from != NULL ? check_address (job->from, error) : NULL;
  SendpathNetwork *network = engine_call_get_network (call);
  SendpathLocation *location = engine_call_get_location (call);
  SendpathAccount *account = NULL;
  g_autoptr (Memory) memory = memory_new (call->engine->state_dir);
  g_autoptr (Trust) trust = trust_new (call->engine->state_dir);
  g_autoptr (SendpathRelaying) relaying = NULL;
  g_autoptr (RecipientDomain) domain = NULL;
  g_autoptr (GPtrArray) approved = NULL;
  g_autoptr (GPtrArray) routes = NULL;
  Survey survey = { .call = call };

  engine_translate_error (error);
  if (to != NULL && (from != NULL || job->from == NULL))
    account =
        engine_find_account (call->profiles, job->account, from, NULL, location, error);
  if (account == NULL)
    return NULL;
  relaying = begin (call, to, account, location);
  domain = look_up_domain (call, relaying);
  relaying->domain = domain->state;
  approved = engine_read_approvals (call->engine, network);
  survey.plan = (PlanInput) { .profiles = call->profiles,
                              .account = account,
                              .location = location,
                              .network_id = relaying->network,
                              .addresses = sendpath_network_get_addresses (network),
                              .domains = relaying->is_connected
                                             ? sendpath_network_get_domains (network)
                                             : NULL,
                              .approved = approved,
                              .memory = memory,
                              .trust = trust,
                              .now_s = g_get_real_time () / G_USEC_PER_SEC };
  survey.question = (RelayQuestion) { .sender = choose_sender (account, from),
                                      .recipient = to,
                                      .own = survey.plan.addresses,
                                      .trust = trust,
                                      .trace = &call->trace,
                                      .patience_s = engine_get_patience_s (call->engine),
                                      .cancellable = call->cancellable };
  survey.routes = routes = relaying->is_portal ? g_ptr_array_new () : plan_make (&survey.plan);
  if (relaying->is_connected)
    domain_policy_foresee (routes, from != NULL ? from : sendpath_account_get (account, "address"),
                           &survey.plan);
  survey.domain = domain;
  survey.relaying = relaying;
  survey_run (&survey);
  if (g_cancellable_set_error_if_cancelled (call->cancellable, error))
    return NULL;
  return g_steal_pointer (&relaying);
}

static void
job_clear (Job *job)
{
  engine_call_clear (&job->call);
  g_free (job->to);
  g_free (job->account);
  g_free (job->from);
}

static void
job_free (gpointer data)
{
  job_clear (data);
  g_free (data);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

static void
job_init (Job *job, SendpathEngine *self, const char *to, const char *account, const char *from,
          gboolean is_async, GCancellable *cancellable)
{
  engine_call_init (&job->call, self, is_async, cancellable);
  job->to = g_strdup (to);
  job->account = g_strdup (account);
  job->from = g_strdup (from);
}

/**
 * sendpath_engine_ask_relaying:
 * @self: a #SendpathEngine
 * @to: address of a recipient
 * @account: (nullable): id of an account, or %NULL to match one by @from
 * @from: (nullable): the From: address of a message, or %NULL
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Asks the account's servers, and the relay of the present location if one is
 * configured, whether they would take a message to @to from here: the real
 * servers, by MAIL and RCPT, without a login. Nothing is sent, and no password
 * leaves.
 *
 * What a server says is a result, not an error, and so is its silence. @error
 * is set only when nothing could be asked: to %SENDPATH_ERROR_MESSAGE if @to is
 * no whole address, to #SendpathProfileError if there is no such account, or to
 * %G_IO_ERROR_CANCELLED.
 *
 * This function blocks, and may be called from any thread; signals are emitted
 * in that thread.
 *
 * Returns: (transfer full): what the servers said, and what sendpath would do
 *
 * Since: 1.0
 */
SendpathRelaying *
sendpath_engine_ask_relaying (SendpathEngine *self, const char *to, const char *account,
                              const char *from, GCancellable *cancellable, GError **error)
{
  g_auto (Job) job = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (to != NULL, NULL);

  job_init (&job, self, to, account, from, FALSE, cancellable);
  return ask_relaying (&job, error);
}

static void
run_ask_relaying (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  SendpathRelaying *relaying = ask_relaying (data, &error);

  if (relaying != NULL)
    g_task_return_pointer (task, relaying, (GDestroyNotify) sendpath_relaying_unref);
  else
    g_task_return_error (task, error);
}

/**
 * sendpath_engine_ask_relaying_async:
 * @self: a #SendpathEngine
 * @to: address of a recipient
 * @account: (nullable): id of an account, or %NULL to match one by @from
 * @from: (nullable): the From: address of a message, or %NULL
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_ask_relaying() in a worker thread. Signals are emitted in the
 * thread-default main context that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_ask_relaying_async (SendpathEngine *self, const char *to, const char *account,
                                    const char *from, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (to != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  job = g_new0 (Job, 1);
  job_init (job, self, to, account, from, TRUE, cancellable);
  g_task_set_source_tag (task, sendpath_engine_ask_relaying_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, run_ask_relaying);
}

/**
 * sendpath_engine_ask_relaying_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_engine_ask_relaying()
 *
 * Since: 1.0
 */
SendpathRelaying *
sendpath_engine_ask_relaying_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
