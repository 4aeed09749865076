/* Looking at a message without its lock, while others may send and file it, and waiting until they did.
 * It moves nothing. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"

#include "sendpath/outbox/outbox-reader.h"

/* The lock of a sender goes a moment after its files are closed. */
#define LOCK_LAG_MS 200
#define EVENT_BYTES 4096

/* A message that is filed while we look is looked for once more: it moves once. */
#define TRIES 2

/* Opens the message where it lies. */
static gboolean
open_entry (OutboxEntry *entry, GError **error)
{
  static const guint folders[] = { OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_SENT };
  char name[OUTBOX_NAME_SIZE];

  outbox_make_name (name, entry->id, OUTBOX_MESSAGE);
  errno = ENOENT;
  for (guint i = 0; outbox_is_id (entry->id) && entry->fd < 0 && errno == ENOENT &&
                    i < G_N_ELEMENTS (folders);
       i++)
    {
      entry->folder = folders[i];
      entry->fd =
          outbox_open_measured (entry->outbox, folders[i], name, O_RDONLY, &entry->file_bytes);
    }
  if (entry->fd >= 0)
    return TRUE;
  if (errno == ENOENT)
    outbox_set_not_found (error, entry->id);
  else
    {
      entry->error_code = errno;
      outbox_reader_check (entry, errno == EUCLEAN ? READING_DAMAGED : READING_FAILED, error);
    }
  return FALSE;
}

OutboxEntry *
outbox_watch (Outbox *outbox, const char *id, GError **error)
{
  for (guint i = 0; i < TRIES; i++)
    {
      g_autoptr(OutboxEntry) entry = outbox_reader_new (outbox, id);
      Reading reading;

      if (!open_entry (entry, error))
        return NULL;
      reading = outbox_reader_read_message (entry);
      reading = reading == READING_GOOD ? outbox_reader_open_journal (entry) : reading;
      if (reading == READING_GOOD)
        return g_steal_pointer (&entry);
      if (outbox_reader_is_still_there (entry))
        {
          outbox_reader_check (entry, reading, error);
          return NULL;
        }
    }
  outbox_set_not_found (error, id);
  return NULL;
}

static gboolean
has_uncertain (const SendpathReport *report)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_UNCERTAIN)
      return TRUE;
  return FALSE;
}

SendpathReport *
outbox_watch_report (OutboxEntry *watch, GError **error)
{
  gboolean is_in_flight = lock_is_held (watch->fd);
  Reading reading = outbox_reader_read_journal (watch, is_in_flight);

  /* somebody began to send it while we read: a dot among what we read may be theirs */
  if (!is_in_flight && has_uncertain (watch->report) && lock_is_held (watch->fd))
    reading = outbox_reader_read_journal (watch, TRUE);
  return outbox_reader_check (watch, reading, error) ? sendpath_report_ref (watch->report) : NULL;
}

SendpathReport *
outbox_read_report (Outbox *outbox, const char *id, GError **error)
{
  g_autoptr(OutboxEntry) watch = outbox_watch (outbox, id, error);

  return watch != NULL ? outbox_watch_report (watch, error) : NULL;
}

gboolean
outbox_watch_is_busy (OutboxEntry *watch)
{
  return lock_is_held (watch->fd);
}

gboolean
outbox_watch_is_there (OutboxEntry *watch, GError **error)
{
  struct stat status;

  if (fstat (watch->fd, &status) < 0 || status.st_nlink > 0)
    return TRUE;
  outbox_set_not_found (error, watch->id);
  return FALSE;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* By descriptor: it may move meanwhile. */
static gboolean
add_file (int inotify, int fd)
{
  char path[64];

  g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  return inotify_add_watch (inotify, path, IN_MODIFY | IN_CLOSE_WRITE | IN_MOVE_SELF | IN_ATTRIB) >=
         0;
}

int
outbox_watch_open_events (OutboxEntry *watch, GError **error)
{
  int inotify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  int code;

  if (inotify >= 0 && add_file (inotify, watch->fd) && add_file (inotify, watch->journal_fd))
    return inotify;
  code = errno;
  if (inotify >= 0)
    disk_close (inotify);
  g_set_error (error, OUTBOX_ERROR, outbox_is_full (code) ? OUTBOX_ERROR_FULL : OUTBOX_ERROR_IO,
               _ ("the message cannot be watched: %s"), g_strerror (code));
  return -1;
}

gboolean
outbox_watch_wait (OutboxEntry *watch, int events, GCancellable *cancellable, GError **error)
{
  struct pollfd fds[2] = { { .fd = events, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
  GPollFD cancel = { .fd = -1 };
  char buffer[EVENT_BYTES];
  int result;

  if (g_cancellable_make_pollfd (cancellable, &cancel))
    fds[1].fd = cancel.fd;
  do
    result = poll (fds, G_N_ELEMENTS (fds), outbox_watch_is_busy (watch) ? LOCK_LAG_MS : -1);
  while (result < 0 && errno == EINTR);
  if (cancel.fd >= 0)
    g_cancellable_release_fd (cancellable);
  while (read (events, buffer, sizeof buffer) > 0)
    ; /* what happened is read from the files */
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
