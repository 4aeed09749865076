/* remedies: PRODUCT.md section 4 as a table: after this verdict, what is done, in order. It
 * never looks at the words of a reply, and knows no routes. */
#include "config.h"

#include "sendpath/verdict/remedies.h"

#include <string.h>

/* Where a row applies; all that are named have to be so. */
typedef enum {
  ANYWHERE = 0,
  LOGGED_IN = 1 << 0,
  ENCRYPTED = 1 << 1,
  AT_RELAY = 1 << 2,  /* somebody else's server */
  AT_OWN = 1 << 3,    /* the account's own */
  EARLY = 1 << 4,     /* before MAIL */
  AFTER_DOT = 1 << 5, /* the content was refused: DATA or the final dot */
  TEMPORARY = 1 << 6, /* 4xx */
  RULE_LEFT = 1 << 7, /* a further sender rule may be tried */
} Place;

typedef struct {
  SendpathVerdict verdict;
  guint           place;
  SendpathRemedy  remedies[7]; /* the rest is NONE */
} Row;

#define R(remedy) SENDPATH_REMEDY_##remedy
#define V(verdict) SENDPATH_VERDICT_##verdict

/* The first row whose verdict and place are right. */
static const Row rows[] = {
  { V (NONE), ANYWHERE, { R (NONE) } },
  { V (ACCEPTED), ANYWHERE, { R (NONE) } },
  { V (UNCERTAIN), ANYWHERE, { R (NONE) } },

  /* Some servers word a refusal of the sender like this once they know the client. */
  { V (RELAY_DENIED), LOGGED_IN,
    { R (SENDER_RULE), R (OTHER_FAMILY), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (RELAY_DENIED), AT_RELAY,
    { R (SENDER_RULE), R (LOG_IN), R (OTHER_FAMILY), R (NEXT_ENDPOINT), R (NEXT_ROUTE),
      R (WAIT) } },
  { V (RELAY_DENIED), ANYWHERE,
    { R (LOG_IN), R (OTHER_FAMILY), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },

  { V (AUTH_REQUIRED), LOGGED_IN, { R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (AUTH_REQUIRED), ANYWHERE, { R (LOG_IN), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (POP_REQUIRED), LOGGED_IN, { R (POP_LOGIN), R (NEXT_ROUTE), R (WAIT) } },
  { V (POP_REQUIRED), ANYWHERE, { R (POP_LOGIN), R (LOG_IN), R (NEXT_ROUTE), R (WAIT) } },
  { V (TLS_REQUIRED), ENCRYPTED, { R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (TLS_REQUIRED), ANYWHERE, { R (ENCRYPT), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (AUTH_FAILED), ANYWHERE, { R (ASK_LOGIN), R (NEXT_ROUTE), R (WAIT) } },
  { V (NO_CREDENTIAL), ANYWHERE, { R (ASK_LOGIN), R (NEXT_ROUTE), R (WAIT) } },

  { V (SENDER_REJECTED), AT_RELAY | AFTER_DOT, { R (SENDER_RULE), R (WAIT) } },
  { V (SENDER_REJECTED), AFTER_DOT | RULE_LEFT, { R (SENDER_RULE), R (FINAL) } },
  { V (SENDER_REJECTED), RULE_LEFT, { R (SENDER_RULE), R (NEXT_ROUTE), R (WAIT) } },
  { V (SENDER_REJECTED), AT_OWN | AFTER_DOT | TEMPORARY, { R (WAIT) } },
  { V (SENDER_REJECTED), AT_OWN | LOGGED_IN | TEMPORARY, { R (WAIT) } },
  { V (SENDER_REJECTED), AT_OWN | AFTER_DOT, { R (FINAL) } },
  { V (SENDER_REJECTED), AT_OWN | LOGGED_IN, { R (FINAL) } },
  { V (SENDER_REJECTED), ANYWHERE, { R (SENDER_RULE), R (NEXT_ROUTE), R (WAIT) } },

  { V (RECIPIENT_UNKNOWN), ANYWHERE, { R (FINAL) } },
  { V (RECIPIENT_INVALID), ANYWHERE, { R (FINAL) } },
  { V (MAILBOX_FULL), TEMPORARY, { R (WAIT) } },
  { V (MAILBOX_FULL), ANYWHERE, { R (FINAL) } },
  { V (MAILBOX_UNAVAILABLE), TEMPORARY, { R (WAIT) } },
  { V (MAILBOX_UNAVAILABLE), ANYWHERE, { R (FINAL) } },
  { V (REMOTE_UNREACHABLE), TEMPORARY, { R (WAIT) } },
  { V (REMOTE_UNREACHABLE), ANYWHERE, { R (FINAL) } },

  { V (GREYLISTED), ANYWHERE, { R (WAIT) } },
  { V (RATE_LIMITED), ANYWHERE, { R (WAIT) } },
  { V (SERVER_BUSY), EARLY, { R (NEXT_ENDPOINT), R (WAIT) } },
  { V (SERVER_BUSY), ANYWHERE, { R (WAIT) } },
  { V (SERVER_STORAGE), EARLY, { R (NEXT_ENDPOINT), R (WAIT) } },
  { V (SERVER_STORAGE), ANYWHERE, { R (WAIT) } },
  { V (TOO_MANY_RECIPIENTS), ANYWHERE, { R (SPLIT) } },
  { V (MESSAGE_TOO_LARGE), AT_RELAY, { R (WAIT) } },
  { V (MESSAGE_TOO_LARGE), ANYWHERE, { R (FINAL) } },
  { V (CONTENT_REJECTED), ANYWHERE, { R (FINAL) } },

  { V (CLIENT_BLOCKED), LOGGED_IN,
    { R (OTHER_FAMILY), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (CLIENT_BLOCKED), ANYWHERE,
    { R (LOG_IN), R (OTHER_FAMILY), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (PTR_REQUIRED), LOGGED_IN,
    { R (OTHER_FAMILY), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (PTR_REQUIRED), ANYWHERE,
    { R (LOG_IN), R (OTHER_FAMILY), R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },

  { V (SERVER_ERROR), TEMPORARY, { R (NEXT_ENDPOINT), R (WAIT) } },
  { V (SERVER_ERROR), AFTER_DOT, { R (NEXT_ENDPOINT), R (FINAL) } },
  { V (SERVER_ERROR), ANYWHERE, { R (NEXT_ENDPOINT), R (WAIT) } },
  { V (PROTOCOL_ERROR), ANYWHERE, { R (NEXT_ENDPOINT), R (WAIT) } },

  { V (OFFLINE), ANYWHERE, { R (WAIT) } },
  { V (PORTAL), ANYWHERE, { R (WAIT) } },
  { V (HOST_NOT_FOUND), ANYWHERE, { R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (UNREACHABLE), ANYWHERE, { R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (TLS_FAILED), ANYWHERE, { R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
  { V (CONNECTION_LOST), ANYWHERE, { R (NEXT_ENDPOINT), R (NEXT_ROUTE), R (WAIT) } },
};

/* 4xx, or text that names a 4.x.x status where the code is not known. */
static gboolean
is_temporary (const SendpathReply *reply)
{
  guint       code = sendpath_reply_get_code (reply);
  const char *enhanced = sendpath_reply_get_enhanced (reply);

  if (code != 0)
    return code / 100 == 4;
  return (enhanced != NULL && enhanced[0] == '4') ||
         strstr (sendpath_reply_get_text (reply), "#4.") != NULL;
}

static guint
place_of (const SendpathVerdictQuery *query)
{
  guint place = query->relay ? AT_RELAY : AT_OWN;

  if (query->authenticated)
    place |= LOGGED_IN;
  if (query->tls)
    place |= ENCRYPTED;
  if (query->phase != SENDPATH_PHASE_UNKNOWN && query->phase < SENDPATH_PHASE_MAIL)
    place |= EARLY;
  if (query->phase == SENDPATH_PHASE_DATA || query->phase == SENDPATH_PHASE_EOD)
    place |= AFTER_DOT;
  if (is_temporary (query->reply))
    place |= TEMPORARY;
  if (query->has_sender_rule)
    place |= RULE_LEFT;
  return place;
}

const SendpathRemedy *
verdict_remedies (SendpathVerdict verdict, const SendpathVerdictQuery *query)
{
  guint place = place_of (query);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].verdict == verdict && (rows[i].place & place) == rows[i].place)
      return rows[i].remedies;
  g_return_val_if_reached (rows[0].remedies);
}

/**
 * sendpath_verdict_get_remedies: (skip)
 * @verdict: a verdict
 * @query: what was answered, and where, as for sendpath_verdict_classify()
 *
 * Gets all that is done after @verdict, in order, each if the one before it was not possible or did not
 * help.
 *
 * Pure; any thread.
 *
 * Returns: (transfer none): the remedies, ended by %SENDPATH_REMEDY_NONE; static
 *
 * Since: 1.0
 */
const SendpathRemedy *
sendpath_verdict_get_remedies (SendpathVerdict verdict, const SendpathVerdictQuery *query)
{
  g_return_val_if_fail (query != NULL && query->reply != NULL, rows[0].remedies);

  return verdict_remedies (verdict, query);
}
