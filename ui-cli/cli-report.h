/* Reports in words, on the terminal. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

/* What became of the message, one or two sentences. */
void cli_report_print_summary (const SendpathReport *report);
/* The same, and what was tried: a line an attempt, a line a recipient, the facts for a help desk. */
void cli_report_print_walk (const SendpathReport *report);
/* The lines of `queue list` about one message, without the end of the last; may be called in any thread. */
char *cli_report_dup_waiting (const SendpathReport *report);
/* Names the refused recipients and what waits, on standard error, as @program; nothing if all was
 * sent. */
void cli_report_warn (const SendpathReport *report, const char *program);
/* The same for a message that is kept nowhere; it names those who have it, if others do not. */
void cli_report_warn_unkept (const SendpathReport *report, const char *program);

G_END_DECLS
