/* What a walk needs, opened for one call of the engine, or for one of its threads. It decides nothing. */
#include "config.h"

#include "sendpath/engine-workplace.h"

#include "sendpath/engine-private.h"
#include "sendpath/outbox/outbox-wait.h"

#define EXPIRY_INTERVAL_S 3600
#define OTHER_WAIT_S      600 /* as long as the reply to a final dot may take */
#define MOVES_MAX         10 /* networks that come and go all the time are tried later */

void
workplace_clear (Workplace *place)
{
  g_clear_pointer (&place->group, group_free);
  g_clear_pointer (&place->outbox, outbox_unref);
  if (place->memory != NULL)
    pacing_tally_clear (&place->tally, place->memory);
  g_clear_pointer (&place->memory, memory_free);
  g_clear_pointer (&place->trust, trust_free);
  g_clear_pointer (&place->history, history_free);
  g_clear_pointer (&place->approved, g_ptr_array_unref);
}

/* Once an hour is enough: with many of them, looking costs more than keeping. */
static void
expire_sent (Workplace *place)
{
  gint64 now_us = g_get_real_time ();
  g_autofree char *done = memory_get (place->memory, "sent", "expired", now_us / G_USEC_PER_SEC,
                                      EXPIRY_INTERVAL_S);

  if (done != NULL)
    return;
  memory_set (place->memory, "sent", "expired", "yes", now_us / G_USEC_PER_SEC);
  outbox_expire_sent (place->outbox, now_us);
}

void
workplace_read_approvals (Workplace *place, EngineCall *call)
{
  g_clear_pointer (&place->approved, g_ptr_array_unref);
  place->approved = engine_read_approvals (call->engine, engine_call_get_network (call));
  place->context.approved = place->approved;
}

void
workplace_open_unkept (Workplace *place, EngineCall *call)
{
  SendpathEngine *self = call->engine;

  place->memory = memory_new (self->state_dir);
  place->trust = trust_new (self->state_dir);
  place->history = history_new (self->state_dir);
  place->context = (ErrandContext) { .profiles = call->profiles,
                                     .location = engine_call_get_location (call),
                                     .network = engine_call_get_network (call),
                                     .memory = place->memory,
                                     .tally = &place->tally,
                                     .trust = place->trust,
                                     .history = place->history,
                                     .policy = schedule_policy_read (call->profiles),
                                     .patience_s = engine_get_patience_s (self),
                                     .trace = &call->trace,
                                     .host = &call->host };
  workplace_read_approvals (place, call);
}

gboolean
workplace_open (Workplace *place, EngineCall *call, guint patience_s, GError **error)
{
  place->outbox = engine_open_outbox (call->engine, error);
  if (place->outbox == NULL)
    return FALSE;
  workplace_open_unkept (place, call);
  place->context.outbox = place->outbox;
  place->context.patience_s = patience_s;
  expire_sent (place);
  return TRUE;
}

SendpathReport *
workplace_deliver (Workplace *place, EngineCall *call, const char *id, ErrandPrepared *prepared,
                   GCancellable *cancellable, GError **error)
{
  SendpathReport *report;

  call->message = id;
  call->progress_us = 0;
  memory_look_again (place->memory); /* once for each message */
  report = errand_deliver (&place->context, id, prepared, cancellable, error);
  call->message = NULL;
  return report;
}

static gboolean
is_waiting (const SendpathReport *report)
{
  return report != NULL && sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_QUEUED;
}

/* From the network that the machine is on. @ret_has_left: it went to another one meanwhile. */
static SendpathReport *
deliver_here (EngineCall *call, const char *id, WorkplaceTell tell, gpointer data,
              gboolean *ret_has_left, GError **error)
{
  g_auto (Workplace) place = { 0 };
  g_autoptr (NetworkGuard) guard = NULL;
  SendpathReport *report;

  if (!workplace_open (&place, call, engine_get_patience_s (call->engine), error))
    return NULL;
  place.context.leaves_names = TRUE;
  guard = engine_call_guard (call);
  report = workplace_deliver (&place, call, id, NULL, network_guard_get_cancellable (guard),
                              error);
  engine_call_unguard (call);
  *ret_has_left = network_guard_has_left (guard);
  if (tell != NULL && report != NULL && !(*ret_has_left && is_waiting (report)))
    tell (data);
  /* if this is lost in a power cut, the message is where it was and its journal says that it is sent */
  if (report != NULL && sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_SENT)
    outbox_sync_folders (place.outbox, NULL);
  return report;
}

/* Somebody else was quicker: what comes of that is waited for. */
static SendpathReport *
wait_for_other (EngineCall *call, const char *id, GError **error)
{
  g_autoptr (Outbox) outbox = engine_open_outbox (call->engine, error);
  g_autoptr (OutboxEntry) watch = outbox != NULL ? outbox_watch (outbox, id, error) : NULL;
  gboolean is_over;

  return watch != NULL
             ? outbox_wait (outbox, watch, OTHER_WAIT_S, &is_over, call->cancellable, error)
             : NULL;
}

SendpathReport *
workplace_deliver_alone (EngineCall *call, const char *id, WorkplaceTell tell, gpointer data,
                         GError **error)
{
  gboolean has_left = FALSE;
  g_autoptr (GError) local_error = NULL;
  SendpathReport *report = deliver_here (call, id, tell, data, &has_left, &local_error);

  if (g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY))
    return wait_for_other (call, id, error);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  for (guint i = 0; i < MOVES_MAX && has_left && is_waiting (report) &&
                    !g_cancellable_is_cancelled (call->cancellable);
       i++)
    {
      sendpath_report_unref (report);
      has_left = FALSE;
      engine_call_move (call);
      report = deliver_here (call, id, tell, data, &has_left, error);
    }
  return report;
}
