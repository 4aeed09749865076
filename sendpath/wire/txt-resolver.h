/* A GResolver for TXT records, which any network can forge. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Asks the name servers of this machine for TXT records; it knows no others, and no addresses. */
GResolver *txt_resolver_new (void);

/* The process's default resolver if it is somebody's own and knows records, else
 * txt_resolver_new(). */
GResolver *txt_resolver_get_default (void);

/* The TXT records of a DNS message, each a GVariant `(as)` as GResolver gives them: what is not
 * UTF-8 in them is replaced. NULL and an error of G_RESOLVER_ERROR if there is none, or if any part
 * of the message is malformed. */
GList *txt_resolver_parse (const guint8 *message, gsize length, GError **error);

G_END_DECLS
