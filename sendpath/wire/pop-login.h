/* A POP3 login and nothing else: libetpan's mailpop3 over our stream; USER and PASS or a
 * token inside TLS, then QUIT. */
#pragma once

#include "profiles/secrets.h"
#include "sendpath/wire/race.h"

G_BEGIN_DECLS

typedef struct {
  const char     *user;
  gboolean        allow_cleartext;
  const char     *tls_pin;
  const Trace    *trace;
  guint           patience_s;
  GSocketFamily   family;  /* that of the SMTP connection; INVALID: any */
  GSocketFamily   learned; /* which one to try first then; INVALID: not known */
  GResolver      *resolver;
  const char *const *own; /* our addresses (CIDR); nullable */
  /* Called once TLS is verified; NULL result: no credential. */
  SendpathSecret *(*get_secret) (gpointer data, GError **error);
  gpointer        data;
} PopLoginOptions;

/* Logs in at the first endpoint that answers. The result (never NULL) tells endpoint, address,
 * phase and reply (code 0 and fault NONE with text `+OK…` on success: see pop_login_succeeded()).
 * Its stream is NULL. */
Runner  *pop_login_run (GPtrArray *endpoints, const PopLoginOptions *options,
                        GCancellable *cancellable);
gboolean pop_login_succeeded (const Runner *result);

G_END_DECLS
