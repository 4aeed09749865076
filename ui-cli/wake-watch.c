/* Tells when the machine has slept, or its clock was set: times that were planned mean nothing then.
 *
 * The kernel says both of a timer that is never meant to go off, and logind says the first where the
 * kernel is older than Linux 5.14. Neither costs a wake-up. */
#include "config.h"

#include "wake-watch.h"

#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define LOGIND  "org.freedesktop.login1"
#define NEVER_S (365 * 24 * 3600)
#define NAP_US  G_USEC_PER_SEC /* less is none */

struct _WakeWatch {
  WakeWatchTell tell;
  gpointer data;
  int timer;       /* -1: none */
  gint64 slept_us; /* since the machine was started */
  GSource *timer_source;
  GCancellable *cancellable;
  GDBusConnection *bus; /* the system's; NULL: none, or not yet */
  guint subscription;
};

/* ---- the kernel ------------------------------------------------------------------------------ */

static void
set_timer (WakeWatch *watch)
{
  struct itimerspec at = { .it_value.tv_sec = g_get_real_time () / G_USEC_PER_SEC + NEVER_S };

  timerfd_settime (watch->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL);
}

/* What the clock that goes on in a sleep has more than the one that does not. */
static gint64
get_slept_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 - g_get_monotonic_time ();
}

static gboolean
on_timer (int fd, GIOCondition condition, gpointer data)
{
  WakeWatch *watch = data;
  guint64 n;
  gboolean is_new_time = read (fd, &n, sizeof n) < 0; /* ECANCELED; else a year is over */
  gint64 slept_us = get_slept_us ();
  WakeCause cause = slept_us - watch->slept_us > NAP_US ? WAKE_SLEPT : WAKE_NEW_TIME;

  watch->slept_us = slept_us;
  set_timer (watch);
  if (is_new_time)
    watch->tell (cause, watch->data);
  return G_SOURCE_CONTINUE;
}

static void
listen_to_kernel (WakeWatch *watch)
{
  watch->timer = timerfd_create (CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (watch->timer < 0)
    return;
  watch->slept_us = get_slept_us ();
  set_timer (watch);
  watch->timer_source = g_unix_fd_source_new (watch->timer, G_IO_IN);
  g_source_set_callback (watch->timer_source, G_SOURCE_FUNC (on_timer), watch, NULL);
  g_source_attach (watch->timer_source, g_main_context_get_thread_default ());
}

/* ---- logind ---------------------------------------------------------------------------------- */

static void
on_sleep (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *parameters, gpointer data)
{
  WakeWatch *watch = data;
  gboolean begins = TRUE;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    g_variant_get (parameters, "(b)", &begins);
  if (!begins)
    watch->tell (WAKE_SLEPT, watch->data);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_dbus_connection_new_for_address_finish (result, &error);
  WakeWatch *watch = data;

  if (bus == NULL) /* if it was cancelled, @watch is gone */
    return;
  watch->bus = bus;
  watch->subscription = g_dbus_connection_signal_subscribe (
      bus, LOGIND, LOGIND ".Manager", "PrepareForSleep", "/org/freedesktop/login1", NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_sleep, watch, NULL);
}

static void
connect_to_bus (WakeWatch *watch)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);

  if (address != NULL)
    g_dbus_connection_new_for_address (address,
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                           G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                       NULL, watch->cancellable, on_connected, watch);
}

WakeWatch *
wake_watch_new (WakeWatchTell tell, gpointer data)
{
  WakeWatch *watch = g_new0 (WakeWatch, 1);

  watch->tell = tell;
  watch->data = data;
  watch->cancellable = g_cancellable_new ();
  listen_to_kernel (watch);
  connect_to_bus (watch);
  return watch;
}

void
wake_watch_free (WakeWatch *watch)
{
  g_cancellable_cancel (watch->cancellable);
  g_object_unref (watch->cancellable);
  if (watch->timer_source != NULL)
    g_source_destroy (watch->timer_source);
  g_clear_pointer (&watch->timer_source, g_source_unref);
  if (watch->timer >= 0)
    close (watch->timer);
  if (watch->bus != NULL)
    g_dbus_connection_signal_unsubscribe (watch->bus, watch->subscription);
  g_clear_object (&watch->bus);
  g_free (watch);
}
