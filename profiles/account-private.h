/* What the profile store sees of an account, and nobody else. */
#pragma once

#include "profiles/account.h"
#include "profiles/key-values.h"

G_BEGIN_DECLS

/* How closely an address belongs to an account; more is closer. */
typedef enum {
  ACCOUNT_RANK_NONE,
  ACCOUNT_RANK_DOMAIN,  /* `*@domain` among the aliases */
  ACCOUNT_RANK_ALIAS,
  ACCOUNT_RANK_ADDRESS,
} AccountRank;

AccountRank account_rank (SendpathAccount *self, const char *address);
KeyValues  *account_get_values (SendpathAccount *self);

G_END_DECLS
