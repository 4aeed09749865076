/* AUTH (RFC 4954): PLAIN and LOGIN, with what was promised about it: strict base64, one login a dialogue,
 * and little patience. It compares nothing itself, and leaves no password behind. */
#include "config.h"

#include <string.h>

#include "sendpath/submission/smtp-server-private.h"

#define LOGINS_MAX 3

/* What the client says; wiped when freed. */
typedef struct {
  guchar *bytes;
  gsize length;
} Response;

static void
response_clear (Response *response)
{
  if (response->bytes != NULL)
    explicit_bzero (response->bytes, response->length);
  g_clear_pointer (&response->bytes, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Response, response_clear)

/* ---- what the client says -------------------------------------------------------------------- */

static gboolean
is_base64 (const char *text)
{
  gsize n = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize n_padding = strspn (text + n, "=");

  return text[n + n_padding] == '\0' && n_padding <= 2 && (n + n_padding) % 4 == 0;
}

/* As text with a NUL behind it. */
static gboolean
decode (Response *response, const char *text)
{
  gint state = 0;
  guint save = 0;

  if (!is_base64 (text))
    return FALSE;
  response->bytes = g_malloc0 (strlen (text) + 1);
  response->length = g_base64_decode_step (text, strlen (text), response->bytes, &state, &save);
  return TRUE;
}

/* Asks with @prompt, in base64. Without one that can be read: FALSE, and @ret_next says how the dialogue goes
 * on. */
static gboolean
ask (SmtpServer *server, const char *prompt, Response *response, SmtpNext *ret_next)
{
  g_autofree char *challenge = g_strdup_printf ("334 %s", prompt);
  char *line = NULL;
  gboolean is_good = FALSE;

  smtp_server_say (server, challenge);
  switch (smtp_server_take_line (server, &line))
    {
    case SMTP_LINE_GOOD:
      is_good = decode (response, line);
      break;
    case SMTP_LINE_UNCLEAN:
      break;
    case SMTP_LINE_UNREADABLE:
      smtp_server_say (server, "500 5.5.6 a line ends in CRLF, and is not so long");
      *ret_next = SMTP_HANG_UP;
      return FALSE;
    case SMTP_LINE_NONE:
      *ret_next = SMTP_HANG_UP;
      return FALSE;
    }
  if (!is_good)
    *ret_next =
        smtp_server_say_fault (server, g_strcmp0 (line, "*") == 0 ? "501 5.7.0 as you like"
                                                                  : "501 5.5.2 this is not base64");
  smtp_server_free_line (line);
  return is_good;
}

/* The response that came with the command, or that is asked for. */
static gboolean
get_first (SmtpServer *server, const char *initial, const char *prompt, Response *response,
           SmtpNext *ret_next)
{
  if (*initial == '\0')
    return ask (server, prompt, response, ret_next);
  if (decode (response, g_str_equal (initial, "=") ? "" : initial))
    return TRUE;
  *ret_next = smtp_server_say_fault (server, "501 5.5.2 this is not base64");
  return FALSE;
}

/* ---- what it is told ------------------------------------------------------------------------- */

/* Longer each time. FALSE: it is not there any more. */
static gboolean
make_wait (SmtpServer *server)
{
  const SmtpServerIo *io = server->io;

  return io->pause == NULL ||
         io->pause (io->source, server->settings->refusal_delay_ms * server->n_refused_logins);
}

static SmtpNext
log_in (SmtpServer *server, const char *user, const char *password)
{
  const SmtpServerSettings *settings = server->settings;
  g_autofree char *reply = settings->log_in (user, password, settings->data);

  server->is_logged_in = g_str_has_prefix (reply, "235");
  if (server->is_logged_in)
    {
      smtp_server_say (server, reply);
      return SMTP_GO_ON;
    }
  server->n_refused_logins++;
  if (!make_wait (server))
    return SMTP_HANG_UP;
  smtp_server_say (server, reply);
  if (server->n_refused_logins < LOGINS_MAX)
    return SMTP_GO_ON;
  smtp_server_say (server, "421 4.7.0 too many logins were refused");
  return SMTP_HANG_UP;
}

/* RFC 4616: nobody logs in on behalf of somebody else. */
static SmtpNext
log_in_plainly (SmtpServer *server, const Response *response)
{
  const char *wanted = (const char *) response->bytes;
  const char *end = wanted + response->length;
  const char *user = wanted + strlen (wanted) + 1;
  const char *password = user < end ? user + strlen (user) + 1 : end + 1;

  if (password > end || password + strlen (password) != end)
    return smtp_server_say_fault (server, "501 5.5.2 PLAIN is a user and a password");
  if (*wanted != '\0' && !g_str_equal (wanted, user))
    return smtp_server_say_fault (server, "535 5.7.8 nobody logs in for somebody else");
  return log_in (server, user, password);
}

static SmtpNext
run_plain (SmtpServer *server, const char *initial)
{
  g_auto (Response) response = { 0 };
  SmtpNext next = SMTP_GO_ON;

  return get_first (server, initial, "", &response, &next) ? log_in_plainly (server, &response)
                                                           : next;
}

static gboolean
is_text (const Response *response)
{
  return strlen ((const char *) response->bytes) == response->length;
}

static SmtpNext
run_login (SmtpServer *server, const char *initial)
{
  g_auto (Response) user = { 0 };
  g_auto (Response) password = { 0 };
  SmtpNext next = SMTP_GO_ON;

  if (!get_first (server, initial, "VXNlcm5hbWU6", &user, &next) ||
      !ask (server, "UGFzc3dvcmQ6", &password, &next))
    return next;
  if (!is_text (&user) || !is_text (&password))
    return smtp_server_say_fault (server, "501 5.5.2 LOGIN is a user and a password");
  return log_in (server, (const char *) user.bytes, (const char *) password.bytes);
}

/* ---- the command ----------------------------------------------------------------------------- */

static const struct {
  const char *name;
  SmtpNext (*run) (SmtpServer *server, const char *initial);
} mechanisms[] = {
  { "PLAIN", run_plain },
  { "LOGIN", run_login },
};

static const char *
find_fault (const SmtpServer *server)
{
  if (server->settings->log_in == NULL)
    return "502 5.5.1 nobody has to log in here";
  if (server->is_logged_in)
    return "503 5.5.1 you have logged in already";
  return NULL;
}

SmtpNext
smtp_login_on_auth (SmtpServer *server, const char *argument)
{
  const char *fault = find_fault (server);
  gsize length = strcspn (argument, " ");
  const char *initial = argument[length] == ' ' ? argument + length + 1 : "";

  if (fault != NULL)
    return smtp_server_say_fault (server, fault);
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (strlen (mechanisms[i].name) == length &&
        g_ascii_strncasecmp (mechanisms[i].name, argument, length) == 0)
      {
        SmtpNext next = mechanisms[i].run (server, initial);

        smtp_input_wipe (server->input);
        return next;
      }
  return smtp_server_say_fault (server, "504 5.5.4 log in by PLAIN or LOGIN");
}
