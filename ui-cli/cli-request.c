/* The engine's questions, answered on the terminal. Without a clear answer the message stays. */
#include "config.h"

#include "cli-request.h"

#include <glib/gi18n.h>

#include "cli-password.h"
#include "cli-terminal.h"

static void
ask_password (SendpathRequest *request)
{
  g_autofree char *prompt = g_strdup_printf ("%s: ", sendpath_request_get_text (request));
  char *password = cli_password_ask (prompt);

  if (password != NULL)
    sendpath_request_answer (request, password);
  else
    sendpath_request_decline (request);
  cli_password_wipe (password);
}

/* A yes or a no, where there is nothing else to choose. */
static SendpathRelayChoice
ask_yes (SendpathRequest *request, const char *question, SendpathRelayChoice yes)
{
  g_autofree char *prompt =
      g_strdup_printf ("%s\n%s", sendpath_request_get_text (request), question);

  return cli_terminal_ask_yes (prompt) ? yes : SENDPATH_RELAY_CHOICE_KEEP;
}

static SendpathRelayChoice
ask_choice (SendpathRequest *request)
{
  static const SendpathRelayChoice choices[] = { SENDPATH_RELAY_CHOICE_HERE,
                                                 SENDPATH_RELAY_CHOICE_ONCE,
                                                 SENDPATH_RELAY_CHOICE_NEVER };
  g_autofree char *prompt = g_strdup_printf (
      "%s\n%s", sendpath_request_get_text (request),
      _ ("  1  use it here from now on\n  2  only for this message\n  3  never use it "
         "here\nAnything else keeps the message in the outbox: "));
  g_autofree char *answer = cli_terminal_ask (prompt);
  guint64 number = 0;

  return answer != NULL &&
                 g_ascii_string_to_unsigned (answer, 10, 1, G_N_ELEMENTS (choices), &number, NULL)
             ? choices[number - 1]
             : SENDPATH_RELAY_CHOICE_KEEP;
}

static SendpathRelayChoice
ask_relay (SendpathRequest *request)
{
  if (sendpath_request_get_security (request) == SENDPATH_SECURITY_NONE)
    return ask_yes (request, _ ("Send it this way all the same? [y/N]: "),
                    SENDPATH_RELAY_CHOICE_ONCE);
  if (sendpath_request_get_message (request) == NULL)
    return ask_yes (request, _ ("Approve it for this network? [y/N]: "),
                    SENDPATH_RELAY_CHOICE_HERE);
  return ask_choice (request);
}

gboolean
cli_request_answer (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  switch (sendpath_request_get_kind (request))
    {
    case SENDPATH_REQUEST_PASSWORD:
      ask_password (request);
      return TRUE;
    case SENDPATH_REQUEST_RELAY:
      sendpath_request_answer_relay (request, ask_relay (request));
      return TRUE;
    case SENDPATH_REQUEST_TOKEN: /* nobody types one */
      break;
    }
  return FALSE;
}
