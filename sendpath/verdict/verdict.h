/* What a reply (or its absence) means for us, and what is done about it first. */
#pragma once

#include <glib.h>

#include "sendpath/wire/phase.h"
#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

/**
 * SendpathVerdict:
 *
 * What an answer means. The names are those of PRODUCT.md section 4.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_VERDICT_NONE, /* nothing was answered yet */
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
 *
 * What is done about a verdict. The names are those of PRODUCT.md section 4.
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

/* A reply and where it came; everything but @phase and @reply only sharpens the answer. */
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
