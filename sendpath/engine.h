/* SendpathEngine: the face for embedders: a message goes in, a report comes out. */
#pragma once

#include "profiles/network.h"
#include "profiles/profile-store.h"
#include "sendpath/mail/message.h"
#include "sendpath/request.h"
#include "sendpath/verdict/explain-bounce.h"
#include "sendpath/walk/report.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_ENGINE (sendpath_engine_get_type ())
G_DECLARE_FINAL_TYPE (SendpathEngine, sendpath_engine, SENDPATH, ENGINE, GObject)

#define SENDPATH_ERROR (sendpath_error_quark ())
/**
 * SendpathError:
 * @SENDPATH_ERROR_OUTBOX_CANNOT_CREATE: the outbox cannot be made (exit 73)
 * @SENDPATH_ERROR_OUTBOX_IO: the outbox cannot be read or written (exit 74)
 * @SENDPATH_ERROR_OUTBOX_FULL: no room or no descriptors (exit 75)
 * @SENDPATH_ERROR_OUTBOX_UNSAFE: others may write to the outbox (exit 77)
 * @SENDPATH_ERROR_MESSAGE: the message or an address cannot be used (exit 65)
 * @SENDPATH_ERROR_NOT_FOUND: no such message in the outbox, or no such password in the keyring
 * @SENDPATH_ERROR_BUSY: another process is sending that message
 * @SENDPATH_ERROR_CORRUPT: the message was damaged on disk and has been set aside
 * @SENDPATH_ERROR_PROCESS: no process could be started (exit 71)
 * @SENDPATH_ERROR_KEYRING: the keyring is locked, cannot be reached or does not take that password
 *   (exit 69)
 *
 * Why something could not be tried. What servers said is never an error: it is in the report. Errors of the
 * configuration are #SendpathProfileError.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_ERROR_OUTBOX_CANNOT_CREATE,
  SENDPATH_ERROR_OUTBOX_IO,
  SENDPATH_ERROR_OUTBOX_FULL,
  SENDPATH_ERROR_OUTBOX_UNSAFE,
  SENDPATH_ERROR_MESSAGE,
  SENDPATH_ERROR_NOT_FOUND,
  SENDPATH_ERROR_BUSY,
  SENDPATH_ERROR_CORRUPT,
  SENDPATH_ERROR_PROCESS,
  SENDPATH_ERROR_KEYRING,
} SendpathError;
GQuark sendpath_error_quark (void);

/* Properties: `profiles` (SendpathProfileStore, construct), `outbox-dir`, `state-dir` (filename,
 * construct; NULL: the places of PRODUCT.md section 5), `location` (id, NULL: recognised),
 * `network` (SendpathNetwork, NULL: the present one), `patience` (seconds without any answer
 * until a server counts as blocked; 2). Signals, emitted in the thread-default main context that
 * was current when the call began: `request` (SendpathRequest) -> gboolean: TRUE means "will be
 * answered"; `attempt-started` (SendpathRoute); `attempt-ended` (SendpathReport, guint index);
 * `trace` (char *line). */
SendpathEngine *sendpath_engine_new (SendpathProfileStore *profiles);

SendpathProfileStore *sendpath_engine_get_profiles (SendpathEngine *self);
SendpathNetwork *sendpath_engine_get_network (SendpathEngine *self); /* borrowed */
/* The location that counts now: chosen by hand or recognised; borrowed, nullable. */
SendpathLocation *sendpath_engine_get_current_location (SendpathEngine *self);
/* The id chosen by hand, or NULL; and to choose one for good, NULL: the network tells again. */
char *sendpath_engine_dup_chosen_location (SendpathEngine *self);
gboolean sendpath_engine_use_location (SendpathEngine *self, const char *location, GError **error);

/* Relays that this network offers: (element-type utf8) JSON objects; to approve the best one (it is
 * returned as `host:port`), to answer a question about one later, and to take all that back. */
GPtrArray *sendpath_engine_find_relays (SendpathEngine *self, GCancellable *cancellable);
void sendpath_engine_find_relays_async (SendpathEngine *self, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sendpath_engine_find_relays_finish (SendpathEngine *self, GAsyncResult *result,
                                               GError **error);
char *sendpath_engine_trust_relay (SendpathEngine *self, const char *key,
                                   GCancellable *cancellable, GError **error);
void sendpath_engine_trust_relay_async (SendpathEngine *self, const char *key,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
char *sendpath_engine_trust_relay_finish (SendpathEngine *self, GAsyncResult *result,
                                          GError **error);
gboolean sendpath_engine_decide_relay (SendpathEngine *self, const char *host, guint port,
                                       SendpathRelayChoice choice, GError **error);
/* The same for the relay that message @id was not given to. */
gboolean sendpath_engine_answer_relay (SendpathEngine *self, const char *id,
                                       SendpathRelayChoice choice, GError **error);
SendpathRelayChoice sendpath_engine_get_relay_choice (SendpathEngine *self, const char *host);
gboolean sendpath_engine_forget_relays (SendpathEngine *self, GError **error);

/* P-1: durable when it returns an id. @account: id, or NULL to match by From and sender. With
 * profiles that could not be loaded, pass their error's message as @hold_reason: the message is
 * held. Starts no thread. */
char *sendpath_engine_submit (SendpathEngine *self, SendpathMessage *message, const char *account,
                              const char *hold_reason, GError **error);

/* The same, but nobody sends it before the first delay of the schedule is over, or a flush. */
char *sendpath_engine_submit_for_later (SendpathEngine *self, SendpathMessage *message,
                                        const char *account, GError **error);
/* Sends without the outbox: what does not leave now is the caller's. */
SendpathReport *sendpath_engine_send_unkept (SendpathEngine *self, SendpathMessage *message,
                                             const char *account, GCancellable *cancellable,
                                             GError **error);

/* Walks for one message of the outbox. */
SendpathReport *sendpath_engine_deliver (SendpathEngine *self, const char *id,
                                         GCancellable *cancellable, GError **error);
void sendpath_engine_deliver_async (SendpathEngine *self, const char *id, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
SendpathReport *sendpath_engine_deliver_finish (SendpathEngine *self, GAsyncResult *result,
                                                GError **error);

/* Submits and delivers. */
SendpathReport *sendpath_engine_send (SendpathEngine *self, SendpathMessage *message,
                                      const char *account, GCancellable *cancellable,
                                      GError **error);
void sendpath_engine_send_async (SendpathEngine *self, SendpathMessage *message,
                                 const char *account, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
SendpathReport *sendpath_engine_send_finish (SendpathEngine *self, GAsyncResult *result,
                                             GError **error);

/* Hands message @id to a process of its own that survives this one, and waits at most @wait_s
 * seconds for its report: NULL without error when time is up. Must be called before the process
 * has threads (R: PRODUCT.md section 6). */
SendpathReport *sendpath_engine_hand_over (SendpathEngine *self, const char *id, guint wait_s,
                                           GError **error);

/* For who sends in the foreground: a process of its own that looks after what still waits when this one
 * is gone. Must be called before the process has threads. */
gboolean sendpath_engine_stand_by (SendpathEngine *self, GError **error);

/* The outbox. Reports are (element-type SendpathReport) in order of arrival. */
GPtrArray *sendpath_engine_list_queue (SendpathEngine *self, GError **error);
char **sendpath_engine_describe_queue (SendpathEngine *self, SendpathDescribeFunc describe,
                                       gpointer user_data, GError **error);
/* Ids (GStrv) of messages that were damaged on disk and are kept aside. */
char **sendpath_engine_list_damaged (SendpathEngine *self, GError **error);
SendpathReport *sendpath_engine_show (SendpathEngine *self, const char *id, GError **error);
gboolean sendpath_engine_remove (SendpathEngine *self, const char *id, GError **error);
/* The user's word about a message that waits: it may be tried again, whatever it waits for; it may not,
 * until then; those about whom nobody knows got it, or are to get it again. */
gboolean sendpath_engine_retry (SendpathEngine *self, const char *id, GError **error);
gboolean sendpath_engine_hold (SendpathEngine *self, const char *id, GError **error);
gboolean sendpath_engine_resolve (SendpathEngine *self, const char *id, gboolean was_sent,
                                  GError **error);
/* Blocks until the message is settled or needs somebody. */
SendpathReport *sendpath_engine_wait (SendpathEngine *self, const char *id,
                                      GCancellable *cancellable, GError **error);
void sendpath_engine_wait_async (SendpathEngine *self, const char *id, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
SendpathReport *sendpath_engine_wait_finish (SendpathEngine *self, GAsyncResult *result,
                                             GError **error);
/* It has waited for longer than the policy's `warn-after`. */
gboolean sendpath_engine_is_overdue (SendpathEngine *self, const SendpathReport *report);
/* A sent or refused message once more, for all its recipients: the new id. */
char *sendpath_engine_resend (SendpathEngine *self, const char *id, GError **error);
/* What came back, beside what is known here of the message that was sent; and that message once more,
 * to those whom another route may reach, by none of the servers that took it before. */
char *sendpath_engine_bounce_to_text (SendpathEngine *self, SendpathBounce *bounce);
char *sendpath_engine_bounce_to_json (SendpathEngine *self, SendpathBounce *bounce);
char *sendpath_engine_resend_bounced (SendpathEngine *self, SendpathBounce *bounce, GError **error);
/* (element-type utf8): JSON objects, the newest attempt first; 0 and NULL: any. */
GPtrArray *sendpath_engine_read_log (SendpathEngine *self, gint64 since, const char *to,
                                     const char *message_id);
/* Tries every waiting message now, patiently. */
GPtrArray *sendpath_engine_flush (SendpathEngine *self, GCancellable *cancellable, GError **error);
void sendpath_engine_flush_async (SendpathEngine *self, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sendpath_engine_flush_finish (SendpathEngine *self, GAsyncResult *result,
                                         GError **error);

/* Looks after the outbox until @cancellable: one service for an outbox. `message-changed` (SendpathReport)
 * and `progress` (char *id, guint64 sent, guint64 total) tell what happens, as in a flush. */
gboolean sendpath_engine_watch (SendpathEngine *self, GCancellable *cancellable, GError **error);
void sendpath_engine_watch_async (SendpathEngine *self, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
gboolean sendpath_engine_watch_finish (SendpathEngine *self, GAsyncResult *result, GError **error);
/* Has whoever looks after the outbox try now what waits: after a resume, say. */
gboolean sendpath_engine_wake (SendpathEngine *self, GError **error);
/* Has it plan anew: the clock was set. */
gboolean sendpath_engine_note_new_time (SendpathEngine *self, GError **error);
/* Has it try what waits for a password: the keyring was unlocked. */
gboolean sendpath_engine_note_unlocked (SendpathEngine *self, GError **error);
gboolean sendpath_engine_is_watched (SendpathEngine *self);

/* (element-type SendpathRoute): what would be tried; @account and @from may be NULL. No traffic. */
GPtrArray *sendpath_engine_plan (SendpathEngine *self, const char *account, const char *from,
                                 GError **error);
void sendpath_engine_plan_async (SendpathEngine *self, const char *account, const char *from,
                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
GPtrArray *sendpath_engine_plan_finish (SendpathEngine *self, GAsyncResult *result,
                                        GError **error);

/* @name: an account's id, `pop:ACCOUNT` or `location:NAME`. @ret_stored_for: the servers it was
 * stored for (GStrv). */
gboolean sendpath_engine_set_password (SendpathEngine *self, const char *name, const char *password,
                                       char ***ret_stored_for, GError **error);
void sendpath_engine_set_password_async (SendpathEngine *self, const char *name,
                                         const char *password, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
gboolean sendpath_engine_set_password_finish (SendpathEngine *self, GAsyncResult *result,
                                              char ***ret_stored_for, GError **error);
gboolean sendpath_engine_clear_password (SendpathEngine *self, const char *name, GError **error);
/* `keyring`, `command`, `host`, `missing` or `locked`; static. */
const char *sendpath_engine_get_secret_state (SendpathEngine *self, const char *account);

/**
 * SendpathPasswordFunc:
 * @engine: the engine that needs it
 * @request: what is needed: %SENDPATH_REQUEST_PASSWORD or %SENDPATH_REQUEST_TOKEN
 * @user_data: the data of sendpath_engine_set_password_func()
 *
 * Gives what a program's own store has, by sendpath_request_answer(), at once or later, from any thread:
 * keep a reference to @request for that. Declining it, or letting it go, says that there is nothing. It
 * should not ask the user: that is what #SendpathEngine::request is for, which comes next.
 *
 * Since: 1.0
 */
typedef void (*SendpathPasswordFunc) (SendpathEngine *engine, SendpathRequest *request,
                                      gpointer user_data);

/* For programs with a password store of their own; and to say that it has a new one. */
void sendpath_engine_set_password_func (SendpathEngine *self, SendpathPasswordFunc func,
                                        gpointer user_data, GDestroyNotify destroy);
gboolean sendpath_engine_note_new_password (SendpathEngine *self, const char *name,
                                            GError **error);

/* Forgets what was learned of @account's servers: routes, TLS seen, POP windows, refused logins. */
void sendpath_engine_forget_account (SendpathEngine *self, const char *account);
/* No core file, unreadable by other processes: for programs that hold passwords. */
void sendpath_engine_harden_process (void);

/* Connects and logs in on every route of @account, sends nothing: one JSON object per check
 * (PRODUCT.md `account test`), (element-type utf8). @ret_ok: TRUE if every server has one way
 * that works. */
GPtrArray *sendpath_engine_test_account (SendpathEngine *self, const char *account,
                                         gboolean *ret_ok, GCancellable *cancellable,
                                         GError **error);
void sendpath_engine_test_account_async (SendpathEngine *self, const char *account,
                                         GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer user_data);
GPtrArray *sendpath_engine_test_account_finish (SendpathEngine *self, GAsyncResult *result,
                                                gboolean *ret_ok, GError **error);

G_END_DECLS
