/* The steps of one delivery up to its content: the envelope, pipelined where offered, in windows;
 * each recipient keeps its own reply. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/wire/smtp-session-private.h"

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

/* Some servers throw away what came before they answered a dot. What is not answered so soon after the
 * dot is said again in another connection, at no risk: there was no content yet. */
#define AHEAD_PATIENCE_S 30

/* RFC 5321 sections 4.1.1.11 and 4.2.2 */
static const guint parameter_refusals[] = { 501, 504, 555 };

SmtpStep
smtp_transaction_decide_rest (SmtpSession *session)
{
  Delivery *delivery = session->transaction->delivery;
  if (delivery_count_undecided (delivery) > 0)
    delivery_note (delivery, session->phase, session->reply);
  delivery_decide_rest (delivery, session->phase, session->reply);
  return SMTP_STEP_REST;
}

void
smtp_transaction_leave_open (SmtpSession *session)
{
  session->phase = SENDPATH_PHASE_EOD;
  if (sendpath_reply_get_code (session->reply) > 0)
    smtp_session_set_fault (session, SENDPATH_FAULT_LINK_LOST,
                            _("the server closed the connection"));
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
  return session->login ? SMTP_STEP_REST : smtp_transaction_decide_rest (session);
}

/* Those whom this server cannot be told of are left out (T-098). FALSE: nobody is left. */
static gboolean
collect_recipients (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  Delivery *delivery = transaction->delivery;

  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      SendpathFault fault = smtp_transaction_add_recipient (session, transaction, i);
      if (fault == SENDPATH_FAULT_NONE)
        continue;
      smtp_session_set_reply (session, smtp_transaction_new_address_fault (
                                           fault, delivery_get_recipient (delivery, i)->address));
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
  SendpathReply *problem = smtp_transaction_prepare (session, transaction);

  if (problem)
    {
      smtp_session_set_reply (session, problem);
      return smtp_transaction_decide_rest (session);
    }
  if (!collect_recipients (session))
    return SMTP_STEP_REST;
  smtp_transaction_choose_way (session, transaction, session->ahead.envelope != NULL);
  if (session->ahead.envelope)
    return smtp_ahead_take (session) ? SMTP_STEP_MAIL : SMTP_STEP_DROP_AHEAD;
  return session->needs_rset ? SMTP_STEP_RSET : SMTP_STEP_ENVELOPE;
}

/* ---- envelope ------------------------------------------------------------------------------- */

static SmtpStep
get_answer_step (const SmtpTransaction *transaction)
{
  if (transaction->next_in == 0)
    return SMTP_STEP_MAIL;
  return transaction->next_in <= transaction->rcpts->len ? SMTP_STEP_RCPT : SMTP_STEP_DATA;
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
  smtp_transaction_build (session, session->transaction, session->transaction->next_in);
  for (guint i = 0; i < G_N_ELEMENTS (optional); i++)
    if (strstr (session->command.bytes, optional[i].parameter))
      blamed |= optional[i].cap;
  return blamed;
}

SmtpStep
smtp_transaction_finish_envelope (SmtpSession *session)
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
  if (transaction->way == SMTP_WAY_FLIGHT)
    return SMTP_STEP_DOT_REPLY;
  if (transaction->is_mail_refused
      || (transaction->next_out == smtp_transaction_get_data_number (transaction)
          && transaction->n_taken == 0))
    return smtp_transaction_finish_envelope (session);
  if (transaction->next_out <= smtp_transaction_get_last_number (transaction))
    return SMTP_STEP_ENVELOPE;
  return transaction->way == SMTP_WAY_BDAT ? SMTP_STEP_CHUNKS : SMTP_STEP_REST;
}

static void
send_commands (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint max_commands = (session->caps.offered & SMTP_CAP_PIPELINING) ? SMTP_WINDOW_COMMANDS : 1;
  gsize n_bytes = 0;

  while (transaction->next_out <= smtp_transaction_get_last_number (transaction)
         && transaction->next_out - transaction->next_in < max_commands
         && n_bytes < SMTP_WINDOW_BYTES)
    {
      guint number = transaction->next_out++;
      smtp_transaction_build (session, transaction, number);
      n_bytes += session->command.length;
      smtp_session_send (session);
      if (number > 0 && number <= transaction->rcpts->len)
        delivery_get_recipient (transaction->delivery,
                                smtp_transaction_get_recipient (transaction, number))
            ->is_offered
            = TRUE;
    }
}

/* One flight of commands: as many as may be outstanding, DATA last, which a question leaves out. */
SmtpStep
smtp_step_envelope (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  if (!smtp_session_is_quiet (session))
    return smtp_transaction_decide_rest (session);
  if (transaction->envelope)
    {
      smtp_session_send_lines (session, (const char *) transaction->envelope->data,
                               transaction->envelope->len);
      smtp_transaction_note_sent (transaction);
    }
  else
    send_commands (session);
  transaction->is_pipelined |= transaction->next_out - transaction->next_in > 1;
  return transaction->way == SMTP_WAY_FLIGHT ? SMTP_STEP_CHUNKS : get_answer_step (transaction);
}

/* The reply to MAIL. */
static guint
read_first (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  if (!transaction->was_ahead)
    return smtp_session_read (session, 250, 259);

  session->timeout_s = MIN (session->timeout_s, AHEAD_PATIENCE_S);
  gint64 end_us = g_get_monotonic_time () + session->timeout_s * G_USEC_PER_SEC;
  guint code = smtp_session_read (session, 250, 259);
  transaction->is_unheard = code == 0 && g_get_monotonic_time () >= end_us;
  transaction->is_confused = code == 503;
  return code;
}

/* A server that refuses MAIL has no message that it could take. */
SmtpStep
smtp_step_mail (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint code = read_first (session);

  if (is_over (session) && code == 0 && transaction->way == SMTP_WAY_FLIGHT)
    smtp_transaction_leave_open (session);
  if (is_over (session))
    return smtp_transaction_decide_rest (session);
  session->needs_rset = code < 300;
  transaction->is_mail_refused = code >= 400;
  transaction->blamed |= find_blamed (session);
  if (transaction->is_mail_refused)
    smtp_transaction_decide_rest (session);
  return go_on (session);
}

/* The reply is the fate of the recipient that it answers. */
static void
decide_own (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;

  if (transaction->is_mail_refused)
    return;
  delivery_note (transaction->delivery, session->phase, session->reply);
  delivery_decide (transaction->delivery,
                   smtp_transaction_get_recipient (transaction, transaction->next_in),
                   session->phase, session->reply);
}

/* T-017: 421 in the list means that nothing is sent. Where it was sent already, only those are sure
 * who were refused themselves. */
static SmtpStep
end_list (SmtpSession *session)
{
  if (session->transaction->way == SMTP_WAY_FLIGHT)
    {
      if (sendpath_reply_get_code (session->reply) > 0)
        decide_own (session);
      smtp_transaction_leave_open (session);
    }
  return smtp_transaction_decide_rest (session);
}

SmtpStep
smtp_step_rcpt (SmtpSession *session)
{
  SmtpTransaction *transaction = session->transaction;
  guint code = smtp_session_read (session, 250, 259);

  if (is_over (session))
    return end_list (session);
  transaction->blamed |= find_blamed (session);
  if (!transaction->is_mail_refused && code < 300)
    transaction->n_taken++;
  transaction->is_confused |= code == 503 && !transaction->is_mail_refused;
  if (code >= 300 || transaction->delivery->is_question)
    decide_own (session);
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
  session->may_quit = code > 0 && code != 421;
  transaction->is_confused |= code == 503 && transaction->n_taken > 0;
  /* Where nobody was taken, nobody is left whose fate this refusal could be. */
  smtp_transaction_decide_rest (session);
  return transaction->n_taken > 0 ? SMTP_STEP_REST : smtp_transaction_finish_envelope (session);
}
