/* Relays that the present network offers: shown, and approved by hand. It sends no mail and no
 * credential to any. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "profiles/approvals.h"
#include "profiles/network-private.h"
#include "profiles/relay-finder.h"
#include "sendpath/engine-job.h"
#include "sendpath/engine-private.h"
#include "sendpath/walk/fields.h"

static gboolean
may_look (EngineCall *call)
{
  SendpathLocation *location = engine_call_get_location (call);

  return g_strcmp0 (sendpath_profile_store_get_policy (call->profiles, "discovered"), "never") !=
             0 &&
         (location == NULL || sendpath_location_get_boolean (location, "discover"));
}

/* RelayOffer; a person wants to know, so the usual names are looked for too. */
static GPtrArray *
find_offers (EngineCall *call)
{
  SendpathNetwork *network = engine_call_get_network (call);
  RelayFinderOptions options = { .domains = sendpath_network_get_domains (network),
                                 .own = sendpath_network_get_addresses (network),
                                 .dhcp = network_get_mail_servers (network),
                                 .with_usual_names = TRUE,
                                 .timeout_ms = RELAY_FINDER_MS };

  return may_look (call) && engine_is_connected (network)
             ? relay_finder_ask (&options, call->cancellable)
             : g_ptr_array_new ();
}

static gboolean
is_approved (GPtrArray *decisions, const RelayOffer *offer)
{
  const RelayDecision *decision = approvals_find (decisions, offer->host);

  return decision != NULL && !decision->is_refused;
}

GPtrArray *
engine_read_approvals (SendpathEngine *self, SendpathNetwork *network)
{
  return approvals_read (self->state_dir, sendpath_network_get_id (network));
}

static gpointer
run_find (EngineCall *call, const char *unused, const char *unused_too, GError **error)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) offers = find_offers (call);
  g_autoptr (GPtrArray) approved =
      engine_read_approvals (call->engine, engine_call_get_network (call));

  for (guint i = 0; i < offers->len; i++)
    {
      const RelayOffer *offer = offers->pdata[i];
      g_autoptr (JsonObject) object = json_object_new ();

      fields_add_text (object, "host", offer->host);
      fields_add_number (object, "port", offer->port);
      fields_add_text (object, "source", relay_source_to_string (offer->source));
      fields_add_boolean (object, "tls", offer->is_tls);
      fields_add_boolean (object, "approved", is_approved (approved, offer));
      g_ptr_array_add (lines, fields_print (object));
    }
  return lines;
}

/**
 * sendpath_engine_find_relays:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 *
 * Asks the name servers which relays the present network offers. Nobody is connected to.
 *
 * This function blocks for two seconds at most, and may be called from any thread.
 *
 * Returns: (transfer container) (element-type utf8): a JSON object for each, the best first:
 *   `host`, `port`, `source` (`srv`, `dhcp` or `name`), `tls`, `approved`
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_find_relays (SendpathEngine *self, GCancellable *cancellable)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  engine_call_stay (&call);
  return run_find (&call, NULL, NULL, NULL);
}

/**
 * sendpath_engine_find_relays_async:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_find_relays() in a worker thread, for the network of then.
 *
 * Since: 1.0
 */
void
sendpath_engine_find_relays_async (SendpathEngine *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  const EngineJobKind kind = { sendpath_engine_find_relays_async, run_find,
                               (GDestroyNotify) g_ptr_array_unref };

  g_return_if_fail (SENDPATH_IS_ENGINE (self));

  engine_job_start (self, &kind, NULL, NULL, cancellable, callback, user_data);
}

/**
 * sendpath_engine_find_relays_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type utf8): as sendpath_engine_find_relays()
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_find_relays_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  return engine_job_finish (self, result, error);
}

/* ---- approved by hand ------------------------------------------------------------------------ */

/* The best that was found among the offers; `offer` is borrowed. */
typedef struct {
  const RelayOffer *offer;
  RelayIdentity identity;
  char *key;
} Candidate;

static void
candidate_clear (Candidate *candidate)
{
  g_free (candidate->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Candidate, candidate_clear)

static WalkRelay
describe_offer (SendpathNetwork *network, const RelayOffer *offer)
{
  return (WalkRelay) {
    .network_id = sendpath_network_get_id (network),
    .host = offer->host,
    .port = offer->port,
    .security = offer->is_tls ? SENDPATH_SECURITY_TLS : SENDPATH_SECURITY_STARTTLS,
    .source = offer->source,
  };
}

static gboolean
has_wanted_key (const Candidate *candidate, const char *wanted)
{
  return candidate->key != NULL && wanted != NULL &&
         g_ascii_strcasecmp (candidate->key, wanted) == 0;
}

/* The key @wanted (nullable) before a trusted certificate, before anything else. */
static guint
rank (const Candidate *candidate, const char *wanted)
{
  return has_wanted_key (candidate, wanted) ? RELAY_TRUSTED + 1 : candidate->identity;
}

static void
choose_candidate (EngineCall *call, GPtrArray *offers, const char *wanted, Candidate *ret_best)
{
  guint best_rank = wanted != NULL ? RELAY_TRUSTED + 1 : RELAY_TRUSTED;

  for (guint i = 0; i < offers->len && rank (ret_best, wanted) < best_rank; i++)
    {
      WalkRelay relay = describe_offer (engine_call_get_network (call), offers->pdata[i]);
      g_auto (Candidate) seen = { .offer = offers->pdata[i] };

      seen.identity = engine_look_at_relay (call->engine, engine_call_get_network (call), &relay,
                                            &call->trace, call->cancellable, &seen.key);
      if (ret_best->offer != NULL && rank (&seen, wanted) <= rank (ret_best, wanted))
        continue;
      candidate_clear (ret_best);
      *ret_best = seen;
      seen.key = NULL;
    }
}

void
engine_set_untrusted_key (const char *host, const char *key, GError **error)
{
  g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
               _ ("the certificate of %s is not trusted; if whoever runs this network has told you "
                  "that its fingerprint is %s, use “sendpath location trust --key %s”"),
               host, key, key);
}

/* Nothing is there that may be approved, or nobody to approve it. */
static void
set_no_candidate (EngineCall *call, const Candidate *best, GError **error)
{
  if (best->offer == NULL)
    g_set_error_literal (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
                         may_look (call)
                             ? _ ("this network offers no relay")
                             : _ ("no relay is looked for here; see “discovered” in [policy] "
                                  "and “discover” of the location"));
  else if (best->identity == RELAY_UNTRUSTED)
    engine_set_untrusted_key (best->offer->host, best->key, error);
  else if (best->identity == RELAY_NOT_ENCRYPTED)
    g_set_error (
        error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
        _ ("%s offers no encryption, so it cannot be approved; a relay without encryption is "
           "used only where it is written as “smtp” of a location with “security = none”"),
        best->offer->host);
  else
    g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
                 _ ("%s is offered, but does not answer"), best->offer->host);
}

/* Whoever names the key, or has nobody to ask and asks for a trusted name, has said yes; not so to
 * another relay than the one with that key. */
static gboolean
approve (EngineCall *call, const Candidate *best, const char *wanted, GError **error)
{
  WalkRelay relay = describe_offer (engine_call_get_network (call), best->offer);
  gboolean is_named = has_wanted_key (best, wanted);
  SendpathRelayChoice choice =
      is_named || wanted == NULL ? SENDPATH_RELAY_CHOICE_HERE : SENDPATH_RELAY_CHOICE_KEEP;

  if (call->may_ask && !is_named)
    choice = engine_call_ask_relay (call, &relay, best->key);
  if (!engine_keep_choice (call->engine, &relay, best->key, choice, error))
    return FALSE;
  engine_tell_event (call->engine, SCHEDULE_APPROVAL);
  if (choice != SENDPATH_RELAY_CHOICE_HERE)
    g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND, _ ("%s was not approved"),
                 best->offer->host);
  return choice == SENDPATH_RELAY_CHOICE_HERE;
}

static gpointer
run_trust (EngineCall *call, const char *key, const char *unused, GError **error)
{
  g_auto (Candidate) best = { NULL };
  g_autoptr (GPtrArray) offers = find_offers (call);

  choose_candidate (call, offers, key, &best);
  if (best.identity < RELAY_UNTRUSTED ||
      (best.key != NULL && !has_wanted_key (&best, key) && (!call->may_ask || key != NULL)))
    {
      set_no_candidate (call, &best, error);
      return NULL;
    }
  return approve (call, &best, key, error)
             ? g_strdup_printf ("%s:%u", best.offer->host, best.offer->port)
             : NULL;
}

/**
 * sendpath_engine_trust_relay:
 * @self: a #SendpathEngine
 * @key: (nullable): the key that the relay may show if its certificate is not trusted, as `sha256:` and
 *   hexadecimal digits, or %NULL
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Approves a relay that the present network offers: the one that shows @key, or if that is %NULL the
 * first one whose certificate is trusted for its name. From then on, on this network, mail that no server
 * of an account takes leaves by it. It never gets a credential, but can read that mail. Connects to the
 * relays, and sends nothing.
 *
 * #SendpathEngine::request is emitted first, without a message, if there is a handler, unless the relay
 * shows @key. Without a handler a trusted name is approved unasked if @key is %NULL, and an untrusted key
 * never.
 *
 * @error is %SENDPATH_ERROR_NOT_FOUND if there is no such relay or it was not approved, or a #GIOErrorEnum
 * if the approval cannot be kept.
 *
 * This function blocks, and may be called from any thread; signals are emitted in that thread.
 *
 * Returns: (transfer full): the relay, as `mail.example.com:465`
 *
 * Since: 1.0
 */
char *
sendpath_engine_trust_relay (SendpathEngine *self, const char *key, GCancellable *cancellable,
                             GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  return run_trust (&call, key, NULL, error);
}

/**
 * sendpath_engine_trust_relay_async:
 * @self: a #SendpathEngine
 * @key: (nullable): as for sendpath_engine_trust_relay()
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_trust_relay() in a worker thread. Signals are emitted in the thread-default main
 * context that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_trust_relay_async (SendpathEngine *self, const char *key, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  const EngineJobKind kind = { sendpath_engine_trust_relay_async, run_trust, g_free };

  g_return_if_fail (SENDPATH_IS_ENGINE (self));

  engine_job_start (self, &kind, key, NULL, cancellable, callback, user_data);
}

/**
 * sendpath_engine_trust_relay_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_engine_trust_relay()
 *
 * Since: 1.0
 */
char *
sendpath_engine_trust_relay_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  return engine_job_finish (self, result, error);
}

gboolean
engine_is_connected (SendpathNetwork *network)
{
  return network_is_connected (network) && !sendpath_network_is_portal (network);
}
