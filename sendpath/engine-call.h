/* One call of the engine while it runs: where its signals are emitted, how questions are asked,
 * how it waits. */
#pragma once

#include "profiles/network-guard.h"
#include "sendpath/engine.h"
#include "sendpath/password-source.h"
#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

typedef struct _EngineCall EngineCall;

struct _EngineCall {
  SendpathEngine *engine;
  GMainContext *context;     /* where signals go; NULL: here, the call blocks its caller */
  GCancellable *cancellable; /* nullable */
  SendpathNetwork *network;  /* when it began; NULL: the present one */
  gulong guard_id;           /* of the handler that tells a guard */
  char *location;            /* chosen by hand when it began, or NULL */
  gboolean location_is_given; /* by the host, and for the whole call */
  SendpathProfileStore *profiles; /* as they stood when it began; its own */
  guint profiles_version;    /* of that */
  PasswordSource *passwords; /* of the host, or NULL */
  EngineCall *base;          /* the call that this one is a thread of; NULL: it is none */
  const char *message;       /* id of the message under way, for its progress; NULL: nobody is told */
  gint64 progress_us;        /* monotonic: when that was told last */
  gboolean may_ask;          /* somebody is there to be asked, by us or by the keyring */
  gboolean keyring_is_down;  /* it did not answer once: not asked again in this call */
  gboolean desktop_is_down;  /* the same of its accounts */
  GMutex asking;             /* held while somebody is asked about a relay */
  GHashTable *kept;          /* set of networks about whose relays they want to hear no more */
  WalkHost host;
  Trace trace;
};

/* @is_async: signals are emitted in the thread-default context of now. The call must not move in
 * memory. */
void engine_call_init (EngineCall *call, SendpathEngine *engine, gboolean is_async,
                       GCancellable *cancellable);
/* The same for another thread of the call @base, which must outlive it, in @network: signals are emitted
 * in @context. */
void engine_call_init_beside (EngineCall *call, EngineCall *base, SendpathNetwork *network,
                              GMainContext *context);
/* Whether another location was chosen by hand since, or the profiles were changed. */
gboolean engine_call_is_elsewhere (EngineCall *call);
void engine_call_clear (EngineCall *call);
/* Emits `message-changed`. */
void engine_call_tell_change (EngineCall *call, SendpathReport *report);
/* Stops what is done on this network when the machine has left it, until engine_call_unguard(). */
NetworkGuard *engine_call_guard (EngineCall *call);
void engine_call_unguard (EngineCall *call);
/* Means the network that the engine knows, rather than the present one. */
void engine_call_stay (EngineCall *call);
/* Goes on from the network that the machine is on now. */
void engine_call_move (EngineCall *call);
/* Where the call is made; borrowed. The location is NULL where none is known. */
SendpathNetwork *engine_call_get_network (EngineCall *call);
SendpathLocation *engine_call_get_location (EngineCall *call);

/* Takes @request over: somebody is asked, in the caller's context. */
void engine_call_emit_request (EngineCall *call, SendpathRequest *request);
/* Asks whether @relay, which shows @key if that is not trusted for its name, may be used; KEEP if nobody
 * says. */
SendpathRelayChoice engine_call_ask_relay (EngineCall *call, const WalkRelay *relay,
                                           const char *key);
/* WalkHost.choose_relay */
SendpathRelayChoice engine_call_choose_relay (EngineCall *call, const WalkRelay *relay,
                                              char **ret_key);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EngineCall, engine_call_clear)

G_END_DECLS
