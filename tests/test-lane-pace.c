/* When a lane has a second worker: nobody waits here, time is told. */
#include "config.h"

#include "sendpath/outbox/lane-pace.h"

#define MS 1000

/* Messages that are sent one after the other, each @each_ms after the one before; where there are two
 * workers, in turns. */
static void
send (LanePace *pace, guint n, guint each_ms, guint n_waiting, gint64 *now_us)
{
  for (guint i = 0; i < n; i++)
    {
      *now_us += each_ms * MS;
      lane_pace_note (pace, lane_pace_wants_two (pace) && i % 2 == 1 ? "second" : "first", TRUE,
                      n_waiting, *now_us);
    }
}

static void
test_faster (void)
{
  LanePace pace = { 0 };
  gint64 now_us = MS;

  send (&pace, 4, 100, 1000, &now_us);
  g_assert_false (lane_pace_wants_two (&pace)); /* the first connection has shown nothing yet */
  send (&pace, 1, 100, 1000, &now_us);
  g_assert_true (lane_pace_wants_two (&pace));
  send (&pace, 200, 55, 1000, &now_us);
  g_assert_true (lane_pace_wants_two (&pace));
  g_assert_cmpint (pace.state, ==, LANE_PACE_TOGETHER);
  /* later on it slows down */
  send (&pace, 40, 110, 1000, &now_us);
  g_assert_false (lane_pace_wants_two (&pace));
  send (&pace, 200, 100, 1000, &now_us);
  g_assert_false (lane_pace_wants_two (&pace));
}

static void
test_no_faster (void)
{
  LanePace pace = { 0 };
  gint64 now_us = MS;

  send (&pace, 5, 100, 1000, &now_us);
  g_assert_true (lane_pace_wants_two (&pace));
  send (&pace, 30, 95, 1000, &now_us);
  g_assert_false (lane_pace_wants_two (&pace));
  g_assert_cmpint (pace.state, ==, LANE_PACE_SETTLED);
}

/* Few messages, or a server that is quick: the second connection would cost more than it saves. */
static void
test_not_worth_it (void)
{
  LanePace few = { 0 }, quick = { 0 };
  gint64 now_us = MS;

  send (&few, 20, 100, 10, &now_us);
  g_assert_false (lane_pace_wants_two (&few));
  send (&quick, 1000, 0, 5000, &now_us);
  g_assert_false (lane_pace_wants_two (&quick));
}

static void
test_crowded (void)
{
  LanePace pace = { 0 };
  gint64 now_us = MS;

  send (&pace, 5, 100, 1000, &now_us);
  g_assert_true (lane_pace_wants_two (&pace));
  lane_pace_note_crowded (&pace);
  g_assert_false (lane_pace_wants_two (&pace));
  send (&pace, 100, 100, 1000, &now_us);
  g_assert_false (lane_pace_wants_two (&pace));
}

/* As long as the second one connects, nothing is measured. */
static void
test_slow_to_connect (void)
{
  LanePace pace = { 0 };
  gint64 now_us = MS;

  send (&pace, 5, 100, 1000, &now_us);
  for (guint i = 0; i < 50; i++)
    lane_pace_note (&pace, "first", TRUE, 1000, now_us += 100 * MS);
  send (&pace, 50, 50, 1000, &now_us);
  g_assert_cmpint (pace.state, ==, LANE_PACE_TOGETHER);
}

/* Nothing is sent: no second one. */
static void
test_not_proven (void)
{
  LanePace pace = { 0 };
  gint64 now_us = MS;

  for (guint i = 0; i < 100; i++)
    {
      send (&pace, 3, 100, 1000, &now_us);
      lane_pace_note (&pace, "first", FALSE, 1000, now_us += 100 * MS);
    }
  g_assert_false (lane_pace_wants_two (&pace));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lane-pace/two-are-faster", test_faster);
  g_test_add_func ("/lane-pace/second-is-slow-to-connect", test_slow_to_connect);
  g_test_add_func ("/lane-pace/two-are-no-faster", test_no_faster);
  g_test_add_func ("/lane-pace/not-worth-it", test_not_worth_it);
  g_test_add_func ("/lane-pace/server-wants-one", test_crowded);
  g_test_add_func ("/lane-pace/nothing-is-sent", test_not_proven);
  return g_test_run ();
}
