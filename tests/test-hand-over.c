/* A message handed over to a process of its own: it is reported, and it arrives although its caller
 * is gone. */
#include "config.h"

#include "sendpath/engine.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/engine-fixture.h"

#define HAND_OVER "hand-over"

/* This program once more, as one that has a single thread: hands a message over to a process of its
 * own and ends. Its exit status is the outcome; 99 if time was up first. */
static int
run_caller (const char *dir, const char *id, const char *wait_s)
{
  g_autofree char *path = g_build_filename (dir, "sendpath.conf", NULL);
  g_autofree char *outbox = g_build_filename (dir, "outbox", NULL);
  const char *const addresses[] = { "192.0.2.7/24", NULL };
  g_autoptr(SendpathProfileStore) profiles = sendpath_profile_store_new (path);
  g_autoptr(SendpathNetwork) network = sendpath_network_new_for_facts (NULL, NULL, addresses);
  g_autoptr(SendpathEngine) engine = NULL;
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(GError) error = NULL;

  if (!sendpath_profile_store_load (profiles, &error))
    g_error ("%s", error->message);
  engine = g_object_new (SENDPATH_TYPE_ENGINE, "profiles", profiles, "outbox-dir", outbox,
                         "state-dir", dir, "network", network, NULL);
  report = sendpath_engine_hand_over (engine, id, (guint) g_ascii_strtoull (wait_s, NULL, 10),
                                      &error);
  if (error != NULL)
    g_error ("%s", error->message);
  return report != NULL ? (int) sendpath_report_get_outcome (report) : 99;
}

static int
call (EngineFixture *fixture, const char *id, const char *wait_s)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *argv[] = { program, HAND_OVER, fixture->dir, id, wait_s, NULL };
  g_autoptr(GError) error = NULL;
  int status = 0;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_hand_over_reports (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (SERVER_TAKES, NULL);
  g_autofree char *id = engine_fixture_submit (fixture);

  g_assert_cmpint (call (fixture, id, "60"), ==, SENDPATH_OUTCOME_SENT);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
}

/* The caller ends while the server has not even greeted; the message arrives all the same. */
static void
test_hand_over_survives (gconstpointer data)
{
  const char *wait_s = data;
  g_autoptr(EngineFixture) fixture = engine_fixture_new ("!hold\n" SERVER_TAKES, NULL);
  g_autofree char *id = engine_fixture_submit (fixture);

  g_assert_cmpint (prctl (PR_SET_CHILD_SUBREAPER, 1), ==, 0); /* the deliverer becomes our child */
  g_assert_cmpint (call (fixture, id, wait_s), ==, 99);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 1);
  scripted_server_wait_for_hold (fixture->server);
  scripted_server_let_go (fixture->server);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (engine_fixture_count_waiting (fixture), ==, 0);
  g_assert_cmpint (prctl (PR_SET_CHILD_SUBREAPER, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], HAND_OVER) == 0)
    return run_caller (argv[2], argv[3], argv[4]);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hand-over/is-reported", test_hand_over_reports);
  g_test_add_data_func ("/hand-over/survives-its-caller", "0", test_hand_over_survives);
  g_test_add_data_func ("/hand-over/goes-on-when-time-is-up", "1", test_hand_over_survives);
  return g_test_run ();
}
