/* Sessions that were of use and stay open for the next message of the same lane: one thread, one
 * network. It never opens one, and gives a session to nobody but the owner it was opened for. */
#pragma once

#include "sendpath/walk/route-private.h"
#include "sendpath/walk/server-slots.h"
#include "sendpath/wire/smtp-session.h"

G_BEGIN_DECLS

typedef struct _SessionPool SessionPool;

/* @slots: the places that all lanes of a run share; borrowed, NULL: nobody counts. */
SessionPool *session_pool_new (ServerSlots *slots);
/* Says goodbye on every session. */
void         session_pool_free (SessionPool *pool);
/* The same, and goes on: the network is another one, or nothing is left to send. */
void         session_pool_clear (SessionPool *pool);

/* A connection is to be opened, which may take its time: @before_connect is called first, since whatever was
 * put off until the next message is over must not wait for that. */
void         session_pool_set_before_connect (SessionPool *pool, void (*before_connect) (gpointer data),
                                              gpointer data);
/* A place for one more connection to @server, waited for; NULL where nobody counts. FALSE: cancelled, or
 * there was none. */
gboolean     session_pool_claim (SessionPool *pool, const char *server, GCancellable *cancellable,
                                 ServerSlot **ret_slot);
/* The server wants no second connection. */
void         session_pool_note_crowded (SessionPool *pool);
/* Since the last time that this was asked: a place had to be waited for, or a second one was refused. */
gboolean     session_pool_was_crowded (SessionPool *pool);

/* Keeps @session, @contact, the connection it runs on, and its place @slot (all taken over), for the next
 * message that goes by @route. */
void         session_pool_put (SessionPool *pool, const SendpathRoute *route, SmtpSession *session,
                               Runner *contact, ServerSlot *slot);
/* A session for @route over @family (INVALID: either) that has not been idle for long, or NULL; and
 * its connection, whose times begin anew, and its place. The server may have hung up meanwhile: that shows when it
 * is used. */
SmtpSession *session_pool_take (SessionPool *pool, const SendpathRoute *route, GSocketFamily family,
                                Runner **ret_contact, ServerSlot **ret_slot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SessionPool, session_pool_free)

G_END_DECLS
