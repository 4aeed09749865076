/* The inside of a route: for plan and walk. */
#pragma once

#include "profiles/account.h"
#include "profiles/location.h"
#include "profiles/relay-finder.h"
#include "sendpath/mail/sender-rule.h"
#include "sendpath/walk/route.h"

G_BEGIN_DECLS

typedef enum {
  ROUTE_LOGIN_NONE,
  ROUTE_LOGIN_ACCOUNT,
  ROUTE_LOGIN_BACKUP,
  ROUTE_LOGIN_LOCATION
} RouteLogin;

struct _SendpathRoute {
  gatomicrefcount ref_count;
  SendpathRouteKind kind;
  char *server;
  GPtrArray *endpoints; /* SendpathEndpoint, in order of preference */
  RouteLogin login;
  SendpathAccount *
      account; /* whose server and credential: the account's own or the backup's; NULL for a relay */
  SendpathLocation *location; /* whose relay; NULL for an account's server, and where no location is
                                 configured for it */
  gboolean is_learned;          /* its first endpoint worked here last */
  GSocketFamily learned_family; /* and that family; INVALID: not known */
  char *learned_ip;             /* and that address; NULL: not known, or too long ago */
  gboolean pop_first;
  GSocketFamily family;  /* the only one that is tried; INVALID: both */
  SenderRule first_rule; /* where the sender rules start */
  SenderRule last_rule;  /* how far they may go */
  char *sender;          /* address for `sender` and `rewrite`; NULL with last_rule keep */
  char *tls_pin;      /* of a relay that was approved by its key; NULL: as account or location say */
  RelaySource source; /* of a relay that the network offers: where the offer came from */
  char *why;
  char *skipped;            /* why it is not used now, or NULL */
  gboolean awaits_approval; /* and a person may say that it is used */
};

SendpathRoute *route_new (SendpathRouteKind kind, const char *server, SendpathAccount *account,
                          SendpathLocation *location);
/* Value of a configuration key of the account or location that the route belongs to; borrowed, NULL
 * where it belongs to none. */
const char *route_get_setting (const SendpathRoute *route, const char *key);
/* Whose password a login by @route needs, as the commands name it: `home`, `location:work`. Newly
 * allocated. */
char *route_dup_owner (const SendpathRoute *route);
/* The network named the relay, not the user: its addresses are looked at. */
gboolean route_is_from_network (const SendpathRoute *route);
/* The relay is somebody else's (steps 5 and 6). */
gboolean route_is_relay (const SendpathRoute *route);

G_END_DECLS
