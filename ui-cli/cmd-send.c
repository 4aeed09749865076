/* `sendpath send`: one message, and the walk to see. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "cli-deliver.h"
#include "cli-json.h"
#include "commands.h"

static SendpathMessage *
read_message (const char *path, gboolean from_header, char **to, GError **error)
{
  SendpathMessageFlags flags =
      from_header ? SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER : SENDPATH_MESSAGE_FLAGS_NONE;
  g_autoptr (SendpathMessage) message = NULL;
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;

  if (fd < 0)
    {
      g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_MESSAGE, "%s: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  message = sendpath_message_new_from_fd (fd, flags, error);
  if (path != NULL)
    close (fd);
  for (guint i = 0; message != NULL && to != NULL && to[i] != NULL; i++)
    if (!sendpath_message_add_recipient (message, to[i], error))
      return NULL;
  return g_steal_pointer (&message);
}

static int
run (int argc, char **argv, GError **error)
{
  gboolean from_header = FALSE, trace = FALSE, json = FALSE;
  g_autofree char *account = NULL, *id = NULL;
  g_auto (GStrv) to = NULL;
  const GOptionEntry entries[] = { { "read-recipients", 't', 0, G_OPTION_ARG_NONE, &from_header,
                                     N_ ("Also send to those in To, Cc and Bcc"), NULL },
                                   { "account", 0, 0, G_OPTION_ARG_STRING, &account,
                                     N_ ("Account to send by"), N_ ("NAME") },
                                   { "to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &to,
                                     N_ ("Recipient; may be given often"), N_ ("ADDR") },
                                   CLI_TRACE_OPTION (&trace),
                                   CLI_JSON_OPTION (&json),
                                   G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_send, entries, argc, argv, 0, 1, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (SendpathMessage) message = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  if (!from_header && to == NULL)
    {
      g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE,
                           _ ("send: no recipients; name them with --to ADDR, or use -t"));
      return CLI_USAGE;
    }
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL || (account != NULL && cli_find_account (profiles, account, error) == NULL))
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, trace);
  message = read_message (operands[0], from_header, to, error);
  id = message != NULL ? sendpath_engine_submit_for_later (engine, message, account, error) : NULL;
  if (id == NULL)
    return CLI_UNAVAILABLE;
  return cli_deliver (engine, id, json);
}

const CliCommand cmd_send = { "send", "[FILE]", N_ ("Send one message and show the walk"), run };
