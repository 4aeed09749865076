/* SendpathRoute: one way out: the endpoints of one server, login, what happens first, sender
 * rule. */
#pragma once

#include <glib-object.h>

#include "sendpath/wire/endpoint.h"

G_BEGIN_DECLS

/**
 * SendpathRouteKind:
 * @SENDPATH_ROUTE_NONE: none of these
 * @SENDPATH_ROUTE_ACCOUNT: the account's servers as configured
 * @SENDPATH_ROUTE_ACCOUNT_PORT: the same servers on the submission ports left out
 * @SENDPATH_ROUTE_ACCOUNT_POP: the same servers after a POP3 login
 * @SENDPATH_ROUTE_BACKUP: the servers of an account listed in `backup`
 * @SENDPATH_ROUTE_LOCATION: the relay configured or approved for this location
 * @SENDPATH_ROUTE_DISCOVERED: a relay that this network offers
 *
 * The steps in which routes are tried, numbered from 1.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_ROUTE_NONE,
  SENDPATH_ROUTE_ACCOUNT,
  SENDPATH_ROUTE_ACCOUNT_PORT,
  SENDPATH_ROUTE_ACCOUNT_POP,
  SENDPATH_ROUTE_BACKUP,
  SENDPATH_ROUTE_LOCATION,
  SENDPATH_ROUTE_DISCOVERED,
} SendpathRouteKind;

#define SENDPATH_TYPE_ROUTE (sendpath_route_get_type ())
typedef struct _SendpathRoute SendpathRoute; /* boxed, immutable once planned, reference counted */

GType sendpath_route_get_type (void);
SendpathRoute *sendpath_route_ref (SendpathRoute *route);
void sendpath_route_unref (SendpathRoute *route);

const char *sendpath_route_kind_to_string (SendpathRouteKind kind);
SendpathRouteKind sendpath_route_kind_from_string (const char *text);

SendpathRouteKind sendpath_route_get_kind (const SendpathRoute *route);
const char *sendpath_route_get_server (const SendpathRoute *route);
/* (transfer none) (element-type SendpathEndpoint) */
GPtrArray *sendpath_route_get_endpoints (const SendpathRoute *route);
/* `account`, `backup`, `location` or `none`. */
const char *sendpath_route_get_login (const SendpathRoute *route);
gboolean sendpath_route_get_pop_login (const SendpathRoute *route);
/* `keep`, `sender` or `rewrite`: where it starts. */
const char *sendpath_route_get_sender_rule (const SendpathRoute *route);
/* Why it is in the plan, for people. */
const char *sendpath_route_get_why (const SendpathRoute *route);
/* Why it would not be used now, or NULL. */
const char *sendpath_route_get_skipped (const SendpathRoute *route);
/* One line of `plan --json`. */
char *sendpath_route_to_json (const SendpathRoute *route);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathRoute, sendpath_route_unref)

G_END_DECLS
