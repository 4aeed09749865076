/* Delivering: the engine in Claws Mail's main loop. */
#pragma once

#include "asking.h"

typedef struct _Delivering Delivering;

Delivering *delivering_new (Asking *asking, GError **error);
void delivering_free (Delivering *delivering);

/* Owned by the caller; NULL: the configuration cannot be used. */
SendpathEngine *delivering_open_engine (Delivering *delivering, GError **error);
/* Tries what waits. */
void delivering_flush (Delivering *delivering);
/* The newest walk, or NULL; borrowed. */
const SendpathReport *delivering_get_last (const Delivering *delivering);
gboolean delivering_is_busy (const Delivering *delivering);
/* @func is called when a message has been tried; NULL: nobody listens. */
void delivering_follow (Delivering *delivering, void (*func) (gpointer), gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Delivering, delivering_free)
