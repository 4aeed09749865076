/* The line of progress of one call of the engine. */
#pragma once

#include <sendpath/sendpath.h>

#include "progress.h"

G_BEGIN_DECLS

typedef struct _CliProgress CliProgress;

/* Follows @engine, on standard error if that is a terminal and @is_wanted. @n_messages: how many will be
 * tried. */
CliProgress *cli_progress_new (SendpathEngine *engine, gboolean is_wanted, guint n_messages);
/* The line is gone; to be called before something else is printed. */
void         cli_progress_free (CliProgress *progress);
Progress    *cli_progress_get_line (CliProgress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_free)

G_END_DECLS
