/* What others do to an outbox, as it happens. It looks into no file, and costs nothing while nothing
 * happens. */
#include "config.h"

#include "sendpath/outbox/queue-events.h"

#include <errno.h>
#include <gio/gio.h>
#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "sendpath/outbox/outbox-private.h"

#define BUFFER_BYTES (64 * (sizeof (struct inotify_event) + NAME_MAX + 1))

struct _QueueEvents {
  int fd;
  int queue; /* which watch is which */
  int root;
};

QueueEvents *
queue_events_new (Outbox *outbox, GError **error)
{
  g_autoptr (QueueEvents) events = g_new0 (QueueEvents, 1);
  g_autofree char *queue =
      g_build_filename (outbox->path, outbox_get_folder_name (OUTBOX_QUEUE), NULL);

  events->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (events->fd >= 0)
    {
      /* whoever changes a journal has it open for writing until it lets the message go */
      events->queue = inotify_add_watch (
          events->fd, queue, IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR);
      events->root = inotify_add_watch (events->fd, outbox->path,
                                        IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_DELETE |
                                            IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    }
  if (events->fd >= 0 && events->queue >= 0 && events->root >= 0)
    return g_steal_pointer (&events);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", outbox->path,
               g_strerror (errno));
  return NULL;
}

void
queue_events_free (QueueEvents *events)
{
  if (events->fd >= 0)
    close (events->fd);
  g_free (events);
}

int
queue_events_get_fd (QueueEvents *events)
{
  return events->fd;
}

static void
tell_of_queue (const struct inotify_event *event, QueueEventFunc on_event, gpointer data)
{
  char id[ENVELOPE_ID_CHARS + 1];

  if (outbox_split_name (event->name, OUTBOX_MESSAGE, id))
    {
      if ((event->mask & IN_MOVED_TO) != 0)
        on_event (QUEUE_EVENT_ARRIVED, id, data);
      else if ((event->mask & (IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE)) != 0)
        on_event (QUEUE_EVENT_CHANGED, id, data);
    }
  else if (outbox_split_name (event->name, OUTBOX_JOURNAL, id) &&
           (event->mask & IN_CLOSE_WRITE) != 0)
    on_event (QUEUE_EVENT_CHANGED, id, data);
}

/* The outbox is removed from its leaves on; what we hold open of it keeps its root from going. */
static gboolean
is_end (const struct inotify_event *event)
{
  return event->len == 0 ||
         ((event->mask & IN_DELETE) != 0 &&
          g_str_equal (event->name, outbox_get_folder_name (OUTBOX_QUEUE)));
}

static void
tell (QueueEvents *events, const struct inotify_event *event, QueueEventFunc on_event,
      gpointer data)
{
  if ((event->mask & IN_Q_OVERFLOW) != 0)
    on_event (QUEUE_EVENT_LOST, NULL, data);
  else if (event->wd == events->queue && event->len > 0)
    tell_of_queue (event, on_event, data);
  else if (event->wd == events->root && is_end (event))
    on_event (QUEUE_EVENT_GONE, NULL, data);
  else if (event->wd == events->root)
    on_event (QUEUE_EVENT_FILE, event->name, data);
}

void
queue_events_read (QueueEvents *events, QueueEventFunc on_event, gpointer data)
{
  char buffer[BUFFER_BYTES] __attribute__ ((aligned (__alignof__ (struct inotify_event))));

  for (;;)
    {
      ssize_t count = read (events->fd, buffer, sizeof buffer);

      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        return;
      for (const char *at = buffer; at < buffer + count;)
        {
          const struct inotify_event *event = (const struct inotify_event *) at;

          tell (events, event, on_event, data);
          at += sizeof *event + event->len;
        }
    }
}

static void
pass_over (QueueEvent event, const char *id, gpointer data)
{
}

void
queue_events_wait (QueueEvents *events, int timeout_ms, GCancellable *cancellable)
{
  GPollFD fds[2] = { { .fd = -1, .events = G_IO_IN } };
  gboolean may_cancel = g_cancellable_make_pollfd (cancellable, &fds[1]);

  if (events != NULL)
    fds[0].fd = events->fd;
  g_poll (fds, may_cancel ? 2 : 1, timeout_ms);
  if (may_cancel)
    g_cancellable_release_fd (cancellable);
  if (events != NULL)
    queue_events_read (events, pass_over, NULL);
}
