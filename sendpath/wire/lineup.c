/* The lineup of a race: address rounds come first, so that no server with many addresses on one
 * endpoint keeps the others from starting. It sets no timer and connects to nobody. */
#include "config.h"

#include "sendpath/wire/lineup.h"

#include <glib/gi18n-lib.h>

#include "sendpath/wire/lookup.h"
#include "sendpath/wire/tls.h"

/* An endpoint and what the race knows of it. */
typedef struct {
  SendpathEndpoint *endpoint;
  Lookup           *lookup;  /* borrowed; endpoints of one host share it */
  gboolean          has_won;
  gboolean          is_told; /* that it cannot even be connected to */
} Door;

struct _Lineup {
  GArray            *doors;   /* Door, in the order of preference */
  GPtrArray         *lookups; /* Lookup, one a host */
  GPtrArray         *entries; /* Entry, in the order of their places */
  const RaceOptions *options;
  const RaceTimes   *times;
  RaceField          field;
  gint64             begun_us; /* monotonic */
  const Entry       *last_winner;
  Entry             *known;   /* one of @entries, or NULL */
  gboolean           is_known_over; /* there was one */
};

/* ---- the field ------------------------------------------------------------------------------- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  contender_free (entry->contender);
  g_free (entry);
}

static Door *
get_door (const Lineup *lineup, guint door)
{
  return &g_array_index (lineup->doors, Door, door);
}

static gboolean
is_door_in_field (const Lineup *lineup, guint door)
{
  switch (lineup->field)
    {
    case RACE_ALL:
      return TRUE;
    case RACE_OTHER_FAMILY:
      return lineup->last_winner != NULL && lineup->last_winner->door == door;
    case RACE_NEXT_ENDPOINT:
      return !get_door (lineup, door)->has_won;
    }
  return FALSE;
}

gboolean
lineup_is_alive (const Lineup *lineup, const Entry *entry)
{
  ContenderState state = contender_get_state (entry->contender);

  if (!is_door_in_field (lineup, entry->door))
    return FALSE;
  if (lineup->field == RACE_OTHER_FAMILY
      && contender_get_family (entry->contender)
             == contender_get_family (lineup->last_winner->contender))
    return FALSE;
  return state != CONTENDER_FAILED && state != CONTENDER_DONE;
}

/* ---- addresses ------------------------------------------------------------------------------- */

/* IPv6 first, unless the other family worked here last. */
static GSocketFamily
get_first_family (const Lineup *lineup)
{
  return lineup->options->learned == G_SOCKET_FAMILY_IPV4 ? G_SOCKET_FAMILY_IPV4
                                                          : G_SOCKET_FAMILY_IPV6;
}

static gint
compare_places (gconstpointer a, gconstpointer b, gpointer data)
{
  const Entry *left = *(const Entry *const *) a, *right = *(const Entry *const *) b;

  if (left->round != right->round)
    return left->round < right->round ? -1 : 1;
  if (left->door != right->door)
    return left->door < right->door ? -1 : 1;
  if (left->is_known != right->is_known)
    return left->is_known ? -1 : 1;
  return contender_get_family (left->contender) == get_first_family (data) ? -1 : 1;
}

static guint
count_entries (const Lineup *lineup, guint door, GSocketFamily family)
{
  guint n = 0;

  for (guint i = 0; i < lineup->entries->len; i++)
    {
      const Entry *entry = lineup->entries->pdata[i];

      if (entry->door == door && contender_get_family (entry->contender) == family
          && !entry->is_guess)
        n++;
    }
  return n;
}

/* Without TLS on this machine nothing is opened that needs it. */
static gboolean
is_openable (const Door *door)
{
  return sendpath_endpoint_get_security (door->endpoint) == SENDPATH_SECURITY_NONE
         || tls_is_available ();
}

static Entry *
add_entry (Lineup *lineup, guint number, GSocketAddress *address, guint resolve_ms)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->contender = contender_new (get_door (lineup, number)->endpoint, address, resolve_ms,
                                    lineup->options, lineup->times);
  entry->door = number;
  g_ptr_array_add (lineup->entries, entry);
  return entry;
}

/* TRUE: @address is the one that worked here last, and is no guess any more. */
static gboolean
confirm (Lineup *lineup, guint number, GSocketAddress *address)
{
  Entry *known = lineup->known;
  g_autofree char *ip = NULL;

  if (known == NULL || !known->is_guess || known->door != number)
    return FALSE;
  ip = g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  if (!g_str_equal (ip, contender_get_ip (known->contender)))
    return FALSE;
  known->is_guess = FALSE;
  return TRUE;
}

static void
enter_family (Lineup *lineup, guint number, GSocketFamily family)
{
  const Door *door = get_door (lineup, number);
  GPtrArray *addresses = lookup_get_addresses (door->lookup, family);

  for (guint i = count_entries (lineup, number, family); i < addresses->len; i++)
    if (!confirm (lineup, number, addresses->pdata[i]))
      add_entry (lineup, number, addresses->pdata[i], lookup_get_ms (door->lookup))->round = i;
}

void
lineup_enter_addresses (Lineup *lineup)
{
  for (guint i = 0; i < lineup->doors->len; i++)
    if (is_openable (get_door (lineup, i)))
      {
        enter_family (lineup, i, G_SOCKET_FAMILY_IPV6);
        enter_family (lineup, i, G_SOCKET_FAMILY_IPV4);
      }
  g_ptr_array_sort_with_data (lineup->entries, compare_places, lineup);
}

gint64
lineup_get_start_us (const Lineup *lineup, const Entry *entry)
{
  const Lookup *lookup = get_door (lineup, entry->door)->lookup;

  if (lookup_has_answer (lookup, G_SOCKET_FAMILY_IPV6)
      || contender_get_family (entry->contender) == get_first_family (lineup))
    return 0;
  return lineup->begun_us
         + ((gint64) lookup_get_ms (lookup) + lineup->times->late_family_ms) * 1000;
}

gboolean
lineup_is_looking_up (const Lineup *lineup)
{
  for (guint i = 0; i < lineup->doors->len; i++)
    if (is_door_in_field (lineup, i) && lookup_is_pending (get_door (lineup, i)->lookup))
      return TRUE;
  return FALSE;
}

/* It would need a scope. */
static gboolean
is_link_local (GSocketAddress *address)
{
  return g_inet_address_get_is_link_local (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* TLS shows whose address it is, so a wrong one can only fail. Where the user wrote no TLS nothing
 * would, and what the network named is looked up each time. */
static void
enter_known (Lineup *lineup)
{
  const RaceOptions *options = lineup->options;
  const Door *door = get_door (lineup, 0);
  g_autoptr(GSocketAddress) address = NULL;

  if (options->known_ip == NULL || lineup->is_known_over || options->is_offered
      || sendpath_endpoint_get_security (door->endpoint) == SENDPATH_SECURITY_NONE
      || !is_openable (door))
    return;
  address = g_inet_socket_address_new_from_string (options->known_ip, 0);
  if (address == NULL || is_link_local (address)
      || (options->family != G_SOCKET_FAMILY_INVALID
          && options->family != g_socket_address_get_family (address))
      || lookup_has_answer (door->lookup, g_socket_address_get_family (address)))
    return;
  lineup->is_known_over = TRUE;
  lineup->known = add_entry (lineup, 0, address, 0);
  lineup->known->is_known = lineup->known->is_guess = TRUE;
}

void
lineup_begin (Lineup *lineup, RaceField field)
{
  lineup->field = field;
  lineup->begun_us = g_get_monotonic_time ();
  for (guint i = 0; i < lineup->doors->len; i++)
    if (is_door_in_field (lineup, i) && is_openable (get_door (lineup, i)))
      lookup_start (get_door (lineup, i)->lookup);
  if (field == RACE_ALL)
    enter_known (lineup);
}

void
lineup_cancel_lookups (Lineup *lineup)
{
  for (guint i = 0; i < lineup->lookups->len; i++)
    lookup_cancel (lineup->lookups->pdata[i]);
}

gboolean
lineup_is_pending (const Lineup *lineup)
{
  for (guint i = 0; i < lineup->lookups->len; i++)
    if (lookup_is_pending (lineup->lookups->pdata[i]))
      return TRUE;
  for (guint i = 0; i < lineup->entries->len; i++)
    if (contender_is_pending (((Entry *) lineup->entries->pdata[i])->contender))
      return TRUE;
  return FALSE;
}

/* ---- endpoints that stay shut ---------------------------------------------------------------- */

/* A failure without an address. Takes @reply. */
static void
add_failure (const Lineup *lineup, const Door *door, SendpathPhase phase, SendpathReply *reply,
             GPtrArray *failures)
{
  Runner *runner = g_new0 (Runner, 1);

  runner->endpoint = sendpath_endpoint_ref (door->endpoint);
  runner->phase = phase;
  runner->greeting = reply;
  runner->started_at_us = g_get_real_time ();
  runner->resolve_ms = lookup_get_ms (door->lookup);
  trace_note (lineup->options->trace, "%s", sendpath_reply_get_text (reply));
  g_ptr_array_add (failures, runner);
}

void
lineup_tell_unopened (Lineup *lineup, GPtrArray *failures)
{
  for (guint i = 0; i < lineup->doors->len; i++)
    {
      Door *door = get_door (lineup, i);
      const char *problem = lookup_get_problem (door->lookup);
      g_autofree char *text = NULL;

      if (door->is_told || lineup->field == RACE_OTHER_FAMILY)
        continue;
      if (!is_openable (door))
        {
          door->is_told = TRUE;
          add_failure (lineup, door, SENDPATH_PHASE_TLS, tls_new_unavailable (), failures);
          continue;
        }
      if (lookup_get_addresses (door->lookup, G_SOCKET_FAMILY_IPV6)->len
              + lookup_get_addresses (door->lookup, G_SOCKET_FAMILY_IPV4)->len > 0)
        continue;
      for (guint j = i; j < lineup->doors->len; j++)
        if (get_door (lineup, j)->lookup == door->lookup)
          get_door (lineup, j)->is_told = TRUE;
      text = g_strdup_printf (_("no address for %s: %s"), lookup_get_host (door->lookup),
                              problem != NULL ? problem : _("the name servers do not answer"));
      add_failure (lineup, door, SENDPATH_PHASE_RESOLVE,
                   sendpath_reply_new_fault (SENDPATH_FAULT_HOST_NOT_FOUND, text), failures);
    }
}

/* ---- looking --------------------------------------------------------------------------------- */

GPtrArray *
lineup_get_entries (const Lineup *lineup)
{
  return lineup->entries;
}

SendpathEndpoint *
lineup_get_first_endpoint (const Lineup *lineup)
{
  return get_door (lineup, 0)->endpoint;
}

Entry *
lineup_find (const Lineup *lineup, ContenderState state)
{
  for (guint i = 0; i < lineup->entries->len; i++)
    {
      Entry *entry = lineup->entries->pdata[i];

      if (lineup_is_alive (lineup, entry) && contender_get_state (entry->contender) == state)
        return entry;
    }
  return NULL;
}

void
lineup_note_winner (Lineup *lineup, Entry *winner)
{
  lineup->last_winner = winner;
  get_door (lineup, winner->door)->has_won = TRUE;
}

Entry *
lineup_get_known (const Lineup *lineup)
{
  return lineup->known;
}

gboolean
lineup_is_guess_wrong (const Lineup *lineup)
{
  const Entry *known = lineup->known;

  return known != NULL && known->is_guess
         && lookup_has_answer (get_door (lineup, known->door)->lookup,
                               contender_get_family (known->contender));
}

void
lineup_forget_known (Lineup *lineup)
{
  Entry *known = g_steal_pointer (&lineup->known);

  lineup->is_known_over = TRUE;
  if (known == NULL)
    return;
  if (lineup->last_winner == known)
    {
      lineup->last_winner = NULL;
      get_door (lineup, known->door)->has_won = FALSE;
    }
  g_ptr_array_remove (lineup->entries, known);
}

/* ---- life ------------------------------------------------------------------------------------ */

static Lookup *
find_lookup (Lineup *lineup, const char *host)
{
  Lookup *lookup;

  for (guint i = 0; i < lineup->lookups->len; i++)
    if (g_ascii_strcasecmp (lookup_get_host (lineup->lookups->pdata[i]), host) == 0)
      return lineup->lookups->pdata[i];
  lookup = lookup_new (host, lineup->options->family, lineup->options->resolver);
  lookup_set_own (lookup, lineup->options->own, lineup->options->is_offered);
  lookup_set_recent (lookup, lineup->options->recent);
  g_ptr_array_add (lineup->lookups, lookup);
  return lookup;
}

Lineup *
lineup_new (GPtrArray *endpoints, const RaceOptions *options, const RaceTimes *times)
{
  Lineup *lineup = g_new0 (Lineup, 1);

  lineup->options = options;
  lineup->times = times;
  lineup->lookups = g_ptr_array_new_with_free_func ((GDestroyNotify) lookup_free);
  lineup->entries = g_ptr_array_new_with_free_func (entry_free);
  lineup->doors = g_array_new (FALSE, TRUE, sizeof (Door));
  for (guint i = 0; i < endpoints->len; i++)
    {
      SendpathEndpoint *endpoint = endpoints->pdata[i];
      Door door = { .endpoint = sendpath_endpoint_ref (endpoint),
                    .lookup = find_lookup (lineup, sendpath_endpoint_get_host (endpoint)) };

      /* Nothing shows whose address it is: only what the name servers say now. */
      if (sendpath_endpoint_get_security (endpoint) == SENDPATH_SECURITY_NONE)
        lookup_set_recent (door.lookup, NULL);
      g_array_append_val (lineup->doors, door);
    }
  return lineup;
}

void
lineup_free (Lineup *lineup)
{
  for (guint i = 0; i < lineup->doors->len; i++)
    sendpath_endpoint_unref (get_door (lineup, i)->endpoint);
  g_array_unref (lineup->doors);
  g_ptr_array_unref (lineup->entries);
  g_ptr_array_unref (lineup->lookups);
  g_free (lineup);
}
