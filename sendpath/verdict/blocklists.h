/* Lists of network addresses that servers ask before they take mail. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The list that the words of a refusal name, with its look-up page where that is known
 * (`Spamhaus (check.spamhaus.org)`), or NULL. Newly allocated, not translated. */
char *blocklists_dup_name (const char *text);

/* The first network address, IPv4 or IPv6, in the words of a refusal, or NULL. Newly allocated. */
char *blocklists_dup_address (const char *text);

G_END_DECLS
