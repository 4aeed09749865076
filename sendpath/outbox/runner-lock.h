/* Which process tries again what waits: at most one for an outbox. Two files in the outbox's folder,
 * `runner.lock` and `service.lock`, hold the process id of whoever holds the lock on them; the lock,
 * not the file, counts, and vanishes with the process. */
#pragma once

#include <gio/gio.h>

#include "sendpath/outbox/outbox.h"
#include "sendpath/outbox/schedule.h"

G_BEGIN_DECLS

typedef struct _RunnerLock RunnerLock;

typedef enum {
  RUNNER_LOCK_RUNNER,  /* tries again what waits */
  RUNNER_LOCK_SERVICE, /* is there to stay: callers leave new messages to it, and a deliverer that
                          tries again gives way to it */
} RunnerLockKind;

/* OUTBOX_ERROR_BUSY if somebody else has it. */
RunnerLock *runner_lock_take (Outbox *outbox, RunnerLockKind kind, GError **error);
/* Waits for it; G_IO_ERROR_CANCELLED. */
RunnerLock *runner_lock_wait (Outbox *outbox, RunnerLockKind kind, GCancellable *cancellable,
                              GError **error);
void        runner_lock_free (RunnerLock *lock);
gboolean    runner_lock_is_held (Outbox *outbox, RunnerLockKind kind);

/* Tells whoever tries again what waits that something happened: a file whose writing it sees. */
gboolean    runner_lock_wake (Outbox *outbox, ScheduleEvent event, GError **error);
/* What was told last. */
ScheduleEvent runner_lock_read_wake (Outbox *outbox);
/* When that was, in microseconds of the file system's clock; 0: never. Makes no outbox. */
gint64      runner_lock_get_wake_us (const char *outbox_dir);
/* The name of a file in the outbox's folder: that of a lock, or the one that wakes. */
const char *runner_lock_get_name (RunnerLockKind kind);
#define RUNNER_WAKE_NAME "wake"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RunnerLock, runner_lock_free)

G_END_DECLS
