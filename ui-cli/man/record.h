/* What the commands of `sendpath` have for options: each is run with a parser that only takes them down. */
#pragma once

#include "../commands.h"

G_BEGIN_DECLS

/* Strings are static. */
typedef struct {
  const char *name;  /* without the dashes */
  char letter;       /* or 0 */
  const char *value; /* its name; NULL: it takes none */
  const char *help;
  const SendpathProfileKey *key; /* NULL: an option of its own */
} RecordedOption;

/* RecordedOption; free with g_array_unref. The command does nothing. */
GArray *record_options (const CliCommand *command);

/* The commands whose first word is @group: borrowed rows, ended by NULL; free with g_free. */
const CliCommand **record_group (const char *group);
/* `account` of `account add`. */
char *record_dup_group (const CliCommand *command);

G_END_DECLS
