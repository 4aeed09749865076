/* What happened to each recipient of one message: append-only lines of JSON, synced. A torn last
 * line never happened. */
#pragma once

#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

/* Put behind what a crash left of a last line, before anything else is written: so what is torn is
 * told from what was damaged later. */
#define JOURNAL_TORN_MARK '~'

typedef struct _Journal Journal;

/* Reserves room for one outcome of so many recipients in the new journal @fd (P-11); FALSE and
 * errno. */
gboolean journal_reserve (int fd, guint n_recipients);
/* Takes @fd over, opened for reading and append; it is of a message of so many recipients. */
Journal *journal_new (int fd, guint n_recipients);
void     journal_free (Journal *journal);

/* "About to send the final dot" for these addresses, under @rule: on disk when this returns TRUE (P-6), and
 * with it room for the outcome. After FALSE nothing may be sent. */
gboolean journal_note_dot (Journal *journal, const char *const *addresses, const char *server,
                           SenderRule rule, gint64 now_us, GError **error);
/* The same ahead of its turn, and not synced: for journal_sync_all(), with those of other messages. Only
 * where no dot was ever noted. */
gboolean journal_write_dot_ahead (Journal *journal, const char *const *addresses, const char *server,
                                  SenderRule rule, gint64 now_us, GError **error);
gboolean journal_has_dot_ahead (const Journal *journal);
/* Its turn has come: TRUE if that dot was for just this, and is on disk, since a moment ago: what a crash
 * leaves is repeated so long after the time that is noted (P-5). */
gboolean journal_use_dot_ahead (Journal *journal, const char *const *addresses, const char *server,
                                SenderRule rule, gint64 now_us);
/* "No dot was sent after all"; nothing if none was noted ahead. Synced. */
gboolean journal_take_back_dot (Journal *journal, gint64 now_us, GError **error);
/* What was written last to each of @journals, which lie on the file system of @dir_fd, is on disk. */
gboolean journal_sync_all (Journal *const *journals, guint n, int dir_fd, GError **error);

/* One attempt with what it meant for each of its recipients (indexes into @report->recipients
 * that it touched are those whose last attempt is @attempt). Clears the dot of those. Synced. */
gboolean journal_note_attempt (Journal *journal, const SendpathReport *report, guint attempt,
                               gint64 now_us, GError **error);
/* Account, location, network, reason, needs, next_try and held of @report and what schedule_settle()
 * counts, and the recipients whose state was found out after their last attempt was noted. Synced. */
gboolean journal_note_state (Journal *journal, const SendpathReport *report, gint64 now_us,
                             GError **error);

/* The attempt that ended a walk, and the state it left, in one line; synced, or @is_ahead: written for
 * journal_sync_all(). */
gboolean journal_note_end (Journal *journal, const SendpathReport *report, guint attempt,
                           gint64 now_us, gboolean is_ahead, GError **error);

/* "About to queue a copy for these addresses under @id", because their mail came back; and once more
 * with @is_done when it is queued. Synced. */
gboolean journal_note_resend (Journal *journal, const char *const *addresses, const char *id,
                              gboolean is_done, gint64 now_us, GError **error);
/* No outcome is awaited any more: the room that was taken for one is let go. */
void     journal_give_back (Journal *journal);

/* Applies the records of @fd to @report. Recipients under a dot record without an outcome become
 * uncertain (T-104). OUTBOX_ERROR_CORRUPT if a line other than a torn one cannot be read,
 * OUTBOX_ERROR_NEWER if one is of a kind that is not known here. */
gboolean journal_replay (int fd, SendpathReport *report, GError **error);
/* The same for a journal that another process is writing just now: a dot without an outcome is
 * on its way, and says nothing yet. */
gboolean journal_peek (int fd, SendpathReport *report, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Journal, journal_free)

G_END_DECLS
