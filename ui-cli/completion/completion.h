/* What can be typed where, from the tables of the code, for the completion of three shells. */
#pragma once

#include "../man/page.h"
#include "../man/record.h"

G_BEGIN_DECLS

/* What may stand in one place, with blanks between: words, and `%accounts`, `%locations`, `%messages`,
 * `%secrets`, `%files` for what the shell has to ask for. NULL: nobody can say. */
char *completion_dup_values (const RecordedOption *option);
/* One for each operand in turn; the last counts for all that follow if @ret_repeats. */
GStrv completion_dup_operands (const CliCommand *command, gboolean *ret_repeats);
/* For the first word of commands: the summary of the command of that name, else what may follow it. */
char *completion_dup_group_help (const char *group);
/* The first words of all commands, each once. */
GStrv completion_dup_groups (void);
/* The second word, or NULL. */
const char *completion_get_second_word (const CliCommand *command);

/* Directives of write-docs. */
gboolean completion_add_bash (Page *page, const char *argument);
gboolean completion_add_zsh (Page *page, const char *argument);
gboolean completion_add_fish (Page *page, const char *argument);
/* @shell: bash, zsh or fish */
gboolean completion_add_sendmail (Page *page, const char *shell);

G_END_DECLS
