/* Which of our messages a bounce is about, and what is known of it here. */
#pragma once

#include "sendpath/engine-private.h"
#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

typedef struct {
  char *id;
  char *account;          /* nullable */
  char *server;           /* that took it */
  gint64 at_s;            /* when */
  SendpathReport *report; /* NULL: no copy is kept */
} BounceTrail;

/* NULL: @bounce is about none of ours, or names nobody to whom that was sent. @outbox: NULL if there
 * is none. */
BounceTrail *bounce_trail_follow (SendpathEngine *self, Outbox *outbox, const SendpathBounce *bounce);
void bounce_trail_free (BounceTrail *trail);

/* The recipient of @report to whom it was sent, and whom entry @i of @bounce means, or NULL. */
ReportRecipient *bounce_trail_find_recipient (const SendpathReport *report,
                                              const SendpathBounce *bounce, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BounceTrail, bounce_trail_free)

G_END_DECLS
