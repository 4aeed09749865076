/* Text as the man(7) macros want it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text with everything escaped that roff would read otherwise; plain ASCII. */
char *roff_dup (const char *text);

/* One line of @text, escaped, and a newline. */
void roff_print_text (GString *page, const char *text);
/* The head of a paragraph with a tag: @tag in bold, @value (or NULL) behind it in italics. */
void roff_print_tag (GString *page, const char *tag, const char *value);

G_END_DECLS
