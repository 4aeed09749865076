/* What the content of a part is like: which encoding suits it, which character set it can be. It
 * never trusts the content to be what it begins like. */
#include "config.h"

#include "sendpath/mail/content-scan.h"

#include <string.h>

static gboolean
is_binary (guchar c)
{
  return c >= 0x7f || (c < ' ' && !strchr ("\t\n\r\f\033", c)) || c == 0;
}

/* How many bytes at the end of @bytes are the beginning of a character, less than a character may
 * have; sets is_not_utf8. */
static gsize
check_utf8 (ContentScan *scan, const char *bytes, gsize length)
{
  const char *end = bytes + length;

  while (!scan->is_not_utf8 && bytes < end && !g_utf8_validate_len (bytes, end - bytes, &bytes))
    {
      if (*bytes == '\0')
        bytes++;
      else if (end - bytes < (gssize) sizeof scan->cut &&
               g_utf8_get_char_validated (bytes, end - bytes) == (gunichar) -2)
        return end - bytes; /* GLib also says so of five and six bytes, which are no UTF-8 */
      else
        scan->is_not_utf8 = TRUE;
    }
  return 0;
}

/* The character that the last piece ended in, byte by byte. */
static gsize
complete_cut (ContentScan *scan, const char *bytes, gsize length)
{
  gsize used = 0;

  while (scan->n_cut > 0 && used < length && !scan->is_not_utf8)
    {
      scan->cut[scan->n_cut++] = bytes[used++];
      scan->n_cut = check_utf8 (scan, scan->cut, scan->n_cut);
    }
  return used;
}

void
content_scan_feed (ContentScan *scan, const char *bytes, gsize length)
{
  gsize used = complete_cut (scan, bytes, length);

  for (gsize i = 0; i < length; i++)
    scan->n_binary += is_binary (bytes[i]);
  scan->n_bytes += length;
  body_scan_feed (&scan->body, bytes, length);

  if (used < length)
    {
      scan->n_cut = check_utf8 (scan, bytes + used, length - used);
      memcpy (scan->cut, bytes + length - scan->n_cut, scan->n_cut);
    }
}

void
content_scan_finish (ContentScan *scan)
{
  body_scan_finish (&scan->body);
  if (scan->n_cut > 0)
    scan->is_not_utf8 = TRUE;
}

gboolean
content_scan_is_mostly_binary (const ContentScan *scan)
{
  return scan->n_binary > scan->n_bytes / 2;
}
