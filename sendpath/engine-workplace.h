/* What a walk needs, opened for one call of the engine, or for one of its threads. */
#pragma once

#include "sendpath/engine-call.h"
#include "sendpath/outbox/errand.h"

G_BEGIN_DECLS

typedef struct {
  ErrandContext context;
  Outbox *outbox;
  Memory *memory;
  PacingTally tally;
  Group *group; /* for who delivers several in one thread; else NULL */
  Trust *trust;
  History *history;
  GPtrArray *approved;
} Workplace;

/* In the place and the network of @call, which must outlive it and not move in memory. */
gboolean workplace_open (Workplace *place, EngineCall *call, guint patience_s, GError **error);
/* The same without an outbox, for errand_send_unkept(). */
void     workplace_open_unkept (Workplace *place, EngineCall *call);
void     workplace_clear (Workplace *place);
/* As they stand now: people decide while a lane works. */
void     workplace_read_approvals (Workplace *place, EngineCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Workplace, workplace_clear)

/* Has message @id walk. @prepared, taken over: that message, or NULL. */
SendpathReport *workplace_deliver (Workplace *place, EngineCall *call, const char *id,
                                   ErrandPrepared *prepared, GCancellable *cancellable,
                                   GError **error);

/* For who waits for the outcome: the message is filed, and the place not tidied up yet. */
typedef void (*WorkplaceTell) (gpointer data);

/* The same for the one message of a call, in a place of its own; whoever has left the network starts
 * anew on the next one (P-14). What another process is sending just now is waited for. @tell, nullable, is
 * not called if this takes a second try, or there is no report. */
SendpathReport *workplace_deliver_alone (EngineCall *call, const char *id, WorkplaceTell tell,
                                         gpointer data, GError **error);

G_END_DECLS
