/* Mozilla's autoconfig format: the servers that a provider publishes for mail programs. */
#pragma once

#include "profiles/found-server.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *smtp; /* (element-type FoundServer), best first; at least one */
  GPtrArray *pop;  /* the same; may be empty */
} Autoconfig;

/* Reads what was fetched for @address. Servers without TLS in some form, and those that no account
 * should have, are not there. NULL: it is not of that format, or no server for sending is left. */
Autoconfig *autoconfig_parse (const char *text, gsize length, const char *address, GError **error);
void        autoconfig_free (Autoconfig *autoconfig);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Autoconfig, autoconfig_free)

G_END_DECLS
