/* What the name servers of this network said of a name a moment ago, for all that run side by side. It
 * asks nobody, and keeps nothing that is older than that. */
#include "config.h"

#include "sendpath/wire/recent-answers.h"

struct _RecentAnswers {
  guint life_ms;

  GMutex mutex;        /* of what follows */
  GHashTable *answers; /* Answer, by family and name */
  guint era;
};

typedef struct {
  GPtrArray *addresses; /* GInetAddress */
  gint64 until_us;      /* monotonic */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_ptr_array_unref (answer->addresses);
  g_free (answer);
}

RecentAnswers *
recent_answers_new (guint life_ms)
{
  RecentAnswers *recent = g_new0 (RecentAnswers, 1);

  recent->life_ms = life_ms;
  recent->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, answer_free);
  g_mutex_init (&recent->mutex);
  return recent;
}

void
recent_answers_free (RecentAnswers *recent)
{
  g_hash_table_unref (recent->answers);
  g_mutex_clear (&recent->mutex);
  g_free (recent);
}

void
recent_answers_clear (RecentAnswers *recent)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&recent->mutex);

  g_hash_table_remove_all (recent->answers);
  recent->era++;
}

guint
recent_answers_get_era (RecentAnswers *recent)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&recent->mutex);

  return recent->era;
}

static char *
make_key (const char *name, GSocketFamily family)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);

  return g_strdup_printf ("%d %s", family, folded);
}

static gpointer
ref_address (gconstpointer address, gpointer data)
{
  return g_object_ref ((gpointer) address);
}

GPtrArray *
recent_answers_find (RecentAnswers *recent, const char *name, GSocketFamily family)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&recent->mutex);
  g_autofree char *key = make_key (name, family);
  Answer *answer = g_hash_table_lookup (recent->answers, key);
  GPtrArray *addresses;

  if (answer == NULL)
    return NULL;
  if (g_get_monotonic_time () >= answer->until_us)
    {
      g_hash_table_remove (recent->answers, key);
      return NULL;
    }
  addresses = g_ptr_array_copy (answer->addresses, ref_address, NULL);
  g_ptr_array_set_free_func (addresses, g_object_unref);
  return addresses;
}

void
recent_answers_put (RecentAnswers *recent, guint era, const char *name, GSocketFamily family,
                    GList *addresses)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&recent->mutex);
  Answer *answer;

  if (era != recent->era)
    return;
  answer = g_new0 (Answer, 1);
  answer->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  for (GList *l = addresses; l != NULL; l = l->next)
    g_ptr_array_add (answer->addresses, g_object_ref (l->data));
  answer->until_us = g_get_monotonic_time () + recent->life_ms * G_TIME_SPAN_MILLISECOND;
  g_hash_table_replace (recent->answers, make_key (name, family), answer);
}
