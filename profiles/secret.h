/* A secret in memory that is not paged out, not dumped, and wiped when freed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SECRET_PASSWORD,
  SECRET_TOKEN, /* an OAuth2 access token: OAUTHBEARER or XOAUTH2 and nothing else */
} SecretKind;

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

#define SECRET_LENGTH_MAX 65536

typedef struct _SendpathSecret SendpathSecret;

SendpathSecret *sendpath_secret_new (const char *bytes, gsize length, SecretKind kind);
SendpathSecret *sendpath_secret_ref (SendpathSecret *secret);
void            sendpath_secret_unref (SendpathSecret *secret);
const char     *sendpath_secret_peek (const SendpathSecret *secret); /* NUL-terminated */
gsize           sendpath_secret_get_length (const SendpathSecret *secret);
SecretKind      sendpath_secret_get_kind (const SendpathSecret *secret);

/* FALSE and SENDPATH_SECRET_ERROR_BAD for what no login can carry in one line. */
gboolean        sendpath_secret_check (const SendpathSecret *secret, GError **error);

/* A page or more of the same kind of memory, zeroed; for what reads a secret piece by piece. */
char           *secret_memory_new (gsize size);
void            secret_memory_free (char *memory, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathSecret, sendpath_secret_unref)

G_END_DECLS
