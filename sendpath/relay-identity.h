/* Who a relay says it is: what it shows in TLS, before anything is sent to it. */
#pragma once

#include <gio/gio.h>

#include "sendpath/wire/trace.h"

G_BEGIN_DECLS

typedef enum {
  RELAY_NOT_REACHED,
  RELAY_NOT_ENCRYPTED, /* it is there, and has no TLS */
  RELAY_UNTRUSTED,     /* a certificate that is not trusted for its name */
  RELAY_TRUSTED,
} RelayIdentity;

/* All borrowed. */
typedef struct {
  const char *host;
  guint16 port;           /* 465: TLS from the first byte; else STARTTLS */
  const char *const *own; /* our addresses, which it cannot have; nullable */
  guint patience_s;
  const Trace *trace;
  GCancellable *cancellable;
} RelayDoor;

/* Connects, shakes hands, says EHLO and goes. @ret_key: of a certificate that is not trusted, as
 * `tls-pin` has it; NULL if there is none. */
RelayIdentity relay_identity_look (const RelayDoor *door, char **ret_key);

G_END_DECLS
