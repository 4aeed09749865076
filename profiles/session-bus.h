/* A conversation with the session bus: a connection of our own, one call at a time, a limit for
 * all of it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SessionBus SessionBus;

/* The D-Bus address of the running session bus, or NULL. Never starts one (T-131). */
char            *session_bus_dup_address (void);

/* A conversation that ends when @caller (or NULL) is cancelled or @limit_ms are over (0: never).
 * It lives and dies in one thread, and calls in between come back there. */
SessionBus      *session_bus_new (guint limit_ms, GCancellable *caller);
void             session_bus_free (SessionBus *bus);

/* Connects. FALSE and G_IO_ERROR_NOT_FOUND if there is no bus, or what went wrong. */
gboolean         session_bus_connect (SessionBus *bus, GError **error);
GDBusConnection *session_bus_get_connection (SessionBus *bus);

/* What every call in the conversation is given. */
GCancellable    *session_bus_get_cancellable (SessionBus *bus);
/* The callback of an asynchronous call, whose data is @bus; session_bus_await() waits for it. */
void             session_bus_on_result (GObject *source, GAsyncResult *result, gpointer bus);
GAsyncResult    *session_bus_await (SessionBus *bus);

/* From here on a person may be asked, which takes as long as it takes. */
void             session_bus_lift_limit (SessionBus *bus);
/* TRUE if the limit ended it, and not the caller. */
gboolean         session_bus_is_late (SessionBus *bus);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SessionBus, session_bus_free)

G_END_DECLS
