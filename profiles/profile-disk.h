/* The configuration on disk: read only if nobody else may write it, replaced only if nobody else
 * did. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads the file at @path, which may be a symbolic link. NULL and a SENDPATH_PROFILE_ERROR:
 * MISSING, UNSAFE, or BROKEN if it cannot be read. */
GBytes  *profile_disk_read (const char *path, GError **error);

/* Replaces @old, or makes the file if @old is NULL, atomically and synced. FALSE and
 * SENDPATH_PROFILE_ERROR_CHANGED if the file is no longer @old, UNSAFE, or BROKEN if it cannot
 * be written. */
gboolean profile_disk_write (const char *path, GBytes *old, GBytes *bytes, GError **error);

G_END_DECLS
