/* The content of a message goes out: header, empty line, body; dots stuffed for DATA and left alone
 * for BDAT, nothing but CRLF, as a stream. It never writes the final dot by itself. */
#pragma once

#include "sendpath/mail/message-private.h"
#include "sendpath/wire/stream.h"

G_BEGIN_DECLS

/* All borrowed. */
typedef struct {
  GBytes           *header; /* every line ends in CRLF, without the empty line */
  const BodySource *body;
  gboolean          is_counted; /* BDAT: its length was said, dots are not stuffed */
  guint             block_timeout_s; /* patience for each 64 KiB */
  /* or NULL */
  void            (*progress) (gpointer data, guint64 sent_bytes, guint64 total_bytes);
  gpointer          data;
} DataContent;

/* Size as the SIZE parameter and BDAT count it: without stuffing and final dot (RFC 1870 section
 * 3). */
guint64     data_content_get_size (const DataContent *content);

typedef struct _DataWriter DataWriter;

/* @content is copied, what it borrows stays so. */
DataWriter *data_writer_new (Stream *stream, const DataContent *content);
void        data_writer_free (DataWriter *writer);

/* Writes the next @n_bytes of the content, as data_content_get_size() counts them, or what is left
 * of it. The end of them is not flushed: it goes with what follows. FALSE: the stream is dead and
 * says why (FAULT_LOCAL: a body that cannot be read, or holds a bare CR or LF or a NUL), or, if it
 * is not dead, the server spoke in the middle of a longer content. A counted one does not look at
 * that: its end must come. */
gboolean    data_writer_write (DataWriter *writer, guint64 n_bytes);
/* Writes the final dot, unflushed too. Once that is flushed a retry may deliver twice. */
gboolean    data_writer_end (DataWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DataWriter, data_writer_free)

G_END_DECLS
