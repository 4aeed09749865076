/* Why a recipient's mail did not arrive, by what a report says. */
#pragma once

#include "sendpath/mail/bounce.h"
#include "sendpath/verdict/explain.h"

G_BEGIN_DECLS

/* What has become of @from, in words and as a verdict. Free it with
 * sendpath_explanation_unref(). */
SendpathExplanation *bounce_cause_explain (const BounceRecipient *from);

G_END_DECLS
