/* What is added to or mended in a message once, when it comes in: recipients of -t, Bcc removed,
 * Date, Message-ID and From, local names, recoding. After this its bytes never change. */
#pragma once

#include "sendpath/mail/message-private.h"

G_BEGIN_DECLS

/* What submission needs to know of the world; all borrowed. */
typedef struct {
  const char *address; /* the account's address: From: when missing, domain of Message-ID; NULL if
                        * none is known (broken configuration): then a From: is added only to keep
                        * the name that the caller gave, and finishing again mends it */
  const char *name;    /* its display name, or NULL */
  const char *local;   /* where unqualified recipients go (PRODUCT.md `local`); NULL: they stay */
  GDateTime  *now;     /* for Date: */
  const char *unique;  /* 32 hex digits of randomness for Message-ID; NULL: whoever finishes again
                        * adds one, and knows the account */
} SubmissionContext;

/* Gives the finished message, ready for the outbox: envelope sender still NULL where the account
 * decides (an unqualified one, too), at least one recipient, each once. A field that a DKIM
 * signature wants absent or unchanged is neither added nor mended. G_IO_ERROR_INVALID_DATA (exit
 * 65) when the message or an address cannot be used; the text names the field or address and says
 * what to do.
 * What SMTP cannot carry is recoded; a signed message stays as it is, its long lines too. */
SendpathMessage *submission_finish (SendpathMessage *raw, const SubmissionContext *context,
                                    GError **error);

G_END_DECLS
