/* One attempt: one offer of one message in one session; a plain record of facts and their verdict. */
#pragma once

#include <json-glib/json-glib.h>

#include "sendpath/verdict/verdict.h"
#include "sendpath/walk/route.h"
#include "sendpath/mail/sender-rule.h"

G_BEGIN_DECLS

typedef struct {
  SendpathRouteKind kind;
  char             *server;       /* the route's server name */
  char             *login;        /* account, backup, location, none */
  gboolean          pop_login;
  SenderRule        sender_rule;

  char             *host;         /* endpoint; NULL if it never came to one */
  char             *ip;           /* nullable */
  guint16           port;
  SendpathSecurity  security;
  gboolean          is_protected; /* TLS protected the reply */
  char             *auth;         /* mechanism, lower case, or NULL */
  gboolean          same_connection;
  char             *mail_from;    /* nullable: MAIL was not reached */
  char            **header_changes; /* never NULL */

  SendpathPhase     phase;        /* furthest */
  SendpathReply    *reply;        /* never NULL */
  SendpathVerdict   verdict;
  char             *rule;

  gint64            at_us;        /* start, microseconds since 1970, UTC */
  guint             resolve_ms, connect_ms, tls_ms, total_ms;
} Attempt;

Attempt  *attempt_new (void);
Attempt  *attempt_copy (const Attempt *attempt);
void      attempt_free (Attempt *attempt);

/* The object of PRODUCT.md section 7, and back (from the journal). */
JsonNode *attempt_to_json (const Attempt *attempt);
Attempt  *attempt_from_json (JsonNode *node, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

G_END_DECLS
