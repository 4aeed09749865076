/* HTML as lines of text, to be searched. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The words of valid UTF-8 @html, one line a block. */
char *bounce_html_strip (const char *html);

G_END_DECLS
