/* Secrets from a Secret Service that does what no real one does on demand: it asks, finds too much, dies. */
#include "config.h"

#include "profiles/secrets.h"

#include "tests/lib/fake-keyring.h"

static const SecretQuery home = {
  .account = "home",
  .service = "smtp",
  .user = "terri",
  .server = "smtp.proseware.com",
  .protocol = "smtp",
};

#define OURS "xdg:schema", "org.sendpath.Password"
#define ATTRIBUTES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define HOME_ATTRIBUTES                                                                            \
  ATTRIBUTES (OURS, "account", "home", "service", "smtp", "user", "terri", "server",               \
              "smtp.proseware.com", "protocol", "smtp")

static void
assert_found (const char *expected, gboolean may_unlock)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = secrets_lookup (&home, may_unlock, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_secret_peek (secret), ==, expected);
}

static void
assert_fails (SendpathSecretError code, gboolean may_unlock)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = secrets_lookup (&home, may_unlock, NULL, &error);

  g_assert_null (secret);
  g_assert_error (error, SENDPATH_SECRET_ERROR, (int) code);
}

/* asked only with leave, and once. */
static void
test_prompt (void)
{
  g_autoptr(FakeKeyring) keyring =
      fake_keyring_new (FAKE_KEYRING_LOCKED, "tram-water-7", HOME_ATTRIBUTES);

  assert_fails (SENDPATH_SECRET_ERROR_LOCKED, FALSE);
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "locked");
  g_assert_cmpuint (fake_keyring_get_n_prompts (keyring), ==, 0);
  assert_found ("tram-water-7", TRUE);
  g_assert_cmpuint (fake_keyring_get_n_prompts (keyring), ==, 1);
  assert_found ("tram-water-7", FALSE);
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "keyring");
}

static void
test_refused_prompt (void)
{
  g_autoptr(FakeKeyring) keyring =
      fake_keyring_new (FAKE_KEYRING_LOCKED | FAKE_KEYRING_REFUSES, "tram-water-7", HOME_ATTRIBUTES);

  assert_fails (SENDPATH_SECRET_ERROR_LOCKED, TRUE);
  g_assert_cmpuint (fake_keyring_get_n_prompts (keyring), ==, 1);
}

/* what the service says it found is compared again. */
static void
test_compared_again (void)
{
  static const char *const others[][13] = {
    { OURS, "account", "home", "service", "smtp", "user", "terri", "server", "smtp.adatum.com",
      "protocol", "smtp", NULL },
    { OURS, "account", "home", "service", "smtp", "user", "TERRI", "server", "smtp.proseware.com",
      "protocol", "smtp", NULL },
    { OURS, "account", "work", "service", "smtp", "user", "terri", "server", "smtp.proseware.com",
      "protocol", "smtp", NULL },
    { OURS, "account", "home", "service", "pop", "user", "terri", "server", "smtp.proseware.com",
      "protocol", "smtp", NULL },
    { "user", "terri", "server", "smtp.proseware.com", "protocol", "imap", NULL },
    { "user", "terri", "server", "smtp.proseware.com.example.org", "protocol", "smtp", NULL },
    { "user", "terri", "protocol", "smtp", NULL },
    { "login", "terri", "host", "smtp.proseware.com", "proto", "smtp", NULL },
    { "user", "terri", "host", "smtp.proseware.com", "service", "imap", NULL },
    { NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr(FakeKeyring) keyring = fake_keyring_new (FAKE_KEYRING_PLAIN, "wrong", others[i]);

      assert_fails (SENDPATH_SECRET_ERROR_NOT_FOUND, TRUE);
      g_assert_cmpuint (fake_keyring_get_n_prompts (keyring), ==, 0);
    }
}

/* T-134 */
static void
test_dies (void)
{
  g_autoptr(FakeKeyring) keyring =
      fake_keyring_new (FAKE_KEYRING_DIES, "tram-water-7", HOME_ATTRIBUTES);

  assert_fails (SENDPATH_SECRET_ERROR_UNAVAILABLE, TRUE);
  g_assert_cmpuint (fake_keyring_get_n_prompts (keyring), ==, 0);
}

static void
test_nobody_serves (void)
{
  assert_fails (SENDPATH_SECRET_ERROR_UNAVAILABLE, FALSE);
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "missing");
}

int
main (int argc, char **argv)
{
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");
  g_autoptr(GTestDBus) bus = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  if (daemon == NULL)
    {
      g_print ("1..0 # SKIP dbus-daemon is missing\n");
      return 0;
    }
  g_test_add_func ("/secrets-service/R-8-a-person-is-asked-only-with-leave", test_prompt);
  g_test_add_func ("/secrets-service/a-refused-prompt-is-locked", test_refused_prompt);
  g_test_add_func ("/secrets-service/R-7-what-was-found-is-compared-again", test_compared_again);
  g_test_add_func ("/secrets-service/T-134-death-in-mid-look-up-is-unavailable", test_dies);
  g_test_add_func ("/secrets-service/a-bus-without-keyring-is-unavailable", test_nobody_serves);

  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  status = g_test_run ();
  g_test_dbus_down (bus);
  return status;
}
