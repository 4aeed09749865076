/* The table of configuration keys: complete, in order, and strict about values. */
#include "config.h"

#include "profiles/profile-keys.h"

#include <string.h>

#define PIN "sha256:0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

/* Every key of the contract; the table has these and no others. */
static const struct {
  SendpathSection section;
  const char     *names;
} contract[] = {
  { SENDPATH_SECTION_ACCOUNT, "address aliases name default smtp security user auth "
                              "allow-cleartext-login pop pop-security pop-user "
                              "pop-login sender rewrite-from backup confidential rate "
                              "max-recipients dsn tls-pin secret-command "
                              "token-command ehlo" },
  { SENDPATH_SECTION_LOCATION, "connection ssid gateway domain network smtp security tls-pin user "
                               "auth sender rewrite-from account "
                               "discover" },
  { SENDPATH_SECTION_POLICY,
    "discovered delivery wait retry retry-max warn-after hold-after keep-sent local notify" },
  { SENDPATH_SECTION_SERVE, "port socket" },
};

static void
test_contract (void)
{
  guint n_known = 0;
  guint n_rows = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (contract); i++)
    {
      g_auto(GStrv) names = g_strsplit (contract[i].names, " ", -1);

      for (gsize j = 0; names[j] != NULL; j++, n_known++)
        if (sendpath_profile_key_find (contract[i].section, names[j]) == NULL)
          g_error ("there is no row for %s", names[j]);
    }
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    n_rows++;
  g_assert_cmpuint (n_rows, ==, n_known);
}

static void
test_find (void)
{
  const SendpathProfileKey *key = sendpath_profile_key_find (SENDPATH_SECTION_LOCATION, "sender");

  g_assert_cmpint (key->section, ==, SENDPATH_SECTION_LOCATION);
  g_assert_cmpstr (key->name, ==, "sender");
  g_assert_null (sendpath_profile_key_find (SENDPATH_SECTION_LOCATION, "pop"));
  g_assert_null (sendpath_profile_key_find (SENDPATH_SECTION_ACCOUNT, "Address"));
  g_assert_null (sendpath_profile_key_find (SENDPATH_SECTION_ACCOUNT, ""));
}

/* A default is a value like any other, and a row says what it is for. */
static void
test_rows (void)
{
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_nonnull (key->help);
      g_assert_false (g_str_has_suffix (key->help, "."));
      g_assert_true (strspn (key->name, "abcdefghijklmnopqrstuvwxyz-") == strlen (key->name));
      g_assert_true (sendpath_profile_key_find (key->section, key->name) == key);
      if (key->fallback != NULL)
        sendpath_profile_key_check (key, key->fallback, &error);
      g_assert_no_error (error);
      if (key->fallback_key != NULL)
        g_assert_nonnull (sendpath_profile_key_find (key->section, key->fallback_key));
    }
}

static void
test_defaults (void)
{
  static const struct {
    SendpathSection section;
    const char     *name;
    const char     *fallback;
  } rows[] = {
    { SENDPATH_SECTION_ACCOUNT, "security", "auto" },
    { SENDPATH_SECTION_ACCOUNT, "auth", "auto" },
    { SENDPATH_SECTION_ACCOUNT, "allow-cleartext-login", "no" },
    { SENDPATH_SECTION_ACCOUNT, "pop", NULL },
    { SENDPATH_SECTION_ACCOUNT, "pop-login", "fallback" },
    { SENDPATH_SECTION_ACCOUNT, "rewrite-from", "no" },
    { SENDPATH_SECTION_ACCOUNT, "confidential", "no" },
    { SENDPATH_SECTION_ACCOUNT, "max-recipients", "100" },
    { SENDPATH_SECTION_ACCOUNT, "dsn", "none" },
    { SENDPATH_SECTION_LOCATION, "rewrite-from", "no" },
    { SENDPATH_SECTION_LOCATION, "discover", "yes" },
    { SENDPATH_SECTION_POLICY, "discovered", "ask" },
    { SENDPATH_SECTION_POLICY, "delivery", "wait" },
    { SENDPATH_SECTION_POLICY, "wait", "20" },
    { SENDPATH_SECTION_POLICY, "retry", NULL },
    { SENDPATH_SECTION_POLICY, "retry-max", "3600" },
    { SENDPATH_SECTION_POLICY, "warn-after", "1800" },
    { SENDPATH_SECTION_POLICY, "hold-after", "432000" },
    { SENDPATH_SECTION_POLICY, "keep-sent", "3" },
    { SENDPATH_SECTION_POLICY, "notify", "yes" },
    { SENDPATH_SECTION_SERVE, "port", "5870" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (sendpath_profile_key_find (rows[i].section, rows[i].name)->fallback, ==,
                     rows[i].fallback);
}

typedef struct {
  SendpathSection section;
  const char     *key;
  const char     *value;
} Value;

#define A SENDPATH_SECTION_ACCOUNT
#define L SENDPATH_SECTION_LOCATION
#define P SENDPATH_SECTION_POLICY
#define S SENDPATH_SECTION_SERVE

static const Value good[] = {
  { A, "address", "terri@proseware.com" },
  { A, "address", "o'brien+lists@mail.example.org" },
  { A, "address", "\"terri chudzik\"@proseware.com" },
  { A, "address", "\"a\\\"b\\\\\"@proseware.com" },
  { A, "address", "terri@[192.0.2.1]" },
  { A, "address", "terri@[IPv6:2001:db8::1]" },
  { A, "address", "žofie@bücher.example" },
  { A, "aliases", "" },
  { A, "aliases", "info@proseware.com;*@adatum.com; t@example.org ;" },
  { A, "name", "Žofie Černá" },
  { A, "smtp", "smtp.proseware.com" },
  { A, "smtp",
    "smtp.proseware.com:2525;mx_1.proseware.com; [2001:db8::1]:587;[2001:db8::2];192.0.2.1" },
  { A, "smtp", "localhost" },
  { A, "security", "starttls" },
  { A, "auth", "cram-md5" },
  { A, "pop", "" },
  { A, "pop", "pop.proseware.com:995" },
  { A, "backup", "work; my other one" },
  { A, "default", "yes" },
  { A, "rate", "300/h" },
  { A, "max-recipients", "1" },
  { A, "dsn", "failure;delay" },
  { A, "dsn", "none" },
  { A, "tls-pin", PIN },
  { A, "secret-command", "pass show 'my mail'" },
  { A, "ehlo", "mail.example.org" },
  { A, "ehlo", "[192.0.2.1]" },
  { L, "gateway", "00:53:00:AA:bb:Cc" },
  { L, "domain", "thephone-company.com" },
  { L, "network", "192.0.2.0/24" },
  { L, "network", "192.0.2.7" },
  { L, "network", "2001:db8::/32" },
  { L, "ssid", "café guest; 2nd floor" },
  { L, "account", "home" },
  { P, "wait", "0" },
  { P, "local", "root@proseware.com" },
  { S, "port", "65535" },
  { S, "socket", "/run/user/1000/sendpath" },
};

static const Value bad[] = {
  { A, "address", "" },
  { A, "address", "\xc2\x9b""2J" },
  { A, "address", "terri" },
  { A, "address", "terri@" },
  { A, "address", "@proseware.com" },
  { A, "address", "*@proseware.com" },
  { A, "address", "Terri <terri@proseware.com>" },
  { A, "address", "a b@proseware.com" },
  { A, "address", ".a@proseware.com" },
  { A, "address", "a..b@proseware.com" },
  { A, "address", "\"a\"b\"@proseware.com" },
  { A, "address", "\"a\\\"@proseware.com" },
  { A, "address", "a@b@proseware.com" },
  { A, "address", "terri@prose ware.com" },
  { A, "address", "terri@-proseware.com" },
  { A, "address", "terri@proseware..com" },
  { A, "address", "terri@proseware.com." },
  { A, "address", "terri@[192.0.2.256]" },
  { A, "address", "terri@[2001:db8::1]" },
  { A, "address", "terri@proseware.com\r\nBcc: x@example.org" },
  { A, "address",
    "a23456789012345678901234567890123456789012345678901234567890123456@proseware.com" },
  { A, "aliases", "info" },
  { A, "aliases", "*@" },
  { A, "aliases", "*@*.proseware.com" },
  { A, "name", "Terri\nBcc: x@example.org" },
  { A, "name", "\033[31m" },
  { A, "name", "\302\205" }, /* NEL, a control character of Latin-1 */
  { A, "name", "\377" },
  { A, "smtp", "smtp://smtp.proseware.com" },
  { A, "smtp", "smtp.proseware.com:" },
  { A, "smtp", "smtp.proseware.com:0" },
  { A, "smtp", "smtp.proseware.com:65536" },
  { A, "smtp", "smtp.proseware.com:submission" },
  { A, "smtp", "smtp.proseware.com, mx.proseware.com" },
  { A, "smtp", "2001:db8::1" },
  { A, "smtp", "[2001:db8::1" },
  { A, "smtp", "[192.0.2.1]:25" },
  { A, "smtp", "-oProxy" },
  { A, "pop", "a.example.org;b.example.org" },
  { A, "security", "ssl" },
  { A, "security", "TLS" },
  { A, "security", "" },
  { A, "security", "auto|tls" },
  { A, "auth", "apop" },
  { A, "default", "true" },
  { A, "default", "1" },
  { A, "backup", "work;-x" },
  { A, "rate", "300" },
  { A, "rate", "0/h" },
  { A, "rate", "300/d" },
  { A, "rate", "-1/h" },
  { A, "max-recipients", "0" },
  { A, "max-recipients", "1e3" },
  { A, "max-recipients", "+5" },
  { A, "max-recipients", "18446744073709551617" },
  { A, "dsn", "none;failure" },
  { A, "dsn", "never" },
  { A, "dsn", ";" },
  { A, "tls-pin", "" },
  { A, "tls-pin", "sha256:0123" },
  { A, "tls-pin", "sha1:0123456789abcdef0123456789abcdef01234567" },
  { A, "tls-pin", PIN "0" },
  { A, "secret-command", "echo 'open" },
  { A, "ehlo", "my host" },
  { A, "ehlo", "[proseware]" },
  { L, "gateway", "00:53:00:aa:bb" },
  { L, "gateway", "00-53-00-aa-bb-cc" },
  { L, "gateway", "00:53:00:aa:bb:cg" },
  { L, "network", "192.0.2.7/24" },
  { L, "network", "192.0.2.0/33" },
  { L, "network", "work" },
  { L, "domain", "" },
  { P, "discovered", "always" },
  { P, "wait", "-1" },
  { P, "retry", "0" },
  { P, "local", "root" },
  { S, "port", "0" },
  { S, "port", "65536" },
  { S, "socket", "sendpath.sock" },
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      const SendpathProfileKey *key = sendpath_profile_key_find (good[i].section, good[i].key);
      g_autoptr(GError) error = NULL;

      g_assert_true (sendpath_profile_key_check (key, good[i].value, &error));
      g_assert_no_error (error);
    }
}

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const SendpathProfileKey *key = sendpath_profile_key_find (bad[i].section, bad[i].key);
      g_autoptr(GError) error = NULL;
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", bad[i].key);

      if (sendpath_profile_key_check (key, bad[i].value, &error))
        g_error ("%s: \"%s\" was taken", bad[i].key, bad[i].value);
      g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
      g_assert_nonnull (strstr (error->message, quoted));
      /* what a terminal would obey is not repeated */
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strpbrk (error->message, "\033\r\n"));
      g_assert_null (strstr (error->message, "\xc2\x9b"));
    }
}

static void
test_messages (void)
{
  static const struct {
    const char *key;
    const char *value;
    const char *message;
  } rows[] = {
    { "security", "ssl",
      "bad value of \"security\": \"ssl\" is not one of auto, tls, starttls, none" },
    { "dsn", "never",
      "bad value of \"dsn\": \"never\" is not any of none, failure, delay, success, separated by "
      "\";\"" },
    { "max-recipients", "0",
      "bad value of \"max-recipients\": \"0\" is not a whole number, 1-1000000" },
    { "default", "true", "bad value of \"default\": \"true\" is not yes or no" },
    /* R-7: a command may hold a secret */
    { "secret-command", "echo 'canary",
      "bad value of \"secret-command\": expected a command whose quotes are closed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;

      sendpath_profile_key_check (sendpath_profile_key_find (SENDPATH_SECTION_ACCOUNT, rows[i].key),
                                  rows[i].value, &error);
      g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile-keys/every-key-of-the-contract-and-no-other", test_contract);
  g_test_add_func ("/profile-keys/found-by-section-and-exact-name", test_find);
  g_test_add_func ("/profile-keys/every-row-is-sound", test_rows);
  g_test_add_func ("/profile-keys/defaults-of-the-contract", test_defaults);
  g_test_add_func ("/profile-keys/good-values-are-taken", test_good);
  g_test_add_func ("/profile-keys/bad-values-are-refused-by-name", test_bad);
  g_test_add_func ("/profile-keys/messages-say-what-is-allowed", test_messages);
  return g_test_run ();
}
