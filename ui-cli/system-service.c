/* The service that sends for all users of this machine. Nobody but root sees what waits there, and root
 * touches it only as that service's user. */
#include "config.h"

#include "system-service.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean is_entered;

gboolean
system_service_is_ours (void)
{
  const char *chosen = g_getenv ("SENDPATH_CONFIG");
  g_autofree char *path = sendpath_profile_store_dup_default_path ();

  if (chosen != NULL && *chosen != '\0')
    return FALSE;
  return (g_str_equal (path, SYSTEM_CONFIG) || access (path, F_OK) != 0) &&
         access (SYSTEM_SOCKET, F_OK) == 0;
}

gboolean
system_service_check_readable (const char *path, GError **error)
{
  if (!g_str_equal (path, SYSTEM_CONFIG) || access (path, R_OK) == 0 || errno != EACCES)
    return TRUE;
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING,
               _ ("%s: you may not read it, and the service that sends for all users does not run; "
                  "start it with: systemctl start sendpath-system.socket"),
               path);
  return FALSE;
}

static gboolean
become (uid_t uid, gid_t gid)
{
  return setgroups (1, &gid) == 0 && setresgid (gid, gid, gid) == 0 &&
         setresuid (uid, uid, uid) == 0;
}

gboolean
system_service_enter (GError **error)
{
  struct stat state;

  if (geteuid () != 0)
    {
      g_set_error_literal (error, SENDPATH_ERROR, SENDPATH_ERROR_OUTBOX_UNSAFE,
                           _ ("the mail of all users is sent by a service of the machine, and only "
                              "root may see what waits there"));
      return FALSE;
    }
  if (lstat (SYSTEM_STATE, &state) != 0 || !S_ISDIR (state.st_mode))
    {
      g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
                   _ ("%s: the service that sends for all users has not run yet"), SYSTEM_STATE);
      return FALSE;
    }
  if (!become (state.st_uid, state.st_gid))
    {
      g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_OUTBOX_IO, "%s: %s", SYSTEM_STATE,
                   g_strerror (errno));
      return FALSE;
    }
  g_setenv ("XDG_STATE_HOME", "/var/lib", TRUE);
  g_setenv ("SENDPATH_CONFIG", SYSTEM_STATE "/none", TRUE); /* root's own says nothing about it */
  g_unsetenv ("SENDPATH_OUTBOX");
  is_entered = TRUE;
  return TRUE;
}

gboolean
system_service_is_entered (void)
{
  return is_entered;
}

gboolean
system_service_flush (GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (SendpathEngine) engine = sendpath_engine_new (profiles);

  return sendpath_engine_wake (engine, error);
}
