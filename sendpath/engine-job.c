/* A call of the engine in a worker thread: what it is given, and how its result comes back. It knows
 * nothing of what is done there. */
#include "config.h"

#include "sendpath/engine-job.h"

typedef struct {
  EngineCall call;
  EngineJobKind kind;
  char *first;
  char *second;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  engine_call_clear (&job->call);
  g_free (job->first);
  g_free (job->second);
  g_free (job);
}

static void
run (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  gpointer result = job->kind.run (&job->call, job->first, job->second, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, job->kind.destroy);
  else
    g_task_return_error (task, error);
}

void
engine_job_start (SendpathEngine *engine, const EngineJobKind *kind, const char *first,
                  const char *second, GCancellable *cancellable, GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (engine, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  engine_call_init (&job->call, engine, TRUE, cancellable);
  job->kind = *kind;
  job->first = g_strdup (first);
  job->second = g_strdup (second);
  g_task_set_source_tag (task, kind->tag);
  g_task_set_task_data (task, job, job_free);
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, run);
}

gpointer
engine_job_finish (SendpathEngine *engine, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, engine), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
