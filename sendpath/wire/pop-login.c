/* Logs in to a POP3 server so that its SMTP server lets this address send. It never reads, lists or
 * deletes mail, and never says the secret twice. */
#include "config.h"

#include "sendpath/wire/pop-login.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <libetpan/mailpop3.h>

#include "profiles/late.h"
#include "sendpath/wire/pop-stream.h"
#include "sendpath/wire/smtp-auth.h"

#define FUNCTIONS(F)                                                                               \
  F (mailpop3, capa)                                                                               \
  F (mailpop3, capa_resp_free)                                                                     \
  F (mailpop3, connect)                                                                            \
  F (mailpop3, free)                                                                               \
  F (mailpop3, new)                                                                                \
  F (mailpop3, pass)                                                                               \
  F (mailpop3, stls)                                                                               \
  F (mailpop3, user)                                                                               \
  F (mmap_string, assign)

LATE_LIBRARY (libetpan, LIBETPAN_FILE, FUNCTIONS)

#define ANSWER_S     60
#define HANDSHAKE_S  30 /* SAFETY R-32 */
#define GOODBYE_S    2

/* libetpan builds `PASS %s` in a buffer of 513 bytes and cuts what does not fit. */
#define ARGUMENT_MAX (POP3_STRING_SIZE - 1 - sizeof "PASS \r\n")

#define CHALLENGE_MAX 12288

/* One dialogue. */
typedef struct {
  const PopLoginOptions *options;
  SendpathEndpoint      *endpoint;
  const char            *host;
  guint16                port;
  Stream                *stream;
  mailstream            *mail;
  mailpop3              *pop;
  gboolean               offers_stls;
  GPtrArray             *mechanisms; /* upper case, NULL-terminated */
  gboolean               was_asked;  /* for the secret: no other endpoint is tried */
  SendpathReply         *reply;      /* set: over */
} Login;

/* ---- answers --------------------------------------------------------------------------------- */

static gboolean
end_with_fault (Login *login, SendpathFault fault, const char *text)
{
  login->reply = sendpath_reply_new_fault (fault, text);
  return FALSE;
}

/* RFC 1939 3: the indicator, then a space or the end. */
static gboolean
is_indicator (const char *line, const char *indicator)
{
  gsize length = strlen (indicator);

  return strncmp (line, indicator, length) == 0 && (line[length] == ' ' || line[length] == '\0');
}

static const char *
get_line (const Login *login)
{
  return login->pop->pop3_stream_buffer->str;
}

/* Looks at what libetpan has read; its own judgement takes `+OKAY` for success. FALSE: over. */
static gboolean
is_ok (Login *login)
{
  const char *line = get_line (login);

  if (stream_is_dead (login->stream))
    {
      login->reply = stream_dup_failure (login->stream);
      return FALSE;
    }
  trace_received (login->options->trace, line, strlen (line));
  if (is_indicator (line, "+OK"))
    return TRUE;
  if (is_indicator (line, "-ERR"))
    login->reply = sendpath_reply_new (0, NULL, line);
  else
    end_with_fault (login, SENDPATH_FAULT_PROTOCOL, _("the server sent something that is no POP3"));
  return FALSE;
}

static void
say (const Login *login, const char *line)
{
  stream_set_deadline (login->stream, ANSWER_S);
  trace_sent (login->options->trace, line, strlen (line));
}

/* ---- before the login ------------------------------------------------------------------------ */

static gboolean
read_greeting (Login *login)
{
  stream_set_deadline (login->stream, ANSWER_S);
  libetpan.connect (login->pop, login->mail);
  return is_ok (login);
}

static void
note_capability (Login *login, const struct mailpop3_capa *capability)
{
  const char *name = capability->cap_name;

  trace_received (login->options->trace, name, strlen (name));
  if (g_ascii_strcasecmp (name, "STLS") == 0)
    login->offers_stls = TRUE;
  if (g_ascii_strcasecmp (name, "SASL") != 0)
    return;
  for (clistiter *i = clist_begin (capability->cap_param); i != NULL; i = clist_next (i))
    g_ptr_array_add (login->mechanisms, g_ascii_strup (clist_content (i), -1));
}

/* What was learned before is dropped. A server that knows no CAPA offers nothing. */
static gboolean
ask_capabilities (Login *login)
{
  clist *list = NULL;

  login->offers_stls = FALSE;
  g_ptr_array_set_size (login->mechanisms, 0);
  say (login, "CAPA");
  if (libetpan.capa (login->pop, &list) == MAILPOP3_NO_ERROR)
    {
      for (clistiter *i = clist_begin (list); i != NULL; i = clist_next (i))
        note_capability (login, clist_content (i));
      libetpan.capa_resp_free (list);
    }
  else if (!is_ok (login)
           && (stream_is_dead (login->stream) || !is_indicator (get_line (login), "-ERR")))
    return FALSE;
  g_clear_pointer (&login->reply, sendpath_reply_unref);
  g_ptr_array_add (login->mechanisms, NULL);
  return TRUE;
}

static gboolean
start_tls (Login *login)
{
  if (!login->offers_stls)
    {
      g_autofree char *text = g_strdup_printf (_("%s does not offer TLS"), login->host);

      return end_with_fault (login, SENDPATH_FAULT_TLS_MISSING, text);
    }
  say (login, "STLS");
  libetpan.stls (login->pop);
  if (!is_ok (login))
    return FALSE;
  stream_set_deadline (login->stream, HANDSHAKE_S);
  if (stream_start_tls (login->stream, login->host, login->options->tls_pin))
    return ask_capabilities (login);
  login->reply = stream_dup_failure (login->stream);
  return FALSE;
}

/* ---- the login ------------------------------------------------------------------------------- */

static gboolean
may_be_said (const char *text, gsize length)
{
  if (length == 0 || length > ARGUMENT_MAX || strlen (text) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (text[i]))
      return FALSE;
  return TRUE;
}

static gboolean
say_password (Login *login, const SendpathSecret *secret)
{
  const char *user = login->options->user;
  g_autofree char *shown = g_strconcat ("USER ", user, NULL);

  if (!may_be_said (user, strlen (user))
      || !may_be_said (sendpath_secret_peek (secret), sendpath_secret_get_length (secret)))
    {
      g_autofree char *text = g_strdup_printf (
          _("user name or password for %s is too long for POP3, or has control characters"),
          login->host);

      return end_with_fault (login, SENDPATH_FAULT_NO_CREDENTIAL, text);
    }
  say (login, shown);
  libetpan.user (login->pop, user);
  if (!is_ok (login))
    return FALSE;
  trace_sent_secret (login->options->trace, "PASS");
  stream_set_deadline (login->stream, ANSWER_S);
  libetpan.pass (login->pop, sendpath_secret_peek (secret));
  return is_ok (login);
}

/* One line of the AUTH exchange, into libetpan's line buffer like all others. FALSE: the link
 * died. */
static gboolean
read_answer (Login *login)
{
  gsize length = 0;
  const char *line = stream_read_line (login->stream, CHALLENGE_MAX, &length);

  if (line == NULL)
    return FALSE;
  libetpan.assign (login->pop->pop3_stream_buffer, line);
  return TRUE;
}

static gboolean
send_command (Login *login, SmtpCommand *command)
{
  gboolean is_sent = stream_write (login->stream, command->bytes, command->length)
                     && stream_flush (login->stream);

  explicit_bzero (command, sizeof *command);
  return is_sent && read_answer (login);
}

/* RFC 5034 4: a challenge is `+ `, else it is the result. The token is the answer to the first,
 * empty, challenge: not every server takes it with the command. */
static gboolean
say_token (Login *login, const SendpathSecret *secret)
{
  SmtpAuthWho who = { login->options->user, secret, login->host, login->port, NULL };
  const char *mechanism = smtp_auth_choose ((const char *const *) login->mechanisms->pdata, "auto",
                                            SECRET_TOKEN, FALSE, NULL);
  g_autoptr(SmtpAuth) auth = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *shown = g_strconcat ("AUTH ", mechanism, NULL);
  SmtpCommand command;
  gboolean goes_on;

  if (mechanism == NULL)
    return end_with_fault (login, SENDPATH_FAULT_NO_MECHANISM,
                           _("the server takes no access token for POP3"));
  auth = smtp_auth_new (mechanism, &who, &error);
  if (auth == NULL)
    return end_with_fault (login, SENDPATH_FAULT_NO_CREDENTIAL, error->message);
  say (login, shown);
  smtp_command_auth (&command, mechanism, NULL);
  goes_on = send_command (login, &command);
  while (goes_on && is_indicator (get_line (login), "+"))
    {
      const char *challenge = get_line (login) + 1;

      if (!smtp_auth_answer (auth, challenge, &command, &error))
        {
          say (login, "*");
          smtp_command_auth_answer (&command, "*");
          send_command (login, &command);
          return end_with_fault (login, SENDPATH_FAULT_PROTOCOL, error->message);
        }
      trace_sent_secret (login->options->trace, "");
      goes_on = send_command (login, &command);
    }
  return is_ok (login);
}

static gboolean
log_in (Login *login)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(GError) error = NULL;

  if (!stream_is_tls (login->stream) && !login->options->allow_cleartext)
    {
      g_autofree char *text = g_strdup_printf (
          _("no password goes to %s without TLS, unless allow-cleartext-login says so"),
          login->host);

      return end_with_fault (login, SENDPATH_FAULT_TLS_MISSING, text);
    }
  login->was_asked = TRUE;
  secret = login->options->get_secret (login->options->data, &error);
  if (secret == NULL)
    return end_with_fault (login, SENDPATH_FAULT_NO_CREDENTIAL,
                           error != NULL ? error->message : _("no password is stored"));
  if (sendpath_secret_get_kind (secret) == SECRET_TOKEN)
    return say_token (login, secret);
  return say_password (login, secret);
}

/* ---- the dialogue ---------------------------------------------------------------------------- */

/* The answer to QUIT is given a moment, so that the server does not log a lost connection. */
static void
say_goodbye (Login *login)
{
  gsize length;

  if (stream_is_dead (login->stream))
    return;
  say (login, "QUIT");
  stream_set_deadline (login->stream, GOODBYE_S);
  if (stream_write (login->stream, "QUIT\r\n", 6) && stream_flush (login->stream))
    stream_read_line (login->stream, CHALLENGE_MAX, &length);
}

static void
log_in_after_greeting (Login *login)
{
  gboolean wants_stls =
      sendpath_endpoint_get_security (login->endpoint) == SENDPATH_SECURITY_STARTTLS;

  if (read_greeting (login) && ask_capabilities (login) && (!wants_stls || start_tls (login))
      && log_in (login))
    login->reply = sendpath_reply_new (0, NULL, get_line (login));
  say_goodbye (login);
}

/* With libetpan's mailpop3 over the stream, which it never gets to keep. */
static void
run_dialogue (Login *login)
{
  g_autoptr(GError) error = NULL;

  if (load_libetpan (&error))
    login->mail = pop_stream_new (login->stream, &error);
  if (login->mail == NULL)
    {
      end_with_fault (login, SENDPATH_FAULT_LOCAL, error->message);
      return;
    }
  login->pop = libetpan.new (0, NULL);
  log_in_after_greeting (login);
  /* libetpan would say QUIT once more and free the stream; the timestamp it frees only there. */
  login->pop->pop3_stream = NULL;
  g_clear_pointer (&login->pop->pop3_timestamp, free);
  libetpan.free (login->pop);
  pop_stream_free (login->mail);
}

/* Talks to the greeted @runner and leaves the result in it. TRUE: that is the result, good or
 * bad. */
static gboolean
talk (Runner *runner, const PopLoginOptions *options)
{
  Login login = { .options = options,
                  .endpoint = runner->endpoint,
                  .host = sendpath_endpoint_get_host (runner->endpoint),
                  .port = sendpath_endpoint_get_port (runner->endpoint),
                  .stream = runner->stream,
                  .mechanisms = g_ptr_array_new_with_free_func (g_free) };

  run_dialogue (&login);
  g_ptr_array_unref (login.mechanisms);
  g_clear_pointer (&runner->stream, stream_free);
  g_clear_pointer (&runner->greeting, sendpath_reply_unref);
  runner->greeting = login.reply;
  runner->phase = SENDPATH_PHASE_POP;
  return login.was_asked || sendpath_reply_get_fault (login.reply) == SENDPATH_FAULT_CANCELLED;
}

/* The failure that got furthest; of equals the first. */
static Runner *
take_furthest (GPtrArray *failures)
{
  guint furthest = 0;

  for (guint i = 1; i < failures->len; i++)
    if (((Runner *) failures->pdata[i])->phase > ((Runner *) failures->pdata[furthest])->phase)
      furthest = i;
  return g_ptr_array_steal_index (failures, furthest);
}

Runner *
pop_login_run (GPtrArray *endpoints, const PopLoginOptions *options, GCancellable *cancellable)
{
  RaceOptions race_options = { .patience_s = options->patience_s,
                               .tls_pin = options->tls_pin,
                               .family = options->family,
                               .learned = options->learned,
                               .pop = TRUE,
                               .trace = options->trace,
                               .resolver = options->resolver,
                               .own = options->own };
  g_autoptr(Race) race = race_new (endpoints, &race_options);
  g_autoptr(GPtrArray) failures = NULL;
  Runner *runner, *result = NULL;

  while ((runner = race_run (race, RACE_NEXT_ENDPOINT, cancellable)) != NULL)
    {
      g_clear_pointer (&result, runner_free);
      result = runner;
      if (talk (runner, options))
        return result;
    }
  failures = race_steal_failures (race);
  return result != NULL ? result : take_furthest (failures);
}

gboolean
pop_login_succeeded (const Runner *result)
{
  return result->phase == SENDPATH_PHASE_POP
         && sendpath_reply_get_fault (result->greeting) == SENDPATH_FAULT_NONE
         && is_indicator (sendpath_reply_get_text (result->greeting), "+OK");
}
