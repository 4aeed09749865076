/* Reads the text of sendpath.conf. */
#pragma once

#include "profiles/profile-file.h"

G_BEGIN_DECLS

/* GKeyFile syntax, strictly: only sections and keys of the table, none twice, only good values.
 * NULL and SENDPATH_PROFILE_ERROR_BROKEN, whose message begins `NAME:LINE: `. */
ProfileFile *profile_parser_run (const char *name, GBytes *text, GError **error);

G_END_DECLS
