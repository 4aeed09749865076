/* SendpathEngine: the face for embedders. It gathers what a call needs, runs it in the caller's thread or in a worker, and
 * translates errors; it never talks to a server itself. */
#include "config.h"

#include "sendpath/engine.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/random.h>

#include "profiles/memory.h"
#include "profiles/secrets.h"
#include "profiles/trust.h"
#include "sendpath/account-test.h"
#include "sendpath/engine-call.h"
#include "sendpath/mail/address.h"
#include "sendpath/mail/submission.h"
#include "sendpath/outbox/deliverer.h"
#include "sendpath/outbox/runner.h"
#include "sendpath/walk/plan.h"

#define PATIENCE_S       2  /* PRODUCT.md section 3: impatient while somebody waits */
#define FLUSH_PATIENCE_S 30 /* from the outbox */

struct _SendpathEngine {
  GObject parent_instance;
  SendpathProfileStore *profiles;
  SendpathNetwork *network; /* as given, or read when first needed */
  char *outbox_dir;
  char *state_dir;
  char *location;
  guint patience_s;
};

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

enum { SIGNAL_REQUEST, SIGNAL_ATTEMPT_STARTED, SIGNAL_ATTEMPT_ENDED, SIGNAL_TRACE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SendpathEngine, sendpath_engine, G_TYPE_OBJECT)
G_DEFINE_QUARK (sendpath-error-quark, sendpath_error)

/* ---- object ------------------------------------------------------------------------------- */

static void
sendpath_engine_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SendpathEngine *self = SENDPATH_ENGINE (object);

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
      break;
    case PROP_PATIENCE:
      self->patience_s = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sendpath_engine_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendpathEngine *self = SENDPATH_ENGINE (object);

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
}

/* The places of PRODUCT.md section 5. */
static void
sendpath_engine_constructed (GObject *object)
{
  SendpathEngine *self = SENDPATH_ENGINE (object);
  const char *outbox = g_getenv ("SENDPATH_OUTBOX");

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
   * The network to send from; %NULL means the present one, read when it is first needed.
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
   * A question for the user. Keep a reference to answer it later. Connecting also says that there is
   * a user: without a handler the keyring does not ask to be unlocked either.
   *
   * Returns: %TRUE if it has been or will be answered; %FALSE gives the safe answer at once
   *
   * Since: 1.0
   */
  signals[SIGNAL_REQUEST] = g_signal_new ("request", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0,
                                          g_signal_accumulator_true_handled, NULL, NULL,
                                          G_TYPE_BOOLEAN, 1, SENDPATH_TYPE_REQUEST);
  /**
   * SendpathEngine::attempt-started:
   * @self: the engine
   * @route: the route that is tried now
   *
   * Since: 1.0
   */
  signals[SIGNAL_ATTEMPT_STARTED] =
      g_signal_new ("attempt-started", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, SENDPATH_TYPE_ROUTE);
  /**
   * SendpathEngine::attempt-ended:
   * @self: the engine
   * @report: what happened so far
   * @attempt: index of the attempt that ended
   *
   * Since: 1.0
   */
  signals[SIGNAL_ATTEMPT_ENDED] =
      g_signal_new ("attempt-ended", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, SENDPATH_TYPE_REPORT, G_TYPE_UINT);
  /**
   * SendpathEngine::trace:
   * @self: the engine
   * @line: a line of the dialogue, without secrets
   *
   * Since: 1.0
   */
  signals[SIGNAL_TRACE] = g_signal_new ("trace", SENDPATH_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sendpath_engine_init (SendpathEngine *self)
{
}

gboolean
engine_emit_request (SendpathEngine *engine, SendpathRequest *request)
{
  gboolean is_taken = FALSE;

  g_signal_emit (engine, signals[SIGNAL_REQUEST], 0, request, &is_taken);
  return is_taken;
}

void
engine_emit_attempt_started (SendpathEngine *engine, SendpathRoute *route)
{
  g_signal_emit (engine, signals[SIGNAL_ATTEMPT_STARTED], 0, route);
}

void
engine_emit_attempt_ended (SendpathEngine *engine, SendpathReport *report, guint attempt)
{
  g_signal_emit (engine, signals[SIGNAL_ATTEMPT_ENDED], 0, report, attempt);
}

void
engine_emit_trace (SendpathEngine *engine, const char *line)
{
  g_signal_emit (engine, signals[SIGNAL_TRACE], 0, line);
}

gboolean
engine_wants_trace (SendpathEngine *engine)
{
  return g_signal_has_handler_pending (engine, signals[SIGNAL_TRACE], 0, FALSE);
}

gboolean
engine_takes_requests (SendpathEngine *engine)
{
  return g_signal_has_handler_pending (engine, signals[SIGNAL_REQUEST], 0, FALSE);
}

/**
 * sendpath_engine_new:
 * @profiles: a #SendpathProfileStore; it must not be changed while a call runs
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
 * The network is read when it is first needed, unless #SendpathEngine:network was set.
 *
 * Returns: (transfer none): the network that messages leave from
 *
 * Since: 1.0
 */
SendpathNetwork *
sendpath_engine_get_network (SendpathEngine *self)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  if (self->network == NULL)
    self->network = sendpath_network_new ();
  return self->network;
}

static SendpathLocation *
find_location (SendpathProfileStore *profiles, const char *chosen, SendpathNetwork *network)
{
  return chosen != NULL ? sendpath_profile_store_get_location (profiles, chosen)
                        : sendpath_profile_store_match_location (profiles, network, NULL);
}

/**
 * sendpath_engine_get_current_location:
 * @self: a #SendpathEngine
 *
 * Returns: (transfer none) (nullable): the location that counts now: the one chosen by hand, or the
 *   one that the network matches
 *
 * Since: 1.0
 */
SendpathLocation *
sendpath_engine_get_current_location (SendpathEngine *self)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  return find_location (self->profiles, self->location, sendpath_engine_get_network (self));
}

/* ---- errors ------------------------------------------------------------------------------- */

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
static void
translate_error (GError **error)
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

static Outbox *
open_outbox (SendpathEngine *self, GError **error)
{
  Outbox *outbox = outbox_open (self->outbox_dir, error);

  translate_error (error);
  return outbox;
}

/* ---- coming in ---------------------------------------------------------------------------- */

static char *
make_unique (void)
{
  guint8 random[16];
  GString *hex = g_string_sized_new (2 * sizeof random);

  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("no randomness from the kernel");
  for (guint i = 0; i < sizeof random; i++)
    g_string_append_printf (hex, "%02x", random[i]);
  return g_string_free (hex, FALSE);
}

static SendpathMessage *
finish_message (SendpathEngine *self, SendpathMessage *message, SendpathAccount *account,
                GError **error)
{
  g_autofree char *unique = make_unique ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  SubmissionContext context = { .now = now, .unique = unique };

  if (account != NULL)
    {
      context.address = sendpath_account_get (account, "address");
      context.name = sendpath_account_get (account, "name");
      context.local = sendpath_profile_store_get_policy (self->profiles, "local");
      if (context.local == NULL || *context.local == '\0')
        {
          SendpathAccount *first =
              sendpath_profile_store_match_account (self->profiles, NULL, NULL, NULL, NULL);
          context.local = sendpath_account_get (first, "address");
        }
    }
  return submission_finish (message, &context, error);
}

static gboolean
note_hold (Outbox *outbox, const char *id, const char *hold_reason, GError **error)
{
  g_autoptr (OutboxEntry) entry = outbox_take (outbox, id, error);

  if (entry == NULL)
    return FALSE;
  report_set_text (&outbox_entry_get_report (entry)->reason, hold_reason);
  return journal_note_state (outbox_entry_get_journal (entry), outbox_entry_get_report (entry),
                             g_get_real_time (), error);
}

/**
 * sendpath_engine_submit:
 * @self: a #SendpathEngine
 * @message: the message; it is not modified
 * @account: (nullable): id of the account to send by, or %NULL to match one by From: and sender
 * @hold_reason: (nullable): why the profiles cannot be used, for people, if they could not be loaded:
 *   the message is kept and its account is matched when they can
 * @error: return location for a #GError, or %NULL
 *
 * Puts @message into the outbox. When this returns an id, message and envelope are on disk and
 * synced; before that nobody can get the message.
 *
 * Errors are #SendpathError and %SENDPATH_PROFILE_ERROR_NO_ACCOUNT; nothing is queued then. This
 * function blocks for the disk only and starts no thread.
 *
 * Returns: (transfer full): the message's id, 32 hexadecimal digits
 *
 * Since: 1.0
 */
char *
sendpath_engine_submit (SendpathEngine *self, SendpathMessage *message, const char *account,
                        const char *hold_reason, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (SendpathMessage) finished = NULL;
  g_autofree char *id = NULL;
  SendpathAccount *chosen = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (message), NULL);

  if (hold_reason == NULL)
    {
      chosen = outbox_runner_choose_account (self->profiles, account, message, NULL);
      if (chosen == NULL ||
          (account != NULL && !g_str_equal (sendpath_account_get_id (chosen), account)))
        {
          g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
                       account != NULL
                           ? _ ("%s: there is no account %s; use “sendpath account list”")
                           : _ ("%s: no account is configured; use “sendpath account add”"),
                       sendpath_profile_store_get_path (self->profiles), account);
          return NULL;
        }
    }
  finished = finish_message (self, message, chosen, error);
  if (finished != NULL)
    outbox = outbox_open (self->outbox_dir, error);
  if (outbox != NULL)
    id = outbox_add (outbox, finished, chosen != NULL ? sendpath_account_get_id (chosen) : NULL,
                     g_get_real_time (), error);
  if (id != NULL && hold_reason != NULL)
    note_hold (outbox, id, hold_reason, NULL); /* the message is safe; its reason is a courtesy */
  translate_error (error);
  return g_steal_pointer (&id);
}

/* ---- sending ------------------------------------------------------------------------------ */

/* What a walk needs, opened for one call. */
typedef struct {
  RunnerContext context;
  Outbox *outbox;
  Memory *memory;
  Trust *trust;
} Workplace;

static void
workplace_clear (Workplace *place)
{
  g_clear_pointer (&place->outbox, outbox_unref);
  g_clear_pointer (&place->memory, memory_free);
  g_clear_pointer (&place->trust, trust_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Workplace, workplace_clear)

static gboolean
workplace_open (Workplace *place, EngineCall *call, guint patience_s, GError **error)
{
  SendpathEngine *self = call->engine;

  place->outbox = open_outbox (self, error);
  if (place->outbox == NULL)
    return FALSE;
  if (call->network == NULL)
    call->network = sendpath_network_new ();
  place->memory = memory_new (self->state_dir);
  place->trust = trust_new (self->state_dir);
  place->context = (RunnerContext) { .outbox = place->outbox,
                                     .profiles = self->profiles,
                                     .location = find_location (self->profiles, call->location,
                                                                call->network),
                                     .network = call->network,
                                     .memory = place->memory,
                                     .trust = place->trust,
                                     .patience_s = patience_s,
                                     .trace = &call->trace,
                                     .host = &call->host };
  return TRUE;
}

typedef struct {
  SendpathEngine *engine;
  const char     *id;
} HandOver;

static SendpathReport *
deliver (EngineCall *call, const char *id, GError **error)
{
  g_auto (Workplace) place = { 0 };
  SendpathReport *report;

  if (!workplace_open (&place, call, call->engine->patience_s, error))
    return NULL;
  report = outbox_runner_deliver (&place.context, id, call->cancellable, error);
  translate_error (error);
  return report;
}

static GPtrArray *
flush (EngineCall *call, GError **error)
{
  g_autoptr (GPtrArray) reports =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_report_unref);
  g_auto (Workplace) place = { 0 };
  g_auto (GStrv) ids = NULL;

  if (!workplace_open (&place, call, MAX (FLUSH_PATIENCE_S, call->engine->patience_s), error))
    return NULL;
  ids = outbox_recover (place.outbox, error) ? outbox_list (place.outbox, OUTBOX_QUEUE, NULL, error)
                                             : NULL;
  translate_error (error);
  if (ids == NULL)
    return NULL;
  for (guint i = 0; ids[i] != NULL && !g_cancellable_is_cancelled (call->cancellable); i++)
    {
      g_autoptr (GError) local_error = NULL;
      SendpathReport *report =
          outbox_runner_deliver (&place.context, ids[i], call->cancellable, &local_error);

      /* One that is damaged or in other hands blocks no other; a broken disk ends it. */
      if (report != NULL)
        g_ptr_array_add (reports, report);
      else if (g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_IO) ||
               g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_FULL) ||
               local_error->domain == SENDPATH_PROFILE_ERROR)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          translate_error (error);
          return NULL;
        }
    }
  return g_steal_pointer (&reports);
}

/**
 * sendpath_engine_deliver:
 * @self: a #SendpathEngine
 * @id: a message in the outbox
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Offers the message to each route in turn until every recipient is settled, waits, or no route is
 * left. What cannot leave stays in the outbox.
 *
 * A refused message is a result, not an error: read it from the report. @error is set only when no
 * attempt could be made, to #SendpathError or #SendpathProfileError. Cancelling before the final dot
 * leaves the message in the outbox; after it, the reply is waited for.
 *
 * This function blocks, and may be called from any thread; signals are emitted in that thread.
 *
 * Returns: (transfer full): what happened to each recipient on each route
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_deliver (SendpathEngine *self, const char *id, GCancellable *cancellable,
                         GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  return deliver (&call, id, error);
}

/**
 * sendpath_engine_send:
 * @self: a #SendpathEngine
 * @message: the message; it is not modified
 * @account: (nullable): id of the account to send by, or %NULL to match one
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * sendpath_engine_submit() and then sendpath_engine_deliver(). If @error is set the message may be in
 * the outbox all the same, but never with any recipient unaccounted for.
 *
 * Returns: (transfer full): what happened to each recipient on each route
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_send (SendpathEngine *self, SendpathMessage *message, const char *account,
                      GCancellable *cancellable, GError **error)
{
  g_autofree char *id = sendpath_engine_submit (self, message, account, NULL, error);

  return id != NULL ? sendpath_engine_deliver (self, id, cancellable, error) : NULL;
}

/* In the deliverer's process. What happened is in the journal; the line only says that it is over. */
static int
run_deliverer (int report_fd, gpointer data)
{
  const HandOver *hand_over = data;
  g_autoptr (SendpathReport) report
      = sendpath_engine_deliver (hand_over->engine, hand_over->id, NULL, NULL);

  deliverer_report (report_fd, report != NULL ? "done" : "not done");
  return report != NULL ? 0 : 1;
}

/**
 * sendpath_engine_hand_over:
 * @self: a #SendpathEngine
 * @id: a message in the outbox
 * @wait_s: how long to wait for the outcome, in seconds; 0: not at all
 * @error: return location for a #GError, or %NULL
 *
 * Has a process of its own deliver the message: it goes on when this process ends or is killed. It has
 * nobody to ask, and none of this engine's signals reach anybody.
 *
 * Must be called before this process has a second thread. @error is %SENDPATH_ERROR_PROCESS if no process
 * could be had; the message stays in the outbox then.
 *
 * Returns: (transfer full) (nullable): what happened, or %NULL without @error when time is up
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_hand_over (SendpathEngine *self, const char *id, guint wait_s, GError **error)
{
  HandOver hand_over = { self, id };
  g_autoptr (GError) wait_error = NULL;
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (OutboxEntry) watch = NULL;
  g_autoptr (Deliverer) deliverer = NULL;
  g_autofree char *line = NULL;
  SendpathReport  *report = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  outbox = outbox_open (self->outbox_dir, error);
  watch = outbox != NULL ? outbox_watch (outbox, id, error) : NULL;
  deliverer = watch != NULL ? deliverer_fork (run_deliverer, &hand_over, error) : NULL;
  if (deliverer != NULL && wait_s > 0)
    {
      line = deliverer_wait (deliverer, wait_s, &wait_error);
      if (line != NULL || !g_error_matches (wait_error, DELIVERER_ERROR, DELIVERER_ERROR_TIMED_OUT))
        report = outbox_watch_report (watch, error);
    }
  translate_error (error);
  return report;
}

/* ---- the same in a worker thread ---------------------------------------------------------- */

typedef struct {
  EngineCall call;
  SendpathMessage *message; /* send */
  char *account;            /* send, nullable */
  char *id;                 /* deliver */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  engine_call_clear (&job->call);
  g_clear_object (&job->message);
  g_free (job->account);
  g_free (job->id);
  g_free (job);
}

static GTask *
job_start (SendpathEngine *self, gpointer tag, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer user_data, Job **ret_job)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  engine_call_init (&job->call, self, TRUE, cancellable);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, job_free);
  /* How far it got is in the report: a cancelled walk is a result, not an error. */
  g_task_set_check_cancellable (task, FALSE);
  *ret_job = job;
  return task;
}

static void
return_result (GTask *task, gpointer result, GDestroyNotify destroy, GError *error)
{
  if (result != NULL)
    g_task_return_pointer (task, result, destroy);
  else
    g_task_return_error (task, error);
}

static void
run_deliver (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (job->message != NULL)
    job->id = sendpath_engine_submit (self, job->message, job->account, NULL, &error);
  return_result (task, job->id != NULL ? deliver (&job->call, job->id, &error) : NULL,
                 (GDestroyNotify) sendpath_report_unref, error);
}

static void
run_flush (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  return_result (task, flush (&((Job *) data)->call, &error), (GDestroyNotify) g_ptr_array_unref,
                 error);
}

/**
 * sendpath_engine_deliver_async:
 * @self: a #SendpathEngine
 * @id: a message in the outbox
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_deliver() in a worker thread. Signals are emitted in the thread-default main
 * context that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_deliver_async (SendpathEngine *self, const char *id, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (id != NULL);

  task = job_start (self, sendpath_engine_deliver_async, cancellable, callback, user_data, &job);
  job->id = g_strdup (id);
  g_task_run_in_thread (task, run_deliver);
}

/**
 * sendpath_engine_deliver_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_engine_deliver()
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_deliver_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sendpath_engine_send_async:
 * @self: a #SendpathEngine
 * @message: the message; it must not be changed until the callback
 * @account: (nullable): id of the account to send by, or %NULL to match one
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_send() in a worker thread. Signals are emitted in the thread-default main context
 * that is current now.
 *
 * Since: 1.0
 */
void
sendpath_engine_send_async (SendpathEngine *self, SendpathMessage *message, const char *account,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));
  g_return_if_fail (SENDPATH_IS_MESSAGE (message));

  task = job_start (self, sendpath_engine_send_async, cancellable, callback, user_data, &job);
  job->message = g_object_ref (message);
  job->account = g_strdup (account);
  g_task_run_in_thread (task, run_deliver);
}

/**
 * sendpath_engine_send_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_engine_send()
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_send_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sendpath_engine_flush:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Tries every waiting message now, one after the other, with more patience for servers that do not
 * answer. A message that is damaged or in the hands of another process is left out.
 *
 * Returns: (transfer container) (element-type SendpathReport): what happened to each
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_flush (SendpathEngine *self, GCancellable *cancellable, GError **error)
{
  g_auto (EngineCall) call = { 0 };

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  engine_call_init (&call, self, FALSE, cancellable);
  return flush (&call, error);
}

/**
 * sendpath_engine_flush_async:
 * @self: a #SendpathEngine
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_engine_flush() in a worker thread.
 *
 * Since: 1.0
 */
void
sendpath_engine_flush_async (SendpathEngine *self, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SENDPATH_IS_ENGINE (self));

  task = job_start (self, sendpath_engine_flush_async, cancellable, callback, user_data, &job);
  g_task_run_in_thread (task, run_flush);
}

/**
 * sendpath_engine_flush_finish:
 * @self: a #SendpathEngine
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type SendpathReport): as sendpath_engine_flush()
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_flush_finish (SendpathEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the outbox --------------------------------------------------------------------------- */

/**
 * sendpath_engine_list_queue:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type SendpathReport): the messages that wait, in order of
 *   arrival
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_list_queue (SendpathEngine *self, GError **error)
{
  g_autoptr (GPtrArray) reports =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_report_unref);
  g_autoptr (Outbox) outbox = NULL;
  g_auto (GStrv) ids = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  outbox = open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  ids = outbox_list (outbox, OUTBOX_QUEUE, NULL, error);
  translate_error (error);
  if (ids == NULL)
    return NULL;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      /* One that left in the meantime is not an error. */
      SendpathReport *report = outbox_read_report (outbox, ids[i], NULL);

      if (report != NULL)
        g_ptr_array_add (reports, report);
    }
  return g_steal_pointer (&reports);
}

/**
 * sendpath_engine_show:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): everything that happened to that message; %SENDPATH_ERROR_NOT_FOUND if it
 *   is not there
 *
 * Since: 1.0
 */
SendpathReport *
sendpath_engine_show (SendpathEngine *self, const char *id, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autofree char *whole = NULL;
  SendpathReport *report = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  outbox = open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  whole = outbox_find (outbox, id, NULL, error);
  if (whole != NULL)
    report = outbox_read_report (outbox, whole, error);
  translate_error (error);
  return report;
}

/**
 * sendpath_engine_remove:
 * @self: a #SendpathEngine
 * @id: a message's id, or the beginning of one
 * @error: return location for a #GError, or %NULL
 *
 * Removes a message from the outbox, whatever became of it. %SENDPATH_ERROR_BUSY if it is being sent.
 *
 * Returns: %TRUE if it is gone
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_remove (SendpathEngine *self, const char *id, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (OutboxEntry) entry = NULL;
  g_autofree char *whole = NULL;
  gboolean is_gone = FALSE;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  outbox = open_outbox (self, error);
  if (outbox == NULL)
    return FALSE;
  whole = outbox_find (outbox, id, NULL, error);
  if (whole != NULL)
    entry = outbox_take (outbox, whole, error);
  if (entry != NULL)
    is_gone = outbox_entry_remove (entry, error);
  translate_error (error);
  return is_gone;
}

/* ---- plan and test ------------------------------------------------------------------------ */

static SendpathAccount *
find_account (SendpathEngine *self, const char *account, const char *from, GError **error)
{
  SendpathAccount *found =
      account != NULL
          ? sendpath_profile_store_get_account (self->profiles, account)
          : sendpath_profile_store_match_account (
                self->profiles, from, NULL, sendpath_engine_get_current_location (self), NULL);

  if (found == NULL)
    g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
                 account != NULL ? _ ("%s: there is no account %s; use “sendpath account list”")
                                 : _ ("%s: no account is configured; use “sendpath account add”"),
                 sendpath_profile_store_get_path (self->profiles), account);
  return found;
}

static PlanInput
make_plan_input (SendpathEngine *self, SendpathAccount *account, Memory *memory, Trust *trust)
{
  return (PlanInput) { .profiles = self->profiles,
                       .account = account,
                       .location = sendpath_engine_get_current_location (self),
                       .network_id = sendpath_network_get_id (sendpath_engine_get_network (self)),
                       .memory = memory,
                       .trust = trust,
                       .now_s = g_get_real_time () / G_USEC_PER_SEC };
}

/**
 * sendpath_engine_plan:
 * @self: a #SendpathEngine
 * @account: (nullable): id of an account, or %NULL to match one by @from
 * @from: (nullable): the From: address of a message, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer container) (element-type SendpathRoute): the routes that would be tried from
 *   here, in order, those that are skipped among them
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_plan (SendpathEngine *self, const char *account, const char *from, GError **error)
{
  SendpathAccount *chosen;
  g_autoptr (Memory) memory = NULL;
  g_autoptr (Trust) trust = NULL;
  PlanInput input;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  chosen = find_account (self, account, from, error);
  if (chosen == NULL)
    return NULL;
  memory = memory_new (self->state_dir);
  trust = trust_new (self->state_dir);
  input = make_plan_input (self, chosen, memory, trust);
  return plan_make (&input);
}

/**
 * sendpath_engine_test_account:
 * @self: a #SendpathEngine
 * @account: id of an account
 * @ret_ok: (out) (optional): %TRUE if every server has one door that works
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Connects and logs in at every endpoint of the account's servers, and sends nothing. Blocks.
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
  g_autoptr (Memory) memory = NULL;
  g_autoptr (Trust) trust = NULL;
  g_autoptr (GPtrArray) routes = NULL;
  SendpathAccount *chosen;
  PlanInput input;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (account != NULL, NULL);

  chosen = find_account (self, account, NULL, error);
  if (chosen == NULL)
    return NULL;
  memory = memory_new (self->state_dir);
  trust = trust_new (self->state_dir);
  input = make_plan_input (self, chosen, memory, trust);
  routes = plan_make (&input);
  engine_call_init (&call, self, FALSE, cancellable);
  return account_test_run (&call, &input, routes, ret_ok);
}
