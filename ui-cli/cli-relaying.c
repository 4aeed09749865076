/* `explain --to`: the servers are asked whether they would relay, and what they say is printed. It
 * never sends a message. */
#include "config.h"

#include "cli-relaying.h"

#include <glib/gprintf.h>
#include <string.h>

int
cli_relaying_run (const CliCommand *command, const CliRelaying *relaying, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (SendpathRelaying) answer = NULL;
  g_autofree char *out = NULL;

  if (!cli_check_address (command, relaying->to, error) ||
      !cli_check_address (command, relaying->from, error))
    return CLI_USAGE;
  profiles = cli_load_profiles (FALSE, error);
  if (profiles == NULL ||
      (relaying->account != NULL && cli_find_account (profiles, relaying->account, error) == NULL))
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  answer = sendpath_engine_ask_relaying (engine, relaying->to, relaying->account, relaying->from,
                                         NULL, error);
  if (answer == NULL)
    return CLI_CONFIG;
  out = relaying->json ? sendpath_relaying_to_json (answer) : sendpath_relaying_to_text (answer);
  g_printf ("%s%s", out, g_str_has_suffix (out, "\n") ? "" : "\n");
  return sendpath_relaying_can_leave (answer) ? CLI_YES : CLI_NO;
}
