/* What the content of a part is like: which encoding suits it, which character set it can be. */
#pragma once

#include "sendpath/mail/body-source.h"

G_BEGIN_DECLS

/* Starts as { 0 }. */
typedef struct {
  BodyScan body; /* its traits hold once finished */
  guint64  n_bytes;
  guint64  n_binary; /* 8-bit bytes, and control characters that text does not have */
  gboolean is_not_utf8;
  char     cut[4]; /* a character that a piece ended in */
  gsize    n_cut;
} ContentScan;

void     content_scan_feed (ContentScan *scan, const char *bytes, gsize length);
void     content_scan_finish (ContentScan *scan);
gboolean content_scan_is_mostly_binary (const ContentScan *scan);

G_END_DECLS
