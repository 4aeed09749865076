/* TLS-seen marks: a server name that once worked with TLS is never used in plain again. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Trust Trust;

Trust   *trust_new (const char *state_dir);
void     trust_free (Trust *trust);
gboolean trust_has_seen_tls (Trust *trust, const char *host);
/* FALSE and @error if it could not be made durable. */
gboolean trust_note_tls (Trust *trust, const char *host, GError **error);
void     trust_forget (Trust *trust, const char *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trust, trust_free)

G_END_DECLS
