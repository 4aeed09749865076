/* Where programs of this user hand in messages by SMTP: the sockets that systemd hands over, or the port and
 * the local socket that the configuration names. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

typedef struct _ServeDoor ServeDoor;

/* While this program has one thread only. The error says what to do about it. */
ServeDoor *serve_door_new (SendpathProfileStore *profiles, GError **error);
/* Whether there is a local socket, where nobody has to log in. */
gboolean serve_door_has_socket (const ServeDoor *door);
/* Whoever comes is heard from now on, in other threads, with the folders and the configuration file of
 * @engine. If that is not possible this process is told to end, see serve_door_close(). */
void serve_door_open (ServeDoor *door, SendpathEngine *engine);
/* Waits until what has come is on disk. FALSE: nobody was heard. */
gboolean serve_door_close (ServeDoor *door, GError **error);
void serve_door_free (ServeDoor *door);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeDoor, serve_door_free)

G_END_DECLS
