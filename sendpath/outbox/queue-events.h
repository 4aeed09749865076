/* What others do to an outbox, as it happens. It looks into no file, and costs nothing while nothing
 * happens. */
#pragma once

#include "sendpath/outbox/outbox.h"

G_BEGIN_DECLS

typedef enum {
  QUEUE_EVENT_ARRIVED, /* message @id came into queue/ */
  QUEUE_EVENT_CHANGED, /* somebody let go of message @id's journal, or it left queue/ */
  QUEUE_EVENT_LOST,    /* more happened than is known: everything is to be looked at again */
  QUEUE_EVENT_FILE,    /* the file @id in the outbox's own folder was written or closed */
  QUEUE_EVENT_GONE,    /* the outbox itself */
} QueueEvent;

/* @id is NULL for LOST and GONE. */
typedef void (*QueueEventFunc) (QueueEvent event, const char *id, gpointer data);

typedef struct _QueueEvents QueueEvents;

/* NULL and G_IO_ERROR if the kernel does not tell (too many are listening already). */
QueueEvents *queue_events_new (Outbox *outbox, GError **error);
void         queue_events_free (QueueEvents *events);
/* Ready for reading when something happened. */
int          queue_events_get_fd (QueueEvents *events);
/* Everything that happened since the last call; never blocks. */
void         queue_events_read (QueueEvents *events, QueueEventFunc on_event, gpointer data);
/* Waits until something happens, for @timeout_ms at most, and passes over what it was. Without @events
 * (NULL) nothing but a cancel is heard. */
void         queue_events_wait (QueueEvents *events, int timeout_ms, GCancellable *cancellable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QueueEvents, queue_events_free)

G_END_DECLS
