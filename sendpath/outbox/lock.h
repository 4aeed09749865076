/* A lock on a message file that this process alone holds (P-7): it vanishes with the process,
 * and a forked child neither holds it nor keeps it alive. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Lock Lock;

/* Opens a file for writing: its descriptor, or -1 and errno. */
typedef int (*LockOpen) (gpointer data);
/* Opens a file and locks it, while nobody can fork. NULL and errno: that of @open, or EAGAIN if
 * somebody else, in this process or another, holds it. */
Lock    *lock_take (LockOpen open, gpointer data);
/* Lets it go and closes the file. In a forked child it only frees the memory. */
void     lock_free (Lock *lock);
/* The descriptor, or -1 in a forked child: it must keep its hands off. */
int      lock_get_fd (const Lock *lock);
/* TRUE if somebody holds a lock on the file of @fd through another descriptor. */
gboolean lock_is_held (int fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lock, lock_free)

G_END_DECLS
