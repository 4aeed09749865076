/* Building a report: for walk, outbox and engine. */
#pragma once

#include "sendpath/mail/message-private.h"
#include "sendpath/walk/attempt.h"
#include "sendpath/walk/report.h"

G_BEGIN_DECLS

typedef struct {
  char                  *address;
  SendpathRecipientState state;
  GArray                *attempts; /* guint indexes into the report's attempts */
  SendpathVerdict        verdict;
  SendpathReply         *reply;    /* the one that decided last; NULL before any */
} ReportRecipient;

struct _SendpathReport {
  gatomicrefcount ref_count;
  char      *id;
  char      *account, *location, *network;  /* nullable until known */
  char      *message_id, *subject, *from;   /* nullable */
  gint64     queued_at_s;
  guint64    size_bytes;
  GPtrArray *attempts;   /* Attempt */
  GPtrArray *recipients; /* ReportRecipient */
  char      *reason;     /* nullable */
  char      *needs;      /* nullable */
  gint64     next_try_s; /* 0: none set */
  gboolean   held;
};

/* All recipients of @message queued, no attempts. */
SendpathReport  *report_new (const char *id, SendpathMessage *message);
/* Takes @attempt over; returns its index. */
guint            report_add_attempt (SendpathReport *report, Attempt *attempt);
/* Notes what attempt @attempt meant for @address (@reply is referenced). */
void             report_set_recipient (SendpathReport *report, const char *address, guint attempt,
                                       SendpathRecipientState state, SendpathVerdict verdict,
                                       SendpathReply *reply);
ReportRecipient *report_find_recipient (SendpathReport *report, const char *address);
/* The addresses that are not settled, borrowed strings in a new array (free with g_free). */
const char     **report_dup_unsettled (SendpathReport *report);
/* The attempt that got furthest (gio's rule), or NULL. */
const Attempt   *report_get_furthest (const SendpathReport *report);

G_END_DECLS
