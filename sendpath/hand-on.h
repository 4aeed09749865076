/* A message is left with somebody on this machine who sends it, by SMTP on a local socket. */
#pragma once

#include "sendpath/mail/message.h"

G_BEGIN_DECLS

gboolean sendpath_hand_on (SendpathMessage *message, const char *path, GCancellable *cancellable,
                           GError **error);

G_END_DECLS
