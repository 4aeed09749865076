/* The table of providers: every row can be an account, and is found by what people have. */
#include "config.h"

#include "profiles/account.h"
#include "profiles/providers.h"
#include "sendpath/verdict/provider-logins.h"

#include <string.h>

static void
assert_key (const char *key, const char *value)
{
  g_autoptr(SendpathAccount) account = sendpath_account_new ("home", "terri@proseware.com");
  g_autoptr(GError) error = NULL;

  sendpath_account_set (account, key, value, &error);
  g_assert_no_error (error);
}

static void
test_every_row_can_be_an_account (void)
{
  g_autoptr(GPtrArray) all = providers_load ();
  guint n_with_servers = 0;

  for (guint i = 0; i < all->len; i++)
    {
      const Provider *provider = all->pdata[i];
      gboolean is_closed =
          provider->login == PROVIDER_LOGIN_BRIDGE || provider->login == PROVIDER_LOGIN_NONE;

      g_test_message ("%s", provider->id);
      g_assert_nonnull (provider->name);
      g_assert_cmpint (provider->smtp == NULL, ==, is_closed);
      n_with_servers += provider->smtp != NULL;
      if (provider->smtp != NULL)
        assert_key ("smtp", provider->smtp);
      if (provider->security != NULL)
        assert_key ("security", provider->security);
      if (provider->pop != NULL)
        assert_key ("pop", provider->pop);
    }
  g_assert_cmpuint (n_with_servers, >=, 40);
}

static void
test_no_domain_is_there_twice (void)
{
  g_autoptr(GPtrArray) all = providers_load ();
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < all->len; i++)
    for (char **domain = ((const Provider *) all->pdata[i])->domains; *domain != NULL; domain++)
      {
        g_test_message ("%s", *domain);
        g_assert_true (g_hash_table_add (seen, *domain));
      }
}

static void
assert_found (Provider *provider, const char *id)
{
  g_assert_cmpstr (provider != NULL ? provider->id : NULL, ==, id);
  provider_free (provider);
}

static void
test_found (void)
{
  assert_found (providers_find_by_domain ("GMail.com"), "gmail");
  assert_found (providers_find_by_domain ("hotmail.co.uk"), "outlook.com");
  assert_found (providers_find_by_domain ("mail.gmail.com"), NULL);
  assert_found (providers_find_by_domain ("proseware.com"), NULL);
  assert_found (providers_find_by_domain (""), NULL);
  assert_found (providers_find_by_mx ("aspmx.l.google.com"), "google-workspace");
  assert_found (providers_find_by_mx ("proseware-com.mail.protection.outlook.com"),
                "microsoft-365");
  assert_found (providers_find_by_mx ("evilgoogle.com"), NULL);
  assert_found (providers_find_by_mx ("mx.proseware.com"), NULL);
  assert_found (providers_find_by_server ("smtp.mail.me.com"), "icloud");
  assert_found (providers_find_by_server ("smtp.mail.me"), NULL);
}

static void
test_facts (void)
{
  g_autoptr(Provider) gmail = providers_find_by_domain ("gmail.com");
  g_autoptr(Provider) web_de = providers_find_by_domain ("web.de");
  g_autoptr(Provider) o2 = providers_find_by_domain ("o2.pl");

  g_assert_cmpint (gmail->login, ==, PROVIDER_LOGIN_APP_PASSWORD);
  g_assert_cmpint (gmail->from, ==, PROVIDER_FROM_REWRITES);
  g_assert_cmpuint (gmail->max_recipients, ==, 100);
  g_assert_false (gmail->user_is_local_part);
  g_assert_true (web_de->user_is_local_part);
  g_assert_true (web_de->needs_switch);
  g_assert_true (o2->own_network_only);
}

/* `explain` and `account add` must not tell different stories. */
static void
test_demands_agree_with_what_refusals_are_explained_by (void)
{
  g_autoptr(GPtrArray) all = providers_load ();

  for (guint i = 0; i < all->len; i++)
    {
      const Provider *provider = all->pdata[i];
      g_autofree char *host =
          provider->smtp != NULL ? g_strndup (provider->smtp, strcspn (provider->smtp, ":")) : NULL;
      g_autofree char *told =
          host != NULL ? provider_logins_tell (host, NULL, provider->domains[0]) : NULL;
      gboolean is_plain = provider->login == PROVIDER_LOGIN_PASSWORD && !provider->needs_switch;

      g_test_message ("%s: %s", provider->id, told);
      if (told != NULL)
        g_assert_false (is_plain);
      if (told != NULL && provider->page != NULL)
        g_assert_nonnull (strstr (told, provider->name[0] == 'Z' ? "Zoho" : provider->page));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/providers/every-row-can-be-an-account", test_every_row_can_be_an_account);
  g_test_add_func ("/providers/no-domain-is-there-twice", test_no_domain_is_there_twice);
  g_test_add_func ("/providers/found", test_found);
  g_test_add_func ("/providers/facts", test_facts);
  g_test_add_func ("/providers/demands-agree-with-what-refusals-are-explained-by",
                   test_demands_agree_with_what_refusals_are_explained_by);
  return g_test_run ();
}
