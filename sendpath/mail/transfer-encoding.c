/* Writes content as quoted-printable or base64 (RFC 2045 section 6), in pieces. Decoded again it is
 * the same, byte for byte; CRLF is the line end of what comes in. No line that it makes looks like
 * a delimiter of parts. */
#include "config.h"

#include "sendpath/mail/transfer-encoding.h"

#include <string.h>

#define LINE_MAX_BYTES 76

/* ---- lines ----------------------------------------------------------------------------------- */

static gboolean
end_line (TransferEncoder *encoder, const char *mark, GError **error)
{
  gsize used = encoder->used;

  encoder->used = 0;
  return body_writer_write (encoder->out, encoder->line, used, error) &&
         body_writer_write (encoder->out, mark, strlen (mark), error);
}

/* ---- quoted-printable ------------------------------------------------------------------------ */

/* @token is not cut; room for the `=` of a soft line break stays behind it. */
static gboolean
put_token (TransferEncoder *encoder, const char *token, gsize length, gsize room, GError **error)
{
  if (encoder->used + room > LINE_MAX_BYTES - 1 && !end_line (encoder, "=\r\n", error))
    return FALSE;
  memcpy (encoder->line + encoder->used, token, length);
  encoder->used += length;
  return TRUE;
}

static gboolean
put_escaped (TransferEncoder *encoder, char c, GError **error)
{
  static const char digits[] = "0123456789ABCDEF";
  const char token[] = { '=', digits[(guchar) c >> 4], digits[c & 15] };

  return put_token (encoder, token, sizeof token, sizeof token, error);
}

static gboolean
put_plain (TransferEncoder *encoder, char c, GError **error)
{
  /* the rest of a line that was cut must not look like a delimiter of parts */
  if (c == '-' && encoder->used == LINE_MAX_BYTES - 1)
    return put_escaped (encoder, c, error);
  /* an escape that is there already must not be cut: it is given the room of all of it */
  return put_token (encoder, &c, 1, c == '=' ? 3 : 1, error);
}

static gboolean
put_blank (TransferEncoder *encoder, gboolean at_line_end, GError **error)
{
  char blank = encoder->blank;

  encoder->blank = 0;
  if (blank == 0)
    return TRUE;
  /* in what is encoded already, blanks at a line end are no content */
  if (at_line_end && encoder->kind == TRANSFER_QUOTED_PRINTABLE)
    return put_escaped (encoder, blank, error);
  return put_plain (encoder, blank, error);
}

/* Behind a soft line break that is there already, a CR too many is no content (CR CR LF). */
static gboolean
is_in_soft_break (const TransferEncoder *encoder)
{
  return encoder->kind == TRANSFER_QUOTED_PRINTABLE_AGAIN && encoder->used > 0 &&
         encoder->line[encoder->used - 1] == '=';
}

static gboolean
put_cr (TransferEncoder *encoder, GError **error)
{
  gboolean had_cr = encoder->has_cr;

  encoder->has_cr = FALSE;
  return !had_cr || is_in_soft_break (encoder) ||
         (put_blank (encoder, FALSE, error) && put_escaped (encoder, '\r', error));
}

static gboolean
feed_quoted (TransferEncoder *encoder, char c, GError **error)
{
  gboolean keeps_escapes = encoder->kind == TRANSFER_QUOTED_PRINTABLE_AGAIN;

  if (c == '\n' && encoder->has_cr)
    {
      encoder->has_cr = FALSE;
      return put_blank (encoder, TRUE, error) && end_line (encoder, "\r\n", error);
    }
  if (!put_cr (encoder, error))
    return FALSE;
  if (c == '\r')
    {
      encoder->has_cr = TRUE;
      return TRUE;
    }
  if (!put_blank (encoder, FALSE, error))
    return FALSE;
  if (c == ' ' || c == '\t')
    {
      encoder->blank = c;
      return TRUE;
    }
  if ((c > ' ' && c < 0x7f && c != '=') || (c == '=' && keeps_escapes))
    return put_plain (encoder, c, error);
  return put_escaped (encoder, c, error);
}

static gboolean
finish_quoted (TransferEncoder *encoder, gboolean ends_line, GError **error)
{
  if (!put_cr (encoder, error) || !put_blank (encoder, TRUE, error))
    return FALSE;
  if (encoder->used == 0)
    return TRUE;
  return end_line (encoder, ends_line ? "=\r\n" : "", error);
}

/* ---- base64 ---------------------------------------------------------------------------------- */

static gboolean
put_group (TransferEncoder *encoder, GError **error)
{
  int state = 0, save = 0;
  gsize length = encoder->used;
  char line[LINE_MAX_BYTES + 8];

  gsize count = g_base64_encode_step (encoder->group, length, FALSE, line, &state, &save);
  count += g_base64_encode_close (FALSE, line + count, &state, &save);
  encoder->used = 0;
  return body_writer_write (encoder->out, line, count, error);
}

/* A full line waits for the next byte: nothing may follow it. */
static gboolean
feed_base64 (TransferEncoder *encoder, char c, GError **error)
{
  if (encoder->used == sizeof encoder->group &&
      !(put_group (encoder, error) && body_writer_write (encoder->out, "\r\n", 2, error)))
    return FALSE;
  encoder->group[encoder->used++] = c;
  return TRUE;
}

static gboolean
feed_base64_again (TransferEncoder *encoder, char c, GError **error)
{
  /* RFC 2045 6.8: other characters are to be ignored */
  if (!g_ascii_isalnum (c) && c != '+' && c != '/' && c != '=')
    return TRUE;
  if (encoder->used == LINE_MAX_BYTES && !end_line (encoder, "\r\n", error))
    return FALSE;
  encoder->line[encoder->used++] = c;
  return TRUE;
}

static gboolean
finish_base64 (TransferEncoder *encoder, gboolean ends_line, GError **error)
{
  if (encoder->used == 0)
    return TRUE;
  if (!(encoder->kind == TRANSFER_BASE64 ? put_group (encoder, error)
                                         : end_line (encoder, "", error)))
    return FALSE;
  return !ends_line || body_writer_write (encoder->out, "\r\n", 2, error);
}

/* ---- table ----------------------------------------------------------------------------------- */

static const struct {
  gboolean (*feed) (TransferEncoder *encoder, char c, GError **error);
  gboolean (*finish) (TransferEncoder *encoder, gboolean ends_line, GError **error);
} kinds[] = {
  [TRANSFER_QUOTED_PRINTABLE] = { feed_quoted, finish_quoted },
  [TRANSFER_BASE64] = { feed_base64, finish_base64 },
  [TRANSFER_QUOTED_PRINTABLE_AGAIN] = { feed_quoted, finish_quoted },
  [TRANSFER_BASE64_AGAIN] = { feed_base64_again, finish_base64 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == TRANSFER_BASE64_AGAIN + 1);

gboolean
transfer_encoder_feed (TransferEncoder *encoder, const char *bytes, gsize length, GError **error)
{
  for (gsize i = 0; i < length; i++)
    if (!kinds[encoder->kind].feed (encoder, bytes[i], error))
      return FALSE;
  return TRUE;
}

gboolean
transfer_encoder_finish (TransferEncoder *encoder, gboolean ends_line, GError **error)
{
  return kinds[encoder->kind].finish (encoder, ends_line, error);
}
