/* The password of a program that hands in mail at the listener: random, in the keyring, and known to that
 * program alone. */
#pragma once

#include <gio/gio.h>

#include "profiles/secret.h"

G_BEGIN_DECLS

/* A new one, which nobody can guess. */
SendpathSecret *client_token_new (void);
gboolean client_token_store (const char *client, const SendpathSecret *token, GError **error);
gboolean client_token_clear (const char *client, GError **error);
/* `keyring`, `missing` or `locked`; static. */
const char *client_token_get_state (const char *client);
/* Whether @password is that of @client. FALSE with an error: that cannot be known now. Takes as long for a
 * wrong one as for the right one. */
gboolean client_token_check (const char *client, const char *password, GCancellable *cancellable,
                             GError **error);

G_END_DECLS
