/* The steps of one delivery: envelope, content, final dot. Pipelined where offered, in windows;
 * each recipient keeps its own reply, and none is accepted without the reply to the final dot. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#include "sendpath/mail/recode.h"
#include "sendpath/wire/data-writer.h"
#include "sendpath/wire/smtp-session-private.h"

/* What may be outstanding before replies are read, so that full socket buffers never lock both
 * sides: the replies to this many commands fit into any. */
#define WINDOW_COMMANDS 100
#define WINDOW_BYTES (32 * 1024)

/* What a command says beyond the address, and may leave out. SMTPUTF8 is said only where it is
 * needed. */
static const struct {
  const char *parameter;
  SmtpCap     cap;
} optional[] = {
  { " SIZE=", SMTP_CAP_SIZE },
  { " BODY=", SMTP_CAP_8BITMIME },
  { " RET=", SMTP_CAP_DSN },
  { " ENVID=", SMTP_CAP_DSN },
  { " NOTIFY=", SMTP_CAP_DSN },
};

/* RFC 5321 sections 4.1.1.11 and 4.2.2 */
static const guint parameter_refusals[] = { 501, 504, 555 };

void
smtp_transaction_clear (SmtpTransaction *transaction)
{
  g_clear_object (&transaction->message);
  g_clear_pointer (&transaction->header, g_bytes_unref);
  g_clear_pointer (&transaction->rcpts, g_array_unref);
  *transaction = (SmtpTransaction) { .delivery = transaction->delivery,
                                     .left_out = transaction->left_out };
}

static guint
get_data_number (const SmtpTransaction *transaction)
{
  return transaction->rcpts->len + 1;
}

static guint
get_recipient (const SmtpTransaction *transaction, guint command)
{
  return g_array_index (transaction->rcpts, guint, command - 1);
}

/* The number of the last command before the content. */
static guint
get_last_number (const SmtpTransaction *transaction)
{
  return transaction->delivery->is_question ? transaction->rcpts->len
                                            : get_data_number (transaction);
}

/* The present phase and reply are the fate of all who have none yet. */
static SmtpStep
decide_rest (SmtpSession *session)
{
  Delivery *delivery = session->transaction->delivery;
  if (delivery_count_undecided (delivery) > 0)
    delivery_note (delivery, session->phase, session->reply);
  delivery_decide_rest (delivery, session->phase, session->reply);
  return SMTP_STEP_REST;
}

/* The same, for a delivery whose dot was recorded. */
static SmtpStep
settle (SmtpSession *session)
{
  Delivery *delivery = session->transaction->delivery;
  decide_rest (session);
  if (delivery->settled)
    delivery->settled (delivery);
  return SMTP_STEP_REST;
}

/* ---- before anything is written ------------------------------------------------------------- */

SmtpStep
smtp_step_rset (SmtpSession *session)
{
  if (smtp_session_is_quiet (session))
    {
      smtp_command_plain (&session->command, "RSET");
      smtp_session_send (session);
      guint code = smtp_session_read (session, 250, 259);
      session->needs_rset = code == 0 || code >= 400;
    }
  if (!session->needs_rset)
    return session->login ? SMTP_STEP_AUTH : SMTP_STEP_ENVELOPE;

  /* Whose recipients would the next message have? */
  session->is_open = FALSE;
  return session->login ? SMTP_STEP_REST : decide_rest (session);
}

/* 8-bit text for a server that takes none. */
static gboolean
make_7bit (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  gboolean is_signed = message_is_signed (transaction->message);
  g_autoptr(GError) error = NULL;

  if (!is_signed)
    {
      SendpathMessage *recoded = recode_message (transaction->message, BODY_HAS_8BIT, &error);
      if (!recoded)
        {
          smtp_session_set_fault (session, SENDPATH_FAULT_LOCAL, error->message);
          return FALSE;
        }
      g_object_unref (transaction->message);
      transaction->message = recoded;
    }
  if (!(message_get_body_traits (transaction->message) & BODY_HAS_8BIT))
    return TRUE;
  smtp_session_set_fault (session, SENDPATH_FAULT_NO_8BITMIME,
                          is_signed ? _("the server takes no 8-bit text, and a signature forbids "
                                        "to change the message")
                                    : _("the server takes no 8-bit text, and the message has some "
                                        "that cannot be recoded, such as the name of a file"));
  return FALSE;
}

static guint64
get_size (const SmtpTransaction *transaction)
{
  DataContent content = { .header = transaction->header,
                          .body = message_peek_body (transaction->message) };
  return data_content_get_size (&content);
}

static gboolean
check_content (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint offered = session->caps.offered;

  transaction->message = g_object_ref (transaction->delivery->message);
  transaction->is_utf8 = (offered & SMTP_CAP_SMTPUTF8)
                         && message_needs_smtputf8 (transaction->message);
  if (!(offered & SMTP_CAP_8BITMIME)
      && (message_get_body_traits (transaction->message) & BODY_HAS_8BIT)
      && !make_7bit (session))
    return FALSE;
  transaction->header = header_to_bytes (message_peek_header (transaction->message));

  guint64 max = session->caps.size_max_bytes;
  if (max > 0 && get_size (transaction) > max)
    {
      g_autofree char *text = g_strdup_printf (
          _("the message has %" PRIu64 " bytes, the server takes %" PRIu64),
          get_size (transaction), max);
      smtp_session_set_fault (session, SENDPATH_FAULT_TOO_LARGE, text);
      return FALSE;
    }
  return TRUE;
}

/* Builds command @number; MAIL is 0, DATA the last. */
static SendpathFault
build (SmtpSession *session, guint number)
{
  SmtpTransaction *transaction = session->transaction;
  Delivery *delivery = transaction->delivery;

  if (number == get_data_number (transaction))
    return smtp_command_plain (&session->command, "DATA");
  if (number > 0)
    {
      const char *address
          = delivery_get_recipient (delivery, get_recipient (transaction, number))->address;
      return smtp_command_rcpt (&session->command, address, transaction->is_utf8,
                                delivery->dsn_notify, &session->caps);
    }
  SmtpMail mail = {
    .sender = sendpath_message_get_sender (transaction->message),
    .size_bytes = get_size (transaction),
    .is_8bit = (message_get_body_traits (transaction->message) & BODY_HAS_8BIT) != 0,
    .is_utf8 = transaction->is_utf8,
    .dsn_ret = delivery->dsn_ret,
    .dsn_envid = delivery->dsn_envid,
  };
  return smtp_command_mail (&session->command, &mail, &session->caps);
}

static void
set_address_fault (SmtpSession *session, SendpathFault fault, const char *address)
{
  g_autofree char *text = g_strdup_printf (
      fault == SENDPATH_FAULT_NO_SMTPUTF8 ? _("the server does not take the address %s")
                                          : _("the address %s cannot be put into a command"),
      address);
  smtp_session_set_fault (session, fault, text);
}

/* Leaves those out whom this server cannot be told of (T-098). FALSE: nobody is left. */
static gboolean
collect_recipients (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  Delivery *delivery = transaction->delivery;

  transaction->rcpts = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const char *address = delivery_get_recipient (delivery, i)->address;
      SendpathFault fault = smtp_command_rcpt (&session->command, address, transaction->is_utf8,
                                               delivery->dsn_notify, &session->caps);
      if (fault == SENDPATH_FAULT_NONE)
        {
          g_array_append_val (transaction->rcpts, i);
          continue;
        }
      set_address_fault (session, fault, address);
      delivery_note (delivery, SENDPATH_PHASE_RCPT, session->reply);
      delivery_decide (delivery, i, SENDPATH_PHASE_RCPT, session->reply);
    }
  return transaction->rcpts->len > 0;
}

/* What is known without asking is decided without touching the wire. */
SmtpStep
smtp_step_prepare (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  if (!check_content (session))
    return decide_rest (session);
  if (!collect_recipients (session))
    return SMTP_STEP_REST;
  SendpathFault fault = build (session, 0);
  if (fault != SENDPATH_FAULT_NONE)
    {
      set_address_fault (session, fault, sendpath_message_get_sender (transaction->message));
      return decide_rest (session);
    }
  return session->needs_rset ? SMTP_STEP_RSET : SMTP_STEP_ENVELOPE;
}

/* ---- envelope ------------------------------------------------------------------------------- */

static SmtpStep
get_answer_step (const SmtpTransaction *transaction)
{
  if (transaction->next_in == 0)
    return SMTP_STEP_MAIL;
  return transaction->next_in < get_data_number (transaction) ? SMTP_STEP_RCPT : SMTP_STEP_DATA;
}

/* The session ended with the reply just read, or instead of it. */
static gboolean
is_over (const SmtpSession *session)
{
  return !smtp_session_is_open (session);
}

/* Which extensions the server may have meant when it refused the command just answered: none if its
 * status is about something else, the address or a policy. */
static guint
find_blamed (SmtpSession *session)
{
  const char *enhanced = sendpath_reply_get_enhanced (session->reply);
  gboolean is_refusal = FALSE;
  guint blamed = 0;

  for (guint i = 0; i < G_N_ELEMENTS (parameter_refusals); i++)
    if (sendpath_reply_get_code (session->reply) == parameter_refusals[i])
      is_refusal = TRUE;
  if (!is_refusal || (enhanced && !g_str_has_prefix (enhanced, "5.5.")))
    return 0;
  build (session, session->transaction->next_in);
  for (guint i = 0; i < G_N_ELEMENTS (optional); i++)
    if (strstr (session->command.bytes, optional[i].parameter))
      blamed |= optional[i].cap;
  return blamed;
}

/* Nobody was taken: once more, without what may have been refused? */
static SmtpStep
finish_envelope (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  if (transaction->blamed == 0 || transaction->left_out != 0 || is_over (session))
    return SMTP_STEP_REST;
  transaction->left_out = transaction->blamed;
  session->caps.offered &= ~transaction->left_out;
  smtp_transaction_clear (transaction);
  delivery_reset (transaction->delivery);
  return SMTP_STEP_PREPARE;
}

/* After a reply: the next one, more commands, or the end. */
static SmtpStep
go_on (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  transaction->next_in++;
  if (transaction->next_in < transaction->next_out)
    return get_answer_step (transaction);
  if (transaction->is_mail_refused
      || (transaction->next_out == get_data_number (transaction) && transaction->n_taken == 0))
    return finish_envelope (session);
  return transaction->next_out > get_last_number (transaction) ? SMTP_STEP_REST
                                                               : SMTP_STEP_ENVELOPE;
}

/* One flight of commands: as many as may be outstanding, DATA last, which a question leaves out. */
SmtpStep
smtp_step_envelope (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  Delivery *delivery = transaction->delivery;
  guint max_commands = (session->caps.offered & SMTP_CAP_PIPELINING) ? WINDOW_COMMANDS : 1;
  gsize n_bytes = 0;

  if (!smtp_session_is_quiet (session))
    return decide_rest (session);
  while (transaction->next_out <= get_last_number (transaction)
         && transaction->next_out - transaction->next_in < max_commands && n_bytes < WINDOW_BYTES)
    {
      guint number = transaction->next_out++;
      build (session, number);
      n_bytes += session->command.length;
      smtp_session_send (session);
      if (number > 0 && number < get_data_number (transaction))
        delivery_get_recipient (delivery, get_recipient (transaction, number))->is_offered = TRUE;
    }
  return get_answer_step (transaction);
}

SmtpStep
smtp_step_mail (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint code = smtp_session_read (session, 250, 259);

  if (is_over (session))
    return decide_rest (session);
  session->needs_rset = code < 300;
  transaction->is_mail_refused = code >= 400;
  transaction->blamed |= find_blamed (session);
  if (transaction->is_mail_refused)
    decide_rest (session);
  return go_on (session);
}

SmtpStep
smtp_step_rcpt (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint code = smtp_session_read (session, 250, 259);

  if (is_over (session)) /* T-017: 421 in the list means nothing is sent */
    return decide_rest (session);
  transaction->blamed |= find_blamed (session);
  if (!transaction->is_mail_refused && code < 300)
    transaction->n_taken++;
  if (!transaction->is_mail_refused && (code >= 300 || transaction->delivery->is_question))
    {
      delivery_note (transaction->delivery, session->phase, session->reply);
      delivery_decide (transaction->delivery,
                       get_recipient (transaction, transaction->next_in), session->phase,
                       session->reply);
    }
  return go_on (session);
}

SmtpStep
smtp_step_data (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint code = smtp_session_read (session, 354, 354);

  if (code == 354)
    {
      session->may_quit = FALSE; /* it would be a line of the message */
      return transaction->n_taken > 0 ? SMTP_STEP_CONTENT : SMTP_STEP_LONE_DOT;
    }
  /* Where nobody was taken, nobody is left whose fate this refusal could be. */
  decide_rest (session);
  return transaction->n_taken > 0 ? SMTP_STEP_REST : finish_envelope (session);
}

/* RFC 2920 section 3.1: it wants content though it took nobody; it gets none, and what it answers
 * says nothing about anybody. */
SmtpStep
smtp_step_lone_dot (SmtpSession *session)
{
  if (!smtp_session_is_quiet (session))
    return SMTP_STEP_REST;
  trace_sent (session->options.trace, ".", 1);
  stream_set_deadline (session->stream, session->timeout_s);
  data_writer_end (session->stream);
  guint code = smtp_session_read (session, 200, 299);
  session->may_quit = code > 0 && code != 421;
  session->needs_rset = FALSE;
  return finish_envelope (session);
}

/* ---- content -------------------------------------------------------------------------------- */

static void
tell_progress (gpointer data, guint64 sent_bytes, guint64 total_bytes)
{
  Delivery *delivery = data;
  delivery->progress (delivery, sent_bytes, total_bytes);
}

SmtpStep
smtp_step_content (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  Delivery *delivery = transaction->delivery;
  DataContent content = {
    .header = transaction->header,
    .body = message_peek_body (transaction->message),
    .block_timeout_s = session->timeout_s,
    .progress = delivery->progress ? tell_progress : NULL,
    .data = delivery,
  };

  trace_note (session->options.trace, "content, %" G_GUINT64_FORMAT " bytes",
              data_content_get_size (&content));
  if (message_get_body_traits (transaction->message) & BODY_HAS_LONG_LINE)
    trace_note (session->options.trace, "%s",
                _("warning: lines of more than 998 bytes go as they are; a server may break them"));
  if (data_writer_write (session->stream, &content))
    return SMTP_STEP_DOT_RECORD;
  /* Either the link is dead, or the server broke in: both leave the message without its dot. */
  smtp_session_is_quiet (session);
  session->is_open = FALSE;
  return decide_rest (session);
}

/* P-6: the record is on disk before the dot. */
SmtpStep
smtp_step_dot_record (SmtpSession *session)
{
  Delivery *delivery = session->transaction->delivery;
  g_autoptr(GError) error = NULL;

  if (delivery->before_dot && !delivery->before_dot (delivery, &error))
    {
      smtp_session_break (session, SENDPATH_FAULT_LOCAL,
                          error ? error->message
                                : _("the record of this delivery was not written"));
      return decide_rest (session);
    }
  /* While that took its time the server may have gone: then the dot stays unwritten. */
  return smtp_session_is_quiet (session) ? SMTP_STEP_DOT : settle (session);
}

/* From here on a retry may deliver twice: whatever goes wrong leaves the outcome open, and a cancel
 * waits for the reply. */
SmtpStep
smtp_step_dot (SmtpSession *session)
{
  stream_set_shielded (session->stream, TRUE);
  trace_sent (session->options.trace, ".", 1);
  stream_set_deadline (session->stream, session->timeout_s);
  data_writer_end (session->stream);
  guint code = smtp_session_read (session, 200, 299);
  stream_set_shielded (session->stream, FALSE);
  session->may_quit = code > 0 && code != 421;
  session->needs_rset = FALSE;
  return settle (session);
}
