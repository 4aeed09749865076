/* Private to explain: what a code says by itself. */
#pragma once

#include "sendpath/verdict/explain-texts.h"

G_BEGIN_DECLS

/* Puts what @code says by itself in place of what a verdict says; nothing if it says no more. */
void explain_code_find (guint code, ExplainTexts *texts);

G_END_DECLS
