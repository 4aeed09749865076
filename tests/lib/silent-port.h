/* A port on 127.0.0.1 that is there and never answers a connect: its queue is full, as a firewall
 * that drops would seem. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SilentPort SilentPort;

SilentPort *silent_port_new (void);
void        silent_port_free (SilentPort *silent);
guint16     silent_port_get_port (const SilentPort *silent);

/* A port that nobody listens on: connects are refused. */
guint16     silent_port_find_closed (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SilentPort, silent_port_free)

G_END_DECLS
