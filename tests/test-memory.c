/* What was learned: kept by topic and key, aged by the caller's clock, shared by processes,
 * thrown away when damaged. */
#include "config.h"

#include "profiles/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define NOW G_GINT64_CONSTANT (1795262400) /* 21 November 2026 */

typedef struct {
  char   *root;
  char   *dir; /* is not there at first */
  char   *file;
  Memory *memory;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("sendpath-memory-XXXXXX", NULL);
  fixture->dir = g_build_filename (fixture->root, "state", "sendpath", NULL);
  fixture->file = g_build_filename (fixture->dir, "memory", NULL);
  fixture->memory = memory_new (fixture->dir);
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
  memory_free (fixture->memory);
}

static void
assert_known (Fixture *fixture, const char *topic, const char *key, const char *expected)
{
  g_autofree char *value = memory_get (fixture->memory, topic, key, NOW, 0);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_set_and_get (Fixture *fixture, gconstpointer data)
{
  assert_known (fixture, "route", "home@net", NULL);
  g_assert_false (g_file_test (fixture->dir, G_FILE_TEST_EXISTS)); /* asking makes nothing */

  memory_set (fixture->memory, "route", "home@net", "587", NOW);
  memory_set (fixture->memory, "limit", "home@net", "100", NOW);
  assert_known (fixture, "route", "home@net", "587");
  assert_known (fixture, "limit", "home@net", "100");
  assert_known (fixture, "route", "home", NULL);
  memory_set (fixture->memory, "route", "home@net", "465", NOW + 1);
  assert_known (fixture, "route", "home@net", "465");
}

static void
test_any_text (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "tab\there", "line\nend\r", "back\\slash",
                                       "",          "ünï ☃",       "\"q\"",
                                       " " };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    memory_set (fixture->memory, "route", texts[i], texts[i], NOW);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_known (fixture, "route", texts[i], texts[i]);
}

/* P-13: a clock that was wrong loses nothing for ever, and keeps nothing for ever. */
static void
test_age (Fixture *fixture, gconstpointer data)
{
  static const struct {
    gint64  set_s;
    gint64  now_s;
    guint64 max_age_s;
    gboolean is_known;
  } rows[] = {
    { NOW, NOW, 300, TRUE },         { NOW, NOW + 300, 300, TRUE }, { NOW, NOW + 301, 300, FALSE },
    { NOW, NOW - 1, 300, FALSE },    { NOW, NOW - 1, 0, TRUE },     { NOW, NOW * 2, 0, TRUE },
    { 0, NOW, 300, FALSE },          { 4070908800, NOW, 300, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *value = NULL;

      memory_set (fixture->memory, "pop", "home", "+OK", rows[i].set_s);
      value = memory_get (fixture->memory, "pop", "home", rows[i].now_s, rows[i].max_age_s);
      g_assert_cmpint (value != NULL, ==, rows[i].is_known);
    }
}

static char *
new_limit (const char *old, gpointer data)
{
  return g_strdup ("100");
}

/* Networks and servers that were met once are not remembered for ever. */
static void
test_a_year (Fixture *fixture, gconstpointer data)
{
  const gint64 year_s = 365 * 24 * 3600;

  memory_set (fixture->memory, "route", "home future", "3", NOW + year_s);
  memory_set (fixture->memory, "route", "home hotel", "1", NOW - year_s - 1);
  memory_set (fixture->memory, "route", "home train", "2", NOW - year_s);
  assert_known (fixture, "route", "home hotel", "1");
  memory_set (fixture->memory, "route", "home work", "4", NOW);
  assert_known (fixture, "route", "home hotel", NULL);
  assert_known (fixture, "route", "home train", "2");
  assert_known (fixture, "route", "home future", "3");
  memory_change (fixture->memory, "limit", "home", new_limit, NULL, NOW + 1);
  assert_known (fixture, "route", "home train", NULL);
  assert_known (fixture, "route", "home work", "4");
}

static void
test_forget (Fixture *fixture, gconstpointer data)
{
  memory_set (fixture->memory, "route", "home net-a", "1", NOW);
  memory_set (fixture->memory, "route", "home net-b", "2", NOW);
  memory_set (fixture->memory, "route", "office net-a", "3", NOW);
  memory_set (fixture->memory, "limit", "home", "4", NOW);

  memory_forget (fixture->memory, "route", "home ");
  assert_known (fixture, "route", "home net-a", NULL);
  assert_known (fixture, "route", "home net-b", NULL);
  assert_known (fixture, "route", "office net-a", "3");
  assert_known (fixture, "limit", "home", "4");
  memory_forget (fixture->memory, NULL, "home");
  assert_known (fixture, "limit", "home", NULL);
  memory_forget (fixture->memory, NULL, "");
  assert_known (fixture, "route", "office net-a", NULL);
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  struct stat st;

  memory_set (fixture->memory, "route", "home", "1", NOW);
  g_assert_cmpint (g_stat (fixture->dir, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0700);
  g_assert_cmpint (g_stat (fixture->file, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0600);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  static const char *const damaged[] = { "",
                                         "rubbish\n",
                                         "sendpath-memory 2\n",
                                         "sendpath-memory 1",
                                         "sendpath-memory 1\n1\troute\thome\n",
                                         "sendpath-memory 1\n1\troute\thome\t1",
                                         "sendpath-memory 1\nx\troute\thome\t1\n",
                                         "sendpath-memory 1\n1\troute\thome\t1\\\n" };

  memory_set (fixture->memory, "route", "home", "1", NOW);
  for (gsize i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_assert_true (g_file_set_contents (fixture->file, damaged[i], -1, NULL));
      assert_known (fixture, "route", "home", NULL);
      memory_set (fixture->memory, "route", "office", "2", NOW);
      assert_known (fixture, "route", "office", "2");
    }
  g_assert_true (g_file_set_contents (fixture->file, "sendpath-memory 1\n\0", 19, NULL));
  assert_known (fixture, "route", "home", NULL);
}

/* A link or a pipe in the place of the file is not followed, not read, and does not block. */
static void
test_strange_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (fixture->root, "elsewhere", NULL);
  g_autofree char *text = NULL;

  memory_set (fixture->memory, "route", "home", "1", NOW);
  g_assert_cmpint (g_rename (fixture->file, elsewhere), ==, 0);
  g_assert_cmpint (symlink (elsewhere, fixture->file), ==, 0);
  assert_known (fixture, "route", "home", NULL);
  memory_set (fixture->memory, "route", "office", "2", NOW);
  g_assert_true (g_file_get_contents (elsewhere, &text, NULL, NULL));
  g_assert_null (strstr (text, "office"));

  g_unlink (fixture->file);
  g_assert_cmpint (mkfifo (fixture->file, 0600), ==, 0);
  assert_known (fixture, "route", "office", NULL);
}

static void
test_writable_by_others (Fixture *fixture, gconstpointer data)
{
  memory_set (fixture->memory, "route", "home", "1", NOW);
  g_assert_cmpint (g_chmod (fixture->dir, 0770), ==, 0);
  assert_known (fixture, "route", "home", NULL);
  memory_set (fixture->memory, "route", "office", "1", NOW);
  g_assert_cmpint (g_chmod (fixture->dir, 0700), ==, 0);
  assert_known (fixture, "route", "home", "1");
  assert_known (fixture, "route", "office", NULL);
}

static void
test_bounded (Fixture *fixture, gconstpointer data)
{
  g_autofree char *big = g_strnfill (200000, 'x');
  struct stat st;

  memory_set (fixture->memory, "route", "first", "1", NOW);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *key = g_strdup_printf ("big-%u", i);

      memory_set (fixture->memory, "route", key, big, NOW);
    }
  assert_known (fixture, "route", "first", NULL); /* the oldest went */
  assert_known (fixture, "route", "big-9", big);
  g_assert_cmpint (g_stat (fixture->file, &st), ==, 0);
  g_assert_cmpint (st.st_size, <=, 1024 * 1024);
}

/* Several processes at once: no entry gets lost. */
static void
test_processes (Fixture *fixture, gconstpointer data)
{
  enum { N_PROCESSES = 4, N_KEYS = 10 };
  pid_t pids[N_PROCESSES];

  for (int p = 0; p < N_PROCESSES; p++)
    {
      pids[p] = fork ();
      if (pids[p] != 0)
        continue;
      for (int k = 0; k < N_KEYS; k++)
        {
          g_autofree char *key = g_strdup_printf ("%d-%d", p, k);

          memory_set (fixture->memory, "route", key, key, NOW);
        }
      _exit (0);
    }
  for (int p = 0; p < N_PROCESSES; p++)
    {
      int status = 1;

      g_assert_cmpint (waitpid (pids[p], &status, 0), ==, pids[p]);
      g_assert_cmpint (status, ==, 0);
    }
  for (int p = 0; p < N_PROCESSES; p++)
    for (int k = 0; k < N_KEYS; k++)
      {
        g_autofree char *key = g_strdup_printf ("%d-%d", p, k);

        assert_known (fixture, "route", key, key);
      }
}

/* Whoever asks often says when to look; what it changes itself is known at once. */
static void
test_look_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Memory) other = memory_new (fixture->dir);

  memory_set (other, "route", "home@net", "587", NOW);
  memory_look_again (fixture->memory);
  assert_known (fixture, "route", "home@net", "587");
  memory_set (other, "route", "home@net", "465", NOW);
  assert_known (fixture, "route", "home@net", "587");
  memory_look_again (fixture->memory);
  assert_known (fixture, "route", "home@net", "465");
  memory_set (fixture->memory, "route", "home@net", "25", NOW);
  assert_known (fixture, "route", "home@net", "25");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/memory/what-is-set-is-known", test_set_and_get);
  ADD ("/memory/any-text-is-a-key", test_any_text);
  ADD ("/memory/P-13-age-is-the-callers-clock", test_age);
  ADD ("/memory/a-year-is-the-longest", test_a_year);
  ADD ("/memory/forget-by-topic-and-prefix", test_forget);
  ADD ("/memory/folder-and-file-are-private", test_private);
  ADD ("/memory/a-damaged-file-is-thrown-away", test_damaged);
  ADD ("/memory/links-and-pipes-are-no-file", test_strange_files);
  ADD ("/memory/a-folder-that-others-may-write-is-not-believed", test_writable_by_others);
  ADD ("/memory/size-is-bounded-and-the-oldest-goes", test_bounded);
  ADD ("/memory/looks-when-told", test_look_again);
  ADD ("/memory/processes-lose-nothing-of-each-other", test_processes);
  return g_test_run ();
}
