/* How many recipients an account may send to now: its `rate`, what its server wanted, and silence. Kept
 * in the memory, so that processes share it. */
#pragma once

#include "profiles/account.h"
#include "profiles/memory.h"
#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

/* When a message for so many recipients may begin to leave by @account; not later than @now_s: now. */
gint64 pacing_ready_at (Memory *memory, SendpathAccount *account, guint n_recipients, gint64 now_s);
/* How many of @n_recipients may be offered now, counted from now on against the rate, in all processes;
 * 0: none, until pacing_ready_at(). */
guint pacing_reserve (Memory *memory, SendpathAccount *account, guint n_recipients, gint64 now_s);
/* What was sent by an account without a limit in one second: noted in one, not message by message. */
typedef struct {
  char *key; /* of the account; NULL: nothing was */
  guint n;
  gint64 since_s;
} PacingTally;

/* Notes it; @tally begins anew. */
void pacing_tally_clear (PacingTally *tally, Memory *memory);
/* After the walk for which @n_reserved were reserved: gives back what was not used, and notes a server
 * that wants fewer: the account is silent then. @tally may be NULL. */
void pacing_note (Memory *memory, PacingTally *tally, SendpathAccount *account, guint n_reserved,
                  const SendpathReport *report, gint64 now_s);
/* Why a message of @account has to wait, for people; newly allocated. */
char *pacing_dup_reason (Memory *memory, SendpathAccount *account, gint64 now_s);

G_END_DECLS
