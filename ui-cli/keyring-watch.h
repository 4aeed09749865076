/* Tells when the keyring was unlocked, or came. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _KeyringWatch KeyringWatch;
typedef void (*KeyringWatchTell) (gpointer data);

/* @address: of the session bus, NULL: there is none. @tell is called in the thread-default main context
 * of now. */
KeyringWatch *keyring_watch_new (const char *address, KeyringWatchTell tell, gpointer data);
void          keyring_watch_free (KeyringWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyringWatch, keyring_watch_free)

G_END_DECLS
