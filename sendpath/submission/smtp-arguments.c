/* What stands behind MAIL and RCPT. It knows the form and no meaning. */
#include "config.h"

#include "sendpath/submission/smtp-arguments.h"

#include <string.h>

/* The bracket that closes the one at @text, outside quotes; or NULL. */
static const char *
find_end_of_path (const char *text)
{
  gboolean is_quoted = FALSE;

  for (const char *at = text + 1; *at != '\0'; at++)
    if (*at == '\\' && is_quoted && at[1] != '\0')
      at++;
    else if (*at == '"')
      is_quoted = !is_quoted;
    else if (*at == '>' && !is_quoted)
      return at;
  return NULL;
}

static gboolean
are_parameters (const char *text)
{
  return *text == '\0' || (*text == ' ' && text[1] != ' ' && text[1] != '\0');
}

gboolean
smtp_arguments_read (SmtpArguments *arguments, const char *text, const char *keyword)
{
  const char *end;

  if (g_ascii_strncasecmp (text, keyword, strlen (keyword)) != 0)
    return FALSE;
  text += strlen (keyword);
  text += *text == ' ' ? 1 : 0;
  end = *text == '<' ? find_end_of_path (text) : NULL;
  if (end == NULL || !are_parameters (end + 1))
    return FALSE;
  smtp_arguments_clear (arguments);
  arguments->path = g_strndup (text + 1, (gsize) (end - text - 1));
  arguments->parameters = g_strsplit (end[1] == ' ' ? end + 2 : "", " ", -1);
  return TRUE;
}

void
smtp_arguments_clear (SmtpArguments *arguments)
{
  g_clear_pointer (&arguments->path, g_free);
  g_clear_pointer (&arguments->parameters, g_strfreev);
}

const char *
smtp_parameter_get (const char *parameter, const char *name)
{
  gsize length = strlen (name);

  if (g_ascii_strncasecmp (parameter, name, length) != 0)
    return NULL;
  if (parameter[length] == '\0')
    return parameter + length;
  return parameter[length] == '=' ? parameter + length + 1 : NULL;
}
