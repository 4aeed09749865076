/* Importing: Claws Mail's accounts become sendpath's. */
#pragma once

#include <gtk/gtk.h>

gboolean importing_run (GtkWindow *parent);
