/* System calls on files of the outbox: repeated after EINTR, without SIGXFSZ, links never
 * followed. They set errno and know nothing of mail. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All descriptors are close-on-exec, above 2 (a program that was started without standard output
 * must not print into a message), and opened without following a link or waiting at a fifo. -1
 * and errno on failure. */
int      disk_open (int dir_fd, const char *name, int flags);
/* A new file of mode 0600, for reading and appending or writing. */
int      disk_create (int dir_fd, const char *name, int flags);
int      disk_open_dir (int dir_fd, const char *name);
void     disk_close (int fd);

/* All of @bytes, or FALSE and errno: EFBIG instead of death by SIGXFSZ. */
gboolean disk_write (int fd, const char *bytes, gsize length);
gboolean disk_write_at (int fd, const char *bytes, gsize length, guint64 offset);
/* As many bytes as there are, up to @size; -1 and errno on failure. */
gssize   disk_read_at (int fd, char *buffer, gsize size, guint64 offset);
/* Takes room behind @offset without changing the size; TRUE too where the file system cannot do
 * that. */
gboolean disk_reserve (int fd, guint64 offset, guint64 length);

/* Everything written is on disk. A failure is final (P-1): the kernel forgets what it could not
 * write, so a second call that says yes would lie. */
gboolean disk_sync (int fd);
gboolean disk_sync_data (int fd);
/* The data of all of @fds, files of one file system, of which @dir_fd is a folder: in one go where that
 * is known to be as good. */
gboolean disk_sync_data_of (int dir_fd, const int *fds, guint n);

G_END_DECLS
