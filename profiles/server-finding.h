/* ServerFinding: the servers that were found for an address, and who said so. */
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

/* The usual ports: TLS from the first byte, and STARTTLS. */
enum { PORT_SMTPS = 465, PORT_SUBMISSION = 587, PORT_POP3S = 995, PORT_POP3 = 110 };

/* Takes @provider. */
ServerFinding *server_finding_new_for_provider (ServerSource source, const char *place,
                                                Provider *provider, const char *address);
/* @smtp and @pop: (element-type FoundServer), best first; @smtp has at least one. */
ServerFinding *server_finding_new_for_servers (ServerSource source, const char *place,
                                               GPtrArray *smtp, GPtrArray *pop,
                                               const char *address);
void           server_finding_free (ServerFinding *finding);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerFinding, server_finding_free)

G_END_DECLS
