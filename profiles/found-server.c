/* A mail server that somebody named who was asked.
 *
 * Looks at names and ports only; connects to nobody and resolves nothing. */
#include "config.h"

#include "profiles/found-server.h"

#include <gio/gio.h>
#include <string.h>

#include "profiles/profile-address.h"

/* Names that mean this machine or the local network, and never a provider (RFC 6761, 6762,
 * 8375). */
static const char *const local_domains[] = { "localhost", "local",     "localdomain", "lan",
                                             "internal",  "home.arpa", "invalid",     "onion" };

gboolean
found_server_is_within (const char *host, const char *domain)
{
  gsize host_length = strlen (host), length = strlen (domain);

  if (host_length <= length)
    return g_ascii_strcasecmp (host, domain) == 0;
  return host[host_length - length - 1] == '.' &&
         g_ascii_strcasecmp (host + host_length - length, domain) == 0;
}

static gboolean
is_good_name (const char *host)
{
  if (!profile_host_is_valid (host) || strchr (host, '.') == NULL ||
      g_hostname_is_ip_address (host))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (local_domains); i++)
    if (found_server_is_within (host, local_domains[i]))
      return FALSE;
  /* `192.0.2.1.` and `0x7f.1` are addresses to some resolvers */
  return !g_ascii_isdigit (strrchr (host, '.')[1]);
}

/* ASCII, lower case, without the dot at the end; NULL if it cannot be. */
static char *
dup_plain (const char *host)
{
  g_autofree char *ascii = g_utf8_validate (host, -1, NULL) ? g_hostname_to_ascii (host) : NULL;
  char *plain = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;

  if (plain != NULL && g_str_has_suffix (plain, "."))
    plain[strlen (plain) - 1] = '\0';
  return plain;
}

FoundServer *
found_server_new (const char *host, guint port, gboolean is_tls)
{
  g_autofree char *plain = dup_plain (host);
  FoundServer *server;

  if (plain == NULL || !is_good_name (plain) || port == 0 || port > G_MAXUINT16)
    return NULL;
  server = g_new0 (FoundServer, 1);
  server->host = g_steal_pointer (&plain);
  server->port = (guint16) port;
  server->is_tls = is_tls;
  return server;
}

void
found_server_free (FoundServer *server)
{
  if (server == NULL)
    return;
  g_free (server->host);
  g_free (server->user);
  g_free (server);
}

static gboolean
has (GPtrArray *servers, const char *host, guint16 port, gboolean is_tls)
{
  for (guint i = 0; i < servers->len; i++)
    {
      const FoundServer *server = servers->pdata[i];

      if (server->port == port && server->is_tls == is_tls && g_str_equal (server->host, host))
        return TRUE;
    }
  return FALSE;
}

char *
found_servers_dup_value (GPtrArray *servers, guint16 tls_port, guint16 starttls_port,
                         const char **ret_security)
{
  const FoundServer *best = servers->pdata[0];

  *ret_security = NULL;
  if (has (servers, best->host, tls_port, TRUE) && has (servers, best->host, starttls_port, FALSE))
    return g_strdup (best->host);
  /* `auto` is TLS on its own port and STARTTLS on every other */
  if (best->is_tls != (best->port == tls_port))
    *ret_security = best->is_tls ? "tls" : "starttls";
  return g_strdup_printf ("%s:%u", best->host, best->port);
}
