/* The record of a journal that makes it long: an attempt, with what it meant for each recipient. It reads
 * the line as journal.c writes it, and nothing else: the rest is for a parser of JSON. */
#pragma once

#include "sendpath/outbox/line-cursor.h"
#include "sendpath/walk/attempt.h"

G_BEGIN_DECLS

/* What one recipient was answered. */
typedef struct {
  char *address;
  char state[LINE_WORD_BYTES];
  SendpathVerdict verdict;
  SendpathReply *reply;
} AttemptOutcome;

typedef struct {
  Attempt *attempt;
  GArray *outcomes; /* AttemptOutcome; NULL: nobody */
} AttemptLine;

/* FALSE if @line is any other: nothing is known of it then, and @read is to be cleared all the same. It
 * begins empty. */
gboolean attempt_line_read (AttemptLine *read, const char *line, gsize length);
void     attempt_line_clear (AttemptLine *read);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AttemptLine, attempt_line_clear)

G_END_DECLS
