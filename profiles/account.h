/* SendpathAccount: who you are: address, name, servers, login. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDPATH_TYPE_ACCOUNT (sendpath_account_get_type ())
G_DECLARE_FINAL_TYPE (SendpathAccount, sendpath_account, SENDPATH, ACCOUNT, GObject)

SendpathAccount *sendpath_account_new (const char *name, const char *address);
/* The section's name in the file (`home`). */
const char      *sendpath_account_get_id (SendpathAccount *self);
/* Value of a configuration key as in the file, its default if it was not given, or NULL. Borrowed until set. */
const char      *sendpath_account_get (SendpathAccount *self, const char *key);
/* Sets a key (NULL: back to the default). FALSE if the key is unknown or the value bad. */
gboolean         sendpath_account_set (SendpathAccount *self, const char *key, const char *value,
                                       GError **error);
gboolean         sendpath_account_is_set (SendpathAccount *self, const char *key);
/* The `;`-separated values of a key, trimmed, without empty ones; never NULL. */
char           **sendpath_account_dup_list (SendpathAccount *self, const char *key);
gboolean         sendpath_account_get_boolean (SendpathAccount *self, const char *key);
guint64          sendpath_account_get_integer (SendpathAccount *self, const char *key);
/* TRUE if @address is the account's or covered by its aliases. */
gboolean         sendpath_account_covers (SendpathAccount *self, const char *address);

G_END_DECLS
