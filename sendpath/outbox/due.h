/* When a message is a runner's to try, by what is known of it. Pure: it reads and changes nothing. */
#pragma once

#include "sendpath/outbox/runner.h"

G_BEGIN_DECLS

/* Uncertain mail waits too: for its repeat, or for the user's word (P-5). */
gboolean      due_is_waiting (const SendpathReport *report);
gboolean      due_was_tried (const SendpathReport *report);
/* Nobody stays for what a person has to do first, though another network might do without. */
gboolean      due_is_hopeful (const SendpathReport *report, const SchedulePolicy *policy,
                              gint64 now_s);

/* Why it is looked at, after @event, on the network of @network_id: what was tried on another one is tried
 * on this one; what needed something may have got it while nobody looked (@is_starting). */
ScheduleEvent due_choose_event (const RunnerOptions *options, const SendpathReport *report,
                                ScheduleEvent event, const char *network_id, gboolean is_starting);
/* Seconds since 1970, or WAITING_NEVER: no time brings it. */
gint64        due_get_time (const RunnerOptions *options, const SendpathReport *report,
                            ScheduleEvent event, gint64 now_s);

G_END_DECLS
