/* Characters and words of an address: which may stand where, and how they are quoted. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ADDRESS_SPACE = 1 << 0,   /* between tokens */
  ADDRESS_ATOM = 1 << 1,    /* RFC 5322 atext, RFC 6532 UTF-8 */
  ADDRESS_HOST = 1 << 2,    /* labels of a domain */
  ADDRESS_LITERAL = 1 << 3, /* between [ and ] */
  ADDRESS_TEXT = 1 << 4,    /* in comments and quoted strings */
} AddressChars;

gboolean address_char_is (char c, AddressChars wanted);
/* Atoms with single dots between them. */
gboolean address_is_dot_atom (const char *text);
/* Adds @text as a quoted string. */
void     address_append_quoted (GString *out, const char *text);

G_END_DECLS
