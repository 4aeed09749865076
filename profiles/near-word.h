/* Which known word did somebody mean who wrote another one? */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The word of @words (NULL-terminated) nearest to @typed, borrowed, or NULL if none is near. */
const char *near_word_find (const char *typed, const char *const *words);

G_END_DECLS
