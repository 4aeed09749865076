/* What the files of the outbox share: its folders, and moving messages between them. */
#pragma once

#include <sys/types.h>

#include "sendpath/outbox/envelope.h"
#include "sendpath/outbox/lock.h"
#include "sendpath/outbox/outbox.h"

G_BEGIN_DECLS

/* Messages that are being written: no reader looks there. */
#define OUTBOX_TMP (OUTBOX_CORRUPT + 1)
#define OUTBOX_N_FOLDERS (OUTBOX_TMP + 1)

/* `ID.message` and `ID.journal`: what the user's tools see, and enough of a difference from
 * files that are not ours. */
#define OUTBOX_MESSAGE ".message"
#define OUTBOX_JOURNAL ".journal"
#define OUTBOX_NAME_SIZE (ENVELOPE_ID_CHARS + sizeof OUTBOX_MESSAGE)

struct _Outbox {
  gatomicrefcount ref_count;
  char *path;
  int   folders[OUTBOX_N_FOLDERS]; /* descriptors */
  guint64 keep_sent_days;
  uid_t owner;
  gboolean is_plain; /* queue/ was listed just now, and there are regular files alone: none is looked at
                        before it is opened */
};

const char *outbox_get_folder_name (guint folder);

/* @name gets @id and @suffix. */
void     outbox_make_name (char name[OUTBOX_NAME_SIZE], const char *id, const char *suffix);
/* TRUE if @name is an id and @suffix; @id gets the former. */
gboolean outbox_split_name (const char *name, const char *suffix, char id[ENVELOPE_ID_CHARS + 1]);
/* TRUE for 32 lower-case hex digits. */
gboolean outbox_is_id (const char *text);

/* TRUE if @code (an errno) says that there is no room for more, which may change:
 * OUTBOX_ERROR_FULL. */
gboolean outbox_is_full (int code);
/* Sets @error from errno: OUTBOX_ERROR_FULL where that is what errno says, else @otherwise.
 * @name may be NULL. */
void     outbox_set_error (GError **error, OutboxError otherwise, Outbox *outbox, guint folder,
                           const char *name);

/* Opens a file of ours: regular, owned by us, with one link, else errno is EUCLEAN, and nothing
 * was read (R-40, T-122). */
int      outbox_open_file (Outbox *outbox, guint folder, const char *name, int flags);
/* The same, and how long it is. */
int      outbox_open_measured (Outbox *outbox, guint folder, const char *name, int flags,
                               guint64 *ret_bytes);
/* TRUE if @code (an errno) is the trouble of one file and none of its contents: a disk that fails
 * there, rights that somebody changed. Nothing is known of the message, so it stays where it is. */
gboolean outbox_is_unreadable (int code);
/* The message of @id in @folder, opened for writing and locked; NULL and errno, EAGAIN if somebody
 * else has it. */
Lock    *outbox_lock_message (Outbox *outbox, guint folder, const char *id);
void     outbox_set_not_found (GError **error, const char *id);

gboolean outbox_move_file (Outbox *outbox, const char *name, guint from, const char *to_name,
                           guint to);
/* Moves message and journal of @id, the message first: a message must never stand in queue/
 * without its journal. */
gboolean outbox_move (Outbox *outbox, const char *id, guint from, guint to, GError **error);
/* The same, as long as the folders are not synced; see outbox_sync_folders(). */
gboolean outbox_rename_files (Outbox *outbox, const char *id, guint from, guint to, GError **error);
/* Removes message and journal of @id, which a power cut may bring back as long as the folder is not
 * synced. */
gboolean outbox_unlink_files (Outbox *outbox, guint folder, const char *id, GError **error);
/* Removes them for good. */
gboolean outbox_remove_files (Outbox *outbox, guint folder, const char *id, GError **error);
/* The journal of @id wherever a crash left it, for @flags; -1 and errno. */
int      outbox_open_journal (Outbox *outbox, const char *id, guint folder, int flags);
/* Moves a damaged message to corrupt/ under a name that is free, and says so in @error. The
 * caller holds its lock, or it is nothing that could be locked. Never deletes. */
void     outbox_set_aside (Outbox *outbox, const char *id, guint folder, GError **error);

/* Called for each file of @folder named by an id and @suffix, in no order. FALSE ends the scan,
 * with an error set. */
typedef gboolean (*OutboxVisit) (const char *id, gpointer data, GError **error);
gboolean outbox_visit (Outbox *outbox, guint folder, const char *suffix, OutboxVisit visit,
                       gpointer data, GError **error);
/* The same, and whether there is nothing but regular files, whatever their names are. */
gboolean outbox_visit_all (Outbox *outbox, guint folder, const char *suffix, OutboxVisit visit,
                           gpointer data, gboolean *ret_is_plain, GError **error);

/* A message in a list, and its place there: in order of arrival. */
typedef struct {
  char id[ENVELOPE_ID_CHARS + 1];
  gint64 queued_at_us;
} OutboxPlace;
/* GCompareFunc of what begins with an OutboxPlace. */
int      outbox_compare_places (gconstpointer a, gconstpointer b);

G_END_DECLS
