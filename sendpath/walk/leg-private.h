/* The inside of a leg: for the files leg*.c. */
#pragma once

#include "sendpath/walk/leg.h"
#include "sendpath/wire/smtp-session.h"

G_BEGIN_DECLS

typedef struct {
  Walk *walk;
  SendpathRoute *route;
  Race *race;
  Runner *contact; /* the connection in use, and how it came about */
  ServerSlot *slot; /* the place of that connection; NULL: nobody counts, or there is none */
  gboolean is_one_too_many; /* and the server wants it no more */
  SmtpSession *session;
  SmtpSessionOptions session_options;
  char *dsn_notify; /* nullable */

  SenderRule rule;
  SendpathMessage *mail; /* the message under @rule */
  char **header_changes;
  Delivery *next; /* of the message that will be sent in this session after this one; or NULL */
  char *next_notify; /* its dsn_notify */
  const Delivery *before_next; /* which it was asked about for */

  guint n_offers_here;    /* in this connection, of this message */
  gboolean is_reused;     /* this connection is one that an earlier message left open */
  gboolean was_of_use;    /* a message was taken over it */
  gboolean login_failed;  /* in this connection, for whatever reason */
  gboolean login_refused; /* the secret is wrong */
  SecretKind login_kind;  /* what the server was last offered, or would be */
  gboolean asked;         /* a person was asked on this route */
  gboolean asked_anew;    /* and again, after a refusal */
  gboolean pop_by_memory; /* the POP login was left out: it is not long ago */
  guint n_pop_pauses;
  gboolean was_other_family; /* the POP login was tried over both families */
  GSocketFamily pop_family; /* that of the POP3 connection; INVALID before one */
  gboolean made_progress;   /* the last offer settled somebody */

  /* sets of SmtpCap */
  guint suspects; /* after the last offer, to be tried without */
  guint on_trial; /* the present connection does without, to see whether that helps */
  guint avoided;  /* in all further ones */
} Leg;

/* leg.c */
Traveller *leg_get_traveller (Leg *leg, guint i);
/* The first recipient that goes on, or NULL: its verdict chooses the remedy. */
Traveller *leg_get_leader (Leg *leg);
Attempt *leg_new_attempt (Leg *leg, const Runner *contact);
void leg_add_session_facts (Attempt *attempt, Leg *leg);
SenderRule leg_find_next_rule (Leg *leg);
SendpathVerdictQuery leg_make_query (Leg *leg, SendpathPhase phase, const SendpathReply *reply);
/* An attempt (taken over) that failed for everybody before a recipient was offered. Its verdict. */
SendpathVerdict leg_fail_all (Leg *leg, Attempt *attempt, SendpathPhase phase, const SendpathReply *reply);
/* Ready for a login or an offer. */
gboolean leg_has_session (Leg *leg);
void leg_use_rule (Leg *leg, SenderRule rule);

/* leg-connect.c */
/* @host spoke TLS with us. */
void leg_note_tls (Leg *leg, const char *host);
/* A greeted and opened session on the next endpoint of @field, logged in if that can be done
 * without asking. FALSE: nobody of that field is left, or a login failed. */
gboolean leg_connect (Leg *leg, RaceField field);
/* The same from the start, with all endpoints. */
gboolean leg_reconnect (Leg *leg);
/* Goes on in the session that an earlier message left open, if there is one. */
gboolean leg_resume (Leg *leg);
/* This connection was refused with @reply because there is another one: it is to be opened again, by
 * leg_reconnect(), which waits for that. */
gboolean leg_is_one_too_many (Leg *leg, SendpathPhase phase, const SendpathReply *reply);
/* Leaves it open for the next one. */
void leg_keep_session (Leg *leg);

/* leg-face.c: a failure, by a better name where somebody answers in the server's place or hides what
 * it offers; owned. */
SendpathReply *leg_judge_failure (Leg *leg, const Runner *failed);
SendpathReply *leg_judge_session (Leg *leg);
/* TLS has verified the server of this session. */
void leg_note_face (Leg *leg);

/* leg-next.c */
/* Delivery.get_next: the message that follows, if it will be offered here in the same way as this one. */
const Delivery *leg_get_next (Delivery *delivery);
/* For the other: by the same account, as it will be offered at first. */
Delivery *leg_new_delivery (Leg *leg, SendpathMessage *message, SendpathMessage *mail, const char *id,
                            const char *const *addresses, const char *dsn_notify);
SendpathMessage *leg_apply_rule (Leg *leg, SenderRule rule, SendpathMessage *message,
                                 char ***ret_header_changes);
char *leg_dup_dsn_notify (Leg *leg, SendpathMessage *message);

/* leg-manners.c */
/* Before a session begins: what it had better not use. */
void leg_recall_manners (Leg *leg);
/* After an offer that is made again in a new connection, before that: what it had better do without. */
void leg_doubt_manners (Leg *leg);
/* After an offer, before it is settled. */
void leg_judge_manners (Leg *leg, const Delivery *delivery);
/* In a new connection without what is suspected. TRUE: offer again. */
gboolean leg_try_without (Leg *leg);

/* leg-login.c */
typedef enum {
  LEG_LOGIN_NONE, /* not offered, not allowed, or without a secret */
  LEG_LOGIN_DONE,
  LEG_LOGIN_FAILED, /* which is an attempt of its own */
} LegLogin;

/* NULL and @error: none at hand, or it was refused before. */
SendpathSecret *leg_get_secret (Leg *leg, const SecretQuery *query, WalkSecret how, GError **error);
/* The secret for @query is wrong, or right. */
void leg_note_refusal (Leg *leg, const SecretQuery *query);
void leg_note_login (Leg *leg, const SecretQuery *query);
const char *leg_get_command (Leg *leg, const char *key);
gboolean leg_allows_cleartext (Leg *leg);
LegLogin leg_log_in (Leg *leg, WalkSecret how);
/* After a refusal, once: with another secret, in the same connection if it is still open. TRUE
 * when logged in. */
gboolean leg_log_in_anew (Leg *leg);

/* leg-pop.c */
/* Before the first connection: a login that is not long ago counts. FALSE: nothing more on this
 * route. */
gboolean leg_pop_first (Leg *leg);
/* After a POP login a refusal is tried again after a moment; one that was only remembered
 * is done first. */
gboolean leg_try_pop_again (Leg *leg, const Traveller *leader);

/* Once: the login and then the message over the other address family. TRUE: offer again. */
gboolean leg_pop_over_other_family (Leg *leg);

/* leg-remedies.c */
/* Does the first of the verdict's remedies that this route allows. TRUE: offer again. */
gboolean leg_apply_remedy (Leg *leg);

G_END_DECLS
