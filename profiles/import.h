/* The accounts that other mail programs have. */
#pragma once

#include "profiles/imported.h"
#include "profiles/profile-store.h"

G_BEGIN_DECLS

const char *const *sendpath_import_get_programs (void);
GPtrArray         *sendpath_import_read (const char *program, const char *path,
                                         SendpathProfileStore *profiles, GError **error);

G_END_DECLS
