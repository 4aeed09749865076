/* A process of its own that sends for a caller that may go away. It knows neither messages nor
 * the engine: what is to be done is a function. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define DELIVERER_ERROR (deliverer_error_quark ())
typedef enum {
  DELIVERER_ERROR_FORK,      /* no process could be had (exit 71); nothing was begun */
  DELIVERER_ERROR_TIMED_OUT, /* no report yet: the deliverer goes on without us */
  DELIVERER_ERROR_DIED,      /* it ended without a report: only the outbox knows how far it came */
} DelivererError;
GQuark deliverer_error_quark (void);

/* The work, in the new process. What it returns is that process's exit status, which nobody
 * sees: what is to be known goes through deliverer_report(). */
typedef int (*DelivererRun) (int report_fd, gpointer data);

typedef struct _Deliverer Deliverer;

/* Starts @run (@data is that of the copied memory) in a process that is nobody's child and in no
 * terminal's session: it goes on when the caller ends or is killed, and leaves no zombie. Its
 * standard input and outputs are /dev/null, and descriptors that this process was started with are
 * closed there, so that nobody who waits for the end of our output waits for the delivery;
 * descriptors of our own (close-on-exec) stay open. Signals have their default effect, none is
 * blocked, SIGPIPE is ignored. Locks of the outbox stay with the caller: @run takes its own.
 *
 * Must be called before this process has a second thread or has used a main context: what those
 * hold at the fork would be held for ever in the copy. */
Deliverer *deliverer_fork (DelivererRun run, gpointer data, GError **error);
/* The next line of the report, without its end, waited for @wait_s seconds at most. May be called
 * again after DELIVERER_ERROR_TIMED_OUT. */
char      *deliverer_wait (Deliverer *deliverer, guint wait_s, GError **error);
/* Stops listening. The process is left alone. */
void       deliverer_free (Deliverer *deliverer);

/* For @run, before it has a second thread: cancelled when somebody wants this process to end (SIGTERM,
 * SIGINT), instead of ending it at once (P-10). To be unreffed. */
GCancellable *deliverer_catch_end (void);
/* For @run: hands over a line of the report. FALSE if nobody listens any more, which is no failure. */
gboolean   deliverer_report (int report_fd, const char *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Deliverer, deliverer_free)

G_END_DECLS
