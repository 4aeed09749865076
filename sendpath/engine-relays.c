/* Relays that the present network offers: shown, approved, taken back. It sends no mail and no
 * credential to any. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "profiles/approvals.h"
#include "profiles/network-private.h"
#include "profiles/relay-finder.h"
#include "sendpath/engine-private.h"
#include "sendpath/walk/fields.h"
#include "sendpath/wire/smtp-session.h"

static gboolean
may_look (SendpathEngine *self)
{
  SendpathLocation *location = sendpath_engine_get_current_location (self);

  return g_strcmp0 (sendpath_profile_store_get_policy (self->profiles, "discovered"), "never") !=
             0 &&
         (location == NULL || sendpath_location_get_boolean (location, "discover"));
}

/* RelayOffer; a person wants to know, so the usual names are looked for too. */
static GPtrArray *
find_offers (SendpathEngine *self, GCancellable *cancellable)
{
  SendpathNetwork *network = sendpath_engine_get_network (self);
  RelayFinderOptions options = { .domains = sendpath_network_get_domains (network),
                                 .own = sendpath_network_get_addresses (network),
                                 .dhcp = network_get_mail_servers (network),
                                 .with_usual_names = TRUE,
                                 .timeout_ms = RELAY_FINDER_MS };

  return may_look (self) && engine_is_connected (network)
             ? relay_finder_ask (&options, cancellable)
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

/**
 * sendpath_engine_find_relays:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 *
 * Asks the name servers which relays the present network offers. Nobody is connected to. Blocks
 * for two seconds at most.
 *
 * Returns: (transfer container) (element-type utf8): a JSON object for each, the best first:
 *   `host`, `port`, `source` (`srv`, `dhcp` or `name`), `tls`, `approved`
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_find_relays (SendpathEngine *self, GCancellable *cancellable)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) offers = NULL;
  g_autoptr (GPtrArray) approved = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  offers = find_offers (self, cancellable);
  approved = engine_read_approvals (self, sendpath_engine_get_network (self));
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

/* It is there, and shows a certificate that is trusted for its name. */
static gboolean
is_verified (SendpathEngine *self, const RelayOffer *offer, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) endpoints =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  Trace trace = { NULL, NULL };
  RaceOptions options = { .patience_s = self->patience_s,
                          .family = G_SOCKET_FAMILY_INVALID,
                          .trace = &trace };
  SmtpSessionOptions session_options = { .trace = &trace, .patience_s = self->patience_s };
  g_autoptr (Race) race = NULL;
  g_autoptr (Runner) winner = NULL;
  g_autoptr (SmtpSession) session = NULL;

  g_ptr_array_add (endpoints, sendpath_endpoint_new (offer->host, offer->port,
                                                     offer->is_tls ? SENDPATH_SECURITY_TLS
                                                                   : SENDPATH_SECURITY_STARTTLS));
  race = race_new (endpoints, &options);
  winner = race_run (race, RACE_ALL, cancellable);
  if (winner == NULL)
    return FALSE;
  session = smtp_session_new (winner, &session_options);
  return smtp_session_open (session) && smtp_session_is_tls (session);
}

/**
 * sendpath_engine_trust_relay:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Approves the first relay that the present network offers and whose certificate is trusted for its
 * name. From then on, on this network, mail that no server of an account takes leaves by it. It never
 * gets a credential, but can read that mail. Connects to the relays, and sends nothing. Blocks.
 *
 * @error is %SENDPATH_ERROR_NOT_FOUND if there is no such relay, or a #GIOErrorEnum if the approval
 * cannot be kept.
 *
 * Returns: (transfer full): the relay, as `mail.example.com:465`
 *
 * Since: 1.0
 */
char *
sendpath_engine_trust_relay (SendpathEngine *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) offers = NULL;
  const char *id;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  id = sendpath_network_get_id (sendpath_engine_get_network (self));
  offers = find_offers (self, cancellable);
  for (guint i = 0; i < offers->len; i++)
    {
      const RelayOffer *offer = offers->pdata[i];

      if (is_verified (self, offer, cancellable))
        return approvals_add (self->state_dir, id,
                              &(RelayDecision) { .host = offer->host, .port = offer->port }, error)
                   ? g_strdup_printf ("%s:%u", offer->host, offer->port)
                   : NULL;
    }
  g_set_error_literal (
      error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
      !may_look (self) ? _ ("no relay is looked for here; see “discovered” in [policy] and "
                            "“discover” of the location")
      : offers->len == 0 ? _ ("this network offers no relay")
                         : _ ("no relay of this network shows a certificate that can be trusted; "
                              "“sendpath location” shows what it offers"));
  return NULL;
}

/**
 * sendpath_engine_forget_relays:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Takes back every approval of a relay for the present network.
 *
 * Returns: %TRUE if none is approved any more
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_forget_relays (SendpathEngine *self, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  return approvals_forget (self->state_dir,
                           sendpath_network_get_id (sendpath_engine_get_network (self)), error);
}

gboolean
engine_is_connected (SendpathNetwork *network)
{
  return network_is_connected (network) && !sendpath_network_is_portal (network);
}
