/* SendpathSetup: the servers that were found for an address, before they are anybody's account. */
#pragma once

#include "profiles/account.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_SETUP (sendpath_setup_get_type ())
typedef struct _SendpathSetup SendpathSetup; /* boxed, immutable, reference counted */

GType          sendpath_setup_get_type (void);
SendpathSetup *sendpath_setup_ref (SendpathSetup *setup);
void           sendpath_setup_unref (SendpathSetup *setup);

/* The value of an account's key; NULL: the key's default is right. */
const char        *sendpath_setup_get (const SendpathSetup *setup, const char *key);
/* `providers`, `autoconfig`, `ispdb`, `srv`, `mx-providers`, `mx-ispdb`. */
const char        *sendpath_setup_get_source (const SendpathSetup *setup);
const char *const *sendpath_setup_get_foreign_hosts (const SendpathSetup *setup);
gboolean           sendpath_setup_takes_password (const SendpathSetup *setup);
char              *sendpath_setup_to_text (const SendpathSetup *setup);

/* Sets what was found, but no key that @account has already. */
gboolean sendpath_setup_apply (const SendpathSetup *setup, SendpathAccount *account,
                               GError **error);

SendpathSetup *sendpath_setup_find (const char *address, GCancellable *cancellable,
                                    GError **error);
void           sendpath_setup_find_async (const char *address, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
SendpathSetup *sendpath_setup_find_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathSetup, sendpath_setup_unref)

G_END_DECLS
