/* A web server on this machine, in a thread of its own. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _HttpsServer HttpsServer;

/* What it says of one path of one host; everything else is 404. */
typedef struct {
  const char *host; /* as asked for; NULL: any */
  const char *path;
  guint       status;   /* 0: 200 */
  const char *location; /* NULL: none; `{port}` is filled in */
  const char *body;     /* NULL: empty */
  gsize       pad;      /* that many spaces after the body */
} HttpsPage;

/* @certificate: a file with certificate and key, NULL: plain HTTP. @pages ends in a row without a
 * path, and must outlive the server. */
HttpsServer *https_server_new (const char *certificate, const HttpsPage *pages);
void         https_server_free (HttpsServer *server);
guint16      https_server_get_port (HttpsServer *server);
/* What was asked so far: `HOST PATH?QUERY` a line. */
char        *https_server_dup_log (HttpsServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpsServer, https_server_free)

G_END_DECLS
