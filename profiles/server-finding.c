/* ServerFinding: what was found, as values of an account's keys.
 *
 * Only puts facts into another form: who said so was asked before, and who believes it decides
 * later. */
#include "config.h"

#include "profiles/server-finding.h"

#include <string.h>

#include "profiles/found-server.h"

void
server_finding_free (ServerFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->place);
  provider_free (finding->provider);
  g_free (finding->smtp);
  g_free (finding->security);
  g_free (finding->user);
  g_free (finding->auth);
  g_free (finding->pop);
  g_free (finding->pop_security);
  g_free (finding->pop_user);
  g_free (finding);
}

static ServerFinding *
new_finding (ServerSource source, const char *place)
{
  ServerFinding *finding = g_new0 (ServerFinding, 1);

  finding->source = source;
  finding->place = g_strdup (place);
  return finding;
}

ServerFinding *
server_finding_new_for_provider (ServerSource source, const char *place, Provider *provider,
                                 const char *address)
{
  ServerFinding *finding = new_finding (source, place);

  finding->provider = provider;
  finding->smtp = g_strdup (provider->smtp);
  finding->security = g_strdup (provider->security);
  finding->pop = g_strdup (provider->pop);
  finding->own_network_only = provider->own_network_only;
  if (provider->user_is_local_part)
    finding->user = g_strndup (address, strrchr (address, '@') - address);
  if (provider->login == PROVIDER_LOGIN_OAUTH2)
    finding->auth = g_strdup ("xoauth2");
  return finding;
}

static char *
dup_unless_equal (const char *user, const char *fallback)
{
  return user != NULL && !g_str_equal (user, fallback) ? g_strdup (user) : NULL;
}

ServerFinding *
server_finding_new_for_servers (ServerSource source, const char *place, GPtrArray *smtp,
                                GPtrArray *pop, const char *address)
{
  ServerFinding *finding = new_finding (source, place);
  const FoundServer *best = smtp->pdata[0];
  const char *security;

  finding->smtp = found_servers_dup_value (smtp, PORT_SMTPS, PORT_SUBMISSION, &security);
  finding->security = g_strdup (security);
  finding->user = dup_unless_equal (best->user, address);
  finding->auth = best->wants_oauth2 ? g_strdup ("xoauth2") : NULL;
  finding->own_network_only = best->own_network_only;
  finding->provider = providers_find_by_server (best->host);
  if (pop->len > 0)
    {
      const FoundServer *pop_best = pop->pdata[0];
      const char *user = finding->user != NULL ? finding->user : address;

      finding->pop = found_servers_dup_value (pop, PORT_POP3S, PORT_POP3, &security);
      finding->pop_security = g_strdup (security);
      finding->pop_user = dup_unless_equal (pop_best->user, user);
    }
  return finding;
}
