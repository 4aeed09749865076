/* `sendpath watch`: the service, and where systemd gives it a socket, whatever others leave there. */
#include "config.h"

#include <glib/gi18n.h>

#include "commands.h"
#include "service-door.h"
#include "service.h"

static gboolean
is_broken (const GError *error)
{
  return g_error_matches (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN) ||
         g_error_matches (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_UNSAFE);
}

static void
open_door (gpointer data)
{
  service_door_open (data);
}

static int
run (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_watch, NULL, argc, argv, 0, 0, error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (ServiceDoor) door = NULL;
  ServiceSide side = { 0 };

  if (operands == NULL)
    return CLI_USAGE;
  service_clean_environment ();
  door = service_door_new (&local_error);
  if (local_error == NULL)
    profiles = cli_load_profiles (FALSE, &local_error);
  /* where others leave their mail, it is kept until the configuration is mended */
  if (profiles == NULL && (door == NULL || !is_broken (local_error)))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return CLI_CONFIG;
    }
  side.data = door;
  side.begin = door != NULL ? open_door : NULL;
  return service_run (&side, error);
}

const CliCommand cmd_watch = {
  "watch", "", N_ ("Send what waits, now and whenever it can leave, until it is ended"), run
};
