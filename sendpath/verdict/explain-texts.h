/* Private to explain: the sentences. */
#pragma once

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/* Translated. `{server}` stands for the server's name where a sentence has it. */
const char *explain_what (SendpathVerdict verdict);
/* The same for a code that came without words: both readings where it has two. NULL: none of its
 * own. */
const char *explain_what_code (guint code);
/* What sendpath does about it, when @remedy comes first. */
const char *explain_will (SendpathVerdict verdict, SendpathRemedy remedy);
/* What the person can do. */
const char *explain_advice (SendpathVerdict verdict);

G_END_DECLS
