/* Do the sections of a configuration fit together? */
#pragma once

#include "profiles/profile-file.h"

G_BEGIN_DECLS

/* FALSE and SENDPATH_PROFILE_ERROR_BROKEN, with line and section, if a key that is needed is
 * missing, two accounts are the default, or a name is named that is no account. */
gboolean profile_check_run (const ProfileFile *file, GError **error);

G_END_DECLS
