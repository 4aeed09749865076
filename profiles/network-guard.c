/* Stops what was begun on a network once the machine has left it: the network is another one, or an
 * address that it had there is gone. One that is only added (a tunnel, a virtual machine) stops
 * nothing. It never asks the bus before the kernel had news. */
#include "config.h"

#include "profiles/network-guard.h"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "profiles/network-private.h"

#define SETTLE_MS  250 /* news come in bursts */
#define NEWS_BYTES 8192
#define LEFT       "sendpath-network-left"

struct _NetworkGuard {
  gatomicrefcount ref_count;
  SendpathNetwork *network;
  GCancellable *cancellable;
  GCancellable *parent; /* nullable */
  gulong parent_id;
  gint has_left; /* atomic */
  GThread *thread;
  int netlink, wake;
};

static void
cancel_too (GCancellable *parent, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

NetworkGuard *
network_guard_new (SendpathNetwork *network, GCancellable *cancellable)
{
  NetworkGuard *guard = g_new0 (NetworkGuard, 1);

  g_atomic_ref_count_init (&guard->ref_count);
  guard->network = g_object_ref (network);
  guard->cancellable = g_cancellable_new ();
  guard->netlink = guard->wake = -1;
  g_set_object (&guard->parent, cancellable);
  if (cancellable != NULL)
    guard->parent_id = g_cancellable_connect (cancellable, G_CALLBACK (cancel_too),
                                              g_object_ref (guard->cancellable), g_object_unref);
  return guard;
}

NetworkGuard *
network_guard_ref (NetworkGuard *guard)
{
  g_atomic_ref_count_inc (&guard->ref_count);
  return guard;
}

void
network_guard_unref (NetworkGuard *guard)
{
  if (!g_atomic_ref_count_dec (&guard->ref_count))
    return;
  if (guard->thread != NULL)
    {
      eventfd_write (guard->wake, 1);
      g_thread_join (guard->thread);
    }
  if (guard->netlink >= 0)
    close (guard->netlink);
  if (guard->wake >= 0)
    close (guard->wake);
  g_cancellable_disconnect (guard->parent, guard->parent_id);
  g_clear_object (&guard->parent);
  g_object_unref (guard->cancellable);
  g_object_unref (guard->network);
  g_free (guard);
}

GCancellable *
network_guard_get_cancellable (NetworkGuard *guard)
{
  return guard->cancellable;
}

gboolean
network_guard_has_left (NetworkGuard *guard)
{
  return g_atomic_int_get (&guard->has_left) != 0;
}

/* ---- another network ------------------------------------------------------------------------- */

static gboolean
is_told_by_manager (SendpathNetwork *network)
{
  return !g_str_equal (sendpath_network_get_id (network), network_get_former_id (network));
}

/* Where NetworkManager answers only one of two questions, its name for a network is another one than the
 * one made without it. */
static gboolean
has_same_id (SendpathNetwork *a, SendpathNetwork *b)
{
  return is_told_by_manager (a) && is_told_by_manager (b)
             ? g_str_equal (sendpath_network_get_id (a), sendpath_network_get_id (b))
             : g_str_equal (network_get_former_id (a), network_get_former_id (b));
}

gboolean
network_has_left (SendpathNetwork *before, SendpathNetwork *now)
{
  const char *const *addresses = sendpath_network_get_addresses (before);
  const char *const *left = sendpath_network_get_addresses (now);

  if (!has_same_id (before, now))
    return TRUE;
  for (guint i = 0; addresses != NULL && addresses[i] != NULL; i++)
    if (left == NULL || !g_strv_contains (left, addresses[i]))
      return TRUE;
  return FALSE;
}

void
network_leave (GCancellable *cancellable)
{
  g_object_set_data (G_OBJECT (cancellable), LEFT, GINT_TO_POINTER (TRUE));
  g_cancellable_cancel (cancellable);
}

gboolean
network_was_left (GCancellable *cancellable)
{
  return cancellable != NULL && g_object_get_data (G_OBJECT (cancellable), LEFT) != NULL;
}

void
network_guard_tell (NetworkGuard *guard, SendpathNetwork *network)
{
  if (network == NULL || !network_has_left (guard->network, network))
    return;
  g_atomic_int_set (&guard->has_left, 1);
  network_leave (guard->cancellable);
}

/* ---- the kernel ------------------------------------------------------------------------------ */

static gboolean
is_woken (NetworkGuard *guard, int timeout_ms)
{
  struct pollfd wake = { .fd = guard->wake, .events = POLLIN };

  return poll (&wake, 1, timeout_ms) > 0;
}

static void
drain (int netlink)
{
  char bytes[NEWS_BYTES];

  while (recv (netlink, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
    ;
}

static gpointer
watch_kernel (gpointer data)
{
  NetworkGuard *guard = data;

  while (!network_guard_has_left (guard))
    {
      struct pollfd fds[] = { { .fd = guard->netlink, .events = POLLIN },
                              { .fd = guard->wake, .events = POLLIN } };
      g_autoptr(SendpathNetwork) network = NULL;

      poll (fds, G_N_ELEMENTS (fds), -1);
      if (fds[0].revents == 0 && fds[1].revents == 0)
        continue; /* a signal */
      if (fds[1].revents != 0 || is_woken (guard, SETTLE_MS))
        break;
      drain (guard->netlink);
      network = sendpath_network_new ();
      network_guard_tell (guard, network);
    }
  return NULL;
}

void
network_guard_watch (NetworkGuard *guard)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK,
                                 .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
                                              RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE };

  g_return_if_fail (guard->thread == NULL);

  guard->wake = eventfd (0, EFD_CLOEXEC);
  guard->netlink = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (guard->wake >= 0 && guard->netlink >= 0 &&
      bind (guard->netlink, (struct sockaddr *) &address, sizeof address) == 0)
    guard->thread = g_thread_try_new ("network-guard", watch_kernel, guard, NULL);
}
