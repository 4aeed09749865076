/* Which process tries again what waits: at most one for an outbox. It never waits for a lock, and
 * never removes a file: somebody may have it open and be about to lock it. */
#include "config.h"

#include "sendpath/outbox/runner-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-private.h"
#include "sendpath/outbox/queue-events.h"

#define LOOK_AGAIN_MS 1000

struct _RunnerLock {
  Lock *lock;
};

static const char *const names[] = {
  [RUNNER_LOCK_RUNNER] = "runner.lock",
  [RUNNER_LOCK_SERVICE] = "service.lock",
};

typedef struct {
  int folder;
  const char *name;
} Place;

const char *
runner_lock_get_name (RunnerLockKind kind)
{
  return names[kind];
}

/* The file, made if it is not there. */
static int
open_file (gpointer data)
{
  const Place *place = data;
  int fd = disk_open (place->folder, place->name, O_RDWR);

  if (fd < 0 && errno == ENOENT)
    fd = disk_create (place->folder, place->name, O_RDWR);
  if (fd < 0 && errno == EEXIST)
    fd = disk_open (place->folder, place->name, O_RDWR);
  return fd;
}

/* For people and for whoever has to end it; nothing hangs on it. */
static void
write_pid (int fd)
{
  g_autofree char *text = g_strdup_printf ("%ld\n", (long) getpid ());

  if (ftruncate (fd, 0) == 0)
    disk_write_at (fd, text, strlen (text), 0);
}

static void
set_error (Outbox *outbox, const char *name, GError **error)
{
  int code = errno;

  if (code == EAGAIN)
    g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY,
                 _ ("%s: another process looks after this outbox already"), outbox->path);
  else
    g_set_error (error, OUTBOX_ERROR, outbox_is_full (code) ? OUTBOX_ERROR_FULL : OUTBOX_ERROR_IO,
                 "%s/%s: %s", outbox->path, name, g_strerror (code));
}

RunnerLock *
runner_lock_take (Outbox *outbox, RunnerLockKind kind, GError **error)
{
  Place place = { disk_open_dir (AT_FDCWD, outbox->path), names[kind] };
  RunnerLock *runner_lock = NULL;
  Lock *lock = place.folder >= 0 ? lock_take (open_file, &place) : NULL;

  if (lock == NULL)
    set_error (outbox, names[kind], error);
  else
    {
      runner_lock = g_new0 (RunnerLock, 1);
      runner_lock->lock = lock;
      write_pid (lock_get_fd (lock));
    }
  if (place.folder >= 0)
    disk_close (place.folder);
  return runner_lock;
}

/* Whoever lets the lock go closes its file, and that is told; the kernel tells it of somebody who dies
 * a moment before it takes his lock away, and may tell nothing at all. To try to take it would be told
 * as well, so whether it is held is asked without. */
RunnerLock *
runner_lock_wait (Outbox *outbox, RunnerLockKind kind, GCancellable *cancellable, GError **error)
{
  g_autoptr (QueueEvents) events = queue_events_new (outbox, NULL);

  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      RunnerLock *lock = NULL;

      if (!runner_lock_is_held (outbox, kind))
        lock = runner_lock_take (outbox, kind, &local_error);
      if (lock != NULL)
        return lock;
      if (local_error != NULL && !g_error_matches (local_error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      queue_events_wait (events, LOOK_AGAIN_MS, cancellable);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
    }
}

void
runner_lock_free (RunnerLock *runner_lock)
{
  lock_free (runner_lock->lock);
  g_free (runner_lock);
}

gboolean
runner_lock_is_held (Outbox *outbox, RunnerLockKind kind)
{
  g_autofree char *path = g_build_filename (outbox->path, names[kind], NULL);
  int fd = disk_open (AT_FDCWD, path, O_RDONLY);
  gboolean is_held = fd >= 0 && lock_is_held (fd);

  if (fd >= 0)
    disk_close (fd);
  return is_held;
}

gboolean
runner_lock_wake (Outbox *outbox, ScheduleEvent event, GError **error)
{
  Place place = { disk_open_dir (AT_FDCWD, outbox->path), RUNNER_WAKE_NAME };
  int fd = place.folder >= 0 ? open_file (&place) : -1;
  char digit = (char) ('0' + event);
  gboolean is_written = fd >= 0 && disk_write_at (fd, &digit, 1, 0);

  if (!is_written)
    set_error (outbox, RUNNER_WAKE_NAME, error);
  disk_close (fd);
  disk_close (place.folder);
  return is_written;
}

ScheduleEvent
runner_lock_read_wake (Outbox *outbox)
{
  g_autofree char *path = g_build_filename (outbox->path, RUNNER_WAKE_NAME, NULL);
  int fd = disk_open (AT_FDCWD, path, O_RDONLY);
  char digit = fd >= 0 ? '0' : '\0'; /* as long as nothing is written, nothing happened */

  if (fd >= 0)
    disk_read_at (fd, &digit, 1, 0);
  disk_close (fd);
  return digit >= '0' && digit <= '0' + SCHEDULE_FLUSH ? (ScheduleEvent) (digit - '0')
                                                      : SCHEDULE_NETWORK;
}

gint64
runner_lock_get_wake_us (const char *outbox_dir)
{
  g_autofree char *path = g_build_filename (outbox_dir, RUNNER_WAKE_NAME, NULL);
  struct stat wake;

  if (lstat (path, &wake) < 0)
    return 0;
  return (gint64) wake.st_mtim.tv_sec * G_USEC_PER_SEC + wake.st_mtim.tv_nsec / 1000;
}
