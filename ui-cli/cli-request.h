/* The engine's questions, answered on the terminal. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

/* Handler of SendpathEngine::request, for programs that have a terminal. */
gboolean cli_request_answer (SendpathEngine *engine, SendpathRequest *request, gpointer data);

G_END_DECLS
