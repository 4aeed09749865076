/* The message that came back, as a report quotes it in its text. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where in @text the original message is quoted; the end of @text if it is not. */
const char *bounce_original_find (const char *text);

G_END_DECLS
