/* Text from the network made safe to show: valid UTF-8 on one line, nothing that moves a cursor
 * or turns the reading direction. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @length bytes, or a C string if it is -1. Control and formatting characters and ANSI sequences
 * are dropped, white space becomes one space, a NUL or an invalid byte a visible sign; at most
 * @max_chars characters, the last of them an ellipsis where text was left out. */
char *clean_text (const char *bytes, gssize length, guint max_chars);

G_END_DECLS
