/* What the other rooms may see of a SendpathMessage. */
#pragma once

#include "sendpath/mail/body-source.h"
#include "sendpath/mail/dsn-request.h"
#include "sendpath/mail/header.h"
#include "sendpath/mail/message-reader.h"
#include "sendpath/mail/message.h"

G_BEGIN_DECLS

/* A message whose parts are known already (from the outbox, or changed for one route). Takes no
 * ownership; @traits as computed when the body was read. Addresses are not checked again. */
SendpathMessage *message_new_from_parts (const char *sender, const char *const *recipients,
                                         const Header *header, BodySource *body,
                                         BodyTraits traits);
/* The same; takes @header over. */
SendpathMessage *message_take_parts (const char *sender, const char *const *recipients,
                                     Header *header, BodySource *body, BodyTraits traits);

/* As sendpath_message_new_from_fd() for any source. */
SendpathMessage *message_new_from_source (MessageReadFunc read_source, gpointer source,
                                          SendpathMessageFlags flags, GError **error);

/* What reports its sender wants. It belongs to the envelope: a message made of this one does not
 * have it. */
const DsnRequest *message_get_dsn (SendpathMessage *self);
void              message_set_dsn (SendpathMessage *self, const DsnRequest *dsn);

const Header *message_peek_header (SendpathMessage *self);
BodySource   *message_peek_body (SendpathMessage *self);
BodyTraits    message_get_body_traits (SendpathMessage *self);
const char   *message_get_full_name (SendpathMessage *self);
/* TRUE if a signature in header or body (PGP inline too) covers the message; also if the body
 * cannot be read to find out. */
gboolean      message_is_signed (SendpathMessage *self);
/* TRUE if a header field or an address is in UTF-8. Without SMTPUTF8 a server may still take the
 * header as 8-bit text, and an address whose domain alone is international in its ASCII form. */
gboolean      message_needs_smtputf8 (SendpathMessage *self);
gboolean      message_recipients_from_header (SendpathMessage *self);

G_END_DECLS
