/* Programs that hand in messages by SMTP: one on two descriptors (`sendmail -bs`), where no thread is
 * started, so that whoever takes a message can still fork; or all that come to a socket. */
#include "config.h"

#include "sendpath/hand-in.h"

#include <glib/gi18n-lib.h>

#include "sendpath/engine.h"
#include "sendpath/hand-in-private.h"
#include "sendpath/submission/listener.h"
#include "sendpath/submission/smtp-door.h"

#define RECIPIENTS_MAX 1000
#define PATIENCE_S     300 /* RFC 5321 section 4.5.3.2.7 */

/* Of those who come to a socket: programs of this machine, which have the message at hand. */
#define LOCAL_CLIENTS_MAX    128
#define LOCAL_OF_ONE_MAX     16
#define LOCAL_RECIPIENTS_MAX 10000
#define LOCAL_BYTES_MAX      (G_GUINT64_CONSTANT (100) * 1024 * 1024)
#define LOCAL_PATIENCE_S     60
#define LOCAL_LIFETIME_S     900

/* What keeps a message from being taken, as the client is told; a domain without a row is ours. */
static const struct {
  GQuark (*domain) (void);
  int code;
  const char *status;
} refusals[] = {
  { sendpath_error_quark, SENDPATH_ERROR_MESSAGE, "554 5.6.0" },
  { sendpath_error_quark, SENDPATH_ERROR_OUTBOX_FULL, "452 4.3.1" },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_NO_ACCOUNT, "451 4.3.5" },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_MISSING, "451 4.3.5" },
  { g_io_error_quark, G_IO_ERROR_INVALID_DATA, "554 5.6.0" },
  { g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, "550 5.7.1" },
  { g_io_error_quark, G_IO_ERROR_BUSY, "451 4.4.0" },
};

static const char *
find_status (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_error_matches (error, refusals[i].domain (), refusals[i].code))
      return refusals[i].status;
  return "451 4.3.0";
}

char *
hand_in_format_refusal (const GError *error)
{
  return smtp_server_format_reply (find_status (error), error->message);
}

/* The reply to the client. */
static char *
format_outcome (gboolean is_taken, const GError *error)
{
  return is_taken ? g_strdup ("250 2.0.0 accepted") : hand_in_format_refusal (error);
}

/* ---- one client ------------------------------------------------------------------------------ */

typedef struct {
  SendpathTakeFunc take;
  gpointer user_data;
} Taker;

static char *
take (SendpathMessage *message, gpointer data)
{
  const Taker *taker = data;
  g_autoptr (GError) error = NULL;
  gboolean is_taken = taker->take (message, taker->user_data, &error);

  return format_outcome (is_taken, error);
}

/**
 * sendpath_hand_in:
 * @in_fd: where the client writes
 * @out_fd: where it reads; may be the same
 * @take_func: (scope call) (closure user_data): what is done with each message
 * @user_data: data for @take_func
 * @error: return location for a #GError, or %NULL
 *
 * Speaks SMTP with a program that hands in messages, until that says goodbye or goes away.
 *
 * A message is given to @take_func only when all of it has come, exactly as RFC 5321 wants it: a line feed
 * or carriage return alone ends the dialogue. A message without its end is given to nobody.
 *
 * This function blocks, and starts no thread. @error is %G_IO_ERROR_INVALID_DATA: the dialogue was
 * broken off, and what @take_func was not given is not kept.
 *
 * Returns: %TRUE if no message was left half said
 *
 * Since: 1.0
 */
gboolean
sendpath_hand_in (int in_fd, int out_fd, SendpathTakeFunc take_func, gpointer user_data,
                  GError **error)
{
  const SmtpDoor door = { .in_fd = in_fd, .out_fd = out_fd, .patience_s = PATIENCE_S };
  Taker taker = { take_func, user_data };
  const SmtpServerSettings settings = {
    .max_recipients = RECIPIENTS_MAX,
    .take = take,
    .data = &taker,
  };

  g_return_val_if_fail (take_func != NULL, FALSE);
  switch (smtp_door_serve (&door, &settings))
    {
    case SMTP_SERVER_DONE:
      return TRUE;
    case SMTP_SERVER_HUNG_UP:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _ ("the program that called did not speak proper SMTP"));
      return FALSE;
    case SMTP_SERVER_BROKEN_OFF:
      break;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("the program that called went away in the middle of a message; that "
                          "message was not queued"));
  return FALSE;
}

/* ---- a socket -------------------------------------------------------------------------------- */

typedef struct {
  SendpathTakeFromFunc take;
  gpointer user_data;
} LocalTaker;

static char *
take_local (SendpathMessage *message, const ListenerGuest *guest, gpointer data)
{
  const LocalTaker *taker = data;
  g_autoptr (GError) error = NULL;
  gboolean is_taken = taker->take (message, guest->uid, taker->user_data, &error);

  return format_outcome (is_taken, error);
}

/**
 * sendpath_listen:
 * @fd: a local (`AF_UNIX`) socket that listens; it stays open
 * @take_func: (scope call) (closure user_data): what is done with each message
 * @user_data: data for @take_func
 * @cancellable: (nullable): optional #GCancellable, or %NULL to go on for ever
 * @error: return location for a #GError, or %NULL
 *
 * Speaks SMTP with all programs of this machine that connect to @fd, many at once, until @cancellable is
 * cancelled. What was received as a whole by then is still given to @take_func.
 *
 * A message is given to @take_func only when all of it has come, as with sendpath_hand_in(), and in a thread
 * of its client's. A client that is silent for a minute, or takes longer than a quarter of an hour, is hung
 * up on; one user has 16 connections at once at most, and a message 100 MiB and 10000 recipients.
 *
 * This function blocks, and may be called from any thread. @error is %G_IO_ERROR_NOT_SUPPORTED if @fd is
 * no such socket.
 *
 * Returns: %TRUE once it was cancelled
 *
 * Since: 1.0
 */
gboolean
sendpath_listen (int fd, SendpathTakeFromFunc take_func, gpointer user_data,
                 GCancellable *cancellable, GError **error)
{
  LocalTaker taker = { take_func, user_data };
  const ListenerDoor door = { fd, LISTENER_ALL_USERS };
  const ListenerSettings settings = {
    .max_clients = LOCAL_CLIENTS_MAX,
    .max_of_one_user = LOCAL_OF_ONE_MAX,
    .max_bytes = LOCAL_BYTES_MAX,
    .max_recipients = LOCAL_RECIPIENTS_MAX,
    .patience_s = LOCAL_PATIENCE_S,
    .lifetime_s = LOCAL_LIFETIME_S,
    .take = take_local,
    .data = &taker,
  };

  g_return_val_if_fail (take_func != NULL, FALSE);
  return listener_run (&door, 1, &settings, cancellable, error);
}
