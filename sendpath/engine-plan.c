/* What the engine would try, and whether an account's servers let it in. It sends no message. */
#include "config.h"

#include "profiles/memory.h"
#include "profiles/network-private.h"
#include "profiles/trust.h"
#include "sendpath/account-test.h"
#include "sendpath/engine-job.h"
#include "sendpath/engine-private.h"
#include "sendpath/walk/discovery.h"
#include "sendpath/walk/domain-policy.h"
#include "sendpath/walk/plan.h"

/* A network that was read already is the one that is meant, here and in what is shown beside it. */
static void
call_init (EngineCall *call, SendpathEngine *self, GCancellable *cancellable)
{
  engine_call_init (call, self, FALSE, cancellable);
  engine_call_stay (call);
}

static SendpathAccount *
find_account (EngineCall *call, const char *account, const char *from, GError **error)
{
  SendpathLocation *location = account == NULL ? engine_call_get_location (call) : NULL;

  return engine_find_account (call->profiles, account, from, NULL, location, error);
}

static PlanInput
make_plan_input (EngineCall *call, SendpathAccount *account, Memory *memory, Trust *trust,
                 GPtrArray *approved)
{
  SendpathNetwork *network = engine_call_get_network (call);

  return (PlanInput) { .profiles = call->profiles,
                       .account = account,
                       .location = engine_call_get_location (call),
                       .network_id = sendpath_network_get_id (network),
                       .former_network_id = network_get_former_id (network),
                       .addresses = sendpath_network_get_addresses (network),
                       .domains = engine_is_connected (network)
                                      ? sendpath_network_get_domains (network)
                                      : NULL,
                       .mail_servers = network_get_mail_servers (network),
                       .approved = approved,
                       .memory = memory,
                       .trust = trust,
                       .now_s = g_get_real_time () / G_USEC_PER_SEC };
}

/* ---- plan ------------------------------------------------------------------------------------ */

static gpointer
run_plan (EngineCall *call, const char *account, const char *from, GError **error)
{
  SendpathAccount *chosen = find_account (call, account, from, error);
  g_autoptr (Memory) memory = NULL;
  g_autoptr (Trust) trust = NULL;
  g_autoptr (GPtrArray) approved = NULL;
  g_autoptr (GPtrArray) discovered = NULL;
  PlanInput input;
  GPtrArray *routes;

  if (chosen == NULL)
    return NULL;
  memory = memory_new (call->engine->state_dir);
  trust = trust_new (call->engine->state_dir);
  approved = engine_read_approvals (call->engine, engine_call_get_network (call));
  input = make_plan_input (call, chosen, memory, trust, approved);
  routes = plan_make (&input);
  discovered = discovery_find_routes (&input, NULL, NULL, NULL);
  g_ptr_array_extend_and_steal (routes, g_steal_pointer (&discovered));
  domain_policy_foresee (routes, from != NULL ? from : sendpath_account_get (chosen, "address"),
                         &input);
  return routes;
}

/**
 * sendpath_engine_plan:
 * @self: a #SendpathEngine
 * @account: (nullable): id of an account, or %NULL to match one by @from
 * @from: (nullable): the From: address of a message, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * The name servers are asked which relays the present network offers and, if servers other than the
 * account's own are among the routes, what the From domain publishes about its mail: that decides which
 * sender rule such a route starts with. Nobody else is asked.
 *
 * @error is %SENDPATH_PROFILE_ERROR_NO_ACCOUNT.
 *
 * This function blocks for four seconds at most, and may be called from any thread.
 *
 * Returns: (transfer container) (element-type SendpathRoute): the routes that would be tried from
 *   here, in order, those that are skipped among them
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_plan (SendpathEngine *self, const char *account, const char *from, GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  call_init (&call, self, NULL);
  return run_plan (&call, account, from, error);
}

/**
 * sendpath_engine_plan_async:
 * @self: a #SendpathEngine
 * @account: (nullable): id of an account, or %NULL to match one by @from
 * @from: (nullable): the From: address of a message, or %NULL
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_plan() in a worker thread, for the network of then.
 *
 * Since: 1.0
 */
void
sendpath_engine_plan_async (SendpathEngine *self, const char *account, const char *from,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  const EngineJobKind kind = { sendpath_engine_plan_async, run_plan,
                               (GDestroyNotify) g_ptr_array_unref };

  g_return_if_fail (SENDPATH_IS_ENGINE (self));

  engine_job_start (self, &kind, account, from, cancellable, callback, user_data);
}

/**
 * sendpath_engine_plan_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type SendpathRoute): as sendpath_engine_plan()
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_plan_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  return engine_job_finish (self, result, error);
}

/* ---- test ------------------------------------------------------------------------------------ */

typedef struct {
  GPtrArray *lines;
  gboolean is_ok;
} Tested;

static void
tested_free (gpointer data)
{
  Tested *tested = data;

  g_clear_pointer (&tested->lines, g_ptr_array_unref);
  g_free (tested);
}

static gpointer
run_test (EngineCall *call, const char *account, const char *unused, GError **error)
{
  SendpathAccount *chosen = find_account (call, account, NULL, error);
  g_autoptr (Memory) memory = NULL;
  g_autoptr (Trust) trust = NULL;
  PlanInput input;
  Tested *tested;

  if (chosen == NULL)
    return NULL;
  memory = memory_new (call->engine->state_dir);
  trust = trust_new (call->engine->state_dir);
  input = make_plan_input (call, chosen, memory, trust, NULL);
  tested = g_new0 (Tested, 1);
  tested->lines = account_test_run (call, &input, &tested->is_ok);
  return tested;
}

/* Takes @tested over. */
static GPtrArray *
take_lines (Tested *tested, gboolean *ret_ok)
{
  GPtrArray *lines;

  if (tested == NULL)
    return NULL;
  lines = g_steal_pointer (&tested->lines);
  if (ret_ok != NULL)
    *ret_ok = tested->is_ok;
  tested_free (tested);
  return lines;
}

/**
 * sendpath_engine_test_account:
 * @self: a #SendpathEngine
 * @account: id of an account
 * @ret_ok: (out) (optional): %TRUE if every server has one door that works
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Connects and logs in at every endpoint of the account's servers, and sends nothing. A password that
 * is refused at one endpoint of a server is not tried at the others.
 *
 * What a server says is a result, not an error. @error is %SENDPATH_PROFILE_ERROR_NO_ACCOUNT.
 *
 * This function blocks, ten seconds for an endpoint that does not answer, and may be called from any
 * thread; signals are emitted in that thread.
 *
 * Returns: (transfer container) (element-type utf8): a JSON object for each check: `check`, `route`,
 *   `host`, `port`, `ok`, `verdict`, `text`, `ms`
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_test_account (SendpathEngine *self, const char *account, gboolean *ret_ok,
                              GCancellable *cancellable, GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (account != NULL, NULL);

  call_init (&call, self, cancellable);
  return take_lines (run_test (&call, account, NULL, error), ret_ok);
}

/**
 * sendpath_engine_test_account_async:
 * @self: a #SendpathEngine
 * @account: id of an account
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_test_account() in a worker thread. Signals are emitted in the thread-default main
 * context that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_test_account_async (SendpathEngine *self, const char *account,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  const EngineJobKind kind = { sendpath_engine_test_account_async, run_test, tested_free };

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (account != NULL);

  engine_job_start (self, &kind, account, NULL, cancellable, callback, user_data);
}

/**
 * sendpath_engine_test_account_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @ret_ok: (out) (optional): %TRUE if every server has one door that works
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type utf8): as sendpath_engine_test_account()
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_test_account_finish (SendpathEngine *self, GAsyncResult *result, gboolean *ret_ok,
                                     GError **error)
{
  return take_lines (engine_job_finish (self, result, error), ret_ok);
}
