/* Where a host keeps passwords itself: its function, and what that is called with. */
#pragma once

#include "sendpath/engine.h"

G_BEGIN_DECLS

typedef struct _PasswordSource PasswordSource; /* reference counted, in any thread */

/* @destroy is called for @data in the thread-default main context of now. */
PasswordSource *password_source_new (SendpathPasswordFunc func, gpointer data,
                                     GDestroyNotify destroy);
PasswordSource *password_source_ref (PasswordSource *source);
void password_source_unref (PasswordSource *source);
void password_source_ask (PasswordSource *source, SendpathEngine *engine, SendpathRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PasswordSource, password_source_unref)

G_END_DECLS
