/* MAIL and RCPT: who sends, to whom, and what they want to be told. */
#include "config.h"

#include <string.h>

#include "sendpath/mail/address.h"
#include "sendpath/submission/smtp-arguments.h"
#include "sendpath/submission/smtp-server-private.h"

/* What a parameter says, or the reply that refuses it. */
typedef const char *(*TakeParameter) (SmtpServer *server, const char *value);

static const char *
take_size (SmtpServer *server, const char *value)
{
  guint64 size;

  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &size, NULL))
    return "501 5.5.4 SIZE is a number of bytes";
  if (server->settings->max_bytes > 0 && size > server->settings->max_bytes)
    return "552 5.3.4 the message is too large";
  return NULL;
}

static const char *
take_body (SmtpServer *server, const char *value)
{
  return g_ascii_strcasecmp (value, "7BIT") == 0 || g_ascii_strcasecmp (value, "8BITMIME") == 0
             ? NULL
             : "501 5.5.4 BODY is 7BIT or 8BITMIME";
}

static const char *
take_smtputf8 (SmtpServer *server, const char *value)
{
  server->is_utf8 = TRUE;
  return *value == '\0' ? NULL : "501 5.5.4 SMTPUTF8 has no value";
}

static const char *
take_ret (SmtpServer *server, const char *value)
{
  return dsn_request_read_ret (&server->dsn, value) ? NULL : "501 5.5.4 RET is FULL or HDRS";
}

static const char *
take_envid (SmtpServer *server, const char *value)
{
  return dsn_request_read_envid (&server->dsn, value) ? NULL : "501 5.5.4 ENVID is not xtext";
}

/* Whatever one recipient is to be reported for is asked for with all of them. */
static const char *
take_notify (SmtpServer *server, const char *value)
{
  DsnRequest one = { 0 };

  if (!dsn_request_read_notify (&one, value))
    return "501 5.5.4 NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY";
  server->dsn.notify |= one.notify;
  return NULL;
}

static const char *
take_orcpt (SmtpServer *server, const char *value)
{
  return strchr (value, ';') != NULL ? NULL : "501 5.5.4 ORCPT is a type and an address";
}

/* RFC 4954 section 5: who is said to have sent it first; we know only who logged in. */
static const char *
take_auth (SmtpServer *server, const char *value)
{
  if (server->settings->log_in == NULL)
    return "555 5.5.4 this parameter is not known";
  return *value != '\0' ? NULL : "501 5.5.4 AUTH is an address";
}

typedef struct {
  const char *name;
  TakeParameter take;
} Parameter;

static const Parameter mail_parameters[] = {
  { "SIZE", take_size }, { "BODY", take_body },   { "SMTPUTF8", take_smtputf8 },
  { "RET", take_ret },   { "ENVID", take_envid }, { "AUTH", take_auth },
  { NULL, NULL },
};

static const Parameter rcpt_parameters[] = {
  { "NOTIFY", take_notify },
  { "ORCPT", take_orcpt },
  { NULL, NULL },
};

/* The reply that refuses one of them, or NULL. */
static const char *
take_parameters (SmtpServer *server, const Parameter *known, char **parameters)
{
  for (guint i = 0; parameters[i] != NULL; i++)
    {
      const char *value = NULL, *refusal;
      guint k = 0;

      while (known[k].name != NULL &&
             (value = smtp_parameter_get (parameters[i], known[k].name)) == NULL)
        k++;
      if (value == NULL)
        return "555 5.5.4 this parameter is not known";
      refusal = known[k].take (server, value);
      if (refusal != NULL)
        return refusal;
    }
  return NULL;
}

/* The address in @path, or NULL and the reply that refuses it. */
static char *
read_address (SmtpServer *server, const char *path, gboolean may_be_empty, const char **ret_refusal)
{
  g_autofree char *address = address_parse_one (path, may_be_empty, NULL);

  if (address == NULL)
    *ret_refusal = "553 5.1.3 this is not an address";
  else if (may_be_empty && *address == '-') /* */
    *ret_refusal = "553 5.1.7 this is not an address";
  else if (!server->is_utf8 && !g_str_is_ascii (address))
    *ret_refusal = "553 5.6.7 this address needs SMTPUTF8";
  else
    return g_steal_pointer (&address);
  return NULL;
}

SmtpNext
smtp_envelope_on_mail (SmtpServer *server, const char *argument)
{
  g_auto (SmtpArguments) arguments = { 0 };
  g_autofree char *not_yours = NULL;
  const char *refusal;

  if (server->has_sender)
    return smtp_server_say_fault (server, "503 5.5.1 there is a sender already");
  if (!smtp_arguments_read (&arguments, argument, "FROM:"))
    return smtp_server_say_fault (server, "501 5.5.4 MAIL FROM:<address> is the form");
  refusal = take_parameters (server, mail_parameters, arguments.parameters);
  if (refusal == NULL)
    server->sender = read_address (server, arguments.path, TRUE, &refusal);
  if (server->sender != NULL && server->settings->refuse_sender != NULL)
    refusal = not_yours =
        server->settings->refuse_sender (server->sender, server->settings->data);
  if (refusal != NULL)
    {
      smtp_server_reset (server);
      smtp_server_say (server, refusal);
      return SMTP_GO_ON;
    }
  server->has_sender = TRUE;
  smtp_server_say (server, "250 2.1.0 ok");
  return SMTP_GO_ON;
}

SmtpNext
smtp_envelope_on_rcpt (SmtpServer *server, const char *argument)
{
  g_auto (SmtpArguments) arguments = { 0 };
  DsnNotify before = server->dsn.notify;
  char *recipient = NULL;
  const char *refusal;

  if (!smtp_arguments_read (&arguments, argument, "TO:"))
    return smtp_server_say_fault (server, "501 5.5.4 RCPT TO:<address> is the form");
  refusal = take_parameters (server, rcpt_parameters, arguments.parameters);
  if (refusal == NULL && server->recipients->len >= server->settings->max_recipients)
    refusal = "452 4.5.3 too many recipients";
  if (refusal == NULL)
    recipient = read_address (server, arguments.path, FALSE, &refusal);
  if (recipient == NULL)
    server->dsn.notify = before;
  else
    g_ptr_array_add (server->recipients, recipient);
  smtp_server_say (server, recipient != NULL ? "250 2.1.5 ok" : refusal);
  return SMTP_GO_ON;
}
