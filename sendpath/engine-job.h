/* A call of the engine in a worker thread: what it is given, and how its result comes back. */
#pragma once

#include "sendpath/engine-call.h"

G_BEGIN_DECLS

/* NULL and @error, or a result that is freed by what the job was started with. */
typedef gpointer (*EngineJobRun) (EngineCall *call, const char *first, const char *second,
                                  GError **error);

/* What the job does and whose it is: @tag is its public function. */
typedef struct {
  gpointer tag;
  EngineJobRun run;
  GDestroyNotify destroy; /* of the result */
} EngineJobKind;

/* @first and @second are copied; either may be NULL. A cancel is for @kind->run to notice: how far it got
 * is its result. */
void engine_job_start (SendpathEngine *engine, const EngineJobKind *kind, const char *first,
                       const char *second, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data);
gpointer engine_job_finish (SendpathEngine *engine, GAsyncResult *result, GError **error);

G_END_DECLS
