/* Private to the makers of explanations. */
#pragma once

#include "sendpath/verdict/explain.h"
#include "sendpath/verdict/outlook-codes.h"

G_BEGIN_DECLS

/**
 * ExplainClues:
 * @number: (nullable): one of Outlook's numbers that stands for the reply
 * @reason: (nullable): finer than the rule that decided
 * @help: (nullable): one sentence about this very case
 * @contact: (nullable): whom to ask when it lasts, by name
 * @place: a set of #ExplainPlace
 *
 * What is known beside the query.
 */
typedef struct {
  const OutlookNumber *number;
  const char          *reason;
  const char          *help;
  const char          *contact;
  guint                place;
} ExplainClues;

SendpathExplanation *explain_build (const SendpathVerdictQuery  *query,
                                    const SendpathVerdictAnswer *answer,
                                    const ExplainClues          *clues);

G_END_DECLS
