/* RFC 2047: words of other scripts in header fields. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE if @word, without spaces, is one encoded word. */
gboolean encoded_word_is_one (const char *word);

/* UTF-8 @text as encoded words of at most 75 bytes, separated by spaces; valid in a phrase. */
char    *encoded_word_encode (const char *text);

/* @text with its encoded words decoded, for showing: always valid UTF-8, without control
 * characters. What cannot be decoded stays as it is. Never to be put back into a header. */
char    *encoded_word_decode (const char *text);

G_END_DECLS
