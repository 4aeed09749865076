/* Text of any character set, to be searched. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @bytes, which are in @charset as far as that name is known and true (nullable), as valid UTF-8
 * with '\n' line ends. */
char *bounce_charset_to_text (const char *bytes, gsize length, const char *charset);

G_END_DECLS
