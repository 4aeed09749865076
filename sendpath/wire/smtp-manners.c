/* Servers, and what stands before them, that offer an extension and do not have it. Here is only what
 * one delivery shows; whether it is so shows when the same goes well without the extension. */
#include "config.h"

#include "sendpath/wire/smtp-session-private.h"

/* RFC 5321 section 4.2.2: commands that are unknown, or not understood, or out of turn. BDAT with
 * somebody taken before it is none of these. */
static const guint incomprehensions[] = { 500, 501, 502, 503, 504 };

/* Somebody got it, or may have. */
static gboolean
may_be_sent (const Delivery *delivery)
{
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);
      if (recipient->phase == SENDPATH_PHASE_EOD
          && sendpath_reply_get_code (recipient->reply) < 400)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_bdat_unknown (const SmtpTransaction *transaction)
{
  const Delivery *delivery = transaction->delivery;

  if (transaction->way == SMTP_WAY_DATA || transaction->n_taken == 0
      || delivery->phase < SENDPATH_PHASE_DATA)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (incomprehensions); i++)
    if (sendpath_reply_get_code (delivery->reply) == incomprehensions[i])
      return TRUE;
  return FALSE;
}

/* Replies that are none or come too many, or none at all to what went behind a dot, or a command out of
 * turn that was not, are signs enough.
 * A lost link is one only where it was lost between a flight and its replies, in a connection that
 * did nothing before: some servers hang up on a flight, and many after a message, or when they were
 * idle. It happens without any reason too; that is why the trial decides. */
static gboolean
is_flight_misread (const SmtpSession *session, const SmtpTransaction *transaction)
{
  SendpathFault fault = sendpath_reply_get_fault (transaction->delivery->reply);

  if (!transaction->is_pipelined)
    return FALSE;
  return transaction->is_confused || transaction->is_unheard || fault == SENDPATH_FAULT_PROTOCOL
         || (fault == SENDPATH_FAULT_LINK_LOST && !session->was_used
             && transaction->next_in < transaction->next_out);
}

guint
smtp_manners_find_suspects (const SmtpSession *session, const SmtpTransaction *transaction)
{
  if (may_be_sent (transaction->delivery))
    return 0;
  if (is_bdat_unknown (transaction))
    return SMTP_CAP_CHUNKING;
  return is_flight_misread (session, transaction) ? SMTP_CAP_PIPELINING : 0;
}
