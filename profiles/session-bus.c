/* A conversation with the session bus: a connection of our own, one call at a time, a limit for
 * all of it.
 *
 * Never starts a bus: GLib, left to itself, does where it finds none, and from cron that would
 * be a stray daemon. Never uses the connection that the process shares: it belongs to the host,
 * and may end the process when the bus goes. */
#include "config.h"

#include "profiles/session-bus.h"

#include <sys/stat.h>

#include <glib/gi18n-lib.h>

struct _SessionBus
{
  GMainContext    *context;
  GCancellable    *caller;      /* what the caller may cancel, or NULL */
  gulong           caller_id;
  GCancellable    *cancellable; /* cancelled by the caller or by the limit */
  GSource         *limit;
  gboolean         is_late;
  GAsyncResult    *result; /* of the call that is waited for */
  GDBusConnection *connection;
};

static gboolean
is_socket (const char *path)
{
  struct stat st;

  return stat (path, &st) == 0 && S_ISSOCK (st.st_mode);
}

/* Only sockets of this machine: not `autolaunch:`, and nothing that crosses a network. */
static gboolean
is_local (const char *address)
{
  g_auto(GStrv) entries = g_strsplit (address, ";", -1);

  for (gsize i = 0; entries[i] != NULL; i++)
    if (!g_str_has_prefix (entries[i], "unix:"))
      return FALSE;
  return g_dbus_is_supported_address (address, NULL);
}

char *
session_bus_dup_address (void)
{
  const char *given = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *path = NULL;
  g_autofree char *escaped = NULL;

  if (given != NULL && *given != '\0')
    return is_local (given) ? g_strdup (given) : NULL;
  if (runtime == NULL || *runtime == '\0')
    return NULL;
  path = g_build_filename (runtime, "bus", NULL);
  if (!is_socket (path))
    return NULL;
  escaped = g_dbus_address_escape_value (path);
  return g_strconcat ("unix:path=", escaped, NULL);
}

void
session_bus_on_result (GObject *source, GAsyncResult *result, gpointer bus)
{
  SessionBus *self = bus;

  self->result = g_object_ref (result);
}

GAsyncResult *
session_bus_await (SessionBus *bus)
{
  while (bus->result == NULL)
    g_main_context_iteration (bus->context, TRUE);
  return g_steal_pointer (&bus->result);
}

static gboolean
on_limit (gpointer data)
{
  SessionBus *bus = data;

  bus->is_late = TRUE;
  g_cancellable_cancel (bus->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_caller_cancelled (GCancellable *caller, gpointer data)
{
  g_cancellable_cancel (data);
}

SessionBus *
session_bus_new (guint limit_ms, GCancellable *caller)
{
  SessionBus *bus = g_new0 (SessionBus, 1);

  bus->context = g_main_context_new ();
  g_main_context_push_thread_default (bus->context);
  bus->cancellable = g_cancellable_new ();
  bus->caller = caller;
  if (caller != NULL)
    bus->caller_id =
        g_cancellable_connect (caller, G_CALLBACK (on_caller_cancelled), bus->cancellable, NULL);
  if (limit_ms == 0)
    return bus;
  bus->limit = g_timeout_source_new (limit_ms);
  g_source_set_callback (bus->limit, on_limit, bus, NULL);
  g_source_attach (bus->limit, bus->context);
  return bus;
}

void
session_bus_lift_limit (SessionBus *bus)
{
  if (bus->limit != NULL)
    g_source_destroy (bus->limit);
  g_clear_pointer (&bus->limit, g_source_unref);
}

void
session_bus_free (SessionBus *bus)
{
  if (bus->connection != NULL)
    {
      g_dbus_connection_close (bus->connection, NULL, session_bus_on_result, bus);
      g_object_unref (session_bus_await (bus));
      g_object_unref (bus->connection);
    }
  session_bus_lift_limit (bus);
  if (bus->caller != NULL)
    g_cancellable_disconnect (bus->caller, bus->caller_id);
  g_object_unref (bus->cancellable);
  while (g_main_context_iteration (bus->context, FALSE))
    ;
  g_main_context_pop_thread_default (bus->context);
  g_main_context_unref (bus->context);
  g_free (bus);
}

gboolean
session_bus_connect (SessionBus *bus, GError **error)
{
  g_autofree char *address = session_bus_dup_address ();
  g_autoptr(GAsyncResult) result = NULL;

  if (address == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("no session bus is running"));
      return FALSE;
    }
  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                         G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, bus->cancellable, session_bus_on_result, bus);
  result = session_bus_await (bus);
  bus->connection = g_dbus_connection_new_for_address_finish (result, error);
  return bus->connection != NULL;
}

GDBusConnection *
session_bus_get_connection (SessionBus *bus)
{
  return bus->connection;
}

GCancellable *
session_bus_get_cancellable (SessionBus *bus)
{
  return bus->cancellable;
}

gboolean
session_bus_is_late (SessionBus *bus)
{
  return bus->is_late;
}
