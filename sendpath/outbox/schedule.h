/* When is the next try of a message? Pure: time and chance are passed in; nothing is written. */
#pragma once

#include "profiles/profile-store.h"
#include "sendpath/walk/plan.h"
#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

/* P-5: the automatic repeat of what may have arrived comes no sooner. */
#define SCHEDULE_REPEAT_S (15 * 60)

/* The keys of [policy], in seconds. */
typedef struct {
  guint64 retry_s; /* 0: 60 after connection trouble, 300 after an answer */
  guint64 retry_max_s;
  guint64 warn_after_s;
  guint64 hold_after_s;
} SchedulePolicy;

/* What happened that may let messages go. */
typedef enum {
  SCHEDULE_CLOCK,    /* nothing but that time went by */
  SCHEDULE_NETWORK,  /* another network, woken up, signed in at a portal */
  SCHEDULE_PASSWORD, /* one was set, or the keyring was opened */
  SCHEDULE_APPROVAL, /* a relay was decided about */
  SCHEDULE_CONFIG,   /* the configuration was written */
  SCHEDULE_FLUSH,    /* the user wants everything tried now */
} ScheduleEvent;

SchedulePolicy schedule_policy_read (SendpathProfileStore *profiles);

/* Before a walk on that network: whose copy may have arrived and is repeated now (P-5) is marked, so
 * that the walk offers it, to its own server alone. On another network than last time the delays
 * begin anew. Before @report->network is set. */
void schedule_begin_walk (SendpathReport *report, const char *network, gint64 now_s);
/* The way that is to be gone again, for PlanInput.again: it was greylisted there, or is repeated;
 * FALSE: none. After schedule_begin_walk(), before @report->network is set. */
gboolean schedule_find_again (const SendpathReport *report, const char *network,
                              PlanAgain *ret_again);
/* After a walk, before journal_note_state(): fills in reason, needs, next_try and held, and what is
 * counted. */
void schedule_settle (SendpathReport *report, const SchedulePolicy *policy, gint64 now_s,
                      guint32 random);
/* The same for a walk that was stopped by us: nothing is counted, and it goes on at once. */
void schedule_settle_stopped (SendpathReport *report, gint64 now_s);

/* The same for those who were not offered because the account must not send more now: before a walk,
 * or after schedule_settle() of one that got somewhere. It goes on at @ready_s. */
void schedule_settle_paced (SendpathReport *report, const char *reason, gint64 ready_s,
                            gint64 now_s, guint32 random);

/* The next time at which a message is tried by the clock after a walk; 0: not by the clock. */
gint64 schedule_next_try (const SendpathReport *report, const SchedulePolicy *policy, gint64 now_s,
                          guint32 random);

/* When the clock says that it is tried: @now_s or before means now; 0: not by the clock. What the
 * clock was set back from is due. */
gint64 schedule_due_at (const SendpathReport *report, const SchedulePolicy *policy, gint64 now_s);
/* May it be tried now, because of @event? Never what is held, and never a repeat before its time. */
gboolean schedule_is_due (const SendpathReport *report, const SchedulePolicy *policy,
                          ScheduleEvent event, gint64 now_s);
/* It has waited for so long that somebody should know. */
gboolean schedule_is_overdue (const SendpathReport *report, const SchedulePolicy *policy,
                              gint64 now_s);

/* The user's commands; each is to be noted with journal_note_state(). */
void schedule_hold (SendpathReport *report);
void schedule_release (SendpathReport *report);
/* Those who are uncertain got it, or are to get it again. FALSE: nobody is uncertain. */
gboolean schedule_resolve (SendpathReport *report, gboolean was_sent);

G_END_DECLS
