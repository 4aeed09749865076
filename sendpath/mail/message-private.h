/* What the other rooms may see of a SendpathMessage. */
#pragma once

#include "sendpath/mail/header.h"
#include "sendpath/mail/message.h"

G_BEGIN_DECLS

/* What was seen while the body was read; SMTP cannot carry the first three as they are. */
typedef enum {
  BODY_PLAIN = 0,
  BODY_HAS_BARE_CR = 1 << 0,
  BODY_HAS_NUL = 1 << 1,
  BODY_HAS_LONG_LINE = 1 << 2, /* over 998 bytes */
  BODY_HAS_8BIT = 1 << 3,
} BodyTraits;

/* A region of bytes in an open file or in memory, read by position: any number of readers, no
 * shared offset. Every line of it ends in CRLF. */
typedef struct _BodySource BodySource;

BodySource *body_source_new_from_bytes (GBytes *bytes);
/* Takes @fd over. */
BodySource *body_source_new_from_fd (int fd, guint64 offset, guint64 length);
BodySource *body_source_ref (BodySource *body);
void        body_source_unref (BodySource *body);
guint64     body_source_get_length (const BodySource *body);
/* Reads up to @size bytes at @offset; 0 at the end, -1 and @error on failure. EINTR is retried. */
gssize      body_source_read (const BodySource *body, guint64 offset, char *buffer, gsize size,
                              GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BodySource, body_source_unref)

/* A message whose parts are known already (from the outbox, or changed for one route). Takes no
 * ownership; @traits as computed when the body was read. */
SendpathMessage *message_new_from_parts (const char *sender, const char *const *recipients,
                                         const Header *header, BodySource *body,
                                         BodyTraits traits);

const Header *message_peek_header (SendpathMessage *self);
BodySource   *message_peek_body (SendpathMessage *self);
BodyTraits    message_get_body_traits (SendpathMessage *self);
const char   *message_get_full_name (SendpathMessage *self);
/* TRUE if a signature in header or body (PGP inline too) covers the message. */
gboolean      message_is_signed (SendpathMessage *self);
/* TRUE if a header field or an address needs SMTPUTF8. */
gboolean      message_needs_smtputf8 (SendpathMessage *self);
gboolean      message_recipients_from_header (SendpathMessage *self);

G_END_DECLS
