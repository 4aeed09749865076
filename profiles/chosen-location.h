/* The location that was switched to by hand. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Its id, whether or not there is such a location; NULL if none was chosen. */
char *chosen_location_read (const char *state_dir);
/* @id: NULL to go back to recognition. */
gboolean chosen_location_write (const char *state_dir, const char *id, GError **error);

G_END_DECLS
