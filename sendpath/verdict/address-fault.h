/* What is wrong with the spelling of a mail address. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One sentence that names what @address cannot have, or what most servers do not accept, and where
 * it stands; NULL if nothing is odd about it. Newly allocated, translated, safe to show. */
char *address_fault_tell (const char *address);

G_END_DECLS
