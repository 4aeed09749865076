/* The server's end of one connection: plain or TLS, blocking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TestLink TestLink;

/* Takes @fd. */
TestLink *test_link_new (int fd);
/* Closes; with @hard the peer gets a reset. */
void      test_link_close (TestLink *link, gboolean hard);

/* FALSE: the client is gone. */
gboolean  test_link_send (TestLink *link, const char *bytes, gsize length);
/* Appends what comes next. FALSE: the client is gone. */
gboolean  test_link_receive (TestLink *link, GByteArray *input);

/* Reads nothing until this end is shut down. */
void      test_link_stall (TestLink *link);

/* @options: words after the certificate in a `!tls` line. FALSE: no handshake. */
gboolean  test_link_start_tls (TestLink *link, const char *cert_file, const char *const *options);
/* That handshake went on from a ticket. */
gboolean  test_link_is_resumed (TestLink *link);
void      test_link_renegotiate (TestLink *link);
/* Says that nothing more will be sent. */
void      test_link_finish (TestLink *link);

G_END_DECLS
