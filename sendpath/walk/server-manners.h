/* Which extensions a server offers and does not have, for some days. */
#pragma once

#include "profiles/memory.h"

G_BEGIN_DECLS

/* @extensions: a set of SmtpCap. Without them a message went that had not gone with them. */
void  server_manners_note (Memory *memory, const char *server, guint extensions, gint64 now_s);
/* All that were noted. */
guint server_manners_get (Memory *memory, const char *server, gint64 now_s);

G_END_DECLS
