/* Asks one server of a plan whether it would take a message from here, without a login. Nothing is
 * sent and no password leaves. */
#pragma once

#include "profiles/secret.h"
#include "profiles/trust.h"
#include "sendpath/verdict/verdict.h"
#include "sendpath/walk/route-private.h"
#include "sendpath/wire/trace.h"

G_BEGIN_DECLS

/* Longest wait for one reply: somebody sits and looks. */
#define RELAY_PROBE_PATIENCE_S 20

/* What is asked, and how; borrowed. */
typedef struct {
  const char *sender; /* of MAIL FROM, where the route has no other */
  const char *recipient;
  Trust *trust;
  const Trace *trace;
  guint patience_s;
  GResolver *resolver; /* NULL: the default */
  const char *const *own; /* our addresses (CIDR); nullable */
  GCancellable *cancellable;
} RelayQuestion;

/* What one server said at the endpoint that is told of. */
typedef struct {
  SendpathRoute *route;
  SendpathEndpoint *endpoint;
  SendpathPhase phase;
  SendpathReply *reply; /* never NULL */
  SendpathVerdict verdict;
  SendpathRemedy remedy;
  const char *rule;
  gboolean is_open; /* there was a session to ask in */
  gboolean is_tls;
  gboolean may_log_in; /* it offers a login that the route may use, where a password may go */
  SecretKind login_kind;
} RelayProbe;

/* Connects as the walk does and asks at MAIL and RCPT. Where the answer hangs on the door, the
 * others are tried as the verdict's remedies say; the most favourable answer counts. @route has an
 * endpoint at least. NULL: cancelled before anybody answered. */
RelayProbe *relay_probe_run (SendpathRoute *route, const RelayQuestion *question);
void relay_probe_free (RelayProbe *probe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayProbe, relay_probe_free)

G_END_DECLS
