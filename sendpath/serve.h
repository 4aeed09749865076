/* Programs of this user that hand in messages by SMTP: at a port that only this machine reaches, where they
 * log in, or at a local socket. */
#pragma once

#include "sendpath/engine.h"

G_BEGIN_DECLS

/**
 * SendpathServeEvent:
 * @SENDPATH_SERVE_TAKEN: a message is in the outbox, or was settled
 * @SENDPATH_SERVE_REFUSED: somebody gave a wrong password
 *
 * What a program did that hands in messages.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_SERVE_TAKEN,
  SENDPATH_SERVE_REFUSED,
} SendpathServeEvent;

/**
 * SendpathServeFunc:
 * @event: what happened
 * @client: (nullable): the name that it logged in by, or wanted to; %NULL: it came by a local socket
 * @id: (nullable): the message in the outbox, if there is one
 * @user_data: data of the caller
 *
 * Is told what happens while sendpath_engine_serve() runs. Called in many threads at once.
 *
 * Since: 1.0
 */
typedef void (*SendpathServeFunc) (SendpathServeEvent event, const char *client, const char *id,
                                   gpointer user_data);

gboolean sendpath_engine_serve (SendpathEngine *self, const int *fds, gsize n_fds,
                                SendpathServeFunc func, gpointer user_data,
                                GCancellable *cancellable, GError **error);

char *sendpath_engine_add_client (SendpathEngine *self, const char *name,
                                  const char *const *accounts, GError **error);
gboolean sendpath_engine_forget_client (SendpathEngine *self, const char *name, GError **error);
/* (element-type utf8): JSON objects. */
GPtrArray *sendpath_engine_list_clients (SendpathEngine *self, GError **error);

G_END_DECLS
