/* A message is left with somebody on this machine who sends it. It takes nothing but a 250 to the final
 * dot for a yes, and keeps nothing. */
#include "config.h"

#include "sendpath/hand-on.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>

#include "profiles/profile-store.h"
#include "sendpath/mail/submission.h"
#include "sendpath/wire/reply-reader.h"
#include "sendpath/wire/smtp-session.h"

#define RECIPIENTS_MAX 10000 /* what is taken in one go; a part of them must not be left out */
#define PATIENCE_S     60    /* for a place among those who are heard */
#define PAUSE_MS       100
#define GREETING_S     60
#define NOBODY         "nobody"

/* What a refusal means to who called; the first row that fits. The last fits all. */
static const struct {
  guint first_digit;    /* 0: any */
  const char *enhanced; /* behind the first digit and its dot: how it begins */
  GQuark (*domain) (void);
  int code;
} meanings[] = {
  { 0, "3.5", sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_MISSING },
  { 5, "6.", g_io_error_quark, G_IO_ERROR_INVALID_DATA },
  { 5, "1.", g_io_error_quark, G_IO_ERROR_INVALID_DATA },
  { 5, "", g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED },
  { 0, "", g_io_error_quark, G_IO_ERROR_BUSY },
};

/* ---- the refusal ----------------------------------------------------------------------------- */

/* What was never offered, because it would be refused, counts as refused. */
static guint
get_first_digit (const SendpathReply *reply)
{
  SendpathFault fault = sendpath_reply_get_fault (reply);

  if (fault == SENDPATH_FAULT_TOO_LARGE || fault == SENDPATH_FAULT_BAD_ADDRESS)
    return 5;
  return sendpath_reply_get_code (reply) / 100;
}

static gboolean
is_meant (guint i, const SendpathReply *reply)
{
  const char *enhanced = sendpath_reply_get_enhanced (reply);
  const char *detail = enhanced != NULL && *enhanced != '\0' ? enhanced + 2 : "";

  return (meanings[i].first_digit == 0 || meanings[i].first_digit == get_first_digit (reply)) &&
         g_str_has_prefix (detail, meanings[i].enhanced);
}

static void
set_refusal (const char *path, const SendpathReply *reply, GError **error)
{
  g_autofree char *text = sendpath_reply_dup_clean_text (reply);
  guint code = sendpath_reply_get_code (reply);
  g_autofree char *said =
      code != 0 ? g_strdup_printf ("%u %s", code, text) : g_steal_pointer (&text);
  guint i = 0;

  while (i < G_N_ELEMENTS (meanings) - 1 && !is_meant (i, reply))
    i++;
  g_set_error (error, meanings[i].domain (), meanings[i].code,
               _ ("the service at %s did not take the message: %s"), path, said);
}

/* ---- the message ----------------------------------------------------------------------------- */

/* As `sendmail` users expect: who calls is the sender, and the account decides what servers see. */
static gboolean
set_caller (SendpathMessage *message, GError **error)
{
  return sendpath_message_get_sender (message) != NULL ||
         sendpath_message_set_sender (message, g_get_user_name (), NULL) ||
         sendpath_message_set_sender (message, NOBODY, error);
}

/* Recipients of the header, no Bcc: what can be done once without knowing the account. */
static SendpathMessage *
finish (SendpathMessage *raw, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  const SubmissionContext context = { .now = now };
  g_autoptr (SendpathMessage) message = submission_finish (raw, &context, error);

  if (message == NULL || !set_caller (message, error))
    return NULL;
  if (g_strv_length ((char **) sendpath_message_get_recipients (message)) > RECIPIENTS_MAX)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("a message can have %d recipients at most"), RECIPIENTS_MAX);
      return NULL;
    }
  return g_steal_pointer (&message);
}

/* ---- the way --------------------------------------------------------------------------------- */

static GSocketConnection *
connect_to (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket == NULL || !g_socket_connect (socket, address, cancellable, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_socket_connection_factory_create_connection (socket);
}

/* A greeted stream. Too many are being heard already: @ret_is_full. */
static Stream *
try_to_enter (const char *path, const Trace *trace, SendpathReply **ret_greeting,
              gboolean *ret_is_full, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GSocketConnection) connection = connect_to (path, cancellable, &local_error);
  g_autoptr (Stream) stream = NULL;
  g_autoptr (SendpathReply) greeting = NULL;

  if (connection == NULL)
    {
      *ret_is_full = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, local_error->message);
      return NULL;
    }
  stream = stream_new (connection, trace, cancellable);
  stream_set_deadline (stream, GREETING_S);
  greeting = reply_read (stream);
  if (sendpath_reply_get_code (greeting) == 220)
    {
      *ret_greeting = g_steal_pointer (&greeting);
      return g_steal_pointer (&stream);
    }
  *ret_is_full = sendpath_reply_get_code (greeting) == 421;
  set_refusal (path, greeting, error);
  return NULL;
}

static SmtpSession *
enter (const char *path, const SmtpSessionOptions *options, GCancellable *cancellable,
       GError **error)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_S * G_TIME_SPAN_SECOND;
  g_autoptr (SendpathEndpoint) endpoint =
                 sendpath_endpoint_new ("localhost", 25, SENDPATH_SECURITY_NONE);
  g_autoptr (SendpathReply) greeting = NULL;
  Runner runner = { .endpoint = endpoint };

  while (runner.stream == NULL)
    {
      g_autoptr (GError) local_error = NULL;
      gboolean is_full = FALSE;

      runner.stream =
          try_to_enter (path, options->trace, &greeting, &is_full, cancellable, &local_error);
      if (runner.stream == NULL && (!is_full || g_get_monotonic_time () >= end_us))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (runner.stream == NULL)
        g_usleep (PAUSE_MS * 1000);
    }
  runner.greeting = greeting;
  return smtp_session_new (&runner, options);
}

/* All of them, or it was not taken. */
static gboolean
check_taken (const char *path, const Delivery *delivery, GError **error)
{
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);

      if (recipient->phase == SENDPATH_PHASE_EOD &&
          sendpath_reply_get_code (recipient->reply) / 100 == 2)
        continue;
      set_refusal (path, recipient->reply, error);
      return FALSE;
    }
  return TRUE;
}

/**
 * sendpath_hand_on:
 * @message: the message, with its recipients; it is not modified
 * @path: (type filename): a local socket where sendpath_listen() is heard
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Leaves @message with a service on this machine that sends it. Recipients are taken from the header where
 * that was asked for, and Bcc is removed, before anything is said; the rest is the service's.
 *
 * While the service hears as many as it can, this tries again for up to a minute.
 *
 * This function blocks, and keeps nothing. @error is %G_IO_ERROR_INVALID_DATA if the message or an address
 * cannot be used, %G_IO_ERROR_BUSY if the service cannot be reached or has no room, and the message may be
 * handed on again, %SENDPATH_PROFILE_ERROR_MISSING if the service has no configuration, and
 * %G_IO_ERROR_PERMISSION_DENIED if it refuses the message for good.
 *
 * Returns: %TRUE if the service has it on disk, for all its recipients
 *
 * Since: 1.0
 */
gboolean
sendpath_hand_on (SendpathMessage *message, const char *path, GCancellable *cancellable,
                  GError **error)
{
  const Trace trace = { 0 };
  const SmtpSessionOptions options = { .trace = &trace };
  g_autoptr (SendpathMessage) finished = finish (message, error);
  g_autoptr (SmtpSession) session =
                 finished != NULL ? enter (path, &options, cancellable, error) : NULL;
  g_autoptr (Delivery) delivery = NULL;
  g_autofree char *notify = NULL;
  const DsnRequest *dsn;

  if (session == NULL)
    return FALSE;
  if (!smtp_session_open (session))
    {
      set_refusal (path, smtp_session_get_reply (session), error);
      return FALSE;
    }
  dsn = message_get_dsn (finished);
  notify = dsn_notify_to_string (dsn->notify);
  delivery = delivery_new (finished, sendpath_message_get_recipients (finished));
  delivery->dsn_notify = notify;
  delivery->dsn_ret = dsn->ret;
  delivery->dsn_envid = dsn->envid;
  smtp_session_deliver (session, delivery);
  return check_taken (path, delivery, error);
}
