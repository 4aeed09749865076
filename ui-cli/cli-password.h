/* A password from a person or from standard input, in memory that is not paged out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Asks on the terminal (cli-terminal.h) without echo; NULL if nothing was typed. Wipe it. */
char *cli_password_ask (const char *prompt);
/* Asks if standard input is a terminal, else reads its first line. Wipe it. */
char *cli_password_read (const char *prompt, GError **error);
void cli_password_wipe (char *password);

G_END_DECLS
