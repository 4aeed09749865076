/* One login: which mechanism is used, and its answer to each challenge. The only file with
 * gsasl. It knows no connection, and nothing here is ever traced. */
#pragma once

#include <gio/gio.h>

#include "profiles/secrets.h"
#include "sendpath/wire/smtp-command.h"

G_BEGIN_DECLS

/* Who logs in where; all borrowed for the life of the SmtpAuth. */
typedef struct {
  const char           *user;
  const SendpathSecret *secret;  /* NULL: none is needed (GSSAPI) */
  const char           *host;    /* the configured name */
  guint16               port;
  GBytes               *binding; /* tls-exporter data of the connection, or NULL */
} SmtpAuthWho;

typedef struct _SmtpAuth SmtpAuth;

/* The best mechanism of @offered (a NULL-terminated list in upper case) that @policy, the value of
 * the configuration key `auth`, and the kind of secret allow; -PLUS only if @has_binding. With
 * @after the best of those below that one. Static, or NULL. */
const char *smtp_auth_choose (const char *const *offered, const char *policy, SecretKind kind,
                              gboolean has_binding, const char *after);

/* @mechanism is a result of smtp_auth_choose(). The functions below fail with
 * G_IO_ERROR_NOT_SUPPORTED when this mechanism cannot carry this user or secret (another one may),
 * and with G_IO_ERROR_INVALID_DATA when the server is at fault. */
SmtpAuth   *smtp_auth_new (const char *mechanism, const SmtpAuthWho *who, GError **error);
/* Wipes all copies of the secret that it can reach. */
void        smtp_auth_free (SmtpAuth *auth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpAuth, smtp_auth_free)

/* The AUTH command, with the initial response where there is one and it fits the line. */
gboolean    smtp_auth_start (SmtpAuth *auth, SmtpCommand *command, GError **error);
/* The answer to a 334 whose text is @challenge. No secret is ever given twice, and a server that
 * asks for more than the mechanism has is at fault. */
gboolean    smtp_auth_answer (SmtpAuth *auth, const char *challenge, SmtpCommand *command,
                              GError **error);
/* TRUE if a 235 now may be believed: the mechanism ended well on our side too. */
gboolean    smtp_auth_is_complete (const SmtpAuth *auth);

G_END_DECLS
