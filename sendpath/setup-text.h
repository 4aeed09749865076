/* What was found for an address, in words. */
#pragma once

#include "profiles/server-finder.h"

G_BEGIN_DECLS

/* A line that says who named these servers; the lines of the account; what the provider demands,
 * its limits, and what it does with a foreign From. Newly allocated, translated. */
char *setup_text_tell (const ServerFinding *finding, const char *address);
/* Why a provider has no server for us, as the message of an error: NULL if it has one. Newly
 * allocated, translated. */
char *setup_text_tell_closed (const Provider *provider);

G_END_DECLS
