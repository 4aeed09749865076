/* Lines and bytes over a connection: absolute deadlines, cancel, bounds, sticky failure.
 * One thread, one stream. It knows no protocol. */
#pragma once

#include <gio/gio.h>

#include "sendpath/wire/reply.h"
#include "sendpath/wire/trace.h"

G_BEGIN_DECLS

typedef struct _Stream Stream;

/* @connection is kept with a reference; @trace must outlive the stream; @cancellable may be NULL.
 * The deadline is 60 s from now until one is set. */
Stream          *stream_new (GSocketConnection *connection, const Trace *trace,
                             GCancellable *cancellable);
void             stream_free (Stream *stream); /* closes at once, without a goodbye */

/* Patience for what is read or written until the next call: absolute, in seconds from now. */
void             stream_set_deadline (Stream *stream, guint seconds);

/* Runs a verified TLS handshake for @identity (tls.h) under the deadline and goes on inside it.
 * Unread input is an attack and fails. FALSE: stream is dead, stream_dup_failure() says
 * why. */
gboolean         stream_start_tls (Stream *stream, const char *identity, const char *pin);
gboolean         stream_is_tls (const Stream *stream);
/* The same for a loop that runs several streams in the thread-default context: the deadline is
 * the caller's, who cancels @cancellable. The stream must live until the callback. */
void             stream_start_tls_async (Stream *stream, const char *identity, const char *pin,
                                         GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer data);
gboolean         stream_start_tls_finish (Stream *stream, GAsyncResult *result);
/* tls-exporter or tls-server-end-point data for SCRAM-PLUS, or NULL. */
GBytes          *stream_get_channel_binding (Stream *stream, GTlsChannelBindingType type);
/* `sha256:HEX` of the public key that the peer showed, trusted or not; NULL if it showed none. */
char            *stream_dup_peer_key (const Stream *stream);

/* Buffered write; FALSE once anything failed. */
gboolean         stream_write (Stream *stream, const char *bytes, gsize length);
gboolean         stream_flush (Stream *stream);
/* Flushes if there is no room for @length more bytes (at most 96 KiB) and 32 KiB of what may follow
 * them. */
gboolean         stream_reserve (Stream *stream, gsize length);

/* One line ending in LF, without its line end (LF or CRLF), borrowed until the next call; a line
 * of more than @max bytes with its end is a failure as soon as it is seen. NULL: failure. NUL
 * bytes are kept; @ret_length counts them. */
const char      *stream_read_line (Stream *stream, gsize max, gsize *ret_length);
/* The same without waiting and without a deadline: NULL while the line is not there yet, or for a
 * failure (stream_is_dead()). What has come of it is kept for the next call. */
const char      *stream_try_line (Stream *stream, gsize max, gsize *ret_length);
/* Bytes as they come, up to @size and not beyond the end of a line, for who puts lines together
 * itself. -1: failure. */
gssize           stream_read_part (Stream *stream, char *buffer, gsize size);
/* A source that is ready when stream_try_line() is worth a call; its callback is a
 * GPollableSourceFunc. It does not look at the cancellable. */
GSource         *stream_create_input_source (Stream *stream);
/* What may be read without an answer of ours in between is bounded (64 KiB). Whoever took a whole
 * reply of a pipelined flight, and waits for the next one, says so. */
void             stream_renew_budget (Stream *stream);
/* While it is shielded, a cancel waits (P-10); the deadline still counts. */
void             stream_set_shielded (Stream *stream, gboolean is_shielded);
/* TRUE if bytes have arrived that nobody has read yet (never blocks). */
gboolean         stream_has_input (Stream *stream);

/* Something came in the last @seconds. */
gboolean         stream_was_heard_within (const Stream *stream, guint seconds);

gboolean         stream_is_dead (const Stream *stream);
/* Marks the stream dead for a reason seen above it. */
void             stream_fail (Stream *stream, SendpathFault fault, const char *text);
/* Fault reply that says why it is dead. */
SendpathReply   *stream_dup_failure (const Stream *stream);

const Trace     *stream_get_trace (const Stream *stream);
/* Borrowed; NULL where the connection is not over IP. */
GInetAddress    *stream_get_remote_address (const Stream *stream);
GInetAddress    *stream_get_local_address (const Stream *stream);
int              stream_get_fd (const Stream *stream);
/* Where what is written waits to be flushed; for the test that nothing stays there. */
const char      *stream_peek_written (const Stream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)

G_END_DECLS
