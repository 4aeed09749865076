/* Secrets in memory: not paged out, not dumped, gone when freed; and the process that holds them
 * leaves no core. */
#include "config.h"

#include "profiles/secret.h"
#include "profiles/secrets.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* The kernel's flags for the mapping that @address is in. */
static char *
dup_mapping_flags (const void *address)
{
  g_autofree char *maps = NULL;
  g_auto(GStrv) lines = NULL;
  gboolean is_inside = FALSE;

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *dash = NULL;
      guint64 first = g_ascii_strtoull (lines[i], &dash, 16);

      if (dash != lines[i] && *dash == '-')
        is_inside =
            first <= (gsize) address && (gsize) address < g_ascii_strtoull (dash + 1, NULL, 16);
      else if (is_inside && g_str_has_prefix (lines[i], "VmFlags:"))
        return g_strdup (lines[i]);
    }
  return g_strdup ("");
}

/* Limits and sanitizers may keep a process from locking any memory. */
static gboolean
can_lock_memory (void)
{
  void *page = mmap (NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_autofree char *flags = NULL;

  g_assert_true (page != MAP_FAILED);
  mlock (page, 1);
  flags = dup_mapping_flags (page);
  munmap (page, 1);
  return strstr (flags, " lo") != NULL;
}

static void
test_memory (void)
{
  g_autoptr(SendpathSecret) secret = sendpath_secret_new ("tram-water-7", 12, SECRET_TOKEN);
  g_autofree char *flags = dup_mapping_flags (secret);

  g_assert_nonnull (strstr (flags, " dd")); /* not in a core */
  if (can_lock_memory ())
    g_assert_nonnull (strstr (flags, " lo"));
  else
    g_test_message ("this process may not lock memory");
}

static void
test_value (void)
{
  g_autoptr(SendpathSecret) secret = sendpath_secret_new ("tram\0water", 10, SECRET_TOKEN);
  g_autoptr(SendpathSecret) again = sendpath_secret_ref (secret);

  g_assert_cmpuint (sendpath_secret_get_length (secret), ==, 10);
  g_assert_cmpmem (sendpath_secret_peek (again), 11, "tram\0water", 11);
  g_assert_cmpint (sendpath_secret_get_kind (secret), ==, SECRET_TOKEN);
}

static void
test_check (void)
{
  static const struct {
    const char *bytes;
    gsize       length;
    gboolean    is_good;
  } rows[] = {
    { "tram-water-7", 12, TRUE }, { " ", 1, TRUE },     { "p\303\244ss", 5, TRUE },
    { "a\tb", 3, TRUE },          { "", 0, FALSE },     { "a\nb", 3, FALSE },
    { "a\r", 2, FALSE },          { "a\0b", 3, FALSE }, { "\n", 1, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathSecret) secret = sendpath_secret_new (rows[i].bytes, rows[i].length,
                                                              SECRET_PASSWORD);
      g_autoptr(GError) error = NULL;

      g_assert_cmpint (sendpath_secret_check (secret, &error), ==, rows[i].is_good);
      g_assert_cmpint (g_error_matches (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_BAD),
                       ==, !rows[i].is_good);
    }
}

/* Ends by SIGABRT in @dir with all that a core needs, but for what is taken away. */
static G_GNUC_NORETURN void
crash_in (const char *dir, gboolean is_hardened)
{
  const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
  char *canary = strdup ("canary-of-the-crash-test");

  if (chdir (dir) != 0 || canary == NULL)
    _exit (99);
  signal (SIGABRT, SIG_DFL);
  setrlimit (RLIMIT_CORE, &unlimited);
  prctl (PR_SET_DUMPABLE, 1);
  if (is_hardened)
    secrets_harden_process ();
  kill (getpid (), SIGABRT);
  _exit (99);
}

static gboolean
leaves_core (const char *dir, gboolean is_hardened)
{
  pid_t pid = fork ();
  int status = 0;

  if (pid == 0)
    crash_in (dir, is_hardened);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
  return WCOREDUMP (status);
}

static guint
empty_dir (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  for (const char *name = g_dir_read_name (dir); name != NULL;
       name = g_dir_read_name (dir), count++)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_dir_close (dir);
  return count;
}

/* T-139 */
static void
test_no_core (void)
{
  g_autofree char *dir = g_dir_make_tmp ("sendpath-core-XXXXXX", NULL);

  if (!leaves_core (dir, FALSE))
    g_test_message ("this machine makes no cores at all");
  empty_dir (dir);
  g_assert_false (leaves_core (dir, TRUE));
  g_assert_cmpuint (empty_dir (dir), ==, 0);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/memory-is-locked-and-not-dumped", test_memory);
  g_test_add_func ("/secret/bytes-are-kept-whole-and-end-in-nul", test_value);
  g_test_add_func ("/secret/check-refuses-what-no-line-can-carry", test_check);
  g_test_add_func ("/secret/T-139-a-hardened-process-leaves-no-core", test_no_core);
  return g_test_run ();
}
