/* Sessions that were of use and stay open for the next message of the same lane: one thread, one
 * network. It never opens one, and gives a session to nobody but the owner it was opened for. */
#include "config.h"

#include "sendpath/walk/session-pool.h"

#include <time.h>

/* A server's patience with an idle client is minutes; its number of connections is small. */
#define IDLE_MAX_S   10
#define SESSIONS_MAX 4

typedef struct {
  char *key;
  SmtpSession *session;
  Runner *contact;
  ServerSlot *slot;     /* nullable */
  gint64 idle_since_us; /* as get_time_us() tells it */
} Idle;

struct _SessionPool {
  ServerSlots *slots; /* nullable */
  gboolean was_crowded;
  void (*before_connect) (gpointer data); /* nullable */
  gpointer data;
  GPtrArray *idle; /* Idle, the longest idle first */
};

/* It goes on while the machine sleeps: a server does not sleep with it. */
static gint64
get_time_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
idle_free (gpointer data)
{
  Idle *idle = data;

  g_free (idle->key);
  if (idle->slot != NULL)
    server_slot_resume (idle->slot); /* before its socket is closed */
  g_clear_pointer (&idle->session, smtp_session_free);
  g_clear_pointer (&idle->slot, server_slot_free);
  g_clear_pointer (&idle->contact, runner_free);
  g_free (idle);
}

SessionPool *
session_pool_new (ServerSlots *slots)
{
  SessionPool *pool = g_new0 (SessionPool, 1);

  pool->slots = slots;
  pool->idle = g_ptr_array_new_with_free_func (idle_free);
  return pool;
}

void
session_pool_free (SessionPool *pool)
{
  g_ptr_array_unref (pool->idle);
  g_free (pool);
}

void
session_pool_clear (SessionPool *pool)
{
  g_ptr_array_set_size (pool->idle, 0);
}

void
session_pool_set_before_connect (SessionPool *pool, void (*before_connect) (gpointer data),
                                 gpointer data)
{
  pool->before_connect = before_connect;
  pool->data = data;
}

gboolean
session_pool_claim (SessionPool *pool, const char *server, GCancellable *cancellable,
                    ServerSlot **ret_slot)
{
  gboolean has_waited = FALSE;

  if (pool->before_connect != NULL)
    pool->before_connect (pool->data);
  if (pool->slots == NULL)
    return TRUE;
  *ret_slot = server_slots_take (pool->slots, server, cancellable, &has_waited);
  pool->was_crowded = pool->was_crowded || has_waited;
  return *ret_slot != NULL;
}

void
session_pool_note_crowded (SessionPool *pool)
{
  pool->was_crowded = TRUE;
}

gboolean
session_pool_was_crowded (SessionPool *pool)
{
  gboolean was_crowded = pool->was_crowded;

  pool->was_crowded = FALSE;
  return was_crowded;
}

/* Who is logged in, or would be, at which server, which key it had to show, and what it was told
 * before. */
static char *
make_key (const SendpathRoute *route)
{
  g_autofree char *owner = route_dup_owner (route);
  const char *key = route_get_setting (route, "tls-pin");

  return g_strdup_printf ("%d %d %d %s %s %s", route_is_relay (route), route->login,
                          route->pop_first, route->server, owner != NULL ? owner : "",
                          key != NULL ? key : "");
}

static void
drop_stale (SessionPool *pool)
{
  gint64 since_us = get_time_us () - IDLE_MAX_S * G_USEC_PER_SEC;

  while (pool->idle->len > 0 && ((Idle *) pool->idle->pdata[0])->idle_since_us < since_us)
    g_ptr_array_remove_index (pool->idle, 0);
}

void
session_pool_put (SessionPool *pool, const SendpathRoute *route, SmtpSession *session,
                  Runner *contact, ServerSlot *slot)
{
  Idle *idle = g_new0 (Idle, 1);

  idle->key = make_key (route);
  idle->session = session;
  idle->contact = contact;
  idle->slot = slot;
  idle->idle_since_us = get_time_us ();
  if (slot != NULL && !server_slot_rest (slot, smtp_session_get_fd (session)))
    {
      idle_free (idle);
      return;
    }
  if (pool->idle->len == SESSIONS_MAX)
    g_ptr_array_remove_index (pool->idle, 0);
  g_ptr_array_add (pool->idle, idle);
}

/* The times of its connect are those of an earlier message. */
static void
begin_anew (Runner *contact)
{
  contact->started_at_us = g_get_real_time ();
  contact->resolve_ms = contact->connect_ms = contact->tls_ms = 0;
}

SmtpSession *
session_pool_take (SessionPool *pool, const SendpathRoute *route, GSocketFamily family,
                   Runner **ret_contact, ServerSlot **ret_slot)
{
  g_autofree char *key = make_key (route);

  drop_stale (pool);
  for (guint i = pool->idle->len; i-- > 0;)
    {
      Idle *idle = pool->idle->pdata[i];
      SmtpSession *session;

      if (!g_str_equal (idle->key, key) ||
          (family != G_SOCKET_FAMILY_INVALID && idle->contact->family != family))
        continue;
      if (idle->slot != NULL && !server_slot_resume (idle->slot))
        {
          g_ptr_array_remove_index (pool->idle, i);
          continue;
        }
      session = g_steal_pointer (&idle->session);
      *ret_slot = g_steal_pointer (&idle->slot);
      *ret_contact = g_steal_pointer (&idle->contact);
      g_ptr_array_remove_index (pool->idle, i);
      begin_anew (*ret_contact);
      return session;
    }
  return NULL;
}
