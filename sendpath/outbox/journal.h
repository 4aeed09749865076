/* What happened to each recipient of one message: append-only lines of JSON, synced. A torn last line never happened. */
#pragma once

#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

typedef struct _Journal Journal;

/* Takes @fd over, opened for append; room for one outcome is reserved (P-11). */
Journal *journal_new (int fd);
void     journal_free (Journal *journal);

/* "About to send the final dot" for these addresses: on disk when this returns TRUE (P-6). */
gboolean journal_note_dot (Journal *journal, const char *const *addresses, const char *server,
                           gint64 now_us, GError **error);
/* One attempt with what it meant for each of its recipients (indexes into @report->recipients that it touched are those
 * whose last attempt is @attempt). Clears the dot. Synced. */
gboolean journal_note_attempt (Journal *journal, const SendpathReport *report, guint attempt,
                               gint64 now_us, GError **error);
/* Account, location, network, reason, needs, next_try and held of @report. Synced. */
gboolean journal_note_state (Journal *journal, const SendpathReport *report, gint64 now_us,
                             GError **error);

/* Applies the records of @fd to @report. Recipients under a dot record without an outcome become uncertain (T-104). */
gboolean journal_replay (int fd, SendpathReport *report, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Journal, journal_free)

G_END_DECLS
