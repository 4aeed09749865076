/* Places for connections: at most two at one server at a time, whoever of a run they are for, and one
 * where the server wants no second. It opens no connection, and ends only those that rest. */
#include "config.h"

#include "sendpath/walk/server-slots.h"

#include <sys/socket.h>

#define PLACES_MAX 2

static const ServerSlotTimes product_times = {
  .wait_max_ms = 600000, /* as long as the longest answer may take */
  .rest_ms = 200,
  .turn_ms = 5000,
};

struct _ServerSlots {
  ServerSlotTimes times;

  GMutex mutex; /* of all that follows, and of what is in it */
  GCond changed;
  GHashTable *servers; /* Server, by name */
};

typedef struct {
  guint n_max;
  guint n_taken;
  GQueue waiting; /* whoever waits, by the address of something of their own */
  GQueue resting; /* ServerSlot, the longest first */
} Server;

struct _ServerSlot {
  ServerSlots *slots;
  Server *server;
  gboolean is_lost; /* its place is somebody else's */
  gint64 since_us;  /* monotonic: when it was taken */
  gint64 rests_since_us;
  int fd;
};

static void
server_free (gpointer data)
{
  Server *server = data;

  g_warn_if_fail (g_queue_is_empty (&server->waiting) && g_queue_is_empty (&server->resting));
  g_free (server);
}

ServerSlots *
server_slots_new (const ServerSlotTimes *times)
{
  ServerSlots *slots = g_new0 (ServerSlots, 1);

  slots->times = times != NULL ? *times : product_times;
  slots->servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, server_free);
  g_mutex_init (&slots->mutex);
  g_cond_init (&slots->changed);
  return slots;
}

void
server_slots_free (ServerSlots *slots)
{
  g_hash_table_unref (slots->servers);
  g_mutex_clear (&slots->mutex);
  g_cond_clear (&slots->changed);
  g_free (slots);
}

/* ---- taking; the mutex is held --------------------------------------------------------------- */

static Server *
get_server (ServerSlots *slots, const char *name)
{
  g_autofree char *key = g_ascii_strdown (name, -1);
  Server *server = g_hash_table_lookup (slots->servers, key);

  if (server != NULL)
    return server;
  server = g_new0 (Server, 1);
  server->n_max = PLACES_MAX;
  g_hash_table_insert (slots->servers, g_steal_pointer (&key), server);
  return server;
}

static gint64
get_rest_end_us (const ServerSlots *slots, const ServerSlot *resting)
{
  return resting->rests_since_us + slots->times.rest_ms * G_TIME_SPAN_MILLISECOND;
}

/* Ends connections that have rested long enough, as far as there is no place. Their owners find out when
 * they want to use them. */
static void
clear_resting (ServerSlots *slots, Server *server, gint64 now_us)
{
  ServerSlot *resting;

  while (server->n_taken >= server->n_max &&
         (resting = g_queue_peek_head (&server->resting)) != NULL &&
         get_rest_end_us (slots, resting) <= now_us)
    {
      g_queue_pop_head (&server->resting);
      shutdown (resting->fd, SHUT_RDWR);
      resting->is_lost = TRUE;
      server->n_taken--;
    }
}

/* When something may have changed for @who without anybody telling. */
static gint64
get_next_look_us (const ServerSlots *slots, Server *server, gconstpointer who, gint64 end_us)
{
  const ServerSlot *resting = g_queue_peek_head (&server->resting);
  gboolean is_first = g_queue_peek_head (&server->waiting) == who;

  return is_first && resting != NULL ? MIN (end_us, get_rest_end_us (slots, resting)) : end_us;
}

/* FALSE: cancelled, or too late. */
static gboolean
wait_for_place (ServerSlots *slots, Server *server, gconstpointer who, GCancellable *cancellable)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 end_us = now_us + slots->times.wait_max_ms * G_TIME_SPAN_MILLISECOND;

  while (!g_cancellable_is_cancelled (cancellable) && now_us < end_us)
    {
      if (g_queue_peek_head (&server->waiting) == who)
        clear_resting (slots, server, now_us);
      if (g_queue_peek_head (&server->waiting) == who && server->n_taken < server->n_max)
        return TRUE;
      g_cond_wait_until (&slots->changed, &slots->mutex,
                         get_next_look_us (slots, server, who, end_us));
      now_us = g_get_monotonic_time ();
    }
  return FALSE;
}

static ServerSlot *
new_slot (ServerSlots *slots, Server *server)
{
  ServerSlot *slot = g_new0 (ServerSlot, 1);

  slot->slots = slots;
  slot->server = server;
  slot->since_us = g_get_monotonic_time ();
  server->n_taken++;
  return slot;
}

/* ---- the doors ------------------------------------------------------------------------------- */

static void
wake (GCancellable *cancellable, gpointer data)
{
  ServerSlots *slots = data;

  g_mutex_lock (&slots->mutex);
  g_cond_broadcast (&slots->changed);
  g_mutex_unlock (&slots->mutex);
}

ServerSlot *
server_slots_take (ServerSlots *slots, const char *server_name, GCancellable *cancellable,
                   gboolean *ret_has_waited)
{
  ServerSlot *slot = NULL;
  gulong wake_id = 0;
  Server *server;

  if (cancellable != NULL)
    wake_id = g_cancellable_connect (cancellable, G_CALLBACK (wake), slots, NULL);
  g_mutex_lock (&slots->mutex);
  server = get_server (slots, server_name);
  *ret_has_waited = !g_queue_is_empty (&server->waiting) || server->n_taken >= server->n_max;
  g_queue_push_tail (&server->waiting, &slot);
  if (wait_for_place (slots, server, &slot, cancellable))
    slot = new_slot (slots, server);
  g_queue_remove (&server->waiting, &slot);
  g_cond_broadcast (&slots->changed);
  g_mutex_unlock (&slots->mutex);
  g_cancellable_disconnect (cancellable, wake_id);
  return slot;
}

void
server_slot_free (ServerSlot *slot)
{
  ServerSlots *slots;

  if (slot == NULL)
    return;
  slots = slot->slots;
  server_slot_resume (slot);
  g_mutex_lock (&slots->mutex);
  if (!slot->is_lost)
    slot->server->n_taken--;
  g_cond_broadcast (&slots->changed);
  g_mutex_unlock (&slots->mutex);
  g_free (slot);
}

gboolean
server_slot_rest (ServerSlot *slot, int fd)
{
  ServerSlots *slots = slot->slots;
  Server *server = slot->server;
  gint64 now_us = g_get_monotonic_time ();
  gboolean must_go;

  g_mutex_lock (&slots->mutex);
  must_go = !g_queue_is_empty (&server->waiting) &&
            slot->since_us + slots->times.turn_ms * G_TIME_SPAN_MILLISECOND <= now_us;
  if (!must_go)
    {
      slot->fd = fd;
      slot->rests_since_us = now_us;
      g_queue_push_tail (&server->resting, slot);
      g_cond_broadcast (&slots->changed);
    }
  g_mutex_unlock (&slots->mutex);
  return !must_go;
}

gboolean
server_slot_resume (ServerSlot *slot)
{
  gboolean is_lost;

  g_mutex_lock (&slot->slots->mutex);
  is_lost = slot->is_lost;
  g_queue_remove (&slot->server->resting, slot);
  g_mutex_unlock (&slot->slots->mutex);
  return !is_lost;
}

gboolean
server_slot_note_refusal (ServerSlot *slot)
{
  ServerSlots *slots = slot->slots;
  gboolean is_too_many;

  g_mutex_lock (&slots->mutex);
  is_too_many = slot->server->n_taken > 1;
  if (is_too_many)
    slot->server->n_max = 1;
  g_mutex_unlock (&slots->mutex);
  return is_too_many;
}
