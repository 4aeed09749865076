/* The record of a journal that most messages of a long list have alone: how they wait. It reads the line
 * as journal.c writes it, and nothing else: the rest is for a parser of JSON. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *account;
  char *location;
  char *network;
  char *reason;
  char *needs;
  gint64 at_s; /* as all times, 0: none */
  gint64 next_try_s;
  gboolean held;
  gint64 n_tries;
  gint64 tried_s;
  gint64 n_paced;
} StateLine;

/* FALSE if @line is any other, or tells of recipients: nothing is known of it then, and @state is to be
 * cleared all the same. It begins empty. */
gboolean state_line_read (StateLine *state, const char *line, gsize length);
void     state_line_clear (StateLine *state);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StateLine, state_line_clear)

G_END_DECLS
