/* When is the next try of a message? Tables and arithmetic: it never sends, never writes, and asks
 * neither the clock nor chance itself. */
#include "config.h"

#include "sendpath/outbox/schedule.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/retry-after.h"

#define LINK_RETRY_S   60  /* PRODUCT.md section 5: the first delay after connection trouble */
#define ANSWER_RETRY_S 300 /* and after an answer */
#define GREYLIST_MIN_S 310 /* PRODUCT.md section 4: most servers want five minutes */
#define GREYLIST_MAX_S 360
#define SILENCE_S      3600
#define JITTER_SHARE   8 /* one part in so many of a delay is left to chance */
#define SPREAD_S       60

/* How long a verdict lets a recipient wait. */
typedef enum {
  PACE_NONE, /* nothing waits for it */
  PACE_LINK,
  PACE_ANSWER,
  PACE_GREYLIST,
  PACE_SILENCE,
} Pace;

static const Pace paces[] = {
  [SENDPATH_VERDICT_NONE] = PACE_LINK,
  [SENDPATH_VERDICT_ACCEPTED] = PACE_NONE,
  [SENDPATH_VERDICT_RELAY_DENIED] = PACE_ANSWER,
  [SENDPATH_VERDICT_AUTH_REQUIRED] = PACE_ANSWER,
  [SENDPATH_VERDICT_POP_REQUIRED] = PACE_ANSWER,
  [SENDPATH_VERDICT_TLS_REQUIRED] = PACE_ANSWER,
  [SENDPATH_VERDICT_AUTH_FAILED] = PACE_ANSWER,
  [SENDPATH_VERDICT_SENDER_REJECTED] = PACE_ANSWER,
  [SENDPATH_VERDICT_RECIPIENT_UNKNOWN] = PACE_ANSWER,
  [SENDPATH_VERDICT_RECIPIENT_INVALID] = PACE_ANSWER,
  [SENDPATH_VERDICT_MAILBOX_FULL] = PACE_ANSWER,
  [SENDPATH_VERDICT_MAILBOX_UNAVAILABLE] = PACE_ANSWER,
  [SENDPATH_VERDICT_REMOTE_UNREACHABLE] = PACE_ANSWER,
  [SENDPATH_VERDICT_GREYLISTED] = PACE_GREYLIST,
  [SENDPATH_VERDICT_RATE_LIMITED] = PACE_SILENCE,
  [SENDPATH_VERDICT_SERVER_BUSY] = PACE_ANSWER,
  [SENDPATH_VERDICT_SERVER_STORAGE] = PACE_ANSWER,
  [SENDPATH_VERDICT_TOO_MANY_RECIPIENTS] = PACE_LINK,
  [SENDPATH_VERDICT_MESSAGE_TOO_LARGE] = PACE_ANSWER,
  [SENDPATH_VERDICT_CONTENT_REJECTED] = PACE_ANSWER,
  [SENDPATH_VERDICT_CLIENT_BLOCKED] = PACE_ANSWER,
  [SENDPATH_VERDICT_PTR_REQUIRED] = PACE_ANSWER,
  [SENDPATH_VERDICT_SERVER_ERROR] = PACE_ANSWER,
  [SENDPATH_VERDICT_PROTOCOL_ERROR] = PACE_LINK,
  [SENDPATH_VERDICT_OFFLINE] = PACE_LINK,
  [SENDPATH_VERDICT_PORTAL] = PACE_LINK,
  [SENDPATH_VERDICT_HOST_NOT_FOUND] = PACE_LINK,
  [SENDPATH_VERDICT_UNREACHABLE] = PACE_LINK,
  [SENDPATH_VERDICT_TLS_FAILED] = PACE_LINK,
  [SENDPATH_VERDICT_CONNECTION_LOST] = PACE_LINK,
  [SENDPATH_VERDICT_NO_CREDENTIAL] = PACE_ANSWER,
  [SENDPATH_VERDICT_UNCERTAIN] = PACE_LINK,
};
G_STATIC_ASSERT (G_N_ELEMENTS (paces) == SENDPATH_VERDICT_UNCERTAIN + 1);

/* What is needed that @event may bring: any of these; everything, also what waits for the clock. */
static const struct {
  const char *needs; /* NULL: nothing in particular */
  gboolean is_everything;
} lifted[] = {
  [SCHEDULE_CLOCK] = { NULL, FALSE },          [SCHEDULE_NETWORK] = { NULL, TRUE },
  [SCHEDULE_PASSWORD] = { "password", FALSE }, [SCHEDULE_APPROVAL] = { "approval", FALSE },
  [SCHEDULE_CONFIG] = { NULL, TRUE },          [SCHEDULE_FLUSH] = { NULL, TRUE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (lifted) == SCHEDULE_FLUSH + 1);

SchedulePolicy
schedule_policy_read (SendpathProfileStore *profiles)
{
  return (SchedulePolicy) {
    .retry_s = sendpath_profile_store_get_policy_integer (profiles, "retry"),
    .retry_max_s = sendpath_profile_store_get_policy_integer (profiles, "retry-max"),
    .warn_after_s = sendpath_profile_store_get_policy_integer (profiles, "warn-after"),
    .hold_after_s = sendpath_profile_store_get_policy_integer (profiles, "hold-after"),
  };
}

/* ---- who waits ------------------------------------------------------------------------------- */

static const ReportRecipient *
recipient_at (const SendpathReport *report, guint i)
{
  return report->recipients->pdata[i];
}

static gboolean
is_to_be_repeated (const ReportRecipient *recipient)
{
  return recipient->state == SENDPATH_RECIPIENT_UNCERTAIN && !recipient->is_repeated;
}

/* The first who waits to be offered by any route; NULL: nobody. */
static const ReportRecipient *
find_queued (const SendpathReport *report)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (recipient_at (report, i)->state == SENDPATH_RECIPIENT_QUEUED)
      return recipient_at (report, i);
  return NULL;
}

static const ReportRecipient *
find_to_be_repeated (const SendpathReport *report)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (is_to_be_repeated (recipient_at (report, i)))
      return recipient_at (report, i);
  return NULL;
}

static const ReportRecipient *
find_uncertain (const SendpathReport *report)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (recipient_at (report, i)->state == SENDPATH_RECIPIENT_UNCERTAIN)
      return recipient_at (report, i);
  return NULL;
}

/* Since when the repeat is waited for, if the clock can be believed. One that was set back since is
 * not: what counts then is when the message was last looked at. 0: that lies ahead too. */
static gint64
get_uncertain_since (const SendpathReport *report, const ReportRecipient *recipient, gint64 now_s)
{
  if (recipient->uncertain_s <= now_s)
    return recipient->uncertain_s;
  return report->settled_s <= now_s ? report->settled_s : 0;
}

static gboolean
may_be_repeated (const SendpathReport *report, const ReportRecipient *recipient, gint64 now_s)
{
  gint64 since_s = get_uncertain_since (report, recipient, now_s);

  return is_to_be_repeated (recipient) && since_s != 0 && now_s - since_s >= SCHEDULE_REPEAT_S;
}

/* ---- how long -------------------------------------------------------------------------------- */

static gint64
choose_between (gint64 first, gint64 last, guint32 random)
{
  return first + (gint64) (random % (guint64) (last - first + 1));
}

/* The delay of try number @n_tries, doubled each time, less or more by chance but never above the
 * longest. */
static gint64
double_delay (guint64 first_s, guint n_tries, const SchedulePolicy *policy, guint32 random)
{
  gint64 max_s = (gint64) MAX (policy->retry_max_s, 1);
  gint64 delay_s = (gint64) MIN (MAX (first_s, 1), (guint64) max_s);
  gint64 last_s;

  for (guint i = 0; i < n_tries && delay_s < max_s; i++)
    delay_s = MIN (2 * delay_s, max_s);
  last_s = MIN (delay_s + delay_s / JITTER_SHARE, max_s);
  return choose_between (last_s - delay_s / JITTER_SHARE, last_s, random);
}

/* The time that the server itself named; 0: none. */
static guint
read_stated (const ReportRecipient *recipient)
{
  return recipient->reply != NULL && sendpath_reply_get_code (recipient->reply) >= 400
             ? retry_after_read (sendpath_reply_get_text (recipient->reply))
             : 0;
}

/* What @recipient adds to the delay of its message: the earliest of those that come of our own
 * schedule, and no time before the latest of those that a server asks for. */
static void
add_delay (const SendpathReport *report, const ReportRecipient *recipient,
           const SchedulePolicy *policy, guint32 random, gint64 *earliest_s, gint64 *not_before_s)
{
  Pace pace = paces[recipient->verdict];
  gint64 stated_s = read_stated (recipient);
  gint64 first_s = pace == PACE_LINK ? LINK_RETRY_S : ANSWER_RETRY_S;
  gint64 delay_s = double_delay (policy->retry_s != 0 ? policy->retry_s : (guint64) first_s,
                                 report->n_tries, policy, random);

  if (pace == PACE_GREYLIST)
    delay_s = MAX (choose_between (GREYLIST_MIN_S, GREYLIST_MAX_S, random),
                   stated_s != 0 ? choose_between (stated_s, stated_s + SPREAD_S, random) : 0);
  else if (pace == PACE_SILENCE || stated_s != 0)
    {
      gint64 asked_s = stated_s != 0 ? stated_s : SILENCE_S;

      delay_s = choose_between (asked_s, asked_s + SPREAD_S, random);
    }
  if (pace == PACE_GREYLIST || pace == PACE_SILENCE || stated_s != 0)
    *not_before_s = MAX (*not_before_s, delay_s);
  else
    *earliest_s = *earliest_s == 0 ? delay_s : MIN (*earliest_s, delay_s);
}

/* Of those who were offered, or would have been. */
static gint64
get_delay (const SendpathReport *report, const SchedulePolicy *policy, guint32 random)
{
  gint64 earliest_s = 0, not_before_s = 0;

  for (guint i = 0; i < report->recipients->len; i++)
    if (recipient_at (report, i)->state == SENDPATH_RECIPIENT_QUEUED ||
        (recipient_at (report, i)->may_repeat && is_to_be_repeated (recipient_at (report, i))))
      add_delay (report, recipient_at (report, i), policy, random, &earliest_s, &not_before_s);
  return MAX (earliest_s, not_before_s);
}

static gboolean
was_tried (const SendpathReport *report)
{
  return report->attempts->len > report->walk_from;
}

/* The first repeat that was not offered in this walk. 0: none. */
static gint64
get_repeat_time (const SendpathReport *report, gint64 now_s, guint32 random)
{
  gint64 first_s = 0;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = recipient_at (report, i);
      gint64 since_s = MIN (recipient->uncertain_s, now_s);
      gint64 at_s = choose_between (since_s + SCHEDULE_REPEAT_S,
                                    since_s + SCHEDULE_REPEAT_S + SPREAD_S, random);

      if (is_to_be_repeated (recipient) && !recipient->may_repeat)
        first_s = first_s == 0 ? MAX (at_s, now_s) : MIN (first_s, MAX (at_s, now_s));
    }
  return first_s;
}

gint64
schedule_next_try (const SendpathReport *report, const SchedulePolicy *policy, gint64 now_s,
                   guint32 random)
{
  gint64 delay_s = get_delay (report, policy, random);
  gint64 repeat_s = get_repeat_time (report, now_s, random);
  gint64 next_s = delay_s != 0 ? now_s + delay_s : 0;

  if (report->needs != NULL || report->held)
    return 0;
  if (next_s != 0 && !was_tried (report)) /* no route: only another network or key opens one */
    next_s = now_s + (gint64) policy->retry_max_s;
  return next_s == 0 || (repeat_s != 0 && repeat_s < next_s) ? repeat_s : next_s;
}

/* ---- around a walk --------------------------------------------------------------------------- */

void
schedule_begin_walk (SendpathReport *report, const char *network, gint64 now_s)
{
  if (g_strcmp0 (report->network, network) != 0)
    report->n_tries = 0;
  for (guint i = 0; i < report->recipients->len; i++)
    {
      ReportRecipient *recipient = report->recipients->pdata[i];

      recipient->may_repeat = may_be_repeated (report, recipient, now_s);
    }
}

static GSocketFamily
get_family (const char *ip)
{
  if (ip == NULL)
    return G_SOCKET_FAMILY_INVALID;
  return strchr (ip, ':') != NULL ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4;
}

gboolean
schedule_find_again (const SendpathReport *report, const char *network, PlanAgain *ret_again)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (recipient_at (report, i)->may_repeat)
      {
        *ret_again = (PlanAgain) { .server = recipient_at (report, i)->dot_server,
                                   .rule = recipient_at (report, i)->dot_rule };
        return TRUE;
      }
  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = recipient_at (report, i);
      const Attempt *last = report_get_last_attempt (report, recipient);

      /* from another network it is another client that asks */
      if (recipient->state != SENDPATH_RECIPIENT_QUEUED || last == NULL ||
          recipient->verdict != SENDPATH_VERDICT_GREYLISTED ||
          g_strcmp0 (report->network, network) != 0)
        continue;
      *ret_again = (PlanAgain) { .server = last->server,
                                 .kind = last->kind,
                                 .host = last->host,
                                 .port = last->port,
                                 .family = get_family (last->ip),
                                 .rule = last->sender_rule };
      return TRUE;
    }
  return FALSE;
}

/* The last thing that happened was that we stopped it. */
static gboolean
was_stopped (const SendpathReport *report)
{
  const Attempt *last =
      was_tried (report) ? report->attempts->pdata[report->attempts->len - 1] : NULL;
  SendpathFault fault =
      last != NULL ? sendpath_reply_get_fault (last->reply) : SENDPATH_FAULT_NONE;

  return fault == SENDPATH_FAULT_CANCELLED || fault == SENDPATH_FAULT_NETWORK_LEFT;
}

/* What passed since the last walk, as far as it was meant to: no clock that jumped and no machine
 * that slept adds more. */
static void
count (SendpathReport *report, gint64 now_s)
{
  gint64 planned_s = MAX (report->next_try_s - report->settled_s, 0);

  if (report->settled_s != 0 && report->next_try_s != 0)
    report->tried_s += CLAMP (now_s - report->settled_s, 0, planned_s);
}

/* Nobody waits any more, but nobody knows about somebody. */
static void
tell_uncertain (SendpathReport *report)
{
  const ReportRecipient *pending = find_to_be_repeated (report);
  const ReportRecipient *uncertain = pending != NULL ? pending : find_uncertain (report);

  if (uncertain == NULL || find_queued (report) != NULL || report->needs != NULL)
    return;
  g_free (report->reason);
  report->reason = g_strdup_printf (
      pending != NULL ? _ ("%s may have taken the message, but its answer was lost; it is offered "
                           "there once more after 15 minutes, unless “sendpath queue resolve "
                           "%.12s” says what became of it")
                      : _ ("%s may have taken the message, but its answer was lost; ask the "
                           "recipients, then use “sendpath queue resolve %.12s sent” or “again”"),
      uncertain->dot_server, report->id != NULL ? report->id : "");
  if (pending != NULL)
    return;
  report_set_text (&report->needs, "decision");
  report->held = TRUE;
}

void
schedule_settle (SendpathReport *report, const SchedulePolicy *policy, gint64 now_s, guint32 random)
{
  const ReportRecipient *queued = find_queued (report);

  if (was_stopped (report))
    {
      schedule_settle_stopped (report, now_s);
      return;
    }
  report->held = FALSE;
  report->n_paced = 0;
  tell_uncertain (report);
  if (report->needs == NULL && was_tried (report))
    count (report, now_s);
  report->next_try_s = schedule_next_try (report, policy, now_s, random);
  report->settled_s = now_s;
  if (report->next_try_s != 0 && was_tried (report))
    report->n_tries++;
  if (queued != NULL && report->needs == NULL && report->tried_s >= (gint64) policy->hold_after_s)
    {
      report_set_text (&report->needs, "decision");
      report->held = TRUE;
      report->next_try_s = 0;
    }
}

void
schedule_settle_stopped (SendpathReport *report, gint64 now_s)
{
  tell_uncertain (report);
  report->next_try_s = find_queued (report) != NULL && report->needs == NULL && !report->held
                           ? now_s
                           : get_repeat_time (report, now_s, 0);
  report->settled_s = now_s;
}

static gboolean
was_anybody_left_out (const SendpathReport *report)
{
  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = recipient_at (report, i);
      guint n = recipient->attempts->len;

      if ((recipient->state == SENDPATH_RECIPIENT_QUEUED || recipient->may_repeat) &&
          (n == 0 || g_array_index (recipient->attempts, guint, n - 1) < report->walk_from))
        return TRUE;
    }
  return FALSE;
}

void
schedule_settle_paced (SendpathReport *report, const char *reason, gint64 ready_s, gint64 now_s,
                       guint32 random)
{
  gint64 spread_s = MIN ((gint64) SPREAD_S << MIN (report->n_paced, 10), SILENCE_S);

  if (!was_anybody_left_out (report) || report->held || report->needs != NULL)
    return;
  if (report->reason == NULL || !was_tried (report))
    report_set_text (&report->reason, reason);
  /* where many wait for one place, they must not all come at once each time */
  report->next_try_s = was_tried (report) ? ready_s : ready_s + random % spread_s;
  report->n_paced = was_tried (report) ? 0 : report->n_paced + 1;
  report->n_tries = 0;
  report->settled_s = now_s;
}

/* ---- what is due ----------------------------------------------------------------------------- */

/* Where @next_try_s lies further ahead than anybody ever planned, the clock was set back since. */
static gint64
believe (gint64 next_try_s, const SchedulePolicy *policy, gint64 now_s)
{
  gint64 longest_s = (gint64) MAX (policy->retry_max_s, RETRY_AFTER_MAX_S) + SPREAD_S;

  return next_try_s > now_s + longest_s ? now_s : next_try_s;
}

/* When the repeats may begin, or the message is to be looked at again because the clock was set back;
 * 0: none. */
static gint64
get_repeat_due (const SendpathReport *report, gint64 now_s)
{
  gint64 first_s = 0;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      gint64 since_s = get_uncertain_since (report, recipient_at (report, i), now_s);
      gint64 at_s = since_s != 0 ? since_s + SCHEDULE_REPEAT_S : now_s;

      if (is_to_be_repeated (recipient_at (report, i)))
        first_s = first_s == 0 ? at_s : MIN (first_s, at_s);
    }
  return first_s;
}

gint64
schedule_due_at (const SendpathReport *report, const SchedulePolicy *policy, gint64 now_s)
{
  gint64 repeat_s = get_repeat_due (report, now_s);
  gint64 next_s = believe (report->next_try_s, policy, now_s);

  if (report->held || report->needs != NULL)
    return 0;
  if (repeat_s != 0)
    repeat_s = MAX (repeat_s, next_s);
  if (find_queued (report) == NULL)
    return repeat_s;
  next_s = next_s != 0 ? next_s : now_s;
  return repeat_s != 0 ? MIN (repeat_s, next_s) : next_s;
}

gboolean
schedule_is_due (const SendpathReport *report, const SchedulePolicy *policy, ScheduleEvent event,
                 gint64 now_s)
{
  gint64 due_s = schedule_due_at (report, policy, now_s);

  if (report->held)
    return FALSE;
  if (due_s != 0 && due_s <= now_s)
    return TRUE;
  if (find_queued (report) == NULL)
    {
      gint64 repeat_s = get_repeat_due (report, now_s);

      return lifted[event].is_everything && repeat_s != 0 && repeat_s <= now_s;
    }
  return lifted[event].is_everything ||
         (report->needs != NULL && g_strcmp0 (report->needs, lifted[event].needs) == 0);
}

gboolean
schedule_is_overdue (const SendpathReport *report, const SchedulePolicy *policy, gint64 now_s)
{
  return sendpath_report_get_outcome (report) == SENDPATH_OUTCOME_QUEUED &&
         now_s - report->queued_at_s >= (gint64) policy->warn_after_s;
}

/* ---- the user's commands --------------------------------------------------------------------- */

void
schedule_hold (SendpathReport *report)
{
  report_set_text (&report->reason, _ ("it was put on hold"));
  report_set_text (&report->needs, "decision");
  report->held = TRUE;
  report->next_try_s = 0;
}

void
schedule_release (SendpathReport *report)
{
  report_set_text (&report->reason, NULL);
  report_set_text (&report->needs, NULL);
  report->held = FALSE;
  report->next_try_s = 0;
  report->n_tries = 0;
  report->tried_s = 0;
  tell_uncertain (report);
}

gboolean
schedule_resolve (SendpathReport *report, gboolean was_sent)
{
  gboolean is_anybody = FALSE;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = recipient_at (report, i);

      if (recipient->state != SENDPATH_RECIPIENT_UNCERTAIN)
        continue;
      report_set_recipient (report, recipient->address, REPORT_NO_ATTEMPT,
                            was_sent ? SENDPATH_RECIPIENT_SENT : SENDPATH_RECIPIENT_QUEUED,
                            was_sent ? SENDPATH_VERDICT_ACCEPTED : SENDPATH_VERDICT_UNCERTAIN,
                            NULL);
      is_anybody = TRUE;
    }
  /* what others wait for is not decided by this */
  if (is_anybody && (!was_sent || find_queued (report) == NULL))
    schedule_release (report);
  return is_anybody;
}
