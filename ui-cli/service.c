/* The service: it sends what waits in the outbox for as long as it runs, writes the log, and tells the user
 * on the desktop. It never asks: what needs an answer waits for it. */
#include "config.h"

#include "service.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <unistd.h>

#include "cli-command.h"
#include "desktop.h"
#include "keyring-watch.h"
#include "notify.h"
#include "service-log.h"
#include "service-manager.h"
#include "wake-watch.h"

/* An editor writes a file in several steps. */
#define SETTLE_MS 300

/* Another service that looks after the outbox may end. */
#define BESIDE_S 60

typedef struct {
  const ServiceSide *side;
  GMainLoop *loop;
  SendpathEngine *engine; /* NULL: the configuration cannot be used now */
  GCancellable *cancellable;
  Notifier *notifier;
  GFileMonitor *config;
  guint settle;
  guint beside;
  gboolean is_running; /* the engine's watch */
  gboolean must_end;
  GError *error; /* why it ended by itself */
} Service;

static void start (Service *service);

void
service_clean_environment (void)
{
  static const char *const unwanted[] = { "GIO_USE_TLS", "GIO_EXTRA_MODULES", "GIO_MODULE_DIR",
                                          "SSLKEYLOGFILE", "GNUTLS_DEBUG_LEVEL" };

  for (guint i = 0; i < G_N_ELEMENTS (unwanted); i++)
    g_unsetenv (unwanted[i]);
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void
on_attempt_ended (SendpathEngine *engine, const SendpathReport *report, guint attempt,
                  Service *service)
{
  service_log_attempt (service_log_write, report, attempt);
}

static void
on_message_changed (SendpathEngine *engine, const SendpathReport *report, Service *service)
{
  service_log_message (service_log_write, report);
  notifier_note (service->notifier, report);
}

static SendpathReport *
find_message (const char *id, gpointer data)
{
  const Service *service = data;

  return service->engine != NULL ? sendpath_engine_show (service->engine, id, NULL) : NULL;
}

/* A button of the question about a relay. */
static void
on_pressed (const char *id, const char *button, gpointer data)
{
  static const struct {
    const char *button;
    SendpathRelayChoice choice;
  } choices[] = {
    { NOTICE_BUTTON_HERE, SENDPATH_RELAY_CHOICE_HERE },
    { NOTICE_BUTTON_ONCE, SENDPATH_RELAY_CHOICE_ONCE },
    { NOTICE_BUTTON_NEVER, SENDPATH_RELAY_CHOICE_NEVER },
  };
  const Service *service = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; service->engine != NULL && i < G_N_ELEMENTS (choices); i++)
    if (g_str_equal (button, choices[i].button) &&
        !sendpath_engine_answer_relay (service->engine, id, choices[i].choice, &error))
      g_fprintf (stderr, "sendpath: %s\n", error->message);
}

/* ---- the engine ------------------------------------------------------------------------------ */

static gboolean
on_beside (gpointer data)
{
  Service *service = data;

  service->beside = 0;
  if (!service->must_end && !service->is_running)
    start (service);
  return G_SOURCE_REMOVE;
}

/* There is another one, and that is well: its end is waited for. */
static gboolean
stay_beside (Service *service, const GError *error)
{
  if (!service->side->stays_beside || service->must_end ||
      !g_error_matches (error, SENDPATH_ERROR, SENDPATH_ERROR_BUSY))
    return FALSE;
  if (service->beside == 0)
    service->beside = g_timeout_add_seconds (BESIDE_S, on_beside, service);
  return TRUE;
}

static void
on_watch_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  Service *service = data;
  g_autoptr (GError) error = NULL;
  gboolean was_restarted = g_cancellable_is_cancelled (service->cancellable);

  service->is_running = FALSE;
  if (!sendpath_engine_watch_finish (SENDPATH_ENGINE (source), result, &error) &&
      stay_beside (service, error))
    return;
  if (error != NULL)
    service->error = g_steal_pointer (&error);
  if (service->error == NULL && was_restarted && !service->must_end)
    start (service);
  else
    g_main_loop_quit (service->loop);
}

/* The engine follows the network itself. */
static void
open_engine (Service *service, SendpathProfileStore *profiles)
{
  gboolean is_wanted = g_str_equal (sendpath_profile_store_get_policy (profiles, "notify"), "yes");

  g_clear_object (&service->engine);
  service->engine = sendpath_engine_new (profiles);
  g_signal_connect (service->engine, "attempt-ended", G_CALLBACK (on_attempt_ended), service);
  g_signal_connect (service->engine, "message-changed", G_CALLBACK (on_message_changed), service);
  notifier_set_policy (service->notifier, is_wanted,
                       (gint64) sendpath_profile_store_get_policy_integer (profiles, "warn-after"));
}

/* With a configuration that cannot be used nothing is sent: the next change is waited for. */
static void
start (Service *service)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathProfileStore) profiles = cli_load_profiles (FALSE, &error);

  if (profiles == NULL)
    {
      g_clear_object (&service->engine);
      g_fprintf (stderr, "sendpath: %s\n", error->message);
      return;
    }
  open_engine (service, profiles);
  g_clear_object (&service->cancellable);
  service->cancellable = g_cancellable_new ();
  service->is_running = TRUE;
  sendpath_engine_watch_async (service->engine, service->cancellable, on_watch_ended, service);
}

/* ---- what happens ---------------------------------------------------------------------------- */

static gboolean
on_signal (gpointer data)
{
  Service *service = data;

  service->must_end = TRUE;
  service_manager_tell ("STOPPING=1");
  if (service->is_running)
    g_cancellable_cancel (service->cancellable);
  else
    g_main_loop_quit (service->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_config_settled (gpointer data)
{
  Service *service = data;

  service->settle = 0;
  if (service->must_end)
    return G_SOURCE_REMOVE;
  if (service->is_running)
    g_cancellable_cancel (service->cancellable);
  else
    start (service);
  return G_SOURCE_REMOVE;
}

static void
on_config_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                   gpointer data)
{
  Service *service = data;

  if (service->settle == 0)
    service->settle = g_timeout_add (SETTLE_MS, on_config_settled, service);
}

static void
on_woken (WakeCause cause, gpointer data)
{
  const Service *service = data;

  if (service->engine != NULL && cause == WAKE_SLEPT)
    sendpath_engine_wake (service->engine, NULL);
  else if (service->engine != NULL)
    sendpath_engine_note_new_time (service->engine, NULL);
}

static void
on_unlocked (gpointer data)
{
  const Service *service = data;

  if (service->engine != NULL)
    sendpath_engine_note_unlocked (service->engine, NULL);
}

static void
follow_config (Service *service)
{
  g_autofree char *path = sendpath_profile_store_dup_default_path ();
  g_autoptr (GFile) file = g_file_new_for_path (path);

  service->config = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (service->config != NULL)
    g_signal_connect (service->config, "changed", G_CALLBACK (on_config_changed), service);
}

static void
service_clear (Service *service)
{
  if (service->settle != 0)
    g_source_remove (service->settle);
  if (service->beside != 0)
    g_source_remove (service->beside);
  g_clear_object (&service->config);
  g_clear_object (&service->engine);
  g_clear_object (&service->cancellable);
  g_clear_pointer (&service->notifier, notifier_free);
  g_clear_pointer (&service->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, service_clear)

static gboolean
is_sandboxed (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) || g_getenv ("SNAP") != NULL;
}

int
service_run (const ServiceSide *side, GError **error)
{
  g_auto (Service) service = { .side = side };
  NotifierHost host = { find_message, on_pressed, &service };
  g_autofree char *bus = desktop_dup_bus_address ();
  g_autoptr (WakeWatch) wake = NULL;
  g_autoptr (KeyringWatch) keyring = NULL;

  service.loop = g_main_loop_new (NULL, FALSE);
  service.notifier = notifier_new (&host, is_sandboxed ());
  wake = wake_watch_new (on_woken, &service);
  keyring = keyring_watch_new (bus, on_unlocked, &service);
  g_unix_signal_add (SIGTERM, on_signal, &service);
  g_unix_signal_add (SIGINT, on_signal, &service);
  follow_config (&service);
  start (&service);
  if (side->begin != NULL)
    side->begin (side->data);
  service_manager_tell ("READY=1");
  g_main_loop_run (service.loop);
  if (service.error == NULL)
    return CLI_YES;
  if (g_error_matches (service.error, SENDPATH_ERROR, SENDPATH_ERROR_BUSY))
    {
      cli_fail (service.error);
      return CLI_NO;
    }
  g_propagate_error (error, g_steal_pointer (&service.error));
  return CLI_UNAVAILABLE;
}
