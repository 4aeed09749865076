/* Bytes of a body, read by position, and what was seen in them. Never changes them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* SMTP cannot carry the first three as they are. */
typedef enum {
  BODY_PLAIN = 0,
  BODY_HAS_BARE_CR = 1 << 0,
  BODY_HAS_NUL = 1 << 1,
  BODY_HAS_LONG_LINE = 1 << 2, /* over BODY_LINE_MAX */
  BODY_HAS_8BIT = 1 << 3,
} BodyTraits;

/* RFC 5321 4.5.3.1.6: 1000 bytes with the line end. */
#define BODY_LINE_MAX 998

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

/* Collects the traits of bytes that come in pieces; starts as { 0 }. */
typedef struct {
  BodyTraits traits;
  gsize      line_length;
  gboolean   after_cr;
} BodyScan;

void        body_scan_feed (BodyScan *scan, const char *bytes, gsize length);
/* To be called once, behind the last byte. */
BodyTraits  body_scan_finish (BodyScan *scan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BodySource, body_source_unref)

G_END_DECLS
