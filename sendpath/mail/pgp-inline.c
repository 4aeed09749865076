/* PGP without MIME: text that is signed or sealed between lines of hyphens. It looks for where such
 * text begins, and never checks a signature. */
#include "config.h"

#include "sendpath/mail/pgp-inline.h"

#include <string.h>

#define BUFFER_BYTES       (64 * 1024)
#define PGP_LINE_MAX_BYTES 40

/* RFC 9580 6.2 and 7: lines that begin what a signature may cover. */
static const char *const pgp_lines[] = {
  "\n-----BEGIN PGP SIGNED MESSAGE-----",
  "\n-----BEGIN PGP MESSAGE-----",
};

static gboolean
has_pgp_line (const char *text, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (pgp_lines); i++)
    if (memmem (text, length, pgp_lines[i], strlen (pgp_lines[i])))
      return TRUE;
  return FALSE;
}

gboolean
pgp_inline_is_in (const BodySource *body)
{
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);
  gsize kept = 1;
  guint64 offset = 0;
  gssize count;

  buffer[0] = '\n'; /* the body begins a line */
  while ((count = body_source_read (body, offset, buffer + kept, BUFFER_BYTES - kept, NULL)) > 0)
    {
      gsize length = kept + count;
      if (has_pgp_line (buffer, length))
        return TRUE;
      offset += count;
      kept = MIN (length, PGP_LINE_MAX_BYTES);
      memmove (buffer, buffer + length - kept, kept);
    }
  return count < 0;
}
