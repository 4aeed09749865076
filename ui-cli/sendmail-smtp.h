/* `sendmail -bs`: SMTP on standard input and output. */
#pragma once

#include <sendpath/sendpath.h>

#include "sendmail-options.h"

G_BEGIN_DECLS

/* @delivery: not BY_POLICY. @hold_reason: as for sendpath_engine_submit(). The exit status. */
int sendmail_smtp_run (SendpathEngine *engine, const SendmailOptions *options,
                       SendmailDelivery delivery, const char *hold_reason);
/* The same where nothing can be taken at all. */
void sendmail_smtp_turn_away (const GError *error);

G_END_DECLS
