/* The session: one table of steps, one loop, and the doors to it. Only the loop moves from step to
 * step; what a step does stands in smtp-hello.c, smtp-login.c, smtp-transaction.c, smtp-content.c
 * and smtp-ahead.c. */
#include "config.h"

#include "sendpath/wire/smtp-session-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/wire/reply-reader.h"

/* A server that says why it goes has said it already. */
#define UNASKED_TIMEOUT_S 5
#define QUIT_TIMEOUT_S 2

static const struct {
  SendpathPhase  phase;     /* what a link lost here means */
  guint          timeout_s; /* for one reply; R-32 */
  SmtpStep     (*run) (SmtpSession *session);
} steps[] = {
  [SMTP_STEP_REST] = { SENDPATH_PHASE_UNKNOWN, 0, NULL },
  /* RFC 5321 4.5.3.2 gives EHLO no time of its own; another route is waiting */
  [SMTP_STEP_EHLO] = { SENDPATH_PHASE_EHLO, 60, smtp_step_ehlo },
  [SMTP_STEP_HELO] = { SENDPATH_PHASE_EHLO, 60, smtp_step_helo },
  [SMTP_STEP_STARTTLS] = { SENDPATH_PHASE_STARTTLS, 60, smtp_step_starttls },
  [SMTP_STEP_HANDSHAKE] = { SENDPATH_PHASE_STARTTLS, 30, smtp_step_handshake },
  [SMTP_STEP_AUTH] = { SENDPATH_PHASE_AUTH, 60, smtp_step_auth },
  [SMTP_STEP_CHALLENGE] = { SENDPATH_PHASE_AUTH, 60, smtp_step_challenge },
  [SMTP_STEP_AUTH_BREAK_OFF] = { SENDPATH_PHASE_AUTH, 60, smtp_step_auth_break_off },
  [SMTP_STEP_DROP_AHEAD] = { SENDPATH_PHASE_MAIL, 60, smtp_step_drop_ahead },
  [SMTP_STEP_RSET] = { SENDPATH_PHASE_MAIL, 60, smtp_step_rset },
  [SMTP_STEP_PREPARE] = { SENDPATH_PHASE_MAIL, 0, smtp_step_prepare },
  [SMTP_STEP_ENVELOPE] = { SENDPATH_PHASE_MAIL, 300, smtp_step_envelope },
  /* RFC 5321 4.5.3.2.2: five minutes */
  [SMTP_STEP_MAIL] = { SENDPATH_PHASE_MAIL, 300, smtp_step_mail },
  /* RFC 5321 4.5.3.2.3: five minutes */
  [SMTP_STEP_RCPT] = { SENDPATH_PHASE_RCPT, 300, smtp_step_rcpt },
  /* RFC 5321 4.5.3.2.4: two minutes */
  [SMTP_STEP_DATA] = { SENDPATH_PHASE_DATA, 120, smtp_step_data },
  [SMTP_STEP_LONE_DOT] = { SENDPATH_PHASE_DATA, 120, smtp_step_lone_dot },
  /* RFC 5321 4.5.3.2.5: three minutes for each block */
  [SMTP_STEP_CONTENT] = { SENDPATH_PHASE_DATA, 180, smtp_step_content },
  [SMTP_STEP_CHUNKS] = { SENDPATH_PHASE_DATA, 180, smtp_step_chunks },
  [SMTP_STEP_DOT_RECORD] = { SENDPATH_PHASE_DATA, 0, smtp_step_dot_record },
  /* RFC 5321 4.5.3.2.6: ten minutes; giving up earlier is what makes duplicates */
  [SMTP_STEP_DOT] = { SENDPATH_PHASE_EOD, 600, smtp_step_dot },
  [SMTP_STEP_DOT_REPLY] = { SENDPATH_PHASE_EOD, 600, smtp_step_dot_reply },
};
G_STATIC_ASSERT (G_N_ELEMENTS (steps) == SMTP_N_STEPS);

static void
run (SmtpSession *session, SmtpStep first)
{
  SmtpStep step = first;

  while (step != SMTP_STEP_REST)
    {
      guint patience_s = session->options.patience_s;
      session->phase = steps[step].phase;
      session->timeout_s = steps[step].timeout_s;
      if (patience_s > 0)
        session->timeout_s = MIN (session->timeout_s, patience_s);
      step = steps[step].run (session);
    }
}

/* ---- talking -------------------------------------------------------------------------------- */

void
smtp_session_set_reply (SmtpSession *session, SendpathReply *reply)
{
  g_clear_pointer (&session->reply, sendpath_reply_unref);
  session->reply = reply;
}

static void
close_door (SmtpSession *session)
{
  session->is_open = FALSE;
  session->may_quit = FALSE;
}

void
smtp_session_take_failure (SmtpSession *session)
{
  smtp_session_set_reply (session, stream_dup_failure (session->stream));
  close_door (session);
}

void
smtp_session_set_fault (SmtpSession *session, SendpathFault fault, const char *text)
{
  smtp_session_set_reply (session, sendpath_reply_new_fault (fault, text));
}

void
smtp_session_break (SmtpSession *session, SendpathFault fault, const char *text)
{
  stream_fail (session->stream, fault, text);
  smtp_session_take_failure (session);
}

/* The only thing a server may say unasked is that it goes, and why (RFC 5321 section 3.8). */
static void
take_unasked (SmtpSession *session)
{
  stream_set_deadline (session->stream, UNASKED_TIMEOUT_S);
  smtp_session_set_reply (session, reply_read (session->stream));
  close_door (session);
  if (stream_is_dead (session->stream))
    smtp_session_take_failure (session);
  else if (sendpath_reply_get_code (session->reply) < 400)
    smtp_session_break (session, SENDPATH_FAULT_PROTOCOL,
                        _("the server answered before it was asked"));
}

gboolean
smtp_session_is_quiet (SmtpSession *session)
{
  if (stream_has_input (session->stream))
    {
      take_unasked (session);
      return FALSE;
    }
  if (stream_is_dead (session->stream))
    {
      smtp_session_take_failure (session);
      return FALSE;
    }
  return TRUE;
}

void
smtp_session_send_lines (SmtpSession *session, const char *bytes, gsize length)
{
  trace_sent (session->options.trace, bytes, length - strlen ("\r\n"));
  /* A failure is told by the read that follows. */
  stream_set_deadline (session->stream, session->timeout_s);
  stream_write (session->stream, bytes, length);
}

void
smtp_session_send (SmtpSession *session)
{
  smtp_session_send_lines (session, session->command.bytes, session->command.length);
}

void
smtp_session_send_secret (SmtpSession *session, const char *shown)
{
  SmtpCommand *command = &session->command;
  trace_sent_secret (session->options.trace, shown);
  stream_set_deadline (session->stream, session->timeout_s);
  stream_write (session->stream, command->bytes, command->length);
  explicit_bzero (command, sizeof *command);
}

guint
smtp_session_read (SmtpSession *session, guint first, guint last)
{
  stream_set_deadline (session->stream, session->timeout_s);
  stream_flush (session->stream);
  smtp_session_set_reply (session, reply_read (session->stream));

  guint code = sendpath_reply_get_code (session->reply);
  if (stream_is_dead (session->stream))
    {
      smtp_session_take_failure (session);
      return 0;
    }
  if (code < 400 && (code < first || code > last))
    {
      g_autofree char *text
          = g_strdup_printf (_("the server answered %u, which is no answer to that"), code);
      smtp_session_break (session, SENDPATH_FAULT_PROTOCOL, text);
      return 0;
    }
  if (code == 421) /* RFC 5321 section 3.8: it closes now, whatever the command was */
    close_door (session);
  return code;
}

/* ---- life ----------------------------------------------------------------------------------- */

SmtpSession *
smtp_session_new (Runner *winner, const SmtpSessionOptions *options)
{
  g_return_val_if_fail (winner->stream != NULL, NULL);

  SmtpSession *session = g_new0 (SmtpSession, 1);
  session->options = *options;
  session->endpoint = sendpath_endpoint_ref (winner->endpoint);
  session->stream = g_steal_pointer (&winner->stream);
  session->phase = SENDPATH_PHASE_GREETING;
  session->reply = sendpath_reply_ref (winner->greeting);
  session->may_quit = TRUE;
  session->caps.mechanisms = g_new0 (char *, 1);
  return session;
}

void
smtp_session_free (SmtpSession *session)
{
  if (!session)
    return;
  if (session->may_quit && !stream_is_dead (session->stream))
    {
      session->timeout_s = QUIT_TIMEOUT_S;
      smtp_command_plain (&session->command, "QUIT");
      smtp_session_send (session);
      stream_flush (session->stream);
    }
  stream_free (session->stream);
  smtp_caps_clear (&session->caps);
  g_clear_pointer (&session->binding, g_bytes_unref);
  g_clear_pointer (&session->reply, sendpath_reply_unref);
  smtp_ahead_clear (&session->ahead);
  sendpath_endpoint_unref (session->endpoint);
  g_free (session->mechanism);
  g_free (session);
}

/* ---- doors ---------------------------------------------------------------------------------- */

gboolean
smtp_session_open (SmtpSession *session)
{
  run (session, SMTP_STEP_EHLO);
  return session->is_open;
}

gboolean
smtp_session_may_log_in (const SmtpSession *session, gboolean allow_cleartext)
{
  /* The stream goes on inside TLS only after it verified the server. */
  return stream_is_tls (session->stream) || allow_cleartext;
}

gboolean
smtp_session_offers_login (const SmtpSession *session, const char *auth, SecretKind kind)
{
  return smtp_auth_choose ((const char *const *) session->caps.mechanisms, auth, kind,
                           session->binding != NULL, NULL)
         != NULL;
}

SecretKind
smtp_session_choose_kind (const SmtpSession *session, const char *auth, gboolean has_token)
{
  return has_token || (!smtp_session_offers_login (session, auth, SECRET_PASSWORD) &&
                       smtp_session_offers_login (session, auth, SECRET_TOKEN))
             ? SECRET_TOKEN
             : SECRET_PASSWORD;
}

gboolean
smtp_session_log_in (SmtpSession *session, const char *user, const SendpathSecret *secret,
                     const char *auth, gboolean allow_cleartext)
{
  g_return_val_if_fail (session->is_open && !session->mechanism, FALSE);

  session->phase = SENDPATH_PHASE_AUTH;
  if (!smtp_session_may_log_in (session, allow_cleartext))
    {
      smtp_session_set_fault (session, SENDPATH_FAULT_TLS_MISSING,
                              _("no login without encryption"));
      return FALSE;
    }

  SmtpLogin login = {
    .who = { .user = user,
             .secret = secret,
             .host = sendpath_endpoint_get_host (session->endpoint),
             .port = sendpath_endpoint_get_port (session->endpoint),
             .binding = session->binding },
    .policy = auth,
  };
  session->login = &login;
  run (session, session->ahead.envelope ? SMTP_STEP_DROP_AHEAD
                : session->needs_rset   ? SMTP_STEP_RSET
                                        : SMTP_STEP_AUTH);
  session->login = NULL;
  smtp_auth_free (login.auth);
  g_clear_error (&login.problem);
  explicit_bzero (&session->command, sizeof session->command);
  return session->mechanism != NULL;
}

void
smtp_session_deliver (SmtpSession *session, Delivery *delivery)
{
  SmtpTransaction transaction = { .delivery = delivery };

  delivery_reset (delivery);
  session->suspects = 0;
  if (!smtp_session_is_open (session))
    {
      g_autoptr(SendpathReply) closed
          = sendpath_reply_new_fault (SENDPATH_FAULT_LINK_LOST, _("the session is over"));
      delivery_note (delivery, SENDPATH_PHASE_MAIL, closed);
      delivery_decide_rest (delivery, SENDPATH_PHASE_MAIL, closed);
      return;
    }
  session->transaction = &transaction;
  run (session, SMTP_STEP_PREPARE);
  session->transaction = NULL;
  session->suspects = smtp_manners_find_suspects (session, &transaction);
  session->was_used = TRUE;
  stream_set_shielded (session->stream, FALSE);
  delivery->is_recorded = transaction.is_recorded;
  if (delivery->is_recorded && delivery->settled)
    delivery->settled (delivery);
  /* It was not their fault. */
  if (transaction.n_taken == 0)
    session->caps.offered |= transaction.left_out;
  smtp_transaction_clear (&transaction);
}

guint
smtp_session_get_suspects (const SmtpSession *session)
{
  return session->suspects;
}

/* ---- facts ---------------------------------------------------------------------------------- */

gboolean
smtp_session_is_open (const SmtpSession *session)
{
  return session->is_open && !stream_is_dead (session->stream);
}

gboolean
smtp_session_is_logged_in (const SmtpSession *session)
{
  return session->mechanism != NULL;
}

gboolean
smtp_session_is_tls (const SmtpSession *session)
{
  return stream_is_tls (session->stream);
}

char *
smtp_session_dup_peer_key (const SmtpSession *session)
{
  return stream_dup_peer_key (session->stream);
}

const char *
smtp_session_get_mechanism (const SmtpSession *session)
{
  return session->mechanism;
}

SendpathPhase
smtp_session_get_phase (const SmtpSession *session)
{
  return session->phase;
}

const SendpathReply *
smtp_session_get_reply (const SmtpSession *session)
{
  return session->reply;
}

const SmtpCaps *
smtp_session_get_caps (const SmtpSession *session)
{
  return &session->caps;
}

int
smtp_session_get_fd (const SmtpSession *session)
{
  return stream_get_fd (session->stream);
}

guint
smtp_session_get_tls_ms (const SmtpSession *session)
{
  return session->tls_ms;
}
