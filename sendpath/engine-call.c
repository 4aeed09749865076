/* One call of the engine while it runs. Signals reach the caller's main context, whichever thread
 * the walk is in; it never holds a question inside a callback of GIO. */
#include "config.h"

#include "sendpath/engine-call.h"

#include <glib/gi18n-lib.h>

#include "profiles/profile-store-private.h"
#include "sendpath/engine-private.h"
#include "sendpath/request-private.h"

#define PROGRESS_INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)

/* Something to be emitted in the caller's context. */
typedef struct {
  SendpathEngine *engine;
  SendpathRequest *request;
  PasswordSource *passwords; /* whom @request is for; NULL: the user */
  SendpathRoute *route;
  SendpathReport *report;
  guint attempt;
  SendpathReport *changed;
  char *line;
  char *message; /* whose progress it is */
  guint64 sent_bytes, total_bytes;
} Emission;

static void
emission_free (gpointer data)
{
  Emission *emission = data;

  g_object_unref (emission->engine);
  g_clear_object (&emission->request);
  g_clear_pointer (&emission->passwords, password_source_unref);
  g_clear_pointer (&emission->route, sendpath_route_unref);
  g_clear_pointer (&emission->report, sendpath_report_unref);
  g_clear_pointer (&emission->changed, sendpath_report_unref);
  g_free (emission->line);
  g_free (emission->message);
  g_free (emission);
}

/* Nobody takes the question: the safe answer. */
static void
emit_request (const Emission *emission)
{
  gboolean is_taken = FALSE;

  g_signal_emit_by_name (emission->engine, "request", emission->request, &is_taken);
  if (!is_taken)
    sendpath_request_decline (emission->request);
}

static gboolean
emit (gpointer data)
{
  const Emission *emission = data;

  if (emission->passwords != NULL)
    password_source_ask (emission->passwords, emission->engine, emission->request);
  else if (emission->request != NULL)
    emit_request (emission);
  if (emission->route != NULL)
    g_signal_emit_by_name (emission->engine, "attempt-started", emission->route);
  if (emission->report != NULL)
    g_signal_emit_by_name (emission->engine, "attempt-ended", emission->report, emission->attempt);
  if (emission->changed != NULL)
    g_signal_emit_by_name (emission->engine, "message-changed", emission->changed);
  if (emission->line != NULL)
    g_signal_emit_by_name (emission->engine, "trace", emission->line);
  if (emission->message != NULL)
    g_signal_emit_by_name (emission->engine, "progress", emission->message, emission->sent_bytes,
                           emission->total_bytes);
  return G_SOURCE_REMOVE;
}

static Emission *
emission_new (EngineCall *call)
{
  Emission *emission = g_new0 (Emission, 1);

  emission->engine = g_object_ref (call->engine);
  return emission;
}

/* Nobody is woken for nothing: the type is final, so that handlers are all there is. */
static gboolean
is_listened_to (SendpathEngine *engine, const char *signal)
{
  return g_signal_has_handler_pending (engine, g_signal_lookup (signal, SENDPATH_TYPE_ENGINE), 0,
                                       FALSE);
}

/* Takes @emission over. A source of its own: g_main_context_invoke() would emit in the worker's
 * thread whenever nobody runs the caller's context just then. */
static void
send_emission (EngineCall *call, Emission *emission)
{
  g_autoptr (GSource) source = NULL;

  if (call->context == NULL)
    {
      emit (emission);
      emission_free (emission);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit, emission, emission_free);
  g_source_attach (source, call->context);
}

void
engine_call_emit_request (EngineCall *call, SendpathRequest *request)
{
  Emission *emission = emission_new (call);

  emission->request = request;
  send_emission (call, emission);
}

static SendpathSecret *
ask (EngineCall *call, const SecretQuery *query)
{
  Answer *answer;

  engine_call_emit_request (call, request_new (query, &answer));
  return answer_wait (answer, call->cancellable);
}

/* The host's own store has it, or has not. */
static SendpathSecret *
ask_host (EngineCall *call, const SecretQuery *query, GError **error)
{
  Emission *emission = emission_new (call);
  Answer *answer;
  SendpathSecret *secret;

  emission->request = request_new (query, &answer);
  emission->passwords = password_source_ref (call->passwords);
  send_emission (call, emission);
  secret = answer_wait (answer, call->cancellable);
  if (secret == NULL)
    g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
                         _ ("no password was given"));
  return secret;
}

/* What is stored, or what a command prints; NULL and @error if there is nothing. */
static SendpathSecret *
look_up (EngineCall *call, const SecretQuery *query, gboolean may_unlock, GError **error)
{
  gboolean is_stored = query->secret_command == NULL && query->token_command == NULL;
  gboolean *is_down = query->from_desktop ? &call->desktop_is_down : &call->keyring_is_down;
  g_autoptr (GError) local_error = NULL;
  SendpathSecret *secret;

  if (call->passwords != NULL && is_stored)
    return ask_host (call, query, error);
  if ((is_stored || query->from_desktop) && *is_down)
    {
      g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_UNAVAILABLE,
                   query->from_desktop ? _ ("%s: the desktop gives no access token")
                                       : _ ("%s: the keyring cannot be reached"),
                   query->account);
      return NULL;
    }
  secret = secrets_lookup (query, may_unlock, call->cancellable, &local_error);
  *is_down =
      *is_down ||
      g_error_matches (local_error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_UNAVAILABLE);
  if (secret == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return secret;
}

static SendpathSecret *
get_secret (gpointer data, const SecretQuery *query, WalkSecret how, GError **error)
{
  EngineCall *call = data;
  gboolean may_ask = call->may_ask && how != WALK_SECRET_AT_HAND;
  gboolean is_token = secret_query_get_kind (query) == SECRET_TOKEN;
  SecretQuery anew = *query;
  g_autoptr (GError) local_error = NULL;
  SendpathSecret *secret = NULL;

  anew.was_refused = how == WALK_SECRET_NEW;
  /* what is stored, or a command prints as the password, was the one that was refused */
  if (how != WALK_SECRET_NEW || is_token)
    secret = look_up (call, &anew, may_ask, &local_error);
  else
    g_set_error (&local_error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
                 _ ("%s: nobody gave another password for %s"), query->account, query->server);
  if (secret == NULL && may_ask && !is_token)
    secret = ask (call, &anew);
  if (secret == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return secret;
}

static void
attempt_started (gpointer data, SendpathRoute *route)
{
  EngineCall *call = data;
  Emission *emission;

  if (!is_listened_to (call->engine, "attempt-started"))
    return;
  emission = emission_new (call);
  emission->route = sendpath_route_ref (route);
  send_emission (call, emission);
}

static gboolean
attempt_ended (gpointer data, SendpathReport *report, guint attempt, GError **error)
{
  EngineCall *call = data;
  Emission *emission;

  if (!is_listened_to (call->engine, "attempt-ended"))
    return TRUE;
  emission = emission_new (call);
  emission->report = report_copy (report);
  emission->attempt = attempt;
  send_emission (call, emission);
  return TRUE;
}

/* Not for every block: nobody can read that fast. */
static void
progress (gpointer data, guint64 sent_bytes, guint64 total_bytes)
{
  EngineCall *call = data;
  gint64 now_us = g_get_monotonic_time ();
  Emission *emission;

  if (call->message == NULL ||
      (sent_bytes < total_bytes && now_us < call->progress_us + PROGRESS_INTERVAL_US))
    return;
  call->progress_us = now_us;
  if (!is_listened_to (call->engine, "progress"))
    return;
  emission = emission_new (call);
  emission->message = g_strdup (call->message);
  emission->sent_bytes = sent_bytes;
  emission->total_bytes = total_bytes;
  send_emission (call, emission);
}

void
engine_call_tell_change (EngineCall *call, SendpathReport *report)
{
  Emission *emission;

  if (!is_listened_to (call->engine, "message-changed"))
    return;
  emission = emission_new (call);
  emission->changed = sendpath_report_ref (report);
  send_emission (call, emission);
}

static gboolean
pause_for (gpointer data, guint milliseconds)
{
  EngineCall *call = data;
  GPollFD fd;
  gboolean has_fd = g_cancellable_make_pollfd (call->cancellable, &fd);
  gint64 end_us = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;

  for (gint64 left_us = milliseconds * G_TIME_SPAN_MILLISECOND;
       left_us > 0 && !g_cancellable_is_cancelled (call->cancellable);
       left_us = end_us - g_get_monotonic_time ())
    g_poll (&fd, has_fd ? 1 : 0, (int) ((left_us + 999) / 1000));
  if (has_fd)
    g_cancellable_release_fd (call->cancellable);
  return !g_cancellable_is_cancelled (call->cancellable);
}

static SendpathRelayChoice
choose_relay (gpointer data, const WalkRelay *relay, char **ret_key)
{
  return engine_call_choose_relay (data, relay, ret_key);
}

static void
on_trace (const char *line, gpointer data)
{
  EngineCall *call = data;
  Emission *emission = emission_new (call);

  emission->line = g_strdup (line);
  send_emission (call, emission);
}

static void
set_host (EngineCall *call)
{
  call->host = (WalkHost) { .get_secret = get_secret,
                            .attempt_started = attempt_started,
                            .attempt_ended = attempt_ended,
                            .pause = pause_for,
                            .choose_relay = choose_relay,
                            .progress = progress,
                            .data = call };
  call->trace = (Trace) { is_listened_to (call->engine, "trace") ? on_trace : NULL, call };
}

static void
take_profiles (EngineCall *call)
{
  call->profiles = profile_store_dup_frozen (call->engine->profiles, &call->profiles_version);
}

void
engine_call_init (EngineCall *call, SendpathEngine *engine, gboolean is_async,
                  GCancellable *cancellable)
{
  *call = (EngineCall) { .engine = g_object_ref (engine),
                         .context = is_async ? g_main_context_ref_thread_default () : NULL,
                         .may_ask = is_listened_to (engine, "request") };
  g_mutex_init (&call->asking);
  call->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_set_object (&call->cancellable, cancellable);
  take_profiles (call);
  call->passwords = engine_ref_passwords (engine);
  /* what the engine was asked about before may be another one by now */
  call->network = engine_dup_given_network (engine);
  call->location = engine_dup_given_location (engine);
  call->location_is_given = call->location != NULL;
  if (!call->location_is_given)
    call->location = engine_dup_kept_location (engine, call->profiles);
  set_host (call);
}

void
engine_call_init_beside (EngineCall *call, EngineCall *base, SendpathNetwork *network,
                         GMainContext *context)
{
  *call = (EngineCall) { .engine = g_object_ref (base->engine),
                         .context = g_main_context_ref (context),
                         .network = g_object_ref (network),
                         .location_is_given = base->location_is_given,
                         .base = base,
                         .may_ask = base->may_ask };
  g_mutex_init (&call->asking);
  call->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  take_profiles (call);
  call->passwords = base->passwords != NULL ? password_source_ref (base->passwords) : NULL;
  call->location = base->location_is_given ? g_strdup (base->location)
                                           : engine_dup_kept_location (base->engine, call->profiles);
  set_host (call);
}

gboolean
engine_call_is_elsewhere (EngineCall *call)
{
  g_autofree char *location = NULL;

  if (!profile_store_is_version (call->engine->profiles, call->profiles_version))
    return TRUE;
  if (call->location_is_given)
    return FALSE;
  location = engine_dup_kept_location (call->engine, call->profiles);
  return g_strcmp0 (location, call->location) != 0;
}

SendpathNetwork *
engine_call_get_network (EngineCall *call)
{
  if (call->network == NULL)
    call->network = sendpath_network_new ();
  return call->network;
}

void
engine_call_stay (EngineCall *call)
{
  if (call->network == NULL)
    call->network = engine_dup_network (call->engine);
}

/* The host says that the network is another one. */
static void
on_network (SendpathEngine *engine, GParamSpec *pspec, gpointer data)
{
  g_autoptr (SendpathNetwork) network = engine_dup_given_network (engine);

  if (network != NULL)
    network_guard_tell (data, network);
}

static void
unref_guard (gpointer data, GClosure *closure)
{
  network_guard_unref (data);
}

NetworkGuard *
engine_call_guard (EngineCall *call)
{
  NetworkGuard *guard = network_guard_new (engine_call_get_network (call), call->cancellable);
  g_autoptr (SendpathNetwork) given = engine_dup_given_network (call->engine);

  if (given == NULL)
    {
      network_guard_watch (guard);
      return guard;
    }
  call->guard_id =
      g_signal_connect_data (call->engine, "notify::network", G_CALLBACK (on_network),
                             network_guard_ref (guard), unref_guard, 0);
  on_network (call->engine, NULL, guard); /* between then and now */
  return guard;
}

void
engine_call_unguard (EngineCall *call)
{
  g_clear_signal_handler (&call->guard_id, call->engine);
}

void
engine_call_move (EngineCall *call)
{
  g_clear_object (&call->network);
  call->network = engine_dup_given_network (call->engine);
}

SendpathLocation *
engine_call_get_location (EngineCall *call)
{
  return call->location != NULL
             ? sendpath_profile_store_get_location (call->profiles, call->location)
             : sendpath_profile_store_match_location (call->profiles,
                                                      engine_call_get_network (call), NULL);
}

void
engine_call_clear (EngineCall *call)
{
  if (call->engine != NULL)
    g_mutex_clear (&call->asking);
  g_clear_pointer (&call->kept, g_hash_table_unref);
  g_clear_object (&call->engine);
  g_clear_object (&call->cancellable);
  g_clear_object (&call->network);
  g_clear_object (&call->profiles);
  g_clear_pointer (&call->passwords, password_source_unref);
  g_clear_pointer (&call->location, g_free);
  g_clear_pointer (&call->context, g_main_context_unref);
}
