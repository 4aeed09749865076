/* One route being walked: its connection, its logins, its offers. It knows of no other route. */
#pragma once

#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

/* A recipient on its way through the walk. */
typedef struct {
  const char *address;        /* borrowed from the report */
  gboolean is_open;           /* still to be offered in this walk */
  gboolean is_here;           /* offered on the present route */
  SendpathVerdict verdict;    /* of its last answer; NONE before the first */
  SendpathVerdictQuery query; /* what that answer was; its reply is held by the report */
} Traveller;

/* What all legs of one walk share. */
typedef struct {
  SendpathMessage *message;
  SendpathReport *report;
  GArray *travellers; /* Traveller */
  const WalkContext *context;
  const WalkHost *host;
  GCancellable *cancellable;
  gboolean has_pop_route; /* a later route logs in to POP3 first */
  gboolean must_stop;     /* our own record failed, or cancelled */
} Walk;

/* Goes one route to its end. */
void leg_run (Walk *walk, SendpathRoute *route);

G_END_DECLS
