/* SendpathProfileStore: the configuration file: load, check, match, save. */
#pragma once

#include "profiles/account.h"
#include "profiles/location.h"
#include "profiles/network.h"
#include "profiles/profile-keys.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_PROFILE_STORE (sendpath_profile_store_get_type ())
G_DECLARE_FINAL_TYPE (SendpathProfileStore, sendpath_profile_store, SENDPATH, PROFILE_STORE, GObject)

#define SENDPATH_PROFILE_ERROR (sendpath_profile_error_quark ())
/**
 * SendpathProfileError:
 * @SENDPATH_PROFILE_ERROR_MISSING: there is no configuration file
 * @SENDPATH_PROFILE_ERROR_BROKEN: unknown or repeated key or section, bad value; names file, line, key
 * @SENDPATH_PROFILE_ERROR_UNSAFE: the file or its folder is writable by others
 * @SENDPATH_PROFILE_ERROR_NO_ACCOUNT: no account of that name, or none at all
 * @SENDPATH_PROFILE_ERROR_EXISTS: that name is taken
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_PROFILE_ERROR_MISSING,
  SENDPATH_PROFILE_ERROR_BROKEN,
  SENDPATH_PROFILE_ERROR_UNSAFE,
  SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
  SENDPATH_PROFILE_ERROR_EXISTS,
} SendpathProfileError;
GQuark sendpath_profile_error_quark (void);

/* Where the configuration is by PRODUCT.md section 5 ($SENDPATH_CONFIG, XDG, /etc); the file need not exist. */
char                 *sendpath_profile_store_dup_default_path (void);
SendpathProfileStore *sendpath_profile_store_new (const char *path);
/* Reads the file anew. On error the store keeps what it had. Starts no thread. */
gboolean              sendpath_profile_store_load (SendpathProfileStore *self, GError **error);
/* Writes what changed: comments, order and untouched lines stay; 0600, atomic, synced. Makes the folder. */
gboolean              sendpath_profile_store_save (SendpathProfileStore *self, GError **error);
const char           *sendpath_profile_store_get_path (SendpathProfileStore *self);

GListModel           *sendpath_profile_store_get_accounts (SendpathProfileStore *self);  /* borrowed */
GListModel           *sendpath_profile_store_get_locations (SendpathProfileStore *self); /* borrowed */
SendpathAccount      *sendpath_profile_store_get_account (SendpathProfileStore *self, const char *id);   /* borrowed, nullable */
SendpathLocation     *sendpath_profile_store_get_location (SendpathProfileStore *self, const char *id);  /* borrowed, nullable */
gboolean              sendpath_profile_store_add_account (SendpathProfileStore *self, SendpathAccount *account, GError **error);
gboolean              sendpath_profile_store_add_location (SendpathProfileStore *self, SendpathLocation *location, GError **error);
gboolean              sendpath_profile_store_remove_account (SendpathProfileStore *self, const char *id, GError **error);
gboolean              sendpath_profile_store_remove_location (SendpathProfileStore *self, const char *id, GError **error);

/* The account for a message: by @from, then aliases, then @sender (-f), then the location's `account`, then the
 * default one. Each may be NULL. Borrowed; NULL only if there are no accounts. @ret_matched: FALSE when it is only the
 * default (T-060). */
SendpathAccount      *sendpath_profile_store_match_account (SendpathProfileStore *self, const char *from,
                                                            const char *sender, SendpathLocation *location,
                                                            gboolean *ret_matched);
/* The first location that matches, borrowed, or NULL. @ret_keys: which keys did (GStrv). */
SendpathLocation     *sendpath_profile_store_match_location (SendpathProfileStore *self, SendpathNetwork *network,
                                                             char ***ret_keys);
/* Value of a [policy] or [serve] key, its default if not given. Borrowed. */
const char           *sendpath_profile_store_get_policy (SendpathProfileStore *self, const char *key);
guint64               sendpath_profile_store_get_policy_integer (SendpathProfileStore *self, const char *key);

G_END_DECLS
