/* One message of a program that hands it in: into the outbox or out, as the configuration has it, and what
 * that program is told. */
#pragma once

#include "sendpath/engine.h"

G_BEGIN_DECLS

typedef struct {
  SendpathEngine *engine;    /* of this message alone */
  const char *account;       /* id, or NULL: its addresses tell */
  const char *hold_reason;   /* as for sendpath_engine_submit() */
  GCancellable *cancellable; /* nobody is waited for any longer */
} Served;

/* The reply: it begins with 250 if the message is on disk and synced (P-1), or was settled. @ret_id: its id
 * in the outbox if it is there, else NULL; both to be freed. */
char *served_take (const Served *served, SendpathMessage *message, char **ret_id);

G_END_DECLS
