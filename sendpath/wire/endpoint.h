/* One door of a server: host, port, security. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * SendpathSecurity:
 * @SENDPATH_SECURITY_TLS: TLS from the first byte
 * @SENDPATH_SECURITY_STARTTLS: TLS after STARTTLS or STLS, never without
 * @SENDPATH_SECURITY_NONE: plain text, where the user wrote that
 *
 * How a connection is protected (RFC 8314, RFC 3207).
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_SECURITY_TLS,
  SENDPATH_SECURITY_STARTTLS,
  SENDPATH_SECURITY_NONE,
} SendpathSecurity;

#define SENDPATH_TYPE_ENDPOINT (sendpath_endpoint_get_type ())
typedef struct _SendpathEndpoint SendpathEndpoint; /* boxed, immutable, reference counted */

GType             sendpath_endpoint_get_type (void);
SendpathEndpoint *sendpath_endpoint_new (const char *host, guint16 port, SendpathSecurity security);
SendpathEndpoint *sendpath_endpoint_ref (SendpathEndpoint *endpoint);
void              sendpath_endpoint_unref (SendpathEndpoint *endpoint);
const char       *sendpath_endpoint_get_host (const SendpathEndpoint *endpoint);
guint16           sendpath_endpoint_get_port (const SendpathEndpoint *endpoint);
SendpathSecurity  sendpath_endpoint_get_security (const SendpathEndpoint *endpoint);
const char       *sendpath_security_to_string (SendpathSecurity security);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathEndpoint, sendpath_endpoint_unref)

G_END_DECLS
