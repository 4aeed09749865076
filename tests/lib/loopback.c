/* Connects tests to the scripted server, without a race. */
#include "config.h"

#include "tests/lib/loopback.h"

Stream *
loopback_connect (const ScriptedServer *server, const Trace *trace, GCancellable *cancellable)
{
  g_autoptr(GSocketAddress) address
      = g_inet_socket_address_new_from_string ("127.0.0.1", scripted_server_get_port (server));
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_autoptr(GSocketConnection) connection = NULL;

  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (socket);
  g_socket_connection_connect (connection, address, NULL, &error);
  g_assert_no_error (error);
  return stream_new (connection, trace, cancellable);
}
