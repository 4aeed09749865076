/* A body that is being made: in memory up to 1 MiB, beyond that in a file without a name, so that
 * memory does not grow with the message (P-12) and a killed process leaves nothing behind. */
#include "config.h"

#include "sendpath/mail/body-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define MEMORY_MAX_BYTES (1024 * 1024)

struct _BodyWriter {
  GByteArray *pending; /* all there is, or what the file does not have yet */
  int fd;
  guint64 written; /* to the file */
  BodyScan scan;
};

BodyWriter *
body_writer_new (void)
{
  BodyWriter *writer = g_new0 (BodyWriter, 1);

  writer->pending = g_byte_array_new ();
  writer->fd = -1;
  return writer;
}

void
body_writer_free (BodyWriter *writer)
{
  g_byte_array_unref (writer->pending);
  if (writer->fd >= 0)
    g_close (writer->fd, NULL);
  g_free (writer);
}

static gboolean
fail (const char *what, int code, GError **error)
{
  gboolean is_full = code == EFBIG || code == EDQUOT;

  g_set_error (error, G_IO_ERROR, is_full ? G_IO_ERROR_NO_SPACE : g_io_error_from_errno (code),
               "%s: %s: %s", g_get_tmp_dir (), what, g_strerror (code));
  return FALSE;
}

static gboolean
open_file (BodyWriter *writer, GError **error)
{
  g_autofree char *path = NULL;

  writer->fd = open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (writer->fd >= 0)
    return TRUE;

  /* not every file system can */
  path = g_build_filename (g_get_tmp_dir (), "sendpath-XXXXXX", NULL);
  writer->fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (writer->fd < 0)
    return fail (_ ("a large message needs a temporary file here"), errno, error);
  g_unlink (path);
  return TRUE;
}

/* A write beyond the limit would end the process (SIGXFSZ), which may be somebody else's. */
static gboolean
is_within_limit (const BodyWriter *writer, gsize length)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         writer->written + length <= limit.rlim_cur;
}

static gboolean
write_file (BodyWriter *writer, const guint8 *bytes, gsize length, GError **error)
{
  if (!is_within_limit (writer, length))
    return fail (_ ("the temporary file of a large message cannot be written"), EFBIG, error);
  while (length > 0)
    {
      gssize count = write (writer->fd, bytes, length);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return fail (_ ("the temporary file of a large message cannot be written"), errno, error);
      bytes += count;
      length -= count;
      writer->written += count;
    }
  return TRUE;
}

static gboolean
flush (BodyWriter *writer, GError **error)
{
  body_scan_feed (&writer->scan, (const char *) writer->pending->data, writer->pending->len);
  if (writer->fd < 0 && !open_file (writer, error))
    return FALSE;
  if (!write_file (writer, writer->pending->data, writer->pending->len, error))
    return FALSE;
  g_byte_array_set_size (writer->pending, 0);
  return TRUE;
}

gboolean
body_writer_write (BodyWriter *writer, const char *bytes, gsize length, GError **error)
{
  while (length > 0)
    {
      gsize part = MIN (length, MEMORY_MAX_BYTES - writer->pending->len);
      g_byte_array_append (writer->pending, (const guint8 *) bytes, part);
      bytes += part;
      length -= part;
      if (length > 0 && !flush (writer, error))
        return FALSE;
    }
  return TRUE;
}

BodySource *
body_writer_finish (BodyWriter *writer, BodyTraits *ret_traits, GError **error)
{
  BodySource *body;

  if (writer->fd >= 0)
    {
      if (!flush (writer, error))
        return NULL;
      body = body_source_new_from_fd (writer->fd, 0, writer->written);
      writer->fd = -1;
    }
  else
    {
      body_scan_feed (&writer->scan, (const char *) writer->pending->data, writer->pending->len);
      g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&writer->pending));
      writer->pending = g_byte_array_new ();
      body = body_source_new_from_bytes (bytes);
    }
  *ret_traits = body_scan_finish (&writer->scan);
  return body;
}
