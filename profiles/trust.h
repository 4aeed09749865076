/* TLS-seen marks: a server name that once worked with TLS is never used in plain again. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Trust Trust;

/* @state_dir is made when first written. A Trust may be used from several threads, and by
 * several processes. */
Trust   *trust_new (const char *state_dir);
void     trust_free (Trust *trust);
/* TRUE too when the marks cannot be read: then every name counts as seen. */
gboolean trust_has_seen_tls (Trust *trust, const char *host);
/* FALSE and @error if it could not be made durable. */
gboolean trust_note_tls (Trust *trust, const char *host, GError **error);
/* Takes the mark of @host away, if the marks can be read and written. */
void     trust_forget (Trust *trust, const char *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trust, trust_free)

G_END_DECLS
