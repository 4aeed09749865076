/* What SMTP, or one server, cannot carry becomes quoted-printable or base64, part by part.
 * Signed messages are never recoded: the caller asks message_is_signed() first. */
#pragma once

#include "sendpath/mail/message-private.h"

G_BEGIN_DECLS

/* A message whose leaf parts have none of @unwanted; unaffected parts byte for byte, and decoded
 * content the same everywhere. Left as they are: signed parts inside, parts in an encoding of their
 * own, multiparts whose parts cannot be found, 8-bit text in headers of parts.
 * message_get_body_traits() of the result tells whether any such thing is still there. The new body
 * is in memory up to 1 MiB, else in an unlinked temporary file. */
SendpathMessage *recode_message (SendpathMessage *message, BodyTraits unwanted, GError **error);

G_END_DECLS
