/* Tells when the machine has slept, or its clock was set. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _WakeWatch WakeWatch;
typedef enum {
  WAKE_SLEPT,    /* it was resumed */
  WAKE_NEW_TIME, /* nothing but that its clock was set */
} WakeCause;
typedef void (*WakeWatchTell) (WakeCause cause, gpointer data);

/* @tell is called in the thread-default main context of now. */
WakeWatch *wake_watch_new (WakeWatchTell tell, gpointer data);
void       wake_watch_free (WakeWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WakeWatch, wake_watch_free)

G_END_DECLS
