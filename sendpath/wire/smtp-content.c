/* The steps of one delivery from its content on: text, record, the end of it. Behind DATA that is
 * the final dot, else the last BDAT; both are called the dot. Nobody is accepted before its reply
 * is known. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#include "sendpath/wire/smtp-session-private.h"

/* Chunks whose replies may be outstanding: those fit into any buffer, and the content in between is
 * more than any link holds. */
#define CHUNKS_OUT 8

/* The session ended with the reply just read, or instead of it. */
static gboolean
is_over (const SmtpSession *session)
{
  return !smtp_session_is_open (session);
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
  stream_write (session->stream, ".\r\n", 3);
  guint code = smtp_session_read (session, 200, 299);
  session->may_quit = code > 0 && code != 421;
  session->needs_rset = FALSE;
  return smtp_transaction_finish_envelope (session);
}

/* ---- content -------------------------------------------------------------------------------- */

static void
tell_progress (gpointer data, guint64 sent_bytes, guint64 total_bytes)
{
  Delivery *delivery = data;
  delivery->progress (delivery, sent_bytes, total_bytes);
}

static void
begin_content (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  DataContent content = {
    .header = transaction->header,
    .body = message_peek_body (transaction->message),
    .is_counted = transaction->way != SMTP_WAY_DATA,
    .block_timeout_s = session->timeout_s,
    .progress = transaction->delivery->progress ? tell_progress : NULL,
    .data = transaction->delivery,
  };

  transaction->writer = data_writer_new (session->stream, &content);
  trace_note (session->options.trace, "content, %" G_GUINT64_FORMAT " bytes",
              smtp_transaction_get_size (transaction));
  if (message_get_body_traits (transaction->message) & BODY_HAS_LONG_LINE)
    trace_note (session->options.trace, "%s",
                _("warning: lines of more than 998 bytes go as they are; a server may break them"));
}

/* Either the link is dead, or the server broke in: both leave the message without its end. */
static SmtpStep
leave_unfinished (SmtpSession *session)
{
  smtp_session_is_quiet (session);
  session->is_open = FALSE;
  return smtp_transaction_decide_rest (session);
}

SmtpStep
smtp_step_content (SmtpSession *session)
{
  begin_content (session);
  return data_writer_write (session->transaction->writer, G_MAXUINT64) ? SMTP_STEP_DOT_RECORD
                                                                       : leave_unfinished (session);
}

/* ---- chunks --------------------------------------------------------------------------------- */

static gboolean
write_chunk (SmtpSession *session, guint64 n_bytes, gboolean is_last)
{
  SmtpTransaction *transaction = session->transaction;

  smtp_command_bdat (&session->command, n_bytes, is_last);
  smtp_session_send (session);
  transaction->n_chunks++;
  return data_writer_write (transaction->writer, n_bytes);
}

/* The reply to a chunk that was not the last one. */
static void
read_chunk_reply (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  transaction->n_chunks--;
  if (smtp_session_read (session, 250, 259) >= 400 && !transaction->refusal)
    transaction->refusal = sendpath_reply_ref (session->reply);
}

/* RFC 3030 section 2: no chunk follows one that was refused, and nothing else does before RSET. */
static SmtpStep
break_off (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  while (transaction->n_chunks > 0 && !is_over (session))
    read_chunk_reply (session);
  smtp_session_set_reply (session, sendpath_reply_ref (transaction->refusal));
  return smtp_transaction_decide_rest (session);
}

SmtpStep
smtp_step_chunks (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint64 left = smtp_transaction_get_size (transaction);

  begin_content (session);
  for (; left > SMTP_CHUNK_BYTES; left -= SMTP_CHUNK_BYTES)
    {
      if (!write_chunk (session, SMTP_CHUNK_BYTES, FALSE))
        return leave_unfinished (session);
      while (transaction->n_chunks > 0 && !is_over (session)
             && (transaction->n_chunks == CHUNKS_OUT || stream_has_input (session->stream)))
        read_chunk_reply (session);
      if (transaction->refusal)
        return break_off (session);
      if (is_over (session))
        return leave_unfinished (session);
    }
  return write_chunk (session, left, TRUE) ? SMTP_STEP_DOT_RECORD : leave_unfinished (session);
}

/* ---- the end -------------------------------------------------------------------------------- */

/* Before the record, and after the time that it took, the server may have gone, or the user have
 * cancelled: then the dot stays unwritten. Nothing but replies to earlier chunks may have come. */
static gboolean
may_end (SmtpSession *session)
{
  if (session->transaction->n_chunks <= 1)
    return smtp_session_is_quiet (session);
  if (stream_has_input (session->stream) || !stream_is_dead (session->stream))
    return TRUE;
  smtp_session_take_failure (session);
  return FALSE;
}

/* P-6: the record is on disk before the dot. Once is enough, where the same is said again without a
 * parameter. */
SmtpStep
smtp_step_dot_record (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  Delivery *delivery = transaction->delivery;
  gboolean needs_record = delivery->before_dot && !transaction->is_recorded;
  g_autoptr(GError) error = NULL;

  if (needs_record && !may_end (session))
    return smtp_transaction_decide_rest (session);
  if (needs_record && !delivery->before_dot (delivery, &error))
    {
      smtp_session_break (session, SENDPATH_FAULT_LOCAL,
                          error ? error->message
                                : _("the record of this delivery was not written"));
      return smtp_transaction_decide_rest (session);
    }
  transaction->is_recorded = TRUE;
  return may_end (session) ? SMTP_STEP_DOT : smtp_transaction_decide_rest (session);
}

/* From here on a retry may deliver twice: whatever goes wrong leaves the outcome open, and a cancel
 * waits for the reply. */
SmtpStep
smtp_step_dot (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  smtp_ahead_prepare (session);
  stream_set_shielded (session->stream, TRUE);
  stream_set_deadline (session->stream, session->timeout_s);
  if (transaction->way == SMTP_WAY_DATA)
    {
      trace_sent (session->options.trace, ".", 1);
      data_writer_end (transaction->writer);
    }
  smtp_ahead_write (session);
  stream_flush (session->stream);
  return transaction->way == SMTP_WAY_FLIGHT ? SMTP_STEP_MAIL : SMTP_STEP_DOT_REPLY;
}

/* The last chunk's reply has to fit to those before it. */
static guint
read_last_reply (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  while (transaction->n_chunks > 1 && !is_over (session))
    read_chunk_reply (session);
  if (is_over (session))
    {
      smtp_transaction_leave_open (session);
      return 0;
    }
  guint code = smtp_session_read (session, 200, transaction->refusal ? 0 : 299);
  if (code > 0 && transaction->refusal)
    smtp_session_set_reply (session, sendpath_reply_ref (transaction->refusal));
  return code;
}

SmtpStep
smtp_step_dot_reply (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint code = read_last_reply (session);

  stream_set_shielded (session->stream, FALSE);
  session->may_quit = code > 0 && code != 421 && !session->ahead.envelope;
  session->needs_rset = transaction->way != SMTP_WAY_DATA && (code == 0 || code >= 400);
  smtp_transaction_decide_rest (session);
  return transaction->n_taken > 0 ? SMTP_STEP_REST : smtp_transaction_finish_envelope (session);
}
