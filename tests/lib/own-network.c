/* A network that only this process has. It needs no privileges where user namespaces are allowed. */
#include "config.h"

#include "tests/lib/own-network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean
write_file (const char *path, const char *text)
{
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

/* Files stay ours: inside, we are who we are outside. */
static gboolean
keep_ids (uid_t uid, gid_t gid)
{
  g_autofree char *uids = g_strdup_printf ("%u %u 1", uid, uid);
  g_autofree char *gids = g_strdup_printf ("%u %u 1", gid, gid);

  return write_file ("/proc/self/setgroups", "deny") && write_file ("/proc/self/uid_map", uids) &&
         write_file ("/proc/self/gid_map", gids);
}

static gboolean
bring_up (int fd, const char *address)
{
  struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
  struct ifreq alias = { .ifr_name = "lo:1" };
  struct sockaddr_in name = { .sin_family = AF_INET };

  if (inet_pton (AF_INET, address, &name.sin_addr) != 1)
    return FALSE;
  memcpy (&alias.ifr_addr, &name, sizeof name);
  return ioctl (fd, SIOCSIFFLAGS, &up) == 0 && ioctl (fd, SIOCSIFADDR, &alias) == 0;
}

void
own_network_set (const char *address)
{
  struct ifreq alias = { .ifr_name = "lo:1" }; /* goes when it is down */
  struct ifreq none = { .ifr_name = "lo", .ifr_addr.sa_family = AF_INET };
  struct ifreq down = { .ifr_name = "lo" };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  if (address != NULL)
    g_assert_true (bring_up (fd, address));
  else
    g_assert_true (ioctl (fd, SIOCSIFFLAGS, &alias) == 0 && ioctl (fd, SIOCSIFADDR, &none) == 0 &&
                   ioctl (fd, SIOCSIFFLAGS, &down) == 0);
  close (fd);
}

gboolean
own_network_enter (const char *address)
{
  uid_t uid = getuid ();
  gid_t gid = getgid ();
  gboolean is_up;
  int fd;

  if (unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0 || !keep_ids (uid, gid))
    return FALSE;
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  is_up = fd >= 0 && bring_up (fd, address);
  if (fd >= 0)
    close (fd);
  return is_up;
}

gboolean
own_network_run (const char *command)
{
  g_auto(GStrv) argv = g_strsplit (command, " ", -1);
  int status = -1;

  return g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                       NULL, NULL, NULL, &status, NULL) &&
         status == 0;
}

void
own_network_send (int (*journey) (void))
{
  pid_t traveller = fork ();
  int status = 1;

  if (traveller == 0)
    _exit (journey ());
  g_assert_cmpint (waitpid (traveller, &status, 0), ==, traveller);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == 77)
    g_test_skip ("needs root and ip(8)");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}
