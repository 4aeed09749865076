/* One connection of a dialogue, played. */
#pragma once

#include "tests/lib/dialogue.h"
#include "tests/lib/scripted-record.h"
#include "tests/lib/test-certs.h"
#include "tests/lib/test-link.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray      *steps;  /* DialogueStep */
  guint           first;  /* of this connection */
  int             cut_at; /* as in scripted-server.h, counted from @first; negative: no cut */
  TestCerts      *certs;
  ScriptedRecord *record;
  void          (*hold) (gpointer data); /* returns when the dialogue may go on */
  gpointer        data;
} ScriptedPart;

/* Plays @part to its end over @link. TRUE: the cut was made. @ret_is_hard: @link is to be closed
 * with a reset. */
gboolean scripted_play (const ScriptedPart *part, TestLink *link, gboolean *ret_is_hard);

G_END_DECLS
