/* Sessions that were of use and stay open for the next message of the same lane: one thread, one
 * network. It never opens one, and gives a session to nobody but the owner it was opened for. */
#pragma once

#include "sendpath/walk/route-private.h"
#include "sendpath/wire/smtp-session.h"

G_BEGIN_DECLS

typedef struct _SessionPool SessionPool;

SessionPool *session_pool_new (void);
/* Says goodbye on every session. */
void         session_pool_free (SessionPool *pool);
/* The same, and goes on: the network is another one, or nothing is left to send. */
void         session_pool_clear (SessionPool *pool);

/* Keeps @session and @contact, the connection it runs on (both taken over), for the next message that
 * goes by @route. */
void         session_pool_put (SessionPool *pool, const SendpathRoute *route, SmtpSession *session,
                               Runner *contact);
/* A session for @route over @family (INVALID: either) that has not been idle for long, or NULL; and
 * its connection, whose times begin anew. The server may have hung up meanwhile: that shows when it
 * is used. */
SmtpSession *session_pool_take (SessionPool *pool, const SendpathRoute *route, GSocketFamily family,
                                Runner **ret_contact);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SessionPool, session_pool_free)

G_END_DECLS
