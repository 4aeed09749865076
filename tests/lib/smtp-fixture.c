/* What the tests of sessions share. It expects nothing. */
#include "config.h"

#include "tests/lib/smtp-fixture.h"

#include <string.h>

#include "sendpath/wire/reply-reader.h"

#define HOST "smtp.proseware.com"

/* The client has an address of its own, not the one that EHLO falls back to. NULL: the server hung
 * up at once. */
static Stream *
connect_stream (guint16 port, const Trace *trace, GCancellable *cancellable)
{
  g_autoptr(GSocketAddress) address
      = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr(GSocketAddress) own = g_inet_socket_address_new_from_string ("127.0.0.2", 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_bind (socket, own, FALSE, &error);
  g_assert_no_error (error);
  g_autoptr(GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);

  if (!g_socket_connection_connect (connection, address, NULL, NULL))
    return NULL;
  return stream_new (connection, trace, cancellable);
}

SmtpSession *
smtp_fixture_connect (guint16 port, SendpathSecurity security,
                      const SmtpSessionOptions *options, GCancellable *cancellable)
{
  g_autoptr(SendpathEndpoint) endpoint
      = sendpath_endpoint_new (HOST, port, security);
  g_autoptr(Stream) stream = connect_stream (port, options->trace, cancellable);

  if (!stream)
    return NULL;
  if (security == SENDPATH_SECURITY_TLS && !stream_start_tls (stream, HOST, options->tls_pin))
    return NULL;
  g_autoptr(SendpathReply) greeting = reply_read (stream);
  if (sendpath_reply_get_code (greeting) != 220)
    return NULL;

  Runner winner = { .endpoint = endpoint,
                    .stream = g_steal_pointer (&stream),
                    .greeting = greeting };
  return smtp_session_new (&winner, options);
}

SmtpSession *
smtp_fixture_open (const ScriptedServer *server, const SmtpSessionOptions *options,
                   GCancellable *cancellable)
{
  SmtpSession *session = smtp_fixture_connect (scripted_server_get_port (server),
                                               SENDPATH_SECURITY_NONE, options, cancellable);
  g_assert_nonnull (session);
  g_assert_true (smtp_session_open (session));
  return session;
}

SendpathMessage *
smtp_fixture_message (const char *sender, const char *recipients, const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr(GError) error = NULL;
  SendpathMessage *message
      = sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, &error);
  g_assert_no_error (error);

  sendpath_message_set_sender (message, sender, &error);
  g_assert_no_error (error);
  g_auto(GStrv) addresses = g_strsplit (recipients, " ", -1);
  for (guint i = 0; addresses[i]; i++)
    {
      sendpath_message_add_recipient (message, addresses[i], &error);
      g_assert_no_error (error);
    }
  return message;
}

Delivery *
smtp_fixture_delivery (SendpathMessage *message)
{
  return delivery_new (message, sendpath_message_get_recipients (message));
}

static const struct {
  SendpathFault fault;
  const char   *name;
} faults[] = {
  { SENDPATH_FAULT_TLS, "tls" },
  { SENDPATH_FAULT_TLS_MISSING, "tls-missing" },
  { SENDPATH_FAULT_LINK_LOST, "link-lost" },
  { SENDPATH_FAULT_PROTOCOL, "protocol" },
  { SENDPATH_FAULT_NO_MECHANISM, "no-mechanism" },
  { SENDPATH_FAULT_TOO_LARGE, "too-large" },
  { SENDPATH_FAULT_NO_8BITMIME, "no-8bitmime" },
  { SENDPATH_FAULT_NO_SMTPUTF8, "no-smtputf8" },
  { SENDPATH_FAULT_BAD_ADDRESS, "bad-address" },
  { SENDPATH_FAULT_LOCAL, "local" },
  { SENDPATH_FAULT_CANCELLED, "cancelled" },
};

char *
smtp_fixture_describe (SendpathPhase phase, const SendpathReply *reply)
{
  SendpathFault fault = sendpath_reply_get_fault (reply);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    if (faults[i].fault == fault)
      return g_strdup_printf ("%s %s", sendpath_phase_to_string (phase), faults[i].name);
  g_assert_cmpint (fault, ==, SENDPATH_FAULT_NONE);
  return g_strdup_printf ("%s %u", sendpath_phase_to_string (phase),
                          sendpath_reply_get_code (reply));
}

void
smtp_fixture_assert_outcome (const Delivery *delivery, guint i, const char *expected)
{
  const DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);
  g_autofree char *outcome = smtp_fixture_describe (recipient->phase, recipient->reply);
  g_assert_cmpstr (outcome, ==, expected);
}
