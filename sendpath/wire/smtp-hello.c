/* The first steps of a session: EHLO, HELO where nothing else is left, STARTTLS. Before TLS nothing
 * but EHLO and STARTTLS is written. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/wire/smtp-session-private.h"

#define LOOPBACK_LITERAL "[127.0.0.1]"

/* Refusals of EHLO that are about the name. */
static const struct {
  guint    code;
  gboolean must_say_so;
} name_refusals[] = {
  { 501, FALSE }, /* the name is the only argument */
  { 504, TRUE },
  { 550, TRUE },
  { 554, TRUE },
};

static gboolean
is_about_name (const SendpathReply *reply)
{
  g_autofree char *text = g_ascii_strup (sendpath_reply_get_text (reply), -1);
  gboolean says_so = strstr (text, "HELO") || strstr (text, "EHLO");

  for (guint i = 0; i < G_N_ELEMENTS (name_refusals); i++)
    if (name_refusals[i].code == sendpath_reply_get_code (reply))
      return says_so || !name_refusals[i].must_say_so;
  return FALSE;
}

static gboolean
wants (const SmtpSession *session, SendpathSecurity security)
{
  return sendpath_endpoint_get_security (session->endpoint) == security;
}

/* Never the name of this machine (T-148). */
static char *
dup_hello_name (const SmtpSession *session)
{
  GInetAddress *local = stream_get_local_address (session->stream);
  g_autofree char *literal
      = local ? smtp_command_dup_literal (local) : g_strdup (LOOPBACK_LITERAL);
  const char *configured = session->options.ehlo;

  if (session->is_name_refused)
    return g_strdup (configured ? literal : LOOPBACK_LITERAL);
  return g_strdup (configured ? configured : literal);
}

/* TRUE, once: @code refused the name, and the next hello has the other one. */
static gboolean
takes_other_name (SmtpSession *session, guint code)
{
  if (code == 0 || session->is_name_refused)
    return FALSE;
  session->is_name_refused = is_about_name (session->reply);
  return session->is_name_refused;
}

/* Says hello by @verb. The code, or 0. */
static guint
say_hello (SmtpSession *session, const char *verb)
{
  g_autofree char *name = dup_hello_name (session);

  if (!smtp_session_is_quiet (session))
    return 0;
  if (smtp_command_hello (&session->command, verb, name) != SENDPATH_FAULT_NONE)
    {
      g_autofree char *text = g_strdup_printf (_("%s is no name that %s can carry"), name, verb);
      smtp_session_set_fault (session, SENDPATH_FAULT_BAD_ADDRESS, text);
      return 0;
    }
  smtp_session_send (session);
  return smtp_session_read (session, 250, 259);
}

SmtpStep
smtp_step_ehlo (SmtpSession *session)
{
  gboolean is_tls = stream_is_tls (session->stream);

  if (wants (session, SENDPATH_SECURITY_TLS) && !is_tls)
    {
      smtp_session_break (session, SENDPATH_FAULT_TLS_MISSING,
                          _("the connection is not encrypted"));
      return SMTP_STEP_REST;
    }
  guint code = say_hello (session, "EHLO");
  if (takes_other_name (session, code))
    return SMTP_STEP_EHLO;
  if (code >= 500 && wants (session, SENDPATH_SECURITY_NONE))
    return SMTP_STEP_HELO;
  if (code == 0 || code >= 400)
    return SMTP_STEP_REST;

  smtp_caps_parse (&session->caps, session->reply);
  session->caps.offered &= ~session->options.avoided;
  g_clear_pointer (&session->binding, g_bytes_unref);
  session->binding
      = stream_get_channel_binding (session->stream, G_TLS_CHANNEL_BINDING_TLS_EXPORTER);
  if (wants (session, SENDPATH_SECURITY_STARTTLS) && !is_tls)
    return SMTP_STEP_STARTTLS;
  session->is_open = TRUE;
  return SMTP_STEP_REST;
}

/* RFC 5321 section 3.2: a server from before 1995, which offers nothing. */
SmtpStep
smtp_step_helo (SmtpSession *session)
{
  guint code = say_hello (session, "HELO");
  if (takes_other_name (session, code))
    return SMTP_STEP_HELO;
  session->is_open = code >= 200 && code < 300;
  return SMTP_STEP_REST;
}

SmtpStep
smtp_step_starttls (SmtpSession *session)
{
  if (!(session->caps.offered & SMTP_CAP_STARTTLS))
    {
      smtp_session_set_fault (session, SENDPATH_FAULT_TLS_MISSING,
                              _("the server does not offer STARTTLS"));
      return SMTP_STEP_REST;
    }
  if (!smtp_session_is_quiet (session))
    return SMTP_STEP_REST;
  smtp_command_plain (&session->command, "STARTTLS");
  smtp_session_send (session);
  /* From here on nothing is written in the clear, not even QUIT (T-041). */
  session->may_quit = FALSE;
  return smtp_session_read (session, 220, 220) == 220 ? SMTP_STEP_HANDSHAKE : SMTP_STEP_REST;
}

SmtpStep
smtp_step_handshake (SmtpSession *session)
{
  gint64 start_us = g_get_monotonic_time ();

  /* What was learned in the clear was perhaps not the server's (T-029). */
  smtp_caps_clear (&session->caps);
  session->caps.mechanisms = g_new0 (char *, 1);

  stream_set_deadline (session->stream, session->timeout_s);
  gboolean is_tls = stream_start_tls (session->stream,
                                      sendpath_endpoint_get_host (session->endpoint),
                                      session->options.tls_pin);
  session->tls_ms = (g_get_monotonic_time () - start_us) / 1000;
  if (!is_tls)
    {
      smtp_session_take_failure (session);
      return SMTP_STEP_REST;
    }
  session->may_quit = TRUE;
  return SMTP_STEP_EHLO;
}
