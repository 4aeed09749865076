/* The durable outbox: a folder of plain files (DESIGN.md section 3). Sub-folders tmp, queue,
 * failed, sent, corrupt; a message is in one of them at a time, moved by rename. It never sends
 * and never asks. */
#pragma once

#include "sendpath/mail/message-private.h"
#include "sendpath/outbox/journal.h"
#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

#define OUTBOX_ERROR (outbox_error_quark ())
typedef enum {
  OUTBOX_ERROR_CANNOT_CREATE, /* exit 73 */
  OUTBOX_ERROR_IO,            /* exit 74 */
  OUTBOX_ERROR_FULL,          /* exit 75: no room on disk, no inodes, size limit, no descriptors */
  OUTBOX_ERROR_UNSAFE,        /* exit 77: folder writable by others or not ours */
  OUTBOX_ERROR_NOT_FOUND,
  OUTBOX_ERROR_BUSY,          /* another sender holds the message */
  OUTBOX_ERROR_CORRUPT,       /* set aside in corrupt/; or it cannot be read now, and stays */
  OUTBOX_ERROR_NEWER,         /* written by a later version of sendpath, left alone */
} OutboxError;
GQuark outbox_error_quark (void);

typedef enum { OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_SENT, OUTBOX_CORRUPT } OutboxFolder;

typedef struct _Outbox Outbox;
/* A message that this process alone may send or change, until it is freed. */
typedef struct _OutboxEntry OutboxEntry;

/* Opens (and makes, 0700) the folder. Plain system calls, no thread: usable before a fork, and
 * in the child. */
Outbox      *outbox_open (const char *path, GError **error);
Outbox      *outbox_ref (Outbox *outbox);
void         outbox_unref (Outbox *outbox);
/* For how many days messages that were sent are kept in sent/; 0, as it is at first: they are
 * removed. */
void         outbox_set_keep_sent (Outbox *outbox, guint64 days);

/* P-1: when this returns an id, message and envelope are written, synced, renamed into queue/
 * and the folder is synced. @account: its id, or NULL when not yet decided (broken
 * configuration). A message whose sender is NULL: the account decides about MAIL FROM. @now_us:
 * g_get_real_time(). Newly allocated id of 32 hex digits. A header that could not be read back
 * is refused with G_IO_ERROR_INVALID_DATA (exit 65). */
char        *outbox_add (Outbox *outbox, SendpathMessage *message, const char *account,
                         gint64 now_us, GError **error);

/* What is known beforehand about a message; nothing, as a rule. */
typedef struct {
  const char *id;           /* of the new entry: outbox_dup_new_id() */
  const char *resend_of;    /* id of the entry of which some recipients' mail came back; NULL: none */
  const char *const *avoid; /* hosts that must not get it; NULL: none */
  gint64 next_try_s;        /* nobody is to try it before, seconds since 1970; 0: at once */
} OutboxAgain;

/* An id that no message has; NULL without randomness. */
char        *outbox_dup_new_id (void);
/* As outbox_add(). */
char        *outbox_add_again (Outbox *outbox, SendpathMessage *message, const char *account,
                               const OutboxAgain *again, gint64 now_us, GError **error);

/* Ids in order of arrival (GStrv). Removes nothing and reads no message; what is damaged is
 * moved to corrupt/ and named in @ret_corrupt (GStrv, may be NULL). What cannot be read just now, and
 * messages of a later version of sendpath, are in the list: taking one says why not. */
char       **outbox_list (Outbox *outbox, OutboxFolder folder, char ***ret_corrupt, GError **error);
/* Nothing is in queue/, as far as can be told at a glance. */
gboolean     outbox_is_empty (Outbox *outbox);
/* @id may be a unique prefix of at least 4 digits. */
char        *outbox_find (Outbox *outbox, const char *id, OutboxFolder *ret_folder, GError **error);

/* Locks and reads one message of queue/, failed/ or sent/; OUTBOX_ERROR_BUSY if somebody else has it.
 * Checks lengths, checksum, end mark; what is damaged goes to corrupt/. */
OutboxEntry *outbox_take (Outbox *outbox, const char *id, GError **error);
/* For a message that looked damaged, or settled and not filed, without its lock: if it is damaged, it goes to
 * corrupt/, and what a crash left unfiled is filed, unless somebody else has it. */
void         outbox_settle_left (Outbox *outbox, const char *id);
/* Reads what is known without a lock: envelope, journal, no checksum of the body. What another
 * process is sending just now still waits. Moves nothing. */
SendpathReport *outbox_read_report (Outbox *outbox, const char *id, GError **error);
/* All of queue/ in order of arrival (SendpathReport). What is damaged is moved to corrupt/; what cannot
 * be read just now, is of a later version or has left meanwhile is not among them. May use threads, of
 * which none is left. */
GPtrArray      *outbox_read_reports (Outbox *outbox, GError **error);
/* What @describe says of each of them, which may be called in several threads at once (GStrv). */
char          **outbox_describe (Outbox *outbox, SendpathDescribeFunc describe, gpointer data,
                                 GError **error);
/* The same in two steps: a message that is watched can be reported on even when it has left the
 * outbox since. */
OutboxEntry     *outbox_watch (Outbox *outbox, const char *id, GError **error);
SendpathReport  *outbox_watch_report (OutboxEntry *watch, GError **error);

/* Somebody else is at work on it just now. */
gboolean         outbox_watch_is_busy (OutboxEntry *watch);
/* FALSE if it left the outbox for good. */
gboolean         outbox_watch_is_there (OutboxEntry *watch, GError **error);
/* A descriptor for outbox_watch_wait(), or -1; what happens from now on ends that. */
int              outbox_watch_open_events (OutboxEntry *watch, GError **error);
/* Waits until something may have changed. FALSE: cancelled. */
gboolean         outbox_watch_wait (OutboxEntry *watch, int events, GCancellable *cancellable,
                                    GError **error);

void             outbox_entry_free (OutboxEntry *entry); /* lets the lock go */
const char      *outbox_entry_get_id (OutboxEntry *entry);
/* The account that was decided when the message came in, or NULL; the report's is that of the latest walk. */
const char      *outbox_entry_get_account (OutboxEntry *entry);
/* The entry that this one sends again, or NULL; the hosts that must not get it. */
const char      *outbox_entry_get_resend_of (OutboxEntry *entry);
const char *const *outbox_entry_get_avoid (OutboxEntry *entry);
OutboxFolder     outbox_entry_get_folder (OutboxEntry *entry);
SendpathMessage *outbox_entry_get_message (OutboxEntry *entry);
/* What happened so far: all journal records applied. Changed by the functions below. */
SendpathReport  *outbox_entry_get_report (OutboxEntry *entry);
Journal         *outbox_entry_get_journal (OutboxEntry *entry);

/* Everybody got it: the message moves to sent/, or leaves the disk if sent messages are not kept or
 * there is no room. Else it moves to failed/ if something failed and nothing waits or is
 * uncertain; otherwise it stays. */
gboolean         outbox_entry_file (OutboxEntry *entry, GError **error);
/* The same for one that everybody got, of several: it is durable when outbox_sync_folders() is through,
 * and what a power cut brings back before is as it was, with its outcome. */
gboolean         outbox_entry_file_sent (OutboxEntry *entry, GError **error);
gboolean         outbox_sync_folders (Outbox *outbox, GError **error);
/* The user's command. */
gboolean         outbox_entry_remove (OutboxEntry *entry, GError **error);
/* The user's command for a message that was set aside: it leaves corrupt/ with all that came
 * with it. */
gboolean         outbox_discard (Outbox *outbox, const char *id, GError **error);
/* Removes leftovers of dead submissions in tmp/, and brings journals to their messages where a
 * crash came between (idempotent; never touches what a living process writes). */
gboolean         outbox_recover (Outbox *outbox, GError **error);
/* Removes from sent/ what has been there for longer than is asked for, by the time of its journal.
 * What cannot be removed now stays. */
void             outbox_expire_sent (Outbox *outbox, gint64 now_us);
/* Removes all of sent/ that nobody is at work on, to make room; TRUE if there was any. */
gboolean         outbox_drop_sent (Outbox *outbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outbox, outbox_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutboxEntry, outbox_entry_free)

G_END_DECLS
