/* How an import makes what it found. */
#pragma once

#include "profiles/import-draft.h"

G_BEGIN_DECLS

/* @account, @twin and @place may be NULL; moves the notes. */
SendpathImported *imported_new (SendpathAccount *account, const char *twin, GPtrArray *notes,
                                const ImportDraft *draft);

G_END_DECLS
