/* What a page is made of: prose, and the directives in it that the tables of the code answer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  GString *text;
  GHashTable *placed; /* set of the commands that have had their section */
} Page;

/* Each answers one directive; FALSE: @argument names nothing that is there. */
gboolean page_add_synopsis (Page *page, const char *group);
gboolean page_add_command (Page *page, const char *name);
/* Those of the group that no `@command` named; they come by themselves. */
gboolean page_add_commands (Page *page, const char *group);
gboolean page_add_command_list (Page *page, const char *argument);
gboolean page_add_keys (Page *page, const char *section);
gboolean page_add_exit (Page *page, const char *argument);
gboolean page_add_sendmail_options (Page *page, const char *meaning);
gboolean page_add_sendmail_exit (Page *page, const char *argument);
gboolean page_add_verdicts (Page *page, const char *argument);
gboolean page_add_remedies (Page *page, const char *argument);
gboolean page_add_phases (Page *page, const char *argument);

G_END_DECLS
