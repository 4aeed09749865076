/* What addresses and host names look like in the configuration, and which address covers which. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One complete addr-spec with a domain: `terri@proseware.com`, `"a b"@[192.0.2.1]`. */
gboolean profile_address_is_valid (const char *text);

/* A host or domain name: labels of letters, digits, `-` and `_`, or a name in another script. */
gboolean profile_host_is_valid (const char *text);

/* What EHLO may be given: a host name or an address literal. */
gboolean profile_ehlo_is_valid (const char *text);

/* `host`, `host:port`, `[IPv6]` or `[IPv6]:port`. */
gboolean profile_server_is_valid (const char *text);

/* TRUE if @pattern, an address or `*@domain`, covers @address. Case does not matter: this chooses
 * an account, and nobody has two that differ by it. */
gboolean profile_address_covers (const char *pattern, const char *address);

/* TRUE if @pattern is of the form `*@domain`. */
gboolean profile_address_is_wildcard (const char *pattern);

G_END_DECLS
