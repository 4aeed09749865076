/* The steps of one delivery from its content on: text, record, final dot. Nobody is accepted before
 * the reply to the final dot is known. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "sendpath/wire/data-writer.h"
#include "sendpath/wire/smtp-session-private.h"

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
  return smtp_transaction_finish_envelope (session);
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
  return smtp_transaction_decide_rest (session);
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
      return smtp_transaction_decide_rest (session);
    }
  /* While that took its time the server may have gone: then the dot stays unwritten. */
  return smtp_session_is_quiet (session) ? SMTP_STEP_DOT : smtp_transaction_settle (session);
}

/* From here on a retry may deliver twice: whatever goes wrong leaves the outcome open, and a cancel
 * waits for the reply. */
SmtpStep
smtp_step_dot (SmtpSession *session)
{
  smtp_ahead_prepare (session);
  stream_set_shielded (session->stream, TRUE);
  trace_sent (session->options.trace, ".", 1);
  stream_set_deadline (session->stream, session->timeout_s);
  data_writer_end (session->stream);
  smtp_ahead_write (session);
  guint code = smtp_session_read (session, 200, 299);
  stream_set_shielded (session->stream, FALSE);
  session->may_quit = code > 0 && code != 421 && !session->ahead;
  session->needs_rset = FALSE;
  return smtp_transaction_settle (session);
}
