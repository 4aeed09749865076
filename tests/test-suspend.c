/* T-153: a machine that sleeps while the reply to the final dot is awaited. The clock that goes on in a
 * suspend is this program's own. */
#include "config.h"

#include "tests/lib/walk-scene.h"

#include <gmodule.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NIGHT_S (8 * 3600)

/* A deadline that was set before is over at the next look; one that was set in between at the second
 * one. */
#define N_NIGHTS 2

static gint n_nights; /* atomic: still to come, one at each look */
static gint slept_s;  /* atomic */

G_MODULE_EXPORT int
clock_gettime (clockid_t clock, struct timespec *ret_now)
{
  int status = (int) syscall (SYS_clock_gettime, clock, ret_now);

  if (clock != CLOCK_BOOTTIME)
    return status;
  if (g_atomic_int_get (&n_nights) > 0)
    {
      g_atomic_int_add (&n_nights, -1);
      g_atomic_int_add (&slept_s, NIGHT_S);
    }
  ret_now->tv_sec += g_atomic_int_get (&slept_s);
  return status;
}

static gpointer
sleep_at_the_hold (gpointer server)
{
  scripted_server_wait_for_hold (server);
  g_atomic_int_set (&n_nights, N_NIGHTS);
  return NULL;
}

/* Nobody waits for what was left of the ten minutes, and nobody else gets the message. */
static void
test_after_the_dot (void)
{
  g_autoptr (Scene) scene = scene_new (
      "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
      "C: RCPT TO:*\nS: 250 ok\nC: DATA\nS: 354 go\nC: <data>\n!hold\n!wait\n",
      TAKES);
  g_autoptr (GThread) lid = g_thread_new ("lid", sleep_at_the_hold, scene->own);

  scene_walk_to (scene, "someone@adatum.com");
  g_thread_join (g_steal_pointer (&lid));
  scripted_server_let_go (scene->own);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_UNCERTAIN);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

/* Before the dot nothing was sent: the next route is tried. */
static void
test_before_the_dot (void)
{
  g_autoptr (Scene) scene =
                 scene_new ("S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 ok\n"
                            "C: RCPT TO:*\n!hold\n!wait\n",
                            TAKES);
  g_autoptr (GThread) lid = g_thread_new ("lid", sleep_at_the_hold, scene->own);

  scene_walk_to (scene, "someone@adatum.com");
  g_thread_join (g_steal_pointer (&lid));
  scripted_server_let_go (scene->own);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpuint (scripted_server_count_bodies (scene->relay), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/suspend/T-153-after-the-dot-it-is-uncertain", test_after_the_dot);
  g_test_add_func ("/suspend/before-the-dot-another-route", test_before_the_dot);
  return g_test_run ();
}
