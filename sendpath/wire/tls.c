/* GIO's TLS for one client connection. Whether the peer is to be trusted is asked again after
 * every handshake, of the certificate itself: a session that GIO resumes, or one that a pin once
 * let in, says nothing by itself. It never goes on in plain text, and there is no switch to make
 * it lenient. */
#include "config.h"

#include "sendpath/wire/tls.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <gnutls/x509.h>

#include "profiles/late.h"

#define FUNCTIONS(F)                                                                               \
  F (gnutls, x509_crt_deinit)                                                                      \
  F (gnutls, x509_crt_get_key_id)                                                                  \
  F (gnutls, x509_crt_import)                                                                      \
  F (gnutls, x509_crt_init)

LATE_LIBRARY (libgnutls, LIBGNUTLS_FILE, FUNCTIONS)

/* One handshake; the data of its GTask. */
typedef struct {
  GIOStream           *connection; /* GTlsClientConnection */
  char                *identity;
  char                *pin;
  GTlsCertificateFlags refused_for;  /* what the handler saw when it said no */
  gboolean             is_other_key; /* it was not the pinned one */
  char                *shown;        /* pin of the key that was not trusted, or NULL */
  SendpathReply       *failure;
} Handshake;

static void
handshake_free (gpointer data)
{
  Handshake *handshake = data;

  g_clear_object (&handshake->connection);
  g_clear_pointer (&handshake->failure, sendpath_reply_unref);
  g_free (handshake->identity);
  g_free (handshake->pin);
  g_free (handshake->shown);
  g_free (handshake);
}

/* ---- what is wrong, in words ----------------------------------------------------------------- */

static const struct {
  GTlsCertificateFlags flag;
  const char          *text;
} problems[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, N_ ("no authority that this machine trusts has signed it") },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, N_ ("it belongs to another name") },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, N_ ("it is not valid yet") },
  { G_TLS_CERTIFICATE_EXPIRED, N_ ("it has expired") },
  { G_TLS_CERTIFICATE_REVOKED, N_ ("it has been revoked") },
  { G_TLS_CERTIFICATE_INSECURE, N_ ("its algorithm is too weak") },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, N_ ("it cannot be checked") },
};

static SendpathReply *
new_untrusted (const char *identity, GTlsCertificateFlags errors)
{
  g_autoptr(GString) why = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++)
    if ((errors & problems[i].flag) != 0)
      g_string_append_printf (why, "%s%s", why->len > 0 ? ", " : "", _(problems[i].text));
  text = g_strdup_printf (_("the certificate shown for %s cannot be trusted: %s"), identity,
                          why->str);
  return sendpath_reply_new_fault (SENDPATH_FAULT_TLS, text);
}

static SendpathReply *
new_key_changed (const char *identity)
{
  g_autofree char *text
      = g_strdup_printf (_("key changed: %s shows another key than the one in tls-pin"), identity);

  return sendpath_reply_new_fault (SENDPATH_FAULT_TLS, text);
}

/* The handshake itself did not come to an end. */
static SendpathReply *
new_broken (const Handshake *handshake, const GError *error)
{
  g_autofree char *text = NULL;
  SendpathFault fault = error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_EOF
                            ? SENDPATH_FAULT_TLS
                            : SENDPATH_FAULT_LINK_LOST;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return sendpath_reply_new_fault (SENDPATH_FAULT_CANCELLED, _("cancelled"));
  if (handshake->is_other_key)
    return new_key_changed (handshake->identity);
  if (handshake->refused_for != 0)
    return new_untrusted (handshake->identity, handshake->refused_for);
  /* GnuTLS has one error for plain text and for every other kind of nonsense. */
  if (fault == SENDPATH_FAULT_TLS)
    text = g_strdup_printf (
        _("%s speaks plain text where TLS was to begin, or no TLS that is safe: %s"),
        handshake->identity, error->message);
  else
    text = g_strdup_printf (_("the connection to %s broke in the TLS handshake: %s"),
                            handshake->identity, error->message);
  return sendpath_reply_new_fault (fault, text);
}

gboolean
tls_is_available (void)
{
  return g_tls_backend_supports_tls (g_tls_backend_get_default ());
}

SendpathReply *
tls_new_unavailable (void)
{
  return sendpath_reply_new_fault (
      SENDPATH_FAULT_TLS,
      _("no TLS on this machine: install the TLS module of GIO (glib-networking)"));
}

/* ---- the checks ------------------------------------------------------------------------------ */

/* GIO hands out certificates whole; GnuTLS knows where the key is in one. */
char *
tls_dup_key_pin (GTlsCertificate *certificate)
{
  g_autoptr(GByteArray) der = NULL;
  g_autoptr(GString) pin = g_string_new ("sha256:");
  gnutls_x509_crt_t crt;
  gnutls_datum_t datum;
  guint8 id[32];
  gsize id_length = sizeof id;
  gboolean is_read;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || !load_libgnutls (NULL) || libgnutls.x509_crt_init (&crt) < 0)
    return NULL;
  datum.data = der->data;
  datum.size = der->len;
  is_read = libgnutls.x509_crt_import (crt, &datum, GNUTLS_X509_FMT_DER) >= 0
            && libgnutls.x509_crt_get_key_id (crt, GNUTLS_KEYID_USE_SHA256, id, &id_length) >= 0
            && id_length == sizeof id;
  libgnutls.x509_crt_deinit (crt);
  if (!is_read)
    return NULL;
  for (gsize i = 0; i < sizeof id; i++)
    g_string_append_printf (pin, "%02x", id[i]);
  return g_string_free (g_steal_pointer (&pin), FALSE);
}

static gboolean
has_key (GTlsCertificate *certificate, const char *pin)
{
  g_autofree char *shown = tls_dup_key_pin (certificate);

  return shown != NULL && g_ascii_strcasecmp (shown, pin) == 0;
}

/* RFC 6125 6.4.3: the wildcard is the whole left-most label and stands for one label. */
static gboolean
name_matches (const char *pattern, const char *name)
{
  const char *rest;

  if (!g_str_has_prefix (pattern, "*."))
    return g_ascii_strcasecmp (pattern, name) == 0;
  rest = strchr (name, '.');
  return rest != NULL && rest > name && strchr (pattern + 2, '.') != NULL
         && g_ascii_strcasecmp (pattern + 1, rest) == 0;
}

/* Is @identity named where names belong: a host among the DNS names, an address among the
 * addresses? A common name counts for nothing. */
static gboolean
is_named (GTlsCertificate *certificate, const char *identity)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (identity);
  g_autoptr(GPtrArray) names = address != NULL ? g_tls_certificate_get_ip_addresses (certificate)
                                               : g_tls_certificate_get_dns_names (certificate);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *name = NULL;
      gsize length = 0;
      const char *bytes;

      if (address != NULL)
        {
          if (g_inet_address_equal (address, names->pdata[i]))
            return TRUE;
          continue;
        }
      bytes = g_bytes_get_data (names->pdata[i], &length);
      name = g_strndup (bytes, length);
      if (strlen (name) == length && name_matches (name, identity))
        return TRUE;
    }
  return FALSE;
}

/* The chain and the name, asked of the trust store and not of the connection. */
static GTlsCertificateFlags
verify (GTlsConnection *connection, GTlsCertificate *certificate)
{
  GTlsDatabase *database = g_tls_connection_get_database (connection);
  GSocketConnectable *expected
      = g_tls_client_connection_get_server_identity (G_TLS_CLIENT_CONNECTION (connection));

  if (database == NULL)
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  return g_tls_database_verify_chain (database, certificate,
                                      G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, expected, NULL,
                                      G_TLS_DATABASE_VERIFY_NONE, NULL, NULL);
}

const char *
tls_get_version_name (GTlsConnection *connection)
{
  switch (g_tls_connection_get_protocol_version (connection))
    {
    case G_TLS_PROTOCOL_VERSION_SSL_3_0:
      return "SSL 3.0";
    case G_TLS_PROTOCOL_VERSION_TLS_1_0:
      return "TLS 1.0";
    case G_TLS_PROTOCOL_VERSION_TLS_1_1:
      return "TLS 1.1";
    case G_TLS_PROTOCOL_VERSION_TLS_1_2:
      return "TLS 1.2";
    case G_TLS_PROTOCOL_VERSION_TLS_1_3:
      return "TLS 1.3";
    case G_TLS_PROTOCOL_VERSION_DTLS_1_0:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_2:
    case G_TLS_PROTOCOL_VERSION_UNKNOWN:
      break;
    }
  return "TLS of unknown version";
}

/* What speaks against going on inside, or NULL. */
static SendpathReply *
find_objection (Handshake *handshake)
{
  GTlsConnection *connection = G_TLS_CONNECTION (handshake->connection);
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);
  GTlsCertificateFlags errors;

  if (version != G_TLS_PROTOCOL_VERSION_TLS_1_2 && version != G_TLS_PROTOCOL_VERSION_TLS_1_3)
    {
      g_autofree char *text
          = g_strdup_printf (_("%s offers only %s, and TLS 1.2 is the least"), handshake->identity,
                             tls_get_version_name (connection));

      return sendpath_reply_new_fault (SENDPATH_FAULT_TLS, text);
    }
  if (certificate == NULL)
    return new_untrusted (handshake->identity, G_TLS_CERTIFICATE_GENERIC_ERROR);
  if (handshake->pin != NULL)
    return has_key (certificate, handshake->pin) ? NULL : new_key_changed (handshake->identity);

  errors = g_tls_connection_get_peer_certificate_errors (connection)
           | verify (connection, certificate);
  if (errors == 0 && !is_named (certificate, handshake->identity))
    errors = G_TLS_CERTIFICATE_BAD_IDENTITY;
  if (errors == 0)
    return NULL;
  handshake->shown = tls_dup_key_pin (certificate);
  return new_untrusted (handshake->identity, errors);
}

/* ---- the handshake --------------------------------------------------------------------------- */

/* Asked only where GIO found a fault. The pinned key is the one thing that outweighs it. */
static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate,
                       GTlsCertificateFlags errors, gpointer data)
{
  Handshake *handshake = data;

  if (handshake->pin != NULL && has_key (certificate, handshake->pin))
    return TRUE;
  handshake->refused_for = errors;
  handshake->shown = tls_dup_key_pin (certificate);
  handshake->is_other_key = handshake->pin != NULL;
  return FALSE;
}

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  g_autoptr(GError) error = NULL;
  Handshake *handshake = g_task_get_task_data (task);

  g_signal_handlers_disconnect_by_data (source, handshake);
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    handshake->failure = find_objection (handshake);
  else
    handshake->failure = new_broken (handshake, error);
  g_task_return_boolean (task, handshake->failure == NULL);
}

/* The name as certificates have it: IDNA, no final dot, no scope of a link-local address. */
static char *
dup_identity (const char *name)
{
  g_autofree char *bare = g_strdup (name);
  char *scope = strchr (bare, '%');

  if (scope != NULL)
    *scope = '\0';
  if (g_str_has_suffix (bare, "."))
    bare[strlen (bare) - 1] = '\0';
  return g_hostname_to_ascii (bare);
}

/* RFC 6066 3: no address in the server name extension, and servers refuse it. GIO would put any
 * GNetworkAddress there. */
static GSocketConnectable *
new_connectable (const char *identity)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string (identity, 0);

  return address != NULL ? G_SOCKET_CONNECTABLE (address) : g_network_address_new (identity, 0);
}

void
tls_handshake_async (GIOStream *base, const char *identity, const char *pin,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (NULL, NULL, callback, data);
  g_autoptr(GSocketConnectable) expected = NULL;
  g_autoptr(GError) error = NULL;
  Handshake *handshake = g_new0 (Handshake, 1);

  g_task_set_task_data (task, handshake, handshake_free);
  handshake->pin = g_strdup (pin);
  handshake->identity = dup_identity (identity);
  if (handshake->identity == NULL)
    handshake->failure = new_untrusted (identity, G_TLS_CERTIFICATE_BAD_IDENTITY);
  else if (!tls_is_available ())
    handshake->failure = tls_new_unavailable ();
  else
    {
      expected = new_connectable (handshake->identity);
      handshake->connection = g_tls_client_connection_new (base, expected, &error);
      if (handshake->connection == NULL)
        handshake->failure = new_broken (handshake, error);
    }
  if (handshake->failure != NULL)
    {
      g_task_return_boolean (task, FALSE);
      return;
    }

  g_signal_connect (handshake->connection, "accept-certificate",
                    G_CALLBACK (on_accept_certificate), handshake);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (handshake->connection), G_PRIORITY_DEFAULT,
                                    cancellable, on_handshake, g_steal_pointer (&task));
}

GIOStream *
tls_handshake_finish (GAsyncResult *result, SendpathReply **ret_failure, char **ret_shown)
{
  Handshake *handshake = g_task_get_task_data (G_TASK (result));

  if (g_task_propagate_boolean (G_TASK (result), NULL))
    return g_steal_pointer (&handshake->connection);
  *ret_failure = g_steal_pointer (&handshake->failure);
  *ret_shown = g_steal_pointer (&handshake->shown);
  return NULL;
}
