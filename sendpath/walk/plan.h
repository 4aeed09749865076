/* account + location + memory + message -> ordered routes. It plans and never connects. */
#pragma once

#include "profiles/memory.h"
#include "profiles/profile-store.h"
#include "profiles/trust.h"
#include "sendpath/mail/message-private.h"
#include "sendpath/verdict/verdict.h"
#include "sendpath/walk/route-private.h"

G_BEGIN_DECLS

/* A way that was gone before and comes first this time, whatever else was learned. */
typedef struct {
  const char *server;       /* the route's */
  SendpathRouteKind kind;   /* NONE: any */
  const char *host;         /* the endpoint's, nullable: any */
  guint16 port;
  GSocketFamily family;     /* INVALID: both */
  SenderRule rule;          /* where the sender rules start, if they may go so far */
} PlanAgain;

/* What a plan is made from; all borrowed. */
typedef struct {
  SendpathProfileStore *profiles;
  SendpathAccount *account;
  SendpathLocation *location; /* nullable */
  const char *network_id;
  const char *former_network_id; /* what was learned before may stand under it; nullable */
  const char *const *addresses; /* our own there; nullable */
  const char *const *domains;   /* search domains; NULL: relays are not looked for */
  const char *const *mail_servers; /* addresses that DHCP named; nullable */
  GPtrArray *approved;          /* RelayDecision of this network; nullable */
  const char *const *avoid;     /* hosts that must not get this message; nullable */
  const PlanAgain *again;       /* nullable */
  Memory *memory;
  Trust *trust;
  gint64 now_s;
} PlanInput;

/* The routes in the order in which they are tried (SendpathRoute); those that are skipped stay in
 * place and say why. */
GPtrArray *plan_make (const PlanInput *input);

/* The endpoints of one configured server, `host` or `host:port`, under a `security` value:
 * PRODUCT.md section 3, step 1. Those at which only plain text is possible are left out for a
 * host that once spoke TLS. */
GPtrArray *plan_dup_endpoints (const char *server, const char *security, Trust *trust);
/* The same for a POP3 server: 995 TLS, 110 STLS. */
GPtrArray *plan_dup_pop_endpoints (const char *server, const char *security, Trust *trust);

/* The host of a configured server, without port and brackets. */
char *plan_dup_host (const char *server);

/* "After this verdict, may that route follow?" */
gboolean plan_may_follow (SendpathVerdict verdict, const SendpathRoute *next);
/* The server @host took this message before and did not deliver it. */
gboolean plan_avoids (const PlanInput *input, const char *host);

/* Notes that @route worked over @endpoint, @family and the address @ip, so that they come first on this
 * network (PRODUCT.md section 3). */
void plan_remember (const PlanInput *input, const SendpathRoute *route,
                    const SendpathEndpoint *endpoint, GSocketFamily family, const char *ip);

/* Adds to `why` what the place of @route in the plan comes from: its kind, or NONE for what was
 * learned. */
void plan_explain_place (SendpathRoute *route, SendpathRouteKind place);

/* MAIL FROM for @message under @account and the rule `keep`: borrowed from either. */
const char *plan_get_mail_from (SendpathAccount *account, SendpathMessage *message);

G_END_DECLS
