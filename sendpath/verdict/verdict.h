/* What a reply (or its absence) means for us, and what is done about it first. */
#pragma once

#include <glib.h>

#include "sendpath/wire/phase.h"
#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

/**
 * SendpathVerdict:
 * @SENDPATH_VERDICT_NONE: nothing was answered yet
 * @SENDPATH_VERDICT_ACCEPTED: 2xx
 * @SENDPATH_VERDICT_RELAY_DENIED: it will not relay for this client to this recipient
 * @SENDPATH_VERDICT_AUTH_REQUIRED: log in first
 * @SENDPATH_VERDICT_POP_REQUIRED: check your mail first
 * @SENDPATH_VERDICT_TLS_REQUIRED: encrypt first
 * @SENDPATH_VERDICT_AUTH_FAILED: login refused
 * @SENDPATH_VERDICT_SENDER_REJECTED: this sender address is not allowed here
 * @SENDPATH_VERDICT_RECIPIENT_UNKNOWN: no such mailbox
 * @SENDPATH_VERDICT_RECIPIENT_INVALID: bad address
 * @SENDPATH_VERDICT_MAILBOX_FULL: the recipient's mailbox has no room
 * @SENDPATH_VERDICT_MAILBOX_UNAVAILABLE: the recipient's mailbox cannot be used now
 * @SENDPATH_VERDICT_REMOTE_UNREACHABLE: the recipient's server cannot be reached from there
 * @SENDPATH_VERDICT_GREYLISTED: try later, from the same address
 * @SENDPATH_VERDICT_RATE_LIMITED: too many
 * @SENDPATH_VERDICT_SERVER_BUSY: not now
 * @SENDPATH_VERDICT_SERVER_STORAGE: the server has no room now
 * @SENDPATH_VERDICT_TOO_MANY_RECIPIENTS: fewer at a time
 * @SENDPATH_VERDICT_MESSAGE_TOO_LARGE: over its size limit
 * @SENDPATH_VERDICT_CONTENT_REJECTED: not this message
 * @SENDPATH_VERDICT_CLIENT_BLOCKED: not from this address
 * @SENDPATH_VERDICT_PTR_REQUIRED: not from an address without a name
 * @SENDPATH_VERDICT_SERVER_ERROR: the server is broken
 * @SENDPATH_VERDICT_PROTOCOL_ERROR: it did not understand
 * @SENDPATH_VERDICT_OFFLINE: there is no network
 * @SENDPATH_VERDICT_PORTAL: a sign-in page is in the way
 * @SENDPATH_VERDICT_HOST_NOT_FOUND: the server has no address
 * @SENDPATH_VERDICT_UNREACHABLE: no connection
 * @SENDPATH_VERDICT_TLS_FAILED: no protected connection: untrusted, expired, another name, stripped, intercepted
 * @SENDPATH_VERDICT_CONNECTION_LOST: it broke before the final dot
 * @SENDPATH_VERDICT_NO_CREDENTIAL: a login is needed and nobody can be asked
 * @SENDPATH_VERDICT_UNCERTAIN: the reply to the final dot was lost
 *
 * What an answer, or its absence, means. sendpath_verdict_to_string() has the names.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_VERDICT_NONE,
  SENDPATH_VERDICT_ACCEPTED,
  SENDPATH_VERDICT_RELAY_DENIED,
  SENDPATH_VERDICT_AUTH_REQUIRED,
  SENDPATH_VERDICT_POP_REQUIRED,
  SENDPATH_VERDICT_TLS_REQUIRED,
  SENDPATH_VERDICT_AUTH_FAILED,
  SENDPATH_VERDICT_SENDER_REJECTED,
  SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
  SENDPATH_VERDICT_RECIPIENT_INVALID,
  SENDPATH_VERDICT_MAILBOX_FULL,
  SENDPATH_VERDICT_MAILBOX_UNAVAILABLE,
  SENDPATH_VERDICT_REMOTE_UNREACHABLE,
  SENDPATH_VERDICT_GREYLISTED,
  SENDPATH_VERDICT_RATE_LIMITED,
  SENDPATH_VERDICT_SERVER_BUSY,
  SENDPATH_VERDICT_SERVER_STORAGE,
  SENDPATH_VERDICT_TOO_MANY_RECIPIENTS,
  SENDPATH_VERDICT_MESSAGE_TOO_LARGE,
  SENDPATH_VERDICT_CONTENT_REJECTED,
  SENDPATH_VERDICT_CLIENT_BLOCKED,
  SENDPATH_VERDICT_PTR_REQUIRED,
  SENDPATH_VERDICT_SERVER_ERROR,
  SENDPATH_VERDICT_PROTOCOL_ERROR,
  SENDPATH_VERDICT_OFFLINE,
  SENDPATH_VERDICT_PORTAL,
  SENDPATH_VERDICT_HOST_NOT_FOUND,
  SENDPATH_VERDICT_UNREACHABLE,
  SENDPATH_VERDICT_TLS_FAILED,
  SENDPATH_VERDICT_CONNECTION_LOST,
  SENDPATH_VERDICT_NO_CREDENTIAL,
  SENDPATH_VERDICT_UNCERTAIN,
} SendpathVerdict;

/**
 * SendpathRemedy:
 * @SENDPATH_REMEDY_NONE: nothing
 * @SENDPATH_REMEDY_LOG_IN: log in and offer it again
 * @SENDPATH_REMEDY_POP_LOGIN: log in by POP3 first
 * @SENDPATH_REMEDY_ENCRYPT: use TLS
 * @SENDPATH_REMEDY_ASK_LOGIN: ask for the password
 * @SENDPATH_REMEDY_SENDER_RULE: use the next sender rule
 * @SENDPATH_REMEDY_OTHER_FAMILY: try the other address family
 * @SENDPATH_REMEDY_NEXT_ENDPOINT: try the next endpoint of the server
 * @SENDPATH_REMEDY_NEXT_ROUTE: try the next route
 * @SENDPATH_REMEDY_SPLIT: offer the rest in a transaction of its own
 * @SENDPATH_REMEDY_WAIT: keep it in the outbox
 * @SENDPATH_REMEDY_FINAL: give it up
 *
 * What is done about a verdict. sendpath_remedy_to_string() has the names.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_REMEDY_NONE,
  SENDPATH_REMEDY_LOG_IN,
  SENDPATH_REMEDY_POP_LOGIN,
  SENDPATH_REMEDY_ENCRYPT,
  SENDPATH_REMEDY_ASK_LOGIN,
  SENDPATH_REMEDY_SENDER_RULE,
  SENDPATH_REMEDY_OTHER_FAMILY,
  SENDPATH_REMEDY_NEXT_ENDPOINT,
  SENDPATH_REMEDY_NEXT_ROUTE,
  SENDPATH_REMEDY_SPLIT,
  SENDPATH_REMEDY_WAIT,
  SENDPATH_REMEDY_FINAL,
} SendpathRemedy;

const char     *sendpath_verdict_to_string (SendpathVerdict verdict);
SendpathVerdict sendpath_verdict_from_string (const char *text); /* NONE if it is none */
const char     *sendpath_remedy_to_string (SendpathRemedy remedy);

/**
 * SendpathVerdictQuery:
 * @phase: where it was said
 * @reply: what was said
 * @recipient: (nullable): about whom
 * @server: (nullable): by whom
 * @authenticated: the session was logged in
 * @tls: the session was encrypted
 * @local_accepted: another recipient of the same transaction was accepted
 * @relay: it is a server of somebody else: a relay of this place
 * @has_sender_rule: a further sender rule may be tried on this route
 *
 * A reply and where it came; everything but @phase and @reply only sharpens the answer.
 *
 * Since: 1.0
 */
typedef struct {
  SendpathPhase        phase;
  const SendpathReply *reply;
  const char          *recipient;      /* nullable */
  const char          *server;         /* nullable */
  gboolean             authenticated;  /* the session was logged in */
  gboolean             tls;
  gboolean             local_accepted; /* another recipient of the same transaction was accepted */
  gboolean             relay;          /* a route of steps 5-6: somebody else's server */
  gboolean             has_sender_rule; /* a further sender rule may be tried on this route */
} SendpathVerdictQuery;

/**
 * SendpathVerdictAnswer:
 * @verdict: what it means
 * @rule: id of the rule that says so, which stays the same and is never translated
 * @remedy: what is done first
 *
 * What a reply means.
 *
 * Since: 1.0
 */
typedef struct {
  SendpathVerdict verdict;
  const char     *rule;   /* stable id, static */
  SendpathRemedy  remedy; /* the first of verdict_remedies() */
} SendpathVerdictAnswer;

/**
 * sendpath_verdict_classify:
 * @query: what was answered, and where
 * @ret_answer: (out caller-allocates): what it means
 *
 * Never fails: the last rule catches everything. Pure; any thread.
 *
 * Since: 1.0
 */
void sendpath_verdict_classify (const SendpathVerdictQuery *query,
                                SendpathVerdictAnswer      *ret_answer);

const SendpathRemedy *sendpath_verdict_get_remedies (SendpathVerdict             verdict,
                                                     const SendpathVerdictQuery *query);

G_END_DECLS
