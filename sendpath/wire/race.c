/* Who may start when, and who has won. The race looks at its contenders after every event and
 * sets one timer for the next moment at which time alone changes something. It never speaks to a
 * server. */
#include "config.h"

#include "sendpath/wire/race.h"

#include <glib/gi18n-lib.h>

#include "sendpath/wire/lineup.h"

static const RaceTimes product_times = {
  .stagger_ms = 250,      /* RFC 8305 5 */
  .head_start_ms = 2000,  /* long enough for TLS and a greeting over a slow link */
  .port_25_ms = 1000,     /* often open, and often not meant for submission */
  .late_family_ms = 50,   /* RFC 8305 3 */
  .resolve_ms = 10000,    /* two servers, two tries each */
  .tls_ms = 30000,        /* SAFETY R-32 */
  .greeting_ms = 60000,   /* SAFETY R-32; servers that pause on purpose take up to 30 s */
};

struct _Race {
  Lineup      *lineup;
  GPtrArray   *failures; /* Runner */
  RaceOptions  options;  /* with copies of what it points to */
  RaceTimes    times;

  /* Of the run: */
  GCancellable *cancellable;
  Entry        *leader; /* has its head start */
  gboolean      is_guess_wrong; /* and the others were told */
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
  g_free (runner->shown_key);
  g_free (runner);
}

/* ---- one look at everything ------------------------------------------------------------------ */

static guint16
get_port (const Entry *entry)
{
  return sendpath_endpoint_get_port (contender_get_endpoint (entry->contender));
}

/* Port 25 waits while 465 or 587 may still win, unless it is what worked here last. */
static gboolean
is_held_back (const Race *race, const Entry *entry, gint64 now_us)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);

  if (get_port (entry) != 25 || (race->options.is_learned && entry->door == 0))
    return FALSE;
  if (race->first_connect_us != 0
      && now_us >= race->first_connect_us + (gint64) race->times.port_25_ms * 1000)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *other = entries->pdata[i];
      guint16 port = get_port (other);

      if ((port == 465 || port == 587) && lineup_is_alive (race->lineup, other))
        return TRUE;
    }
  return FALSE;
}

static Entry *
find_startable (const Race *race, gint64 now_us)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = entries->pdata[i];

      if (lineup_is_alive (race->lineup, entry)
          && contender_get_state (entry->contender) == CONTENDER_WAITING
          && now_us >= lineup_get_start_us (race->lineup, entry)
          && !is_held_back (race, entry, now_us))
        return entry;
    }
  return NULL;
}

/* Failures are noted in the order they are seen. One that failed makes place at once. A guess says
 * nothing of the server before the name servers have named it. */
static void
note_failures (Race *race, gint64 now_us)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = entries->pdata[i];

      contender_expire (entry->contender, now_us);
      if (entry->is_noted || contender_get_state (entry->contender) != CONTENDER_FAILED)
        continue;
      if (!entry->has_made_way)
        race->next_connect_us = now_us;
      entry->has_made_way = TRUE;
      if (entry->is_guess)
        continue;
      entry->is_noted = TRUE;
      g_ptr_array_add (race->failures, contender_steal_runner (entry->contender));
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
  race->leader = lineup_find (race->lineup, CONTENDER_UP);
  if (race->leader == NULL)
    return;
  race->leader_until_us = now_us + (gint64) race->times.head_start_ms * 1000;
  contender_go_on (race->leader->contender);
}

/* Times run from the first address that the name servers have named. */
static void
note_connect (Race *race, const Entry *entry, gint64 now_us)
{
  if (race->first_connect_us == 0 && !entry->is_guess)
    race->first_connect_us = race->silent_since_us = now_us;
}

/* What worked here last is now one of the server's addresses, or is not: then the others need not
 * wait for it. */
static void
judge_guess (Race *race, gint64 now_us)
{
  const Entry *known = lineup_get_known (race->lineup);

  if (known != NULL && contender_get_state (known->contender) != CONTENDER_WAITING)
    note_connect (race, known, now_us);
  if (race->is_guess_wrong || !lineup_is_guess_wrong (race->lineup))
    return;
  race->is_guess_wrong = TRUE;
  race->next_connect_us = now_us;
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
  note_connect (race, entry, now_us);
  race->next_connect_us = now_us + (gint64) race->times.stagger_ms * 1000;
  contender_connect (entry->contender, race->cancellable);
}

/* Nobody answers: blocked. Those that did not even start would fare no better. */
static void
give_up_if_silent (Race *race, gint64 now_us)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);

  if (lineup_find (race->lineup, CONTENDER_GOING) != NULL)
    race->silent_since_us = now_us;
  if (race->first_connect_us == 0
      || now_us < race->silent_since_us + (gint64) race->options.patience_s * G_USEC_PER_SEC)
    return;
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = entries->pdata[i];

      if (lineup_is_alive (race->lineup, entry))
        contender_give_up (entry->contender);
    }
  note_failures (race, now_us);
}

/* Everybody was accepted, had its time, and heard nothing at all: on several ports that is no mail
 * server that takes its time, but something in between, such as a sign-in page. Who is patient waits as
 * long as a server may pause. */
static void
give_up_if_mute (Race *race, gint64 now_us)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);
  const Entry *first = NULL;
  gboolean has_several = FALSE;

  if (race->options.patience_s * 1000 > race->times.head_start_ms || race->leader != NULL
      || lineup_is_looking_up (race->lineup))
    return;
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];

      if (!lineup_is_alive (race->lineup, entry))
        continue;
      if (!contender_is_mute (entry->contender))
        return;
      has_several = has_several || (first != NULL && get_port (entry) != get_port (first));
      first = entry;
    }
  for (guint i = 0; has_several && i < entries->len; i++)
    {
      Entry *entry = entries->pdata[i];

      if (lineup_is_alive (race->lineup, entry))
        contender_give_up (entry->contender);
    }
  note_failures (race, now_us);
}

/* TRUE: somebody may still win. */
static gboolean
advance (Race *race, gint64 now_us)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);

  if (lineup_is_looking_up (race->lineup)
      && now_us >= race->started_us + (gint64) race->times.resolve_ms * 1000)
    lineup_cancel_lookups (race->lineup);
  lineup_enter_addresses (race->lineup);
  judge_guess (race, now_us);
  note_failures (race, now_us);
  choose_leader (race, now_us);
  start_next (race, now_us);
  note_failures (race, now_us); /* a connect may fail at once */
  give_up_if_silent (race, now_us);
  give_up_if_mute (race, now_us);
  if (lineup_is_looking_up (race->lineup))
    return TRUE;
  for (guint i = 0; i < entries->len; i++)
    if (lineup_is_alive (race->lineup, entries->pdata[i]))
      return TRUE;
  return FALSE;
}

/* The next moment after @now_us at which advance() has something to do though nothing happened. */
static gint64
find_next_moment_us (const Race *race, gint64 now_us)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);
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
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      gint64 own[] = { contender_get_limit_us (entry->contender),
                       lineup_get_start_us (race->lineup, entry) };

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

/* Whoever did not win goes back to the start, and nothing is left on its way in @context. */
static void
settle (Race *race, GMainContext *context)
{
  GPtrArray *entries = lineup_get_entries (race->lineup);

  for (guint i = 0; i < entries->len; i++)
    contender_abandon (((Entry *) entries->pdata[i])->contender);
  lineup_cancel_lookups (race->lineup);
  while (lineup_is_pending (race->lineup))
    g_main_context_iteration (context, TRUE);
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
      winner = lineup_find (race->lineup, CONTENDER_READY);
      if (winner != NULL)
        break;
    }
  g_source_destroy (timer);
  return winner;
}

static void
begin_run (Race *race, RaceField field, GCancellable *cancellable)
{
  race->cancellable = cancellable;
  race->leader = NULL;
  race->started_us = g_get_monotonic_time ();
  race->first_connect_us = race->next_connect_us = race->leader_until_us = 0;
  race->silent_since_us = 0;
  race->is_guess_wrong = FALSE;
  lineup_begin (race->lineup, field);
}

static Runner *
take_winner (Race *race, Entry *winner)
{
  Runner *runner = contender_steal_runner (winner->contender);

  runner->is_guess = winner->is_guess;
  lineup_note_winner (race->lineup, winner);
  return runner;
}

/* One for all doors that were being knocked at. */
static void
note_cancel (Race *race)
{
  Runner *runner = g_new0 (Runner, 1);

  for (guint i = race->failures->len; i-- > 0;)
    {
      const Runner *failed = race->failures->pdata[i];

      if (sendpath_reply_get_fault (failed->greeting) == SENDPATH_FAULT_CANCELLED)
        g_ptr_array_remove_index (race->failures, i);
    }
  runner->endpoint = sendpath_endpoint_ref (lineup_get_first_endpoint (race->lineup));
  runner->phase = SENDPATH_PHASE_CONNECT;
  runner->greeting = sendpath_reply_new_fault (SENDPATH_FAULT_CANCELLED, _("cancelled"));
  runner->started_at_us = g_get_real_time ();
  g_ptr_array_add (race->failures, runner);
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
    note_cancel (race);
  else
    lineup_tell_unopened (race->lineup, race->failures);
  settle (race, context);
  g_main_context_pop_thread_default (context);
  g_cancellable_disconnect (cancellable, wake_id);
  return runner;
}

/* ---- life ------------------------------------------------------------------------------------ */

Race *
race_new (GPtrArray *endpoints, const RaceOptions *options)
{
  Race *race;

  g_return_val_if_fail (endpoints->len > 0, NULL);

  race = g_new0 (Race, 1);
  race->options = *options;
  race->options.tls_pin = g_strdup (options->tls_pin);
  race->options.known_ip = g_strdup (options->pop ? NULL : options->known_ip);
  race->options.own = (const char *const *) g_strdupv ((char **) options->own);
  race->options.resolver = options->resolver != NULL ? g_object_ref (options->resolver)
                                                     : g_resolver_get_default ();
  race->times = options->times != NULL ? *options->times : product_times;
  race->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) runner_free);
  race->lineup = lineup_new (endpoints, &race->options, &race->times);
  return race;
}

void
race_free (Race *race)
{
  if (race == NULL)
    return;
  lineup_free (race->lineup);
  g_ptr_array_unref (race->failures);
  g_object_unref (race->options.resolver);
  g_free ((char *) race->options.tls_pin);
  g_free ((char *) race->options.known_ip);
  g_strfreev ((char **) race->options.own);
  g_free (race);
}

void
race_forget_known (Race *race)
{
  lineup_forget_known (race->lineup);
}

GPtrArray *
race_steal_failures (Race *race)
{
  GPtrArray *failures = race->failures;

  race->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) runner_free);
  return failures;
}
