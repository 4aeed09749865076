/* One endpoint at one address, from the connect to the greeting, in pieces that the race calls
 * for. It never decides when, or whether another one is better. */
#pragma once

#include "sendpath/wire/race.h"

G_BEGIN_DECLS

typedef enum {
  CONTENDER_WAITING,    /* nothing was begun */
  CONTENDER_CONNECTING,
  CONTENDER_UP,         /* connected, and told nothing yet */
  CONTENDER_GOING,      /* in the TLS handshake or the greeting */
  CONTENDER_READY,      /* greeted: take the runner */
  CONTENDER_FAILED,
  CONTENDER_DONE,       /* was READY, and the runner is taken */
} ContenderState;

typedef struct _Contender Contender;

/* @options and @times must outlive it. */
Contender        *contender_new (SendpathEndpoint *endpoint, GSocketAddress *address,
                                 guint resolve_ms, const RaceOptions *options,
                                 const RaceTimes *times);
/* Not while contender_is_pending(). */
void              contender_free (Contender *contender);

/* From CONTENDER_WAITING. What follows happens in the thread-default context. @cancellable goes
 * into the stream. */
void              contender_connect (Contender *contender, GCancellable *cancellable);
/* From CONTENDER_UP. */
void              contender_go_on (Contender *contender);
/* Fails what is over its time. */
void              contender_expire (Contender *contender, gint64 now_us);
/* When contender_expire() is due, monotonic, or 0. */
gint64            contender_get_limit_us (const Contender *contender);
/* Fails what waits or connects: nobody answers. */
void              contender_give_up (Contender *contender);
/* Back to CONTENDER_WAITING, whatever is going on. */
void              contender_abandon (Contender *contender);

ContenderState    contender_get_state (const Contender *contender);
/* It was accepted, and has not heard a word since. */
gboolean          contender_is_mute (const Contender *contender);
/* A call is still on its way, even after a failure. */
gboolean          contender_is_pending (const Contender *contender);
GSocketFamily     contender_get_family (const Contender *contender);
SendpathEndpoint *contender_get_endpoint (const Contender *contender); /* borrowed */
const char       *contender_get_ip (const Contender *contender);

/* What it came to: READY or FAILED. Takes the stream out. */
Runner           *contender_steal_runner (Contender *contender);

G_END_DECLS
