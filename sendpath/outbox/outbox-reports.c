/* What is known of everything that waits, for lists: each message is looked at once, by several threads
 * where there are many. It takes nothing and sends nothing. */
#include "config.h"

#include "sendpath/outbox/outbox-reader.h"

/* So many are read in the caller's thread before it is worth while to have others. */
#define FEW          500
#define MOST_THREADS 4

typedef struct {
  OutboxPlace place; /* first: lines are sorted by it */
  SendpathReport *report; /* NULL: it cannot be read, or has left */
  OutboxError trouble;
  gboolean has_trouble;
} Line;

typedef struct {
  Outbox *outbox;
  GArray *lines; /* Line */
  guint next;    /* atomic: to be read by whoever comes */
} Reports;

static gboolean
add_line (const char *id, gpointer data, GError **error)
{
  Reports *reports = data;
  Line line = { .report = NULL };

  g_strlcpy (line.place.id, id, sizeof line.place.id);
  g_array_append_val (reports->lines, line);
  return TRUE;
}

static void
read_line (Outbox *outbox, Line *line)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OutboxEntry) watch = outbox_watch (outbox, line->place.id, &error);

  if (watch != NULL)
    {
      line->place.queued_at_us = watch->envelope.queued_at_us;
      line->report = outbox_watch_report (watch, &error);
    }
  line->has_trouble = error != NULL && error->domain == OUTBOX_ERROR;
  if (line->has_trouble)
    line->trouble = (OutboxError) error->code;
}

static gpointer
read_lines (gpointer data)
{
  Reports *reports = data;
  guint i;

  while ((i = (guint) g_atomic_int_add (&reports->next, 1)) < reports->lines->len)
    read_line (reports->outbox, &g_array_index (reports->lines, Line, i));
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
settle_trouble (Reports *reports, GError **error)
{
  gboolean is_damaged = FALSE, is_general = FALSE;
  g_auto(GStrv) ids = NULL;

  for (guint i = 0; i < reports->lines->len; i++)
    {
      const Line *line = &g_array_index (reports->lines, Line, i);

      is_damaged = is_damaged || (line->has_trouble && line->trouble == OUTBOX_ERROR_CORRUPT);
      is_general = is_general || (line->has_trouble && (line->trouble == OUTBOX_ERROR_IO ||
                                                        line->trouble == OUTBOX_ERROR_FULL));
    }
  if (!is_damaged && !is_general)
    return TRUE;
  ids = outbox_list (reports->outbox, OUTBOX_QUEUE, NULL, error);
  return ids != NULL;
}

GPtrArray *
outbox_read_reports (Outbox *outbox, GError **error)
{
  g_autoptr(GPtrArray) found =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_report_unref);
  g_autoptr(GArray) lines = g_array_new (FALSE, FALSE, sizeof (Line));
  Outbox listed = *outbox; /* outlives its readers, and nobody else knows it */
  Reports reports = { .outbox = &listed, .lines = lines };

  if (!outbox_visit_all (outbox, OUTBOX_QUEUE, OUTBOX_MESSAGE, add_line, &reports,
                         &listed.is_plain, error))
    return NULL;
  read_all (&reports);
  reports.outbox = outbox;
  g_array_sort (lines, outbox_compare_places);
  for (guint i = 0; i < lines->len; i++)
    if (g_array_index (lines, Line, i).report != NULL)
      g_ptr_array_add (found, g_array_index (lines, Line, i).report);
  return settle_trouble (&reports, error) ? g_steal_pointer (&found) : NULL;
}
