/* `explain --to`: is this relaying? */
#pragma once

#include "cli-command.h"

G_BEGIN_DECLS

typedef struct {
  const char *to;
  const char *account; /* nullable */
  const char *from;    /* nullable */
  gboolean json;
} CliRelaying;

/* Asks the servers and prints what they say; an exit code of `sendpath`. */
int cli_relaying_run (const CliCommand *command, const CliRelaying *relaying, GError **error);

G_END_DECLS
