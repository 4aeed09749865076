/* A mail server that somebody named who was asked, before it is anybody's account. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char    *host;   /* lower case */
  guint16  port;
  gboolean is_tls; /* from the first byte; else STARTTLS. There is no other. */
  char    *user;   /* login name; NULL: not said */
  gboolean wants_oauth2;
  gboolean own_network_only;
} FoundServer;

/* NULL if no account should have it: a bad name, an address, a name of this machine or of a local
 * network, port 0. */
FoundServer *found_server_new (const char *host, guint port, gboolean is_tls);
void         found_server_free (FoundServer *server);

/* TRUE if @host is @domain or a host in it. */
gboolean     found_server_is_within (const char *host, const char *domain);

/* What an account says of the first of @servers, (element-type FoundServer), best first: the values
 * of `smtp` or `pop`, and of its `security`: NULL if `auto` means the same. A host that is there on
 * both usual ports is named without one. */
char        *found_servers_dup_value (GPtrArray *servers, guint16 tls_port, guint16 starttls_port,
                                      const char **ret_security);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoundServer, found_server_free)

G_END_DECLS
