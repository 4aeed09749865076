/* The content of a message goes out: header, empty line, body; dots stuffed, nothing but CRLF, as a
 * stream. It never writes the final dot by itself. */
#pragma once

#include "sendpath/mail/message-private.h"
#include "sendpath/wire/stream.h"

G_BEGIN_DECLS

/* All borrowed. */
typedef struct {
  GBytes           *header; /* every line ends in CRLF, without the empty line */
  const BodySource *body;
  guint             block_timeout_s; /* patience for each 64 KiB */
  /* or NULL */
  void            (*progress) (gpointer data, guint64 sent_bytes, guint64 total_bytes);
  gpointer          data;
} DataContent;

/* Size as the SIZE parameter counts it: without stuffing and final dot (RFC 1870 section 3). */
guint64  data_content_get_size (const DataContent *content);

/* Writes and flushes all of @content up to the final dot. FALSE: the stream is dead and says why
 * (FAULT_LOCAL: a body that cannot be read, or holds a bare CR or LF or a NUL), or, if it is not
 * dead, the server spoke before it was asked. */
gboolean data_writer_write (Stream *stream, const DataContent *content);
/* Writes the final dot, which is flushed with what follows it. From then on a retry may deliver
 * twice. */
gboolean data_writer_end (Stream *stream);

G_END_DECLS
