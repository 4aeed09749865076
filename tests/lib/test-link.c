/* Sockets and GnuTLS for the scripted server. It knows no mail. */
#include "config.h"

#include "tests/lib/test-link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

struct _TestLink {
  int                              fd;
  gnutls_session_t                 tls;
  gnutls_certificate_credentials_t credentials;
};

TestLink *
test_link_new (int fd)
{
  TestLink *link = g_new0 (TestLink, 1);
  int on = 1;

  /* Or each small reply waits for the acknowledgement of the one before. */
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  link->fd = fd;
  return link;
}

void
test_link_close (TestLink *link, gboolean hard)
{
  struct linger linger = { 1, 0 };

  if (hard)
    setsockopt (link->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (link->fd);
  if (link->tls != NULL)
    gnutls_deinit (link->tls);
  if (link->credentials != NULL)
    gnutls_certificate_free_credentials (link->credentials);
  g_free (link);
}

gboolean
test_link_send (TestLink *link, const char *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t n = link->tls != NULL ? gnutls_record_send (link->tls, bytes, length)
                                    : send (link->fd, bytes, length, MSG_NOSIGNAL);

      if (n < 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

gboolean
test_link_receive (TestLink *link, GByteArray *input)
{
  guint8 buffer[16 * 1024];
  ssize_t n;

  do
    n = link->tls != NULL ? gnutls_record_recv (link->tls, buffer, sizeof buffer)
                          : recv (link->fd, buffer, sizeof buffer, 0);
  while (link->tls != NULL && n < 0 && !gnutls_error_is_fatal ((int) n));
  if (n <= 0)
    return FALSE;
  g_byte_array_append (input, buffer, (guint) n);
  return TRUE;
}

void
test_link_stall (TestLink *link)
{
  struct pollfd fd = { .fd = link->fd };

  poll (&fd, 1, -1);
}

/* The same for all connections, or no ticket would be good for the next one. */
static const gnutls_datum_t ticket_key
    = { (guint8 *) "sixty-four bytes that are no secret, for tickets of tests alone.", 64 };

/* Of a server that knows the tickets of the other no longer. */
static const gnutls_datum_t other_ticket_key
    = { (guint8 *) "sixty-four other bytes, which is all that they have to be, here.", 64 };

static const char *
choose_priority (const char *const *options)
{
  if (g_strv_contains (options, "tls1.1"))
    return "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT";
  if (g_strv_contains (options, "tls1.2"))
    return "NORMAL:-VERS-ALL:+VERS-TLS1.2";
  return "NORMAL";
}

gboolean
test_link_start_tls (TestLink *link, const char *cert_file, const char *const *options)
{
  int status;

  gnutls_certificate_allocate_credentials (&link->credentials);
  status = gnutls_certificate_set_x509_key_file (link->credentials, cert_file, cert_file,
                                                 GNUTLS_X509_FMT_PEM);
  if (status < 0)
    g_error ("%s: %s", cert_file, gnutls_strerror (status));
  gnutls_init (&link->tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
  gnutls_priority_set_direct (link->tls, choose_priority (options), NULL);
  gnutls_credentials_set (link->tls, GNUTLS_CRD_CERTIFICATE, link->credentials);
  gnutls_certificate_server_set_request (link->tls, g_strv_contains (options, "request")
                                                        ? GNUTLS_CERT_REQUEST
                                                        : GNUTLS_CERT_IGNORE);
  if (g_strv_contains (options, "tickets"))
    gnutls_session_ticket_enable_server (
        link->tls, g_strv_contains (options, "forget") ? &other_ticket_key : &ticket_key);
  gnutls_transport_set_int (link->tls, link->fd);
  do
    status = gnutls_handshake (link->tls);
  while (status < 0 && !gnutls_error_is_fatal (status));
  return status == GNUTLS_E_SUCCESS;
}

gboolean
test_link_is_resumed (TestLink *link)
{
  return gnutls_session_is_resumed (link->tls) != 0;
}

void
test_link_renegotiate (TestLink *link)
{
  int status;

  gnutls_rehandshake (link->tls);
  do
    status = gnutls_handshake (link->tls);
  while (status < 0 && !gnutls_error_is_fatal (status));
}

void
test_link_finish (TestLink *link)
{
  if (link->tls != NULL)
    gnutls_bye (link->tls, GNUTLS_SHUT_WR);
  shutdown (link->fd, SHUT_WR);
}
