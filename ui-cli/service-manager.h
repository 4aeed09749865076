/* What systemd is told about the service, if systemd started it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Such as `READY=1`. Without a service manager, nothing. */
void service_manager_tell (const char *state);

G_END_DECLS
