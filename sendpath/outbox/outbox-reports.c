/* What is known of everything that waits, for lists: each message is looked at once, by several threads
 * where there are many. It takes nothing and sends nothing. */
#include "config.h"

#include <string.h>

#include "sendpath/outbox/outbox-reader.h"

/* So many are read in the caller's thread before it is worth while to have others. */
#define FEW          500
#define MOST_THREADS 4
/* So many at a time are a thread's own. */
#define SHARE 32

typedef struct {
  OutboxPlace place; /* first: lines are sorted by it */
  gpointer found; /* what is kept of its report; NULL: it cannot be read, or has left */
  OutboxError trouble;
  gboolean has_trouble;
} Line;

/* What is kept of a message; may be called in any thread. */
typedef gpointer (*Keep) (SendpathReport *report, gpointer data);

typedef struct {
  const Outbox *outbox;
  GArray *lines; /* Line */
  guint next;    /* atomic: to be read by whoever comes */
  Keep keep;
  gpointer data;
} Reports;

static gboolean
add_line (const char *id, gpointer data, GError **error)
{
  Line line = { .found = NULL };

  memcpy (line.place.id, id, sizeof line.place.id);
  g_array_append_val (((Reports *) data)->lines, line);
  return TRUE;
}

static void
read_line (const Reports *reports, Outbox *outbox, Line *line)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OutboxEntry) watch = outbox_watch (outbox, line->place.id, &error);
  g_autoptr(SendpathReport) report = watch != NULL ? outbox_watch_report (watch, &error) : NULL;

  if (watch != NULL)
    line->place.queued_at_us = watch->envelope.queued_at_us;
  if (report != NULL)
    line->found = reports->keep (report, reports->data);
  line->has_trouble = error != NULL && error->domain == OUTBOX_ERROR;
  if (line->has_trouble)
    line->trouble = (OutboxError) error->code;
}

/* The outbox is a copy, which outlives its readers: threads that count references of one wait for each
 * other. */
static gpointer
read_lines (gpointer data)
{
  Reports *reports = data;
  Outbox outbox = *reports->outbox;
  guint first;

  while ((first = (guint) g_atomic_int_add (&reports->next, SHARE)) < reports->lines->len)
    for (guint i = first; i < MIN (first + SHARE, reports->lines->len); i++)
      read_line (reports, &outbox, &g_array_index (reports->lines, Line, i));
  return NULL;
}

/* None of the threads outlives this: the caller may fork. */
static void
read_all (Reports *reports)
{
  GThread *threads[MOST_THREADS] = { NULL };
  guint n = reports->lines->len > FEW ? MIN (g_get_num_processors (), MOST_THREADS) : 1;

  for (guint i = 1; i < n; i++)
    threads[i] = g_thread_try_new ("outbox", read_lines, reports, NULL);
  read_lines (reports);
  for (guint i = 1; i < n; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
}

/* What is damaged is set aside; what cannot be read because nothing can is everybody's trouble. */
static gboolean
settle_trouble (Outbox *outbox, const GArray *lines, GError **error)
{
  gboolean is_damaged = FALSE, is_general = FALSE;
  g_auto(GStrv) ids = NULL;

  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      is_general = is_general || (line->has_trouble && (line->trouble == OUTBOX_ERROR_IO ||
                                                        line->trouble == OUTBOX_ERROR_FULL));
      if (!line->has_trouble || line->trouble != OUTBOX_ERROR_CORRUPT)
        continue;
      is_damaged = TRUE;
      outbox_settle_left (outbox, line->place.id);
    }
  if (!is_damaged && !is_general)
    return TRUE;
  ids = outbox_list (outbox, OUTBOX_QUEUE, NULL, error);
  return ids != NULL;
}

/* What @keep gives for each message, in order of arrival. */
static GPtrArray *
keep_all (Outbox *outbox, Keep keep, gpointer data, GDestroyNotify free_found, GError **error)
{
  g_autoptr(GArray) lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_autoptr(GPtrArray) found = NULL;
  Outbox listed = *outbox;
  Reports reports = { .outbox = &listed, .lines = lines, .keep = keep, .data = data };

  if (!outbox_visit_all (outbox, OUTBOX_QUEUE, OUTBOX_MESSAGE, add_line, &reports, &listed.is_plain,
                         error))
    return NULL;
  read_all (&reports);
  g_array_sort (lines, outbox_compare_places);
  found = g_ptr_array_new_full (lines->len + 1, free_found);
  for (guint i = 0; i < lines->len; i++)
    if (g_array_index (lines, Line, i).found != NULL)
      g_ptr_array_add (found, g_array_index (lines, Line, i).found);
  return settle_trouble (outbox, lines, error) ? g_steal_pointer (&found) : NULL;
}

static gpointer
keep_report (SendpathReport *report, gpointer data)
{
  return sendpath_report_ref (report);
}

GPtrArray *
outbox_read_reports (Outbox *outbox, GError **error)
{
  return keep_all (outbox, keep_report, NULL, (GDestroyNotify) sendpath_report_unref, error);
}

typedef struct {
  SendpathDescribeFunc describe;
  gpointer data;
} Describing;

static gpointer
keep_text (SendpathReport *report, gpointer data)
{
  const Describing *describing = data;

  return describing->describe (report, describing->data);
}

char **
outbox_describe (Outbox *outbox, SendpathDescribeFunc describe, gpointer data, GError **error)
{
  Describing describing = { describe, data };
  g_autoptr(GPtrArray) texts = keep_all (outbox, keep_text, &describing, g_free, error);

  if (texts == NULL)
    return NULL;
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}
