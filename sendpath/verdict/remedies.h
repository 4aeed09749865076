/* The table of PRODUCT.md section 4: after this verdict, what is done, in order. */
#pragma once

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/* The remedies for @verdict in the place @query describes, in order, ended by
 * SENDPATH_REMEDY_NONE. Static. */
const SendpathRemedy *verdict_remedies (SendpathVerdict verdict, const SendpathVerdictQuery *query);

G_END_DECLS
