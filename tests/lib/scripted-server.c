/* Listens on a loopback port and has each connection played. It never looks into what is said. */
#include "config.h"

#include "tests/lib/scripted-server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/scripted-play.h"

/* How long finish() waits for a client that never comes or never goes. */
#define PATIENCE_US (10 * G_USEC_PER_SEC)

struct _ScriptedServer {
  GPtrArray      *steps;
  TestCerts      *certs;
  ScriptedRecord *record;
  GThread        *thread;
  int             listen_fd;
  in_addr_t       host;
  guint16         port;
  int             cut_at; /* of the thread alone */

  GMutex     lock; /* for what follows */
  GCond      changed;
  int        fd; /* of the connection, or -1 */
  int        last_fd; /* finish() and free() connect too: with that connection the thread ends */
  guint16    last_port;
  gboolean   is_busy, is_over, was_cut;
  gboolean   is_ending; /* nothing more is played */
  gboolean   is_holding;
  gboolean   is_done;   /* the thread */
  guint      n_connections;
};

/* ---- connections ----------------------------------------------------------------------------- */

static gboolean
is_last_port (ScriptedServer *server, guint16 port)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&server->lock);

  return server->last_port == port;
}

/* FALSE: @fd is not to be played. */
static gboolean
take_connection (ScriptedServer *server, int fd, gboolean is_last)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&server->lock);

  if (is_last || server->is_ending)
    return FALSE;
  server->fd = fd;
  server->is_busy = TRUE;
  server->n_connections++;
  return TRUE;
}

/* The next connection, or -1 at the end. */
static int
accept_next (ScriptedServer *server)
{
  gboolean is_last = FALSE;

  while (!is_last)
    {
      struct sockaddr_in6 peer = { 0 }; /* the port stands where that of IPv4 does */
      socklen_t length = sizeof peer;
      int fd = accept (server->listen_fd, (struct sockaddr *) &peer, &length);

      if (fd < 0)
        g_error ("accept: %s", g_strerror (errno));
      is_last = is_last_port (server, ntohs (peer.sin6_port));
      if (take_connection (server, fd, is_last))
        return fd;
      close (fd);
    }
  return -1;
}

static void
hang_up (ScriptedServer *server, TestLink *link, gboolean is_hard, gboolean was_cut,
         gboolean is_over)
{
  g_autofree char *mismatch = scripted_record_dup_mismatch (server->record);

  g_mutex_lock (&server->lock);
  server->fd = -1;
  test_link_close (link, is_hard);
  server->is_busy = FALSE;
  server->was_cut |= was_cut;
  server->is_over = is_over || mismatch != NULL;
  g_cond_broadcast (&server->changed);
  g_mutex_unlock (&server->lock);
}

static void
hold (gpointer data)
{
  ScriptedServer *server = data;

  g_mutex_lock (&server->lock);
  server->is_holding = TRUE;
  g_cond_broadcast (&server->changed);
  while (server->is_holding && !server->is_ending)
    g_cond_wait (&server->changed, &server->lock);
  g_mutex_unlock (&server->lock);
}

/* After a whole connection: where the next one begins. */
static void
advance (ScriptedServer *server, guint *first, int *number)
{
  while (((DialogueStep *) server->steps->pdata[*first])->kind != STEP_END)
    {
      ++*first;
      ++*number;
    }
  ++*first;
}

static gpointer
serve (gpointer data)
{
  ScriptedServer *server = data;
  guint first = 0;
  int number = 0, fd;

  while ((fd = accept_next (server)) >= 0)
    {
      TestLink *link = test_link_new (fd);
      ScriptedPart part = { .steps = server->steps,
                            .first = first,
                            .cut_at = server->cut_at - 2 * number,
                            .certs = server->certs,
                            .record = server->record,
                            .hold = hold,
                            .data = server };
      gboolean is_hard = FALSE, was_cut = FALSE;

      if (server->is_over)
        scripted_record_note_mismatch (server->record, "one connection more than in the dialogue");
      else
        was_cut = scripted_play (&part, link, &is_hard);
      if (was_cut)
        server->cut_at = SCRIPTED_SERVER_NO_CUT;
      else if (!server->is_over)
        advance (server, &first, &number);
      hang_up (server, link, is_hard, was_cut, first >= server->steps->len);
    }
  g_mutex_lock (&server->lock);
  server->is_done = TRUE;
  g_cond_broadcast (&server->changed);
  g_mutex_unlock (&server->lock);
  return NULL;
}

/* ---- the test's side ------------------------------------------------------------------------- */

/* One that nobody has at any address: a second server may be wanted at the same port of another one. */
static guint16
find_unused_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { INADDR_ANY } };
  socklen_t length = sizeof address;
  int probe = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (bind (probe, (struct sockaddr *) &address, sizeof address) != 0
      || getsockname (probe, (struct sockaddr *) &address, &length) != 0)
    g_error ("no unused port: %s", g_strerror (errno));
  close (probe);
  return ntohs (address.sin_port);
}

static void
listen_at (ScriptedServer *server, guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr = { server->host } };
  const int yes = 1;
  socklen_t length = sizeof address;

  server->listen_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (server->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind (server->listen_fd, (struct sockaddr *) &address, sizeof address) != 0
      || listen (server->listen_fd, 16) != 0
      || getsockname (server->listen_fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("no port: %s", g_strerror (errno));
  server->port = ntohs (address.sin_port);
}

/* FALSE where there is no IPv6 on loopback. */
static gboolean
listen_on_both_families (ScriptedServer *server)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int probe = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean has_ipv6 = probe >= 0
                      && bind (probe, (struct sockaddr *) &address, sizeof address) == 0;
  socklen_t length = sizeof address;
  int only_ipv6 = 0;

  if (probe >= 0)
    close (probe);
  if (!has_ipv6)
    return FALSE;
  address.sin6_addr = in6addr_any;
  server->listen_fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (server->listen_fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof only_ipv6);
  if (bind (server->listen_fd, (struct sockaddr *) &address, sizeof address) != 0
      || listen (server->listen_fd, 16) != 0
      || getsockname (server->listen_fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("no port of both families: %s", g_strerror (errno));
  server->port = ntohs (address.sin6_port);
  return TRUE;
}

static ScriptedServer *
new_server (const char *dialogue, int cut_at)
{
  ScriptedServer *server = g_new0 (ScriptedServer, 1);

  server->steps = dialogue_parse (dialogue);
  server->cut_at = cut_at;
  server->fd = server->last_fd = -1;
  server->is_over = server->steps->len == 0;
  server->record = scripted_record_new ();
  g_mutex_init (&server->lock);
  g_cond_init (&server->changed);
  return server;
}

static ScriptedServer *
start (const char *dialogue, int cut_at, in_addr_t host, guint16 port)
{
  ScriptedServer *server = new_server (dialogue, cut_at);

  server->host = host;
  listen_at (server, port);
  server->thread = g_thread_new ("scripted-server", serve, server);
  return server;
}

ScriptedServer *
scripted_server_new (const char *dialogue, int cut_at)
{
  return start (dialogue, cut_at, htonl (INADDR_LOOPBACK), find_unused_port ());
}

ScriptedServer *
scripted_server_new_at (const char *dialogue, const char *address, guint16 port)
{
  return start (dialogue, SCRIPTED_SERVER_NO_CUT, inet_addr (address), port);
}

ScriptedServer *
scripted_server_new_for_both_families (const char *dialogue)
{
  ScriptedServer *server = new_server (dialogue, SCRIPTED_SERVER_NO_CUT);

  if (!listen_on_both_families (server))
    {
      scripted_server_free (server);
      return NULL;
    }
  server->thread = g_thread_new ("scripted-server", serve, server);
  return server;
}

int
scripted_server_count_cuts (const char *dialogue)
{
  g_autoptr(GPtrArray) steps = dialogue_parse (dialogue);
  int n = 0;

  for (guint i = 0; i < steps->len; i++)
    n += ((DialogueStep *) steps->pdata[i])->kind != STEP_END ? 2 : 0;
  return n;
}

void
scripted_server_set_certs (ScriptedServer *server, TestCerts *certs)
{
  server->certs = certs;
}

guint16
scripted_server_get_port (const ScriptedServer *server)
{
  return server->port;
}

/* Connections are taken in the order they were made: when the thread sees this one, no other
 * waits. With the lock. */
static void
connect_last (ScriptedServer *server)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (server->port),
                                 .sin_addr = { server->host } };
  socklen_t length = sizeof address;

  if (server->last_fd >= 0)
    return;
  server->last_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (server->last_fd, (struct sockaddr *) &address, sizeof address) != 0
      || getsockname (server->last_fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("connect: %s", g_strerror (errno));
  server->last_port = ntohs (address.sin_port);
}

/* Wakes the thread wherever it is, and waits for it. */
static void
end (ScriptedServer *server)
{
  if (server->thread == NULL)
    return;
  scripted_record_close (server->record);
  g_mutex_lock (&server->lock);
  server->is_ending = TRUE;
  g_cond_broadcast (&server->changed);
  connect_last (server);
  if (server->fd >= 0)
    shutdown (server->fd, SHUT_RDWR);
  g_mutex_unlock (&server->lock);
  g_thread_join (g_steal_pointer (&server->thread));
  close (server->last_fd);
  close (server->listen_fd);
}

void
scripted_server_wait_for_hold (ScriptedServer *server)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&server->lock);
  while (!server->is_holding)
    if (!g_cond_wait_until (&server->changed, &server->lock, deadline_us))
      {
        g_autofree char *mismatch = scripted_record_dup_mismatch (server->record);

        g_error ("the dialogue did not come to its hold: %s",
                 mismatch != NULL ? mismatch : "nobody came");
      }
  g_mutex_unlock (&server->lock);
}

void
scripted_server_let_go (ScriptedServer *server)
{
  g_mutex_lock (&server->lock);
  server->is_holding = FALSE;
  g_cond_broadcast (&server->changed);
  g_mutex_unlock (&server->lock);
}

static gboolean
is_played (const ScriptedServer *server)
{
  return !server->is_busy && (server->is_over || server->was_cut);
}

char *
scripted_server_finish (ScriptedServer *server)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  const char *missing = NULL;
  char *mismatch;

  g_mutex_lock (&server->lock);
  while (!is_played (server))
    if (!g_cond_wait_until (&server->changed, &server->lock, deadline_us))
      break;
  if (!is_played (server))
    missing = server->is_busy ? "the client did not go" : "the client did not come";
  connect_last (server);
  while (!server->is_done)
    if (!g_cond_wait_until (&server->changed, &server->lock, deadline_us))
      break;
  g_mutex_unlock (&server->lock);
  end (server);
  mismatch = scripted_record_dup_mismatch (server->record);
  return mismatch != NULL ? mismatch : g_strdup (missing);
}

void
scripted_server_assert_played (ScriptedServer *server)
{
  g_autofree char *mismatch = scripted_server_finish (server);

  if (mismatch != NULL)
    g_error ("the dialogue went otherwise: %s", mismatch);
}

void
scripted_server_free (ScriptedServer *server)
{
  end (server);
  g_ptr_array_unref (server->steps);
  scripted_record_free (server->record);
  g_mutex_clear (&server->lock);
  g_cond_clear (&server->changed);
  g_free (server);
}

guint
scripted_server_count_connections (ScriptedServer *server)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&server->lock);

  return server->n_connections;
}

GBytes *
scripted_server_dup_received (ScriptedServer *server)
{
  return scripted_record_dup_bytes (server->record);
}

gboolean
scripted_server_has_received (ScriptedServer *server, const char *needle)
{
  return scripted_record_has (server->record, needle);
}

guint
scripted_server_count_bodies (ScriptedServer *server)
{
  return scripted_record_count_bodies (server->record);
}

GBytes *
scripted_server_dup_body (ScriptedServer *server, guint i)
{
  return scripted_record_dup_body (server->record, i);
}
