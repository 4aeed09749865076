/* The addresses of one host, both families asked at once. It connects to nobody. */
#pragma once

#include "sendpath/wire/recent-answers.h"

G_BEGIN_DECLS

typedef struct _Lookup Lookup;

/* @family INVALID: both. An IP address as @host (IPv6 with a scope, in brackets or not) is its own
 * answer. */
Lookup       *lookup_new (const char *host, GSocketFamily family, GResolver *resolver);
/* Our addresses (CIDR), borrowed; NULL: not known. Where none is IPv4, an IPv4 address as host is
 * looked for behind the network's NAT64 too. @is_offered: the network named the host, so that only
 * addresses count that a relay may have. */
void          lookup_set_own (Lookup *lookup, const char *const *own, gboolean is_offered);
/* What was asked a moment ago is not asked again; borrowed, NULL (as it is at first): it is. */
void          lookup_set_recent (Lookup *lookup, RecentAnswers *recent);
/* Not while lookup_is_pending(). */
void          lookup_free (Lookup *lookup);

/* Asks what was not asked yet, or was cancelled. The answers come in the thread-default context. */
void          lookup_start (Lookup *lookup);
/* Gives up what is still pending; those answers then come at once, and empty. */
void          lookup_cancel (Lookup *lookup);

const char   *lookup_get_host (const Lookup *lookup);
/* An answer is still to come. */
gboolean      lookup_is_pending (const Lookup *lookup);
/* The answer for @family is there, or is not wanted. */
gboolean      lookup_has_answer (const Lookup *lookup, GSocketFamily family);
/* GPtrArray of GSocketAddress with port 0, borrowed; grows until the answer is there. */
GPtrArray    *lookup_get_addresses (const Lookup *lookup, GSocketFamily family);
/* Milliseconds from the question to the first address, or to the last answer. */
guint         lookup_get_ms (const Lookup *lookup);
/* Why there is no address: the name servers' words, or NULL. Borrowed. */
const char   *lookup_get_problem (const Lookup *lookup);

G_END_DECLS
