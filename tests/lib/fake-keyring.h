/* A Secret Service that misbehaves on demand, with one item, for what no real keyring does. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  FAKE_KEYRING_PLAIN = 0,
  FAKE_KEYRING_LOCKED = 1 << 0,  /* until its owner agrees to a prompt */
  FAKE_KEYRING_REFUSES = 1 << 1, /* the owner does not agree */
  FAKE_KEYRING_DIES = 1 << 2,    /* leaves the bus when it is searched, without an answer */
} FakeKeyringFlags;

typedef struct _FakeKeyring FakeKeyring;

/* Serves on the session bus, in a thread of its own. The one item has @attributes, pairs of name and
 * value, and is found whatever is searched for. */
FakeKeyring *fake_keyring_new (FakeKeyringFlags flags, const char *secret,
                               const char *const *attributes);
void         fake_keyring_free (FakeKeyring *keyring);

/* How often somebody was asked. */
guint        fake_keyring_get_n_prompts (FakeKeyring *keyring);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeKeyring, fake_keyring_free)

G_END_DECLS
