/* A window to write a message in. */
#pragma once

#include <gtk/gtk.h>
#include <sendpath/sendpath.h>

G_BEGIN_DECLS

/* Shows a new one, which sends with @engine; it is its own until it is closed. */
GtkWindow *compose_open (SendpathEngine *engine);

G_END_DECLS
