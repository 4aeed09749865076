/* The value of a Content-Type field: media type and parameters. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `type/subtype` in lower case, or NULL if @value does not begin with one. */
char    *content_type_dup_media (const char *value);
/* Parameter @name, unquoted, or NULL. */
char    *content_type_dup_param (const char *value, const char *name);

/* TRUE for types whose bytes must not change: a signature is over them. */
gboolean content_type_is_signed (const char *media);

G_END_DECLS
