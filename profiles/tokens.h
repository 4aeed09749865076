/* OAuth2 access tokens of the desktop's accounts: GNOME Online Accounts over D-Bus. Never prints,
 * logs or keeps one, never lets a person be asked. */
#pragma once

#include "profiles/secrets.h"

G_BEGIN_DECLS

/* The token of the one account with the user and the SMTP server of @query; renewed first if the
 * one at hand has expired or was refused. Everything ends after @limit_ms. NOT_FOUND where there is
 * no bus or no such account, LOCKED where its owner has to sign in again. */
SendpathSecret *tokens_lookup (const SecretQuery *query, guint limit_ms, GCancellable *cancellable,
                               GError **error);
/* `keyring`, `locked` if its owner has to sign in again, or `missing`; static. Fetches none. */
const char     *tokens_get_state (const SecretQuery *query, guint limit_ms,
                                  GCancellable *cancellable);

G_END_DECLS
