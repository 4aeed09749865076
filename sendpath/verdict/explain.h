/* Verdicts in words for the person who wrote the mail. */
#pragma once

#include <glib-object.h>

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_EXPLANATION (sendpath_explanation_get_type ())
typedef struct _SendpathExplanation SendpathExplanation; /* boxed, immutable, reference counted */

GType                sendpath_explanation_get_type (void);
SendpathExplanation *sendpath_explanation_ref (SendpathExplanation *explanation);
void                 sendpath_explanation_unref (SendpathExplanation *explanation);

/* @query as for sendpath_verdict_classify(). */
SendpathExplanation *sendpath_explain_reply (const SendpathVerdictQuery *query);
/* Reads what a person pastes: `550 5.7.1 Relaying denied`, `550`, text alone, `0x800CCC79`. @phase UNKNOWN
 * if not given. NULL and G_IO_ERROR_INVALID_ARGUMENT if there is nothing to explain. */
SendpathExplanation *sendpath_explain_text (SendpathPhase phase, const char *text, GError **error);
/* One line of `explain --batch`: JSON in, JSON out (PRODUCT.md section 7). */
char                *sendpath_explain_json_line (const char *line, GError **error);

SendpathVerdict sendpath_explanation_get_verdict (const SendpathExplanation *explanation);
SendpathRemedy  sendpath_explanation_get_remedy (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_rule (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_what (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_will (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_advice (const SendpathExplanation *explanation);
/* `0x800CCC79`, or NULL where Outlook has no number. */
const char     *sendpath_explanation_get_outlook (const SendpathExplanation *explanation);
char           *sendpath_explanation_to_text (const SendpathExplanation *explanation);
char           *sendpath_explanation_to_json (const SendpathExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathExplanation, sendpath_explanation_unref)

G_END_DECLS
