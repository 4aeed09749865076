/* Endpoints and address families of one server against each other, to a verified, greeted
 * connection. It never sends a command. */
#pragma once

#include "sendpath/wire/endpoint.h"
#include "sendpath/wire/phase.h"
#include "sendpath/wire/recent-answers.h"
#include "sendpath/wire/stream.h"

G_BEGIN_DECLS

/* What one runner of the race came to: a connection, or a failure that got as far as @phase. */
typedef struct {
  SendpathEndpoint *endpoint;
  char             *ip;       /* textual address, NULL when it never got one */
  GSocketFamily     family;
  Stream           *stream;   /* NULL for a failure; take it with g_steal_pointer */
  SendpathReply    *greeting; /* winner: code 220; failure: the reply or fault */
  char             *shown_key; /* failure: the key that was not trusted, as `tls-pin` has it, or NULL */
  SendpathPhase     phase;
  gint64            started_at_us; /* g_get_real_time() */
  guint             resolve_ms, connect_ms, tls_ms;
  gboolean          is_guess; /* winner: no name server has named that address yet */
} Runner;

void runner_free (Runner *runner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Runner, runner_free)

/* Which of the runners not yet used may start. */
typedef enum {
  RACE_ALL,           /* all that are left */
  RACE_OTHER_FAMILY,  /* the last winner's endpoint over the other address family */
  RACE_NEXT_ENDPOINT, /* any endpoint but those that already won */
} RaceField;

/* How long what takes, in milliseconds. */
typedef struct {
  guint stagger_ms;      /* from the start of one connect to that of the next */
  guint head_start_ms;   /* for TLS and greeting of the first one up, before the others go on */
  guint port_25_ms;      /* that port 25 waits for 465 and 587 */
  guint late_family_ms;  /* that IPv4 addresses wait for the IPv6 answer */
  guint resolve_ms;      /* for the name servers */
  guint tls_ms;          /* for one handshake */
  guint greeting_ms;     /* for one greeting, from its first byte to its last */
} RaceTimes;

typedef struct {
  guint         patience_s; /* no answer to the connect: 2 in the walk, 30 from the outbox */
  gboolean      is_learned; /* the first endpoint worked here last: it waits for nobody */
  GSocketFamily learned;    /* and that family; INVALID: not known */
  const char   *known_ip;   /* and that address: tried while the name servers are asked, where TLS
                               shows whose it is; or NULL */
  RecentAnswers *recent;    /* what they said a moment ago; or NULL */
  const char   *tls_pin;    /* or NULL */
  GSocketFamily family;     /* G_SOCKET_FAMILY_INVALID: both */
  gboolean      pop;        /* greeting is POP3's `+OK`, read by libetpan: do not read it here */
  const Trace  *trace;
  GResolver    *resolver;   /* NULL: the default */
  const char *const *own;   /* our addresses (CIDR); NULL: not known */
  gboolean      is_offered; /* the network named the host: with @own, some addresses are refused
 */
  const RaceTimes *times;   /* NULL: those of the product */
} RaceOptions;

typedef struct _Race Race;

/* @endpoints: GPtrArray of SendpathEndpoint, in order of preference. */
Race            *race_new (GPtrArray *endpoints, const RaceOptions *options);
void             race_free (Race *race);

/* The next winner, or NULL when nobody of that field is left. A later call goes on with those who
 * did not win (their addresses are known, failed ones stay out). Blocks; iterates a main context
 * of its own. */
Runner          *race_run (Race *race, RaceField field, GCancellable *cancellable);
/* What is known of another day is nothing any more: the next run begins with the name servers. */
void             race_forget_known (Race *race);
/* Failures since the last call, in the order they happened (GPtrArray of Runner). */
GPtrArray       *race_steal_failures (Race *race);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Race, race_free)

G_END_DECLS
