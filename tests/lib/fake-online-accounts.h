/* GNOME Online Accounts as a test wants it, with accounts that look like those of the real one. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FakeOnlineAccounts FakeOnlineAccounts;

typedef enum {
  FAKE_GOA_WELL = 0,
  FAKE_GOA_SILENT = 1 << 0,       /* takes questions and never answers */
  FAKE_GOA_SILENT_TOKEN = 1 << 1, /* the same once the account is found */
  FAKE_GOA_WRONG_TYPES = 1 << 2,  /* tells its accounts in another form */
  FAKE_GOA_WRONG_TOKEN = 1 << 3,  /* and its token */
  FAKE_GOA_EMPTY_TOKEN = 1 << 6,
  FAKE_GOA_EXPIRED = 1 << 4,      /* the token is an old one until the credentials were ensured */
  FAKE_GOA_NO_RENEWAL = 1 << 5,   /* which the provider refuses */
} FakeOnlineAccountsFlags;

/* Serves on the session bus, in the thread of its connection. @objects: what GetManagedObjects says,
 * as GVariant text of type a{oa{sa{sv}}}. */
FakeOnlineAccounts *fake_online_accounts_new (FakeOnlineAccountsFlags flags, const char *objects,
                                              const char *token);
void                fake_online_accounts_free (FakeOnlineAccounts *accounts);

/* The methods that were called since, in order: `list`, `ensure`, `token`, separated by spaces. */
char               *fake_online_accounts_steal_calls (FakeOnlineAccounts *accounts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeOnlineAccounts, fake_online_accounts_free)

G_END_DECLS
