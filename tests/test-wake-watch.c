/* That the clock was set is told, and as what it is: no reason to try anything (TFD_TIMER_CANCEL_ON_SET). */
#include "config.h"

#include <time.h>

#include "ui-cli/wake-watch.h"

static void
note (WakeCause cause, gpointer data)
{
  g_array_append_val ((GArray *) data, cause);
}

/* It is set to what it is. */
static gboolean
set_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return clock_settime (CLOCK_REALTIME, &now) == 0;
}

static void
test_clock (void)
{
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (WakeCause));
  WakeWatch *watch = wake_watch_new (note, told);

  for (guint turn = 1; turn <= 2 && set_clock (); turn++)
    {
      while (told->len < turn)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (g_array_index (told, WakeCause, turn - 1), ==, WAKE_NEW_TIME);
    }
  if (told->len == 0)
    g_test_skip ("the clock may not be set here");
  wake_watch_free (watch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wake-watch/a-clock-that-is-set-is-told-each-time", test_clock);
  return g_test_run ();
}
