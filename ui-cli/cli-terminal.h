/* The terminal of whoever started this program, and questions with yes and no. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The terminal that this process was started from, to be closed; -1 if there is none or it is
 * kept in the background. */
int      cli_terminal_open (void);
/* TRUE if standard input is a terminal, or there is one to open. */
gboolean cli_terminal_may_ask (void);
/* Shows @question there and reads a line. Only a clear yes is TRUE. */
gboolean cli_terminal_ask_yes (const char *question);

G_END_DECLS
