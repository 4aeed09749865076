/* The desktop's notifications, over the session bus: org.freedesktop.Notifications, or in a sandbox
 * the portal.
 *
 * Nobody has to be there: without a bus, or with one that does not answer in time, nothing is shown
 * and nothing said. It never starts a bus. */
#include "config.h"

#include "desktop.h"

#include <glib/gi18n.h>

#define ANSWER_MS 2000
/* One that hangs is not asked for every message: others are to be looked after. */
#define LEFT_ALONE_US (60 * G_TIME_SPAN_SECOND)
#define ICON      "mail-send"

typedef struct {
  const char *name, *path, *interface;
} Service;

static const Service server = { "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
                                "org.freedesktop.Notifications" };
static const Service portal = { "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
                                "org.freedesktop.portal.Notification" };

struct _Desktop {
  const Service *service;
  DesktopPressed pressed;
  gpointer data;
  GDBusConnection *connection; /* NULL until the first notice */
  guint subscription;
  gboolean has_buttons, has_markup; /* what the server can show */
  GHashTable *numbers;              /* slot -> the server's number of its notice */
  gint64 silent_until_us;           /* monotonic */
};

Desktop *
desktop_new (gboolean is_sandboxed, DesktopPressed pressed, gpointer data)
{
  Desktop *desktop = g_new0 (Desktop, 1);

  desktop->service = is_sandboxed ? &portal : &server;
  desktop->pressed = pressed;
  desktop->data = data;
  desktop->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return desktop;
}

static void
disconnect (Desktop *desktop)
{
  if (desktop->connection == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (desktop->connection, desktop->subscription);
  g_dbus_connection_close (desktop->connection, NULL, NULL, NULL);
  g_clear_object (&desktop->connection);
  g_hash_table_remove_all (desktop->numbers);
}

void
desktop_free (Desktop *desktop)
{
  disconnect (desktop);
  g_hash_table_unref (desktop->numbers);
  g_free (desktop);
}

/* ---- what comes back ------------------------------------------------------------------------- */

static const char *
find_slot (Desktop *desktop, guint number)
{
  GHashTableIter iter;
  gpointer slot, value;

  g_hash_table_iter_init (&iter, desktop->numbers);
  while (g_hash_table_iter_next (&iter, &slot, &value))
    if (GPOINTER_TO_UINT (value) == number)
      return slot;
  return NULL;
}

/* The slot of a notice that is about to go, as it does when a button is pressed; its number means
 * nothing from now on. */
static char *
take_slot (Desktop *desktop, guint number)
{
  char *slot = g_strdup (find_slot (desktop, number));

  if (slot != NULL)
    g_hash_table_remove (desktop->numbers, slot);
  return slot;
}

static void
on_server_signal (Desktop *desktop, const char *signal, GVariant *parameters)
{
  g_autofree char *slot = NULL;
  const char *button;
  guint number;

  if (g_str_equal (signal, "ActionInvoked") &&
      g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)")))
    {
      g_variant_get (parameters, "(u&s)", &number, &button);
      slot = take_slot (desktop, number);
      if (slot != NULL)
        desktop->pressed (slot, button, desktop->data);
    }
  else if (g_str_equal (signal, "NotificationClosed") &&
           g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uu)")))
    {
      g_variant_get (parameters, "(uu)", &number, NULL);
      slot = take_slot (desktop, number);
    }
}

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
           const char *signal, GVariant *parameters, gpointer data)
{
  Desktop *desktop = data;
  const char *slot, *button;

  if (desktop->service == &server)
    on_server_signal (desktop, signal, parameters);
  else if (g_str_equal (signal, "ActionInvoked") &&
           g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssav)")))
    {
      g_variant_get (parameters, "(&s&sav)", &slot, &button, NULL);
      desktop->pressed (slot, button, desktop->data);
    }
}

/* ---- the bus --------------------------------------------------------------------------------- */

/* Only a socket of this machine: left to itself, GLib starts a bus where it finds none. */
char *
desktop_dup_bus_address (void)
{
  const char *given = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *path = NULL;
  g_autofree char *escaped = NULL;

  if (given != NULL && *given != '\0')
    return g_str_has_prefix (given, "unix:") && strchr (given, ';') == NULL ? g_strdup (given)
                                                                            : NULL;
  if (runtime == NULL || *runtime == '\0')
    return NULL;
  path = g_build_filename (runtime, "bus", NULL);
  escaped = g_dbus_address_escape_value (path);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_strconcat ("unix:path=", escaped, NULL) : NULL;
}

static void
leave_alone (Desktop *desktop)
{
  desktop->silent_until_us = g_get_monotonic_time () + LEFT_ALONE_US;
}

/* NULL: nobody answered as he should. */
static GVariant *
call (Desktop *desktop, const char *method, GVariant *arguments, const char *reply_type)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply = g_dbus_connection_call_sync (
      desktop->connection, desktop->service->name, desktop->service->path,
      desktop->service->interface, method, arguments, G_VARIANT_TYPE (reply_type),
      G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    leave_alone (desktop);
  return reply;
}

/* Somebody who waits for a bus, and gives up in time: GLib would wait for ever. */
typedef struct {
  GMutex mutex;
  GCond changed;
  gboolean is_over;
  GCancellable *cancellable;
} Patience;

static gpointer
lose_patience (gpointer data)
{
  Patience *patience = data;
  gint64 end_us = g_get_monotonic_time () + ANSWER_MS * G_TIME_SPAN_MILLISECOND;

  g_mutex_lock (&patience->mutex);
  while (!patience->is_over && g_cond_wait_until (&patience->changed, &patience->mutex, end_us))
    ;
  if (!patience->is_over)
    g_cancellable_cancel (patience->cancellable);
  g_mutex_unlock (&patience->mutex);
  return NULL;
}

static GDBusConnection *
connect_in_time (Desktop *desktop, const char *address)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Patience patience = { .cancellable = cancellable };
  GThread *thread;
  GDBusConnection *connection;

  g_mutex_init (&patience.mutex);
  g_cond_init (&patience.changed);
  thread = g_thread_new ("patience", lose_patience, &patience);
  connection = g_dbus_connection_new_for_address_sync (
      address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, cancellable, NULL);
  g_mutex_lock (&patience.mutex);
  patience.is_over = TRUE;
  g_cond_signal (&patience.changed);
  g_mutex_unlock (&patience.mutex);
  g_thread_join (thread);
  if (connection == NULL && g_cancellable_is_cancelled (cancellable))
    leave_alone (desktop);
  g_mutex_clear (&patience.mutex);
  g_cond_clear (&patience.changed);
  return connection;
}

static void
learn_capabilities (Desktop *desktop)
{
  g_autoptr (GVariant) reply = call (desktop, "GetCapabilities", NULL, "(as)");
  g_autofree const char **words = NULL;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(^a&s)", &words);
  desktop->has_buttons = g_strv_contains (words, "actions");
  desktop->has_markup = g_strv_contains (words, "body-markup");
}

static gboolean
reach (Desktop *desktop)
{
  g_autofree char *address = NULL;

  if (g_get_monotonic_time () < desktop->silent_until_us)
    return FALSE;
  if (desktop->connection != NULL && !g_dbus_connection_is_closed (desktop->connection))
    return TRUE;
  disconnect (desktop);
  address = desktop_dup_bus_address ();
  if (address == NULL)
    return FALSE;
  desktop->connection = connect_in_time (desktop, address);
  if (desktop->connection == NULL)
    return FALSE;
  desktop->subscription = g_dbus_connection_signal_subscribe (
      desktop->connection, desktop->service->name, desktop->service->interface, NULL,
      desktop->service->path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, desktop, NULL);
  if (desktop->service == &server)
    learn_capabilities (desktop);
  return g_get_monotonic_time () >= desktop->silent_until_us;
}

/* ---- notices --------------------------------------------------------------------------------- */

/* The server's words in it must not become links or pictures. */
static char *
dup_body (Desktop *desktop, const Notice *notice)
{
  return desktop->has_markup ? g_markup_escape_text (notice->body, -1) : g_strdup (notice->body);
}

static GVariant *
new_server_arguments (Desktop *desktop, const char *slot, const Notice *notice)
{
  guint replaces = GPOINTER_TO_UINT (g_hash_table_lookup (desktop->numbers, slot));
  g_autofree char *body = dup_body (desktop, notice);
  GVariantBuilder buttons, hints;

  g_variant_builder_init (&buttons, G_VARIANT_TYPE ("as"));
  for (const NoticeButton *button = notice->buttons; desktop->has_buttons && button->id != NULL;
       button++)
    {
      g_variant_builder_add (&buttons, "s", button->id);
      g_variant_builder_add (&buttons, "s", _ (button->label));
    }
  g_variant_builder_init (&hints, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&hints, "{sv}", "category", g_variant_new_string ("email"));
  return g_variant_new ("(susssasa{sv}i)", "sendpath", replaces, ICON, notice->title, body,
                        &buttons, &hints, notice->stays ? 0 : -1);
}

static GVariant *
new_portal_arguments (const char *slot, const Notice *notice)
{
  GVariantBuilder content, buttons;

  g_variant_builder_init (&buttons, G_VARIANT_TYPE ("aa{sv}"));
  for (const NoticeButton *button = notice->buttons; button->id != NULL; button++)
    {
      g_variant_builder_open (&buttons, G_VARIANT_TYPE ("a{sv}"));
      g_variant_builder_add (&buttons, "{sv}", "label", g_variant_new_string (_ (button->label)));
      g_variant_builder_add (&buttons, "{sv}", "action", g_variant_new_string (button->id));
      g_variant_builder_close (&buttons);
    }
  g_variant_builder_init (&content, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&content, "{sv}", "title", g_variant_new_string (notice->title));
  g_variant_builder_add (&content, "{sv}", "body", g_variant_new_string (notice->body));
  g_variant_builder_add (&content, "{sv}", "buttons", g_variant_builder_end (&buttons));
  return g_variant_new ("(sa{sv})", slot, &content);
}

void
desktop_show (Desktop *desktop, const char *slot, const Notice *notice)
{
  g_autoptr (GVariant) reply = NULL;
  guint number;

  if (!reach (desktop))
    return;
  if (desktop->service == &portal)
    {
      reply = call (desktop, "AddNotification", new_portal_arguments (slot, notice), "()");
      return;
    }
  reply = call (desktop, "Notify", new_server_arguments (desktop, slot, notice), "(u)");
  if (reply == NULL)
    return;
  g_variant_get (reply, "(u)", &number);
  g_hash_table_insert (desktop->numbers, g_strdup (slot), GUINT_TO_POINTER (number));
}

void
desktop_withdraw (Desktop *desktop, const char *slot)
{
  g_autoptr (GVariant) reply = NULL;
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (desktop->numbers, slot));

  if (desktop->connection == NULL || g_dbus_connection_is_closed (desktop->connection) ||
      g_get_monotonic_time () < desktop->silent_until_us)
    return;
  if (desktop->service == &portal)
    reply = call (desktop, "RemoveNotification", g_variant_new ("(s)", slot), "()");
  else if (number != 0)
    reply = call (desktop, "CloseNotification", g_variant_new ("(u)", number), "()");
  g_hash_table_remove (desktop->numbers, slot);
}
