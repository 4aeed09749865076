/* The inside of a SendpathRelaying: for the engine's call that makes it, and for its sentences. */
#pragma once

#include "sendpath/recipient-domain.h"
#include "sendpath/relay-probe.h"
#include "sendpath/relaying.h"

G_BEGIN_DECLS

/* Whether a login could follow. */
typedef enum {
  RELAY_CREDENTIAL_NONE,    /* not asked for: no login is wanted, or none may be used */
  RELAY_CREDENTIAL_STORED,  /* in the keyring */
  RELAY_CREDENTIAL_COMMAND, /* a command prints it */
  RELAY_CREDENTIAL_LOCKED,  /* in a keyring that is locked */
  RELAY_CREDENTIAL_REFUSED, /* this one was refused before */
  RELAY_CREDENTIAL_MISSING,
} RelayCredential;

/* One server's answer, and what it means here. */
typedef struct {
  RelayProbe *probe;
  gboolean is_local; /* the recipient's domain is the server's own */
  RelayCredential credential;
  gboolean can_log_in; /* with that */
  gboolean can_pop;    /* a POP3 login is configured, could follow, and may be what it wants */
  SendpathRelayAnswer answer;
  gboolean can_leave; /* a message could leave here now */
  char *why;
} RelayServer;

struct _SendpathRelaying {
  char *to;
  char *account;        /* its id */
  char *account_domain; /* of its address */
  char *location;       /* nullable */
  char *network;
  gboolean is_connected; /* to more than this machine, and past any sign-in */
  gboolean is_portal;    /* the network wants one: nobody was asked */
  MailDomain domain;
  GPtrArray *servers;          /* RelayServer, as they would be tried */
  const RelayServer *decisive; /* of @servers, or NULL */
  char *barred;                /* why another relay may not have the message, or NULL */
  char *help;                  /* one more sentence about this very case, or NULL */
  char *summary;               /* what sendpath would do */
};

/* Empty; reference counted. */
SendpathRelaying *relaying_new (void);
void relay_server_free (RelayServer *server);

/* What @verdict means for the question, where @probe has the rest of the facts. */
SendpathRelayAnswer relaying_judge (const RelayProbe *probe, gboolean is_local);

/* relaying-text.c: newly allocated, translated. */

/* Why @server answered so: one or two sentences. */
char *relaying_dup_why (const SendpathRelaying *relaying, const RelayServer *server);
/* What sendpath would do: one sentence. */
char *relaying_dup_summary (const SendpathRelaying *relaying);

G_END_DECLS
