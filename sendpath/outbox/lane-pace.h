/* Is a second worker worth having in a lane? Only if one is known to work, much waits, and two are faster
 * than one. It is told the time, and starts nothing. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LANE_PACE_ALONE,
  LANE_PACE_TRYING,   /* two, and it is being measured */
  LANE_PACE_TOGETHER, /* two are faster */
  LANE_PACE_SETTLED,  /* one, and no other is tried again */
} LanePaceState;

/* All zero to begin with. */
typedef struct {
  LanePaceState state;
  gint64 since_us;      /* what is measured began then; 0: it has not */
  guint n_sent;         /* since then */
  gint64 alone_us;      /* for a message, with one */
  gconstpointer first;  /* the worker that was alone */
} LanePace;

/* A message of @worker is over at @now_us: sent, or not, while @n_waiting others wait. */
void     lane_pace_note (LanePace *pace, gconstpointer worker, gboolean is_sent, guint n_waiting,
                         gint64 now_us);
/* The server wants no more than one. */
void     lane_pace_note_crowded (LanePace *pace);
gboolean lane_pace_wants_two (const LanePace *pace);

G_END_DECLS
