/* THE fallback loop: for each route of the plan, offer what is left until every recipient is
 * settled. */
#pragma once

#include "profiles/relay-finder.h"
#include "profiles/secrets.h"
#include "sendpath/walk/plan.h"
#include "sendpath/walk/relay-choice.h"
#include "sendpath/walk/report-private.h"
#include "sendpath/walk/session-pool.h"
#include "sendpath/wire/trace.h"

G_BEGIN_DECLS

/* How a secret may be come by. */
typedef enum {
  WALK_SECRET_AT_HAND, /* without asking anybody */
  WALK_SECRET_ASK,     /* unlock the keyring or ask a person if it is not at hand; may block */
  WALK_SECRET_NEW,     /* the one at hand was refused: ask a person, or fetch a new token */
} WalkSecret;

/* A relay that a person decides about; all borrowed. */
typedef struct {
  const char *message; /* id of the message that waits for it */
  const char *network_id;
  const char *host;
  guint16 port;
  SendpathSecurity security; /* NONE: of a location, on a wireless network that is open */
  RelaySource source;        /* where the offer came from */
  gboolean is_changed;       /* it was approved, and does not show what was approved */
} WalkRelay;

/* The message that will be offered next, as far as can be told; borrowed. */
typedef struct {
  SendpathMessage *message;
  const SendpathReport *report;
} WalkNext;

/* What the walk needs done by those above it; called in the thread of the walk. */
typedef struct {
  /* The secret for @query, or NULL and an error that says why there is none. */
  SendpathSecret *(*get_secret) (gpointer data, const SecretQuery *query, WalkSecret how,
                                 GError **error);
  /* The record "about to send the final dot" (P-6). */
  gboolean (*before_dot) (gpointer data, const char *const *addresses, const char *server,
                          GError **error);
  void (*attempt_started) (gpointer data, SendpathRoute *route);
  /* The outcome must be on disk when this returns TRUE; FALSE ends the walk. */
  gboolean (*attempt_ended) (gpointer data, SendpathReport *report, guint attempt, GError **error);
  /* Waits; FALSE if cancelled. */
  gboolean (*pause) (gpointer data, guint milliseconds);
  /* So much of the content is on its way; may be NULL. */
  void (*progress) (gpointer data, guint64 sent_bytes, guint64 total_bytes);
  /* May @relay have the message? HERE and ONCE: yes; KEEP without asking if nobody is there to ask. May
   * block. @ret_key: the one key (`sha256:HEX`) that it must show, NULL: a certificate that is trusted
   * for its name. */
  SendpathRelayChoice (*choose_relay) (gpointer data, const WalkRelay *relay, char **ret_key);
  /* What will be sent after this message, by the same account and for the first time. FALSE: nothing,
   * or nobody knows. May be NULL. */
  gboolean (*get_next) (gpointer data, WalkNext *ret_next);
  gpointer data;
} WalkHost;

/* Where and how; borrowed. */
typedef struct {
  const PlanInput *plan;
  const char *local;      /* where mail to unqualified names goes; NULL: they stay as they are */
  gboolean network_is_up; /* there is more than this machine */
  gboolean is_portal;     /* the network wants a sign-in first: nothing is tried */
  gboolean is_open;       /* it is wireless and not encrypted */
  guint n_most; /* how many are offered in this walk; 0: all (pacing) */
  guint patience_s;
  const Trace *trace;
  GResolver *resolver; /* NULL: the default */
  RecentAnswers *recent; /* what name servers said to others a moment ago; NULL: nothing */
  SessionPool *pool;   /* sessions that the last message left open; NULL: none are kept */
} WalkContext;

/* Offers @message to @routes until the recipients of @report are settled, or wait, or no route is
 * left. Never fails: what happened is in @report, with `reason` and `needs` set if anything
 * waits. */
void walk_run (SendpathMessage *message, GPtrArray *routes, SendpathReport *report,
               const WalkContext *context, const WalkHost *host, GCancellable *cancellable);

G_END_DECLS
