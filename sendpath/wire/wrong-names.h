/* Name servers that give an address for every name, as those of a network before the sign-in do. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The addresses that they give for a name that nobody can have, as text; empty if they are honest or do
 * not answer soon. @resolver: NULL for the default. Blocks for a moment at most. */
GStrv wrong_names_find (GResolver *resolver, GCancellable *cancellable);

G_END_DECLS
