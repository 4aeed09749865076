/* What the tests see of the profile store, and nobody else. */
#pragma once

#include "profiles/profile-store.h"

G_BEGIN_DECLS

/* A store for the user whose own file is @own, or would be, where the file for all is @system. */
SendpathProfileStore *profile_store_new_for_user (const char *own, const char *system);

G_END_DECLS
