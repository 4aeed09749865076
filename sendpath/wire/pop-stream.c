/* The low driver under libetpan's mailstream. It gives a line at a time: what came behind one stays in the
 * stream, where R-13 looks for it. */
#include "config.h"

#include "sendpath/wire/pop-stream.h"

#include <libetpan/mailstream.h>
#include <stdlib.h>
#include <string.h>

#include "profiles/late.h"

#define BUFFER_BYTES (4 * 1024)

#define FUNCTIONS(F)                                                                               \
  F (mailstream, close)                                                                            \
  F (mailstream, low_new)                                                                          \
  F (mailstream, new)

LATE_LIBRARY (libetpan, LIBETPAN_FILE, FUNCTIONS)

/* libetpan takes 0 for an empty or a whole line; a stream never gives it. */
static ssize_t
low_read (mailstream_low *low, void *buffer, size_t size)
{
  return stream_read_part (low->data, buffer, size);
}

/* All of it or -1: libetpan loops for ever on 0 and takes a part for the whole. Its commands are shorter
 * than its buffer, so that this is its buffer, where no secret must stay. */
static ssize_t
low_write (mailstream_low *low, const void *buffer, size_t size)
{
  gboolean is_written = stream_write (low->data, buffer, size) && stream_flush (low->data);

  explicit_bzero ((void *) buffer, size);
  return is_written ? (ssize_t) size : -1;
}

/* The connection is the stream's and ends with it. */
static int
low_close (mailstream_low *low)
{
  return 0;
}

static int
low_get_fd (mailstream_low *low)
{
  return stream_get_fd (low->data);
}

static void
low_free (mailstream_low *low)
{
  free (low);
}

static mailstream_low_driver low_driver = {
  .mailstream_read = low_read,
  .mailstream_write = low_write,
  .mailstream_close = low_close,
  .mailstream_get_fd = low_get_fd,
  .mailstream_free = low_free,
};

mailstream *
pop_stream_new (Stream *stream, GError **error)
{
  mailstream_low *low;
  mailstream *mail;

  if (!load_libetpan (error))
    return NULL;
  low = libetpan.low_new (stream, &low_driver);
  mail = low != NULL ? libetpan.new (low, BUFFER_BYTES) : NULL;
  if (mail == NULL)
    g_error ("no memory for a connection");
  return mail;
}

void
pop_stream_free (mailstream *mail)
{
  explicit_bzero (mail->write_buffer, mail->write_buffer_len);
  libetpan.close (mail);
}
