/* Serves all who connect to some sockets of this machine. Who they are the kernel tells, or a password; it
 * never believes a client, and none of them can keep others from being heard. */
#include "config.h"

#include "sendpath/submission/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sendpath/submission/smtp-door.h"

/* No descriptors are left, say: until one is. */
#define PAUSE_MS 100

/* At the end, that somebody may take to listen to what is still said to him. */
#define ENDING_S 3

#define BUSY_REPLY     "421 4.7.0 too many at once, come again\r\n"
#define STRANGER_REPLY "554 5.7.1 only the owner of this socket is heard here\r\n"

typedef struct {
  const ListenerSettings *settings;
  GMutex lock;
  GCond is_gone;      /* a client */
  GPtrArray *clients; /* Client; borrowed: each thread has its own */
} Listener;

typedef struct {
  Listener *listener;
  SmtpDoor door;
  ListenerEntry entry;
  ListenerGuest guest;
  char *name;             /* of @guest */
  gboolean was_sent_away; /* to make room */
  gint64 taken_us;        /* monotonic: when a message was taken or refused last; G_MAXINT64: now */
} Client;

/* ---- one client ------------------------------------------------------------------------------ */

static void
note_taken (Client *client, gint64 at_us)
{
  g_mutex_lock (&client->listener->lock);
  client->taken_us = at_us;
  g_mutex_unlock (&client->listener->lock);
}

static char *
take (SendpathMessage *message, gpointer data)
{
  Client *client = data;
  const ListenerSettings *settings = client->listener->settings;
  char *reply;

  note_taken (client, G_MAXINT64);
  reply = settings->take (message, &client->guest, settings->data);
  note_taken (client, g_get_monotonic_time ());
  return reply;
}

static char *
log_in (const char *user, const char *password, gpointer data)
{
  Client *client = data;
  const ListenerSettings *settings = client->listener->settings;
  char *reply = settings->log_in (user, password, settings->data);

  if (!g_str_has_prefix (reply, "235"))
    return reply;
  g_mutex_lock (&client->listener->lock);
  client->guest.name = client->name = g_strdup (user);
  g_mutex_unlock (&client->listener->lock);
  client->door.end_us = g_get_monotonic_time () + settings->lifetime_s * G_TIME_SPAN_SECOND;
  return reply;
}

static char *
refuse_sender (const char *sender, gpointer data)
{
  const Client *client = data;
  const ListenerSettings *settings = client->listener->settings;

  return settings->refuse_sender (sender, &client->guest, settings->data);
}

/* Its descriptor is closed under the lock, so that nobody else's is shut down in its place. */
static void
leave (Client *client)
{
  Listener *listener = client->listener;

  g_mutex_lock (&listener->lock);
  g_ptr_array_remove_fast (listener->clients, client);
  close (client->door.in_fd);
  g_cond_signal (&listener->is_gone);
  g_mutex_unlock (&listener->lock);
  g_free (client->name);
  g_free (client);
}

static gpointer
serve (gpointer data)
{
  Client *client = data;
  const ListenerSettings *settings = client->listener->settings;
  gboolean must_log_in = client->entry == LISTENER_LOGIN;
  guint lifetime_s = must_log_in ? settings->login_s : settings->lifetime_s;
  const SmtpServerSettings dialogue = {
    .max_bytes = settings->max_bytes,
    .max_recipients = settings->max_recipients,
    .log_in = must_log_in ? log_in : NULL,
    .refusal_delay_ms = settings->refusal_delay_ms,
    .refuse_sender = must_log_in ? refuse_sender : NULL,
    .take = take,
    .data = client,
  };

  client->door.patience_s = settings->patience_s;
  client->door.end_us = g_get_monotonic_time () + lifetime_s * G_TIME_SPAN_SECOND;
  smtp_door_serve (&client->door, &dialogue);
  leave (client);
  return NULL;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static gboolean
find_uid (int fd, guint *ret_uid)
{
  struct ucred peer;
  socklen_t size = sizeof peer;

  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return FALSE;
  *ret_uid = peer.uid;
  return TRUE;
}

/* Root always finds room: somebody can be many users (subuid(5)). */
static gboolean
is_room_for (const Listener *listener, const Client *newcomer)
{
  const ListenerSettings *settings = listener->settings;
  gboolean is_local = newcomer->entry != LISTENER_LOGIN;
  guint n_of_user = 0, n = 0;

  for (guint i = 0; i < listener->clients->len; i++)
    {
      const Client *client = listener->clients->pdata[i];

      n += client->entry == newcomer->entry && !client->was_sent_away ? 1 : 0;
      n_of_user += client->guest.uid == newcomer->guest.uid ? 1 : 0;
    }
  if (!is_local)
    return n < settings->max_clients;
  return (newcomer->guest.uid == 0 || n < settings->max_clients) &&
         n_of_user < settings->max_of_one_user;
}

/* Under the lock. */
static gboolean
is_at_login (const Client *client)
{
  return client->entry == LISTENER_LOGIN && client->name == NULL;
}

/* Whoever can reach a port can fill it. Of those who have not logged in the first makes room, for whom that
 * should have been time enough; no more than as many again are still on their way out. */
static void
make_room (Listener *listener)
{
  Client *first = NULL;

  if (listener->clients->len >= 2 * listener->settings->max_clients)
    return;
  for (guint i = 0; i < listener->clients->len; i++)
    {
      Client *client = listener->clients->pdata[i];

      if (is_at_login (client) && !client->was_sent_away &&
          (first == NULL || client->taken_us < first->taken_us))
        first = client;
    }
  if (first == NULL)
    return;
  first->was_sent_away = TRUE;
  shutdown (first->door.in_fd, SHUT_RDWR);
}

static void
turn_away (int fd, const char *reply)
{
  /* the first bytes on a new socket find room, or nobody wants them */
  if (send (fd, reply, strlen (reply), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("a client that was turned away did not listen");
  close (fd);
}

static gboolean
is_loopback (const struct sockaddr_storage *address)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;

  if (address->ss_family == AF_INET)
    return ntohl (v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  return address->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK (&v6->sin6_addr);
}

/* Whether a client at @fd may get in by such a door at all; @ret_uid gets whose it is. */
static gboolean
may_enter (int fd, ListenerEntry entry, guint *ret_uid)
{
  struct sockaddr_storage peer = { .ss_family = AF_UNSPEC };
  socklen_t size = sizeof peer;

  *ret_uid = (guint) -1;
  if (entry == LISTENER_LOGIN)
    return getpeername (fd, (struct sockaddr *) &peer, &size) == 0 && is_loopback (&peer);
  return find_uid (fd, ret_uid) && (entry == LISTENER_ALL_USERS || *ret_uid == getuid ());
}

/* Under the lock. FALSE: it is @client still, to be turned away. */
static gboolean
let_in (Listener *listener, Client *client)
{
  g_autoptr (GThread) thread = NULL;

  if (!is_room_for (listener, client) && client->entry == LISTENER_LOGIN)
    make_room (listener);
  if (!is_room_for (listener, client))
    return FALSE;
  thread = g_thread_try_new ("hand-in", serve, client, NULL);
  if (thread != NULL)
    g_ptr_array_add (listener->clients, client);
  return thread != NULL;
}

/* Takes @fd over. */
static void
welcome (Listener *listener, int fd, ListenerEntry entry)
{
  g_autofree Client *client = g_new0 (Client, 1);

  *client = (Client) { .listener = listener,
                       .door = { .in_fd = fd, .out_fd = fd },
                       .entry = entry,
                       .taken_us = g_get_monotonic_time () };
  if (!may_enter (fd, entry, &client->guest.uid))
    {
      turn_away (fd, STRANGER_REPLY);
      return;
    }
  g_mutex_lock (&listener->lock);
  if (let_in (listener, client))
    g_steal_pointer (&client);
  else
    turn_away (fd, BUSY_REPLY);
  g_mutex_unlock (&listener->lock);
}

/* Who does not listen must not keep the others from being heard by whoever listens next; but nobody is left
 * without a reply to a message. */
static void
hang_up_on_the_deaf (Listener *listener, gint64 taken_before_us)
{
  for (guint i = 0; i < listener->clients->len; i++)
    {
      const Client *client = listener->clients->pdata[i];

      if (client->taken_us <= taken_before_us)
        shutdown (client->door.in_fd, SHUT_RDWR);
    }
}

/* Nobody hears them any more; whoever is inside may still be told what became of what he said. */
static void
send_away (Listener *listener)
{
  gint64 now_us = g_get_monotonic_time (), round_us = ENDING_S * G_TIME_SPAN_SECOND;

  g_mutex_lock (&listener->lock);
  for (guint i = 0; i < listener->clients->len; i++)
    {
      const Client *client = listener->clients->pdata[i];

      shutdown (client->door.in_fd, is_at_login (client) ? SHUT_RDWR : SHUT_RD);
    }
  while (listener->clients->len > 0)
    if (!g_cond_wait_until (&listener->is_gone, &listener->lock, now_us + round_us))
      {
        hang_up_on_the_deaf (listener, now_us);
        now_us += round_us;
      }
  g_mutex_unlock (&listener->lock);
}

static gboolean
is_listening (int fd)
{
  int is_listening = 0;
  socklen_t size = sizeof is_listening;

  return getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 && is_listening;
}

/* A name in the file system is what the kernel tells the other end's user of; what listens on more than this
 * machine's own addresses would be open to others. */
static gboolean
check_door (const ListenerDoor *door, GError **error)
{
  struct sockaddr_storage own = { .ss_family = AF_UNSPEC };
  socklen_t size = sizeof own;
  gboolean is_of_its_kind =
      getsockname (door->fd, (struct sockaddr *) &own, &size) == 0 &&
      (door->entry == LISTENER_LOGIN ? is_loopback (&own) : own.ss_family == AF_UNIX);

  if (is_of_its_kind && is_listening (door->fd) &&
      fcntl (door->fd, F_SETFL, fcntl (door->fd, F_GETFL) | O_NONBLOCK) == 0)
    return TRUE;
  g_set_error_literal (
      error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      _ ("messages are taken in only at a socket of this machine alone that listens"));
  return FALSE;
}

/* ---- the loop -------------------------------------------------------------------------------- */

/* FALSE: nobody can be let in now, for want of descriptors, say. */
static gboolean
answer (Listener *listener, const ListenerDoor *door)
{
  for (;;)
    {
      int client = accept4 (door->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

      if (client >= 0)
        welcome (listener, client, door->entry);
      else if (errno == EAGAIN)
        return TRUE;
      else if (errno != EINTR && errno != ECONNABORTED)
        return FALSE;
    }
}

/* The last of @fds is told of the end. */
static void
listen_at (Listener *listener, const ListenerDoor *doors, guint n_doors, struct pollfd *fds,
           GCancellable *cancellable)
{
  while (!g_cancellable_is_cancelled (cancellable))
    {
      gboolean is_well = TRUE;

      for (guint i = 0; i < n_doors; i++)
        is_well = answer (listener, &doors[i]) && is_well;
      if (is_well)
        poll (fds, n_doors + 1, -1);
      else
        poll (fds + n_doors, 1, PAUSE_MS);
    }
}

gboolean
listener_run (const ListenerDoor *doors, guint n_doors, const ListenerSettings *settings,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new ();
  g_autofree struct pollfd *fds = g_new0 (struct pollfd, n_doors + 1);
  Listener listener = { .settings = settings, .clients = clients };
  GPollFD wanted = { .fd = -1 };
  gboolean has_pollfd;

  for (guint i = 0; i < n_doors; i++)
    {
      if (!check_door (&doors[i], error))
        return FALSE;
      fds[i] = (struct pollfd) { .fd = doors[i].fd, .events = POLLIN };
    }
  g_mutex_init (&listener.lock);
  g_cond_init (&listener.is_gone);
  has_pollfd = g_cancellable_make_pollfd (cancellable, &wanted);
  fds[n_doors] = (struct pollfd) { .fd = has_pollfd ? wanted.fd : -1, .events = POLLIN };
  listen_at (&listener, doors, n_doors, fds, cancellable);
  send_away (&listener);
  if (has_pollfd)
    g_cancellable_release_fd (cancellable);
  g_mutex_clear (&listener.lock);
  g_cond_clear (&listener.is_gone);
  return TRUE;
}
