/* Messages that follow each other quickly in one session, whose records are synced together (P-6): the
 * dots of those that are next, with the outcomes of those that are through. */
#pragma once

#include "sendpath/outbox/outbox.h"

G_BEGIN_DECLS

typedef struct _Group Group;

/* Of one thread. */
Group   *group_new (Outbox *outbox);
/* Settles it. */
void     group_free (Group *group);

/* A group begins, at @now_us of the monotonic clock: how many messages may be in it. One, unless the last ones were quick: of a large group
 * a power cut leaves many of which nobody knows whether they were sent. */
guint    group_begin (Group *group, gint64 now_us);
/* Whether outcomes may wait for the next sync: the present group is of several. */
gboolean group_is_quick (const Group *group);
/* journal_write_dot_ahead() was called for @journal, which must not go before group_sync(). */
void     group_add_dot (Group *group, Journal *journal);
/* journal_note_end() was called ahead for @entry (taken over), which everybody got: it is filed when that is
 * on disk. */
void     group_add_ended (Group *group, OutboxEntry *entry);
/* How many of them wait. */
guint    group_count_ended (const Group *group);
/* All of that is on disk when this returns TRUE, and what is through is filed. After FALSE no dot of it may
 * be sent, and what is through stays where it is. */
gboolean group_sync (Group *group, GError **error);
/* Why outcomes could not be brought to disk since the last call, or NULL: of those nobody may be told. */
GError  *group_take_failure (Group *group);
/* Nothing follows for now: the same, and nothing is left that a power cut could bring back. */
gboolean group_settle (Group *group, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Group, group_free)

G_END_DECLS
