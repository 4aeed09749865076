/* `sendmail -bv`: by which account and route a message to these recipients would go. */
#pragma once

#include <sendpath/sendpath.h>

#include "sendmail-options.h"

G_BEGIN_DECLS

/* Sends nothing, and reads no message. */
gboolean sendmail_verify_run (SendpathEngine *engine, const SendmailOptions *options,
                              GError **error);

G_END_DECLS
