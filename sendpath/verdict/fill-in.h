/* Sentences with named places: `{server} takes no mail.` */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text with its places filled in: pairs of a place's name (without braces) and its value, and NULL
 * at the end. A value is made safe to show; NULL stands for nothing. What stands in a value is
 * never taken for a place, and a place that is not named stays as it is. Newly allocated. */
char *fill_in (const char *text, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
