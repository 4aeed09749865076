/* Passwords and tokens: the Secret Service, and commands that print them. The only room with libsecret. Never
 * prints, logs or keeps one longer than asked. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  SECRET_PASSWORD,
  SECRET_TOKEN, /* an OAuth2 access token: OAUTHBEARER or XOAUTH2 and nothing else */
} SecretKind;

/* A secret in memory that is not paged out, not dumped, and wiped when freed. */
typedef struct _SendpathSecret SendpathSecret;

SendpathSecret *sendpath_secret_new (const char *bytes, gsize length, SecretKind kind);
SendpathSecret *sendpath_secret_ref (SendpathSecret *secret);
void            sendpath_secret_unref (SendpathSecret *secret);
const char     *sendpath_secret_peek (const SendpathSecret *secret); /* NUL-terminated */
gsize           sendpath_secret_get_length (const SendpathSecret *secret);
SecretKind      sendpath_secret_get_kind (const SendpathSecret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathSecret, sendpath_secret_unref)

#define SENDPATH_SECRET_ERROR (sendpath_secret_error_quark ())
typedef enum {
  SENDPATH_SECRET_ERROR_NOT_FOUND,   /* no such item */
  SENDPATH_SECRET_ERROR_LOCKED,      /* the keyring is locked and nobody may be asked */
  SENDPATH_SECRET_ERROR_UNAVAILABLE, /* no Secret Service here, or it does not answer */
  SENDPATH_SECRET_ERROR_COMMAND,     /* secret-command or token-command failed */
  SENDPATH_SECRET_ERROR_BAD,         /* empty, over 64 KiB, or with CR, LF or NUL in it */
  SENDPATH_SECRET_ERROR_AMBIGUOUS,   /* several items match and none exactly */
} SendpathSecretError;
GQuark sendpath_secret_error_quark (void);

/* Which secret: all borrowed. */
typedef struct {
  const char *account; /* account name, or `location:NAME` */
  const char *service; /* `smtp` or `pop` */
  const char *user;
  const char *server;  /* the configured name */
  const char *protocol; /* `smtp` or `pop3` */
  guint16     port;    /* 0: any */
  const char *secret_command; /* or NULL */
  const char *token_command;  /* or NULL; goes before the others */
} SecretQuery;

/* The secret, looked up anew each time. Without @may_unlock a locked keyring is an error at once; no
 * answer within 2 s is UNAVAILABLE. */
SendpathSecret *secrets_lookup (const SecretQuery *query, gboolean may_unlock,
                                GCancellable *cancellable, GError **error);
gboolean        secrets_store (const SecretQuery *query, const SendpathSecret *secret,
                               GCancellable *cancellable, GError **error);
gboolean        secrets_clear (const SecretQuery *query, GCancellable *cancellable, GError **error);
/* `keyring`, `command`, `missing` or `locked`; static. */
const char     *secrets_get_state (const SecretQuery *query, GCancellable *cancellable);

/* Makes this process leave no core file and be unreadable by others of the same user. */
void            secrets_harden_process (void);

G_END_DECLS
