/* A walk from home with scripted servers: the account's own, its POP3 server, the location's
 * relay. */
#pragma once

#include "sendpath/walk/walk.h"
#include "tests/lib/fake-resolver.h"
#include "tests/lib/plan-fixture.h"
#include "tests/lib/scripted-server.h"

G_BEGIN_DECLS

#define CANARY "correct-horse-battery"

/* A server that refuses to relay and offers no login. */
#define DENIES                                                                                     \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 SIZE 1000000\n"       \
  "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\n"                                   \
  "S: 550 5.7.1 <someone@adatum.com>... Relaying denied\n"
/* One that takes the message. */
#define TAKES                                                                                      \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 SIZE 1000000\n"       \
  "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\nS: 250 ok\nC: DATA\nS: 354 go\n"    \
  "C: <data>\nS: 250 2.0.0 queued\n"

typedef struct {
  PlanFixture *plan;
  ScriptedServer *own, *pop, *relay; /* any may be NULL */
  SendpathReport *report;
  const char *password; /* at hand; NULL: none */
  const char *answer;   /* what a person would answer; NULL: nobody is there */
  guint n_asked;
  SendpathRelayChoice choice; /* what they would say about a relay; KEEP: nobody is there */
  const char *key;            /* of the relay that they say it about; NULL: its name is verified */
  const char *own_name; /* of smtp.proseware.com's stand-in; NULL: its address */
  const char *text;     /* of the message; NULL: a short one */
  guint16 other_port;   /* another door of the relay, or 0 */
  guint16 own_other_port; /* the same of smtp.proseware.com's stand-in */
  const char *repeat_at; /* the first recipient is uncertain since that server, and repeated; NULL */
  guint n_most;          /* so many are offered; 0: all */
  const char *local;    /* where mail to unqualified names goes */
  const FakeHost *hosts; /* what the name servers know; NULL: nothing */
  guint n_txt;           /* how often they were asked for TXT records in the last walk */
  gboolean has_empty_sender; /* MAIL FROM:<> */
  gboolean has_no_network;
  gboolean is_behind_portal;
  gboolean is_open; /* on a wireless network without encryption */
  gboolean is_cancelled;
  gboolean disk_is_full;   /* no dot record can be written */
  gboolean journal_is_bad; /* nor the outcome of an attempt */
  gboolean keeps_tls;      /* the approved relay has to speak TLS */
  GString *dots;    /* names in the dot records, as they were written */
  GString *routes;  /* kinds that were started */
  GString *secrets; /* `home/smtp`…: what was looked for, in order */
  GString *pins;    /* what the discovered relay that was used had to show: `name` or a key */
  GString *relays;  /* `mail.hotel.example:465`…: what was asked about, in order */
  int closed_fd; /* bound and not listening: its port refuses */
  guint16 closed_port;
} Scene;

/* @own: dialogue of smtp.proseware.com's stand-in, NULL: nobody listens there; @relay: of the
 * location's; NULL: there is none. Without encryption, with logins allowed all the same. */
Scene *scene_new (const char *own, const char *relay);
void   scene_free (Scene *scene);
/* The account has a POP3 server. NULL: nobody listens there. */
void   scene_add_pop (Scene *scene, const char *dialogue);
void   scene_set (Scene *scene, const char *key, const char *value);

/* A relay at that dialogue is approved for this network. */
void   scene_approve (Scene *scene, const char *dialogue);

/* The relay that this network offers plays that dialogue. */
void   scene_offer (Scene *scene, const char *dialogue);
/* What was decided about a relay of this network. */
void   scene_decide (Scene *scene, const char *host, guint16 port, const char *key,
                     gboolean is_refused);

/* Walks with a new message for @recipients, separated by spaces. */
void   scene_walk_to (Scene *scene, const char *recipients);
void   scene_assert_recipient (Scene *scene, guint i, SendpathRecipientState state,
                               SendpathVerdict verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

G_END_DECLS
