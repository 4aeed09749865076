/* libetpan's mailstream over a GIOStream: absolute deadlines, cancel, bounds, sticky failure.
 * One thread, one stream. It knows no protocol. */
#pragma once

#include <gio/gio.h>

#include "sendpath/wire/reply.h"
#include "sendpath/wire/trace.h"

G_BEGIN_DECLS

typedef struct _Stream Stream;

/* @connection is kept with a reference; @cancellable may be NULL. */
Stream          *stream_new (GSocketConnection *connection, const Trace *trace,
                             GCancellable *cancellable);
void             stream_free (Stream *stream); /* closes at once, without a goodbye */

/* Patience for what is read or written until the next call: absolute, in seconds from now. */
void             stream_set_deadline (Stream *stream, guint seconds);

/* Runs a verified TLS handshake for @identity (tls.h) under the deadline and goes on inside it. Unread input is an
 * attack and fails. FALSE: stream is dead, stream_dup_failure() says why. */
gboolean         stream_start_tls (Stream *stream, const char *identity, const char *pin);
gboolean         stream_is_tls (const Stream *stream);
/* tls-exporter or tls-server-end-point data for SCRAM-PLUS, or NULL. */
GBytes          *stream_get_channel_binding (Stream *stream, GTlsChannelBindingType type);

/* Buffered write; FALSE once anything failed. */
gboolean         stream_write (Stream *stream, const char *bytes, gsize length);
gboolean         stream_flush (Stream *stream);

/* One line ending in LF, without its line end, borrowed until the next call; at most @max bytes. NULL: failure. NUL
 * bytes are kept; @ret_length counts them. */
const char      *stream_read_line (Stream *stream, gsize max, gsize *ret_length);
/* TRUE if bytes have arrived that nobody has read yet (never blocks). */
gboolean         stream_has_input (Stream *stream);

gboolean         stream_is_dead (const Stream *stream);
/* Marks the stream dead for a reason seen above it. */
void             stream_fail (Stream *stream, SendpathFault fault, const char *text);
/* Fault reply that says why it is dead. */
SendpathReply   *stream_dup_failure (const Stream *stream);

GInetAddress    *stream_get_remote_address (const Stream *stream); /* borrowed */
GInetAddress    *stream_get_local_address (const Stream *stream);  /* borrowed */
/* The mailstream itself, for libetpan's mailpop3. */
struct _mailstream *stream_get_mailstream (Stream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)

G_END_DECLS
