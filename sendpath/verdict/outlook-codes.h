/* The numbers Outlook would show, in both directions. */
#pragma once

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/**
 * OutlookNumber:
 * @number: as Outlook writes it, such as `0x800CCC79`
 * @verdict: what it mostly stands for
 * @phase: where it comes from
 * @code: the reply code that it stands for, 0 if it stands for none
 * @reason: (nullable): what explain-texts knows finer than @verdict
 */
typedef struct {
  const char     *number;
  SendpathVerdict verdict;
  SendpathPhase   phase;
  guint           code;
  const char     *reason;
} OutlookNumber;

/* Static, or NULL where Outlook has no number of its own. */
const char          *outlook_code (SendpathVerdict verdict, SendpathPhase phase, guint code);
/* The first of Outlook's numbers in @text that concerns sending, or NULL. Static. */
const OutlookNumber *outlook_find (const char *text);

G_END_DECLS
