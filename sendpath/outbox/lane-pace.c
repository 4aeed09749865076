/* Is a second worker worth having in a lane? Only if one is known to work, much waits, and two are faster
 * than one. It is told the time, and starts nothing. */
#include "config.h"

#include "sendpath/outbox/lane-pace.h"

/* Messages that a figure is made of, after one that opened its connection. */
#define N_ALONE    4
#define N_TOGETHER 16

/* Another connection and its login take about so long. */
#define WORTH_US (G_USEC_PER_SEC / 2)

static void
begin (LanePace *pace, LanePaceState state)
{
  pace->state = state;
  pace->n_sent = 0;
  pace->since_us = 0;
}

/* Microseconds for each of @n messages, or 0: not yet known. */
static gint64
measure (LanePace *pace, guint n, gint64 now_us)
{
  if (pace->since_us == 0)
    pace->since_us = now_us;
  else
    pace->n_sent++;
  return pace->n_sent == n ? MAX ((now_us - pace->since_us) / n, 1) : 0;
}

static void
note_alone (LanePace *pace, gconstpointer worker, guint n_waiting, gint64 now_us)
{
  gint64 each_us = measure (pace, N_ALONE, now_us);

  if (each_us == 0)
    return;
  pace->alone_us = each_us;
  pace->first = worker;
  begin (pace, each_us * n_waiting / 2 > WORTH_US ? LANE_PACE_TRYING : LANE_PACE_ALONE);
}

/* Two that are hardly faster than one burden the server for nothing; later on it may slow down. */
static void
note_together (LanePace *pace, gint64 now_us)
{
  gint64 each_us = measure (pace, N_TOGETHER, now_us);

  if (each_us == 0)
    return;
  begin (pace, each_us * 10 < pace->alone_us * 8 ? LANE_PACE_TOGETHER : LANE_PACE_SETTLED);
}

void
lane_pace_note (LanePace *pace, gconstpointer worker, gboolean is_sent, guint n_waiting,
                gint64 now_us)
{
  if (pace->state == LANE_PACE_SETTLED)
    return;
  if (!is_sent) /* what is measured is the server at its work */
    begin (pace, pace->state == LANE_PACE_TOGETHER ? LANE_PACE_TRYING : pace->state);
  else if (pace->state == LANE_PACE_ALONE)
    note_alone (pace, worker, n_waiting, now_us);
  else if (pace->since_us != 0 ||
           worker != pace->first) /* until the second one is at work, it is one */
    note_together (pace, now_us);
}

void
lane_pace_note_crowded (LanePace *pace)
{
  begin (pace, LANE_PACE_SETTLED);
}

gboolean
lane_pace_wants_two (const LanePace *pace)
{
  return pace->state == LANE_PACE_TRYING || pace->state == LANE_PACE_TOGETHER;
}
