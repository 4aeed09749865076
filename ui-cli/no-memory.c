/* How a program ends that gets no memory, or no thread: GLib has no other way than a signal, which says
 * nothing to a caller that reads exit statuses. It asks for no memory itself. */
#include "config.h"

#include "no-memory.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
  const char *program;
  int status;
} ending;

static struct iovec
as_piece (const char *text)
{
  return (struct iovec) { .iov_base = (char *) text, .iov_len = strlen (text) };
}

/* What standard error does not take is not worth worrying for. */
static void
print (const char *message)
{
  const struct iovec line[] = { as_piece (ending.program), as_piece (": "), as_piece (message),
                                as_piece ("\n") };

  if (writev (STDERR_FILENO, line, G_N_ELEMENTS (line)) < 0)
    return;
}

/* GLib's errors are those that it cannot go on from, and nobody else raises any. */
static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *message = "";

  if ((level & G_LOG_LEVEL_ERROR) == 0)
    return g_log_writer_default (level, fields, n_fields, data);
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
  print (message);
  _exit (ending.status);
}

void
no_memory_ends_with (const char *program, int status)
{
  if (ending.program == NULL)
    g_log_set_writer_func (on_log, NULL, NULL);
  ending.program = program;
  ending.status = status;
}
