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

SendpathExplanation *sendpath_explain_reply (const SendpathVerdictQuery *query);
SendpathExplanation *sendpath_explain_verdict (SendpathVerdict verdict);
SendpathExplanation *sendpath_explain_text (SendpathPhase phase, const char *text, GError **error);

SendpathVerdict sendpath_explanation_get_verdict (const SendpathExplanation *explanation);
SendpathRemedy  sendpath_explanation_get_remedy (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_rule (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_what (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_will (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_advice (const SendpathExplanation *explanation);
const char     *sendpath_explanation_get_outlook (const SendpathExplanation *explanation);
char           *sendpath_explanation_to_text (const SendpathExplanation *explanation);
char           *sendpath_explanation_to_json (const SendpathExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathExplanation, sendpath_explanation_unref)

G_END_DECLS
