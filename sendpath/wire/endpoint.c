/* SendpathEndpoint: host, port and security, built once. It never looks anything up. */
#include "config.h"

#include "sendpath/wire/endpoint.h"

/**
 * SendpathEndpoint:
 *
 * One door of a server: host, port, and how the connection is protected.
 *
 * An endpoint never changes once it is made; it may be read from any thread.
 *
 * Since: 1.0
 */
struct _SendpathEndpoint {
  char            *host;
  guint16          port;
  SendpathSecurity security;
};

G_DEFINE_BOXED_TYPE (SendpathEndpoint, sendpath_endpoint, sendpath_endpoint_ref,
                     sendpath_endpoint_unref)

static const char *const security_names[] = {
  [SENDPATH_SECURITY_TLS] = "tls",
  [SENDPATH_SECURITY_STARTTLS] = "starttls",
  [SENDPATH_SECURITY_NONE] = "none",
};
G_STATIC_ASSERT (G_N_ELEMENTS (security_names) == SENDPATH_SECURITY_NONE + 1);

/**
 * sendpath_endpoint_new:
 * @host: host name or IP address, as configured; an IPv6 address without brackets
 * @port: TCP port, not 0
 * @security: how the connection is protected
 *
 * Returns: (transfer full): a new endpoint
 *
 * Since: 1.0
 */
SendpathEndpoint *
sendpath_endpoint_new (const char *host, guint16 port, SendpathSecurity security)
{
  SendpathEndpoint *endpoint;

  g_return_val_if_fail (host != NULL && *host != '\0', NULL);
  g_return_val_if_fail (port != 0, NULL);
  g_return_val_if_fail ((guint) security < G_N_ELEMENTS (security_names), NULL);

  endpoint = g_atomic_rc_box_new0 (SendpathEndpoint);
  endpoint->host = g_strdup (host);
  endpoint->port = port;
  endpoint->security = security;
  return endpoint;
}

/**
 * sendpath_endpoint_ref: (skip)
 * @endpoint: a #SendpathEndpoint
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @endpoint
 *
 * Since: 1.0
 */
SendpathEndpoint *
sendpath_endpoint_ref (SendpathEndpoint *endpoint)
{
  g_return_val_if_fail (endpoint != NULL, NULL);

  return g_atomic_rc_box_acquire (endpoint);
}

static void
clear (gpointer data)
{
  SendpathEndpoint *endpoint = data;

  g_free (endpoint->host);
}

/**
 * sendpath_endpoint_unref: (skip)
 * @endpoint: a #SendpathEndpoint
 *
 * Gives a reference back.
 *
 * Since: 1.0
 */
void
sendpath_endpoint_unref (SendpathEndpoint *endpoint)
{
  g_return_if_fail (endpoint != NULL);

  g_atomic_rc_box_release_full (endpoint, clear);
}

/**
 * sendpath_endpoint_get_host:
 * @endpoint: a #SendpathEndpoint
 *
 * Returns: (transfer none): the host name or IP address, as configured
 *
 * Since: 1.0
 */
const char *
sendpath_endpoint_get_host (const SendpathEndpoint *endpoint)
{
  g_return_val_if_fail (endpoint != NULL, NULL);

  return endpoint->host;
}

/**
 * sendpath_endpoint_get_port:
 * @endpoint: a #SendpathEndpoint
 *
 * Returns: the TCP port
 *
 * Since: 1.0
 */
guint16
sendpath_endpoint_get_port (const SendpathEndpoint *endpoint)
{
  g_return_val_if_fail (endpoint != NULL, 0);

  return endpoint->port;
}

/**
 * sendpath_endpoint_get_security:
 * @endpoint: a #SendpathEndpoint
 *
 * Returns: how the connection is protected
 *
 * Since: 1.0
 */
SendpathSecurity
sendpath_endpoint_get_security (const SendpathEndpoint *endpoint)
{
  g_return_val_if_fail (endpoint != NULL, SENDPATH_SECURITY_TLS);

  return endpoint->security;
}

/**
 * sendpath_security_to_string:
 * @security: a kind of protection
 *
 * The stable, untranslated name of @security, as the configuration has it.
 *
 * Returns: (transfer none): `tls`, `starttls` or `none`
 *
 * Since: 1.0
 */
const char *
sendpath_security_to_string (SendpathSecurity security)
{
  g_return_val_if_fail ((guint) security < G_N_ELEMENTS (security_names), NULL);

  return security_names[security];
}
