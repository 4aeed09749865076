/* Takeover: the accounts of Claws Mail that send through sendpath. */
#pragma once

#include <glib.h>
#include <prefs_account.h>

typedef struct _Takeover Takeover;

Takeover *takeover_new (void);
void takeover_free (Takeover *takeover);

gboolean takeover_has (const Takeover *takeover, const PrefsAccount *account);
void takeover_choose (Takeover *takeover, PrefsAccount *account, gboolean is_chosen);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Takeover, takeover_free)
