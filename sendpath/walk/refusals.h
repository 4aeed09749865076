/* Logins that a server refused: such a secret stays out until it changes. */
#pragma once

#include "profiles/memory.h"
#include "profiles/secrets.h"

G_BEGIN_DECLS

/* Was the secret for @query refused, and is it still the same as far as we know? */
gboolean refusals_has (Memory *memory, const SecretQuery *query, gint64 now_s);
void     refusals_note (Memory *memory, const SecretQuery *query, gint64 now_s);
/* The secret changed, or worked after all. */
void     refusals_forget (Memory *memory, const SecretQuery *query);

G_END_DECLS
