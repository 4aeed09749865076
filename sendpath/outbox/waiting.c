/* What a runner knows of the messages that wait, and which of them is due next. It reads no file. */
#include "config.h"

#include "sendpath/outbox/waiting.h"

struct _WaitingList {
  GHashTable *by_id; /* Waiting */
  GSequence *line;   /* of them, borrowed: the next one first */
  guint n_hopeful;
};

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  g_free (waiting->id);
  g_free (waiting->account);
  g_free (waiting);
}

WaitingList *
waiting_list_new (void)
{
  WaitingList *list = g_new0 (WaitingList, 1);

  list->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, waiting_free);
  list->line = g_sequence_new (NULL);
  return list;
}

void
waiting_list_free (WaitingList *list)
{
  g_sequence_free (list->line);
  g_hash_table_unref (list->by_id);
  g_free (list);
}

Waiting *
waiting_list_find (WaitingList *list, const char *id)
{
  return g_hash_table_lookup (list->by_id, id);
}

static void
leave_line (Waiting *waiting)
{
  if (waiting->place != NULL)
    g_sequence_remove (waiting->place);
  waiting->place = NULL;
}

Waiting *
waiting_list_get (WaitingList *list, const char *id)
{
  Waiting *waiting = waiting_list_find (list, id);

  if (waiting != NULL)
    return waiting;
  waiting = g_new0 (Waiting, 1);
  waiting->id = g_strdup (id);
  waiting->due_s = WAITING_NEVER;
  g_hash_table_insert (list->by_id, waiting->id, waiting);
  return waiting;
}

void
waiting_list_set_hopeful (WaitingList *list, Waiting *waiting, gboolean is_hopeful)
{
  if (waiting->is_hopeful == is_hopeful)
    return;
  waiting->is_hopeful = is_hopeful;
  if (is_hopeful)
    list->n_hopeful++;
  else
    list->n_hopeful--;
}

void
waiting_list_remove (WaitingList *list, const char *id)
{
  Waiting *waiting = waiting_list_find (list, id);

  if (waiting == NULL)
    return;
  leave_line (waiting);
  waiting_list_set_hopeful (list, waiting, FALSE);
  g_hash_table_remove (list->by_id, id);
}

static int
compare_due (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 left = ((const Waiting *) a)->due_s, right = ((const Waiting *) b)->due_s;

  return left == right ? 0 : left < right ? -1 : 1;
}

void
waiting_list_place (WaitingList *list, Waiting *waiting)
{
  leave_line (waiting);
  if (!waiting->is_in_lane && waiting->due_s != WAITING_NEVER)
    waiting->place = g_sequence_insert_sorted (list->line, waiting, compare_due, NULL);
}

Waiting *
waiting_list_peek (WaitingList *list)
{
  GSequenceIter *first = g_sequence_get_begin_iter (list->line);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

gboolean
waiting_list_is_hopeful (WaitingList *list)
{
  return list->n_hopeful > 0;
}
