/* What an error is as a reply to somebody who hands in a message. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 4xx or 5xx and the words of @error. */
char *hand_in_format_refusal (const GError *error);

G_END_DECLS
