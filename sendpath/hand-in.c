/* Programs that hand in messages by SMTP, on two descriptors (`sendmail -bs`). It starts no thread, so
 * that whoever takes a message can still fork. */
#include "config.h"

#include "sendpath/hand-in.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <unistd.h>

#include "sendpath/engine.h"
#include "sendpath/submission/smtp-server.h"

#define RECIPIENTS_MAX 1000
#define PATIENCE_MS    300000 /* RFC 5321 section 4.5.3.2.7 */
#define LINGER_MS      1000
#define LINGER_ROUNDS  1000
#define DISCARD_BYTES  65536

typedef struct {
  int in_fd;
  int out_fd;
  SendpathTakeFunc take;
  gpointer user_data;
} Door;

/* What keeps a message from being taken, as the client is told; a domain without a row is ours. */
static const struct {
  GQuark (*domain) (void);
  int code;
  const char *status;
} refusals[] = {
  { sendpath_error_quark, SENDPATH_ERROR_MESSAGE, "554 5.6.0" },
  { sendpath_error_quark, SENDPATH_ERROR_OUTBOX_FULL, "452 4.3.1" },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_NO_ACCOUNT, "451 4.3.5" },
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

static char *
take (SendpathMessage *message, gpointer data)
{
  const Door *door = data;
  g_autoptr (GError) error = NULL;

  if (door->take (message, door->user_data, &error))
    return g_strdup ("250 2.0.0 accepted");
  return smtp_server_format_reply (find_status (error), error->message);
}

/* ---- the descriptors ------------------------------------------------------------------------- */

static gboolean
wait_for (int fd, short events, int patience_ms)
{
  struct pollfd poll_fd = { .fd = fd, .events = events };
  int result;

  do
    result = poll (&poll_fd, 1, patience_ms);
  while (result < 0 && errno == EINTR);
  return result > 0;
}

static gssize
read_fd (gpointer source, char *buffer, gsize size, GError **error)
{
  const Door *door = source;
  gssize count;

  do
    {
      if (!wait_for (door->in_fd, POLLIN, PATIENCE_MS))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "silent");
          return -1;
        }
      count = read (door->in_fd, buffer, size);
    }
  while (count < 0 && (errno == EINTR || errno == EAGAIN));
  return count;
}

static gboolean
write_fd (gpointer source, const char *text, gsize length)
{
  const Door *door = source;

  while (length > 0)
    {
      gssize count;

      if (!wait_for (door->out_fd, POLLOUT, PATIENCE_MS))
        return FALSE;
      count = write (door->out_fd, text, length);
      if (count < 0 && errno != EINTR && errno != EAGAIN)
        return FALSE;
      text += MAX (count, 0);
      length -= (gsize) MAX (count, 0);
    }
  return TRUE;
}

static gboolean
has_input (gpointer source)
{
  return wait_for (((const Door *) source)->in_fd, POLLIN, 0);
}

/* A client in the middle of writing hears why it was refused only if somebody reads on. */
static void
linger (const Door *door)
{
  g_autofree char *discard = g_malloc (DISCARD_BYTES);

  for (guint i = 0; i < LINGER_ROUNDS && wait_for (door->in_fd, POLLIN, LINGER_MS); i++)
    if (read (door->in_fd, discard, DISCARD_BYTES) <= 0)
      return;
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
  Door door = { in_fd, out_fd, take_func, user_data };
  const SmtpServerIo io = { read_fd, write_fd, has_input, &door };
  const SmtpServerSettings settings = {
    .max_recipients = RECIPIENTS_MAX,
    .take = take,
    .data = &door,
  };

  g_return_val_if_fail (take_func != NULL, FALSE);
  switch (smtp_server_run (&io, &settings))
    {
    case SMTP_SERVER_DONE:
      return TRUE;
    case SMTP_SERVER_HUNG_UP:
      linger (&door);
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
