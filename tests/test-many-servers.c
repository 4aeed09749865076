/* Many messages, several servers: nobody waits for somebody else's server, and no server has more than two
 * connections of ours. */
#include "config.h"

#include <string.h>

#include "tests/lib/engine-fixture.h"
#include "tests/lib/slow-server.h"

/* The other accounts' keys, behind those of the fixture's own. */
static char *
make_keys (SlowServer *const *servers, guint n_servers, guint n_accounts_each)
{
  GString *keys = g_string_new (NULL);

  for (guint i = 0; i < n_servers * n_accounts_each; i++)
    g_string_append_printf (keys,
                            "[account other%u]\naddress = other%u@proseware.com\n"
                            "smtp = 127.0.0.1:%u\nsecurity = none\nauth = none\n",
                            i, i, (guint) slow_server_get_port (servers[i % n_servers]));
  return g_string_free (keys, FALSE);
}

static void
submit (EngineFixture *fixture, const char *account, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SendpathMessage) message =
          engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");
      g_autofree char *id = NULL;
      g_autoptr (GError) error = NULL;

      id = sendpath_engine_submit (fixture->engine, message, account, NULL, &error);
      g_assert_no_error (error);
    }
}

/* Everything is sent, and each message at its first attempt. */
static void
flush (EngineFixture *fixture, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reports = sendpath_engine_flush (fixture->engine, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (reports->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (sendpath_report_get_outcome (reports->pdata[i]), ==, SENDPATH_OUTCOME_SENT);
      g_assert_cmpuint (sendpath_report_get_n_attempts (reports->pdata[i]), ==, 1);
    }
}

/* ---- ten servers ----------------------------------------------------------------------------- */

#define N_SERVERS 10

/* All servers that have a message in hand. */
typedef struct {
  GMutex mutex;
  GCond changed;
  guint n;
} Meeting;

/* Nobody's message is taken before each server has one. */
static void
meet (gpointer data)
{
  Meeting *meeting = data;

  g_mutex_lock (&meeting->mutex);
  meeting->n++;
  g_cond_broadcast (&meeting->changed);
  while (meeting->n < N_SERVERS)
    g_cond_wait (&meeting->changed, &meeting->mutex);
  g_mutex_unlock (&meeting->mutex);
}

static void
test_side_by_side (void)
{
  Meeting meeting = { 0 };
  SlowServerOptions options = { .before_taken = meet, .data = &meeting };
  SlowServer *servers[N_SERVERS];
  g_autoptr (EngineFixture) fixture = NULL;
  g_autofree char *keys = NULL;

  for (guint i = 0; i < N_SERVERS; i++)
    servers[i] = slow_server_new (&options);
  keys = make_keys (servers, N_SERVERS, 1);
  fixture = engine_fixture_new (NULL, keys);
  for (guint i = 0; i < N_SERVERS; i++)
    {
      g_autofree char *account = g_strdup_printf ("other%u", i);

      submit (fixture, account, 3);
    }
  flush (fixture, 3 * N_SERVERS);
  for (guint i = 0; i < N_SERVERS; i++)
    {
      g_assert_cmpuint (slow_server_count_messages (servers[i]), ==, 3);
      g_assert_cmpuint (slow_server_count_connections (servers[i]), ==, 1);
      slow_server_free (servers[i]);
    }
}

/* ---- one server ------------------------------------------------------------------------------ */

/* Five accounts at one server: two connections at a time, and all have their turn. */
static void
test_two_at_most (void)
{
  SlowServerOptions options = { .delay_ms = 1 };
  g_autoptr (SlowServer) server = slow_server_new (&options);
  g_autofree char *keys = make_keys (&server, 1, 5);
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, keys);

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *account = g_strdup_printf ("other%u", i);

      submit (fixture, account, 4);
    }
  flush (fixture, 20);
  g_assert_cmpuint (slow_server_count_messages (server), ==, 20);
  g_assert_cmpuint (slow_server_get_most (server), <=, 2);
}

/* A long queue at a slow server has a second connection; one that says 421 is asked once, and that harms no
 * message. */
static const struct {
  const char *name;
  guint n_most;
  gboolean says_so_late;
} long_queues[] = {
  { "has-a-second-connection", 0, FALSE },
  { "refused-the-second", 1, FALSE },
  { "refused-the-second-at-MAIL", 1, TRUE },
};

static void
test_long_queue (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  SlowServerOptions options = { .delay_ms = 20,
                                .n_most = long_queues[i].n_most,
                                .says_so_late = long_queues[i].says_so_late };
  g_autoptr (SlowServer) server = slow_server_new (&options);
  g_autofree char *keys = make_keys (&server, 1, 1);
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, keys);

  submit (fixture, "other0", 70);
  flush (fixture, 70);
  g_assert_cmpuint (slow_server_count_messages (server), ==, 70);
  if (long_queues[i].n_most == 0)
    {
      g_assert_cmpuint (slow_server_get_most (server), ==, 2);
      g_assert_cmpuint (slow_server_count_connections (server), ==, 2);
    }
  else
    {
      g_assert_cmpuint (slow_server_get_most (server), ==, 1);
      g_assert_cmpuint (slow_server_count_refused (server), ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/many-servers/side-by-side", test_side_by_side);
  g_test_add_func ("/many-servers/two-at-most", test_two_at_most);
  for (gsize i = 0; i < G_N_ELEMENTS (long_queues); i++)
    {
      g_autofree char *path = g_strconcat ("/many-servers/long-queue/", long_queues[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_long_queue);
    }
  return g_test_run ();
}
