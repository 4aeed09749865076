/* What the engine and the tests see of the profile store, and nobody else. */
#pragma once

#include "profiles/profile-store.h"

G_BEGIN_DECLS

/* A store for the user whose own file is @own, or would be, where the file for all is @system. */
SendpathProfileStore *profile_store_new_for_user (const char *own, const char *system);

/* How errors call it: its path, or the name of the program that keeps it. */
const char *profile_store_get_name (SendpathProfileStore *self);

/* From now on profile_store_dup_frozen() is kept up to date. In the thread of @self. */
void profile_store_follow (SendpathProfileStore *self);
/* A copy of @self as it stands, the caller's own: in any thread, after profile_store_follow(). */
SendpathProfileStore *profile_store_dup_frozen (SendpathProfileStore *self, guint *ret_version);
/* Nothing changed since that copy was made: in any thread. */
gboolean profile_store_is_version (SendpathProfileStore *self, guint version);

G_END_DECLS
