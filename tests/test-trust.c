/* TLS-seen marks: durable, shared by processes, and believed to be there when they cannot
 * be read. */
#include "config.h"

#include "profiles/trust.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

typedef struct {
  char  *root;
  char  *dir; /* is not there at first */
  char  *file;
  Trust *trust;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("sendpath-trust-XXXXXX", NULL);
  fixture->dir = g_build_filename (fixture->root, "state", "sendpath", NULL);
  fixture->file = g_build_filename (fixture->dir, "tls-seen", NULL);
  fixture->trust = trust_new (fixture->dir);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", fixture->root, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (fixture->root);
  g_free (fixture->dir);
  g_free (fixture->file);
  trust_free (fixture->trust);
}

static void
note (Fixture *fixture, const char *host)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (trust_note_tls (fixture->trust, host, &error));
  g_assert_no_error (error);
}

static void
test_marks (Fixture *fixture, gconstpointer data)
{
  g_assert_false (trust_has_seen_tls (fixture->trust, "smtp.proseware.com"));
  g_assert_false (g_file_test (fixture->dir, G_FILE_TEST_EXISTS)); /* asking makes nothing */
  note (fixture, "smtp.proseware.com");
  note (fixture, "mail.adatum.com");
  note (fixture, "smtp.proseware.com");
  g_assert_true (trust_has_seen_tls (fixture->trust, "smtp.proseware.com"));
  g_assert_true (trust_has_seen_tls (fixture->trust, "mail.adatum.com"));
  g_assert_false (trust_has_seen_tls (fixture->trust, "proseware.com"));

  trust_forget (fixture->trust, "SMTP.proseware.com");
  g_assert_false (trust_has_seen_tls (fixture->trust, "smtp.proseware.com"));
  g_assert_true (trust_has_seen_tls (fixture->trust, "mail.adatum.com"));
}

/* No other spelling of a name gets around its mark. */
static void
test_spellings (Fixture *fixture, gconstpointer data)
{
  note (fixture, "SMTP.Proseware.com.");
  g_assert_true (trust_has_seen_tls (fixture->trust, "smtp.proseware.com"));
  g_assert_true (trust_has_seen_tls (fixture->trust, "smtp.proseware.COM"));
  note (fixture, "smtp.bücher.example");
  g_assert_true (trust_has_seen_tls (fixture->trust, "smtp.xn--bcher-kva.example"));
  note (fixture, "2001:db8::1");
  g_assert_true (trust_has_seen_tls (fixture->trust, "2001:DB8::1"));
}

static void
assert_protects (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (trust_has_seen_tls (fixture->trust, "never.seen.example"));
  g_assert_false (trust_note_tls (fixture->trust, "new.example", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, fixture->dir));
  trust_forget (fixture->trust, "never.seen.example");
  g_assert_true (trust_has_seen_tls (fixture->trust, "never.seen.example"));
}

/* A cut at every length, and other damage: TLS stays required everywhere, and the file stays for
 * its owner. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *whole = NULL;
  g_autofree char *left = NULL;
  gsize length = 0;

  note (fixture, "smtp.proseware.com");
  note (fixture, "mail.adatum.com");
  g_assert_true (g_file_get_contents (fixture->file, &whole, &length, NULL));
  for (gsize cut = 0; cut < length; cut++)
    {
      g_assert_true (g_file_set_contents (fixture->file, whole, cut, NULL));
      assert_protects (fixture);
    }
  g_assert_true (g_file_get_contents (fixture->file, &left, NULL, NULL));
  g_assert_cmpmem (left, strlen (left), whole, length - 1);

  whole[length - 4] = '\0';
  g_assert_true (g_file_set_contents (fixture->file, whole, length, NULL));
  assert_protects (fixture);
}

static void
test_not_a_file (Fixture *fixture, gconstpointer data)
{
  note (fixture, "smtp.proseware.com");
  g_unlink (fixture->file);
  g_assert_cmpint (symlink ("nowhere", fixture->file), ==, 0);
  assert_protects (fixture);
  g_unlink (fixture->file);
  g_assert_cmpint (mkfifo (fixture->file, 0600), ==, 0);
  assert_protects (fixture);
  g_unlink (fixture->file);
  g_assert_cmpint (g_mkdir (fixture->file, 0700), ==, 0);
  assert_protects (fixture);
}

static void
test_writable_by_others (Fixture *fixture, gconstpointer data)
{
  note (fixture, "smtp.proseware.com");
  g_assert_cmpint (g_chmod (fixture->dir, 0777), ==, 0);
  assert_protects (fixture);
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  struct stat st;

  note (fixture, "smtp.proseware.com");
  g_assert_cmpint (g_stat (fixture->dir, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0700);
  g_assert_cmpint (g_stat (fixture->file, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0600);
}

static void
test_processes (Fixture *fixture, gconstpointer data)
{
  enum { N_PROCESSES = 4, N_NAMES = 5 };
  pid_t pids[N_PROCESSES];

  for (int p = 0; p < N_PROCESSES; p++)
    {
      gboolean is_good = TRUE;

      pids[p] = fork ();
      if (pids[p] != 0)
        continue;
      for (int n = 0; n < N_NAMES; n++)
        {
          g_autofree char *name = g_strdup_printf ("h%d-%d.example", p, n);

          is_good = trust_note_tls (fixture->trust, name, NULL) && is_good;
        }
      _exit (is_good ? 0 : 1);
    }
  for (int p = 0; p < N_PROCESSES; p++)
    {
      int status = 1;

      g_assert_cmpint (waitpid (pids[p], &status, 0), ==, pids[p]);
      g_assert_cmpint (status, ==, 0);
    }
  for (int p = 0; p < N_PROCESSES; p++)
    for (int n = 0; n < N_NAMES; n++)
      {
        g_autofree char *name = g_strdup_printf ("h%d-%d.example", p, n);

        g_assert_true (trust_has_seen_tls (fixture->trust, name));
      }
  g_assert_false (trust_has_seen_tls (fixture->trust, "h9-9.example"));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/trust/a-mark-stays-until-it-is-forgotten", test_marks);
  ADD ("/trust/other-spellings-are-the-same-name", test_spellings);
  ADD ("/trust/damaged-marks-protect-every-server", test_damaged);
  ADD ("/trust/what-is-no-file-protects-every-server", test_not_a_file);
  ADD ("/trust/a-folder-that-others-may-write-protects-every-server", test_writable_by_others);
  ADD ("/trust/folder-and-file-are-private", test_private);
  ADD ("/trust/processes-lose-nothing-of-each-other", test_processes);
  return g_test_run ();
}
