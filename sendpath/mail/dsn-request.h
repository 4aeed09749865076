/* What the one who hands a message in wants to be told of it (RFC 3461): when, with how much of the
 * message, under which name. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A set; empty: nothing was said, and the account decides. */
typedef enum {
  DSN_NOTIFY_NEVER = 1 << 0,
  DSN_NOTIFY_SUCCESS = 1 << 1,
  DSN_NOTIFY_FAILURE = 1 << 2,
  DSN_NOTIFY_DELAY = 1 << 3,
} DsnNotify;

typedef struct {
  DsnNotify notify;
  const char *ret; /* "FULL", "HDRS" or NULL; static */
  char *envid;     /* visible ASCII and spaces, or NULL; owned */
} DsnRequest;

void dsn_request_copy (DsnRequest *to, const DsnRequest *from);
void dsn_request_clear (DsnRequest *request);

/* `never`, or some of `success`, `failure`, `delay` with commas between them, in any case. FALSE
 * for anything else. */
gboolean dsn_request_read_notify (DsnRequest *request, const char *text);
/* `full` or `hdrs`. */
gboolean dsn_request_read_ret (DsnRequest *request, const char *text);
/* As it is, and as ENVID= has it, in xtext; at most 100 characters of xtext (RFC 3461 section 4.4). */
gboolean dsn_request_set_envid (DsnRequest *request, const char *envid);
gboolean dsn_request_read_envid (DsnRequest *request, const char *xtext);

/* As NOTIFY wants it; NULL for an empty set. Whoever wants to be told of anything is not told
 * never. */
char *dsn_notify_to_string (DsnNotify notify);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsnRequest, dsn_request_clear)

G_END_DECLS
