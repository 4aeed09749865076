/* How far the sending is, on one line of a terminal. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Progress Progress;

/* On @fd, if that is a terminal; else nothing is ever shown. @n_messages: how many will be tried. */
Progress *progress_new (int fd, guint n_messages);
/* Leaves an empty line behind. */
void      progress_free (Progress *progress);

/* @sent_bytes of a message's @total_bytes are on their way. */
void      progress_note_bytes (Progress *progress, guint64 sent_bytes, guint64 total_bytes);
/* One more message was tried. */
void      progress_note_message (Progress *progress);
/* Takes the line away, for somebody who wants to write there: the next note brings it back. */
void      progress_hide (Progress *progress);

/* The line for a terminal of @columns; newly allocated, empty if there is no room. */
char     *progress_format (guint columns, guint n_done, guint n_messages, guint64 sent_bytes,
                           guint64 total_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

G_END_DECLS
