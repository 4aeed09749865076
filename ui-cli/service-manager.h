/* What systemd is told about the service, and gives to it, if systemd started it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Such as `READY=1`. Without a service manager, nothing. */
void service_manager_tell (const char *state);

/* The sockets that it hands over are numbered from here on. */
#define SERVICE_MANAGER_FIRST       3
#define SERVICE_MANAGER_SOCKETS_MAX 16
/* How many they are; nobody finds them a second time. While this program has one thread only. */
guint service_manager_take_sockets (void);

G_END_DECLS
