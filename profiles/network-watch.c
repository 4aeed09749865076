/* SendpathNetworkWatch: tells when the network has become another one.
 *
 * It listens to the kernel and to NetworkManager in the main context it was made in. Never uses the
 * bus connection that the process shares: it belongs to the host, and may end the process when the
 * bus goes. */
#include "config.h"

#include "profiles/network-watch.h"

#include <glib-unix.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "profiles/network-manager.h"
#include "profiles/system-bus.h"

#define SETTLE_MS  250 /* news come in bursts: addresses, routes and domains one after the other */
#define NEWS_BYTES 8192

enum { PROP_NETWORK = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/**
 * SendpathNetworkWatch:
 *
 * Follows the network that this machine is on.
 *
 * To have an engine follow it too, bind #SendpathNetworkWatch:network to #SendpathEngine:network.
 *
 * Since: 1.0
 */
struct _SendpathNetworkWatch {
  GObject parent;
  SendpathNetwork *network;
  GMainContext *context;
  GCancellable *cancellable;
  GDBusConnection *connection; /* NULL where there is no system bus, or not yet */
  guint name_watch;
  int netlink;
  GSource *netlink_source;
  GSource *settle; /* NULL: no news */
};

G_DEFINE_FINAL_TYPE (SendpathNetworkWatch, sendpath_network_watch, G_TYPE_OBJECT)

/* ---- what has changed ------------------------------------------------------------------------ */

static gboolean
is_same (SendpathNetwork *a, SendpathNetwork *b)
{
  const char *(*const texts[]) (SendpathNetwork *) = {
    sendpath_network_get_id,           sendpath_network_get_connection,
    sendpath_network_get_ssid,         sendpath_network_get_gateway,
    sendpath_network_get_connectivity, sendpath_network_get_connection_type,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (texts[i](a), texts[i](b)) != 0)
      return FALSE;
  return g_strv_equal (sendpath_network_get_domains (a), sendpath_network_get_domains (b)) &&
         g_strv_equal (sendpath_network_get_addresses (a), sendpath_network_get_addresses (b));
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
on_settled (gpointer data)
{
  g_autoptr(SendpathNetworkWatch) self = g_object_ref (data); /* a handler may drop the last one */
  g_autoptr(SendpathNetwork) network = sendpath_network_new ();

  drop_source (&self->settle);
  if (is_same (network, self->network))
    return G_SOURCE_REMOVE;
  g_set_object (&self->network, network);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NETWORK]);
  g_signal_emit (self, signals[CHANGED], 0, network);
  return G_SOURCE_REMOVE;
}

/* Something is new; what it is shows when it has settled. */
static void
note_news (SendpathNetworkWatch *self)
{
  if (self->settle != NULL)
    return;
  self->settle = g_timeout_source_new (SETTLE_MS);
  g_source_set_callback (self->settle, on_settled, self, NULL);
  g_source_attach (self->settle, self->context);
}

/* ---- the kernel ------------------------------------------------------------------------------ */

static gboolean
on_netlink (int fd, GIOCondition condition, gpointer data)
{
  char bytes[NEWS_BYTES];

  while (recv (fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
    ;
  note_news (data);
  return G_SOURCE_CONTINUE;
}

static void
listen_to_kernel (SendpathNetworkWatch *self)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK,
                                 .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
                                              RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                                              RTMGRP_IPV6_ROUTE };

  self->netlink = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (self->netlink < 0 || bind (self->netlink, (struct sockaddr *) &address, sizeof address) != 0)
    return;
  self->netlink_source = g_unix_fd_source_new (self->netlink, G_IO_IN);
  g_source_set_callback (self->netlink_source, G_SOURCE_FUNC (on_netlink), self, NULL);
  g_source_attach (self->netlink_source, self->context);
}

/* ---- NetworkManager -------------------------------------------------------------------------- */

static void
on_properties_changed (GDBusConnection *connection, const char *sender, const char *path,
                       const char *interface, const char *signal, GVariant *parameters,
                       gpointer data)
{
  g_autoptr(SendpathNetworkWatch) self = g_weak_ref_get (data);

  if (self != NULL)
    note_news (self);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  g_autoptr(SendpathNetworkWatch) self = g_weak_ref_get (data);

  if (self != NULL)
    note_news (self);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  on_appeared (connection, name, NULL, data);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* GDBus may still have news on their way when nobody wants them any more. */
static GWeakRef *
weak_ref_new (gpointer object)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, object);
  return ref;
}

/* Only what may say that the network is another one: signal strengths change all the time. */
static void
listen_to_manager (SendpathNetworkWatch *self)
{
  static const char *const interfaces[] = {
    NETWORK_MANAGER_NAME,
    NETWORK_MANAGER_NAME ".Connection.Active",
    NETWORK_MANAGER_NAME ".IP4Config",
    NETWORK_MANAGER_NAME ".IP6Config",
    NETWORK_MANAGER_NAME ".DHCP4Config",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (interfaces); i++)
    g_dbus_connection_signal_subscribe (self->connection, NETWORK_MANAGER_NAME,
                                        "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                        NULL, interfaces[i], G_DBUS_SIGNAL_FLAGS_NONE,
                                        on_properties_changed, weak_ref_new (self), weak_ref_free);
  self->name_watch = g_bus_watch_name_on_connection (
      self->connection, NETWORK_MANAGER_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
      on_vanished, weak_ref_new (self), weak_ref_free);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, NULL);
  g_autoptr(SendpathNetworkWatch) self = g_weak_ref_get (data);

  weak_ref_free (data);
  if (self == NULL || connection == NULL)
    return;
  self->connection = g_steal_pointer (&connection);
  g_main_context_push_thread_default (self->context);
  listen_to_manager (self);
  g_main_context_pop_thread_default (self->context);
}

static void
connect_to_bus (SendpathNetworkWatch *self)
{
  g_autofree char *address = system_bus_dup_address ();

  if (address != NULL)
    g_dbus_connection_new_for_address (address,
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                           G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                       NULL, self->cancellable, on_connected, weak_ref_new (self));
}

/* ---- object ---------------------------------------------------------------------------------- */

static void
sendpath_network_watch_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NETWORK)
    g_value_set_object (value, SENDPATH_NETWORK_WATCH (object)->network);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sendpath_network_watch_dispose (GObject *object)
{
  SendpathNetworkWatch *self = SENDPATH_NETWORK_WATCH (object);

  g_cancellable_cancel (self->cancellable);
  drop_source (&self->settle);
  drop_source (&self->netlink_source);
  if (self->name_watch != 0)
    g_bus_unwatch_name (self->name_watch);
  self->name_watch = 0;
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (sendpath_network_watch_parent_class)->dispose (object);
}

static void
sendpath_network_watch_finalize (GObject *object)
{
  SendpathNetworkWatch *self = SENDPATH_NETWORK_WATCH (object);

  if (self->netlink >= 0)
    close (self->netlink);
  g_clear_object (&self->network);
  g_clear_object (&self->cancellable);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (sendpath_network_watch_parent_class)->finalize (object);
}

static void
sendpath_network_watch_class_init (SendpathNetworkWatchClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = sendpath_network_watch_get_property;
  object_class->dispose = sendpath_network_watch_dispose;
  object_class->finalize = sendpath_network_watch_finalize;

  /**
   * SendpathNetworkWatch:network:
   *
   * The network as it is now.
   *
   * Since: 1.0
   */
  props[PROP_NETWORK] =
      g_param_spec_object ("network", NULL, NULL, SENDPATH_TYPE_NETWORK,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * SendpathNetworkWatch::changed:
   * @self: the watch
   * @network: the network as it is now
   *
   * The machine is on another network, or is on none, or the user has signed in.
   *
   * Since: 1.0
   */
  signals[CHANGED] = g_signal_new ("changed", SENDPATH_TYPE_NETWORK_WATCH, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, SENDPATH_TYPE_NETWORK);
}

static void
sendpath_network_watch_init (SendpathNetworkWatch *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  /* listen first: what changes in between is not missed */
  listen_to_kernel (self);
  connect_to_bus (self);
  self->network = sendpath_network_new ();
}

/**
 * sendpath_network_watch_new:
 *
 * Starts to follow the network, in the thread-default main context of now.
 *
 * What has changed is read in that context a quarter of a second after the news; that takes as long as
 * sendpath_network_new().
 *
 * Returns: (transfer full): the watch
 *
 * Since: 1.0
 */
SendpathNetworkWatch *
sendpath_network_watch_new (void)
{
  return g_object_new (SENDPATH_TYPE_NETWORK_WATCH, NULL);
}

/**
 * sendpath_network_watch_get_network:
 * @self: a #SendpathNetworkWatch
 *
 * Returns: (transfer none): the network as it is now
 *
 * Since: 1.0
 */
SendpathNetwork *
sendpath_network_watch_get_network (SendpathNetworkWatch *self)
{
  g_return_val_if_fail (SENDPATH_IS_NETWORK_WATCH (self), NULL);

  return self->network;
}
