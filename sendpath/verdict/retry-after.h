/* When a server says that it may be tried again: “try again in 5 minutes”. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No server makes us wait for longer than that. */
#define RETRY_AFTER_MAX_S (24 * 3600)

/* The seconds that the words of a reply ask us to wait, at most RETRY_AFTER_MAX_S; 0: they name no
 * time. */
guint retry_after_read (const char *text);

G_END_DECLS
