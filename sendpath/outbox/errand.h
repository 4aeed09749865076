/* One message: taken from the outbox, sent on its walk, and filed with what is left. */
#pragma once

#include "profiles/memory.h"
#include "profiles/network.h"
#include "profiles/profile-store.h"
#include "profiles/trust.h"
#include "sendpath/outbox/group.h"
#include "sendpath/outbox/history.h"
#include "sendpath/outbox/outbox.h"
#include "sendpath/outbox/pacing.h"
#include "sendpath/outbox/schedule.h"
#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

/* A message that was locked and read before its turn, or why it could not be. */
typedef struct _ErrandPrepared ErrandPrepared;

/* Where the messages are, who sends them and from where; borrowed. */
typedef struct {
  Outbox *outbox; /* NULL: for errand_send_unkept() alone */
  SendpathProfileStore *profiles;
  SendpathLocation *location; /* nullable */
  SendpathNetwork *network;
  GPtrArray *approved; /* RelayDecision of that network; nullable */
  Memory *memory;
  Trust *trust;
  History *history; /* nullable: no log is kept */
  guint patience_s;
  const Trace *trace;
  GResolver *resolver;  /* NULL: the default */
  SessionPool *pool;    /* nullable */
  RecentAnswers *recent; /* nullable */
  PacingTally *tally;   /* nullable */
  gboolean by_schedule;  /* only what @event makes due when nobody else can change it any more */
  ScheduleEvent event;
  SchedulePolicy policy;
  GMutex *profiles_lock; /* held while @profiles is looked through; NULL: nobody else does */
  const WalkHost *host; /* before_dot and get_next are the errand's own */
  /* What will be delivered in this thread after the present message and @n others, or NULL; lent. May be
   * NULL. */
  ErrandPrepared *(*look_ahead) (gpointer data, guint n);
  gpointer look_ahead_data;
  Group *group; /* of this thread; NULL: each message is for itself */
  gboolean leaves_names; /* whoever calls syncs the folders in which something sent was filed */
} ErrandContext;

/* What can be done before its turn. */
ErrandPrepared *errand_prepare (const ErrandContext *context, const char *id);
/* Its turn never came: the message is as it was. */
void            errand_prepared_free (ErrandPrepared *prepared);

/* Has message @id walk now. The report tells everything that ever happened to it. @prepared, taken
 * over: that message, NULL if nothing was done for it yet. */
SendpathReport *errand_deliver (const ErrandContext *context, const char *id,
                                ErrandPrepared *prepared, GCancellable *cancellable,
                                GError **error);

/* The same for a message that is in no outbox: what happened is told, and kept nowhere but in the log. */
SendpathReport *errand_send_unkept (const ErrandContext *context, SendpathMessage *message,
                                    SendpathAccount *account, GCancellable *cancellable);

/* The account @id, or if that is NULL or gone the one that the message's own addresses choose;
 * borrowed, NULL if there is none. */
SendpathAccount *errand_choose_account (SendpathProfileStore *profiles, const char *id,
                                               SendpathMessage *message,
                                               SendpathLocation *location);

/* The message of @entry as it is sent by @account: the same bytes each time. */
SendpathMessage *errand_dup_message (SendpathProfileStore *profiles, OutboxEntry *entry,
                                            SendpathAccount *account, GError **error);

/* Where mail to unqualified names goes; borrowed, NULL if there is no account. */
const char *errand_get_local (SendpathProfileStore *profiles);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ErrandPrepared, errand_prepared_free)

G_END_DECLS
