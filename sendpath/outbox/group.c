/* The records of several messages, synced together. It writes none, and files nothing whose outcome is not
 * on disk. */
#include "config.h"

#include "sendpath/outbox/group.h"

#include "sendpath/outbox/outbox-private.h"

#define MESSAGES_MAX 32
#define QUICK_US     (50 * 1000)

struct _Group {
  Outbox *outbox;
  GPtrArray *dots;  /* Journal, borrowed: written, and not on disk yet */
  GPtrArray *ended; /* OutboxEntry: the same of their outcomes */
  guint size;
  gint64 begun_us;    /* monotonic; 0: none was begun */
  gboolean has_filed; /* and the folders are not synced */
  GError *failure;    /* of outcomes; or NULL */
};

Group *
group_new (Outbox *outbox)
{
  Group *group = g_new0 (Group, 1);

  group->outbox = outbox_ref (outbox);
  group->dots = g_ptr_array_new ();
  group->ended = g_ptr_array_new_with_free_func ((GDestroyNotify) outbox_entry_free);
  group->size = 1;
  return group;
}

void
group_free (Group *group)
{
  group_settle (group, NULL);
  g_ptr_array_unref (group->dots);
  g_ptr_array_unref (group->ended);
  outbox_unref (group->outbox);
  g_clear_error (&group->failure);
  g_free (group);
}

guint
group_begin (Group *group, gint64 now_us)
{
  if (group->begun_us != 0)
    group->size = now_us - group->begun_us < QUICK_US ? MIN (group->size * 2, MESSAGES_MAX)
                                                      : MAX (group->size / 2, 1);
  group->begun_us = now_us;
  return group->size;
}

gboolean
group_is_quick (const Group *group)
{
  return group->size > 1;
}

void
group_add_dot (Group *group, Journal *journal)
{
  g_ptr_array_add (group->dots, journal);
}

void
group_add_ended (Group *group, OutboxEntry *entry)
{
  g_ptr_array_add (group->ended, entry);
}

guint
group_count_ended (const Group *group)
{
  return group->ended->len;
}

static gboolean
sync_folders (Group *group, GError **error)
{
  gboolean has_filed = group->has_filed;

  group->has_filed = FALSE;
  return !has_filed || outbox_sync_folders (group->outbox, error);
}

GError *
group_take_failure (Group *group)
{
  return g_steal_pointer (&group->failure);
}

static gboolean
sync_journals (Group *group, GError **error)
{
  g_autoptr (GPtrArray) journals = g_ptr_array_copy (group->dots, NULL, NULL);
  GError *failure = NULL;

  for (guint i = 0; i < group->ended->len; i++)
    g_ptr_array_add (journals, outbox_entry_get_journal (group->ended->pdata[i]));
  if (journal_sync_all ((Journal *const *) journals->pdata, journals->len,
                        group->outbox->folders[OUTBOX_QUEUE], &failure))
    return TRUE;
  if (group->ended->len > 0 && group->failure == NULL)
    group->failure = g_error_copy (failure);
  g_propagate_error (error, failure);
  return FALSE;
}

/* One that cannot be filed does not keep the others. Where sent messages are not kept, no name is left for
 * longer than the other one of its message. */
static gboolean
file_ended (Group *group, GError **error)
{
  gboolean is_filed = TRUE;

  for (guint i = 0; i < group->ended->len; i++)
    is_filed = outbox_entry_file_sent (group->ended->pdata[i], is_filed ? error : NULL) && is_filed;
  group->has_filed = is_filed && (group->has_filed || group->ended->len > 0);
  return is_filed && (group->outbox->keep_sent_days > 0 || sync_folders (group, error));
}

gboolean
group_sync (Group *group, GError **error)
{
  gboolean is_done = TRUE;

  if (group->dots->len > 0 || group->ended->len > 0)
    is_done = sync_journals (group, error) && file_ended (group, error);
  g_ptr_array_set_size (group->dots, 0);
  g_ptr_array_set_size (group->ended, 0);
  return is_done;
}

gboolean
group_settle (Group *group, GError **error)
{
  gboolean is_done = group_sync (group, error) && sync_folders (group, error);

  group->begun_us = 0;
  return is_done;
}
