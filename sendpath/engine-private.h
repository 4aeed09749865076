/* The inside of the engine, for its own files. */
#pragma once

#include "sendpath/engine.h"
#include "sendpath/outbox/deliverer.h"
#include "sendpath/outbox/outbox.h"
#include "sendpath/outbox/schedule.h"
#include "sendpath/password-source.h"
#include "sendpath/relay-answers.h"
#include "sendpath/relay-identity.h"
#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

struct _SendpathEngine {
  GObject parent_instance;
  SendpathProfileStore *profiles; /* of the host's thread: others have engine_dup_profiles() */
  char *outbox_dir;
  char *state_dir;
  GMutex mutex; /* of what follows, up to @passwords: the host may set it at any time */
  SendpathNetwork *network; /* as given, or read when first needed */
  gboolean network_is_given; /* the host follows it */
  char *location;
  guint patience_s;
  PasswordSource *passwords; /* NULL: the keyring */
  RelayAnswers *answers;
  Deliverer *standby; /* NULL: nobody; it goes on when this is freed */
};

/* The errors of the outbox, the mail room, the keyring and the deliverer in the words of the
 * public face. */
void engine_translate_error (GError **error);
Outbox *engine_open_outbox (SendpathEngine *self, GError **error);
/* Tells whoever looks after the outbox, if there is one, what happened. */
void engine_tell_event (SendpathEngine *self, ScheduleEvent event);

/* The profiles as they stand, the caller's own; what is borrowed from them lives no longer. This and what
 * follows: in any thread. */
SendpathProfileStore *engine_dup_profiles (SendpathEngine *self);
/* As the host set it; NULL: it did not. */
SendpathNetwork *engine_dup_given_network (SendpathEngine *self);
/* That, or what was read first. */
SendpathNetwork *engine_dup_network (SendpathEngine *self);
char *engine_dup_given_location (SendpathEngine *self);
guint engine_get_patience_s (SendpathEngine *self);
/* NULL: the keyring; to be unreferenced. */
PasswordSource *engine_ref_passwords (SendpathEngine *self);
/* Id of the location of @profiles chosen by hand, here or for good; NULL if the network tells. */
char *engine_dup_chosen_location (SendpathEngine *self, SendpathProfileStore *profiles);
/* The same by sendpath_engine_use_location() alone. */
char *engine_dup_kept_location (SendpathEngine *self, SendpathProfileStore *profiles);
/* The location of @profiles where @network is, or the one chosen by hand; borrowed, or NULL. */
SendpathLocation *engine_find_location (SendpathEngine *self, SendpathProfileStore *profiles,
                                        SendpathNetwork *network);
/* The account of that id, or if @account is NULL the one that @from and @sender (nullable) choose, or
 * @location prefers; borrowed. NULL: NO_ACCOUNT. */
SendpathAccount *engine_find_account (SendpathProfileStore *profiles, const char *account,
                                      const char *from, const char *sender,
                                      SendpathLocation *location, GError **error);

/* RelayDecision of that network. */
GPtrArray *engine_read_approvals (SendpathEngine *self, SendpathNetwork *network);
/* What @relay shows on that network; @ret_key: of what is not trusted for its name, or NULL. */
RelayIdentity engine_look_at_relay (SendpathEngine *self, SendpathNetwork *network,
                                    const WalkRelay *relay, const Trace *trace,
                                    GCancellable *cancellable, char **ret_key);
/* Sets NOT_FOUND: what @host showed is not trusted, and how it is approved all the same. */
void engine_set_untrusted_key (const char *host, const char *key, GError **error);
/* Keeps HERE and NEVER for the network of @relay. */
gboolean engine_keep_choice (SendpathEngine *self, const WalkRelay *relay, const char *key,
                             SendpathRelayChoice choice, GError **error);
/* To more than this machine, and past any sign-in. */
gboolean engine_is_connected (SendpathNetwork *network);

G_END_DECLS
