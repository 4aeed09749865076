/* A Stream to a scripted server. */
#pragma once

#include "sendpath/wire/stream.h"
#include "tests/lib/scripted-server.h"

G_BEGIN_DECLS

/* Deadline: 60 s. */
Stream *loopback_connect (const ScriptedServer *server, const Trace *trace,
                          GCancellable *cancellable);

G_END_DECLS
