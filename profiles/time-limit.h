/* An end to look-ups in a main context of one's own: by time, or because the caller cancels. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  GCancellable *cancellable; /* for the look-ups; cancelled when it is over */
  gboolean is_over;
  GSource *timer;
  GSource *caller; /* NULL if the caller cannot cancel */
} TimeLimit;

/* From now on, in @context, whose owner waits in it; @caller may be NULL. */
void time_limit_start (TimeLimit *limit, GMainContext *context, guint timeout_ms,
                       GCancellable *caller);
/* Before the time: nothing more is wanted. */
void time_limit_end (TimeLimit *limit);
void time_limit_clear (TimeLimit *limit);

G_END_DECLS
