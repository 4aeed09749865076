/* The steps of a login: AUTH, challenges and answers. A secret that was refused is never written
 * again, and only 235 is a success. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "sendpath/wire/smtp-session-private.h"

/* No mechanism is left that could be tried. */
static SmtpStep
give_up (SmtpSession *session)
{
  const GError *problem = session->login->problem;
  smtp_session_set_fault (session, SENDPATH_FAULT_NO_MECHANISM,
                          problem ? problem->message
                                  : _("the server offers no way of login that may be used"));
  return SMTP_STEP_REST;
}

SmtpStep
smtp_step_auth (SmtpSession *session)
{
  SmtpLogin *login = session->login;
  const SendpathSecret *secret = login->who.secret;

  g_clear_pointer (&login->auth, smtp_auth_free);
  login->mechanism
      = smtp_auth_choose ((const char *const *) session->caps.mechanisms, login->policy,
                          secret ? sendpath_secret_get_kind (secret) : SECRET_PASSWORD,
                          login->who.binding != NULL, login->mechanism);
  if (!login->mechanism)
    return give_up (session);
  g_clear_error (&login->problem);
  login->auth = smtp_auth_new (login->mechanism, &login->who, &login->problem);
  if (!login->auth || !smtp_auth_start (login->auth, &session->command, &login->problem))
    return SMTP_STEP_AUTH;

  if (!smtp_session_is_quiet (session))
    return SMTP_STEP_REST;
  g_autofree char *shown = g_strconcat ("AUTH ", login->mechanism, NULL);
  smtp_session_send_secret (session, shown);
  return SMTP_STEP_CHALLENGE;
}

static SmtpStep
answer_challenge (SmtpSession *session)
{
  SmtpLogin *login = session->login;

  if (!smtp_session_is_quiet (session))
    return SMTP_STEP_REST;
  g_clear_error (&login->problem);
  if (!smtp_auth_answer (login->auth, sendpath_reply_get_text (session->reply), &session->command,
                         &login->problem))
    {
      smtp_command_auth_answer (&session->command, "*");
      smtp_session_send (session);
      return SMTP_STEP_AUTH_BREAK_OFF;
    }
  smtp_session_send_secret (session, "");
  return SMTP_STEP_CHALLENGE;
}

SmtpStep
smtp_step_challenge (SmtpSession *session)
{
  SmtpLogin *login = session->login;
  guint code = smtp_session_read (session, 235, 334);

  if (code == 334)
    return answer_challenge (session);
  if (code == 235 && smtp_auth_is_complete (login->auth))
    {
      session->mechanism = g_ascii_strdown (login->mechanism, -1);
      return SMTP_STEP_REST;
    }
  if (code == 235)
    smtp_session_break (session, SENDPATH_FAULT_PROTOCOL,
                        _("the server agreed to a login that was not finished"));
  else if (code > 0 && code < 400)
    smtp_session_break (session, SENDPATH_FAULT_PROTOCOL,
                        _("the server answered a login with what is no answer to it"));
  else if (code == 504) /* RFC 4954 section 4: it does not know the mechanism that it named */
    return SMTP_STEP_AUTH;
  return SMTP_STEP_REST;
}

/* RFC 4954 section 4: the server answers `*` with 501. */
SmtpStep
smtp_step_auth_break_off (SmtpSession *session)
{
  const GError *problem = session->login->problem;
  guint code = smtp_session_read (session, 334, 334);

  if (code == 334)
    smtp_session_break (session, SENDPATH_FAULT_PROTOCOL, problem->message);
  else if (code >= 400 && g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    return SMTP_STEP_AUTH;
  else if (code >= 400)
    smtp_session_set_fault (session, SENDPATH_FAULT_PROTOCOL, problem->message);
  return SMTP_STEP_REST;
}
