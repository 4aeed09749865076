/* The envelope that goes out behind the final dot of the message before it. The bytes that went are
 * kept: only a delivery with the very same envelope goes on with their replies, and whatever else
 * uses the session gets rid of them first, so that nothing hangs on the guess. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/wire/smtp-session-private.h"

/* Somebody was refused, or left out: then nothing follows before all of it is known. */
static gboolean
is_all_taken (const Delivery *delivery)
{
  return delivery_count_undecided (delivery) == delivery->recipients->len;
}

/* Once, also where the delivery is said again without a parameter. */
static const Delivery *
ask_for_next (SmtpSession *session)
{
  Delivery *delivery = session->transaction->delivery;

  if (!(session->caps.offered & SMTP_CAP_PIPELINING) || !delivery->get_next
      || session->transaction->left_out != 0 || !is_all_taken (delivery))
    return NULL;
  return delivery->get_next (delivery);
}

void
smtp_ahead_prepare (SmtpSession *session)
{
  const Delivery *next = ask_for_next (session);
  if (!next || next->is_question)
    return;

  SmtpTransaction transaction = { .delivery = (Delivery *) next };
  g_autoptr(SendpathReply) problem = smtp_transaction_prepare (session, &transaction);
  gboolean is_possible = problem == NULL;
  for (guint i = 0; is_possible && i < next->recipients->len; i++)
    is_possible
        = smtp_transaction_add_recipient (session, &transaction, i) == SENDPATH_FAULT_NONE;
  if (is_possible)
    smtp_transaction_choose_way (session, &transaction, TRUE);
  if (is_possible && transaction.envelope)
    session->ahead = (SmtpAhead) {
      .envelope = g_byte_array_free_to_bytes (g_steal_pointer (&transaction.envelope)),
      .n_commands = smtp_transaction_get_last_number (&transaction) + 1,
    };
  smtp_transaction_clear (&transaction);
}

void
smtp_ahead_clear (SmtpAhead *ahead)
{
  g_clear_pointer (&ahead->envelope, g_bytes_unref);
  *ahead = (SmtpAhead) { 0 };
}

void
smtp_ahead_write (SmtpSession *session)
{
  gsize length;
  if (!session->ahead.envelope)
    return;
  const char *bytes = g_bytes_get_data (session->ahead.envelope, &length);
  smtp_session_send_lines (session, bytes, length);
}

gboolean
smtp_ahead_take (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  const GByteArray *envelope = transaction->envelope;
  gsize length;
  const char *bytes = g_bytes_get_data (session->ahead.envelope, &length);

  /* After a refused BDAT an RSET was due first (RFC 3030 section 2). */
  if (session->needs_rset || !envelope || envelope->len != length
      || memcmp (envelope->data, bytes, length) != 0)
    return FALSE;
  smtp_ahead_clear (&session->ahead);
  smtp_transaction_note_sent (transaction);
  transaction->was_ahead = transaction->is_pipelined = TRUE;
  return TRUE;
}

/* Its replies are worth nothing, but for a 354: there is no content that it could have, and the link
 * goes. */
SmtpStep
smtp_step_drop_ahead (SmtpSession *session)
{
  guint n_replies = session->ahead.n_commands;

  smtp_ahead_clear (&session->ahead);
  for (; n_replies > 1 && smtp_session_is_open (session); n_replies--)
    smtp_session_read (session, 250, 259);
  if (smtp_session_is_open (session) && smtp_session_read (session, 354, 354) == 354)
    smtp_session_break (session, SENDPATH_FAULT_LINK_LOST, _("the session is over"));
  session->needs_rset = TRUE;
  if (smtp_session_is_open (session))
    {
      session->may_quit = TRUE;
      return SMTP_STEP_RSET;
    }
  return session->login ? SMTP_STEP_REST : smtp_transaction_decide_rest (session);
}
