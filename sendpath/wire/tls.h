/* GIO's TLS for one client connection, and the checks after every handshake. */
#pragma once

#include <gio/gio.h>

#include "sendpath/wire/reply.h"
#include "sendpath/wire/trace.h"

G_BEGIN_DECLS

/* FALSE where no TLS module is installed or it is switched off: then nothing may be opened that
 * needs one. */
gboolean   tls_is_available (void);
/* The fault that says so. */
SendpathReply *tls_new_unavailable (void);

/* Shakes hands over @base as a client of @identity, the name as configured or an IP address. With
 * @pin (`sha256:HEX` of the public key) exactly that key is required and nothing else; without, a
 * valid chain and the name among the certificate's DNS names or IP addresses. */
void       tls_handshake_async (GIOStream *base, const char *identity, const char *pin,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data);
/* The connection, checked; or NULL, why, and the pin of the key that was shown if that was not
 * trusted, else NULL. */
GIOStream *tls_handshake_finish (GAsyncResult *result, SendpathReply **ret_failure,
                                 char **ret_shown);

/* `TLS 1.3`, static. */
const char *tls_get_version_name (GTlsConnection *connection);
/* `sha256:HEX` of the certificate's public key, as `tls-pin` has it; NULL if it cannot be read. */
char      *tls_dup_key_pin (GTlsCertificate *certificate);

G_END_DECLS
