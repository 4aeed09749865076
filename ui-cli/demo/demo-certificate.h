/* The certificate of the demo's own servers, known by its key. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Its public key, as `tls-pin` has it. */
#define DEMO_CERTIFICATE_PIN "sha256:f7346cdbf2d36df7b63ad49bca25a4cb97bf7b98ea930190d9b5a90fb3575b7b"

/* Fails where GIO has no TLS module. */
GTlsCertificate *demo_certificate_new (GError **error);

G_END_DECLS
