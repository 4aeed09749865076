/* What a help desk asks for: the refusal that decided about one recipient, from a report. */
#pragma once

#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

/* All borrowed from the report. */
typedef struct {
  const ReportRecipient *refused;
  const Attempt         *attempt;
  const SendpathReply   *reply;   /* nullable: nobody answered */
  SendpathVerdict        verdict; /* what it meant for @refused */
  const char            *outlook; /* static, nullable */
} ReportFacts;

/* Those of @recipient. FALSE: it is sent, or nothing was tried for it yet. */
gboolean report_facts_find (const SendpathReport *report, const ReportRecipient *recipient,
                            ReportFacts *ret_facts);
/* Those of the first recipient that has any. FALSE: none has. */
gboolean report_facts_find_first (const SendpathReport *report, ReportFacts *ret_facts);

/* The code of the reply, 0 if nobody answered; and the server's own words, cleaned, or NULL. */
guint    report_facts_get_code (const ReportFacts *facts);
char    *report_facts_dup_words (const ReportFacts *facts);

/* One sentence that helps in this very case, or NULL; translated. For what waits it may be whom to
 * ask. */
char    *report_facts_dup_help (const SendpathReport *report, const ReportFacts *facts);

G_END_DECLS
