/* SendpathEngine: the face for embedders: what it is made of, and what others of its threads may
 * know of that. It never talks to a server: engine-send.c, engine-queue.c and engine-plan.c are the rest of it. */
#include "config.h"

#include "sendpath/engine.h"

#include <glib/gi18n-lib.h>

#include "profiles/network-private.h"
#include "profiles/profile-store-private.h"
#include "sendpath/engine-private.h"
#include "sendpath/outbox/deliverer.h"

#define PATIENCE_S 2 /* PRODUCT.md section 3: impatient while somebody waits */

enum {
  PROP_PROFILES = 1,
  PROP_OUTBOX_DIR,
  PROP_STATE_DIR,
  PROP_LOCATION,
  PROP_NETWORK,
  PROP_PATIENCE,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

/**
 * SendpathEngine:
 *
 * Takes messages in, sends them by whichever route works from here, and reports what happened.
 *
 * What is asked of it may be asked from any thread, and several times at once, unless a function says
 * otherwise. Signals are emitted in the thread-default main context that was current when the call they
 * belong to began; for a call that blocks, in its thread.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (SendpathEngine, sendpath_engine, G_TYPE_OBJECT)
/**
 * sendpath_error_quark:
 *
 * Returns: the domain of #SendpathError
 *
 * Since: 1.0
 */
G_DEFINE_QUARK (sendpath-error-quark, sendpath_error)

/* ---- object ---------------------------------------------------------------------------------- */

static void
sendpath_engine_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SendpathEngine *self = SENDPATH_ENGINE (object);

  g_mutex_lock (&self->mutex);
  switch (id)
    {
    case PROP_PROFILES:
      self->profiles = g_value_dup_object (value);
      break;
    case PROP_OUTBOX_DIR:
      self->outbox_dir = g_value_dup_string (value);
      break;
    case PROP_STATE_DIR:
      self->state_dir = g_value_dup_string (value);
      break;
    case PROP_LOCATION:
      g_free (self->location);
      self->location = g_value_dup_string (value);
      break;
    case PROP_NETWORK:
      g_set_object (&self->network, g_value_get_object (value));
      self->network_is_given = self->network != NULL;
      break;
    case PROP_PATIENCE:
      self->patience_s = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
  g_mutex_unlock (&self->mutex);
}

static void
sendpath_engine_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendpathEngine *self = SENDPATH_ENGINE (object);

  g_mutex_lock (&self->mutex);
  switch (id)
    {
    case PROP_PROFILES:
      g_value_set_object (value, self->profiles);
      break;
    case PROP_OUTBOX_DIR:
      g_value_set_string (value, self->outbox_dir);
      break;
    case PROP_STATE_DIR:
      g_value_set_string (value, self->state_dir);
      break;
    case PROP_LOCATION:
      g_value_set_string (value, self->location);
      break;
    case PROP_NETWORK:
      g_value_set_object (value, self->network);
      break;
    case PROP_PATIENCE:
      g_value_set_uint (value, self->patience_s);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
  g_mutex_unlock (&self->mutex);
}

/* The places of PRODUCT.md section 5. */
static void
sendpath_engine_constructed (GObject *object)
{
  SendpathEngine *self = SENDPATH_ENGINE (object);
  const char *outbox = g_getenv ("SENDPATH_OUTBOX");

  if (self->profiles == NULL)
    self->profiles = sendpath_profile_store_new_empty ();
  profile_store_follow (self->profiles);
  if (self->state_dir == NULL)
    self->state_dir = g_build_filename (g_get_user_state_dir (), "sendpath", NULL);
  if (self->outbox_dir == NULL)
    self->outbox_dir = outbox != NULL && *outbox != '\0'
                           ? g_strdup (outbox)
                           : g_build_filename (g_get_user_state_dir (), "sendpath", "outbox", NULL);
  G_OBJECT_CLASS (sendpath_engine_parent_class)->constructed (object);
}

static void
sendpath_engine_finalize (GObject *object)
{
  SendpathEngine *self = SENDPATH_ENGINE (object);

  g_clear_object (&self->profiles);
  g_clear_object (&self->network);
  g_free (self->outbox_dir);
  g_free (self->state_dir);
  g_free (self->location);
  relay_answers_free (self->answers);
  g_clear_pointer (&self->passwords, password_source_unref);
  g_mutex_clear (&self->mutex);
  g_clear_pointer (&self->standby, deliverer_free);
  G_OBJECT_CLASS (sendpath_engine_parent_class)->finalize (object);
}

static void
sendpath_engine_class_init (SendpathEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags at_birth = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags any_time = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->set_property = sendpath_engine_set_property;
  object_class->get_property = sendpath_engine_get_property;
  object_class->constructed = sendpath_engine_constructed;
  object_class->finalize = sendpath_engine_finalize;

  /**
   * SendpathEngine:profiles:
   *
   * The accounts, locations and policy to send with.
   *
   * Since: 1.0
   */
  props[PROP_PROFILES] =
      g_param_spec_object ("profiles", NULL, NULL, SENDPATH_TYPE_PROFILE_STORE, at_birth);
  /**
   * SendpathEngine:outbox-dir:
   *
   * The folder of the durable outbox; %NULL at construction means `$SENDPATH_OUTBOX`, else the user's
   * state directory.
   *
   * Since: 1.0
   */
  props[PROP_OUTBOX_DIR] = g_param_spec_string ("outbox-dir", NULL, NULL, NULL, at_birth);
  /**
   * SendpathEngine:state-dir:
   *
   * Where learned routes and TLS-seen marks are kept; %NULL at construction means the user's state
   * directory.
   *
   * Since: 1.0
   */
  props[PROP_STATE_DIR] = g_param_spec_string ("state-dir", NULL, NULL, NULL, at_birth);
  /**
   * SendpathEngine:location:
   *
   * Id of the location chosen by hand, or %NULL to recognise it by the network.
   *
   * Since: 1.0
   */
  props[PROP_LOCATION] = g_param_spec_string ("location", NULL, NULL, NULL, any_time);
  /**
   * SendpathEngine:network:
   *
   * The network to send from; %NULL means the present one, read anew for whatever is sent.
   *
   * Since: 1.0
   */
  props[PROP_NETWORK] =
      g_param_spec_object ("network", NULL, NULL, SENDPATH_TYPE_NETWORK, any_time);
  /**
   * SendpathEngine:patience:
   *
   * Seconds without any answer until a server counts as blocked.
   *
   * Since: 1.0
   */
  props[PROP_PATIENCE] =
      g_param_spec_uint ("patience", NULL, NULL, 1, 300, PATIENCE_S, any_time | G_PARAM_CONSTRUCT);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * SendpathEngine::request:
   * @self: the engine
   * @request: the question
   *
   * A question for the user: a password, or whether a relay may be used; see
   * sendpath_request_get_kind(). Keep a reference to answer it later. Connecting also says that there is
   * a user: without a handler the keyring does not ask to be unlocked either, and no relay is connected
   * to before it is approved.
   *
   * Returns: %TRUE if it has been or will be answered; %FALSE gives the safe answer at once
   *
   * Since: 1.0
   */
  g_signal_new ("request", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0,
                g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1,
                SENDPATH_TYPE_REQUEST);
  /**
   * SendpathEngine::attempt-started:
   * @self: the engine
   * @route: the route that is tried now
   *
   * A route is about to be tried. An offer that is repeated on it after a login is another attempt, which
   * is not told anew.
   *
   * Since: 1.0
   */
  g_signal_new ("attempt-started", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, SENDPATH_TYPE_ROUTE);
  /**
   * SendpathEngine::attempt-ended:
   * @self: the engine
   * @report: what happened so far
   * @attempt: index of the attempt that ended
   *
   * An attempt is over; sendpath_report_attempt_to_text() says how. More may follow.
   *
   * Since: 1.0
   */
  g_signal_new ("attempt-ended", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, SENDPATH_TYPE_REPORT, G_TYPE_UINT);
  /**
   * SendpathEngine::message-changed:
   * @self: the engine
   * @report: what is known of a message now
   *
   * A message was tried by sendpath_engine_flush() or sendpath_engine_watch(), and is sent, waits, or is
   * settled otherwise.
   *
   * Since: 1.0
   */
  g_signal_new ("message-changed", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, SENDPATH_TYPE_REPORT);
  /**
   * SendpathEngine::progress:
   * @self: the engine
   * @id: the message that is under way
   * @sent_bytes: so much of it was written to the server
   * @total_bytes: its size as it is sent
   *
   * The content of a message is on its way: told ten times a second at most, and at its end. Each route
   * that is tried, and each transaction of a message with many recipients, begins anew.
   *
   * Since: 1.0
   */
  g_signal_new ("progress", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_UINT64);
  /**
   * SendpathEngine::trace:
   * @self: the engine
   * @line: a line of the dialogue, without secrets
   *
   * A line that was sent (`-> `) or received (`<- `), or what was found out in between. Secrets are never in it.
   * Whether there is a handler is looked at when a call begins.
   *
   * Since: 1.0
   */
  g_signal_new ("trace", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                1, G_TYPE_STRING);
}

static void
sendpath_engine_init (SendpathEngine *self)
{
  self->answers = relay_answers_new ();
  g_mutex_init (&self->mutex);
}

/**
 * sendpath_engine_new:
 * @profiles: a #SendpathProfileStore; it may be changed at any time, in the thread that calls this
 *
 * Returns: (transfer full): an engine that keeps its outbox and state in the places of the user
 *
 * Since: 1.0
 */
SendpathEngine *
sendpath_engine_new (SendpathProfileStore *profiles)
{
  g_return_val_if_fail (SENDPATH_IS_PROFILE_STORE (profiles), NULL);

  return g_object_new (SENDPATH_TYPE_ENGINE, "profiles", profiles, NULL);
}

/**
 * sendpath_engine_get_profiles:
 * @self: a #SendpathEngine
 *
 * Returns: (transfer none): the profiles it was made with
 *
 * Since: 1.0
 */
SendpathProfileStore *
sendpath_engine_get_profiles (SendpathEngine *self)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  return self->profiles;
}

/**
 * sendpath_engine_get_network:
 * @self: a #SendpathEngine
 *
 * The network is read when this is first asked, unless #SendpathEngine:network was set: who stays for
 * long sets it, as #SendpathNetworkWatch tells. What is sent goes by the network of its time.
 *
 * Returns: (transfer none): the network that messages leave from
 *
 * Since: 1.0
 */
SendpathNetwork *
sendpath_engine_get_network (SendpathEngine *self)
{
  SendpathNetwork *network;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  network = engine_dup_network (self);
  g_object_unref (network); /* @self keeps it */
  return network;
}

/* ---- for any thread -------------------------------------------------------------------------- */

SendpathProfileStore *
engine_dup_profiles (SendpathEngine *self)
{
  return profile_store_dup_frozen (self->profiles, NULL);
}

SendpathNetwork *
engine_dup_given_network (SendpathEngine *self)
{
  SendpathNetwork *network = NULL;

  g_mutex_lock (&self->mutex);
  if (self->network_is_given)
    network = g_object_ref (self->network);
  g_mutex_unlock (&self->mutex);
  return network;
}

static SendpathNetwork *
dup_known_network (SendpathEngine *self, SendpathNetwork *fallback)
{
  SendpathNetwork *network = NULL;

  g_mutex_lock (&self->mutex);
  if (self->network == NULL)
    g_set_object (&self->network, fallback);
  g_set_object (&network, self->network);
  g_mutex_unlock (&self->mutex);
  return network;
}

/* Reading it takes a while, for which nobody is to wait who only sets it. */
SendpathNetwork *
engine_dup_network (SendpathEngine *self)
{
  SendpathNetwork *known = dup_known_network (self, NULL);
  g_autoptr (SendpathNetwork) read = known == NULL ? sendpath_network_new () : NULL;

  return known != NULL ? known : dup_known_network (self, read);
}

char *
engine_dup_given_location (SendpathEngine *self)
{
  char *location;

  g_mutex_lock (&self->mutex);
  location = g_strdup (self->location);
  g_mutex_unlock (&self->mutex);
  return location;
}

guint
engine_get_patience_s (SendpathEngine *self)
{
  guint patience_s;

  g_mutex_lock (&self->mutex);
  patience_s = self->patience_s;
  g_mutex_unlock (&self->mutex);
  return patience_s;
}

/* ---- errors ---------------------------------------------------------------------------------- */

static const SendpathError public_errors[] = {
  [OUTBOX_ERROR_CANNOT_CREATE] = SENDPATH_ERROR_OUTBOX_CANNOT_CREATE,
  [OUTBOX_ERROR_IO] = SENDPATH_ERROR_OUTBOX_IO,
  [OUTBOX_ERROR_FULL] = SENDPATH_ERROR_OUTBOX_FULL,
  [OUTBOX_ERROR_UNSAFE] = SENDPATH_ERROR_OUTBOX_UNSAFE,
  [OUTBOX_ERROR_NOT_FOUND] = SENDPATH_ERROR_NOT_FOUND,
  [OUTBOX_ERROR_BUSY] = SENDPATH_ERROR_BUSY,
  [OUTBOX_ERROR_CORRUPT] = SENDPATH_ERROR_CORRUPT,
  [OUTBOX_ERROR_NEWER] = SENDPATH_ERROR_OUTBOX_IO,
};

/* The outbox's and the mail room's errors in the words of the public face. */
void
engine_translate_error (GError **error)
{
  if (error == NULL || *error == NULL)
    return;
  if ((*error)->domain == OUTBOX_ERROR)
    {
      (*error)->code = public_errors[(*error)->code];
      (*error)->domain = SENDPATH_ERROR;
    }
  else if (g_error_matches (*error, DELIVERER_ERROR, DELIVERER_ERROR_FORK))
    {
      (*error)->code = SENDPATH_ERROR_PROCESS;
      (*error)->domain = SENDPATH_ERROR;
    }
  else if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      (*error)->code = SENDPATH_ERROR_MESSAGE;
      (*error)->domain = SENDPATH_ERROR;
    }
}

Outbox *
engine_open_outbox (SendpathEngine *self, GError **error)
{
  Outbox *outbox = outbox_open (self->outbox_dir, error);

  if (outbox != NULL)
    {
      g_autoptr (SendpathProfileStore) profiles = engine_dup_profiles (self);

      outbox_set_keep_sent (outbox,
                            sendpath_profile_store_get_policy_integer (profiles, "keep-sent"));
    }
  engine_translate_error (error);
  return outbox;
}

SendpathAccount *
engine_find_account (SendpathProfileStore *profiles, const char *account, const char *from,
                     const char *sender, SendpathLocation *location, GError **error)
{
  SendpathAccount *found =
      account != NULL
          ? sendpath_profile_store_get_account (profiles, account)
          : sendpath_profile_store_match_account (profiles, from, sender, location, NULL);

  if (found == NULL)
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
                 account != NULL ? _ ("%s: there is no account %s; use “sendpath account list”")
                                 : _ ("%s: no account is configured; use “sendpath account add”"),
                 profile_store_get_name (profiles), account);
  return found;
}
