/* Places for connections: at most two at one server at a time, whoever of a run they are for, and one
 * where the server wants no second. It opens no connection, and ends only those that rest. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  guint wait_max_ms; /* so long a place is waited for */
  guint rest_ms;     /* a connection that rests for so long goes where somebody waits for its place */
  guint turn_ms;     /* one that was used for so long does, as soon as it rests */
} ServerSlotTimes;

typedef struct _ServerSlots ServerSlots;
/* One connection's place. */
typedef struct _ServerSlot ServerSlot;

/* @times: NULL for those of the product. */
ServerSlots *server_slots_new (const ServerSlotTimes *times);
/* All places have been given back. */
void         server_slots_free (ServerSlots *slots);

/* A place at the server of that name, in the order in which they were asked for; NULL: cancelled, or there
 * was none in all that time. @ret_has_waited: it was not there at once. Any thread. */
ServerSlot  *server_slots_take (ServerSlots *slots, const char *server, GCancellable *cancellable,
                                gboolean *ret_has_waited);
/* Gives it back: the connection is closed. NULL: nothing. */
void         server_slot_free (ServerSlot *slot);

/* The connection is in order and nobody uses it: from now on whoever waits for its place may shut its
 * socket @fd down. FALSE: somebody waits and it was theirs long enough; close it. */
gboolean     server_slot_rest (ServerSlot *slot, int fd);
/* It is to be used again, or closed: nobody touches @fd any more. FALSE: its place is somebody else's. */
gboolean     server_slot_resume (ServerSlot *slot);

/* The server refused this connection. TRUE: there is another one, so it wants no second, and gets none any
 * more. */
gboolean     server_slot_note_refusal (ServerSlot *slot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerSlots, server_slots_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerSlot, server_slot_free)

G_END_DECLS
