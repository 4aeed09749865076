/* A message in the hands of somebody who goes on when this process ends: the service, or a process of
 * its own, which stays as long as anything waits. */
#include "config.h"

#include <unistd.h>

#include "sendpath/engine-private.h"
#include "sendpath/engine-stay.h"
#include "sendpath/engine-workplace.h"
#include "sendpath/outbox/deliverer.h"
#include "sendpath/outbox/outbox-wait.h"
#include "sendpath/outbox/runner-lock.h"
#include "sendpath/report-domains.h"

#define DOMAINS_WAIT_S 3 /* a little more than the name servers are given */
#define ROUNDING_US    (G_USEC_PER_SEC / 2)

typedef struct {
  SendpathEngine *engine;
  const char *id;
} HandOver;

/* ---- in the deliverer's process -------------------------------------------------------------- */

typedef struct {
  int fd;
  gboolean is_told;
} Caller;

static void
tell_caller (gpointer data)
{
  Caller *caller = data;

  deliverer_report (caller->fd, "done");
  caller->is_told = TRUE;
}

/* What happened is in the journal; the first line only says that it is over. The second comes where
 * somebody was refused, and says what the name servers know. */
static void
deliver_and_report (EngineCall *call, const char *id, int report_fd)
{
  Caller caller = { report_fd, FALSE };
  g_autoptr (SendpathReport) report =
      workplace_deliver_alone (call, id, tell_caller, &caller, NULL);
  g_autofree char *domains = NULL;

  if (!caller.is_told)
    deliverer_report (report_fd, report != NULL ? "done" : "not done");
  if (report == NULL || !report_domains_are_wanted (report))
    return;
  domains = report_domains_ask (report, engine_call_get_network (call), NULL, call->cancellable);
  deliverer_report (report_fd, domains);
}

static int
run_deliverer (int report_fd, gpointer data)
{
  const HandOver *hand_over = data;
  g_autoptr (GCancellable) cancellable = deliverer_catch_end ();
  g_auto (EngineCall) call = { 0 };

  hand_over->engine->passwords = NULL; /* the host's store is the host's, who is another process */
  engine_call_init (&call, hand_over->engine, FALSE, cancellable);
  deliver_and_report (&call, hand_over->id, report_fd);
  close (report_fd); /* nobody is to wait for what comes now */
  engine_stay (hand_over->engine, FALSE, cancellable);
  return 0;
}

typedef struct {
  SendpathEngine *engine;
  SendpathReport *report;
} Asking;

static int
run_asking (int report_fd, gpointer data)
{
  const Asking *asking = data;
  g_autofree char *domains =
      report_domains_ask (asking->report, sendpath_engine_get_network (asking->engine), NULL, NULL);

  deliverer_report (report_fd, domains);
  return 0;
}

/* ---- the caller ------------------------------------------------------------------------------ */

/* What is told after the outcome, if it comes before the caller's time is up; a deliverer that ends
 * without it is none the worse. */
static void
wait_for_domains (Deliverer *deliverer, SendpathReport *report, gint64 end_us)
{
  gint64 left_s = (end_us - g_get_monotonic_time ()) / G_USEC_PER_SEC;
  g_autofree char *line = NULL;

  if (report_domains_are_wanted (report))
    line = deliverer_wait (deliverer, (guint) CLAMP (left_s, 0, DOMAINS_WAIT_S), NULL);
  if (line != NULL)
    report_domains_read (report, line);
}

static guint
get_left_s (gint64 end_us)
{
  return (guint) (MAX (end_us - g_get_monotonic_time (), 0) / G_USEC_PER_SEC);
}

/* By a process of its own: this one stays without a second thread, and may have more to hand over. */
static void
ask_for_domains (SendpathEngine *self, SendpathReport *report, gint64 end_us)
{
  Asking asking = { self, report };
  g_autoptr (Deliverer) deliverer = NULL;

  if (report_domains_are_wanted (report))
    deliverer = deliverer_fork (run_asking, &asking, NULL);
  if (deliverer != NULL)
    wait_for_domains (deliverer, report, end_us);
}

/* The service sends it. FALSE: there is none, or it went before it had tried. */
static gboolean
leave_to_service (SendpathEngine *self, Outbox *outbox, OutboxEntry *watch, gint64 end_us,
                  SendpathReport **ret_report, GError **error)
{
  g_autoptr (SendpathReport) report = NULL;
  gboolean is_over = FALSE;

  if (!runner_lock_is_held (outbox, RUNNER_LOCK_SERVICE))
    return FALSE;
  report = outbox_wait (outbox, watch, get_left_s (end_us), &is_over, NULL, error);
  if (report != NULL && !is_over)
    return runner_lock_is_held (outbox, RUNNER_LOCK_SERVICE);
  if (report != NULL)
    ask_for_domains (self, report, end_us);
  *ret_report = g_steal_pointer (&report);
  return TRUE;
}

static SendpathReport *
leave_to_deliverer (HandOver *hand_over, OutboxEntry *watch, gint64 end_us, GError **error)
{
  g_autoptr (Deliverer) deliverer = deliverer_fork (run_deliverer, hand_over, error);
  guint wait_s = get_left_s (end_us);
  g_autoptr (GError) wait_error = NULL;
  g_autofree char *line = NULL;
  SendpathReport *report = NULL;

  if (deliverer == NULL || wait_s == 0)
    return NULL;
  line = deliverer_wait (deliverer, wait_s, &wait_error);
  if (line != NULL || !g_error_matches (wait_error, DELIVERER_ERROR, DELIVERER_ERROR_TIMED_OUT))
    report = outbox_watch_report (watch, error);
  if (line != NULL && report != NULL)
    wait_for_domains (deliverer, report, end_us);
  return report;
}

/**
 * sendpath_engine_hand_over:
 * @self: a #SendpathEngine
 * @id: a message in the outbox
 * @wait_s: how long to wait for the outcome, in seconds; 0: not at all
 * @error: return location for a #GError, or %NULL
 *
 * Leaves the message to the service (sendpath_engine_watch()), or if there is none has a process of its
 * own deliver it: that goes on when this process ends or is killed, and stays as long as anything in the
 * outbox waits for a time or for another network. It has nobody to ask, the function of
 * sendpath_engine_set_password_func() neither, and none of this engine's signals reach anybody.
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
  gint64 end_us = g_get_monotonic_time () + (gint64) wait_s * G_USEC_PER_SEC + ROUNDING_US;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (OutboxEntry) watch = NULL;
  SendpathReport *report = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  outbox = outbox_open (self->outbox_dir, &local_error);
  watch = outbox != NULL ? outbox_watch (outbox, id, &local_error) : NULL;
  if (watch != NULL &&
      !leave_to_service (self, outbox, watch, end_us, &report, &local_error) &&
      local_error == NULL)
    report = leave_to_deliverer (&hand_over, watch, end_us, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  engine_translate_error (error);
  return report;
}
