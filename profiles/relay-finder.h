/* What relays does this network offer? SRV at the search domains, DHCP, and the usual names. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAY_FINDER_MS  2000
#define RELAY_OFFERS_MAX 4 /* */

typedef enum {
  RELAY_SOURCE_SRV,
  RELAY_SOURCE_DHCP,
  RELAY_SOURCE_NAME,
  RELAY_SOURCE_COUNT
} RelaySource;

/* Somebody's word, and nobody's promise. */
typedef struct {
  char *host; /* lower case; an address only where DHCP named it */
  guint16 port;
  gboolean is_tls; /* from the first byte; else STARTTLS. There is no other. */
  RelaySource source;
} RelayOffer;

/* All borrowed. */
typedef struct {
  const char *const *domains; /* search domains */
  const char *const *own;     /* our addresses, CIDR */
  const char *const *dhcp;    /* addresses of DHCP option 69; nullable */
  gboolean with_usual_names;  /* a person wants to know: `mail.DOMAIN` and so on too */
  GResolver *resolver;        /* NULL: the default */
  guint timeout_ms;
} RelayFinderOptions;

/* RelayOffer, the best first; empty if there is none. Connects to nobody. Iterates a context of its
 * own. */
GPtrArray *relay_finder_ask (const RelayFinderOptions *options, GCancellable *cancellable);

/* FALSE for what no relay of a network has: loopback, unspecified, link-local, multicast,
 * broadcast, one of @own, also inside an IPv6 address. */
gboolean relay_finder_may_be (GInetAddress *address, const char *const *own);

RelayOffer *relay_offer_new (const char *host, guint16 port, RelaySource source);
void relay_offer_free (RelayOffer *offer);
/* `srv`, `dhcp`, `name` */
const char *relay_source_to_string (RelaySource source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayOffer, relay_offer_free)

G_END_DECLS
