/* Providers whose servers want something else than the password of the web mail. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One sentence of what the provider of @server wants in the place of the usual password. All may be
 * NULL: without a name for the server the hosts that its words (@text) name are looked at, then
 * @account_domain. NULL: not known to want anything else. Newly allocated, translated. */
char *provider_logins_tell (const char *server, const char *text, const char *account_domain);

G_END_DECLS
