/* One small file over HTTPS. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is larger is refused. */
#define HTTPS_GET_MAX_BYTES 65536

/* Gets @url with a verified certificate. Follows at most three redirects, to https and to
 * names of the net only. Takes as long as the servers like: @cancellable ends it. The answer comes in the thread-default
 * context. */
void    https_get_async (const char *url, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data);
/* The bytes as they came; NULL: no answer, another status than 200, not https, or too large. */
GBytes *https_get_finish (GAsyncResult *result, GError **error);

G_END_DECLS
