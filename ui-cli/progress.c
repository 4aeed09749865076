/* How far the sending is, on one line of a terminal: messages, and the bytes of the one that is being
 * sent. It never writes anywhere but to a terminal, and needs no clock but its own. */
#include "config.h"

#include "progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS     80
#define MIN_BAR     10
#define MAX_BAR     40
#define SOON_US     (300 * G_TIME_SPAN_MILLISECOND) /* what is over by then needs no line */
#define INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)
#define CLEAR_LINE  "\r\033[K"

struct _Progress {
  int fd; /* -1: nobody looks */
  guint n_done, n_messages;
  guint64 sent_bytes, total_bytes;
  gboolean is_shown;
  gint64 begun_at_us, drawn_at_us;
};

Progress *
progress_new (int fd, guint n_messages)
{
  Progress *progress = g_new0 (Progress, 1);

  progress->fd = isatty (fd) ? fd : -1;
  progress->n_messages = n_messages;
  progress->begun_at_us = g_get_monotonic_time ();
  return progress;
}

void
progress_free (Progress *progress)
{
  progress_hide (progress);
  g_free (progress);
}

/* How full the bar is: messages that are done, and the part of the one at hand. */
static gdouble
get_fraction (guint n_done, guint n_messages, guint64 sent_bytes, guint64 total_bytes)
{
  gdouble part = total_bytes > 0 ? (gdouble) sent_bytes / (gdouble) total_bytes : 0;

  return n_messages > 0 ? CLAMP ((n_done + MIN (part, 1)) / n_messages, 0, 1) : 0;
}

char *
progress_format (guint columns, guint n_done, guint n_messages, guint64 sent_bytes,
                 guint64 total_bytes)
{
  g_autofree char *sent = g_format_size (sent_bytes);
  g_autofree char *total = g_format_size (total_bytes);
  g_autofree char *bytes =
      total_bytes > 0 ? g_strdup_printf ("  %s / %s", sent, total) : g_strdup ("");
  g_autofree char *text =
      g_strdup_printf (" %u/%u%s", MIN (n_done + 1, n_messages), n_messages, bytes);
  gsize used =
      (gsize) g_utf8_strlen (text, -1) + strlen ("[]") + 1; /* the last column stays free */
  gsize bar = columns > used ? MIN (columns - used, MAX_BAR) : 0;
  gsize full = (gsize) (get_fraction (n_done, n_messages, sent_bytes, total_bytes) * (gdouble) bar);
  g_autofree char *done = g_strnfill (full, '#');
  g_autofree char *open = g_strnfill (bar - full, '.');

  return bar >= MIN_BAR ? g_strconcat ("[", done, open, "]", text, NULL) : g_strdup ("");
}

static guint
get_columns (int fd)
{
  struct winsize size;

  return ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

/* What the terminal does not take is not worth waiting or worrying for. */
static void
print (const Progress *progress, const char *text)
{
  if (write (progress->fd, text, strlen (text)) < 0)
    return;
}

static void
draw (Progress *progress)
{
  gint64 now_us = g_get_monotonic_time ();
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;

  if (progress->fd < 0 || now_us - progress->begun_at_us < SOON_US ||
      (progress->is_shown && now_us - progress->drawn_at_us < INTERVAL_US))
    return;
  line = progress_format (get_columns (progress->fd), progress->n_done, progress->n_messages,
                          progress->sent_bytes, progress->total_bytes);
  text = g_strconcat (CLEAR_LINE, line, NULL);
  print (progress, text);
  progress->is_shown = TRUE;
  progress->drawn_at_us = now_us;
}

void
progress_note_bytes (Progress *progress, guint64 sent_bytes, guint64 total_bytes)
{
  progress->sent_bytes = sent_bytes;
  progress->total_bytes = total_bytes;
  draw (progress);
}

void
progress_note_message (Progress *progress)
{
  progress->n_done++;
  progress->sent_bytes = 0;
  progress->total_bytes = 0;
  if (progress->n_done < progress->n_messages)
    draw (progress);
}

void
progress_hide (Progress *progress)
{
  if (progress->is_shown)
    print (progress, CLEAR_LINE);
  progress->is_shown = FALSE;
}
