/* What a delivery becomes for the server of this session: text that it can take, recipients that it
 * can be told of, the commands that say so. Nothing is written and no fate is decided here. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#include "sendpath/mail/recode.h"
#include "sendpath/wire/smtp-session-private.h"

void
smtp_transaction_clear (SmtpTransaction *transaction)
{
  g_clear_object (&transaction->message);
  g_clear_pointer (&transaction->header, g_bytes_unref);
  g_clear_pointer (&transaction->rcpts, g_array_unref);
  g_clear_pointer (&transaction->envelope, g_byte_array_unref);
  g_clear_pointer (&transaction->writer, data_writer_free);
  g_clear_pointer (&transaction->refusal, sendpath_reply_unref);
  *transaction = (SmtpTransaction) { .delivery = transaction->delivery,
                                     .left_out = transaction->left_out,
                                     .is_recorded = transaction->is_recorded };
}

/* 8-bit text for a server that takes none. */
static SendpathReply *
make_7bit (SmtpTransaction *transaction)
{
  gboolean is_signed = message_is_signed (transaction->message);
  g_autoptr(GError) error = NULL;

  if (!is_signed)
    {
      SendpathMessage *recoded = recode_message (transaction->message, BODY_HAS_8BIT, &error);
      if (!recoded)
        return sendpath_reply_new_fault (SENDPATH_FAULT_LOCAL, error->message);
      g_object_unref (transaction->message);
      transaction->message = recoded;
    }
  if (!(message_get_body_traits (transaction->message) & BODY_HAS_8BIT))
    return NULL;
  return sendpath_reply_new_fault (
      SENDPATH_FAULT_NO_8BITMIME,
      is_signed ? _("the server takes no 8-bit text, and a signature forbids "
                    "to change the message")
                : _("the server takes no 8-bit text, and the message has some "
                    "that cannot be recoded, such as the name of a file"));
}

guint64
smtp_transaction_get_size (const SmtpTransaction *transaction)
{
  DataContent content = { .header = transaction->header,
                          .body = message_peek_body (transaction->message) };
  return data_content_get_size (&content);
}

static SendpathReply *
prepare_content (SmtpTransaction *transaction, const SmtpCaps *caps)
{
  transaction->message = g_object_ref (transaction->delivery->message);
  transaction->is_utf8 = (caps->offered & SMTP_CAP_SMTPUTF8)
                         && message_needs_smtputf8 (transaction->message);
  if (!(caps->offered & SMTP_CAP_8BITMIME)
      && (message_get_body_traits (transaction->message) & BODY_HAS_8BIT))
    {
      SendpathReply *problem = make_7bit (transaction);
      if (problem)
        return problem;
    }
  transaction->header = header_to_bytes (message_peek_header (transaction->message));

  guint64 size = smtp_transaction_get_size (transaction);
  if (caps->size_max_bytes == 0 || size <= caps->size_max_bytes)
    return NULL;
  g_autofree char *text = g_strdup_printf (
      _("the message has %" PRIu64 " bytes, the server takes %" PRIu64), size,
      caps->size_max_bytes);
  return sendpath_reply_new_fault (SENDPATH_FAULT_TOO_LARGE, text);
}

/* The built command belongs to the envelope, as long as that is one flight. */
static void
add_to_envelope (const SmtpSession *session, SmtpTransaction *transaction)
{
  if (!transaction->envelope)
    return;
  g_byte_array_append (transaction->envelope, (const guint8 *) session->command.bytes,
                       session->command.length);
  if (transaction->envelope->len > SMTP_WINDOW_BYTES
      || smtp_transaction_get_last_number (transaction) >= SMTP_WINDOW_COMMANDS)
    g_clear_pointer (&transaction->envelope, g_byte_array_unref);
}

SendpathReply *
smtp_transaction_new_address_fault (SendpathFault fault, const char *address)
{
  g_autofree char *text = g_strdup_printf (
      fault == SENDPATH_FAULT_NO_SMTPUTF8 ? _("the server does not take the address %s")
                                          : _("the address %s cannot be put into a command"),
      address);
  return sendpath_reply_new_fault (fault, text);
}

SendpathReply *
smtp_transaction_prepare (SmtpSession *session, SmtpTransaction *transaction)
{
  SendpathReply *problem = prepare_content (transaction, &session->caps);
  if (problem)
    return problem;

  transaction->rcpts = g_array_new (FALSE, FALSE, sizeof (guint));
  if (session->caps.offered & SMTP_CAP_PIPELINING)
    transaction->envelope = g_byte_array_new ();
  SendpathFault fault = smtp_transaction_build (session, transaction, 0);
  if (fault != SENDPATH_FAULT_NONE)
    return smtp_transaction_new_address_fault (
        fault, sendpath_message_get_sender (transaction->message));
  add_to_envelope (session, transaction);
  return NULL;
}

SendpathFault
smtp_transaction_add_recipient (SmtpSession *session, SmtpTransaction *transaction, guint i)
{
  g_array_append_val (transaction->rcpts, i);
  SendpathFault fault
      = smtp_transaction_build (session, transaction, transaction->rcpts->len);
  if (fault == SENDPATH_FAULT_NONE)
    add_to_envelope (session, transaction);
  else
    g_array_set_size (transaction->rcpts, transaction->rcpts->len - 1);
  return fault;
}

/* With PIPELINING the content by BDAT takes one turn less than by DATA if the envelope goes with it,
 * else as many, and needs no 354. Without PIPELINING one chunk is a turn less, two are as many, and
 * DATA can be refused before the content. Behind an earlier message the 354 is needed: where a server
 * answers that one twice, no reply to RCPT must be taken for the one to this content. */
static SmtpWay
find_way (const SmtpSession *session, const SmtpTransaction *transaction, gboolean is_ahead)
{
  const Delivery *delivery = transaction->delivery;
  guint64 size = smtp_transaction_get_size (transaction);

  if (is_ahead || session->was_used || delivery->is_question
      || !(session->caps.offered & SMTP_CAP_CHUNKING))
    return SMTP_WAY_DATA;
  if (!(session->caps.offered & SMTP_CAP_PIPELINING))
    return size <= SMTP_CHUNK_BYTES ? SMTP_WAY_BDAT : SMTP_WAY_DATA;
  /* A link that died of idleness would leave the outcome open, which it need not. */
  return delivery->is_proven && size <= SMTP_FLIGHT_BYTES && transaction->envelope
                 && stream_was_heard_within (session->stream, SMTP_FLIGHT_IDLE_S)
             ? SMTP_WAY_FLIGHT
             : SMTP_WAY_BDAT;
}

void
smtp_transaction_choose_way (SmtpSession *session, SmtpTransaction *transaction,
                             gboolean is_ahead)
{
  transaction->way = find_way (session, transaction, is_ahead);
  if (smtp_transaction_get_last_number (transaction)
      < smtp_transaction_get_data_number (transaction))
    return;
  smtp_command_plain (&session->command, "DATA");
  add_to_envelope (session, transaction);
}

guint
smtp_transaction_get_data_number (const SmtpTransaction *transaction)
{
  return transaction->rcpts->len + 1;
}

guint
smtp_transaction_get_last_number (const SmtpTransaction *transaction)
{
  return transaction->delivery->is_question || transaction->way != SMTP_WAY_DATA
             ? transaction->rcpts->len
             : smtp_transaction_get_data_number (transaction);
}

guint
smtp_transaction_get_recipient (const SmtpTransaction *transaction, guint number)
{
  return g_array_index (transaction->rcpts, guint, number - 1);
}

void
smtp_transaction_note_sent (SmtpTransaction *transaction)
{
  transaction->next_out = smtp_transaction_get_last_number (transaction) + 1;
  for (guint i = 0; i < transaction->rcpts->len; i++)
    delivery_get_recipient (transaction->delivery, g_array_index (transaction->rcpts, guint, i))
        ->is_offered
        = TRUE;
}

SendpathFault
smtp_transaction_build (SmtpSession *session, const SmtpTransaction *transaction, guint number)
{
  const Delivery *delivery = transaction->delivery;

  if (number == smtp_transaction_get_data_number (transaction))
    return smtp_command_plain (&session->command, "DATA");
  if (number > 0)
    {
      guint i = smtp_transaction_get_recipient (transaction, number);
      return smtp_command_rcpt (&session->command, delivery_get_recipient (delivery, i)->address,
                                transaction->is_utf8, delivery->dsn_notify, &session->caps);
    }
  SmtpMail mail = {
    .sender = sendpath_message_get_sender (transaction->message),
    .size_bytes = smtp_transaction_get_size (transaction),
    .is_8bit = (message_get_body_traits (transaction->message) & BODY_HAS_8BIT) != 0,
    .is_utf8 = transaction->is_utf8,
    .dsn_ret = delivery->dsn_ret,
    .dsn_envid = delivery->dsn_envid,
  };
  return smtp_command_mail (&session->command, &mail, &session->caps);
}
