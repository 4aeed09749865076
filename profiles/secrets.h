/* Passwords and tokens: the Secret Service, and commands that print them. The only room with
 * libsecret. Never prints, logs or keeps one longer than asked. */
#pragma once

#include <gio/gio.h>

#include "profiles/secret.h"

G_BEGIN_DECLS

/* Which secret: all borrowed. */
typedef struct {
  const char *account; /* account name, or `location:NAME` */
  const char *service; /* `smtp` or `pop` */
  const char *user;
  const char *server;  /* the configured name */
  const char *protocol; /* `smtp` or `pop3` */
  guint16     port;    /* 0: any */
  const char *secret_command; /* or NULL; instead of the keyring */
  const char *token_command;  /* or NULL; goes before the others */
  gboolean    from_desktop;   /* a token of the desktop's account; instead of a password */
  gboolean    was_refused;    /* the token at hand; another one is wanted */
} SecretQuery;

/* What @query brings. */
SecretKind      secret_query_get_kind (const SecretQuery *query);

/* The secret, looked up anew each time. Without @may_unlock a locked keyring is an error at
 * once; no answer within 2 s is UNAVAILABLE. Our own items come first, then what other programs
 * stored for the same user at the same server, which is only read; a location's relay is never
 * given the latter. */
SendpathSecret *secrets_lookup (const SecretQuery *query, gboolean may_unlock,
                                GCancellable *cancellable, GError **error);
/* What a program stored under a key of its own (`e-source-uid`): the one unlocked item of @schema with
 * exactly that value. Only read; NOT_FOUND if there is none or several. */
SendpathSecret *secrets_lookup_item (const char *schema_name, const char *key, const char *value,
                                     GCancellable *cancellable, GError **error);
/* Stores @secret in the default keyring, which may ask its owner to unlock it. Stored without a
 * port, it takes the place of those with one. */
gboolean        secrets_store (const SecretQuery *query, const SendpathSecret *secret,
                               GCancellable *cancellable, GError **error);
/* Removes our own items for @query, of every port if it has none. NOT_FOUND if there is none. */
gboolean        secrets_clear (const SecretQuery *query, GCancellable *cancellable, GError **error);
/* `keyring`, `command`, `missing` or `locked`; static. Asks nobody and runs no command. */
const char     *secrets_get_state (const SecretQuery *query, GCancellable *cancellable);

/* Makes this process leave no core file and be unreadable by others of the same user. */
void            secrets_harden_process (void);

G_END_DECLS
