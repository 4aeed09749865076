/* The line of progress of one call of the engine. It gives way to a question, and never asks itself. */
#include "config.h"

#include "cli-progress.h"

#include <unistd.h>

struct _CliProgress {
  SendpathEngine *engine;
  Progress *line;
  guint request;
  gulong hook, handler;
};

static void
on_progress (SendpathEngine *engine, const char *id, guint64 sent_bytes, guint64 total_bytes,
             CliProgress *progress)
{
  progress_note_bytes (progress->line, sent_bytes, total_bytes);
}

/* Before anybody answers. */
static gboolean
on_request (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer data)
{
  progress_hide (((CliProgress *) data)->line);
  return TRUE;
}

CliProgress *
cli_progress_new (SendpathEngine *engine, gboolean is_wanted, guint n_messages)
{
  CliProgress *progress = g_new0 (CliProgress, 1);

  progress->engine = g_object_ref (engine);
  progress->line = progress_new (is_wanted ? STDERR_FILENO : -1, n_messages);
  progress->handler = g_signal_connect (engine, "progress", G_CALLBACK (on_progress), progress);
  progress->request = g_signal_lookup ("request", SENDPATH_TYPE_ENGINE);
  progress->hook = g_signal_add_emission_hook (progress->request, 0, on_request, progress, NULL);
  return progress;
}

void
cli_progress_free (CliProgress *progress)
{
  g_signal_handler_disconnect (progress->engine, progress->handler);
  g_signal_remove_emission_hook (progress->request, progress->hook);
  progress_free (progress->line);
  g_object_unref (progress->engine);
  g_free (progress);
}

Progress *
cli_progress_get_line (CliProgress *progress)
{
  return progress->line;
}
