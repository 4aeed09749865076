/* What recipients were answered, as the journal writes it: an object for each, or for all who have the
 * same answer. It never decides what an answer means. */
#pragma once

#include <json-glib/json-glib.h>

#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

/* Those whose last attempt is @noted; with NULL, those whose state was found out after theirs. */
JsonArray *outcomes_new (const SendpathReport *report, const Attempt *noted);
/* Whose answer @outcome is: ReportRecipient, borrowed from @report. NULL if it cannot be read, or
 * names somebody whom the message is not for. */
GPtrArray *outcomes_find_recipients (SendpathReport *report, JsonObject *outcome);

G_END_DECLS
