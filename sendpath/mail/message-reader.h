/* Text as a program hands it in becomes header and body, in one pass. */
#pragma once

#include "sendpath/mail/body-source.h"
#include "sendpath/mail/header.h"
#include "sendpath/mail/message.h"

G_BEGIN_DECLS

/* Like read(2): 0 at the end, -1 and @error on failure. */
typedef gssize (*MessageReadFunc) (gpointer source, char *buffer, gsize size, GError **error);

typedef struct {
  Header    *header;
  BodySource *body;
  BodyTraits traits;
} MessageParts;

void     message_parts_clear (MessageParts *parts);

/* Reads @source to its end. LF and CRLF become CRLF, a missing last line end is added; nothing else
 * is changed. G_IO_ERROR_INVALID_DATA if it is empty or its header cannot be used. */
gboolean message_reader_read (MessageReadFunc read, gpointer source, SendpathMessageFlags flags,
                              MessageParts *ret_parts, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MessageParts, message_parts_clear)

G_END_DECLS
