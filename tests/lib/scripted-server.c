/* Plays dialogues on a loopback port. It never judges more than whether the client said what was
 * written. */
#include "config.h"

#include "tests/lib/scripted-server.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test-link.h"

/* How long finish() waits for a client that never comes or never goes. */
#define PATIENCE_US (10 * G_USEC_PER_SEC)

struct _ScriptedServer {
  GPtrArray *steps;
  TestCerts *certs;
  GThread   *thread;
  int        listen_fd;
  guint16    port;
  int        cut_at; /* of the thread alone */

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
  char      *mismatch;
  GByteArray *received;
  GPtrArray *bodies; /* GBytes */
};

/* One connection while it is played. */
typedef struct {
  ScriptedServer *server;
  TestLink       *link;
  GByteArray     *input;    /* read and not yet taken */
  guint64         drip_ms;
  gboolean        was_reset;
} Play;

typedef enum { GO_ON, STOP, LOST } Outcome;

G_GNUC_PRINTF (2, 3)
static void
note_mismatch (ScriptedServer *server, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_mutex_lock (&server->lock);
  if (server->mismatch == NULL && !server->is_ending)
    server->mismatch = g_strdup_vprintf (format, args);
  g_mutex_unlock (&server->lock);
  va_end (args);
}

/* ---- one step -------------------------------------------------------------------------------- */

static gboolean
receive (Play *play)
{
  guint old_length = play->input->len;

  if (!test_link_receive (play->link, play->input))
    return FALSE;
  g_mutex_lock (&play->server->lock);
  g_byte_array_append (play->server->received, play->input->data + old_length,
                       play->input->len - old_length);
  g_mutex_unlock (&play->server->lock);
  return TRUE;
}

/* Takes the input up to and with the first @end, and gives what comes before it. NULL: the client
 * went away. */
static GBytes *
take_until (Play *play, const char *end)
{
  GBytes *taken;
  const guint8 *hit;

  while ((hit = memmem (play->input->data, play->input->len, end, strlen (end))) == NULL)
    if (!receive (play))
      return NULL;
  taken = g_bytes_new (play->input->data, (gsize) (hit - play->input->data));
  g_byte_array_remove_range (play->input, 0, (guint) (hit - play->input->data + strlen (end)));
  return taken;
}

static Outcome
say (Play *play, const char *bytes, gsize length)
{
  gsize step = play->drip_ms > 0 ? 1 : length;

  for (gsize done = 0; done < length; done += step)
    {
      if (!test_link_send (play->link, bytes + done, step))
        return LOST;
      if (play->drip_ms > 0)
        g_usleep (play->drip_ms * 1000); /* the slowness is what is tested */
    }
  return GO_ON;
}

static Outcome
flood (Play *play, const DialogueStep *step)
{
  gsize length;
  const char *bytes = g_bytes_get_data (step->bytes, &length);
  g_autoptr(GString) block = g_string_new (NULL);
  guint64 a_block = MIN (step->number, 4096);

  for (guint64 i = 0; i < a_block; i++)
    g_string_append_len (block, bytes, (gssize) length);
  for (guint64 done = 0; done < step->number; done += a_block)
    if (!test_link_send (play->link, block->str, MIN (a_block, step->number - done) * length))
      return LOST;
  return GO_ON;
}

static Outcome
expect (Play *play, const DialogueStep *step)
{
  g_autoptr(GBytes) bytes = take_until (play, "\n");
  g_autofree char *line = NULL;
  gsize length;

  if (bytes == NULL)
    return LOST;
  length = g_bytes_get_size (bytes);
  line = g_strndup (g_bytes_get_data (bytes, NULL), length);
  if (length == 0 || strlen (line) != length || line[length - 1] != '\r')
    {
      note_mismatch (play->server, "line %u: not a line with CRLF: `%s`", step->line, line);
      return STOP;
    }
  line[length - 1] = '\0';
  if (g_pattern_match_simple (step->text, line))
    return GO_ON;
  note_mismatch (play->server, "line %u: expected `%s`, the client said `%s`", step->line,
                 step->text, line);
  return STOP;
}

static Outcome
expect_data (Play *play)
{
  GBytes *body;

  if (play->input->len < 3 && !receive (play))
    return LOST;
  if (play->input->len >= 3 && memcmp (play->input->data, ".\r\n", 3) == 0)
    {
      body = g_bytes_new (NULL, 0);
      g_byte_array_remove_range (play->input, 0, 3);
    }
  else
    {
      g_autoptr(GBytes) text = take_until (play, "\r\n.\r\n");
      g_autoptr(GByteArray) whole = g_byte_array_new ();

      if (text == NULL)
        return LOST;
      g_byte_array_append (whole, g_bytes_get_data (text, NULL), (guint) g_bytes_get_size (text));
      g_byte_array_append (whole, (const guint8 *) "\r\n", 2);
      body = g_byte_array_free_to_bytes (g_steal_pointer (&whole));
    }
  g_mutex_lock (&play->server->lock);
  g_ptr_array_add (play->server->bodies, body);
  g_mutex_unlock (&play->server->lock);
  return GO_ON;
}

/* A client that does not like the certificate goes; that is a mismatch only if the dialogue goes
 * on. */
static Outcome
start_tls (Play *play, const DialogueStep *step)
{
  g_auto(GStrv) words = g_strsplit (step->text, " ", -1);
  const char *file = test_certs_get_file (play->server->certs, words[0]);

  return test_link_start_tls (play->link, file, (const char *const *) words) ? GO_ON : LOST;
}

/* Nothing more is said. Whatever the client still says is kept; only a QUIT is expected of it. */
static void
part (Play *play, const DialogueStep *end)
{
  const char *rest;

  test_link_finish (play->link);
  while (receive (play))
    ;
  g_byte_array_append (play->input, (const guint8 *) "", 1);
  rest = (const char *) play->input->data;
  if (*rest != '\0' && strcmp (rest, "QUIT\r\n") != 0)
    note_mismatch (play->server, "after line %u the client said `%s`", end->line, rest);
}

static Outcome
hold (ScriptedServer *server)
{
  g_mutex_lock (&server->lock);
  server->is_holding = TRUE;
  g_cond_broadcast (&server->changed);
  while (server->is_holding && !server->is_ending)
    g_cond_wait (&server->changed, &server->lock);
  g_mutex_unlock (&server->lock);
  return GO_ON;
}

static Outcome
play_step (Play *play, const DialogueStep *step)
{
  switch (step->kind)
    {
    case STEP_SAY:
      return say (play, g_bytes_get_data (step->bytes, NULL), g_bytes_get_size (step->bytes));
    case STEP_EXPECT:
      return expect (play, step);
    case STEP_EXPECT_DATA:
      return expect_data (play);
    case STEP_PEEK:
      return play->input->len > 0 || receive (play) ? GO_ON : LOST;
    case STEP_TLS:
      return start_tls (play, step);
    case STEP_RENEGOTIATE:
      test_link_renegotiate (play->link);
      return GO_ON;
    case STEP_DRIP:
      play->drip_ms = step->number;
      return GO_ON;
    case STEP_FLOOD:
      return flood (play, step);
    case STEP_CUT:
      return STOP;
    case STEP_RESET:
      play->was_reset = TRUE;
      return STOP;
    case STEP_WAIT:
      while (receive (play))
        ;
      return STOP;
    case STEP_STALL:
      test_link_stall (play->link);
      return STOP;
    case STEP_HOLD:
      return hold (play->server);
    case STEP_END:
      part (play, step);
      return STOP;
    }
  g_assert_not_reached ();
}

/* ---- connections ----------------------------------------------------------------------------- */

/* Half a step, then the end. */
static void
cut_within (Play *play, const DialogueStep *step)
{
  if (step->kind == STEP_SAY)
    say (play, g_bytes_get_data (step->bytes, NULL), g_bytes_get_size (step->bytes) / 2);
  else if (step->kind == STEP_EXPECT_DATA)
    receive (play);
  play->was_reset = step->kind != STEP_SAY;
}

/* Plays from step @first, whose number without the ends is @number. TRUE: the cut was made. */
static gboolean
play_connection (Play *play, guint first, int number)
{
  ScriptedServer *server = play->server;

  for (guint i = first;; i++, number++)
    {
      const DialogueStep *step = server->steps->pdata[i];
      gboolean is_step = step->kind != STEP_END;
      Outcome outcome;

      if (is_step && server->cut_at == 2 * number)
        return TRUE;
      if (is_step && server->cut_at == 2 * number + 1)
        {
          cut_within (play, step);
          return TRUE;
        }
      outcome = play_step (play, step);
      if (outcome == LOST && ((DialogueStep *) server->steps->pdata[i + 1])->kind != STEP_END)
        note_mismatch (server, "line %u: the client went away", step->line);
      if (outcome != GO_ON)
        return FALSE;
    }
}

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
      struct sockaddr_in peer = { 0 };
      socklen_t length = sizeof peer;
      int fd = accept (server->listen_fd, (struct sockaddr *) &peer, &length);

      if (fd < 0)
        g_error ("accept: %s", g_strerror (errno));
      is_last = is_last_port (server, ntohs (peer.sin_port));
      if (take_connection (server, fd, is_last))
        return fd;
      close (fd);
    }
  return -1;
}

static void
hang_up (ScriptedServer *server, TestLink *link, gboolean hard, gboolean was_cut, gboolean is_over)
{
  g_mutex_lock (&server->lock);
  server->fd = -1;
  test_link_close (link, hard);
  server->is_busy = FALSE;
  server->was_cut |= was_cut;
  server->is_over = is_over || server->mismatch != NULL;
  g_cond_broadcast (&server->changed);
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
      Play play = { server, test_link_new (fd), g_byte_array_sized_new (4096), 0, FALSE };
      gboolean is_beyond = server->is_over;
      gboolean was_cut = FALSE;

      if (is_beyond)
        note_mismatch (server, "one connection more than in the dialogue");
      else
        was_cut = play_connection (&play, first, number);
      if (was_cut)
        server->cut_at = SCRIPTED_SERVER_NO_CUT;
      else if (!is_beyond)
        advance (server, &first, &number);
      hang_up (server, play.link, play.was_reset, was_cut, first >= server->steps->len);
      g_byte_array_unref (play.input);
    }
  g_mutex_lock (&server->lock);
  server->is_done = TRUE;
  g_cond_broadcast (&server->changed);
  g_mutex_unlock (&server->lock);
  return NULL;
}

/* ---- the test's side ------------------------------------------------------------------------- */

static void
listen_on_loopback (ScriptedServer *server)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t length = sizeof address;

  server->listen_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind (server->listen_fd, (struct sockaddr *) &address, sizeof address) != 0
      || listen (server->listen_fd, 16) != 0
      || getsockname (server->listen_fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("no loopback port: %s", g_strerror (errno));
  server->port = ntohs (address.sin_port);
}

ScriptedServer *
scripted_server_new (const char *dialogue, int cut_at)
{
  ScriptedServer *server = g_new0 (ScriptedServer, 1);

  server->steps = dialogue_parse (dialogue);
  server->cut_at = cut_at;
  server->fd = server->last_fd = -1;
  server->is_over = server->steps->len == 0;
  server->received = g_byte_array_new ();
  server->bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_mutex_init (&server->lock);
  g_cond_init (&server->changed);
  listen_on_loopback (server);
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
                                 .sin_addr = { htonl (INADDR_LOOPBACK) } };
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
      g_error ("the dialogue did not come to its hold: %s",
               server->mismatch != NULL ? server->mismatch : "nobody came");
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
  mismatch = g_strdup (server->mismatch != NULL ? server->mismatch : missing);
  g_mutex_unlock (&server->lock);
  end (server);
  return mismatch;
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
  g_byte_array_unref (server->received);
  g_ptr_array_unref (server->bodies);
  g_free (server->mismatch);
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
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&server->lock);

  return g_bytes_new (server->received->data, server->received->len);
}

/* The middle of @needle's base64 when @offset bytes stand before it: what does not depend on its
 * neighbours. */
static char *
dup_base64_core (const char *needle, guint offset)
{
  g_autofree char *padded = g_strconcat (&"xx"[2 - offset], needle, NULL);
  g_autofree char *base64 = g_base64_encode ((const guchar *) padded, strlen (padded));
  gsize whole = strlen (padded) / 3 * 4;

  base64[whole] = '\0';
  return g_strdup (base64 + (offset > 0 ? 4 : 0));
}

gboolean
scripted_server_has_received (ScriptedServer *server, const char *needle)
{
  g_autoptr(GBytes) received = scripted_server_dup_received (server);
  gsize size;
  const char *bytes = g_bytes_get_data (received, &size);

  if (bytes == NULL)
    return FALSE;
  for (guint offset = 0; offset < 3; offset++)
    {
      g_autofree char *core = dup_base64_core (needle, offset);

      if (strlen (core) >= 8 && memmem (bytes, size, core, strlen (core)) != NULL)
        return TRUE;
    }
  return memmem (bytes, size, needle, strlen (needle)) != NULL;
}

guint
scripted_server_count_bodies (ScriptedServer *server)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&server->lock);

  return server->bodies->len;
}

GBytes *
scripted_server_dup_body (ScriptedServer *server, guint i)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&server->lock);

  g_assert_cmpuint (i, <, server->bodies->len);
  return g_bytes_ref (server->bodies->pdata[i]);
}
