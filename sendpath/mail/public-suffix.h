/* What the Public Suffix List says of a domain. It asks no name server. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The part of @domain that somebody registered, inside @domain; NULL if nobody can have registered it, or
 * there is no list on this machine. */
const char *public_suffix_find_registered (const char *domain);

/* May anybody have a name below @domain? So it is of each, without a list. */
gboolean public_suffix_is_one (const char *domain);

/* The same for @domain as the list of countries and registries has it, without the rule that an unknown last
 * label is one. */
gboolean public_suffix_is_listed (const char *domain);

G_END_DECLS
