/* Whose home folder it is: daemons call us as somebody else than their environment says. Must never look
 * into a home, only at whether it is one. */
#include "config.h"

#include "sendmail-home.h"

#include <glib.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

/* sudo says "/"; and root may write to the folders of all others, who own what is in there. */
static gboolean
is_home (const char *path)
{
  struct stat state;

  return !g_str_equal (path, "/") && access (path, W_OK | X_OK) == 0 && stat (path, &state) == 0 &&
         (geteuid () != 0 || state.st_uid == 0);
}

/* Without this, the mail of a user's job would have no outbox where cron was started by hand: cron and at
 * change the user, and keep root's HOME. The other way round, root's mail would be left in the folder of
 * whoever called sudo. */
void
sendmail_home_mend (void)
{
  const char *home = g_getenv ("HOME");
  const struct passwd *user;

  if (home == NULL || is_home (home))
    return;
  user = getpwuid (geteuid ());
  if (user != NULL && is_home (user->pw_dir))
    g_setenv ("HOME", user->pw_dir, TRUE);
}
