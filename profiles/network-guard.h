/* Stops what was begun on a network once the machine has left that network (P-14). */
#pragma once

#include "profiles/network.h"

G_BEGIN_DECLS

/* What was begun on @before has no future on @now: that is another network, or an address that the
 * machine had is gone. */
gboolean network_has_left (SendpathNetwork *before, SendpathNetwork *now);

/* Cancels what was begun on a network that the machine has left; and whether that was the reason. From
 * any thread. */
void     network_leave (GCancellable *cancellable);
gboolean network_was_left (GCancellable *cancellable);

typedef struct _NetworkGuard NetworkGuard;

/* @network is where it was begun. The guard's cancellable follows @cancellable (nullable). */
NetworkGuard *network_guard_new (SendpathNetwork *network, GCancellable *cancellable);
NetworkGuard *network_guard_ref (NetworkGuard *guard);
/* The last one ends the watch; takes as long as reading the network if that is under way. */
void          network_guard_unref (NetworkGuard *guard);

/* Watches the kernel in a thread of its own. Else it only knows what it is told. */
void          network_guard_watch (NetworkGuard *guard);
/* From any thread: the machine is on @network now. */
void          network_guard_tell (NetworkGuard *guard, SendpathNetwork *network);

GCancellable *network_guard_get_cancellable (NetworkGuard *guard);
gboolean      network_guard_has_left (NetworkGuard *guard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetworkGuard, network_guard_unref)

G_END_DECLS
