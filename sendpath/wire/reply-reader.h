/* The strict, bounded reader of SMTP replies, over a Stream. It writes every line it takes
 * to the stream's trace. */
#pragma once

#include "sendpath/wire/reply.h"
#include "sendpath/wire/stream.h"

G_BEGIN_DECLS

/* Reads one reply before the stream's deadline. Never NULL: what is not a reply comes back as a
 * fault (LINK_LOST, PROTOCOL, CANCELLED) and leaves the stream dead. */
SendpathReply *reply_read (Stream *stream);

/* The same in pieces, for a loop that waits for several streams: NULL until the reply is whole. */
typedef struct _ReplyReader ReplyReader;

ReplyReader   *reply_reader_new (void);
void           reply_reader_free (ReplyReader *reader);
SendpathReply *reply_reader_continue (ReplyReader *reader, Stream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReplyReader, reply_reader_free)

G_END_DECLS
