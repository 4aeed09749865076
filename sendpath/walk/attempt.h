/* One attempt: one offer of one message in one session; a plain record of facts and their
 * verdict. */
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
  guint64           size_max_bytes; /* the server's SIZE; 0: none said */
  gboolean          is_oauth_only;  /* it offers no login but with a token */
  gboolean          same_connection;
  char             *mail_from;    /* nullable: MAIL was not reached */
  char            **header_changes; /* NULL: none; never NULL once in a report */

  SendpathPhase     phase;        /* furthest */
  SendpathReply    *reply;        /* set before it goes into a report, never NULL there */
  SendpathVerdict   verdict;
  char             *rule;

  gint64            at_us;        /* start, microseconds since 1970, UTC */
  guint             resolve_ms, connect_ms, tls_ms, total_ms;
} Attempt;

/* Everything unset: the caller fills it in, and adds it to a report only then. */
Attempt  *attempt_new (void);
Attempt  *attempt_copy (const Attempt *attempt);
void      attempt_free (Attempt *attempt);

/* The number that Outlook would show, static, or NULL. */
const char *attempt_get_outlook (const Attempt *attempt);

/* The object of PRODUCT.md section 7, and back (from the journal). The reply comes back with its
 * text cleaned, the time in whole seconds. G_IO_ERROR_INVALID_DATA if @node is none. */
JsonNode *attempt_to_json (const Attempt *attempt);
Attempt  *attempt_from_json (JsonNode *node, GError **error);

/* What the server offered: for the journal alone, beside the object of PRODUCT.md. The members of
 * @record that tell it, and back. */
void      attempt_add_offer_fields (JsonObject *record, const Attempt *attempt);
void      attempt_read_offer_fields (Attempt *attempt, JsonObject *record);

/* The members `code`, `enhanced` and `text`, which attempts and recipients share, and back.
 * @reply may be NULL: all are null, and come back as NULL. @verdict says what the absence of a
 * code meant. */
void           attempt_add_reply_fields (JsonObject *object, const SendpathReply *reply);
SendpathReply *attempt_read_reply_fields (JsonObject *object, SendpathVerdict verdict);
/* The same from the members; @text is NULL where there was no reply. */
SendpathReply *attempt_new_reply (gint64 code, const char *enhanced, const char *text,
                                  SendpathVerdict verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

G_END_DECLS
