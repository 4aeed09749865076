/* A message of the outbox tried now, and shown as `send` does. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

/* Has message @id walk, prints what happened, for programs with @json; the exit code of `send`. From
 * here on the message is on disk: whatever happens, it is not the caller's to send again. */
int cli_deliver (SendpathEngine *engine, const char *id, gboolean json);

G_END_DECLS
