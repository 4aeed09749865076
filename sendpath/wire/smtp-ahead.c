/* The envelope that goes out behind the final dot of the message before it. The bytes that went are
 * kept: only a delivery with the very same envelope goes on with their replies, and whatever else
 * uses the session gets rid of them first, so that nothing hangs on the guess. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/wire/smtp-session-private.h"

/* All commands of @transaction; NULL if one cannot be built, or they are more than one flight. */
static GBytes *
build_envelope (SmtpSession *session, SmtpTransaction *transaction)
{
  guint last = smtp_transaction_get_last_number (transaction);
  g_autoptr(GByteArray) envelope = g_byte_array_new ();

  if (transaction->rcpts->len == 0 || last >= SMTP_WINDOW_COMMANDS)
    return NULL;
  for (guint number = 0; number <= last; number++)
    {
      if (smtp_transaction_build (session, transaction, number) != SENDPATH_FAULT_NONE)
        return NULL;
      g_byte_array_append (envelope, (const guint8 *) session->command.bytes,
                           session->command.length);
    }
  return envelope->len <= SMTP_WINDOW_BYTES
             ? g_byte_array_free_to_bytes (g_steal_pointer (&envelope))
             : NULL;
}

/* Somebody was refused, or left out: then nothing follows before all of it is known. */
static gboolean
is_all_taken (const Delivery *delivery)
{
  return delivery_count_undecided (delivery) == delivery->recipients->len;
}

void
smtp_ahead_prepare (SmtpSession *session)
{
  Delivery *delivery = session->transaction->delivery;
  const Delivery *next = NULL;

  if ((session->caps.offered & SMTP_CAP_PIPELINING) && delivery->get_next
      && is_all_taken (delivery))
    next = delivery->get_next (delivery);
  if (!next || next->is_question)
    return;

  SmtpTransaction transaction = { .delivery = (Delivery *) next };
  g_autoptr(SendpathReply) problem = smtp_transaction_prepare (&transaction, &session->caps);
  gboolean is_possible = problem == NULL;
  for (guint i = 0; is_possible && i < next->recipients->len; i++)
    is_possible
        = smtp_transaction_add_recipient (session, &transaction, i) == SENDPATH_FAULT_NONE;
  if (is_possible)
    session->ahead = build_envelope (session, &transaction);
  smtp_transaction_clear (&transaction);
}

void
smtp_ahead_write (SmtpSession *session)
{
  gsize length;
  if (!session->ahead)
    return;
  const char *bytes = g_bytes_get_data (session->ahead, &length);
  trace_sent (session->options.trace, bytes, length - strlen ("\r\n"));
  stream_write (session->stream, bytes, length);
}

gboolean
smtp_ahead_take (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  g_autoptr(GBytes) envelope = build_envelope (session, transaction);

  if (!envelope || !g_bytes_equal (envelope, session->ahead))
    return FALSE;
  g_clear_pointer (&session->ahead, g_bytes_unref);
  transaction->next_out = smtp_transaction_get_last_number (transaction) + 1;
  for (guint number = 0; number < transaction->next_out; number++)
    smtp_transaction_note_offered (transaction, number);
  return TRUE;
}

/* A 354 may be under way, and there is no content that it could have: the link goes. */
SmtpStep
smtp_step_drop_ahead (SmtpSession *session)
{
  smtp_session_break (session, SENDPATH_FAULT_LINK_LOST, _("the session is over"));
  return session->login ? SMTP_STEP_REST : smtp_transaction_decide_rest (session);
}
