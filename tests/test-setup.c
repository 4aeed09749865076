/* What was found for an address, as an embedder sees it. No name server is asked. */
#include "config.h"

#include "sendpath/setup.h"

#include <string.h>

#include "sendpath/engine.h"
#include "tests/lib/fake-resolver.h"

#define ADDRESS "terri@proseware.com"

static const FakeHost hosts[] = {
  { .host = "_submission._tcp.proseware.com.", .srv = "0 1 587 smtp.proseware.com." },
  { .host = "_pop3s._tcp.proseware.com.", .srv = "0 1 995 pop.example.net." },
  { .host = "_submission._tcp.co.uk.", .srv = "0 1 587 smtp.proseware.co.uk." },
  { .host = "adatum.com.", .mx = "10 adatum-com.mail.protection.outlook.com" },
  { .host = NULL },
};

static void
test_found (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathSetup) setup = sendpath_setup_find (ADDRESS, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_setup_get_source (setup), ==, "srv");
  g_assert_cmpstr (sendpath_setup_get (setup, "smtp"), ==, "smtp.proseware.com:587");
  g_assert_null (sendpath_setup_get (setup, "security"));
  g_assert_null (sendpath_setup_get (setup, "no-such-key"));
  g_assert_true (sendpath_setup_takes_password (setup));
  g_assert_cmpstr (sendpath_setup_get_foreign_hosts (setup)[0], ==, "pop.example.net");
  g_assert_null (sendpath_setup_get_foreign_hosts (setup)[1]);
  text = sendpath_setup_to_text (setup);
  g_assert_nonnull (strstr (text, "  smtp = smtp.proseware.com:587\n"));
  g_assert_nonnull (strstr (text, "  pop = pop.example.net:995\n"));
}

static void
test_names_below_a_public_suffix_are_foreign (void)
{
  g_autoptr (SendpathSetup) setup = sendpath_setup_find ("terri@CO.UK", NULL, NULL);

  g_assert_cmpstr (sendpath_setup_get_foreign_hosts (setup)[0], ==, "smtp.proseware.co.uk");
}

static void
test_what_is_given_wins (void)
{
  g_autoptr (SendpathSetup) setup = sendpath_setup_find ("terri@web.de", NULL, NULL);
  g_autoptr (SendpathAccount) bare = sendpath_account_new ("web", "terri@web.de");
  g_autoptr (SendpathAccount) given = sendpath_account_new ("web", "terri@web.de");
  g_autoptr (GError) error = NULL;

  sendpath_setup_apply (setup, bare, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_account_get (bare, "smtp"), ==, "smtp.web.de");
  g_assert_cmpstr (sendpath_account_get (bare, "user"), ==, "terri");
  g_assert_cmpstr (sendpath_account_get (bare, "pop"), ==, "pop3.web.de");

  sendpath_account_set (given, "smtp", "mail.example.org", NULL);
  sendpath_account_set (given, "pop", "", NULL);
  sendpath_setup_apply (setup, given, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_account_get (given, "smtp"), ==, "mail.example.org");
  /* a user name belongs to the server that it was found with */
  g_assert_cmpstr (sendpath_account_get (given, "user"), ==, "terri@web.de");
  g_assert_null (sendpath_account_get (given, "pop"));
}

/* What a custom domain's provider demands is told, and all its hosts are foreign. */
static void
test_customer_of_a_provider (void)
{
  g_autoptr (SendpathSetup) setup = sendpath_setup_find ("terri@adatum.com", NULL, NULL);
  g_autofree char *text = sendpath_setup_to_text (setup);

  g_assert_cmpstr (sendpath_setup_get_source (setup), ==, "mx-providers");
  g_assert_cmpuint (g_strv_length ((char **) sendpath_setup_get_foreign_hosts (setup)), ==, 2);
  g_assert_nonnull (strstr (text, "adatum-com.mail.protection.outlook.com"));
  g_assert_nonnull (strstr (text, "administrator"));
  g_assert_nonnull (strstr (text, "30 messages a minute"));
  g_assert_null (strchr (text, '{'));
}

static void
test_silent_rewriting_is_told (void)
{
  g_autoptr (SendpathSetup) setup = sendpath_setup_find ("terri@gmail.com", NULL, NULL);
  g_autofree char *text = sendpath_setup_to_text (setup);

  g_assert_cmpstr (sendpath_setup_get_source (setup), ==, "providers");
  g_assert_null (sendpath_setup_get_foreign_hosts (setup)[0]);
  g_assert_nonnull (strstr (text, "silently replaces a From"));
}

static void
test_nothing_found (void)
{
  static const struct {
    const char *address;
    GQuark (*domain) (void);
    int code;
  } rows[] = {
    { "terri@example.org", sendpath_error_quark, SENDPATH_ERROR_NOT_FOUND },
    { "not an address", sendpath_error_quark, SENDPATH_ERROR_NOT_FOUND },
    { "terri@proton.me", g_io_error_quark, G_IO_ERROR_NOT_SUPPORTED },
    { "terri@tuta.com", g_io_error_quark, G_IO_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sendpath_setup_find (rows[i].address, NULL, &error));
      g_assert_error (error, rows[i].domain (), rows[i].code);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (sendpath_setup_find ("terri@example.org", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  SendpathSetup **setup = data;

  *setup = sendpath_setup_find_finish (result, NULL);
}

static void
test_found_later (void)
{
  g_autoptr (SendpathSetup) setup = NULL;

  sendpath_setup_find_async (ADDRESS, NULL, on_found, &setup);
  while (setup == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (sendpath_setup_get (setup, "smtp"), ==, "smtp.proseware.com:587");
}

int
main (int argc, char **argv)
{
  g_autoptr (GResolver) resolver = NULL;

  g_test_init (&argc, &argv, NULL);
  resolver = fake_resolver_new (hosts);
  g_resolver_set_default (resolver);
  g_test_add_func ("/setup/found", test_found);
  g_test_add_func ("/setup/names-below-a-public-suffix-are-foreign",
                   test_names_below_a_public_suffix_are_foreign);
  g_test_add_func ("/setup/what-is-given-wins", test_what_is_given_wins);
  g_test_add_func ("/setup/customer-of-a-provider", test_customer_of_a_provider);
  g_test_add_func ("/setup/silent-rewriting-is-told", test_silent_rewriting_is_told);
  g_test_add_func ("/setup/nothing-found", test_nothing_found);
  g_test_add_func ("/setup/cancelled", test_cancelled);
  g_test_add_func ("/setup/found-later", test_found_later);
  return g_test_run ();
}
