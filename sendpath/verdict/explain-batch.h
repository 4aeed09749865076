/* Verdicts for programs, one reply a line. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sendpath_explain_json_line (const char *line, GError **error);

G_END_DECLS
