/* `sendmail` for users whose mail is sent by the service of the machine. */
#pragma once

#include <sendpath/sendpath.h>

#include "sendmail-options.h"

G_BEGIN_DECLS

/* Leaves @message with the service; TRUE only if that has it on disk. */
gboolean sendmail_system_submit (SendpathMessage *message, GError **error);
/* `-bs`: the dialogue is the service's. The exit status. */
int sendmail_system_speak_smtp (void);

G_END_DECLS
