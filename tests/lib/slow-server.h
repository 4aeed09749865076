/* A mail server on 127.0.0.1 that takes everything from any number of connections at once, slowly, and
 * counts them. It checks nothing of what it is told. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SlowServer SlowServer;

typedef struct {
  guint delay_ms;  /* before each message is taken */
  guint n_most;    /* connections at a time; whoever comes beyond that is sent away with 421; 0: any */
  gboolean says_so_late; /* to MAIL, in place of a greeting */
  void (*before_taken) (gpointer data); /* in the thread of the connection; or NULL */
  gpointer data;
} SlowServerOptions;

SlowServer *slow_server_new (const SlowServerOptions *options);
/* Ends when all its connections have. */
void        slow_server_free (SlowServer *server);
guint16     slow_server_get_port (const SlowServer *server);

guint       slow_server_count_messages (SlowServer *server);
guint       slow_server_count_connections (SlowServer *server);
/* Those that were sent away; they are no connections. */
guint       slow_server_count_refused (SlowServer *server);
/* The largest number at a time. */
guint       slow_server_get_most (SlowServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SlowServer, slow_server_free)

G_END_DECLS
