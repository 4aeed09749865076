/* SendpathAccount: who you are: address, name, servers, login. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDPATH_TYPE_ACCOUNT (sendpath_account_get_type ())
G_DECLARE_FINAL_TYPE (SendpathAccount, sendpath_account, SENDPATH, ACCOUNT, GObject)

SendpathAccount *sendpath_account_new (const char *name, const char *address);
const char      *sendpath_account_get_id (SendpathAccount *self);
const char      *sendpath_account_get (SendpathAccount *self, const char *key);
gboolean         sendpath_account_set (SendpathAccount *self, const char *key, const char *value,
                                       GError **error);
gboolean         sendpath_account_is_set (SendpathAccount *self, const char *key);
char           **sendpath_account_dup_list (SendpathAccount *self, const char *key);
gboolean         sendpath_account_get_boolean (SendpathAccount *self, const char *key);
guint64          sendpath_account_get_integer (SendpathAccount *self, const char *key);
gboolean         sendpath_account_covers (SendpathAccount *self, const char *address);

G_END_DECLS
