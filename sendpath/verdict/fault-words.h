/* What programs write when there was no conversation with a server. */
#pragma once

#include "sendpath/wire/phase.h"
#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

/**
 * FaultWords:
 * @words: lower-case, as they stand in an error message
 * @fault: what they mean
 * @phase: where it happened; UNKNOWN: the words do not tell
 * @reason: (nullable): what explain-texts knows finer than the fault
 * @also_in_replies: nobody but a program in between writes this, even behind a reply code
 */
typedef struct {
  const char   *words;
  SendpathFault fault;
  SendpathPhase phase;
  const char   *reason;
  gboolean      also_in_replies;
} FaultWords;

/* The first that @text has, or NULL. @lower is the text in lower-case letters (ASCII). Static. */
const FaultWords *fault_words_find (const char *lower, gboolean is_reply);

G_END_DECLS
