/* A server on loopback that talks in lines. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One connection, with TLS from the first byte if the server has a certificate. */
typedef struct _DemoLink DemoLink;

/* What the client said, without the line end; NULL: it is gone. */
char *demo_link_read (DemoLink *link);
/* Adds the line end. */
void demo_link_say (DemoLink *link, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Talks with one client until it returns; runs in the server's thread. */
typedef void (*DemoDialogue) (DemoLink *link, gpointer data);

typedef struct _DemoServer DemoServer;

/* Listens on 127.0.0.1, on a port that the kernel picks, and serves one client after the other.
 * @certificate: NULL for plain text. */
DemoServer *demo_server_new (GTlsCertificate *certificate, DemoDialogue dialogue, gpointer data,
                             GError **error);
guint16 demo_server_get_port (DemoServer *server);
/* Ends the conversation that is going on, and waits for its thread. */
void demo_server_free (DemoServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoServer, demo_server_free)

G_END_DECLS
