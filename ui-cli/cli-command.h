/* A command of `sendpath`: one row of the table, and what all commands share. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

/* Exit codes of `sendpath` (PRODUCT.md section 7); those of sending are in sendmail-exit.h. */
enum { CLI_YES = 0, CLI_NO = 1, CLI_USAGE = 64, CLI_UNAVAILABLE = 69, CLI_CONFIG = 78 };

typedef struct {
  const char *name;     /* as typed, such as `queue list` */
  const char *operands; /* such as `NAME`, for --help */
  const char *summary;  /* N_() */
  int (*run) (int argc, char **argv, GError **error);
} CliCommand;

#define CLI_ERROR (cli_error_quark ())
typedef enum { CLI_ERROR_USAGE, CLI_ERROR_NOT_FOUND } CliError;
GQuark cli_error_quark (void);

/* The first thing that a command does (cli-parse.c): parses its options; @min to @max operands (-1: any)
 * stay in the result, without the command's name. --help is answered and ends the program with 0.
 * NULL: usage error. */
char **cli_parse (const CliCommand *command, const GOptionEntry *entries, int argc, char **argv,
                  int min, int max, GError **error);
/* The same with one option per configuration key of @section: @ret_values gets key -> value in
 * the order given. */
char **cli_parse_with_keys (const CliCommand *command, SendpathSection section,
                            const GOptionEntry *entries, int argc, char **argv, int min, int max,
                            GHashTable **ret_values, GError **error);

/* The configuration of PRODUCT.md section 5, loaded. With @may_be_missing an absent file is an
 * empty store. */
SendpathProfileStore *cli_load_profiles (gboolean may_be_missing, GError **error);
/* The account of that name, borrowed; CLI_ERROR_NOT_FOUND if there is none. */
SendpathAccount *cli_find_account (SendpathProfileStore *profiles, const char *name,
                                   GError **error);
/* What was typed is at fault and not a file: CLI_ERROR_USAGE, unless a name is taken. */
void cli_blame_usage (const CliCommand *command, GError **error);
/* TRUE if @address is one whole address, as a message may have it, or NULL. */
gboolean cli_check_address (const CliCommand *command, const char *address, GError **error);
/* An engine that asks on the terminal, if there is one. */
SendpathEngine *cli_engine_new (SendpathProfileStore *profiles, gboolean show_trace);
/* The two in one, for commands that need nothing else of the configuration. */
SendpathEngine *cli_open_engine (gboolean may_be_missing, gboolean show_trace, GError **error);

/* Prints `sendpath: MESSAGE` on standard error and returns the exit code for @error. */
int cli_fail (const GError *error);

G_END_DECLS
