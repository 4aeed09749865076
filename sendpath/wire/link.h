/* Bytes over one connection, plain or TLS: absolute deadlines, cancel, bounds, sticky failure. One
 * thread, one link. It knows neither libetpan nor a protocol. */
#pragma once

#include <gio/gio.h>

#include "sendpath/wire/reply.h"
#include "sendpath/wire/trace.h"

G_BEGIN_DECLS

typedef struct _Link Link;

/* What stream.h says of the functions of the same name holds for these. */
Link          *link_new (GSocketConnection *connection, const Trace *trace,
                         GCancellable *cancellable);
void           link_free (Link *link);
void           link_set_deadline (Link *link, guint seconds);
void           link_set_shielded (Link *link, gboolean is_shielded);
void           link_renew_budget (Link *link);
gboolean       link_was_heard_within (const Link *link, guint seconds);

/* What has come, up to @size bytes and the budget. -1: dead, or nothing there and not @may_wait
 * (then the deadline does not count). Never 0: the end of the connection is a failure. */
gssize         link_read (Link *link, void *buffer, gsize size, gboolean may_wait);
/* All of it, or dead. Renews the budget. */
gboolean       link_write (Link *link, const void *buffer, gsize size);
GSource       *link_create_input_source (Link *link);

/* There must be no unread input. */
gboolean       link_start_tls (Link *link, const char *identity, const char *pin);
void           link_start_tls_async (Link *link, const char *identity, const char *pin,
                                     GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer data);
gboolean       link_start_tls_finish (Link *link, GAsyncResult *result);
gboolean       link_is_tls (const Link *link);
GBytes        *link_get_channel_binding (Link *link, GTlsChannelBindingType type);

char          *link_dup_peer_key (const Link *link);

gboolean       link_is_dead (const Link *link);
void           link_fail (Link *link, SendpathFault fault, const char *text);
SendpathReply *link_dup_failure (const Link *link);

const Trace   *link_get_trace (const Link *link);
GInetAddress  *link_get_remote_address (const Link *link);
GInetAddress  *link_get_local_address (const Link *link);
int            link_get_fd (const Link *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Link, link_free)

G_END_DECLS
