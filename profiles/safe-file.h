/* Small files, read and replaced whole. */
#pragma once

#include <sys/stat.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SAFE_FILE_PLAIN = 0,
  SAFE_FILE_DURABLE = 1 << 0, /* on disk, its folder too, before the call returns */
  SAFE_FILE_NEW = 1 << 1,     /* G_IO_ERROR_EXISTS if there is one already */
} SafeFileFlags;

/* Opens a folder that only this user may write; with @make it and its parents are made, 0700. -1
 * and a G_IO_ERROR on failure. */
int      safe_file_open_private_dir (const char *path, gboolean make, GError **error);

/* Reads all of a regular file of at most @size_max bytes, through no symbolic link; never blocks
 * on what is no file. NULL and a G_IO_ERROR on failure. */
GBytes  *safe_file_read (int dir, const char *name, gsize size_max, struct stat *ret_stat,
                         GError **error);

/* Writes a file beside and moves it into place: readers see the old one or the new one. The
 * caller holds a lock if others may do the same, unless the file is to be new. On failure nothing
 * has changed. */
gboolean safe_file_replace (int dir, const char *name, GBytes *bytes, mode_t mode,
                            SafeFileFlags flags, GError **error);

/* Waits, at most 2 s, until no other process or thread holds the lock on @fd, a descriptor open for
 * writing, and takes it. Closing @fd gives it back. FALSE and G_IO_ERROR_BUSY if the time is up. */
gboolean safe_file_lock (int fd, GError **error);

/* The same for a file that gets replaced: takes the lock on `NAME.lock` beside it. The
 * descriptor to close, or -1. */
int      safe_file_lock_beside (int dir, const char *name, GError **error);

G_END_DECLS
