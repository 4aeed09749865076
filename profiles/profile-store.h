/* SendpathProfileStore: the configuration file: load, check, match, save. */
#pragma once

#include "profiles/account.h"
#include "profiles/location.h"
#include "profiles/network.h"
#include "profiles/profile-keys.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_PROFILE_STORE (sendpath_profile_store_get_type ())
G_DECLARE_FINAL_TYPE (SendpathProfileStore, sendpath_profile_store, SENDPATH, PROFILE_STORE,
                      GObject)

char *sendpath_profile_store_dup_default_path (void);
SendpathProfileStore *sendpath_profile_store_new (const char *path);
SendpathProfileStore *sendpath_profile_store_new_empty (void);
gboolean sendpath_profile_store_load (SendpathProfileStore *self, GError **error);
gboolean sendpath_profile_store_save (SendpathProfileStore *self, GError **error);
const char *sendpath_profile_store_get_path (SendpathProfileStore *self);

GListModel *sendpath_profile_store_get_accounts (SendpathProfileStore *self);
GListModel *sendpath_profile_store_get_locations (SendpathProfileStore *self);
SendpathAccount *sendpath_profile_store_get_account (SendpathProfileStore *self, const char *id);
SendpathLocation *sendpath_profile_store_get_location (SendpathProfileStore *self, const char *id);
gboolean sendpath_profile_store_add_account (SendpathProfileStore *self, SendpathAccount *account,
                                             GError **error);
gboolean sendpath_profile_store_add_location (SendpathProfileStore *self,
                                              SendpathLocation *location, GError **error);
gboolean sendpath_profile_store_remove_account (SendpathProfileStore *self, const char *id,
                                                GError **error);
gboolean sendpath_profile_store_remove_location (SendpathProfileStore *self, const char *id,
                                                 GError **error);

SendpathAccount *sendpath_profile_store_match_account (SendpathProfileStore *self, const char *from,
                                                       const char *sender,
                                                       SendpathLocation *location,
                                                       gboolean *ret_matched);
SendpathLocation *sendpath_profile_store_match_location (SendpathProfileStore *self,
                                                         SendpathNetwork *network,
                                                         char ***ret_keys);
const char *sendpath_profile_store_get_policy (SendpathProfileStore *self, const char *key);
guint64 sendpath_profile_store_get_policy_integer (SendpathProfileStore *self, const char *key);
gboolean sendpath_profile_store_set_policy (SendpathProfileStore *self, const char *key,
                                            const char *value, GError **error);

G_END_DECLS
