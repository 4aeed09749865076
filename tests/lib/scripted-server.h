/* A server on 127.0.0.1 that plays a dialogue (dialogue.h) and keeps what the client said. One
 * thread, one connection at a time. */
#pragma once

#include "tests/lib/dialogue.h"
#include "tests/lib/test-certs.h"

G_BEGIN_DECLS

typedef struct _ScriptedServer ScriptedServer;

/* Cut everywhere: 2·k closes the connection before step k of the dialogue (counted from 0 over
 * all its connections, comments and `---` left out), 2·k + 1 in the middle of it: half of what
 * the server says is sent; what the client says is not read and the connection is reset. After
 * the cut the next connection plays the same lines again, whole. */
#define SCRIPTED_SERVER_NO_CUT (-1)

/* Listens when this returns. */
ScriptedServer *scripted_server_new (const char *dialogue, int cut_at);
/* The same on 127.0.0.1 and ::1, at one port; NULL where there is no IPv6. */
ScriptedServer *scripted_server_new_for_both_families (const char *dialogue);
/* At that address (IPv4) and port, uncut: for tests in a network of their own. */
ScriptedServer *scripted_server_new_at (const char *dialogue, const char *address, guint16 port);
/* The number of cuts that @dialogue has. */
int             scripted_server_count_cuts (const char *dialogue);
/* Ends at once. */
void            scripted_server_free (ScriptedServer *server);

/* For `!tls`: before the client connects; @certs must outlive the server. */
void            scripted_server_set_certs (ScriptedServer *server, TestCerts *certs);
guint16         scripted_server_get_port (const ScriptedServer *server);

/* For `!hold`: waits until the dialogue stands at one, and lets it go on. */
void            scripted_server_wait_for_hold (ScriptedServer *server);
void            scripted_server_let_go (ScriptedServer *server);

/* Waits until the dialogue is over (with a cut: until the connection is), ends the server and
 * tells the first thing that was not as written, or NULL. Newly allocated. */
char           *scripted_server_finish (ScriptedServer *server);
/* All as written, or the test fails. */
void            scripted_server_assert_played (ScriptedServer *server);

/* What follows is whole after scripted_server_finish(). */
guint           scripted_server_count_connections (ScriptedServer *server);
/* All that the client sent, inside TLS as plain text. */
GBytes         *scripted_server_dup_received (ScriptedServer *server);
/* TRUE if @needle is in that, or its base64 at any offset. */
gboolean        scripted_server_has_received (ScriptedServer *server, const char *needle);
/* Messages that came whole with their final dot, as they were on the wire without it. */
guint           scripted_server_count_bodies (ScriptedServer *server);
GBytes         *scripted_server_dup_body (ScriptedServer *server, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptedServer, scripted_server_free)

G_END_DECLS
