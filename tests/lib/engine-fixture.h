/* An engine with one account whose server is scripted, in a folder of its own; and what its signals
 * said. */
#pragma once

#include "sendpath/engine.h"
#include "tests/lib/scripted-server.h"

G_BEGIN_DECLS

#define FIXTURE_SECRET "correct-horse-battery"
#define FIXTURE_TEXT                                                                               \
  "From: Terri Chudzik <terri@proseware.com>\nTo: someone@adatum.com\nSubject: Lunch\n\nNoon?\n"

/* The beginning of most dialogues, up to the reply to DATA; a server that takes the message. */
#define SERVER_GREETS "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250 mail.example.org\n"
#define SERVER_ASKS                                                                                \
  SERVER_GREETS "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\n"                                 \
                "C: RCPT TO:<someone@adatum.com>\nS: 250 ok\nC: DATA\nS: 354 go on\n"
#define SERVER_TAKES SERVER_ASKS "C: <data>\nS: 250 2.0.0 queued\n"
/* One that wants a login first, by AUTH PLAIN over a connection that is not encrypted. */
#define SERVER_WANTS_LOGIN                                                                         \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 AUTH PLAIN\n"         \
  "C: MAIL FROM:<terri@proseware.com>*\nS: 530 5.7.0 Authentication required\n"
#define SERVER_LOGS_IN "C: AUTH PLAIN *\nS: 235 2.7.0 welcome\n"
#define SERVER_TAKES_MORE                                                                          \
  "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\nS: 250 ok\n"   \
  "C: DATA\nS: 354 go on\nC: <data>\nS: 250 2.0.0 queued\n"
#define LOGIN_KEYS "allow-cleartext-login = yes\nuser = terri\n"

typedef struct {
  char           *dir;    /* removed with all that is in it */
  char           *outbox; /* its path */
  char           *keys;
  ScriptedServer *server; /* NULL: nobody listens, on any port */
  SendpathEngine *engine;
  GThread        *thread; /* where signals must be emitted: the one that made the fixture */
  GString        *events; /* `started account`, `ended 0`… , separated by `; ` */
  GString        *trace;  /* a line a line */
} EngineFixture;

/* @dialogue: of the account's server, or NULL. @keys: more lines for account `home`, or NULL. */
EngineFixture *engine_fixture_new (const char *dialogue, const char *keys);
void           engine_fixture_free (EngineFixture *fixture);

/* Another server and another engine for the same outbox: the next day, so to speak. */
void engine_fixture_use_server (EngineFixture *fixture, const char *dialogue);

/* @text: FIXTURE_TEXT, say; @recipients: separated by spaces. */
SendpathMessage *engine_fixture_new_message (const char *text, const char *recipients);
/* Puts FIXTURE_TEXT for someone@adatum.com into the outbox, and asserts that it worked. */
char            *engine_fixture_submit (EngineFixture *fixture);
/* Sends that and waits; errors end the test. */
SendpathReport  *engine_fixture_send (EngineFixture *fixture, GCancellable *cancellable);
/* The number of messages that wait. */
guint            engine_fixture_count_waiting (EngineFixture *fixture);

void engine_fixture_assert_outcome (const SendpathReport *report, SendpathOutcome outcome,
                                    const char *verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineFixture, engine_fixture_free)

G_END_DECLS
