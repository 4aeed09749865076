/* Who may start when, and who has won. The race looks at its contenders after every event and
 * sets one timer for the next moment at which time alone changes something. It never speaks to a
 * server. */
#include "config.h"

#include "sendpath/wire/race.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "sendpath/wire/contender.h"
#include "sendpath/wire/lookup.h"
#include "sendpath/wire/tls.h"

static const RaceTimes product_times = {
  .stagger_ms = 250,      /* RFC 8305 5 */
  .head_start_ms = 2000,  /* long enough for TLS and a greeting over a slow link */
  .port_25_ms = 1000,     /* often open, and often not meant for submission */
  .late_family_ms = 50,   /* RFC 8305 3 */
  .resolve_ms = 10000,    /* two servers, two tries each */
  .tls_ms = 30000,        /* SAFETY R-32 */
  .greeting_ms = 60000,   /* SAFETY R-32; servers that pause on purpose take up to 30 s */
};

/* A contender and its place. Address rounds come first, so that no server with many addresses on
 * one endpoint keeps the others from starting. */
typedef struct {
  Contender *contender;
  guint      round;    /* number of its address within the family */
  guint      door;     /* number of its endpoint in the order of preference */
  gboolean   is_noted; /* its failure is among the failures */
} Entry;

/* An endpoint and what the race knows of it. */
typedef struct {
  SendpathEndpoint *endpoint;
  Lookup           *lookup;  /* borrowed; endpoints of one host share it */
  gboolean          has_won;
  gboolean          is_told; /* that it cannot even be connected to */
} Door;

struct _Race {
  GArray      *doors;    /* Door, in the order of preference */
  GPtrArray   *lookups;  /* Lookup, one a host */
  GPtrArray   *entries;  /* Entry, in the order of their places */
  GPtrArray   *failures; /* Runner */
  RaceOptions  options;
  char        *tls_pin;
  GResolver   *resolver;
  RaceTimes    times;
  Entry       *last_winner;

  /* Of the run: */
  RaceField     field;
  GCancellable *cancellable;
  Entry        *leader; /* has its head start */
  gint64        started_us, first_connect_us, next_connect_us, leader_until_us, silent_since_us;
};

void
runner_free (Runner *runner)
{
  if (runner == NULL)
    return;
  sendpath_endpoint_unref (runner->endpoint);
  g_free (runner->ip);
  g_clear_pointer (&runner->stream, stream_free);
  g_clear_pointer (&runner->greeting, sendpath_reply_unref);
  g_free (runner);
}

/* ---- the field ------------------------------------------------------------------------------- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  contender_free (entry->contender);
  g_free (entry);
}

static Door *
get_door (const Race *race, guint door)
{
  return &g_array_index (race->doors, Door, door);
}

static gboolean
is_door_in_field (const Race *race, guint door)
{
  switch (race->field)
    {
    case RACE_ALL:
      return TRUE;
    case RACE_OTHER_FAMILY:
      return race->last_winner != NULL && race->last_winner->door == door;
    case RACE_NEXT_ENDPOINT:
      return !get_door (race, door)->has_won;
    }
  return FALSE;
}

/* May still win this run. */
static gboolean
is_alive (const Race *race, const Entry *entry)
{
  ContenderState state = contender_get_state (entry->contender);

  if (!is_door_in_field (race, entry->door))
    return FALSE;
  if (race->field == RACE_OTHER_FAMILY
      && contender_get_family (entry->contender)
             == contender_get_family (race->last_winner->contender))
    return FALSE;
  return state != CONTENDER_FAILED && state != CONTENDER_DONE;
}

static guint16
get_port (const Race *race, const Entry *entry)
{
  return sendpath_endpoint_get_port (get_door (race, entry->door)->endpoint);
}

/* A failure without an address. Takes @reply. */
static void
add_failure (Race *race, const Door *door, SendpathPhase phase, SendpathReply *reply)
{
  Runner *runner = g_new0 (Runner, 1);

  runner->endpoint = sendpath_endpoint_ref (door->endpoint);
  runner->phase = phase;
  runner->greeting = reply;
  runner->started_at_us = g_get_real_time ();
  runner->resolve_ms = lookup_get_ms (door->lookup);
  trace_note (race->options.trace, "%s", sendpath_reply_get_text (reply));
  g_ptr_array_add (race->failures, runner);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  const Entry *left = *(const Entry *const *) a, *right = *(const Entry *const *) b;

  if (left->round != right->round)
    return left->round < right->round ? -1 : 1;
  if (left->door != right->door)
    return left->door < right->door ? -1 : 1;
  return contender_get_family (left->contender) == G_SOCKET_FAMILY_IPV6 ? -1 : 1;
}

static guint
count_entries (const Race *race, guint door, GSocketFamily family)
{
  guint n = 0;

  for (guint i = 0; i < race->entries->len; i++)
    {
      const Entry *entry = race->entries->pdata[i];

      if (entry->door == door && contender_get_family (entry->contender) == family)
        n++;
    }
  return n;
}

/* Enters the addresses that have come since the last time. */
static void
enter_family (Race *race, guint number, GSocketFamily family)
{
  const Door *door = get_door (race, number);
  GPtrArray *addresses = lookup_get_addresses (door->lookup, family);

  for (guint i = count_entries (race, number, family); i < addresses->len; i++)
    {
      Entry *entry = g_new0 (Entry, 1);

      entry->contender = contender_new (door->endpoint, addresses->pdata[i],
                                        lookup_get_ms (door->lookup), &race->options, &race->times);
      entry->round = i;
      entry->door = number;
      g_ptr_array_add (race->entries, entry);
    }
}

/* Without TLS on this machine nothing is opened that needs it. */
static gboolean
is_openable (const Door *door)
{
  return sendpath_endpoint_get_security (door->endpoint) == SENDPATH_SECURITY_NONE
         || tls_is_available ();
}

static void
enter_addresses (Race *race)
{
  for (guint i = 0; i < race->doors->len; i++)
    if (is_openable (get_door (race, i)))
      {
        enter_family (race, i, G_SOCKET_FAMILY_IPV6);
        enter_family (race, i, G_SOCKET_FAMILY_IPV4);
      }
  g_ptr_array_sort (race->entries, compare_places);
}

/* RFC 8305 3: an IPv4 address waits a moment for the IPv6 ones. */
static gint64
get_family_start_us (const Race *race, const Entry *entry)
{
  const Lookup *lookup = get_door (race, entry->door)->lookup;

  if (lookup_has_answer (lookup, G_SOCKET_FAMILY_IPV6)
      || contender_get_family (entry->contender) == G_SOCKET_FAMILY_IPV6)
    return 0;
  return race->started_us
         + ((gint64) lookup_get_ms (lookup) + race->times.late_family_ms) * 1000;
}

static gboolean
is_lookup_pending (const Race *race)
{
  for (guint i = 0; i < race->doors->len; i++)
    if (is_door_in_field (race, i) && lookup_is_pending (get_door (race, i)->lookup))
      return TRUE;
  return FALSE;
}

/* ---- one look at everything ------------------------------------------------------------------ */

/* Port 25 waits while 465 or 587 may still win. */
static gboolean
is_held_back (const Race *race, const Entry *entry, gint64 now_us)
{
  if (get_port (race, entry) != 25)
    return FALSE;
  if (race->first_connect_us != 0
      && now_us >= race->first_connect_us + (gint64) race->times.port_25_ms * 1000)
    return FALSE;
  for (guint i = 0; i < race->entries->len; i++)
    {
      const Entry *other = race->entries->pdata[i];
      guint16 port = get_port (race, other);

      if ((port == 465 || port == 587) && is_alive (race, other))
        return TRUE;
    }
  return FALSE;
}

static Entry *
find_startable (const Race *race, gint64 now_us)
{
  for (guint i = 0; i < race->entries->len; i++)
    {
      Entry *entry = race->entries->pdata[i];

      if (is_alive (race, entry) && contender_get_state (entry->contender) == CONTENDER_WAITING
          && !is_held_back (race, entry, now_us) && now_us >= get_family_start_us (race, entry))
        return entry;
    }
  return NULL;
}

static Entry *
find_in_state (const Race *race, ContenderState state)
{
  for (guint i = 0; i < race->entries->len; i++)
    {
      Entry *entry = race->entries->pdata[i];

      if (is_alive (race, entry) && contender_get_state (entry->contender) == state)
        return entry;
    }
  return NULL;
}

/* Failures are noted in the order they are seen. One that failed makes place at once. */
static void
note_failures (Race *race, gint64 now_us)
{
  for (guint i = 0; i < race->entries->len; i++)
    {
      Entry *entry = race->entries->pdata[i];

      contender_expire (entry->contender, now_us);
      if (entry->is_noted || contender_get_state (entry->contender) != CONTENDER_FAILED)
        continue;
      entry->is_noted = TRUE;
      g_ptr_array_add (race->failures, contender_steal_runner (entry->contender));
      race->next_connect_us = now_us;
    }
}

/* The first one up gets a head start for TLS and greeting; when that is over, or it failed, the
 * next one that is up. */
static void
choose_leader (Race *race, gint64 now_us)
{
  if (race->leader != NULL
      && contender_get_state (race->leader->contender) == CONTENDER_GOING
      && now_us < race->leader_until_us)
    return;
  race->leader = find_in_state (race, CONTENDER_UP);
  if (race->leader == NULL)
    return;
  race->leader_until_us = now_us + (gint64) race->times.head_start_ms * 1000;
  contender_go_on (race->leader->contender);
}

static void
start_next (Race *race, gint64 now_us)
{
  Entry *entry;

  if (race->leader != NULL || now_us < race->next_connect_us)
    return;
  entry = find_startable (race, now_us);
  if (entry == NULL)
    return;
  if (race->first_connect_us == 0)
    race->first_connect_us = race->silent_since_us = now_us;
  race->next_connect_us = now_us + (gint64) race->times.stagger_ms * 1000;
  contender_connect (entry->contender, race->cancellable);
}

/* Nobody answers: blocked. Those that did not even start would fare no better. */
static void
give_up_if_silent (Race *race, gint64 now_us)
{
  if (find_in_state (race, CONTENDER_GOING) != NULL)
    race->silent_since_us = now_us;
  if (race->first_connect_us == 0
      || now_us < race->silent_since_us + (gint64) race->options.patience_s * G_USEC_PER_SEC)
    return;
  for (guint i = 0; i < race->entries->len; i++)
    {
      Entry *entry = race->entries->pdata[i];

      if (is_alive (race, entry))
        contender_give_up (entry->contender);
    }
  note_failures (race, now_us);
}

static void
cancel_lookups (Race *race)
{
  for (guint i = 0; i < race->lookups->len; i++)
    lookup_cancel (race->lookups->pdata[i]);
}

/* TRUE: somebody may still win. */
static gboolean
advance (Race *race, gint64 now_us)
{
  if (is_lookup_pending (race)
      && now_us >= race->started_us + (gint64) race->times.resolve_ms * 1000)
    cancel_lookups (race);
  enter_addresses (race);
  note_failures (race, now_us);
  choose_leader (race, now_us);
  start_next (race, now_us);
  note_failures (race, now_us); /* a connect may fail at once */
  give_up_if_silent (race, now_us);
  if (is_lookup_pending (race))
    return TRUE;
  for (guint i = 0; i < race->entries->len; i++)
    if (is_alive (race, race->entries->pdata[i]))
      return TRUE;
  return FALSE;
}

/* The next moment after @now_us at which advance() has something to do though nothing happened. */
static gint64
find_next_moment_us (const Race *race, gint64 now_us)
{
  gint64 moments[] = {
    race->started_us + (gint64) race->times.resolve_ms * 1000,
    race->next_connect_us,
    race->leader_until_us,
    race->first_connect_us + (gint64) race->times.port_25_ms * 1000,
    race->silent_since_us + (gint64) race->options.patience_s * G_USEC_PER_SEC,
  };
  gint64 next_us = G_MAXINT64;

  for (gsize i = 0; i < G_N_ELEMENTS (moments); i++)
    if (moments[i] > now_us)
      next_us = MIN (next_us, moments[i]);
  for (guint i = 0; i < race->entries->len; i++)
    {
      const Entry *entry = race->entries->pdata[i];
      gint64 own[] = { contender_get_limit_us (entry->contender),
                       get_family_start_us (race, entry) };

      for (gsize j = 0; j < G_N_ELEMENTS (own); j++)
        if (own[j] > now_us)
          next_us = MIN (next_us, own[j]);
    }
  return next_us;
}

/* ---- a run ----------------------------------------------------------------------------------- */

static gboolean
keep_going (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
wake (GCancellable *cancellable, gpointer data)
{
  g_main_context_wakeup (data);
}

static gboolean
is_pending (const Race *race)
{
  for (guint i = 0; i < race->lookups->len; i++)
    if (lookup_is_pending (race->lookups->pdata[i]))
      return TRUE;
  for (guint i = 0; i < race->entries->len; i++)
    if (contender_is_pending (((Entry *) race->entries->pdata[i])->contender))
      return TRUE;
  return FALSE;
}

/* Whoever did not win goes back to the start, and nothing is left on its way in @context. */
static void
settle (Race *race, GMainContext *context)
{
  for (guint i = 0; i < race->entries->len; i++)
    contender_abandon (((Entry *) race->entries->pdata[i])->contender);
  cancel_lookups (race);
  while (is_pending (race))
    g_main_context_iteration (context, TRUE);
}

/* Endpoints that nobody could connect to: no TLS here, or no address. A host is told once. */
static void
tell_unopened (Race *race)
{
  for (guint i = 0; i < race->doors->len; i++)
    {
      Door *door = get_door (race, i);
      const char *problem = lookup_get_problem (door->lookup);
      g_autofree char *text = NULL;

      if (door->is_told || race->field == RACE_OTHER_FAMILY)
        continue;
      if (!is_openable (door))
        {
          door->is_told = TRUE;
          add_failure (race, door, SENDPATH_PHASE_TLS, tls_new_unavailable ());
          continue;
        }
      if (lookup_get_addresses (door->lookup, G_SOCKET_FAMILY_IPV6)->len
              + lookup_get_addresses (door->lookup, G_SOCKET_FAMILY_IPV4)->len > 0)
        continue;
      for (guint j = i; j < race->doors->len; j++)
        if (get_door (race, j)->lookup == door->lookup)
          get_door (race, j)->is_told = TRUE;
      text = g_strdup_printf (_("no address for %s: %s"), lookup_get_host (door->lookup),
                              problem != NULL ? problem : _("the name servers do not answer"));
      add_failure (race, door, SENDPATH_PHASE_RESOLVE,
                   sendpath_reply_new_fault (SENDPATH_FAULT_HOST_NOT_FOUND, text));
    }
}

/* Iterates until somebody is ready, nobody is left, or the caller cancels. */
static Entry *
run_to_the_end (Race *race, GMainContext *context)
{
  g_autoptr(GSource) timer = g_timeout_source_new (G_MAXINT);
  Entry *winner = NULL;
  gint64 now_us = g_get_monotonic_time ();

  g_source_set_callback (timer, keep_going, NULL, NULL);
  g_source_attach (timer, context);
  while (advance (race, now_us) && !g_cancellable_is_cancelled (race->cancellable))
    {
      g_source_set_ready_time (timer, find_next_moment_us (race, now_us));
      g_main_context_iteration (context, TRUE);
      now_us = g_get_monotonic_time ();
      winner = find_in_state (race, CONTENDER_READY);
      if (winner != NULL)
        break;
    }
  g_source_destroy (timer);
  return winner;
}

static void
begin_run (Race *race, RaceField field, GCancellable *cancellable)
{
  race->field = field;
  race->cancellable = cancellable;
  race->leader = NULL;
  race->started_us = g_get_monotonic_time ();
  race->first_connect_us = race->next_connect_us = race->leader_until_us = 0;
  race->silent_since_us = 0;
  for (guint i = 0; i < race->doors->len; i++)
    if (is_door_in_field (race, i) && is_openable (get_door (race, i)))
      lookup_start (get_door (race, i)->lookup);
}

static Runner *
take_winner (Race *race, Entry *winner)
{
  race->last_winner = winner;
  get_door (race, winner->door)->has_won = TRUE;
  return contender_steal_runner (winner->contender);
}

Runner *
race_run (Race *race, RaceField field, GCancellable *cancellable)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  gulong wake_id = 0;
  Entry *winner;
  Runner *runner = NULL;

  if (cancellable != NULL)
    wake_id = g_cancellable_connect (cancellable, G_CALLBACK (wake), g_main_context_ref (context),
                                     (GDestroyNotify) g_main_context_unref);
  g_main_context_push_thread_default (context);
  begin_run (race, field, cancellable);
  winner = run_to_the_end (race, context);
  if (winner != NULL)
    runner = take_winner (race, winner);
  else if (g_cancellable_is_cancelled (cancellable))
    add_failure (race, get_door (race, 0), SENDPATH_PHASE_CONNECT,
                 sendpath_reply_new_fault (SENDPATH_FAULT_CANCELLED, _("cancelled")));
  else
    tell_unopened (race);
  settle (race, context);
  g_main_context_pop_thread_default (context);
  g_cancellable_disconnect (cancellable, wake_id);
  return runner;
}

/* ---- life ------------------------------------------------------------------------------------ */

static Lookup *
find_lookup (Race *race, const char *host)
{
  Lookup *lookup;

  for (guint i = 0; i < race->lookups->len; i++)
    if (g_ascii_strcasecmp (lookup_get_host (race->lookups->pdata[i]), host) == 0)
      return race->lookups->pdata[i];
  lookup = lookup_new (host, race->options.family, race->resolver);
  g_ptr_array_add (race->lookups, lookup);
  return lookup;
}

Race *
race_new (GPtrArray *endpoints, const RaceOptions *options)
{
  Race *race = g_new0 (Race, 1);

  race->options = *options;
  race->tls_pin = g_strdup (options->tls_pin);
  race->options.tls_pin = race->tls_pin;
  race->resolver = options->resolver != NULL ? g_object_ref (options->resolver) : NULL;
  race->times = options->times != NULL ? *options->times : product_times;
  race->lookups = g_ptr_array_new_with_free_func ((GDestroyNotify) lookup_free);
  race->entries = g_ptr_array_new_with_free_func (entry_free);
  race->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) runner_free);
  race->doors = g_array_new (FALSE, TRUE, sizeof (Door));
  for (guint i = 0; i < endpoints->len; i++)
    {
      SendpathEndpoint *endpoint = endpoints->pdata[i];
      Door door = { .endpoint = sendpath_endpoint_ref (endpoint),
                    .lookup = find_lookup (race, sendpath_endpoint_get_host (endpoint)) };

      g_array_append_val (race->doors, door);
    }
  return race;
}

void
race_free (Race *race)
{
  if (race == NULL)
    return;
  for (guint i = 0; i < race->doors->len; i++)
    sendpath_endpoint_unref (get_door (race, i)->endpoint);
  g_array_unref (race->doors);
  g_ptr_array_unref (race->entries);
  g_ptr_array_unref (race->lookups);
  g_ptr_array_unref (race->failures);
  g_clear_object (&race->resolver);
  g_free (race->tls_pin);
  g_free (race);
}

GPtrArray *
race_steal_failures (Race *race)
{
  GPtrArray *failures = race->failures;

  race->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) runner_free);
  return failures;
}
