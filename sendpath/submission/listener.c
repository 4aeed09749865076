/* Serves all who connect to one socket of this machine. Who they are the kernel tells; it never
 * believes a client, and none of them can keep others from being heard. */
#include "config.h"

#include "sendpath/submission/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sendpath/submission/smtp-door.h"

/* No descriptors are left, say: until one is. */
#define PAUSE_MS 100

/* At the end, that somebody may take to listen to what is still said to him. */
#define ENDING_S 3

#define BUSY_REPLY "421 4.7.0 too many at once, come again\r\n"

typedef struct {
  const ListenerSettings *settings;
  GMutex lock;
  GCond is_gone;      /* a client */
  GPtrArray *clients; /* Client; borrowed: each thread has its own */
} Listener;

typedef struct {
  Listener *listener;
  int fd;
  guint uid;
  gint64 taken_us; /* monotonic: when a message was taken or refused last; G_MAXINT64: now */
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
  reply = settings->take (message, client->uid, settings->data);
  note_taken (client, g_get_monotonic_time ());
  return reply;
}

/* Its descriptor is closed under the lock, so that nobody else's is shut down in its place. */
static void
leave (Client *client)
{
  Listener *listener = client->listener;

  g_mutex_lock (&listener->lock);
  g_ptr_array_remove_fast (listener->clients, client);
  close (client->fd);
  g_cond_signal (&listener->is_gone);
  g_mutex_unlock (&listener->lock);
  g_free (client);
}

static gpointer
serve (gpointer data)
{
  Client *client = data;
  const ListenerSettings *settings = client->listener->settings;
  const SmtpDoor door = {
    .in_fd = client->fd,
    .out_fd = client->fd,
    .patience_s = settings->patience_s,
    .end_us = g_get_monotonic_time () + settings->lifetime_s * G_TIME_SPAN_SECOND,
  };
  const SmtpServerSettings dialogue = {
    .max_bytes = settings->max_bytes,
    .max_recipients = settings->max_recipients,
    .take = take,
    .data = client,
  };

  smtp_door_serve (&door, &dialogue);
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
is_room_for (const Listener *listener, guint uid)
{
  guint n_of_user = 0;

  for (guint i = 0; i < listener->clients->len; i++)
    n_of_user += ((const Client *) listener->clients->pdata[i])->uid == uid ? 1 : 0;
  return (uid == 0 || listener->clients->len < listener->settings->max_clients) &&
         n_of_user < listener->settings->max_of_one_user;
}

static void
turn_away (int fd)
{
  /* the first bytes on a new socket find room, or nobody wants them */
  if (send (fd, BUSY_REPLY, strlen (BUSY_REPLY), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("a client that was turned away did not listen");
  close (fd);
}

/* Takes @fd over. */
static void
welcome (Listener *listener, int fd)
{
  g_autoptr (GThread) thread = NULL;
  g_autofree Client *client = g_new0 (Client, 1);

  *client = (Client) { .listener = listener, .fd = fd };
  g_mutex_lock (&listener->lock);
  if (find_uid (fd, &client->uid) && is_room_for (listener, client->uid) &&
      (thread = g_thread_try_new ("hand-in", serve, client, NULL)) != NULL)
    g_ptr_array_add (listener->clients, g_steal_pointer (&client));
  else
    turn_away (fd);
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
        shutdown (client->fd, SHUT_RDWR);
    }
}

/* Nobody hears them any more; they may still be told what became of what they said. */
static void
send_away (Listener *listener)
{
  gint64 now_us = g_get_monotonic_time (), round_us = ENDING_S * G_TIME_SPAN_SECOND;

  g_mutex_lock (&listener->lock);
  for (guint i = 0; i < listener->clients->len; i++)
    shutdown (((const Client *) listener->clients->pdata[i])->fd, SHUT_RD);
  while (listener->clients->len > 0)
    if (!g_cond_wait_until (&listener->is_gone, &listener->lock, now_us + round_us))
      {
        hang_up_on_the_deaf (listener, now_us);
        now_us += round_us;
      }
  g_mutex_unlock (&listener->lock);
}

/* A name in the file system is what the kernel tells the other end's user of. */
static gboolean
check_socket (int fd, GError **error)
{
  int domain = 0, is_listening = 0;
  socklen_t size = sizeof (int);

  if (getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
      getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 && is_listening &&
      fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK) == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       _ ("messages are taken in only at a local socket that listens"));
  return FALSE;
}

gboolean
listener_run (int fd, const ListenerSettings *settings, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new ();
  Listener listener = { .settings = settings, .clients = clients };
  GPollFD wanted = { .fd = -1 };
  struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
  gboolean has_pollfd;

  if (!check_socket (fd, error))
    return FALSE;
  g_mutex_init (&listener.lock);
  g_cond_init (&listener.is_gone);
  has_pollfd = g_cancellable_make_pollfd (cancellable, &wanted);
  fds[1].fd = has_pollfd ? wanted.fd : -1;
  while (!g_cancellable_is_cancelled (cancellable))
    {
      int client = accept4 (fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

      if (client >= 0)
        welcome (&listener, client);
      else if (errno == EAGAIN)
        poll (fds, G_N_ELEMENTS (fds), -1);
      else if (errno != EINTR && errno != ECONNABORTED)
        poll (fds + 1, 1, PAUSE_MS);
    }
  send_away (&listener);
  if (has_pollfd)
    g_cancellable_release_fd (cancellable);
  g_mutex_clear (&listener.lock);
  g_cond_clear (&listener.is_gone);
  return TRUE;
}
