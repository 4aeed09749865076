/* setup-text: what was found for an address, in words. It looks for nothing and decides nothing. */
#include "config.h"

#include "sendpath/setup-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/fill-in.h"
#include "sendpath/verdict/provider-logins.h"

static const char *const origins[] = {
  [SERVER_SOURCE_PROVIDER] = N_ ("The servers of {address}, as {provider} publishes them:"),
  [SERVER_SOURCE_AUTOCONFIG] = N_ ("The servers of {address}, as its own domain publishes them at "
                                   "{place}:"),
  [SERVER_SOURCE_ISPDB] = N_ ("The servers of {address}, from Mozilla’s list of providers at "
                              "{place}:"),
  [SERVER_SOURCE_SRV] = N_ ("The servers of {address}, as the name servers of {place} give them; "
                            "such an answer is not protected:"),
  [SERVER_SOURCE_MX_PROVIDER] = N_ ("The mail of {address} is taken by {place}, which belongs to "
                                    "{provider}; these are the servers of {provider}:"),
  [SERVER_SOURCE_MX_ISPDB] = N_ ("The mail of {address} is taken by somebody else’s mail server; "
                                 "these are that provider’s servers, from Mozilla’s list at "
                                 "{place}:"),
};
G_STATIC_ASSERT (G_N_ELEMENTS (origins) == SERVER_SOURCE_COUNT);

static const char *const foreign_from[] = {
  [PROVIDER_FROM_UNKNOWN] = NULL,
  [PROVIDER_FROM_ALLOWS] = NULL,
  [PROVIDER_FROM_REFUSES] = N_ ("{provider} refuses a From that does not belong to the account."),
  [PROVIDER_FROM_REWRITES] = N_ ("{provider} silently replaces a From that does not belong to the "
                                 "account by the account’s address."),
};
G_STATIC_ASSERT (G_N_ELEMENTS (foreign_from) == PROVIDER_FROM_REWRITES + 1);

static void
add_line (GString *out, const char *key, const char *value)
{
  if (value != NULL)
    g_string_append_printf (out, "  %s = %s\n", key, value);
}

static void
add_sentence (GString *out, char *sentence)
{
  if (sentence != NULL)
    g_string_append_printf (out, "%s\n", sentence);
  g_free (sentence);
}

static void
add_limit (GString *out, const char *sentence, const Provider *provider, guint limit)
{
  g_autofree char *count = g_strdup_printf ("%u", limit);

  if (limit > 0)
    add_sentence (out, fill_in (_ (sentence), "provider", provider->name, "count", count, NULL));
}

/* What `explain` says of the same provider comes first: one thing has one sentence. */
static char *
tell_demand (const ServerFinding *finding, const char *address)
{
  g_autofree char *host = g_strndup (finding->smtp, strcspn (finding->smtp, ":"));
  const Provider *provider = finding->provider;
  char *told = provider_logins_tell (host, NULL, strrchr (address, '@') + 1);

  if (told != NULL)
    return told;
  if (provider == NULL)
    return g_strcmp0 (finding->auth, "xoauth2") == 0
               ? g_strdup (_ ("These servers take no password, only a login by OAuth2: set a "
                              "“token-command” in the account."))
               : NULL;
  if (provider->login == PROVIDER_LOGIN_APP_PASSWORD)
    return fill_in (
        _ ("{provider} takes only a password made for mail programs here, not the usual "
           "one: make one in the settings of your account there."),
        "provider", provider->name, NULL);
  if (provider->needs_switch)
    return fill_in (_ ("{provider} lets mail programs in only after you have allowed it in the "
                       "settings of its web mail."),
                    "provider", provider->name, NULL);
  return NULL;
}

static void
add_provider (GString *out, const Provider *provider)
{
  add_limit (out, N_ ("{provider} takes at most {count} recipients a message."), provider,
             provider->max_recipients);
  add_limit (out, N_ ("{provider} takes at most {count} messages a minute."), provider,
             provider->messages_a_minute);
  add_limit (out, N_ ("{provider} takes at most {count} messages a day."), provider,
             provider->messages_a_day);
  add_limit (out, N_ ("{provider} takes at most {count} recipients a day."), provider,
             provider->recipients_a_day);
  if (foreign_from[provider->from] != NULL)
    add_sentence (out,
                  fill_in (_ (foreign_from[provider->from]), "provider", provider->name, NULL));
}

char *
setup_text_tell (const ServerFinding *finding, const char *address)
{
  const Provider *provider = finding->provider;
  GString *out = g_string_new (NULL);

  add_sentence (out,
                fill_in (_ (origins[finding->source]), "address", address, "place", finding->place,
                         "provider", provider != NULL ? provider->name : NULL, NULL));
  add_line (out, "smtp", finding->smtp);
  add_line (out, "security", finding->security);
  add_line (out, "user", finding->user);
  add_line (out, "auth", finding->auth);
  add_line (out, "pop", finding->pop);
  add_line (out, "pop-security", finding->pop_security);
  add_line (out, "pop-user", finding->pop_user);
  add_sentence (out, tell_demand (finding, address));
  if (finding->own_network_only)
    add_sentence (out, g_strdup (_ ("This provider takes outgoing mail only from its own network; "
                                    "elsewhere sendpath tries the other ways out.")));
  if (provider != NULL)
    add_provider (out, provider);
  return g_string_free (out, FALSE);
}

char *
setup_text_tell_closed (const Provider *provider)
{
  if (provider == NULL || provider->smtp != NULL)
    return NULL;
  if (provider->login == PROVIDER_LOGIN_BRIDGE)
    return fill_in (
        _ ("{provider} lets mail programs in only through its own Bridge program on this "
           "computer: start it, and name the server and the key that it shows with --smtp "
           "HOST:PORT and --tls-pin"),
        "provider", provider->name, NULL);
  return fill_in (
      _ ("{provider} lets no other mail program in: it has no server for outgoing mail"),
      "provider", provider->name, NULL);
}
