/* The terminal of whoever started this program, and questions with short answers. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The terminal that this process was started from, to be closed; -1 if there is none or it is
 * kept in the background. */
int      cli_terminal_open (void);
/* TRUE if standard input is a terminal, or there is one to open. */
gboolean cli_terminal_may_ask (void);
/* Shows @question there and reads a line, without spaces around it; NULL if nobody can be asked. */
char    *cli_terminal_ask (const char *question);
/* The same. Only a clear yes is TRUE. */
gboolean cli_terminal_ask_yes (const char *question);

G_END_DECLS
