/* Writes content as quoted-printable or base64, in pieces. */
#pragma once

#include "sendpath/mail/body-writer.h"

G_BEGIN_DECLS

typedef enum {
  TRANSFER_QUOTED_PRINTABLE,
  TRANSFER_BASE64,
  /* What is encoded already, but not as SMTP can carry it: its content stays what it was. */
  TRANSFER_QUOTED_PRINTABLE_AGAIN,
  TRANSFER_BASE64_AGAIN,
} TransferKind;

/* Starts as { kind, out }; @out is borrowed. */
typedef struct {
  TransferKind kind;
  BodyWriter  *out;

  char   line[80]; /* what is not written yet */
  gsize  used;
  char   blank; /* a space or tab whose fate hangs on what follows, or 0 */
  gboolean has_cr;
  guchar group[57]; /* one line of base64, decoded */
} TransferEncoder;

gboolean transfer_encoder_feed (TransferEncoder *encoder, const char *bytes, gsize length,
                                GError **error);
/* @end_line: nothing that ends the last line follows. */
gboolean transfer_encoder_finish (TransferEncoder *encoder, gboolean end_line, GError **error);

G_END_DECLS
