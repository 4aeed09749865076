/* `sendpath` without a command: where am I, what waits, what to do next. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "commands.h"

/* As its owner or its sign calls it; without NetworkManager it has only our own name for it. */
static const char *
get_name (SendpathNetwork *network)
{
  const char *ssid = sendpath_network_get_ssid (network);
  const char *connection = sendpath_network_get_connection (network);

  if (connection != NULL)
    return connection;
  return ssid != NULL ? ssid : sendpath_network_get_id (network);
}

static guint
count_overdue (SendpathEngine *engine, GPtrArray *waiting)
{
  guint n = 0;

  for (guint i = 0; i < waiting->len; i++)
    n += sendpath_engine_is_overdue (engine, waiting->pdata[i]) ? 1 : 0;
  return n;
}

/* What to type next; for people where it is more than that. */
static const char *
get_next (SendpathEngine *engine, guint n_accounts, guint n_waiting)
{
  if (n_accounts == 0)
    return "sendpath account add ADDRESS";
  if (n_waiting == 0)
    return "sendpath --help";
  return sendpath_engine_is_watched (engine)
             ? _ ("sendpath queue list (the service is running, and sends what can leave)")
             : _ ("sendpath queue list (no service is running; to start one: sendpath watch, or "
                  "systemctl --user enable --now sendpath.service)");
}

static int
run (int argc, char **argv, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = cli_load_profiles (TRUE, error);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (GPtrArray) waiting = NULL;
  SendpathLocation *location;
  guint n_accounts, n_overdue;

  if (profiles == NULL)
    return CLI_CONFIG;
  engine = cli_engine_new (profiles, FALSE);
  n_accounts = g_list_model_get_n_items (sendpath_profile_store_get_accounts (profiles));
  location = sendpath_engine_get_current_location (engine);
  waiting = sendpath_engine_list_queue (engine, error);
  if (waiting == NULL)
    return CLI_UNAVAILABLE;
  g_printf (_ ("Network:  %s\n"), get_name (sendpath_engine_get_network (engine)));
  g_printf (_ ("Location: %s\n"),
            location != NULL ? sendpath_location_get_id (location) : _ ("none that is known"));
  g_printf (_ ("Accounts: %u\n"), n_accounts);
  n_overdue = count_overdue (engine, waiting);
  if (n_overdue > 0)
    g_printf (_ ("Outbox:   %u waiting, %u for a long time\n"), waiting->len, n_overdue);
  else
    g_printf (_ ("Outbox:   %u waiting\n"), waiting->len);
  g_printf (_ ("Next:     %s\n"), get_next (engine, n_accounts, waiting->len));
  return CLI_YES;
}

const CliCommand cmd_status = { "", "", N_ ("Where am I, what waits, what to do next"), run };
