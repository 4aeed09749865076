/* One route being walked: its connection, its logins, its offers. It knows of no other route. */
#pragma once

#include "sendpath/walk/domain-policy.h"
#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

/* A recipient on its way through the walk. */
typedef struct {
  const char *name;           /* in the report; borrowed from it */
  const char *address;        /* on the wire; one string for all names that go to it */
  const char *only_server;    /* nobody else may have it; NULL: any. Borrowed from the report */
  gboolean is_open;           /* still to be offered in this walk */
  gboolean is_here;           /* offered on the present route */
  SendpathVerdict verdict;    /* of its last answer; NONE before the first */
  SendpathVerdictQuery query; /* what that answer was; its reply is held by the report */
  gboolean is_route_matter;   /* it says nothing about other routes */
} Traveller;

/* What all legs of one walk share. */
typedef struct {
  SendpathMessage *message;
  SendpathReport *report;
  GArray *travellers; /* Traveller */
  const WalkContext *context;
  const WalkHost *host;
  GCancellable *cancellable;
  GHashTable *shut;       /* set of walk_dup_door(): gave no answer, blocked for this walk */
  char *login_problem;    /* why a login that would help was not made, for people; or NULL */
  GStrv wrong_addresses;  /* that the name servers give for every name; NULL until it matters */
  char *record_problem;   /* why our own record failed, or NULL */
  SendpathReply *left;    /* what cut it off if the machine went to another network; or NULL */
  DomainPolicy *policy;   /* of the From domain; NULL until it matters */
  SendpathRoute *barred;  /* the first route that it leaves no sender rule for, or NULL; borrowed */
  GPtrArray *discovered;     /* routes of step 6; NULL until nothing else is left */
  SendpathRoute *unapproved; /* the first route that waits for an approval, or NULL; borrowed */
  SendpathRoute *wants_login; /* a relay of the network that takes nothing without one, or NULL */
  SendpathRoute *busy;        /* the one whose server is busy with other messages, or NULL */
  GHashTable *changed;        /* set of hosts: relays that are not what was approved any more */
  gboolean only_backup;   /* the account's own login was refused: its routes and the relays stop */
  gboolean has_pop_route; /* a later route logs in to POP3 first */
  gboolean is_portal;     /* the network wants a sign-in first, as its answers show */
  gboolean must_stop;     /* our own record failed, or cancelled, or nothing can be had here */
  GSocketFamily last_family; /* of the last connection; INVALID before one */
  guint first_attempt;    /* of this walk, in the report */
} Walk;

/* What an endpoint is known by within a walk. */
char *walk_dup_door (const SendpathEndpoint *endpoint);
/* Somebody has no route left, rather than a time to wait for. */
gboolean walk_is_anybody_stuck (const Walk *walk);

/* Goes one route to its end. */
void leg_run (Walk *walk, SendpathRoute *route);

G_END_DECLS
