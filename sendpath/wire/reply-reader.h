/* The strict, bounded reader of SMTP replies, over a Stream. */
#pragma once

#include "sendpath/wire/reply.h"
#include "sendpath/wire/stream.h"

G_BEGIN_DECLS

/* Reads one reply before the stream's deadline. Never NULL: what is not a reply comes back as a
 * fault (LINK_LOST, PROTOCOL, CANCELLED) and leaves the stream dead. */
SendpathReply *reply_read (Stream *stream);

G_END_DECLS
