/* Who takes part in a race: endpoints, the addresses of their hosts, and each one's place. It
 * decides neither when somebody starts nor who wins. */
#pragma once

#include "sendpath/wire/contender.h"

G_BEGIN_DECLS

/* A contender and its place. */
typedef struct {
  Contender *contender;
  guint      round;    /* number of its address within the family */
  guint      door;     /* number of its endpoint in the order of preference */
  gboolean   is_known; /* its address is what worked here last, tried before it was asked for */
  gboolean   is_guess; /* and no name server has named it yet */
  gboolean   has_made_way; /* it has failed, and the next one need not wait */
  gboolean   is_noted; /* its failure is among the failures */
} Entry;

typedef struct _Lineup Lineup;

/* @options and @times must outlive it. */
Lineup           *lineup_new (GPtrArray *endpoints, const RaceOptions *options,
                              const RaceTimes *times);
void              lineup_free (Lineup *lineup);

/* Who may win from now on; asks for the addresses that are missing. */
void              lineup_begin (Lineup *lineup, RaceField field);
void              lineup_cancel_lookups (Lineup *lineup);
/* An address may still come that could win. */
gboolean          lineup_is_looking_up (const Lineup *lineup);
/* Enters the addresses that have come since the last time. */
void              lineup_enter_addresses (Lineup *lineup);
/* A call of anybody is still on its way. */
gboolean          lineup_is_pending (const Lineup *lineup);

/* GPtrArray of Entry, in the order of their places. */
GPtrArray        *lineup_get_entries (const Lineup *lineup);
SendpathEndpoint *lineup_get_first_endpoint (const Lineup *lineup);
/* It may still win. */
gboolean          lineup_is_alive (const Lineup *lineup, const Entry *entry);
/* The first in that state that may still win, or NULL. */
Entry            *lineup_find (const Lineup *lineup, ContenderState state);
/* RFC 8305 3: an IPv4 address waits a moment for the IPv6 ones. 0: it need not, or no longer. */
gint64            lineup_get_start_us (const Lineup *lineup, const Entry *entry);
void              lineup_note_winner (Lineup *lineup, Entry *winner);
/* The address that worked here last, or NULL. */
Entry            *lineup_get_known (const Lineup *lineup);
/* The name servers have said otherwise. */
gboolean          lineup_is_guess_wrong (const Lineup *lineup);
/* Takes it out again; not while anything is pending. */
void              lineup_forget_known (Lineup *lineup);

/* Adds a Runner to @failures for each endpoint of the field that nobody could even connect to: no
 * TLS on this machine, or no address. A host is told once. */
void              lineup_tell_unopened (Lineup *lineup, GPtrArray *failures);

G_END_DECLS
