/* A lane: messages of one account that are sent one after the other, in a thread of their own. Where
 * one of them takes long, others go past it in another thread; where many wait, two threads may share
 * them. It knows neither schedule nor outbox. */
#pragma once

#include "sendpath/walk/report.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _Lane Lane;

/* What a thread of a lane is to do next; lent. */
typedef struct {
  Lane *lane;
  const char *id;
  guint why;         /* the one that it was added with */
  gpointer prepared; /* what prepare() made of it, taken over; NULL: nobody called it */
} LaneTask;

/* What one thread of a lane works with. All of it is called in that thread. */
typedef struct {
  gpointer (*open) (gpointer data);
  /* Sends the message of @task. */
  SendpathReport *(*deliver) (gpointer worker, const LaneTask *task, GCancellable *cancellable,
                              GError **error);
  /* Nothing is to be done for now: what is open is to be closed. */
  void (*close) (gpointer worker);
  gpointer data;
  /* What of message @id can be done before its turn; not NULL. With lane_look_ahead() alone. */
  gpointer (*prepare) (gpointer worker, const char *id, guint why);
  /* Its turn never came. May be called in any thread. */
  void (*release) (gpointer prepared);
  /* No job follows at once. May be NULL. */
  void (*pause) (gpointer worker);
  /* What came of so many of the last messages is not on disk yet, and told to nobody before: until there are
   * fewer, or pause() or close() is through. May be NULL. */
  guint (*count_open) (gpointer worker);
  /* Why what came of the messages that were open could not be written, or NULL; since the last call. May be
   * NULL. */
  GError *(*take_failure) (gpointer worker);
  /* The last deliver() had to wait for others at its server, or the server wants no second connection.
   * Without it a lane has no second worker but past one that is stuck. */
  gboolean (*was_crowded) (gpointer worker);
} LaneHost;

/* What became of a message; @report and @error are lent. @was_cut_off: lane_cut_off() or
 * lane_leave_network() was called meanwhile. Called in the context that the lane was made with. */
typedef void (*LaneDone) (const char *id, SendpathReport *report, const GError *error,
                          gboolean was_cut_off, gpointer data);

typedef struct {
  guint idle_ms;  /* a thread without work waits so long for more, with its sessions open */
  guint stuck_ms; /* one that has been at one message for so long is worked past */
} LaneTimes;

/* @context: where @done is called. @host and @times must outlive the lane. */
Lane    *lane_new (const LaneHost *host, const LaneTimes *times, GMainContext *context,
                   LaneDone done, gpointer data);
/* Waits for what is under way; what was not begun is told to nobody. */
void     lane_free (Lane *lane);

/* FALSE: no thread can be had. */
gboolean lane_add (Lane *lane, const char *id, guint why);
/* Gets another thread to work if the one that is at work is stuck. When to call again (monotonic), or
 * 0: nothing waits for that. */
gint64   lane_work_past (Lane *lane);
/* Breaks off what is under way and before its final dot; the others go on. */
void     lane_cut_off (Lane *lane);
/* The same because the machine has left the network. */
void     lane_leave_network (Lane *lane);
/* Begins nothing more. */
void     lane_stop (Lane *lane);
gboolean lane_is_idle (Lane *lane);

/* Within deliver() of @worker: the message that will be its next one, prepared, as far as can be told
 * now, or behind @n others; NULL: there is none. Lent until the deliver() is over, or until the worker has
 * been stuck for so long that others do its work. */
gpointer lane_look_ahead (Lane *lane, gpointer worker, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lane, lane_free)

G_END_DECLS
