/* A session with a scripted server, and a message for it. */
#pragma once

#include "sendpath/wire/smtp-session.h"
#include "tests/lib/scripted-server.h"

G_BEGIN_DECLS

/* Connects, reads the greeting and hands both to a session, as a race would. The server is taken
 * for smtp.proseware.com. NULL: no greeting, or none of 220. */
SmtpSession     *smtp_fixture_connect (guint16 port, SendpathSecurity security,
                                       const SmtpSessionOptions *options,
                                       GCancellable *cancellable);

/* The same over a plain connection, and past EHLO. */
SmtpSession     *smtp_fixture_open (const ScriptedServer *server, const SmtpSessionOptions *options,
                                    GCancellable *cancellable);

/* @text: header, empty line, body. @recipients are separated by spaces. */
SendpathMessage *smtp_fixture_message (const char *sender, const char *recipients,
                                       const char *text);
/* The whole message for all its recipients. */
Delivery        *smtp_fixture_delivery (SendpathMessage *message);

/* `rcpt 550`, `eod link-lost`: what the dialogues call an outcome. Newly allocated. */
char            *smtp_fixture_describe (SendpathPhase phase, const SendpathReply *reply);
/* So the @i-th recipient fared, or the test fails. */
void             smtp_fixture_assert_outcome (const Delivery *delivery, guint i,
                                              const char *expected);

G_END_DECLS
