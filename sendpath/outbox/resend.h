/* Sending once more what was sent: to whom it may go, from whom it is kept away, and the new entry. It
 * reads no bounce and decides nothing that the walk decides. */
#pragma once

#include "sendpath/outbox/history.h"
#include "sendpath/outbox/outbox.h"

G_BEGIN_DECLS

/* The recipient of @report to whom the message was sent, and whose mailbox @address (nullable) names;
 * borrowed, NULL if there is none. */
ReportRecipient *resend_find_sent (const SendpathReport *report, const char *address);

/* TRUE if @verdict, in words that @reply quotes, is one after which a walk goes another route: what
 * came back was taken by @attempt. @has_sender: the account may use another sender address. */
gboolean resend_is_curable (const Attempt *attempt, SendpathVerdict verdict,
                            const SendpathReply *reply, gboolean has_sender);

/* TRUE if a copy for @recipient was queued because the mail came back. */
gboolean resend_was_done (Outbox *outbox, History *history, const ReportRecipient *recipient);

/* Queues @message, that of @entry, for the recipients of @entry again; the new id. */
char    *resend_queue_all (Outbox *outbox, OutboxEntry *entry, SendpathMessage *message,
                           const char *account, gint64 now_us, GError **error);
/* Queues it for @recipients (ReportRecipient of its report) alone, whose mail came back, to go by
 * none of the servers that took it before; the journal of @entry tells that from then on. */
char    *resend_queue_some (Outbox *outbox, OutboxEntry *entry, SendpathMessage *message,
                            const char *account, GPtrArray *recipients, gint64 now_us,
                            GError **error);

G_END_DECLS
