/* What servers has this address? */
#pragma once

#include "profiles/providers.h"

G_BEGIN_DECLS

/* Who said so; the better one comes first. */
typedef enum {
  SERVER_SOURCE_PROVIDER,    /* our own table, by the address's domain */
  SERVER_SOURCE_AUTOCONFIG,  /* the address's domain, over HTTPS */
  SERVER_SOURCE_ISPDB,       /* Mozilla's list, over HTTPS, by the address's domain */
  SERVER_SOURCE_SRV,         /* the name servers (RFC 6186, RFC 8314): not protected */
  SERVER_SOURCE_MX_PROVIDER, /* our own table, by the mail server that the name servers name */
  SERVER_SOURCE_MX_ISPDB,    /* Mozilla's list, by that mail server */
} ServerSource;

#define SERVER_SOURCE_COUNT (SERVER_SOURCE_MX_ISPDB + 1)

/* What was found. Values are those of an account's keys; NULL: the key's default is right. */
typedef struct {
  ServerSource source;
  char        *place;    /* a URL, the mail server, or NULL */
  Provider    *provider; /* if it is one that we know */
  char        *smtp;     /* NULL only if the provider has none for mail programs */
  char        *security;
  char        *user;
  char        *auth;
  char        *pop;
  char        *pop_security;
  char        *pop_user;
  gboolean     own_network_only;
} ServerFinding;

/* Where HTTPS listens; tests have no port of their own. */
typedef struct {
  guint   timeout_ms;
  guint16 https_port; /* 0: 443 */
} ServerFinderOptions;

#define SERVER_FINDER_MS 10000

/* Asks the table, and if that knows nothing the network: the address goes to its own domain only,
 * the name of the domain to Mozilla's list. Blocks, at most the options' time. NULL: nothing was
 * found. */
ServerFinding *server_finder_find (const char *address, const ServerFinderOptions *options,
                                   GCancellable *cancellable, GError **error);
void           server_finding_free (ServerFinding *finding);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerFinding, server_finding_free)

G_END_DECLS
