/* Where the service takes in the mail of others: the socket that systemd hands to it. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

typedef struct _ServiceDoor ServiceDoor;

/* NULL without an error: there is no such socket. While this program has one thread only. */
ServiceDoor *service_door_new (GError **error);
/* Whoever comes is heard from now on, in other threads. */
void service_door_open (ServiceDoor *door);
/* Waits until what has come is on disk. */
void service_door_free (ServiceDoor *door);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServiceDoor, service_door_free)

G_END_DECLS
