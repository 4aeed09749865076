/* What the name servers say of the domains of recipients who were refused, noted in a report: the
 * words for people go by it. */
#pragma once

#include "profiles/network.h"
#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

/* Somebody was refused for a reason that may lie in the domain, by a server elsewhere. */
gboolean report_domains_are_wanted (const SendpathReport *report);
/* Asks, at most two seconds, and notes the answers in @report. Nobody is asked without need, nor
 * where there is no network. @resolver: NULL is the default. What was found, as a line for
 * report_domains_read(); newly allocated. */
char *report_domains_ask (SendpathReport *report, SendpathNetwork *network, GResolver *resolver,
                          GCancellable *cancellable);
/* Notes in @report what another process has found. */
void report_domains_read (SendpathReport *report, const char *line);

G_END_DECLS
