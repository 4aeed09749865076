/* SendpathReport: everything that happened to a message, per attempt and per recipient. */
#pragma once

#include <gio/gio.h>

#include "sendpath/verdict/verdict.h"
#include "sendpath/walk/route.h"

G_BEGIN_DECLS

/**
 * SendpathOutcome:
 * @SENDPATH_OUTCOME_QUEUED: anything still waits
 * @SENDPATH_OUTCOME_SENT: every recipient accepted
 * @SENDPATH_OUTCOME_PARTIAL: some accepted and the others refused for good
 * @SENDPATH_OUTCOME_FAILED: every recipient refused for good
 * @SENDPATH_OUTCOME_UNCERTAIN: something uncertain and nothing waits
 *
 * What became of a message as a whole.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_OUTCOME_QUEUED,
  SENDPATH_OUTCOME_SENT,
  SENDPATH_OUTCOME_PARTIAL,
  SENDPATH_OUTCOME_FAILED,
  SENDPATH_OUTCOME_UNCERTAIN,
} SendpathOutcome;

/**
 * SendpathRecipientState:
 * @SENDPATH_RECIPIENT_QUEUED: not settled
 * @SENDPATH_RECIPIENT_SENT: a server accepted the message for this recipient
 * @SENDPATH_RECIPIENT_FAILED: refused for good
 * @SENDPATH_RECIPIENT_UNCERTAIN: the reply to the final dot was lost
 *
 * What became of a message for one recipient.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_RECIPIENT_QUEUED,
  SENDPATH_RECIPIENT_SENT,
  SENDPATH_RECIPIENT_FAILED,
  SENDPATH_RECIPIENT_UNCERTAIN,
} SendpathRecipientState;

/**
 * SendpathReportForm:
 * @SENDPATH_REPORT_SEND: the object of `send --json`
 * @SENDPATH_REPORT_QUEUE_SHOW: the same and the fields of `queue list`
 * @SENDPATH_REPORT_QUEUE_LIST: one line of `queue list --json`
 *
 * How much of a report is written as JSON.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_REPORT_SEND,
  SENDPATH_REPORT_QUEUE_SHOW,
  SENDPATH_REPORT_QUEUE_LIST,
} SendpathReportForm;

#define SENDPATH_TYPE_REPORT (sendpath_report_get_type ())
/* boxed, reference counted, immutable once handed out */
typedef struct _SendpathReport SendpathReport;

/**
 * SendpathDescribeFunc:
 * @report: a message; it is gone when this returns
 * @user_data: what the caller gave
 *
 * Says of a message what somebody wants to keep of it.
 *
 * Returns: (nullable) (transfer full): a text, or %NULL to leave the message out
 *
 * Since: 1.0
 */
typedef char *(*SendpathDescribeFunc) (const SendpathReport *report, gpointer user_data);

GType            sendpath_report_get_type (void);
SendpathReport  *sendpath_report_ref (SendpathReport *report);
void             sendpath_report_unref (SendpathReport *report);

const char      *sendpath_outcome_to_string (SendpathOutcome outcome);
const char      *sendpath_recipient_state_to_string (SendpathRecipientState state);

const char      *sendpath_report_get_id (const SendpathReport *report);
SendpathOutcome  sendpath_report_get_outcome (const SendpathReport *report);
/* Some sentences for people (PRODUCT.md section 8), translated, newly allocated. */
char            *sendpath_report_dup_summary (const SendpathReport *report);
/* Why anything waits, for people, or NULL. */
const char      *sendpath_report_get_reason (const SendpathReport *report);
/* `password`, `approval`, `decision`, `network` or NULL. */
const char      *sendpath_report_get_needs (const SendpathReport *report);
const char      *sendpath_report_get_account (const SendpathReport *report);
const char      *sendpath_report_get_from (const SendpathReport *report);
const char      *sendpath_report_get_subject (const SendpathReport *report);
/* Seconds since 1970 when the message came into the outbox. */
gint64           sendpath_report_get_queued_at (const SendpathReport *report);
guint64          sendpath_report_get_size_bytes (const SendpathReport *report);

/* The sender of the envelope (empty: none), else the address in From:, or NULL. */
const char      *sendpath_report_get_sender (const SendpathReport *report);
/* Seconds since 1970 when it is tried next by itself; 0: not by the clock. */
gint64           sendpath_report_get_next_try (const SendpathReport *report);
/* It waits until somebody decides. */
gboolean         sendpath_report_get_held (const SendpathReport *report);
/* Another process was sending it when this was read. */
gboolean         sendpath_report_get_in_flight (const SendpathReport *report);

guint                  sendpath_report_get_n_attempts (const SendpathReport *report);
guint                  sendpath_report_get_n_recipients (const SendpathReport *report);
const char            *sendpath_report_get_recipient (const SendpathReport *report, guint i);
SendpathRecipientState sendpath_report_get_state (const SendpathReport *report, guint i);
SendpathVerdict        sendpath_report_get_verdict (const SendpathReport *report, guint i);
/* Code of the reply that decided, 0 if none; its text cleaned for people. */
guint                  sendpath_report_get_code (const SendpathReport *report, guint i);
const char            *sendpath_report_get_text (const SendpathReport *report, guint i);

/* Who answered what about it, "smtp.proseware.com answered: 550 no such user", translated, newly allocated;
 * or NULL. */
char                  *sendpath_report_dup_answer (const SendpathReport *report, guint i);
/* One sentence about this very case, translated, newly allocated; or NULL. */
char                  *sendpath_report_dup_help (const SendpathReport *report, guint i);

/* Lines for people: what happened at each attempt, each recipient, and the help-desk facts. */
char            *sendpath_report_to_text (const SendpathReport *report);
char            *sendpath_report_to_json (const SendpathReport *report, SendpathReportForm form);
/* One of its attempts, as it is there. */
char            *sendpath_report_attempt_to_json (const SendpathReport *report, guint attempt);
/* The same in one sentence for people, translated; and as a verdict. */
char            *sendpath_report_attempt_to_text (const SendpathReport *report, guint attempt);
SendpathVerdict  sendpath_report_get_attempt_verdict (const SendpathReport *report, guint attempt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathReport, sendpath_report_unref)

G_END_DECLS
