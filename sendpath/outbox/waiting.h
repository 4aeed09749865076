/* What a runner knows of the messages that wait, and which of them is due next. It reads no file. */
#pragma once

#include "sendpath/outbox/schedule.h"

G_BEGIN_DECLS

typedef struct {
  char *id;
  char *account;       /* nullable: not decided */
  gint64 due_s;        /* seconds since 1970; WAITING_NEVER: no time brings it */
  gint64 not_before_s; /* what went wrong last time is not tried before; 0: nothing did */
  ScheduleEvent event; /* why it is due then */
  gboolean is_new;     /* it came in while the runner was there, and was not tried yet */
  gboolean is_hopeful; /* some time or another network may bring it on */
  gboolean is_in_lane;
  gboolean has_changed; /* while it was in a lane */
  ScheduleEvent meanwhile; /* what happened then */
  GSequenceIter *place; /* NULL: not in line */
} Waiting;

#define WAITING_NEVER G_MAXINT64

typedef struct _WaitingList WaitingList;

WaitingList *waiting_list_new (void);
void         waiting_list_free (WaitingList *list);

/* NULL if it is not known. */
Waiting     *waiting_list_find (WaitingList *list, const char *id);
/* The same; it is made if it is not known. */
Waiting     *waiting_list_get (WaitingList *list, const char *id);
void         waiting_list_remove (WaitingList *list, const char *id);
/* Takes it up into the line, or out of it, as its due_s says: what is in a lane is in no line. */
void         waiting_list_place (WaitingList *list, Waiting *waiting);
void         waiting_list_set_hopeful (WaitingList *list, Waiting *waiting, gboolean is_hopeful);

/* The next one in line, or NULL. */
Waiting     *waiting_list_peek (WaitingList *list);
gboolean     waiting_list_is_hopeful (WaitingList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WaitingList, waiting_list_free)

G_END_DECLS
