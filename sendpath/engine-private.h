/* The inside of the engine, for its own files. */
#pragma once

#include "sendpath/engine.h"
#include "sendpath/outbox/deliverer.h"
#include "sendpath/outbox/outbox.h"
#include "sendpath/outbox/schedule.h"
#include "sendpath/relay-answers.h"
#include "sendpath/relay-identity.h"
#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

struct _SendpathEngine {
  GObject parent_instance;
  SendpathProfileStore *profiles;
  SendpathNetwork *network; /* as given, or read when first needed */
  gboolean network_is_given; /* the host follows it */
  char *outbox_dir;
  char *state_dir;
  char *location;
  guint patience_s;
  RelayAnswers *answers;
  Deliverer *standby; /* NULL: nobody; it goes on when this is freed */
};

/* The errors of the outbox, the mail room, the keyring and the deliverer in the words of the
 * public face. */
void engine_translate_error (GError **error);
Outbox *engine_open_outbox (SendpathEngine *self, GError **error);
/* Tells whoever looks after the outbox, if there is one, what happened. */
void engine_tell_event (SendpathEngine *self, ScheduleEvent event);
/* Id of the location chosen by hand, here or for good; NULL if the network tells. */
char *engine_dup_chosen_location (SendpathEngine *self);
/* The same by sendpath_engine_use_location() alone: for any thread. */
char *engine_dup_kept_location (SendpathEngine *self);
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
