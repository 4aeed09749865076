/* What an EHLO reply offers, from one table of keywords. It must never take over what was said
 * before TLS: parse anew into a cleared struct. */
#pragma once

#include <glib.h>

#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

typedef enum {
  SMTP_CAP_STARTTLS = 1 << 0,
  SMTP_CAP_PIPELINING = 1 << 1,
  SMTP_CAP_SIZE = 1 << 2,
  SMTP_CAP_8BITMIME = 1 << 3,
  SMTP_CAP_SMTPUTF8 = 1 << 4,
  SMTP_CAP_DSN = 1 << 5,
  SMTP_CAP_CHUNKING = 1 << 6,
  SMTP_CAP_AUTH = 1 << 7,
  SMTP_CAP_ENHANCEDSTATUSCODES = 1 << 8,
} SmtpCap;

typedef struct {
  guint   offered;        /* set of SmtpCap */
  guint64 size_max_bytes; /* 0: no limit said */
  char  **mechanisms;     /* upper case, in the server's order; never NULL after parsing */
} SmtpCaps;

/* Reads @ehlo, the reply to EHLO or HELO, into @caps; what was there before is dropped. */
void  smtp_caps_parse (SmtpCaps *caps, const SendpathReply *ehlo);
void  smtp_caps_clear (SmtpCaps *caps);

/* Logins are offered, and none of them but with a token. */
gboolean smtp_caps_is_oauth_only (const SmtpCaps *caps);

/* By how many bytes the offered extensions let a MAIL or a RCPT command be longer. */
gsize smtp_caps_get_mail_extra (const SmtpCaps *caps);
gsize smtp_caps_get_rcpt_extra (const SmtpCaps *caps);

G_END_DECLS
