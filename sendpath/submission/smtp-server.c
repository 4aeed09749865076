/* One dialogue with somebody who hands in messages by SMTP: commands, in a table. It never guesses where
 * a message ends: what is not exactly as RFC 5321 has it ends the dialogue, with nothing queued. */
#include "config.h"

#include "sendpath/submission/smtp-server.h"

#include <string.h>

#include "sendpath/submission/smtp-server-private.h"

#define FAULTS_MAX      20
#define REPLY_MAX_CHARS 400

/* ---- replies --------------------------------------------------------------------------------- */

void
smtp_server_say (SmtpServer *server, const char *reply)
{
  g_string_append_printf (server->replies, "%s\r\n", reply);
}

SmtpNext
smtp_server_say_fault (SmtpServer *server, const char *reply)
{
  smtp_server_say (server, reply);
  if (++server->n_faults < FAULTS_MAX)
    return SMTP_GO_ON;
  smtp_server_say (server, "421 4.7.0 too many errors");
  return SMTP_HANG_UP;
}

static void
flush (SmtpServer *server)
{
  if (server->replies->len > 0 && !server->is_gone)
    server->is_gone =
        !server->io->write (server->io->source, server->replies->str, server->replies->len);
  g_string_truncate (server->replies, 0);
}

/* Nobody waits for a reply while we wait for more. */
static gssize
read_more (gpointer source, char *buffer, gsize size, GError **error)
{
  SmtpServer *server = source;

  flush (server);
  return server->is_gone ? 0 : server->io->read (server->io->source, buffer, size, error);
}

char *
smtp_server_format_reply (const char *status, const char *text)
{
  g_autofree char *ascii = g_str_to_ascii (text, "C");

  if (strlen (ascii) > REPLY_MAX_CHARS)
    ascii[REPLY_MAX_CHARS] = '\0';
  for (char *at = ascii; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return g_strdup_printf ("%s %s", status, ascii);
}

/* ---- the transaction ------------------------------------------------------------------------- */

void
smtp_server_reset (SmtpServer *server)
{
  server->has_sender = FALSE;
  server->is_utf8 = FALSE;
  g_clear_pointer (&server->sender, g_free);
  dsn_request_clear (&server->dsn);
  g_ptr_array_set_size (server->recipients, 0);
}

static SmtpNext
on_ehlo (SmtpServer *server, const char *argument)
{
  smtp_server_reset (server);
  server->is_greeted = TRUE;
  smtp_server_say (server, "250-localhost");
  if (server->settings->max_bytes > 0)
    g_string_append_printf (server->replies, "250-SIZE %" G_GUINT64_FORMAT "\r\n",
                            server->settings->max_bytes);
  else
    smtp_server_say (server, "250-SIZE");
  smtp_server_say (server, "250-PIPELINING");
  smtp_server_say (server, "250-8BITMIME");
  smtp_server_say (server, "250-SMTPUTF8");
  smtp_server_say (server, "250-DSN");
  smtp_server_say (server, "250-CHUNKING");
  if (server->settings->log_in != NULL)
    smtp_server_say (server, "250-AUTH PLAIN LOGIN");
  smtp_server_say (server, "250 ENHANCEDSTATUSCODES");
  return SMTP_GO_ON;
}

static SmtpNext
on_helo (SmtpServer *server, const char *argument)
{
  smtp_server_reset (server);
  server->is_greeted = TRUE;
  smtp_server_say (server, "250 localhost");
  return SMTP_GO_ON;
}

/* ---- other commands -------------------------------------------------------------------------- */

static SmtpNext
on_rset (SmtpServer *server, const char *argument)
{
  smtp_server_reset (server);
  smtp_server_say (server, "250 2.0.0 ok");
  return SMTP_GO_ON;
}

static SmtpNext
on_noop (SmtpServer *server, const char *argument)
{
  smtp_server_say (server, "250 2.0.0 ok");
  return SMTP_GO_ON;
}

static SmtpNext
on_vrfy (SmtpServer *server, const char *argument)
{
  smtp_server_say (server, "252 2.1.5 send it, and it will be seen");
  return SMTP_GO_ON;
}

static SmtpNext
on_help (SmtpServer *server, const char *argument)
{
  smtp_server_say (server, "214 2.0.0 EHLO AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT");
  return SMTP_GO_ON;
}

static SmtpNext
on_quit (SmtpServer *server, const char *argument)
{
  smtp_server_say (server, "221 2.0.0 bye");
  return SMTP_SAY_GOODBYE;
}

static const struct {
  const char *verb;
  SmtpNext (*run) (SmtpServer *server, const char *argument);
  gboolean needs_argument;
  enum { ANYWHERE, AFTER_GREETING, AFTER_LOGIN, AFTER_MAIL, AFTER_RCPT } place;
} commands[] = {
  { "EHLO", on_ehlo, TRUE, ANYWHERE },
  { "HELO", on_helo, TRUE, ANYWHERE },
  { "AUTH", smtp_login_on_auth, TRUE, AFTER_GREETING },
  { "MAIL", smtp_envelope_on_mail, TRUE, AFTER_LOGIN },
  { "RCPT", smtp_envelope_on_rcpt, TRUE, AFTER_MAIL },
  { "DATA", smtp_content_on_data, FALSE, AFTER_RCPT },
  { "BDAT", smtp_content_on_bdat, FALSE, ANYWHERE }, /* octets follow it, wherever it comes */
  { "RSET", on_rset, FALSE, ANYWHERE },
  { "NOOP", on_noop, FALSE, ANYWHERE },
  { "VRFY", on_vrfy, TRUE, ANYWHERE },
  { "HELP", on_help, FALSE, ANYWHERE },
  { "QUIT", on_quit, FALSE, ANYWHERE },
};

/* ---- the dialogue ---------------------------------------------------------------------------- */

gboolean
smtp_server_may_send (const SmtpServer *server)
{
  return server->settings->log_in == NULL || server->is_logged_in;
}

SmtpLine
smtp_server_take_line (SmtpServer *server, char **ret_line)
{
  const char *line;
  SmtpLine state;

  if (server->next_line != NULL)
    {
      *ret_line = g_steal_pointer (&server->next_line);
      return SMTP_LINE_GOOD;
    }
  state = smtp_input_take_line (server->input, &line);
  if (state == SMTP_LINE_GOOD)
    *ret_line = g_strdup (line);
  return state;
}

void
smtp_server_free_line (char *line)
{
  if (line != NULL)
    explicit_bzero (line, strlen (line));
  g_free (line);
}

/* Why command @i cannot come here, or NULL. */
static const char *
find_fault (const SmtpServer *server, guint i, const char *argument)
{
  if (commands[i].needs_argument && *argument == '\0')
    return "501 5.5.4 something is missing behind this command";
  if (commands[i].place >= AFTER_GREETING && !server->is_greeted)
    return "503 5.5.1 first say EHLO";
  if (commands[i].place >= AFTER_LOGIN && !smtp_server_may_send (server))
    return "530 5.7.0 first log in";
  if (commands[i].place >= AFTER_MAIL && !server->has_sender)
    return "503 5.5.1 first say who sends it";
  if (commands[i].place >= AFTER_RCPT && server->recipients->len == 0)
    return "503 5.5.1 first say to whom";
  return NULL;
}

/* Something that speaks another protocol, as a browser can be made to, is not heard to its end (T-158). What is
 * asked for by HTTP may have any name, EHLO too. */
static SmtpNext
run_line (SmtpServer *server, const char *line)
{
  gsize length = strcspn (line, " ");
  const char *argument = line[length] == ' ' ? line + length + 1 : "";
  gboolean is_http = !server->is_greeted && strstr (argument, " HTTP/") != NULL;

  for (guint i = 0; !is_http && i < G_N_ELEMENTS (commands); i++)
    if (strlen (commands[i].verb) == length &&
        g_ascii_strncasecmp (commands[i].verb, line, length) == 0)
      {
        const char *fault = find_fault (server, i, argument);

        return fault != NULL ? smtp_server_say_fault (server, fault)
                             : commands[i].run (server, argument);
      }
  if (!server->is_greeted)
    {
      smtp_server_say (server, "500 5.5.1 this is SMTP");
      return SMTP_HANG_UP;
    }
  return smtp_server_say_fault (server, "500 5.5.1 this command is not known");
}

/* Whatever does not even begin with a letter, such as TLS, is not waited for to end a line. */
static gboolean
is_other_protocol (SmtpServer *server)
{
  int first = server->is_greeted ? 'a' : smtp_input_peek (server->input);

  return first >= 0 && !g_ascii_isalpha (first);
}

static SmtpNext
run_command (SmtpServer *server)
{
  char *line = NULL;
  SmtpNext next;

  if (is_other_protocol (server))
    {
      smtp_server_say (server, "500 5.5.1 this is SMTP");
      return SMTP_HANG_UP;
    }
  switch (smtp_server_take_line (server, &line))
    {
    case SMTP_LINE_GOOD:
      next = run_line (server, line);
      smtp_server_free_line (line);
      return next;
    case SMTP_LINE_UNCLEAN:
      next = smtp_server_say_fault (server, "500 5.5.2 a command has no control characters");
      return server->is_greeted ? next : SMTP_HANG_UP;
    case SMTP_LINE_UNREADABLE:
      smtp_server_say (server, "500 5.5.2 a command ends in CRLF, and is not so long");
      return SMTP_HANG_UP;
    case SMTP_LINE_NONE:
      break;
    }
  return SMTP_HANG_UP;
}

SmtpServerEnd
smtp_server_run (const SmtpServerIo *io, const SmtpServerSettings *settings)
{
  SmtpServer server = { .io = io, .settings = settings };
  g_autoptr (SmtpInput) input = smtp_input_new (read_more, &server);
  g_autoptr (GString) replies = g_string_new (NULL);
  g_autoptr (GPtrArray) recipients = g_ptr_array_new_with_free_func (g_free);
  gboolean was_idle;
  SmtpNext next;

  server.input = input;
  server.replies = replies;
  server.recipients = recipients;
  smtp_server_say (&server, "220 localhost ESMTP sendpath");
  do
    {
      was_idle = !server.has_sender;
      next = run_command (&server);
    }
  while (next == SMTP_GO_ON);
  if (g_error_matches (smtp_input_get_error (input), G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    smtp_server_say (&server, "421 4.4.2 nothing was said for too long");
  flush (&server);
  smtp_server_reset (&server);
  smtp_server_free_line (server.next_line);
  if (next == SMTP_SAY_GOODBYE)
    return SMTP_SERVER_DONE;
  if (!smtp_input_is_over (input))
    return SMTP_SERVER_HUNG_UP;
  return was_idle && smtp_input_get_error (input) == NULL ? SMTP_SERVER_DONE
                                                          : SMTP_SERVER_BROKEN_OFF;
}
