/* The log of the service: to the journal with fields, to a terminal as lines. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

/* To the journal if standard error is connected to it, else a line on standard error. */
GLogWriterOutput service_log_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                    gpointer data);

/* Attempt @attempt of @report has ended: SENDPATH_ID, SENDPATH_ACCOUNT, SENDPATH_ROUTE,
 * SENDPATH_SERVER, SENDPATH_PHASE, SENDPATH_VERDICT, SENDPATH_RULE, SENDPATH_CODE. */
void service_log_attempt (GLogWriterFunc write, const SendpathReport *report, guint attempt);
/* What became of the message: SENDPATH_ID, SENDPATH_ACCOUNT, SENDPATH_OUTCOME, SENDPATH_NEEDS. */
void service_log_message (GLogWriterFunc write, const SendpathReport *report);
/* A message came in from a process of user @uid: SENDPATH_ID, SENDPATH_UID. */
void service_log_taken (GLogWriterFunc write, const char *id, guint uid);
/* What a program did that hands in messages by SMTP: SENDPATH_ID, SENDPATH_CLIENT. */
void service_log_served (GLogWriterFunc write, SendpathServeEvent event, const char *client,
                         const char *id);

G_END_DECLS
