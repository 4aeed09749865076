/* Commands that print a password or a token. */
#pragma once

#include <gio/gio.h>

#include "profiles/secret.h"

G_BEGIN_DECLS

/* Runs @command_line, parsed like a shell line, without a shell: standard input is /dev/null,
 * standard error is the caller's. What it prints, without one final line feed, is the secret. At
 * most 64 KiB and @timeout_s seconds. NULL and SENDPATH_SECRET_ERROR_COMMAND,
 * SENDPATH_SECRET_ERROR_BAD or G_IO_ERROR_CANCELLED; @name is what messages call the command,
 * for they never repeat it. */
SendpathSecret *secret_command_run (const char *name, const char *command_line, SecretKind kind,
                                    guint timeout_s, GCancellable *cancellable, GError **error);

G_END_DECLS
