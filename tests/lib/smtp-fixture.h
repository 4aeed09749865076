/* A session with a scripted server, and a message for it. */
#pragma once

#include "sendpath/wire/smtp-session.h"

G_BEGIN_DECLS

/* Connects, reads the greeting and hands both to a session, as a race would. The server is taken
 * for smtp.proseware.com. NULL: no greeting, or none of 220. */
SmtpSession     *smtp_fixture_connect (guint16 port, SendpathSecurity security,
                                       const SmtpSessionOptions *options,
                                       GCancellable *cancellable);

/* @text: header, empty line, body. @recipients are separated by spaces. */
SendpathMessage *smtp_fixture_message (const char *sender, const char *recipients,
                                       const char *text);
/* The whole message for all its recipients. */
Delivery        *smtp_fixture_delivery (SendpathMessage *message);

/* `rcpt 550`, `eod link-lost`: what the dialogues call an outcome. Newly allocated. */
char            *smtp_fixture_describe (SendpathPhase phase, const SendpathReply *reply);

G_END_DECLS
