/* How a program ends that gets no memory, or no thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From now on with @status, after a line on standard error that begins with @program (kept, not
 * copied). */
void no_memory_ends_with (const char *program, int status);

G_END_DECLS
